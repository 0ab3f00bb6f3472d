#include <stdlib.h>

#include "agent.h"
#include "audit.h"
#include "builtin.h"
#include "json.h"
#include "mem.h"

/* The agent that needs no model: one turn, always the same for one input. */
struct work {
	int64_t			 hold_ms;	/* settings: hold_ms */
	int			 written;	/* the files are */
	struct builtin_report	 report;
};

static int
configure(struct agent *a, json_object *settings, char *why, size_t whysize)
{
	struct work	*k = xcalloc(1, sizeof(*k));

	(void)why;
	(void)whysize;
	a->work = k;
	k->hold_ms = json_int(settings, "hold_ms", 0);
	return 0;
}

static void
begin(struct agent *a, const struct msg *m)
{
	struct work	*k = a->work;

	(void)m;
	k->written = 0;
}

static void
consolidate(struct agent *a)
{
	struct work	*k = a->work;
	char		 why[256], *text;

	audit_tool(a, "read_file", INPUTS_FILE);
	audit_tool(a, "read_file", MEMORY_FILE);
	audit_tool(a, "read_file", SUMMARY_FILE);
	if (builtin_consolidate(&a->staging, &k->report, why,
	    sizeof(why)) == -1) {
		text = xasprintf("staging folder %s: %s; nothing is published",
		    a->staging_path, why);
		agent_fail(a, "bad_staging", text);
		free(text);
		return;
	}
	if (k->report.memory_changed)
		audit_tool(a, "write_file", MEMORY_FILE);
	if (k->report.summary_changed)
		audit_tool(a, "write_file", SUMMARY_FILE);
	worker_progress(a->worker, 1);
	k->written = 1;
	agent_hold(a, k->hold_ms);
}

static json_object *
counts(const struct builtin_report *r)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "rows", (int64_t)r->rows);
	json_set_int(o, "groups", (int64_t)r->groups);
	json_set_int(o, "tasks", (int64_t)r->topics);
	json_set_int(o, "kept_blocks", (int64_t)r->kept);
	json_set_int(o, "tombstones", (int64_t)r->tombstones);
	json_set_int(o, "notes", (int64_t)r->notes);
	json_set_int(o, "dropped", (int64_t)r->dropped);
	json_set_int(o, "memory_bytes", (int64_t)r->memory_bytes);
	json_set_int(o, "summary_bytes", (int64_t)r->summary_bytes);
	return o;
}

static void
complete(struct agent *a)
{
	const struct builtin_report	*r =
					    &((struct work *)a->work)->report;
	struct agent_result		 res = { .counts = counts(r) };
	char				*text;

	res.changed = r->memory_changed || r->summary_changed;
	text = xasprintf("%zu sessions in %zu groups, %zu tasks; %s%s",
	    r->rows, r->groups, r->topics, res.changed ? "written" :
	    "nothing changed", a->request.id == MSG_REVISE ?
	    "; builtin writes the same again whatever was refused" : "");
	res.text = text;
	agent_complete(a, &res);
	free(text);
}

static void
slice(struct agent *a)
{
	struct work	*k = a->work;

	if (k->written)
		complete(a);
	else
		consolidate(a);
}

static void
release(struct agent *a)
{
	free(a->work);
}

const struct agent_provider agent_builtin = {
	.configure = configure,
	.begin = begin,
	.slice = slice,
	.free = release
};
