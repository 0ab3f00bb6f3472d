/* mnemoctl jobs: one line for each job, and for each thread that is due. */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/ids.h"
#include "supervisor/mnemoctl/table.h"

#define KIND_STAGE_ONE	"memory_stage1"
#define KIND_STAGE_TWO	"memory_consolidate"
#define RETRIES		3	/* of a job that was never claimed */

struct listing {
	struct ctl		*ctl;
	json_object		*jobs;
	struct ids		 ids;		/* of all threads */
	enum store_status	 st;
};

static void
set_job(json_object *o, const struct store_job_row *j)
{
	json_set_str(o, "status", j == NULL ? "queued" : j->status);
	json_set_int(o, "retry_remaining", j == NULL ? RETRIES :
	    j->retry_remaining);
	ctl_set_time(o, "started_at", j == NULL ? 0 : j->started_at);
	ctl_set_time(o, "finished_at", j == NULL ? 0 : j->finished_at);
	json_set_str(o, "last_error", j == NULL ? NULL : j->last_error);
}

/* A thread has a job once it was claimed; one that is due will have. */
static int
add_thread(const struct store_thread *t, enum store_due due, int64_t when,
    void *arg)
{
	struct listing		*l = arg;
	struct store_job_row	*j = NULL;
	json_object		*o;

	ids_add(&l->ids, t->id);
	l->st = store_job_get(l->ctl->store, KIND_STAGE_ONE, t->id, &j);
	if (l->st == STORE_OK || (l->st == STORE_NONE && due == DUE_NOW)) {
		o = ctl_push(l->jobs);
		json_set_str(o, "kind", "stage_one");
		json_set_str(o, "key", t->id);
		json_set_str(o, "title", t->title);
		set_job(o, j);
		json_set_str(o, "outcome", store_due_name(due));
		ctl_set_time(o, "when", due == DUE_NOW ? l->ctl->now : when);
	}
	store_job_free(j);
	return ctl_exit_of(l->st) != CTL_OK;
}

static int
add_memory(const struct store_job_row *j, void *arg)
{
	struct listing		*l = arg;
	struct ctl_claim	 c;
	json_object		*o;

	if (strcmp(j->kind, KIND_STAGE_TWO) != 0)
		return 0;
	l->st = ctl_claim_look(l->ctl, j->key, &c);
	o = ctl_push(l->jobs);
	json_set_str(o, "kind", "stage_two");
	json_set_str(o, "key", j->key);
	json_set(o, "title", NULL);
	set_job(o, j);
	json_set_str(o, "outcome", c.outcome);
	ctl_set_time(o, "when", c.when);
	return l->st != STORE_OK;
}

enum ctl_exit
jobs_collect(struct ctl *ctl, json_object *doc)
{
	struct store_stage_one_rules	 rules;
	struct listing			 l = { .ctl = ctl, .ids = IDS_INIT };
	enum ctl_exit			 e;

	l.jobs = ctl_set_array(doc, "jobs");
	e = ctl_exit_of(store_job_each(ctl->store, add_memory, &l));
	if (e == CTL_OK)
		e = ctl_exit_of(l.st);
	ctl_stage_one_rules(ctl, &rules);
	if (e == CTL_OK)
		e = ctl_exit_of(store_stage_one_survey(ctl->store, &rules,
		    add_thread, &l));
	if (e == CTL_OK)
		e = ctl_exit_of(l.st);
	json_set_int(doc, "id_length", ids_length(&l.ids));
	return e;
}

static enum style
style_of(const char *status)
{
	if (strcmp(status, "error") == 0)
		return STYLE_BAD;
	if (strcmp(status, "running") == 0)
		return STYLE_GOOD;
	return strcmp(status, "done") == 0 ? STYLE_DIM : STYLE_PLAIN;
}

static void
show_job(struct table *t, json_object *o)
{
	int		 one = strcmp(json_str(o, "kind"), "stage_one") == 0;
	const char	*status = json_str(o, "status");

	table_add(t, STYLE_PLAIN, one ? "stage one" : "stage two");
	if (one)
		table_id(t, json_str(o, "key"));
	else
		table_add(t, STYLE_PLAIN, json_str(o, "key"));
	table_add(t, style_of(status), status);
	table_number(t, json_int(o, "retry_remaining", 0));
	table_add(t, STYLE_PLAIN, json_str(o, "outcome"));
	table_time(t, json_int(o, "when", 0));
	table_add(t, STYLE_PLAIN, json_str(o, "title"));
	table_add(t, STYLE_BAD, json_str(o, "last_error"));
}

void
jobs_show(json_object *doc, const struct output *out)
{
	static const struct table_column columns[] = {
		{ "KIND", TABLE_WORD }, { "KEY", TABLE_WORD },
		{ "STATUS", TABLE_WORD }, { "LEFT", TABLE_NUMBER },
		{ "OUTCOME", TABLE_WORD }, { "MAY RUN", TABLE_WORD },
		{ "TITLE", TABLE_TEXT }, { "LAST ERROR", TABLE_TEXT },
		{ NULL, TABLE_WORD }
	};
	json_object	*list = json_arr(doc, "jobs");
	struct table	*t;

	if (json_object_array_length(list) == 0) {
		output_line(out, STYLE_PLAIN, "no jobs");
		return;
	}
	t = table_new(out, columns);
	table_ids(t, json_int(doc, "id_length", 0));
	table_rows(t, list, show_job);
	table_print(t);
}
