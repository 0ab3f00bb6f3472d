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

/* What ended a failure: the span in which its reason was found. */
struct fix {
	const struct run	*passed;	/* NULL: never seen to work */
	unsigned		 until;		/* another error, or passed */
	struct strs		 files;		/* edited down to `passed' */
	const struct edit	*only;		/* if there is but one */
	size_t			 edits;
	size_t			 soon;		/* of these, until `until' */
	const struct run	*build;		/* the only one until `until' */
};

/* The first run of the same command that passed, in whatever task. */
static void
find_passed(struct fix *fix, const struct builtin *b, const struct failure *f)
{
	const struct run *r;
	size_t i, j;

	for (i = 0; i < b->ntasks && fix->passed == NULL; i++)
		for (j = 0; j < b->task[i]->nruns; j++) {
			r = &b->task[i]->runs[j];
			if (r->seq > f->seq && r->passed &&
			    strs_has(&r->keys, f->key)) {
				fix->passed = r;
				fix->until = r->seq;
				break;
			}
		}
}

/* The same command failed for another reason: this one was gone. */
static void
find_other_error(struct fix *fix, const struct builtin *b,
    const struct failure *f)
{
	const struct failure *g;
	size_t i, j;

	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nfailures; j++) {
			g = &b->task[i]->failures[j];
			if (g->seq > f->seq && g->seq < fix->until &&
			    strcmp(g->key, f->key) == 0)
				fix->until = g->seq;
		}
}

static void
find_edits(struct fix *fix, const struct builtin *b, const struct failure *f)
{
	const struct edit *e;
	size_t i, j;

	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nedits; j++) {
			e = &b->task[i]->edits[j];
			if (e->refused || e->seq < f->seq ||
			    e->seq > fix->passed->seq)
				continue;
			fix->only = fix->edits++ == 0 ? e : NULL;
			fix->soon += e->seq <= fix->until;
			(void)strs_add(&fix->files, e->file);
		}
}

/* "pip install x", "make": what may mend without an edit. */
static void
find_build(struct fix *fix, const struct builtin *b, const struct failure *f)
{
	const struct run *r;
	size_t i, j, n = 0;

	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nruns; j++) {
			r = &b->task[i]->runs[j];
			if (r->seq <= f->seq || r->seq >= fix->until ||
			    !r->passed || r->kind != RUN_BUILD)
				continue;
			fix->build = n++ == 0 ? r : NULL;
		}
}

static void
fix_find(struct fix *fix, const struct builtin *b, const struct failure *f)
{
	memset(fix, 0, sizeof(*fix));
	find_passed(fix, b, f);
	if (fix->passed == NULL)
		return;
	find_other_error(fix, b, f);
	find_edits(fix, b, f);
	if (fix->soon == 0)
		find_build(fix, b, f);
}

/* Tell of the fix; 0 if the failure came and went by itself. */
static int
set_fix(json_object *o, const struct fix *fix)
{
	const struct edit *e = fix->only;

	if (fix->soon == 0) {
		if (fix->build != NULL)
			json_set_str(o, "after", fix->build->command);
		return fix->build != NULL;
	}
	if (e != NULL && e->from.n + e->to.n > 0 && e->lines <= SHOWN_LINES) {
		json_set_str(o, "file", e->file);
		facts_arr(o, "from", strs_json(&e->from));
		facts_arr(o, "to", strs_json(&e->to));
	} else {
		facts_arr(o, "files", strs_json(&fix->files));
	}
	return 1;
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
	json_object *o = json_object_new_object();
	const char *kind = f->kind == FAILURE_HIDDEN ? "hidden" : "open";
	const char *command = f->command;
	struct fix fix;

	fix_find(&fix, b, f);
	if (!is_told(t, f) || (fix.passed != NULL && !set_fix(o, &fix))) {
		strs_clear(&fix.files);
		json_object_put(o);
		return NULL;
	}
	if (fix.passed != NULL) {
		kind = "fixed";
		if (fix.passed->keys.n == 1)
			command = fix.passed->command;
	}
	json_set_str(o, "kind", kind);
	json_set_str(o, "command", command);
	facts_str(o, "error", first_error(b, f));
	if (f->exit >= 0)
		json_set_int(o, "exit", f->exit);
	json_set_int(o, "time", f->time);
	strs_clear(&fix.files);
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
		json_push(a, o);
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
		json_push(a, o);
	}
	for (i = 0; i < t->nfailures; i++)
		if (t->failures[i].kind != FAILURE_DIAGNOSIS &&
		    (o = failure_json(b, t, &t->failures[i])) != NULL)
			json_push(a, o);
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
		json_push(a, o);
	}
	return a;
}
