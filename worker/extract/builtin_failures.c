#include <string.h>

#include "builtin_patch.h"
#include "builtin_state.h"
#include "json.h"

#define SHOWN_LINES	6	/* of an edit */

void
facts_str(json_object *o, const char *key, const char *val)
{
	if (val != NULL && val[0] != '\0')
		json_set_str(o, key, val);
}

void
facts_arr(json_object *o, const char *key, json_object *arr)
{
	if (arr != NULL && json_object_array_length(arr) > 0)
		json_set(o, key, arr);
	else if (arr != NULL)
		json_object_put(arr);
}

static const char *
first_error(const struct builtin *b, const struct failure *f)
{
	size_t i;

	for (i = 0; i < f->errors.n; i++)
		if (!noise_is(b->noise, f->errors.v[i]) ||
		    strncmp(f->key, "missing ", 8) == 0)
			return f->errors.v[i];
	return NULL;
}

/* The run that did what failed, in this task or a later one, or NULL. */
static const struct run *
passed_later(const struct builtin *b, const struct failure *f)
{
	const struct run *r;
	size_t i, j;

	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nruns; j++) {
			r = &b->task[i]->runs[j];
			if (r->seq > f->seq && r->passed &&
			    strs_has(&r->keys, f->key))
				return r;
		}
	return NULL;
}

/* The edits that applied between the failure and the run. */
struct fix {
	struct strs		 files;
	const struct edit	*only;	/* if there is but one */
	size_t			 edits;
	size_t			 lines;
};

static void
find_edits(struct fix *fix, const struct builtin *b, unsigned from,
    unsigned to)
{
	const struct edit *e;
	size_t i, j;

	memset(fix, 0, sizeof(*fix));
	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nedits; j++) {
			e = &b->task[i]->edits[j];
			if (e->refused || e->seq < from || e->seq > to)
				continue;
			fix->only = fix->edits++ == 0 ? e : NULL;
			fix->lines += e->lines;
			(void)strs_add(&fix->files, e->file);
		}
}

/* What was edited between failure and success; 0 if nothing was. */
static int
set_fix(json_object *o, const struct builtin *b, const struct failure *f,
    const struct run *r)
{
	struct fix fix;

	find_edits(&fix, b, f->seq, r->seq);
	if (fix.only != NULL && fix.lines <= SHOWN_LINES) {
		json_set_str(o, "file", fix.only->file);
		facts_arr(o, "from", strs_json(&fix.only->from));
		facts_arr(o, "to", strs_json(&fix.only->to));
	} else {
		facts_arr(o, "files", strs_json(&fix.files));
	}
	strs_clear(&fix.files);
	return fix.edits > 0;
}

/* A program that is not there is one line for the machine, unless its
 * failure was hidden or nothing else was found out. */
static int
is_told(const struct task *t, const struct failure *f)
{
	return f->kind != FAILURE_OPEN ||
	    strncmp(f->key, "missing ", 8) != 0 ||
	    (t->nfailures == 1 && t->nruns == 0 && t->nedits == 0);
}

static json_object *
failure_json(const struct builtin *b, const struct task *t,
    const struct failure *f)
{
	const struct run *later = passed_later(b, f);
	json_object *o;
	const char *kind = f->kind == FAILURE_HIDDEN ? "hidden" : "open";

	if (!is_told(t, f))
		return NULL;
	o = json_object_new_object();
	if (later != NULL && set_fix(o, b, f, later)) {
		kind = "fixed";
	} else if (later != NULL && f->kind == FAILURE_OPEN) {
		json_object_put(o);	/* it came and went by itself */
		return NULL;
	}
	json_set_str(o, "kind", kind);
	json_set_str(o, "command", later != NULL && later->keys.n == 1 ?
	    later->command : f->command);
	facts_str(o, "error", first_error(b, f));
	if (f->exit >= 0)
		json_set_int(o, "exit", f->exit);
	json_set_int(o, "time", f->time);
	return o;
}

/* A refused patch teaches something only where the accepted one differs. */
static void
add_patches(json_object *a, const struct task *t)
{
	struct strs from = { { NULL }, 0 }, to = { { NULL }, 0 };
	json_object *o;
	size_t i, j;

	for (i = 0; i < t->nedits; i++) {
		if (!t->edits[i].refused)
			continue;
		for (j = i + 1; j < t->nedits; j++)
			if (!t->edits[j].refused && strcmp(t->edits[j].file,
			    t->edits[i].file) == 0)
				break;
		if (j == t->nedits || !patch_difference(&t->edits[i],
		    &t->edits[j], &from, &to))
			continue;
		o = json_object_new_object();
		json_set_str(o, "kind", "patch");
		json_set_str(o, "file", t->edits[i].file);
		facts_arr(o, "from", strs_json(&from));
		facts_arr(o, "to", strs_json(&to));
		json_set_int(o, "time", t->time);
		json_object_array_add(a, o);
		strs_clear(&from);
		strs_clear(&to);
	}
}

json_object *
facts_failures(const struct builtin *b, const struct task *t)
{
	json_object *a = json_object_new_array(), *o;
	size_t i;

	if (t->rejected != NULL) {
		o = json_object_new_object();
		json_set_str(o, "kind", "rejected");
		json_set_str(o, "said", t->rejected);
		json_set_bool(o, "checked", t->rejected_passed);
		json_set_int(o, "time", t->time);
		json_object_array_add(a, o);
	}
	for (i = 0; i < t->nfailures; i++)
		if (t->failures[i].kind != FAILURE_DIAGNOSIS &&
		    (o = failure_json(b, t, &t->failures[i])) != NULL)
			json_object_array_add(a, o);
	add_patches(a, t);
	return a;
}

json_object *
facts_diagnoses(const struct task *t)
{
	json_object *a = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < t->nfailures; i++) {
		if (t->failures[i].kind != FAILURE_DIAGNOSIS)
			continue;
		o = json_object_new_object();
		json_set_str(o, "command", t->failures[i].command);
		facts_str(o, "error", t->failures[i].errors.n > 0 ?
		    t->failures[i].errors.v[0] : NULL);
		json_set_int(o, "time", t->failures[i].time);
		json_object_array_add(a, o);
	}
	return a;
}
