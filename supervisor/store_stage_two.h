#ifndef MNEMOD_STORE_STAGE_TWO_H
#define MNEMOD_STORE_STAGE_TWO_H

#include <stddef.h>
#include <stdint.h>
#include "supervisor/store_base.h"
#include "supervisor/store_stage_one.h"

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

/*
 * Sessions that an agent which met a bound did not come to, by the ids of
 * their threads, borrowed; the list is shortened to those that were new to
 * the memory.
 */
struct store_left {
	const char	**ids;
	size_t		  n;
	int		  again;	/* set: they stay unselected, and the
					 * job is pending; else it was tried
					 * in vain */
};

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
	int64_t		 delay_s;	/* failed, released: until the next
					   try; released: 0 is at once */
	struct store_left *left;	/* succeeded: NULL: it came to all */
};

/*
 * `completed' is what store_stage_two_watermark() makes of the claimed
 * watermark and the inputs.  In one transaction: the job is done, the agent
 * completed, the memory's live commit set and its selection replaced by the
 * agent's recorded inputs that still have the version that was given, less
 * what `left' says.
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
/*
 * A person took what was refused: the job is done, unless it runs anew, and
 * the rest is as of a success; where a later agent did the job meanwhile,
 * that agent's success stands.  `token' does not count.
 */
enum store_status store_stage_two_accepted(struct store *,
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

#endif
