#include <stdlib.h>
#include <string.h>

#include "builtin_task.h"
#include "json.h"
#include "mem.h"

int
strs_has(const struct strs *l, const char *s)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return 1;
	return 0;
}

int
strs_add(struct strs *l, const char *s)
{
	if (s[0] == '\0' || l->n == BUILTIN_STRS || strs_has(l, s))
		return 0;
	l->v[l->n++] = xstrdup(s);
	return 1;
}

void
strs_clear(struct strs *l)
{
	while (l->n > 0)
		free(l->v[--l->n]);
}

json_object *
strs_json(const struct strs *l)
{
	json_object *a;
	size_t i;

	if (l->n == 0)
		return NULL;
	a = json_object_new_array();
	for (i = 0; i < l->n; i++)
		json_push_str(a, l->v[i]);
	return a;
}

struct task *
task_new(const char *request, int64_t time)
{
	struct task *t;

	t = xcalloc(1, sizeof(*t));
	t->request = xstrdup(request);
	t->time = time;
	return t;
}

static void
pref_clear(struct pref *p)
{
	free(p->text);
	free(p->rule);
	free(p->before);
	free(p->ack);
	memset(p, 0, sizeof(*p));
}

static void
run_clear(struct run *r)
{
	strs_clear(&r->keys);
	free(r->command);
	free(r->dir);
	free(r->says);
	memset(r, 0, sizeof(*r));
}

static void
edit_clear(struct edit *e)
{
	free(e->file);
	strs_clear(&e->from);
	strs_clear(&e->to);
	memset(e, 0, sizeof(*e));
}

static void
failure_clear(struct failure *f)
{
	free(f->key);
	free(f->command);
	strs_clear(&f->errors);
	memset(f, 0, sizeof(*f));
}

void
task_free(struct task *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->nprefs; i++)
		pref_clear(&t->prefs[i]);
	for (i = 0; i < t->nruns; i++)
		run_clear(&t->runs[i]);
	for (i = 0; i < t->nedits; i++)
		edit_clear(&t->edits[i]);
	for (i = 0; i < t->nfailures; i++)
		failure_clear(&t->failures[i]);
	strs_clear(&t->words);
	free(t->request);
	free(t->wanted);
	free(t->final);
	free(t->accepted);
	free(t->rejected);
	free(t->stopped);
	free(t);
}

struct pref *
task_pref(struct task *t)
{
	if (t->nprefs < BUILTIN_PREFS)
		return &t->prefs[t->nprefs++];
	pref_clear(&t->prefs[BUILTIN_PREFS - 1]);
	return &t->prefs[BUILTIN_PREFS - 1];
}

struct run *
task_run(struct task *t)
{
	if (t->nruns < BUILTIN_RUNS)
		return &t->runs[t->nruns++];
	run_clear(&t->runs[BUILTIN_RUNS - 1]);
	return &t->runs[BUILTIN_RUNS - 1];
}

struct edit *
task_edit(struct task *t)
{
	if (t->nedits < BUILTIN_EDITS)
		return &t->edits[t->nedits++];
	edit_clear(&t->edits[BUILTIN_EDITS - 1]);
	return &t->edits[BUILTIN_EDITS - 1];
}

struct failure *
task_failure(struct task *t)
{
	if (t->nfailures < BUILTIN_FAILURES)
		return &t->failures[t->nfailures++];
	failure_clear(&t->failures[BUILTIN_FAILURES - 1]);
	return &t->failures[BUILTIN_FAILURES - 1];
}

const struct edit *
task_last_edit(const struct task *t)
{
	size_t i;

	for (i = t->nedits; i > 0; i--)
		if (!t->edits[i - 1].refused)
			return &t->edits[i - 1];
	return NULL;
}

int
task_is_check(const struct task *t, const struct run *r)
{
	size_t i;

	switch (r->kind) {
	case RUN_TEST:
	case RUN_BUILD:
	case RUN_LINT:
		return 1;
	case RUN_PROGRAM:
		for (i = 0; i < t->nedits; i++)
			if (!t->edits[i].refused && t->edits[i].seq < r->seq)
				return 1;
		return 0;
	case RUN_OTHER:
		break;
	}
	return 0;
}

const struct run *
task_last_check(const struct task *t)
{
	size_t i;

	for (i = t->nruns; i > 0; i--)
		if (task_is_check(t, &t->runs[i - 1]))
			return &t->runs[i - 1];
	return NULL;
}

int
task_worth(const struct task *t)
{
	return t->nprefs > 0 || t->nfailures > 0 ||
	    task_last_edit(t) != NULL || task_last_check(t) != NULL;
}
