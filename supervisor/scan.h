#ifndef MNEMOD_SCAN_H
#define MNEMOD_SCAN_H

#include <stdint.h>
#include "common/msg.h"
#include "supervisor/child.h"
#include "supervisor/config.h"
#include "supervisor/missing.h"
#include "supervisor/scan_list.h"
#include "supervisor/store.h"

/*
 * One scan of all sources by a ready extract worker: what is known goes
 * out, what is new comes back and is stored, a transaction per batch.
 */
struct scan_source {
	int64_t		files;		/* seen */
	int64_t		unchanged;
	int64_t		changed;	/* new or changed, usable */
	int64_t		unusable;
	int64_t		archived;	/* of the changed */
	int		primed;		/* the worker knows the files */
	struct missing	missing;	/* both kept from scan to scan */
};

enum scan_step {
	SCAN_STEP_LIST,		/* files are being told, or compared */
	SCAN_STEP_WALK		/* the worker looks */
};

struct scan {
	struct store		*store;
	const struct config	*config;
	struct child		*child;
	size_t			 current;	/* index of the source */
	enum scan_step		 step;
	struct scan_list	 list;
	int			 failed;	/* a batch could not be stored */
	int			 second;	/* second look at the source */
	struct scan_source	*sources;	/* config->nsources of them */
};

enum scan_status {
	SCAN_MORE,	/* go on waiting */
	SCAN_DONE,	/* every source is scanned */
	SCAN_FAILED	/* this scan cannot be finished; try again later */
};

void scan_init(struct scan *, struct store *, const struct config *);
void scan_release(struct scan *);

/* The worker was replaced: it knows nothing. */
void scan_forget(struct scan *);

/* Begin with the first source.  `child' must be ready. */
enum scan_status scan_start(struct scan *, struct child *);

/* A `scanned' or `failed' message of the worker. */
enum scan_status scan_message(struct scan *, const struct msg *);

/*
 * 0 if the last scan found no folder of this source, or there is none of
 * this name: its rollouts cannot be read now.
 */
int scan_source_present(const struct scan *, const char *name);

/* Sums over all sources. */
struct scan_source scan_total(const struct scan *);

#endif
