#ifndef MNEMOD_STANDSTILL_H
#define MNEMOD_STANDSTILL_H

#include "supervisor/config.h"

/*
 * What keeps new work of any kind from being begun, min_free_mb and
 * on_battery of mnemod.conf(5): for the supervisor's claims and for
 * mnemoctl(1), who both look for themselves.  What is under way goes on.
 */
#define LOW_DISK	"low_disk"
#define ON_BATTERY	"on_battery"
#define PAUSED		"paused"	/* waits.h: mnemoctl pause */
#define STATE_UNREADABLE "state_unreadable"	/* waits.h */

struct standstill {
	const char	*reason;	/* one of the above; NULL: nothing */
	char		 text[512];	/* printable */
};

/* Look at the state's file system and at the power.  1 if new work waits. */
int standstill_look(const struct config *, struct standstill *);

/*
 * The same for one memory: its root's file system, or that of the nearest
 * folder above which is there.
 */
int standstill_root(const struct config *, const char *root,
    struct standstill *);

#endif
