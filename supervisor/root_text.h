#ifndef MNEMOD_ROOT_TEXT_H
#define MNEMOD_ROOT_TEXT_H

#include <stddef.h>
#include "supervisor/root.h"

/*
 * What is said about a memory root: each sets r->state and r->text, one
 * line with the memory, the folder, what was found and the ways on.
 */

#define ROOT_NAMES 5

/* The first names found in a folder, and how many there are. */
struct root_names {
	char	 v[ROOT_NAMES][64];
	size_t	 n;
};

/* Count a name ("." and ".." not), keep the first few, printable. */
void root_names_add(struct root_names *, const char *name);

void root_say_absent(struct root *, const struct root_query *);
void root_say_empty(struct root *, const struct root_query *);
void root_say_ours(struct root *, const struct root_query *);
void root_say_foreign(struct root *, const struct root_query *,
    const struct root_names *);
/* `how': "is empty", "is not there". */
void root_say_vanished(struct root *, const struct root_query *,
    const char *how);
void root_say_replaced(struct root *, const struct root_query *);
void root_say_released(struct root *, const struct root_query *);
void root_say_symlink(struct root *, const struct root_query *);
void root_say_not_dir(struct root *, const struct root_query *,
    const char *what);
void root_say_network(struct root *, const struct root_query *,
    const char *type);
/* errno is what happened to `what'. */
void root_say_errno(struct root *, const struct root_query *,
    enum root_state, const char *what);
/* The state stays as it is; r->locked_by says by whom. */
void root_say_locked(struct root *, const struct root_query *,
    const char *what);

#endif
