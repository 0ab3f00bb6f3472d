#ifndef MNEMOD_STEM_H
#define MNEMOD_STEM_H

#include <stdint.h>

/*
 * Time, '-', four digits or (in another program's) the thread id, '-', sixty
 * characters of slug, NUL.
 */
#define STEM_SIZE	128
#define STEM_SLUG_MAX	60

/*
 * The name, without ".md", of a thread's file in rollout_summaries/:
 * "2026-11-22T18-56-59-kgLZ-add_pagination" (Codex CLI's format).  The time
 * is the UUID's own, else `updated_at' (Unix seconds); `slug' may be NULL or
 * hold anything.
 */
void stem_make(char out[STEM_SIZE], const char *thread_id, int64_t updated_at,
    const char *slug);

/* 1 if `s' has the form of a stem, so that it can name a file safely. */
int stem_valid(const char *s);

#endif
