#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/forget_find.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_one.h"
#include "supervisor/store_look.h"
#include "supervisor/store_operator.h"

/*
 * mnemoctl extract THREAD: one thread now, whatever its age and whatever was
 * made of it before.
 */

/* run->data */
struct extraction {
	char	thread_id[UUID_SIZE];
	int64_t	pass;
};

static void
refuse_unreadable(struct op_run *run)
{
	op_failed(run, EXIT_STATE, "state_unreadable", "extract: the state "
	    "database cannot be read; see the log");
}

/* The one thread that is meant: 0, or -1, refused. */
static int
find(struct op_run *run, char id[UUID_SIZE])
{
	struct supervisor	*sv = run->sv;
	const char		*word = op_text(run, "what");
	struct forget_list	 list;
	enum forget_found	 found;
	char			 shown[128];

	found = forget_find(sv->store, sv->paths, word, &list);
	log_printable(shown, sizeof(shown), word, strlen(word));
	if (found == FORGET_FOUND && list.n == 1)
		memcpy(id, list.v[0].id, UUID_SIZE);
	else if (found == FORGET_FOUND)
		op_failed(run, EXIT_JOB_FAILED, "ambiguous", "%s: %zu threads "
		    "were started there; name one", shown, list.n);
	else if (found == FORGET_ERROR)
		refuse_unreadable(run);
	else
		op_failed(run, EXIT_JOB_FAILED, found == FORGET_AMBIGUOUS ?
		    "ambiguous" : "no_such_thread", "%s%s; what no scan has "
		    "seen yet, mnemoctl run finds", list.why[0] != '\0' ?
		    list.why : shown, list.why[0] != '\0' ? "" :
		    ": no thread has this id or file");
	found = found == FORGET_FOUND && list.n == 1 ? FORGET_FOUND :
	    FORGET_NONE;
	forget_list_release(&list);
	return found == FORGET_FOUND ? 0 : -1;
}

/* The rules that even a person does not pass over; 1: they let it pass. */
static int
is_allowed(struct op_run *run, const char *id)
{
	struct store_stage_one_rules	 rules;
	struct store_verdict		 v;
	enum store_status		 st;

	st = supervisor_stage_one_rules(run->sv, &rules);
	rules.asked = 1;
	if (st == STORE_OK)
		st = store_stage_one_explain(run->sv->store, &rules, id, &v);
	if (st == STORE_OK && v.due == DUE_NOW)
		return 1;
	if (st == STORE_OK)
		op_failed(run, v.due >= DUE_RUNNING ? EXIT_WAITING :
		    EXIT_JOB_FAILED, store_due_name(v.due), "thread %s: is "
		    "not extracted (%s); see mnemoctl why %s", id,
		    store_due_name(v.due), id);
	else if (st == STORE_NONE)
		op_failed(run, EXIT_JOB_FAILED, "no_such_thread", "%s: no "
		    "scan has seen this thread; mnemoctl run makes one", id);
	else
		refuse_unreadable(run);
	return 0;
}

static void
answer(struct op_run *run, const char *id, const char *what)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "thread_id", id);
	json_set_str(o, "outcome", what);
	op_done(run, o);
}

/* Since it was asked for: store_thread_again() took the watermark away. */
static int
is_done(const struct store_job_row *job)
{
	return strcmp(job->status, "done") == 0 &&
	    job->last_success_watermark != -1;
}

/* How its job ended, if it did. */
static void
finish(struct op_run *run, const struct extraction *e)
{
	struct store		*s = run->sv->store;
	struct store_job_row	*job = NULL;
	struct store_row	*row = NULL;
	const char		*id = e->thread_id;
	enum store_status	 st;

	st = store_job_get(s, "memory_stage1", id, &job);
	if (st == STORE_OK && is_done(job))
		st = store_output_get(s, id, &row);
	if (st != STORE_OK && st != STORE_NONE)
		refuse_unreadable(run);
	else if (job != NULL && is_done(job))
		answer(run, id, row != NULL ? "output" : "no_output");
	else if (job != NULL && strcmp(job->status, "error") == 0)
		op_failed(run, EXIT_JOB_FAILED, "failed", "thread %s: %s", id,
		    job->last_error == NULL ? "it failed" : job->last_error);
	else
		op_failed(run, EXIT_WAITING, "not_extracted", "thread %s: was "
		    "not extracted now; see mnemoctl why %s", id, id);
	store_row_free(row);
	store_job_free(job);
}

void
op_extract_idle(struct op_run *run)
{
	const struct extraction	*e = run->data;

	if (e != NULL && scheduler_pass_over(run->sv, e->pass))
		finish(run, e);
}

void
op_extract_one_begin(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	struct extraction	*e;
	char			 id[UUID_SIZE];

	if (op_needs_supervisor(run, "start it, or have mnemod -1 make a "
	    "pass") || find(run, id) == -1 || !is_allowed(run, id))
		return;
	if (store_thread_again(sv->store, id) != STORE_OK) {
		op_failed(run, EXIT_STATE, "state_unwritable", "extract: the "
		    "state database cannot be written; see the log");
		return;
	}
	stage_one_ask(sv->stage_one, id);
	if (!op_flag(run, "wait")) {
		answer(run, id, "asked");
		scheduler_pass(sv);
		return;
	}
	run->data = e = xcalloc(1, sizeof(*e));
	memcpy(e->thread_id, id, sizeof(id));
	op_progress(run, "thread %s: is extracted now", id);
	e->pass = scheduler_pass(sv);
}
