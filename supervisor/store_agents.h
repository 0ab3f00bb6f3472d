#ifndef MNEMOD_STORE_AGENTS_H
#define MNEMOD_STORE_AGENTS_H

#include <stdint.h>
#include "supervisor/store_base.h"

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
	const char	*generator;	/* see common/generator.h; or NULL */
};
typedef int store_agent_cb(const struct store_agent *, void *);
/*
 * thread_id, session_id, memory, token, watermark, started_at and generator
 * count.
 */
enum store_status store_agent_insert(struct store *,
    const struct store_agent *);
enum store_status store_agent_set_status(struct store *, const char *id,
    const char *status);
/* The bound that stopped it, before its end is recorded. */
enum store_status store_agent_set_capped(struct store *, const char *id,
    const char *reason);
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

#endif
