#ifndef MNEMOD_CONSOLIDATE_SCENE_H
#define MNEMOD_CONSOLIDATE_SCENE_H

#include <json-c/json.h>
#include <stdint.h>

#include "worker/consolidate/builtin.h"
#include "worker/consolidate/staging.h"

/*
 * A staging folder, the inputs that it is made from, and short words for what
 * the tests of builtin stage two do again and again.
 */
#define A	"01a2049e-5cd1-75f0-935a-653ac1ba2898"
#define B	"01a2049e-660d-7142-a4e1-5964cadb959f"
#define C	"01a2049e-715d-70b0-977a-a0008b9961b8"

extern char		 dir[256];	/* the staging folder */
extern struct staging	 st;		/* the same, open */
extern json_object	*root;		/* what .inputs.json will say */

/* Begin and end a test. */
void consolidate_setup(void);
void consolidate_teardown(void);

/* Files of the folder; the caller frees the text. */
void put(const char *name, const char *text);
char *get(const char *name);
/* A file's text must hold this, or must not. */
void holds(const char *name, const char *text);
void lacks(const char *name, const char *text);

/* A row with one task, which succeeded; that task, owned by `root'. */
json_object *add_row(const char *id, const char *cwd, const char *title);
/* What the user said in a task: for good, or this once. */
void add_standing(json_object *task, const char *text, const char *topic,
    int64_t time);
void add_request(json_object *task, const char *text, const char *topic,
    int64_t time);

/* Write the inputs and consolidate, which must succeed. */
struct builtin_report consolidate(void);

#endif
