#ifndef MNEMOD_DISABLED_H
#define MNEMOD_DISABLED_H

#include "supervisor/config.h"
#include "supervisor/store.h"

/*
 * What a person has disabled, mnemoctl(1): threads by their ids, and
 * directories with all that is below them.  In the state database, and read
 * from there by whoever claims, selects or explains.
 */
struct disabled {
	struct strlist	threads;
	struct strlist	directories;	/* patterns as in mnemod.conf(5) */
};

/* Read it anew; zeroed before the first time.  What cannot be read stays. */
enum store_status disabled_load(struct disabled *, struct store *);
void disabled_release(struct disabled *);

/* The entry that disables the thread, or NULL. */
const char *disabled_by(const struct disabled *, const struct store_thread *);

/* The same as 0 or 1, of a struct disabled: for the rules of claims. */
int disabled_has(const struct store_thread *, const void *disabled);

#endif
