#ifndef MNEMOD_OP_TABLE_H
#define MNEMOD_OP_TABLE_H

#include "supervisor/operation.h"

/*
 * The functions that rows of operation_table[] name: a file op_X.c for each
 * family of commands.
 */

#define OP_COMMIT_MAX	128	/* bytes of a commit as it is given */
#define OP_NAME_MAX	64	/* of a memory's name */

/* The argument of every operation on a memory; NULL name: the only one. */
#define OP_ARGUMENT_MEMORY { "memory", OP_TEXT, 0, OP_NAME_MAX }

#define OP_RULE_MAX	64	/* of a rule's name */
#define OP_PATH_MAX	4096	/* of a thread's id, a path or a pattern */
#define OP_NOTE_MAX	16384	/* of a note */

/* op_extract.c */
extern const struct op_argument op_extract_arguments[];
void op_extract_begin(struct op_run *);
/* op_extract_one.c: with `what' */
void op_extract_one_begin(struct op_run *);
void op_extract_idle(struct op_run *);

/* op_reload.c */
extern const struct op_argument op_reload_arguments[];
void op_reload_begin(struct op_run *);
void op_reload_idle(struct op_run *);

/* op_run.c */
extern const struct op_argument op_run_arguments[];
void op_run_begin(struct op_run *);
void op_run_idle(struct op_run *);
void op_run_release(struct op_run *);

/* op_stop.c */
extern const struct op_argument op_stop_arguments[];
void op_stop_begin(struct op_run *);
void op_stop_idle(struct op_run *);

/* op_metrics.c */
extern const struct op_argument op_metrics_arguments[];
void op_metrics_begin(struct op_run *);

/* op_disable.c */
extern const struct op_argument op_disable_arguments[];
void op_disable_begin(struct op_run *);
extern const struct op_argument op_enable_arguments[];
void op_enable_begin(struct op_run *);

/* op_pause.c; of both */
extern const struct op_argument op_pause_arguments[];
void op_pause_begin(struct op_run *);
void op_resume_begin(struct op_run *);

/* op_retry.c */
extern const struct op_argument op_retry_arguments[];
void op_retry_begin(struct op_run *);

/* op_log.c */
extern const struct op_argument op_log_arguments[];
void op_log_begin(struct op_run *);
void op_log_release(struct op_run *);

/* op_release.c */
extern const struct op_argument op_release_arguments[];
void op_release_begin(struct op_run *);

/* op_history.c */
extern const struct op_argument op_history_arguments[];
void op_history_begin(struct op_run *);
extern const struct op_argument op_diff_arguments[];
void op_diff_begin(struct op_run *);
extern const struct op_argument op_audit_arguments[];
void op_audit_begin(struct op_run *);

/* op_own.c */
extern const struct op_argument op_revert_arguments[];
void op_revert_begin(struct op_run *);
void op_revert_reply(struct op_run *, const struct msg *);
extern const struct op_argument op_remember_arguments[];
void op_remember_begin(struct op_run *);
void op_remember_reply(struct op_run *, const struct msg *);

/* op_review.c */
extern const struct op_argument op_review_arguments[];
void op_review_begin(struct op_run *);
extern const struct op_argument op_accept_arguments[];
void op_accept_begin(struct op_run *);
void op_accept_reply(struct op_run *, const struct msg *);
extern const struct op_argument op_discard_arguments[];
void op_discard_begin(struct op_run *);
void op_discard_reply(struct op_run *, const struct msg *);
/* op_despite.c: accept with `despite' */
void op_despite_begin(struct op_run *);
void op_despite_reply(struct op_run *, const struct msg *);
struct memory *op_despite_memory(const struct op_run *);
void op_despite_unpicked(struct op_run *);
struct memory *op_review_memory(const struct op_run *);
void op_review_unpicked(struct op_run *);

/* op_hold.c */
extern const struct op_argument op_hold_arguments[];
void op_hold_begin(struct op_run *);
void op_hold_idle(struct op_run *);
void op_hold_release(struct op_run *);

/* op_use.c */
extern const struct op_argument op_use_arguments[];
void op_use_begin(struct op_run *);

/* op_forget.c */
extern const struct op_argument op_forget_arguments[];
void op_forget_begin(struct op_run *);
void op_forget_idle(struct op_run *);
void op_forget_release(struct op_run *);

#endif
