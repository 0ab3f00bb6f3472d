/* mnemoctl agents: the last consolidation agents, one line each. */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/agents.h"
#include "supervisor/mnemoctl/ids.h"
#include "supervisor/mnemoctl/table.h"
#include "supervisor/store_ledger.h"

#define AGENTS_MAX	50
#define COMMIT_SHOWN	12

struct listing {
	const struct ctl	*ctl;
	json_object		*agents;
	struct ids		 ids;
};

/* Until it is over the row has nothing of what it did so far. */
static void
set_spent(const struct ctl *ctl, const struct store_agent *a, json_object *o)
{
	struct store_usage	u = { .tokens = a->tokens };
	int64_t			turns = a->turns;

	if (a->finished_at == 0 &&
	    store_ledger_usage(ctl->store, a->thread_id, &u) == STORE_OK)
		turns = u.requests - u.failed;
	json_set_int(o, "turns", turns);
	json_set_int(o, "tokens", u.tokens);
}

void
agent_set(const struct ctl *ctl, const struct store_agent *a, json_object *o)
{
	json_set_str(o, "thread_id", a->thread_id);
	json_set_str(o, "memory", a->memory);
	json_set_str(o, "status", a->status);
	ctl_set_time(o, "started_at", a->started_at);
	ctl_set_time(o, "finished_at", a->finished_at);
	set_spent(ctl, a, o);
	json_set_str(o, "commit", a->commit);
	json_set_str(o, "reason", a->reason);
	json_set_str(o, "generator", a->generator);
}

static int
add_agent(const struct store_agent *a, void *arg)
{
	struct listing	*l = arg;

	agent_set(l->ctl, a, ctl_push(l->agents));
	ids_add(&l->ids, a->thread_id);
	return 0;
}

enum ctl_exit
agents_set(struct ctl *ctl, json_object *doc, int64_t max)
{
	struct listing		 l = { .ctl = ctl, .ids = IDS_INIT };
	enum store_status	 st;

	l.agents = ctl_set_array(doc, "agents");
	st = store_agent_last_each(ctl->store, max, add_agent, &l);
	json_set_int(doc, "id_length", ids_length(&l.ids));
	return ctl_exit_of(st);
}

enum ctl_exit
agents_collect(struct ctl *ctl, json_object *doc)
{
	return agents_set(ctl, doc, AGENTS_MAX);
}

static enum style
style_of(const char *status)
{
	if (strcmp(status, "errored") == 0)
		return STYLE_BAD;
	return strcmp(status, "running") == 0 ? STYLE_GOOD : STYLE_PLAIN;
}

static void
show_agent(struct table *t, json_object *o)
{
	const char	*status = json_str(o, "status");

	table_id(t, json_str(o, "thread_id"));
	table_add(t, STYLE_PLAIN, json_str(o, "memory"));
	table_add(t, style_of(status), status);
	table_number(t, json_int(o, "turns", 0));
	table_number(t, json_int(o, "tokens", 0));
	table_time(t, json_int(o, "started_at", 0));
	table_span(t, json_int(o, "started_at", 0),
	    json_int(o, "finished_at", 0));
	table_addf(t, "%.*s", COMMIT_SHOWN, json_str(o, "commit") == NULL ?
	    "" : json_str(o, "commit"));
	table_add(t, STYLE_PLAIN, json_str(o, "generator"));
	table_add(t, STYLE_PLAIN, json_str(o, "reason"));
}

void
agents_table(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "AGENT", TABLE_WORD }, { "MEMORY", TABLE_WORD },
		{ "STATUS", TABLE_WORD }, { "TURNS", TABLE_NUMBER },
		{ "TOKENS", TABLE_NUMBER }, { "STARTED", TABLE_WORD },
		{ "TOOK", TABLE_WORD }, { "COMMIT", TABLE_WORD },
		{ "GENERATOR", TABLE_TEXT }, { "REASON", TABLE_TEXT },
		{ NULL, TABLE_WORD }
	};
	struct table	*t = table_new(out, columns);

	table_ids(t, json_int(doc, "id_length", 0));
	table_rows(t, json_arr(doc, "agents"), show_agent);
	table_print(t);
}

void
agents_show(json_object *doc, const struct output *out)
{
	if (json_object_array_length(json_arr(doc, "agents")) == 0)
		output_line(out, STYLE_PLAIN, "no agents");
	else
		agents_table(doc, out);
}
