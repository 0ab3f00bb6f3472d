#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "common/nearest.h"
#include "supervisor/forget_find.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/store_operator.h"

/*
 * mnemoctl disable, enable: a thread, or a directory with all that is below
 * it, of which nothing is made until it is enabled again.
 */

const struct op_argument op_disable_arguments[] = {
	{ "what", OP_TEXT, 0, OP_PATH_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

const struct op_argument op_enable_arguments[] = {
	{ "what", OP_TEXT, 1, OP_PATH_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

/* What is disabled or enabled, and what that means. */
struct change {
	struct op_run		*run;
	char			*what;		/* id or path; owned */
	const char		*word;		/* as it was said */
	struct forget_list	 list;		/* the threads */
};

static void
change_release(struct change *c)
{
	forget_list_release(&c->list);
	free(c->what);
}

static int
is_path(const char *word)
{
	return word[0] == '/' || word[0] == '~';
}

/* What is no path is the beginning of an id, or nothing. */
static int
is_word(const char *word)
{
	return is_path(word) || (strlen(word) >= 4 &&
	    word[strspn(word, "0123456789abcdefABCDEF-")] == '\0');
}

/* The file of one thread, not a directory. */
static int
is_rollout(const struct change *c)
{
	return c->list.n == 1 && strstr(c->word, ".jsonl") != NULL;
}

/* The word as it is kept.  0, or -1: refused. */
static int
find(struct op_run *run, struct change *c)
{
	struct supervisor	*sv = run->sv;
	enum forget_found	 found;
	char			 shown[128];

	memset(c, 0, sizeof(*c));
	c->run = run;
	c->word = op_text(run, "what");
	log_printable(shown, sizeof(shown), c->word, strlen(c->word));
	found = !is_word(c->word) ? FORGET_NONE : forget_find(sv->store,
	    sv->paths, c->word, &c->list);
	if (found == FORGET_ERROR)
		op_failed(run, EXIT_STATE, "state_unreadable", "%s: the state "
		    "database cannot be read; see the log", run->op->name);
	else if (found == FORGET_AMBIGUOUS)
		op_failed(run, EXIT_JOB_FAILED, "ambiguous", "%s",
		    c->list.why);
	else if (is_path(c->word) && !is_rollout(c))
		c->what = paths_expand(sv->paths, c->word);
	else if (found == FORGET_FOUND)
		c->what = xstrdup(c->list.v[0].id);
	else
		op_failed(run, EXIT_JOB_FAILED, "no_such_thread", "%s%s; give "
		    "four characters or more of a thread id, or a directory "
		    "that begins with / or ~", c->list.why[0] != '\0' ?
		    c->list.why : shown, c->list.why[0] != '\0' ? "" :
		    ": no thread");
	return c->what == NULL ? -1 : 0;
}

/*
 * Each memory that was made from one of them is to be made again.  `st' is
 * what came before.
 */
static enum store_status
enqueue(const struct change *c, enum store_status st)
{
	struct store	*s = c->run->sv->store;
	size_t		 i;

	for (i = 0; i < c->list.n && st == STORE_OK; i++)
		st = store_thread_enqueue(s, c->list.v[i].id, 0);
	return st;
}

/* Any memory may take them again. */
static enum store_status
enqueue_all(const struct change *c, enum store_status st)
{
	const struct config	*conf = c->run->sv->config;
	size_t			 i;

	for (i = 0; c->list.n > 0 && i < conf->nmemories && st == STORE_OK;
	    i++)
		st = store_stage_two_enqueue(c->run->sv->store,
		    conf->memories[i].name, 0);
	return st;
}

/* All of it, or nothing. */
static enum store_status
change(struct change *c, int disable)
{
	struct supervisor	*sv = c->run->sv;
	enum store_status	 st = store_begin(sv->store);

	if (st != STORE_OK)
		return st;
	sv->disabled_stale = 1;
	st = disable ?
	    enqueue(c, store_disable(sv->store, c->what, wall_s())) :
	    enqueue_all(c, store_enable(sv->store, c->what));
	if (st == STORE_OK)
		return store_commit(sv->store);
	store_rollback(sv->store);
	return st;
}

static void
answer(struct change *c, enum store_status st)
{
	struct supervisor	*sv = c->run->sv;
	json_object		*o;
	int			 changed = st == STORE_OK;

	if (st != STORE_OK && st != STORE_NONE) {
		op_failed(c->run, EXIT_STATE, "state_unwritable", "%s: the "
		    "state database cannot be written; see the log",
		    c->run->op->name);
		return;
	}
	if (changed)
		log_info("%s: %s, %zu threads", c->run->op->name, c->what,
		    c->list.n);
	o = json_object_new_object();
	json_set_str(o, "what", c->what);
	json_set_bool(o, "changed", changed);
	json_set_int(o, "threads", (int64_t)c->list.n);
	op_done(c->run, o);
	if (changed)
		scheduler_pass(sv);
}

static int
add_disabled(const char *what, int64_t since, void *arg)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "what", what);
	json_set_int(o, "since", since);
	json_push(arg, o);
	return 0;
}

static void
list_disabled(struct op_run *run)
{
	json_object	*o = json_object_new_object();
	json_object	*list = json_object_new_array();

	json_set(o, "disabled", list);
	if (store_disabled_each(run->sv->store, add_disabled, list) ==
	    STORE_OK) {
		op_done(run, o);
		return;
	}
	json_object_put(o);
	op_failed(run, EXIT_STATE, "state_unreadable",
	    "disable: the state database cannot be read; see the log");
}

void
op_disable_begin(struct op_run *run)
{
	struct change	c;

	if (op_text(run, "what") == NULL) {
		list_disabled(run);
		return;
	}
	if (find(run, &c) == 0)
		answer(&c, change(&c, 1));
	change_release(&c);
}

struct nearest {
	const char	*word;
	char		 best[PATH_MAX];
	size_t		 distance;
};

static int
try(const char *what, int64_t since, void *arg)
{
	struct nearest	*n = arg;
	const char	*best = NULL;

	(void)since;
	nearest_try(n->word, what, &best, &n->distance);
	if (best != NULL)
		log_printable(n->best, sizeof(n->best), best, strlen(best));
	return 0;
}

static void
refuse_enabled(struct op_run *run, const char *what)
{
	struct nearest	 n = { what, "none", SIZE_MAX };
	char		 shown[PATH_MAX];

	store_disabled_each(run->sv->store, try, &n);
	log_printable(shown, sizeof(shown), what, strlen(what));
	op_failed(run, EXIT_JOB_FAILED, "not_disabled", "%s is not disabled; "
	    "the nearest that is: %s", shown, n.best);
}

void
op_enable_begin(struct op_run *run)
{
	struct change		c;
	enum store_status	st;

	if (find(run, &c) == 0) {
		st = change(&c, 0);
		if (st == STORE_NONE)
			refuse_enabled(run, c.what);
		else
			answer(&c, st);
	}
	change_release(&c);
}
