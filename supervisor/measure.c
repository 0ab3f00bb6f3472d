#include <string.h>

#include "common/json.h"
#include "common/role.h"
#include "supervisor/child.h"
#include "supervisor/measure.h"
#include "supervisor/memory.h"
#include "supervisor/model.h"
#include "supervisor/stage_one.h"

static const char *const usage_names[USAGE__MAX] = {
	[USAGE_TOTAL] = "total", [USAGE_INPUT] = "input",
	[USAGE_CACHED] = "cached_input", [USAGE_OUTPUT] = "output",
	[USAGE_REASONING] = "reasoning_output"
};

/* Stage one is told with the extraction model, stage two with the agent's. */
static const char *
model_of(const struct supervisor *sv, int agent)
{
	const struct config_provider	*p = agent ?
	    config_provider_agents(sv->config) :
	    config_provider_used(sv->config);

	return p == NULL ? METRICS_NO_MODEL : model_name(p, agent);
}

/* A metric whose tags are the model alone, or one word and the model. */
static void
put(struct supervisor *sv, enum metric id, const char *word, int64_t value)
{
	int		 agent = id >= METRIC_PHASE2 && id <= METRIC_USAGE;
	const char	*model = model_of(sv, agent);
	const char	*tags[] = { word == NULL ? model : word, model };

	metrics_put(sv->metrics, id, tags, value);
}

static void
put_if(struct supervisor *sv, enum metric id, const char *word, int64_t value)
{
	if (value > 0)
		put(sv, id, word, value);
}

static void
put_usage(struct supervisor *sv, enum metric id, const struct measure_usage *u)
{
	unsigned	i;

	for (i = 0; u->told && i < USAGE__MAX; i++)
		put(sv, id, usage_names[i], u->tokens[i]);
}

void
measure_guard_refused(struct supervisor *sv)
{
	put(sv, METRIC_STARTUP, "skipped_rate_limit", 1);
}

void
measure_stage_one(struct supervisor *sv, const struct stage_one_counts *n,
    int64_t ms)
{
	put(sv, METRIC_PHASE1_E2E_MS, NULL, ms);
	if (n->taken == 0)
		put(sv, METRIC_PHASE1, "skipped_no_candidates", 1);
	put_if(sv, METRIC_PHASE1, "claimed", n->taken);
	put_if(sv, METRIC_PHASE1, "succeeded", n->output);
	put_if(sv, METRIC_PHASE1, "succeeded_no_output", n->no_output);
	put_if(sv, METRIC_PHASE1, "failed", n->failed);
	put_if(sv, METRIC_PHASE1_OUTPUT, NULL, n->output);
	put_usage(sv, METRIC_PHASE1_TOKEN_USAGE, &n->usage);
}

void
measure_stage_two(const struct memory *m, const char *status)
{
	static const char *const statuses[] = { "claimed", "agent_spawned",
	    "succeeded", "succeeded_no_workspace_changes",
	    "skipped_retry_unavailable", "skipped_cooldown",
	    "skipped_running", "failed_claim", "failed_prepare_workspace",
	    "failed_load_stage1_outputs", "failed_spawn_agent",
	    "failed_agent", "failed_confirm_ownership",
	    "failed_workspace_commit", "rejected", "staging_limit" };
	size_t	i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (strcmp(status, statuses[i]) == 0)
			put(m->sv, METRIC_PHASE2, statuses[i], 1);
}

void
measure_agent(const struct memory *m)
{
	put_if(m->sv, METRIC_PHASE2_INPUT, NULL, m->rows);
	measure_stage_two(m, "agent_spawned");
}

void
measure_stage_two_end(const struct memory *m, int64_t ms)
{
	put(m->sv, METRIC_PHASE2_E2E_MS, NULL, ms);
	if (m->completed)
		put_usage(m->sv, METRIC_PHASE2_TOKEN_USAGE, &m->usage);
}

/*
 * Reads of memory files.
 */

/* The kind of memory file that this is, or NULL. */
static const char *
kind_of(const char *path)
{
	static const struct {
		const char	*path, *kind;
		int		 folder;
	} kinds[] = {
		{ "MEMORY.md", "memory_md", 0 },
		{ "memory_summary.md", "memory_summary", 0 },
		{ "raw_memories.md", "raw_memories", 0 },
		{ "rollout_summaries", "rollout_summaries", 1 },
		{ "skills", "skills", 1 },
	};
	size_t	i, n;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i].path);
		if (strncmp(path, kinds[i].path, n) == 0 &&
		    (path[n] == '\0' || (kinds[i].folder && path[n] == '/')))
			return kinds[i].kind;
	}
	return NULL;
}

static const char *
reading_tool(const char *name)
{
	static const char *const names[] = { "read_file", "search" };
	size_t	i;

	for (i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return names[i];
	return NULL;
}

/* The path of a call's arguments says the kind; NULL: no memory file. */
static const char *
kind_of_call(json_object *record)
{
	const char	*text = json_str(record, "arguments"), *path;
	const char	*kind = NULL;
	json_object	*args;

	if (text == NULL)
		return NULL;
	args = json_parse(text, strlen(text), JSON_DEPTH, NULL);
	path = json_str(args, "path");
	if (path != NULL)
		kind = kind_of(path);
	json_object_put(args);
	return kind;
}

static void
put_read(struct memory *m, int success)
{
	const char	*tags[] = { m->reads_kind, m->reads_tool,
			    success ? "true" : "false",
			    model_of(m->sv, 1) };

	metrics_put(m->sv->metrics, METRIC_USAGE, tags, 1);
	m->reads_kind = NULL;
}

/* A call, then what came of it; the builtin agent tells of calls alone. */
void
measure_tool(struct memory *m, json_object *record)
{
	const char	*type = json_str(record, "type");

	if (type == NULL || m->sv->metrics == NULL)
		return;
	if (strcmp(type, "function_call_output") == 0) {
		if (m->reads_kind != NULL)
			put_read(m, json_flag(record, "success", 0));
		return;
	}
	m->reads_kind = NULL;
	if (strcmp(type, "function_call") != 0)
		return;
	m->reads_tool = reading_tool(json_str(record, "name"));
	if (m->reads_tool == NULL)
		return;
	m->reads_kind = kind_of_call(record);
	if (m->reads_kind != NULL && json_str(record, "call_id") == NULL)
		put_read(m, 1);
}

/*
 * Requests and workers.
 */

static void
add_usage(struct measure_usage *u, const int64_t tokens[USAGE__MAX])
{
	unsigned	i;

	u->told = 1;
	for (i = 0; i < USAGE__MAX; i++)
		u->tokens[i] += tokens[i];
}

void
measure_request(struct supervisor *sv, const struct measure_request *r)
{
	const struct store_settle	*e = r->settle;
	const char	*purpose = r->agent ? "agent" : "stage_one";
	const char	*model = model_of(sv, r->agent);
	const char	*request[] = { e->outcome, purpose, model };
	const char	*used[] = { NULL, purpose, model };
	const int64_t	 tokens[USAGE__MAX] = { e->tokens, e->input,
			    e->cached_input, e->output, e->reasoning_output };
	unsigned	 i;

	metrics_put(sv->metrics, METRIC_MODEL_REQUESTS, request, 1);
	if (!e->has_usage || e->tokens == 0)
		return;
	for (i = 0; i < USAGE__MAX; i++) {
		used[0] = usage_names[i];
		metrics_put(sv->metrics, METRIC_MODEL_TOKENS, used,
		    tokens[i]);
	}
	if (r->usage != NULL)
		add_usage(r->usage, tokens);
}

static void
put_role(struct supervisor *sv, enum role role)
{
	const char		*tags[] = { role_name(role) };
	struct children_tally	 t;

	children_tally(sv->rt.children, role, &t);
	if (t.starts == 0)
		return;
	metrics_put(sv->metrics, METRIC_WORKER_PROCESSES, tags, t.living);
	metrics_put(sv->metrics, METRIC_WORKER_STARTS, tags, t.starts);
	metrics_put(sv->metrics, METRIC_WORKER_RESTARTS, tags, t.restarts);
	metrics_put(sv->metrics, METRIC_WORKER_CPU_MS, tags, t.cpu_ms);
	metrics_put(sv->metrics, METRIC_WORKER_PEAK_RSS_KIB, tags,
	    t.peak_rss_kib);
}

void
measure_workers(struct supervisor *sv)
{
	unsigned	r;

	for (r = 0; r < ROLE__MAX; r++)
		put_role(sv, (enum role)r);
}
