#ifndef MNEMOD_BULLET_H
#define MNEMOD_BULLET_H

#include <json-c/json.h>
#include <stdint.h>
#include "buf.h"

/*
 * The sentences of memory, one per fact (the schema is in
 * worker/extract/builtin.h).  Stage one writes them into its summary and
 * stage two into MEMORY.md, so they read the same.  Each appends one line
 * without "- " and without a newline, and returns 0, having added nothing,
 * where the fact lacks what it needs.
 */
int bullet_pref(struct buf *, json_object *pref);
int bullet_diagnosis(struct buf *, json_object *diagnosis);
int bullet_failure(struct buf *, json_object *failure);
int bullet_files(struct buf *, json_object *task);

/* `home' is the reader's folder: another one is named. */
int bullet_check(struct buf *, json_object *check, const char *home);

/* What a model made of a session, in its words. */
int bullet_told(struct buf *, json_object *told);

/* "2026-11-22" of Unix seconds. */
#define BULLET_DATE_SIZE 16
void bullet_date(char out[BULLET_DATE_SIZE], int64_t time);

/* The strings of an array with `sep' between; at most `max'. */
void bullet_join(struct buf *, json_object *arr, const char *sep, size_t max);

#endif
