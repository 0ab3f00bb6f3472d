#ifndef MNEMOD_MNEMOCTL_DOCTOR_H
#define MNEMOD_MNEMOCTL_DOCTOR_H

#include "supervisor/mnemoctl/ctl.h"

/*
 * mnemoctl doctor: what could keep mnemod from working on this machine.
 * Everything is looked at, nothing is written.
 */
enum doctor_level {
	DOCTOR_OK,
	DOCTOR_WARN,		/* works, but should be seen to */
	DOCTOR_FAIL		/* something does not work */
};

struct doctor {
	struct ctl	*ctl;		/* its store: NULL if it is not open */
	enum store_status opened;	/* what came of opening it */
	json_object	*list;		/* of findings */
	const char	*area;		/* of the check at work */
	int64_t		 count[3];	/* by level */
};

/*
 * A finding; `advice' is what to do, NULL if nothing.  Both may hold text of
 * others.
 */
void doctor_say(struct doctor *, enum doctor_level, const char *advice,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The checks, an area each. */
void doctor_kernel(struct doctor *);		/* doctor_kernel.c */
void doctor_workers(struct doctor *);		/* doctor_workers.c */
void doctor_provider(struct doctor *);
void doctor_configuration(struct doctor *);	/* doctor_files.c */
void doctor_sources(struct doctor *);
void doctor_codex(struct doctor *);
void doctor_state(struct doctor *);		/* doctor_state.c */
void doctor_database(struct doctor *);
void doctor_disk(struct doctor *);
void doctor_clock(struct doctor *);
void doctor_memories(struct doctor *);		/* doctor_memory.c */

/*
 * doctor_memory.c: 1 if a lock is held in `dir', whoever it is; the file
 * `name' there, or the directory itself (NULL).
 */
int doctor_is_locked(const char *dir, const char *name);

#endif
