#ifndef MNEMOD_BUILTIN_SCENE_H
#define MNEMOD_BUILTIN_SCENE_H

#include <json-c/json.h>

#include "worker/extract/builtin.h"

/*
 * A session that is told item by item, and what builtin stage one makes of it.
 */
extern struct stage_one_output out;

/* Begin and end a test. */
void builtin_setup(void);
void builtin_teardown(void);

/* An item as the rollout has it, given away. */
void give(json_object *item);
/* What the user or the assistant says. */
void message(const char *role, const char *text);
/* A command with its exit status and what it printed. */
void run(const char *cmd, int code, const char *body);
/* A program of the exec tool; `outputs' end in NULL, one per call of text(). */
void program(const char *input, const char *const *outputs);
/* An edit by apply_patch, accepted or not. */
void patch(const char *body, int ok);

/* The end of the session: 1 if there is something to remember, in `out'. */
int ends(void);
/* The same, which there must be. */
void finish(void);
/* The raw memory must say this; neither it nor the summary may. */
void says(const char *text);
void says_not(const char *text);

#endif
