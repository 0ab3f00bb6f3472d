/* mnemoctl why: what a thread is, and what the rules say of it. */

#include <string.h>

#include "common/json.h"
#include "supervisor/mnemoctl/why.h"

void
why_add_rule(json_object *list, const struct rule_line *r)
{
	json_object	*o = ctl_push(list);

	json_set_str(o, "rule", r->rule);
	json_set_str(o, "refusal", r->refusal);
	json_set_bool(o, "holds", r->holds);
	json_set_bool(o, "decides", 0);
	json_set_str(o, "value", r->value);
	ctl_set_time(o, "when", r->holds ? 0 : r->when);
	json_set_str(o, "until", r->holds ? NULL : r->until);
}

const char *
why_decide(json_object *list, int64_t *when)
{
	json_object	*o;
	size_t		 i;

	*when = 0;
	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (json_flag(o, "holds", 1))
			continue;
		json_set_bool(o, "decides", 1);
		*when = json_int(o, "when", 0);
		return json_str(o, "refusal");
	}
	return NULL;
}

struct files {
	json_object			*list;
	const struct store_thread	*thread;	/* or NULL */
};

static int
add_file(const struct store_file *f, void *arg)
{
	const struct files	*files = arg;
	const struct store_thread *t = files->thread;
	json_object		*o = ctl_push(files->list);

	json_set_str(o, "path", f->path);
	json_set_str(o, "source", f->source_name);
	json_set_bool(o, "archived", f->archived != 0);
	json_set_bool(o, "compressed", f->compressed != 0);
	json_set_int(o, "size", f->size);
	json_set_str(o, "reason", f->reason);
	json_set_bool(o, "wins", t != NULL &&
	    strcmp(t->rollout_path, f->path) == 0);
	ctl_set_time(o, "missing_since", f->missing_since);
	json_set_str(o, "last_result", f->last_result);
	ctl_set_time(o, "last_result_at", f->last_result_at);
	json_set_str(o, "gave_up", f->gave_up);
	return 0;
}

static void
add_thread(json_object *doc, const struct store_thread *t)
{
	json_object	*o = ctl_set_object(doc, "thread");

	json_set_str(o, "id", t->id);
	json_set_str(o, "session_id", t->session_id);
	json_set_str(o, "source", t->source_name);
	json_set_str(o, "path", t->rollout_path);
	json_set_str(o, "cwd", t->cwd);
	json_set_str(o, "title", t->title);
	ctl_set_time(o, "created_at", t->created_at_ms / 1000);
	ctl_set_time(o, "updated_at", t->updated_at_ms / 1000);
}

static enum ctl_exit
explain_thread(struct ctl *ctl, const struct target *target,
    struct store_thread **t, json_object *doc)
{
	enum ctl_exit	 e;

	e = ctl_exit_of(store_thread_get(ctl->store, target->thread_id, t));
	if (e != CTL_OK || *t == NULL)
		return e;
	add_thread(doc, *t);
	e = why_stage_one(ctl, *t, doc);
	return e == CTL_OK ? why_stage_two(ctl, *t, doc) : e;
}

enum ctl_exit
why_collect(struct ctl *ctl, json_object *doc)
{
	struct target		 target;
	struct store_thread	*t = NULL;
	struct files		 files = { NULL, NULL };
	enum ctl_exit		 e;

	e = find_target(ctl, ctl->opt->argument, &target);
	if (e != CTL_OK)
		return e;
	json_set(doc, "thread", NULL);
	files.list = ctl_set_array(doc, "files");
	json_set(doc, "stage_one", NULL);
	ctl_set_array(doc, "stage_two");
	if (target.thread_id[0] != '\0')
		e = explain_thread(ctl, &target, &t, doc);
	files.thread = t;
	if (e == CTL_OK)
		e = ctl_exit_of(store_file_path_each(ctl->store, target.path,
		    add_file, &files));
	store_thread_free(t);
	target_release(&target);
	return e;
}
