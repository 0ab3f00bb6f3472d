/* mnemoctl jobs: one line for each job, and for each thread that is due. */

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/ctl.h"

#define KIND_STAGE_ONE	"memory_stage1"
#define KIND_STAGE_TWO	"memory_consolidate"
#define RETRIES		3	/* of a job that was never claimed */

struct listing {
	struct ctl		*ctl;
	json_object		*jobs;
	const char		**ids;		/* of all threads, owned */
	size_t			 n;
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

	l->ids = xreallocarray(l->ids, l->n + 1, sizeof(*l->ids));
	l->ids[l->n++] = xstrdup(t->id);
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
	struct listing			*l = arg;
	struct store_stage_two_rules	 rules;
	struct store_job		 answer;
	json_object			*o;

	if (strcmp(j->kind, KIND_STAGE_TWO) != 0)
		return 0;
	ctl_stage_two_rules(l->ctl, j->key, &rules);
	l->st = store_stage_two_look(l->ctl->store, &rules, &answer);
	o = ctl_push(l->jobs);
	json_set_str(o, "kind", "stage_two");
	json_set_str(o, "key", j->key);
	json_set(o, "title", NULL);
	set_job(o, j);
	json_set_str(o, "outcome", ctl_claim_name(answer.outcome));
	ctl_set_time(o, "when", answer.outcome == CLAIM_CLAIMED ?
	    l->ctl->now : answer.next);
	return l->st != STORE_OK;
}

static void
listing_release(struct listing *l)
{
	char	*id;

	while (l->n > 0) {
		memcpy(&id, &l->ids[--l->n], sizeof(id));
		free(id);
	}
	free(l->ids);
}

enum ctl_exit
jobs_collect(struct ctl *ctl, json_object *doc)
{
	struct store_stage_one_rules	 rules;
	struct listing			 l = { .ctl = ctl };
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
	json_set_int(doc, "id_length",
	    (int64_t)output_id_length(l.ids, l.n));
	listing_release(&l);
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
show_job(struct table *t, json_object *o, const struct output *out,
    int id_length)
{
	int		 one = strcmp(json_str(o, "kind"), "stage_one") == 0;
	const char	*status = json_str(o, "status");
	char		 when[TIME_TEXT];

	table_add(t, STYLE_PLAIN, one ? "stage one" : "stage two");
	table_addf(t, "%.*s", one ? id_length : 64, json_str(o, "key"));
	table_add(t, style_of(status), status);
	table_addf(t, "%lld", (long long)json_int(o, "retry_remaining", 0));
	table_add(t, STYLE_PLAIN, json_str(o, "outcome"));
	table_add(t, STYLE_PLAIN, time_text(when, json_int(o, "when", 0),
	    out->now));
	table_add(t, STYLE_BAD, json_str(o, "last_error"));
}

void
jobs_show(json_object *doc, const struct output *out)
{
	static const char *const names[] = { "KIND", "KEY", "STATUS", "LEFT",
	    "OUTCOME", "MAY RUN", "LAST ERROR" };
	json_object	*list = json_arr(doc, "jobs");
	struct table	*t;
	size_t		 i, n = json_object_array_length(list);

	if (n == 0) {
		output_line(out, STYLE_PLAIN, "no jobs");
		return;
	}
	t = table_new(sizeof(names) / sizeof(names[0]));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		table_add(t, STYLE_HEAD, names[i]);
	for (i = 0; i < n; i++)
		show_job(t, json_object_array_get_idx(list, i), out,
		    (int)json_int(doc, "id_length", 0));
	table_print(t, out);
}
