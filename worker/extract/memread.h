#ifndef MNEMOD_MEMREAD_H
#define MNEMOD_MEMREAD_H

#include <json-c/json.h>
#include <stddef.h>

/*
 * Tells which calls of tools read a memory root, so that what they gave back
 * does not feed memory again.  A call is remembered by its id for as long as
 * MEMREAD_CALLS others have not followed.
 */
#define MEMREAD_CALLS	256
#define MEMREAD_UNNAMED	"memories"	/* no path is known */

struct memread;

/*
 * `roots' are the memory roots as absolute paths; Codex's own, below any
 * home, is always among them.  The strings are copied.
 */
struct memread *memread_new(const char *const *roots, size_t n);
void memread_free(struct memread *);

/* Look at a call: function_call, custom_tool_call, local_shell_call. */
void memread_call(struct memread *, json_object *item);

/* 1 if what a tool gave is marked as memory, common/memory_mark.h. */
int memread_marked(const char *text, size_t len);

/* The path that the call of this id read, or NULL; `id' may be NULL. */
const char *memread_path(const struct memread *, const char *id);

#endif
