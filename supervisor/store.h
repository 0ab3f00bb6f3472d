#ifndef MNEMOD_STORE_H
#define MNEMOD_STORE_H

#include <stddef.h>
#include <stdint.h>
#include "uuid.h"

/*
 * The state database: what was seen, what is to be done, what was made.
 * This header hides the engine (SQLite now) so that another can take its
 * place.  All times are Unix seconds unless the name ends in _ms or _ns;
 * "now" is always handed in.  Text is UTF-8.
 *
 * Ownership: text in a struct handed in is the caller's and is copied.
 * Text in a row handed to a callback is borrowed until the callback
 * returns; a callback may call the store, and returns non-zero to stop the
 * list.  What store_*_get() returns is the caller's (store_*_free()).
 *
 * Every failure but STORE_NONE is logged here with the object's name.
 */
struct store;

enum store_status {
	STORE_OK,
	STORE_NONE,		/* no such row, or it is not ours any more */
	STORE_BUSY,		/* locked by another process for 5 s */
	STORE_FULL,		/* the disk is full: try again later */
	STORE_CORRUPT,		/* not a database, or damaged */
	STORE_NEWER,		/* made by a newer mnemod */
	STORE_ERROR		/* anything else */
};

enum store_mode {
	STORE_OWNER,		/* read and write; the caller holds `lock' */
	STORE_COPY,		/* a copy in memory: nothing on disk changes */
	STORE_READER		/* the file itself, beside its owner or not */
};

/* Word for messages: "corrupt". */
const char *store_status_name(enum store_status);

/*
 * Open `dir'/state.db, make or migrate it.  Refuses a network file system,
 * a damaged file and a newer schema: logged, with the way out; the process
 * should end with EXIT_STATE.  STORE_COPY without a database gives an
 * empty store.
 *
 * STORE_READER makes and migrates nothing: without a database STORE_NONE;
 * an older one is read from a copy in memory.  Transactions should be
 * short, for the owner's sake.
 */
enum store_status store_open(const char *dir, enum store_mode,
    struct store **);
void store_close(struct store *);
/*
 * 1 if a reader found the database at rest but its owner has begun to write
 * since: what was read may be torn and is to be read again, from a store
 * opened anew.
 */
int store_reader_stale(const struct store *);

/*
 * Transactions.  Every function below is one by itself; these put several
 * of them into one (a scan's batch).  They nest.  After a store_begin()
 * that failed, store_rollback() has nothing to do and does nothing.
 */
enum store_status store_begin(struct store *);
enum store_status store_commit(struct store *);
void store_rollback(struct store *);

/*
 * Threads and the files they come from.
 */
struct store_thread {
	const char	*id;
	const char	*session_id;
	const char	*source_name;		/* section of mnemod.conf(5) */
	const char	*rollout_path;
	const char	*content_hash;
	int64_t		 created_at_ms;
	int64_t		 updated_at_ms;		/* version of the rollout */
	const char	*source;		/* "cli", "vscode", JSON */
	const char	*thread_source;		/* or NULL */
	const char	*model_provider;	/* or NULL */
	const char	*cwd;
	const char	*cli_version;		/* or NULL */
	const char	*title;			/* never NULL, may be "" */
	const char	*preview;		/* "": no user message */
	const char	*first_user_message;
	int64_t		 archived;		/* 0, 1 */
	const char	*git_sha;		/* or NULL */
	const char	*git_branch;		/* or NULL */
	const char	*git_origin_url;	/* or NULL */
	const char	*memory_mode;	/* "enabled" "disabled" "polluted" */
};

struct store_file {
	const char	*source_name;
	const char	*path;			/* absolute */
	int64_t		 dev;
	int64_t		 ino;
	int64_t		 size;			/* -1: must be read again */
	int64_t		 mtime_ns;
	const char	*hash;
	const char	*thread_id;		/* NULL: unusable */
	int64_t		 updated_at_ms;		/* of this file's records */
	int64_t		 archived;
	int64_t		 compressed;
	const char	*reason;	/* why unusable ("empty") or NULL */
	int64_t		 missing_since;		/* 0: it is there */
	int64_t		 missing_last;		/* last scan without it */
	const char	*last_result;	/* "output", "failed: ..." or NULL */
	int64_t		 last_result_at;
};

typedef int store_thread_cb(const struct store_thread *, void *);
typedef int store_file_cb(const struct store_file *, void *);

/*
 * A file that a scan found new or changed, with the thread it holds (NULL:
 * unusable, file->reason says why).  Of several files of one thread the
 * one with the newest record wins, then one that is not archived; the same
 * content keeps the thread's version whatever its times say.
 */
enum store_status store_file_put(struct store *, const struct store_file *,
    const struct store_thread *);
/*
 * Same path and content, other stat fields; brings a missing file back.
 * STORE_NONE: a path not known yet, to be put.
 */
enum store_status store_file_moved(struct store *,
    const struct store_file *);
/* A scan did not find it: missing since `now'; nothing is forgotten. */
enum store_status store_file_vanished(struct store *,
    const char *source_name, const char *path, int64_t now);
/* A scan of all of a source ended: what is missing was so once more. */
enum store_status store_scan_ended(struct store *, const char *source_name,
    int64_t now);
/* Every file of a source, by path. */
enum store_status store_file_each(struct store *, const char *source_name,
    store_file_cb *, void *arg);
/* The same of those that the next scan must read again: of size -1. */
enum store_status store_file_each_again(struct store *,
    const char *source_name, store_file_cb *, void *arg);
enum store_status store_file_count(struct store *, const char *source_name,
    int64_t *files, int64_t *missing);

/*
 * For on_missing = forget, when the source's folder is there and readable
 * on device `dev': forget files missing in two scans at least a day apart,
 * and threads that only they held.  If more than a tenth of the source's
 * files would go, none does.
 */
struct store_forget {
	const char	*source_name;
	int64_t		 dev;
	int64_t		 now;
	int64_t		 due;		/* result: gone for a day on `dev' */
	int64_t		 elsewhere;	/* result: and on other devices */
	int64_t		 forgotten;	/* result: of the due, all or none */
};
enum store_status store_file_forget(struct store *, struct store_forget *);

enum store_status store_thread_get(struct store *, const char *id,
    struct store_thread **);
void store_thread_free(struct store_thread *);
enum store_status store_thread_each(struct store *, store_thread_cb *,
    void *arg);
/*
 * A mode that takes the thread out also enqueues every memory that it was
 * last selected for, "polluted" even if it was so before.  STORE_NONE: no
 * such thread.
 */
enum store_status store_thread_set_memory_mode(struct store *,
    const char *id, const char *mode, int64_t *changed);
/*
 * Delete the thread's output and stage-one job, enqueue the memories that
 * selected it; with `reason' a tombstone keeps it from coming back.
 */
enum store_status store_thread_forget(struct store *, const char *id,
    const char *reason, int64_t now);
/* What must not come back, oldest first; the file's id only. */
enum store_status store_tombstone_each(struct store *,
    int (*)(const char *thread_id, void *), void *arg);

/*
 * Stage one.
 */
enum store_due {
	DUE_NOW,
	DUE_SOURCE,		/* not an interactive source */
	DUE_MEMORY_MODE,	/* disabled or polluted */
	DUE_ARCHIVED,
	DUE_NO_USER_MESSAGE,
	DUE_EXCLUDED,		/* no memory takes it */
	DUE_TOMBSTONE,		/* forgotten on purpose */
	DUE_MISSING,		/* its file is not there */
	DUE_UP_TO_DATE,
	DUE_TOO_OLD,
	DUE_TOO_YOUNG,		/* not idle long enough yet */
	DUE_RUNNING,
	DUE_RETRY_BACKOFF,
	DUE_RETRY_EXHAUSTED,
	DUE__MAX
};
/* "too_young". */
const char *store_due_name(enum store_due);

struct store_stage_one_rules {
	int64_t		 now;
	int64_t		 idle_hours;	/* clamped to 0..48 */
	int64_t		 age_days;	/* clamped to 0..3650; 0: no limit */
	int64_t		 scan_limit;	/* candidates looked at: 5000 */
	int64_t		 max_claims;	/* of this call */
	int64_t		 max_running;	/* live jobs of all runs */
	int64_t		 lease_s;	/* 3600 */
	const char	*worker_id;	/* the run thread; never claimed */
	/* 1: some memory takes the thread; NULL: all are taken. */
	int		(*wanted)(const struct store_thread *, void *);
	void		*arg;
};

/*
 * Every thread, newest first, with why it is or is not due and when that
 * may change by itself (0: it does not).
 */
typedef int store_due_cb(const struct store_thread *, enum store_due,
    int64_t when, void *);
enum store_status store_stage_one_survey(struct store *,
    const struct store_stage_one_rules *, store_due_cb *, void *arg);

/*
 * What bears on a thread's claim beside the thread itself.  Versions are in
 * seconds, -1: there is none.
 */
struct store_due_facts {
	int64_t		 output_version;	/* that an output was made from */
	int64_t		 success_version;	/* that last was done */
	int64_t		 job_version;		/* that was last claimed */
	int64_t		 retry_remaining;
	int64_t		 retry_at;
	int64_t		 running;
	int64_t		 lease_until;
	int64_t		 tombstone;
	int64_t		 present;		/* the file is there */
	int		 has_job;		/* else the job's are 0 */
};

/* One rule of the claim. */
struct store_rule {
	enum store_due	 refusal;	/* what it says when it refuses */
	int		 holds;		/* 1: it lets the thread pass */
	int64_t		 when;		/* else: will by itself then, or 0 */
};
#define STORE_RULES	(DUE__MAX - 1)

struct store_verdict {
	enum store_due		 due;	/* of the first rule that refuses */
	int64_t			 when;
	struct store_due_facts	 facts;
	struct store_rule	 rules[STORE_RULES];	/* as the claim goes */
};
/* Every rule on one thread.  STORE_NONE: no such thread. */
enum store_status store_stage_one_explain(struct store *,
    const struct store_stage_one_rules *, const char *thread_id,
    struct store_verdict *);

/* The earliest time at which a thread becomes due by itself, 0: none. */
enum store_status store_stage_one_next(struct store *,
    const struct store_stage_one_rules *, int64_t *when);

enum store_claim {
	CLAIM_CLAIMED,
	CLAIM_UP_TO_DATE,
	CLAIM_RUNNING,		/* also: the cap of live jobs is reached */
	CLAIM_RETRY_BACKOFF,	/* stage two: retry unavailable */
	CLAIM_RETRY_EXHAUSTED,	/* stage one only */
	CLAIM_COOLDOWN		/* stage two only */
};

/* The answer to a claim. */
struct store_job {
	enum store_claim outcome;
	char		 token[UUID_SIZE];	/* proof of ownership */
	int64_t		 watermark;		/* version claimed, seconds */
	int64_t		 next;		/* refused: when to ask again, or 0 */
	int		 cooldown_passed;	/* stage two: it was ignored */
};

/* Claim one thread at the version it has (id and updated_at_ms count). */
enum store_status store_stage_one_try(struct store *,
    const struct store_thread *, const struct store_stage_one_rules *,
    struct store_job *);
/*
 * Claim up to max_claims of the threads due, newest first.  After an error
 * the rows claimed so far stay claimed until their lease ends.
 */
typedef void store_claimed_cb(const struct store_thread *,
    const struct store_job *, void *);
enum store_status store_stage_one_claim(struct store *,
    const struct store_stage_one_rules *, store_claimed_cb *, void *arg);

struct store_citation {
	const char	*thread_id;
	int64_t		 n;
};

struct store_finish {
	const char	*thread_id;
	const char	*token;
	int64_t		 now;
	const char	*const *memories;	/* to enqueue */
	size_t		 nmemories;
	const struct store_citation *citations;	/* of the whole rollout */
	size_t		 ncitations;
};

struct store_output {
	int64_t		 source_updated_at;
	const char	*raw_memory;
	const char	*rollout_summary;
	const char	*rollout_slug;		/* or NULL */
	const char	*facts;			/* JSON or NULL */
	const char	*generator;		/* "builtin/1" */
	int64_t		 keeps;		/* 1: holds a preference */
};

/*
 * The ends of a stage-one job, one transaction each, the file's last
 * result in it.  STORE_NONE: the job is not ours any more, nothing changed.
 */
enum store_status store_stage_one_succeeded(struct store *,
    const struct store_finish *, const struct store_output *);
enum store_status store_stage_one_no_output(struct store *,
    const struct store_finish *);
/* Next try after `delay_s'; costs one of three retries. */
enum store_status store_stage_one_failed(struct store *,
    const struct store_finish *, int64_t delay_s, const char *error);
/* Back to pending without costing a retry: the supervisor stops. */
enum store_status store_stage_one_release(struct store *,
    const struct store_finish *);

/*
 * The same, because the rollout is not what the scan saw: the thread has
 * this version until the next scan reads it.
 */
enum store_status store_stage_one_changed(struct store *,
    const struct store_finish *, int64_t updated_at_ms);

/* Renew the lease of every running job of the run; how many there were. */
enum store_status store_jobs_renew(struct store *, const char *worker_id,
    int64_t lease_until, int64_t *renewed);
/*
 * Recovery, with no other supervisor alive: running jobs of other runs
 * become pending without costing a retry.
 */
enum store_status store_jobs_recover(struct store *, const char *worker_id,
    int64_t *released);

/*
 * Stage two; the job's key is the memory's name.
 */
struct store_stage_two_rules {
	const char	*memory;
	const char	*worker_id;
	int64_t		 now;
	int64_t		 lease_s;	/* 3600 */
	int64_t		 cooldown_s;
	int		 pass_cooldown;	/* asked for by a person */
};

enum store_status store_stage_two_enqueue(struct store *,
    const char *memory, int64_t watermark);
enum store_status store_stage_two_claim(struct store *,
    const struct store_stage_two_rules *, struct store_job *);
/* What a claim would answer now; changes nothing, the token is empty. */
enum store_status store_stage_two_look(struct store *,
    const struct store_stage_two_rules *, struct store_job *);
/* STORE_OK: still ours; STORE_NONE: it is not. */
enum store_status store_stage_two_heartbeat(struct store *,
    const char *memory, const char *token, int64_t lease_until);
enum store_status store_stage_two_owned(struct store *, const char *memory,
    const char *token, int64_t now);

/* How a stage-two job and its agent end. */
struct store_stage_two_end {
	const char	*memory;
	const char	*token;		/* failed: NULL takes an unowned job */
	const char	*agent_id;	/* thread id; NULL: no agent was made */
	const char	*agent_status;	/* NULL: as the function says */
	int64_t		 now;
	int64_t		 completed;	/* watermark, see below */
	int64_t		 turns;
	int64_t		 tokens;
	int64_t		 exit_status;	/* of the process, or -1 */
	const char	*commit;	/* published, or NULL */
	int64_t		 live_files;	/* if `commit' is set */
	const char	*reason;	/* one word, or NULL */
	int64_t		 delay_s;	/* failed: until the next try */
};

/*
 * `completed' is what store_stage_two_watermark() makes of the claimed
 * watermark and the inputs.  In one transaction: the job is done, the agent
 * completed, the memory's live commit set and its selection replaced by the
 * agent's recorded inputs that still have the version that was given.
 * STORE_NONE: the job is not ours any more, nothing changed.
 */
enum store_status store_stage_two_succeeded(struct store *,
    const struct store_stage_two_end *);
/*
 * Job failed, agent errored, one transaction; costs a retry.  STORE_NONE:
 * the job is not ours any more; the agent's end is recorded all the same.
 */
enum store_status store_stage_two_failed(struct store *,
    const struct store_stage_two_end *);
/* Job pending again at no cost, agent interrupted; else the same. */
enum store_status store_stage_two_release(struct store *,
    const struct store_stage_two_end *);
/* Never below the claimed watermark: the highest of it and the inputs. */
int64_t store_stage_two_watermark(int64_t claimed, const int64_t *updated,
    size_t n);

/*
 * Jobs that are left waiting, soonest first: stage-one back-off and
 * exhausted retries of versions not extracted and not outdated; stage two
 * with input that no success has covered yet.
 */
struct store_waiting {
	const char	*kind;		/* "memory_stage1", "memory_consolidate" */
	const char	*key;		/* thread id, memory name */
	enum store_claim reason;	/* CLAIM_CLAIMED: it could run now */
	int64_t		 next;		/* 0: not by itself */
	const char	*last_error;	/* or NULL */
};
typedef int store_waiting_cb(const struct store_waiting *, void *);
/* Of the rules, now and cooldown_s count. */
enum store_status store_waiting_each(struct store *,
    const struct store_stage_two_rules *, store_waiting_cb *, void *arg);

/*
 * Outputs and their selection.
 */
struct store_row {
	const char	*thread_id;
	const char	*session_id;
	int64_t		 source_updated_at;
	const char	*raw_memory;
	const char	*rollout_summary;
	const char	*rollout_slug;		/* or NULL */
	const char	*facts;			/* or NULL */
	const char	*generator;
	int64_t		 generated_at;
	int64_t		 usage_count;
	int64_t		 last_usage;		/* 0: never */
	int64_t		 keeps;
	const char	*rollout_path;
	const char	*cwd;
	const char	*git_branch;		/* or NULL */
	const char	*git_origin_url;	/* or NULL */
	const char	*title;
};
typedef int store_row_cb(const struct store_row *, void *);

struct store_select {
	const char	*memory;
	int64_t		 now;
	int64_t		 limit;		/* rows that do not keep */
	int64_t		 max_unused_days;	/* 0: no limit */
	/* 1: the memory takes the thread; NULL: it takes all. */
	int		(*wanted)(const struct store_thread *, void *);
	void		*arg;
};
/*
 * The rows for a memory, by thread id.  Rows with `keeps' and adopted ones
 * neither age out nor count against the limit.
 */
enum store_status store_select_each(struct store *,
    const struct store_select *, store_row_cb *, void *arg);
/* Is the thread in the memory's last selection?  STORE_OK or STORE_NONE. */
enum store_status store_selected(struct store *, const char *memory,
    const char *thread_id, int64_t *source_updated_at);
enum store_status store_output_get(struct store *, const char *thread_id,
    struct store_row **);
void store_row_free(struct store_row *);
/*
 * Delete rows unused for `days' that no memory has selected, stalest first,
 * at most `limit'; their jobs stay, so they are not extracted again.
 */
struct store_retention {
	int64_t		 now;
	int64_t		 days;		/* 0: none */
	int64_t		 limit;
	int64_t		 pruned;	/* result */
};
enum store_status store_output_prune(struct store *,
    struct store_retention *);
/* Forget all outputs, selections and jobs; memory modes stay. */
enum store_status store_output_clear(struct store *);

/*
 * Agents: consolidation agents and what each was given.
 */
struct store_agent {
	const char	*thread_id;
	const char	*session_id;
	const char	*memory;
	const char	*token;		/* of the stage-two job */
	int64_t		 watermark;	/* claimed */
	const char	*status;	/* a status of mnemod-protocol(7) */
	int64_t		 started_at;
	int64_t		 finished_at;	/* 0: not yet */
	int64_t		 turns;
	int64_t		 tokens;
	int64_t		 exit_status;	/* -1: unknown */
	const char	*base_commit;	/* or NULL */
	const char	*commit;	/* published, or NULL */
	const char	*reason;	/* or NULL */
};
typedef int store_agent_cb(const struct store_agent *, void *);
/* thread_id, session_id, memory, token, watermark and started_at count. */
enum store_status store_agent_insert(struct store *,
    const struct store_agent *);
enum store_status store_agent_set_status(struct store *, const char *id,
    const char *status);
enum store_status store_agent_set_base(struct store *, const char *id,
    const char *commit);
/* Record one row that the agent is given. */
enum store_status store_agent_input(struct store *, const char *id,
    const char *thread_id, int64_t source_updated_at);
/* Agents whose end is not recorded, oldest first; `memory' NULL: all. */
enum store_status store_agent_open_each(struct store *, const char *memory,
    store_agent_cb *, void *arg);
enum store_status store_agent_get(struct store *, const char *id,
    struct store_agent **);
void store_agent_free(struct store_agent *);

/*
 * Memories: the root that a name owns, and what is live in it.
 */
struct store_memory {
	const char	*name;
	const char	*root;		/* real path */
	int64_t		 dev;
	int64_t		 ino;
	int64_t		 claimed_at;
	const char	*live_commit;	/* or NULL: nothing published yet */
	int64_t		 live_files;
};
typedef int store_memory_cb(const struct store_memory *, void *);
/* Record that the root is ours; again: path, device and inode anew. */
enum store_status store_memory_claim(struct store *,
    const struct store_memory *);
enum store_status store_memory_live(struct store *, const char *name,
    const char *commit, int64_t files);
enum store_status store_memory_get(struct store *, const char *name,
    struct store_memory **);
void store_memory_free(struct store_memory *);
enum store_status store_memory_each(struct store *, store_memory_cb *,
    void *arg);

/*
 * For those who look on, mnemoctl(1).
 */

/* A job as it stands; times are 0 and versions -1 where there is none. */
struct store_job_row {
	const char	*kind;		/* as in struct store_waiting */
	const char	*key;
	const char	*status;	/* "pending" "running" "done" "error" */
	const char	*worker_id;	/* or NULL */
	int64_t		 started_at;
	int64_t		 finished_at;
	int64_t		 lease_until;
	int64_t		 retry_at;
	int64_t		 retry_remaining;
	const char	*last_error;	/* or NULL */
	int64_t		 input_watermark;
	int64_t		 last_success_watermark;
};
typedef int store_job_cb(const struct store_job_row *, void *);
/* Every job, by kind and key. */
enum store_status store_job_each(struct store *, store_job_cb *, void *arg);
enum store_status store_job_get(struct store *, const char *kind,
    const char *key, struct store_job_row **);
void store_job_free(struct store_job_row *);

/* Threads whose id begins with `prefix', by id. */
enum store_status store_thread_prefix_each(struct store *,
    const char *prefix, store_thread_cb *, void *arg);
/* Files of this path, one for each source that holds it. */
enum store_status store_file_path_each(struct store *, const char *path,
    store_file_cb *, void *arg);
/* How many files are unusable, by reason, most first. */
enum store_status store_file_reason_each(struct store *,
    int (*)(const char *reason, int64_t n, void *), void *arg);

/* The last agents, newest first, at most `limit'. */
enum store_status store_agent_last_each(struct store *, int64_t limit,
    store_agent_cb *, void *arg);
/* The last agent that published into the memory, or STORE_NONE. */
enum store_status store_agent_published(struct store *, const char *memory,
    struct store_agent **);

struct store_tombstone {
	const char	*thread_id;
	int64_t		 made_at;
	const char	*reason;
};
enum store_status store_tombstone_get(struct store *, const char *thread_id,
    struct store_tombstone **);
void store_tombstone_free(struct store_tombstone *);

struct store_counts {
	int64_t	files, threads, outputs, agents;
	int64_t	stage_one_running, stage_one_done, stage_one_error;
	int64_t	stage_two_running, stage_two_pending;
};
enum store_status store_counts(struct store *, struct store_counts *);

#endif
