#ifndef MNEMOD_MNEMOCTL_AGENTS_H
#define MNEMOD_MNEMOCTL_AGENTS_H

#include "supervisor/mnemoctl/ctl.h"

/*
 * Pieces of what mnemoctl(1) tells about consolidation agents: status,
 * agents and show.
 */

/* Set what every list of agents has: "thread_id" to "generator". */
void agent_set(const struct ctl *, const struct store_agent *,
    json_object *o);

/* Set "agents", the last `max', newest first, and "id_length". */
enum ctl_exit agents_set(struct ctl *, json_object *doc, int64_t max);

/* Print them. */
void agents_table(json_object *doc, const struct output *);

/*
 * Set "audit" (the path, null if there is none), "records", "unreadable",
 * "message" (the last words), "violations", "calls" and "more_calls" from
 * the audit file of an agent.  Everything in it is text of others.
 */
void agent_audit(const struct ctl *, const char *thread_id, json_object *o);

#endif
