#ifndef MNEMOD_MNEMOCTL_BESIDE_H
#define MNEMOD_MNEMOCTL_BESIDE_H

#include <stdint.h>

/*
 * What a restore has beside the state directory: STATE.restore-XXXXXX is the
 * new state until the two are exchanged, and the old one from then on; that
 * becomes STATE.before-TIME.  An old one is known by its file `lock', which
 * no archive has; whoever exchanged it holds that until the end.
 */
#define BESIDE ".restore-"	/* and mkdtemp(3)'s six letters */

/* Does the directory hold a database, or a history? */
int beside_is_state(const char *path);

/*
 * Rename `path' to "STATE.before-20261123T120000Z", of the second `when' or
 * the next that is free.  The new name, to be freed; or NULL with errno.
 */
char *beside_put_aside(const char *state, const char *path, int64_t when);

/* Remove the directory `path' with all of it; a failure is logged. */
void beside_remove(const char *path);

/*
 * What restores of `state' left that were killed, by whoever holds its lock:
 * an old state that a living process does not hold is put aside, which is
 * logged; a new one that never got into its place is removed.
 */
void beside_sweep(const char *state);

#endif
