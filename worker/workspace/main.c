/*
 * The workspace role: the one worker that may write a memory root.  It keeps
 * the history, makes the private copy that a consolidation agent works on,
 * and publishes what came of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/worker.h"
#include "worker/workspace/adopt.h"
#include "worker/workspace/answer.h"
#include "worker/workspace/check.h"
#include "worker/workspace/left.h"
#include "worker/workspace/publish.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/staging.h"
#include "worker/workspace/trim.h"
#include "worker/workspace/workspace.h"

#define DEFAULT_GENERATOR "builtin/1"

/* The role's state. */
struct role_state {
	struct workspace	 ws;
	json_object		*settings;	/* holds the strings of ws */
	int			 inputs_open;	/* more batches are coming */
	int			 alone;		/* `check' is all it does */
	int			 started;	/* libgit2 is */
};

static void
tick(void *arg)
{
	worker_progress(arg, 1);
	/* Asked to end: a publication is finished first, it is short. */
	(void)worker_tick(arg);
}

static int
redact_tick(void *arg)
{
	tick(arg);
	return 0;
}

static struct redact *
compile(json_object *settings, char *why, size_t whysize)
{
	json_object	*list = json_arr(settings, "redact");
	size_t		 i, n = 0;
	const char	**patterns;
	struct redact	*r;

	if (list != NULL)
		n = json_object_array_length(list);
	patterns = xcalloc(n + 1, sizeof(*patterns));
	for (i = 0; i < n; i++) {
		patterns[i] = json_object_get_string(
		    json_object_array_get_idx(list, i));
		if (patterns[i] == NULL)
			patterns[i] = "";
	}
	r = redact_new(patterns, n, why, whysize);
	free(patterns);
	return r;
}

static int
configure(struct worker *w, json_object *settings, char *why, size_t whysize)
{
	struct role_state	*st = xcalloc(1, sizeof(*st));
	struct workspace	*ws = &st->ws;

	workspace_init(ws);
	worker_set_data(w, st);
	st->settings = json_object_get(settings);
	ws->memory = json_str(settings, "memory");
	ws->root_path = json_str(settings, "root");
	ws->history_path = json_str(settings, "history");
	ws->staging_path = json_str(settings, "staging");
	ws->generator = json_str(settings, "generator");
	if (ws->generator == NULL)
		ws->generator = DEFAULT_GENERATOR;
	ws->model = json_str(settings, "provider") != NULL &&
	    strcmp(json_str(settings, "provider"), "builtin") != 0;
	ws->skill_scripts = json_flag(settings, "skill_scripts", 0);
	ws->tick = tick;
	ws->tick_arg = w;
	ws->read_only = json_flag(settings, "read_only", 0);
	ws->review = json_flag(settings, "review", 0);
	st->alone = json_flag(settings, "check", 0);
	if (ws->root_path == NULL || (!st->alone && (ws->memory == NULL ||
	    ws->history_path == NULL || ws->staging_path == NULL))) {
		snprintf(why, whysize, "memory, root, history and staging "
		    "are needed");
		return -1;
	}
	hook_crash_at(json_str(settings, "crash_at"));
	ws->redact = compile(settings, why, whysize);
	if (ws->redact == NULL)
		return -1;
	redact_set_tick(ws->redact, redact_tick, w);
	return 0;
}

static void
allow(struct sandbox *sb, enum sandbox_class class, const char *path)
{
	/* What is not there will be missed, and named, when it is used. */
	if (sandbox_allow(sb, class, path) < 0 &&
	    (class == SANDBOX_WRITE_TREE || errno != ENOENT))
		log_warn("%s: not opened in the sandbox", path);
}

static void
rights(struct worker *w, struct sandbox *sb)
{
	struct role_state	*st = worker_data(w);

	if (st->alone) {
		allow(sb, SANDBOX_READ_TREE, st->ws.root_path);
		return;
	}
	if (st->ws.read_only) {
		allow(sb, SANDBOX_READ_TREE, st->ws.root_path);
		allow(sb, SANDBOX_READ_TREE, st->ws.history_path);
		return;
	}
	allow(sb, SANDBOX_WRITE_TREE, st->ws.root_path);
	allow(sb, SANDBOX_WRITE_TREE, st->ws.history_path);
	allow(sb, SANDBOX_WRITE_TREE, st->ws.staging_path);
}

static void
fail(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);

	worker_fail(w, m, st->ws.reason, "%s", st->ws.problem);
}

static void
set_hex(json_object *o, const char *key, const git_oid *id)
{
	char	hex[GIT_OID_HEXSZ + 1];

	json_set_str(o, key, git_oid_tostr(hex, sizeof(hex), id));
}

static void
set_counts(json_object *o, const size_t count[3])
{
	json_set_int(o, "added", (int64_t)count[0]);
	json_set_int(o, "modified", (int64_t)count[1]);
	json_set_int(o, "deleted", (int64_t)count[2]);
}

static void
on_input(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct workspace	*ws = &st->ws;
	char			 why[256];

	if (!st->inputs_open)
		inputs_clear(&ws->inputs);
	st->inputs_open = !json_flag(m->body, "last", 0);
	if (inputs_add(&ws->inputs, json_arr(m->body, "entries"), why,
	    sizeof(why)) < 0) {
		workspace_fail(ws, REASON_INPUT, "input: %s", why);
		fail(w, m);
		return;
	}
	if (!st->inputs_open)
		inputs_finish(&ws->inputs);
}

static json_object *
recovered_body(struct recovered *r)
{
	json_object	*o = json_object_new_object();
	json_object	*found = json_object_new_array();
	size_t		 i;

	for (i = 0; i < ROOT_FOUND_MAX && r->look.found[i] != NULL; i++)
		json_push_str(found, r->look.found[i]);
	json_set_str(o, "root", root_state_name(r->root));
	if (r->look.has_live)
		set_hex(o, "live", &r->look.live);
	json_set_int(o, "entries", r->look.entries);
	json_set(o, "found", found);
	json_set_int(o, "moved", (int64_t)r->moved);
	json_set(o, "published", json_object_get(r->published));
	json_set(o, "held", json_object_get(r->held));
	if (r->despite != NULL)
		json_set(o, "despite", json_object_get(r->despite));
	return o;
}

static void
on_recover(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct recovered	 r;

	worker_busy(w, "recover");
	if (recover_run(&st->ws, json_arr(m->body, "agents"),
	    json_flag(m->body, "claimed", 0), &r) < 0)
		fail(w, m);
	else
		worker_reply(w, m, MSG_RECOVERED, recovered_body(&r));
	recovered_release(&r);
}

static void
on_prepare(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct prepared		 p;
	json_object		*o;
	char			*path;

	worker_busy(w, "prepare");
	if (staging_prepare(&st->ws, m->thread_id, &p) < 0) {
		fail(w, m);
		return;
	}
	o = json_object_new_object();
	path = xasprintf("%s/%s", st->ws.staging_path, m->thread_id);
	json_set_bool(o, "changed", p.changed);
	json_set_bool(o, "hand_edited", p.hand_edited);
	json_set_int(o, "again", (int64_t)p.again);
	json_set_str(o, "staging", path);
	set_hex(o, "base", &p.base);
	set_counts(o, p.count);
	worker_reply(w, m, MSG_PREPARED, o);
	free(path);
}

static void
on_publish(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct answer		 a = { w, &st->ws, m };
	struct publish_result	 res;
	enum publish_status	 status;
	json_object		*more = json_object_new_object();

	worker_busy(w, "publish");
	status = publish_run(&st->ws, m->thread_id,
	    json_str(m->body, "base"), &res);
	if (json_flag(m->body, "capped", 0) &&
	    (status == PUBLISH_DONE || status == PUBLISH_HELD))
		json_set(more, "left", left_list(&st->ws, &res.commit));
	answer_publication(&a, status, &res, more);
}

static void
on_check(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	json_object		*o = json_object_new_object();

	worker_busy(w, "check");
	if (check_folder(&st->ws, o) < 0)
		fail(w, m);
	else
		worker_reply(w, m, MSG_CHECKED, json_object_get(o));
	json_object_put(o);
}

/* What is old goes: no thread is named, but how many commits may stay. */
static void
trim(struct worker *w, const struct msg *m, size_t limit)
{
	struct role_state	*st = worker_data(w);
	struct trimmed		 t;
	json_object		*o;

	worker_busy(w, "trim");
	if (trim_run(&st->ws, limit, &t) < 0) {
		fail(w, m);
		return;
	}
	o = json_object_new_object();
	set_hex(o, "commit", &t.live);
	json_set_int(o, "kept", (int64_t)t.kept);
	json_set_int(o, "dropped", (int64_t)t.dropped);
	json_set_bool(o, "adopted", 0);
	worker_reply(w, m, MSG_PURGED, o);
}

static void
on_purge(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct purge		 p = { .ws = &st->ws,
				    .threads = json_arr(m->body, "threads") };
	int64_t			 limit = json_int(m->body, "limit", 0);
	json_object		*o;

	if (limit > 0) {
		trim(w, m, (size_t)limit);
		return;
	}
	worker_busy(w, "purge");
	if (purge_run(&p) < 0)
		fail(w, m);
	else {
		o = json_object_new_object();
		set_hex(o, "commit", &p.live);
		json_set_int(o, "files", (int64_t)p.files);
		json_set_int(o, "kept", (int64_t)p.kept);
		json_set_int(o, "dropped", (int64_t)p.dropped);
		json_set_bool(o, "adopted", p.adopted);
		worker_reply(w, m, MSG_PURGED, o);
	}
	purge_release(&p);
}

#define BATCH_BYTES (512 * 1024)	/* of text in one message */

static void
send_threads(struct worker *w, const struct msg *m, json_object *entries,
    int last)
{
	json_object	*o = json_object_new_object();

	json_set(o, "entries", entries);
	json_set_bool(o, "last", last);
	worker_reply(w, m, MSG_ADOPTED_THREAD, o);
}

static void
tell_threads(struct worker *w, const struct msg *m, json_object *by_id)
{
	json_object	*batch = json_object_new_array();
	const char	*s;
	size_t		 bytes = 0;

	json_object_object_foreach(by_id, id, entry) {
		json_object_array_add(batch, json_object_get(entry));
		s = json_str(entry, "raw_memory");
		bytes += strlen(id) + (s == NULL ? 0 : strlen(s));
		s = json_str(entry, "rollout_summary");
		bytes += s == NULL ? 0 : strlen(s);
		if (bytes < BATCH_BYTES)
			continue;
		send_threads(w, m, batch, 0);
		batch = json_object_new_array();
		bytes = 0;
	}
	send_threads(w, m, batch, 1);
}

static void
on_adopt(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct adopt_result	 res;
	json_object		*o;

	worker_busy(w, "adopt");
	if (adopt_run(&st->ws, &res) < 0) {
		fail(w, m);
		adopt_result_release(&res);
		return;
	}
	if (res.threads.left_out > 0)
		log_warnx("%s: too much text, %zu pieces are left out",
		    st->ws.root_path, res.threads.left_out);
	tell_threads(w, m, res.threads.by_id);
	o = json_object_new_object();
	set_hex(o, "commit", &res.commit);
	set_hex(o, "live", &res.live);
	json_set_int(o, "files", (int64_t)res.files);
	json_set_int(o, "threads",
	    json_object_object_length(res.threads.by_id));
	json_set_int(o, "unread", (int64_t)res.threads.unread);
	worker_reply(w, m, MSG_ADOPTED, o);
	adopt_result_release(&res);
}

static const struct {
	enum msg_id	 id;
	void		(*handle)(struct worker *, const struct msg *);
} handlers[] = {
	{ MSG_INPUT, on_input },
	{ MSG_RECOVER, on_recover },
	{ MSG_PREPARE, on_prepare },
	{ MSG_PUBLISH, on_publish },
	{ MSG_CHECK, on_check },
	{ MSG_PURGE, on_purge },
	{ MSG_ADOPT, on_adopt },
};

/* What mnemoctl asks. */
static const struct {
	enum msg_id	 id;
	void		(*answer)(struct answer *);
} answers[] = {
	{ MSG_HISTORY, answer_history },
	{ MSG_DIFF, answer_diff },
	{ MSG_AUDIT, answer_audit },
	{ MSG_VERIFY, answer_verify },
	{ MSG_REVERT, answer_revert },
	{ MSG_NOTE, answer_note },
	{ MSG_REVIEW, answer_review },
	{ MSG_ACCEPT, answer_accept },
	{ MSG_DISCARD, answer_discard },
};

static void
handle(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	struct answer		 a = { w, &st->ws, m };
	size_t			 i;

	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (handlers[i].id == m->id) {
			handlers[i].handle(w, m);
			return;
		}
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].id == m->id) {
			answers[i].answer(&a);
			return;
		}
	BUG("no handler for message %d", (int)m->id);
}

/*
 * libgit2 loads all certificates of the system that it finds, which takes
 * longer than most of what we want of it: in the sandbox it finds none.
 */
static int
start_history(struct role_state *st)
{
	if (st->started)
		return 0;
	if (history_start() < 0)
		return workspace_fail_history(&st->ws, "libgit2");
	st->started = 1;
	return 0;
}

static void
message(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);

	if (start_history(st) < 0) {
		fail(w, m);
		return;
	}
	if (st->alone != (m->id == MSG_CHECK)) {
		workspace_fail(&st->ws, REASON_INPUT, "%s: not what this "
		    "worker was made for", msg_table[m->id].name);
		fail(w, m);
		return;
	}
	if (!st->alone && workspace_open(&st->ws) < 0) {
		fail(w, m);
		return;
	}
	handle(w, m);
	worker_idle(w);
}

static void
release(struct worker *w)
{
	struct role_state	*st = worker_data(w);

	if (st == NULL)
		return;
	redact_free(st->ws.redact);
	workspace_release(&st->ws);
	if (st->started)
		history_stop();
	json_object_put(st->settings);
	free(st);
	worker_set_data(w, NULL);
}

static const struct worker_role	role = {
	.role = ROLE_WORKSPACE,
	.configure = configure,
	.rights = rights,
	.message = message,
	.release = release
};

int
main(int argc, char **argv, char **envp)
{
	return worker_main(argc, argv, envp, &role);
}
