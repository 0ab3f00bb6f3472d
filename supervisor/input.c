#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "monotime.h"
#include "supervisor/group.h"
#include "supervisor/match.h"
#include "supervisor/memory.h"
#include "supervisor/settings.h"

/*
 * memory_send_input(): the rows of a memory as `input' messages to its
 * workspace worker.
 */

#define INPUT_BATCH (1024 * 1024)	/* bytes of text in one message */

struct input {
	struct memory	*m;
	const char	*agent_id;	/* NULL: nothing is recorded */
	json_object	*entries;
	size_t		 bytes;
	int		 failed;
};

static void
input_flush(struct input *in, int last)
{
	struct msg_head	 head = { .id = MSG_INPUT };
	json_object	*body = json_object_new_object();

	json_set(body, "entries", in->entries);
	json_set_bool(body, "last", last);
	in->entries = json_object_new_array();
	in->bytes = 0;
	if (child_request(in->m->wspace, &head, body) == -1)
		in->failed = 1;
}

/* 1 if the memory was not made from this version yet. */
static int
is_fresh(struct input *in, const struct store_row *r)
{
	enum store_status	st;
	int64_t			version;

	st = store_selected(in->m->sv->store, in->m->config->name,
	    r->thread_id, &version);
	if (st != STORE_OK && st != STORE_NONE)
		in->failed = 1;
	return st != STORE_OK || version != r->source_updated_at;
}

static json_object *
input_row(struct input *in, const struct store_row *r)
{
	json_object	*o = json_object_new_object();
	char		*group = group_of(r->git_origin_url, r->cwd);

	json_set_str(o, "kind", "row");
	json_set_str(o, "thread_id", r->thread_id);
	json_set_str(o, "session_id", r->session_id);
	json_set_int(o, "source_updated_at", r->source_updated_at);
	json_set_str(o, "cwd", r->cwd);
	json_set_str(o, "git_branch", r->git_branch);
	json_set_str(o, "rollout_path", r->rollout_path);
	json_set_str(o, "repository_url", r->git_origin_url);
	json_set_str(o, "group", group);
	json_set_str(o, "generator", r->generator);
	json_set_str(o, "raw_memory", r->raw_memory);
	json_set_str(o, "rollout_summary", r->rollout_summary);
	json_set_str(o, "rollout_slug", r->rollout_slug);
	json_set_int(o, "generated_at", r->generated_at);
	json_set_str(o, "title", r->title);
	if (in->agent_id != NULL)
		json_set_bool(o, "fresh", is_fresh(in, r));
	if (r->facts != NULL)
		json_set_str(o, "facts", r->facts);
	free(group);
	return o;
}

static int
input_add(const struct store_row *r, void *arg)
{
	struct input	*in = arg;

	json_push(in->entries, input_row(in, r));
	in->bytes += strlen(r->raw_memory) + strlen(r->rollout_summary) +
	    (r->facts == NULL ? 0 : strlen(r->facts)) + 1024;
	in->m->rows++;
	if (in->agent_id != NULL && store_agent_input(in->m->sv->store,
	    in->agent_id, r->thread_id, r->source_updated_at) != STORE_OK)
		in->failed = 1;
	if (in->bytes > INPUT_BATCH)
		input_flush(in, 0);
	return in->failed;
}

static int
input_tombstone(const char *thread_id, void *arg)
{
	struct input	*in = arg;
	json_object	*o = json_object_new_object();

	json_set_str(o, "kind", "tombstone");
	json_set_str(o, "thread_id", thread_id);
	json_push(in->entries, o);
	in->bytes += 128;
	if (in->bytes > INPUT_BATCH)
		input_flush(in, 0);
	return in->failed;
}

/* The memory takes the thread. */
static int
wanted(const struct store_thread *t, void *arg)
{
	const struct memory		*m = arg;
	const struct config_source	*s;

	s = config_source(m->sv->config, t->source_name);
	return s != NULL && match_memory(m->config, s, t->cwd) &&
	    disabled_by(&m->sv->disabled, t) == NULL;
}

static enum store_status
record_agent(struct memory *m, const char *agent_id)
{
	struct store_agent	a;
	enum store_status	st;
	char			*generator;

	generator = settings_agent_generator(m->sv->config);
	memset(&a, 0, sizeof(a));
	a.thread_id = a.session_id = agent_id;
	a.memory = m->config->name;
	a.token = m->job.token;
	a.watermark = m->job.watermark;
	a.status = "pending_init";
	a.started_at = wall_s();
	a.exit_status = -1;
	a.generator = generator;
	st = store_agent_insert(m->sv->store, &a);
	free(generator);
	return st;
}

static enum store_status
send_all(struct memory *m, struct input *in)
{
	struct store_select	sel;
	enum store_status	st = supervisor_disabled(m->sv);

	memset(&sel, 0, sizeof(sel));
	sel.memory = m->config->name;
	sel.now = wall_s();
	sel.limit =
	    m->sv->config->pipeline.max_raw_memories_for_consolidation;
	sel.max_unused_days = m->sv->config->pipeline.max_unused_days;
	sel.wanted = wanted;
	sel.arg = m;
	if (st == STORE_OK && in->agent_id != NULL)
		st = record_agent(m, in->agent_id);
	if (st == STORE_OK)
		st = store_select_each(m->sv->store, &sel, input_add, in);
	if (st == STORE_OK)
		st = store_tombstone_each(m->sv->store, input_tombstone, in);
	return st;
}

int
memory_send_input(struct memory *m, const char *agent_id)
{
	struct input		in = { m, agent_id, NULL, 0, 0 };
	enum store_status	st;

	m->rows = 0;
	in.entries = json_object_new_array();
	st = store_begin(m->sv->store);
	if (st == STORE_OK) {
		st = send_all(m, &in);
		if (st == STORE_OK && !in.failed)
			st = store_commit(m->sv->store);
		else
			store_rollback(m->sv->store);
	}
	if (st == STORE_OK && !in.failed)
		input_flush(&in, 1);
	json_object_put(in.entries);
	if (st == STORE_OK && !in.failed)
		return 0;
	log_warnx("memory %s: its rows could not be handed on",
	    m->config->name);
	return -1;
}
