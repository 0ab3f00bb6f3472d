/* mnemoctl agents: the last consolidation agents, one line each. */

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/agents.h"
#include "supervisor/store_ledger.h"

#define AGENTS_MAX	50

struct listing {
	struct ctl	*ctl;
	json_object	*agents;
	const char	*ids[AGENTS_MAX];	/* owned */
	size_t		 n;
};

/* What it spent so far: the row has it only when it is over. */
static int64_t
tokens_of(const struct ctl *ctl, const struct store_agent *a)
{
	struct store_spent	sp;

	if (a->finished_at != 0 || store_ledger_spent(ctl->store, 0,
	    a->thread_id, &sp) != STORE_OK)
		return a->tokens;
	return sp.tokens;
}

void
agent_set(const struct ctl *ctl, const struct store_agent *a, json_object *o)
{
	json_set_str(o, "thread_id", a->thread_id);
	json_set_str(o, "memory", a->memory);
	json_set_str(o, "status", a->status);
	ctl_set_time(o, "started_at", a->started_at);
	ctl_set_time(o, "finished_at", a->finished_at);
	json_set_int(o, "turns", a->turns);
	json_set_int(o, "tokens", tokens_of(ctl, a));
	json_set_str(o, "commit", a->commit);
	json_set_str(o, "reason", a->reason);
	json_set_str(o, "generator", a->generator);
}

static int
add_agent(const struct store_agent *a, void *arg)
{
	struct listing	*l = arg;

	agent_set(l->ctl, a, ctl_push(l->agents));
	l->ids[l->n++] = xstrdup(a->thread_id);
	return l->n == AGENTS_MAX;
}

static void
listing_release(struct listing *l)
{
	char	*id;

	while (l->n > 0) {
		memcpy(&id, &l->ids[--l->n], sizeof(id));
		free(id);
	}
}

enum ctl_exit
agents_collect(struct ctl *ctl, json_object *doc)
{
	struct listing		 l = { .ctl = ctl };
	enum store_status	 st;

	l.agents = ctl_set_array(doc, "agents");
	st = store_agent_last_each(ctl->store, AGENTS_MAX, add_agent, &l);
	json_set_int(doc, "id_length",
	    (int64_t)output_id_length(l.ids, l.n));
	listing_release(&l);
	return ctl_exit_of(st);
}

static enum style
style_of(const char *status)
{
	if (strcmp(status, "errored") == 0)
		return STYLE_BAD;
	return strcmp(status, "running") == 0 ? STYLE_GOOD : STYLE_PLAIN;
}

static void
show_agent(struct table *t, json_object *o, const struct output *out,
    int id_length)
{
	const char	*status = json_str(o, "status");
	char		 when[TIME_TEXT];

	table_addf(t, "%.*s", id_length, json_str(o, "thread_id"));
	table_add(t, STYLE_PLAIN, json_str(o, "memory"));
	table_add(t, style_of(status), status);
	table_addf(t, "%lld", (long long)json_int(o, "turns", 0));
	table_addf(t, "%lld", (long long)json_int(o, "tokens", 0));
	table_add(t, STYLE_PLAIN, time_text(when,
	    json_int(o, "started_at", 0), out->now));
	table_add(t, STYLE_PLAIN, json_str(o, "generator"));
	table_add(t, STYLE_PLAIN, json_str(o, "reason"));
}

void
agents_show(json_object *doc, const struct output *out)
{
	static const char *const names[] = { "AGENT", "MEMORY", "STATUS",
	    "TURNS", "TOKENS", "STARTED", "GENERATOR", "REASON" };
	json_object	*list = json_arr(doc, "agents");
	struct table	*t;
	size_t		 i, n = json_object_array_length(list);

	if (n == 0) {
		output_line(out, STYLE_PLAIN, "no agents");
		return;
	}
	t = table_new(sizeof(names) / sizeof(names[0]));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		table_add(t, STYLE_HEAD, names[i]);
	for (i = 0; i < n; i++)
		show_agent(t, json_object_array_get_idx(list, i), out,
		    (int)json_int(doc, "id_length", 0));
	table_print(t, out);
}
