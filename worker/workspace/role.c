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
#include "worker/workspace/answer.h"
#include "worker/workspace/role.h"
#include "worker/workspace/tasks.h"
#include "worker/workspace/workspace.h"

#define DEFAULT_GENERATOR "builtin/1"

/* The role's state. */
struct role_state {
	struct workspace	 ws;
	json_object		*settings;	/* holds the strings of ws */
	int			 inputs_open;	/* more batches are coming */
	int			 inputs_lost;	/* one of them could not be
						   taken */
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
	ws->redact = redact_from_settings(settings, why, whysize);
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

/* What the supervisor asks by itself, then what mnemoctl does. */
static const struct {
	enum msg_id	 id;
	void		(*answer)(struct answer *);
} answers[] = {
	{ MSG_RECOVER, task_recover },
	{ MSG_PREPARE, task_prepare },
	{ MSG_PUBLISH, task_publish },
	{ MSG_CHECK, task_check },
	{ MSG_PURGE, task_purge },
	{ MSG_ADOPT, task_adopt },
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
	struct answer	a = { w, &((struct role_state *)worker_data(w))->ws, m };
	size_t		i;

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

/* 0, or -1 with workspace_fail(). */
static int
make_ready(struct role_state *st, const struct msg *m)
{
	if (start_history(st) < 0)
		return -1;
	if (st->alone != (m->id == MSG_CHECK))
		return workspace_fail(&st->ws, REASON_INPUT, "%s: not what "
		    "this worker was made for", msg_table[m->id].name);
	return st->alone ? 0 : workspace_open(&st->ws);
}

static int
add_input(struct workspace *ws, const struct msg *m)
{
	char	why[256];

	if (inputs_add(&ws->inputs, json_arr(m->body, "entries"), why,
	    sizeof(why)) == 0)
		return 0;
	return workspace_fail(ws, REASON_INPUT, "input: %s", why);
}

/*
 * The rows come in batches.  Whoever went on without one would take what it
 * holds for forgotten: the other batches, and what is asked behind them, fail
 * with it, until a first one comes again.
 */
static void
on_input(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);
	int			 first = !st->inputs_open;

	st->inputs_open = !json_flag(m->body, "last", 0);
	if (first) {
		inputs_clear(&st->ws.inputs);
		st->inputs_lost = 0;
	}
	if (st->inputs_lost)
		return;		/* it is told */
	if (make_ready(st, m) < 0 || add_input(&st->ws, m) < 0) {
		st->inputs_lost = 1;
		fail(w, m);
	} else if (!st->inputs_open)
		inputs_finish(&st->ws.inputs);
}

static void
message(struct worker *w, const struct msg *m)
{
	struct role_state	*st = worker_data(w);

	if (m->id == MSG_INPUT)
		on_input(w, m);
	else if (st->inputs_lost || make_ready(st, m) < 0)
		fail(w, m);
	else
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

const struct worker_role workspace_role = {
	.role = ROLE_WORKSPACE,
	.configure = configure,
	.rights = rights,
	.message = message,
	.release = release
};
