#ifndef MNEMOD_MNEMOCTL_DOCTOR_H
#define MNEMOD_MNEMOCTL_DOCTOR_H

#include <sys/types.h>
#include <limits.h>
#include "supervisor/lone.h"
#include "supervisor/mnemoctl/ctl.h"

/*
 * mnemoctl doctor: what could keep mnemod from working on this machine.
 * Everything is looked at; but for two empty files in a folder of their own,
 * gone again at once, nothing is written.
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
	json_object	*last;		/* of them */
	const char	*area;		/* of the check at work */
	int64_t		 count[3];	/* by level */
	int		 renames;	/* renameat2(2) was tried and works */
	dev_t		 renames_dev;	/* there */
};

/* A finding; and what to do about the last one.  May hold text of others. */
void doctor_say(struct doctor *, enum doctor_level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_advise(struct doctor *, const char *advice);

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

void doctor_rename(struct doctor *);		/* doctor_rename.c */

/* doctor_history.c: of a memory; `row' is what the state says, or NULL. */
void doctor_history(struct doctor *, const struct config_memory *,
    const struct store_memory *row);

/*
 * doctor_workers.c: ask a worker.  1 with an answer, which is to be released;
 * or 0 and `last' says what was wrong, as it does of an answer without body.
 */
int doctor_run(struct doctor *, const struct lone_job *,
    struct lone_answer *, char last[PATH_MAX]);

/*
 * doctor_memory.c: 1 if a lock is held in `dir', whoever it is; the file
 * `name' there, or the directory itself (NULL).
 */
int doctor_is_locked(const char *dir, const char *name);

#endif
