/* What keeps a memory from its next consolidation, as a claim would find it. */

#include <string.h>

#include "common/log.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/store_review.h"

static const char *
claim_name(enum store_claim claim)
{
	switch (claim) {
	case CLAIM_CLAIMED:
		return "due";
	case CLAIM_UP_TO_DATE:
		return "up_to_date";
	case CLAIM_RUNNING:
		return "running";
	case CLAIM_RETRY_BACKOFF:
		return "retry_backoff";
	case CLAIM_RETRY_EXHAUSTED:
		return "retry_exhausted";
	case CLAIM_COOLDOWN:
		return "cooldown";
	}
	BUG("claim %d", (int)claim);
}

static const struct ctl_memory *
find_memory(const struct ctl *ctl, const char *name)
{
	size_t	 i;

	for (i = 0; i < ctl->config->nmemories; i++)
		if (strcmp(ctl->memories[i].config->name, name) == 0)
			return &ctl->memories[i];
	return NULL;
}

/* What the state alone says. */
static enum store_status
look_at_job(struct ctl *ctl, const char *memory, struct ctl_claim *c)
{
	struct store_stage_two_rules	 rules;
	struct store_job		 job;
	enum store_status		 st;

	memset(&rules, 0, sizeof(rules));
	rules.memory = memory;
	rules.now = ctl->now;
	rules.cooldown_s =
	    ctl->config->pipeline.consolidation_cooldown_hours * 3600;
	st = store_stage_two_look(ctl->store, &rules, &job);
	c->outcome = claim_name(job.outcome);
	c->when = job.outcome == CLAIM_CLAIMED ? ctl->now : job.next;
	return st;
}

/* The claim would be given, but what keeps it from being asked for? */
static void
hold_back(const struct ctl *ctl, const struct ctl_memory *m,
    struct ctl_claim *c)
{
	const struct waits	*w = &ctl->waits;
	struct standstill	 still = w->still;

	if (still.reason != NULL ||
	    standstill_root(ctl->config, m->config->root, &still))
		*c = (struct ctl_claim){ still.reason, 0 };
	else if (config_provider_agents(ctl->config) == NULL)
		return;
	else if (w->budget_until > 0)
		*c = (struct ctl_claim){ "over_budget", w->budget_until };
	else if (w->provider_until > 0)
		*c = (struct ctl_claim){ "provider_waits",
		    w->provider_until };
}

enum store_status
ctl_claim_look(struct ctl *ctl, const char *memory, struct ctl_claim *c)
{
	const struct ctl_memory	*m = find_memory(ctl, memory);
	enum store_status	 st = look_at_job(ctl, memory, c), review;
	char			 agent_id[UUID_SIZE];

	review = store_review_pending(ctl->store, memory, agent_id);
	if (m != NULL && !m->usable)
		*c = (struct ctl_claim){ root_state_name(m->state), 0 };
	else if (review == STORE_OK)
		*c = (struct ctl_claim){ REVIEW_PENDING, 0 };
	else if (m != NULL && strcmp(c->outcome, "due") == 0)
		hold_back(ctl, m, c);
	return review == STORE_OK || review == STORE_NONE ? st : review;
}
