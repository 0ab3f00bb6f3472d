#include <stdlib.h>
#include <string.h>

#include "builtin_command.h"
#include "builtin_findings.h"
#include "builtin_result.h"
#include "builtin_shell.h"
#include "builtin_state.h"
#include "mem.h"
#include "worker/text.h"

/*
 * What a finished command line says of its parts.  The line's exit status is
 * that of its last chain (parts joined by && or |); for the chains before it
 * only error lines speak.
 */
enum part { PART_PASSED, PART_FAILED, PART_MISSING };

struct verdict {
	struct command	 cmd;
	char		*dir;	/* that the line ran in, or NULL */
	struct findings	 found;
	enum part	 part[COMMAND_SEGS];
	int		 exit;
	int		 failed;	/* index of the failed part, or -1 */
	int		 hidden;	/* it failed, the line exited 0 */
};

/* Ended by a signal or a time-out: says nothing about the work. */
static int
is_interruption(int code)
{
	return code == 124 || code == 130 || code == 137 || code == 141 ||
	    code == 143;
}

static int
is_live(const struct verdict *v, size_t i)
{
	return v->cmd.seg[i].kind != RUN_OTHER && v->part[i] == PART_PASSED;
}

/* First part of the chain that part `i' belongs to. */
static size_t
chain_start(const struct command *c, size_t i)
{
	while (i > 0 && (c->seg[i - 1].join == SEG_AND ||
	    c->seg[i - 1].join == SEG_PIPE))
		i--;
	return i;
}

/*
 * The part of first..last that failed: the compiler's for a compiler's
 * error, else the last that can.
 */
static int
pick(const struct verdict *v, size_t first, size_t last)
{
	size_t i;
	int found = -1;

	for (i = first; i <= last; i++) {
		if (!is_live(v, i))
			continue;
		found = (int)i;
		if (v->cmd.seg[i].kind == RUN_BUILD && v->found.errors.n > 0 &&
		    strstr(v->found.errors.v[0], ": error:") != NULL)
			break;
	}
	return found;
}

static void
mark_missing(struct verdict *v)
{
	const struct seg *s;
	size_t i, j;

	for (i = 0; i < v->cmd.n; i++) {
		s = &v->cmd.seg[i];
		if (strs_has(&v->found.missing, s->program))
			v->part[i] = PART_MISSING;
		for (j = 0; j < v->found.targets.n; j++)
			if (strcmp(s->program, "make") == 0 &&
			    text_phrase(s->text, v->found.targets.v[j]) !=
			    NULL)
				v->part[i] = PART_FAILED;
	}
}

static int
is_piped(const struct command *c, size_t first, size_t last)
{
	size_t i;

	for (i = first; i < last; i++)
		if (c->seg[i].join == SEG_PIPE)
			return 1;
	return 0;
}

/* A whole chain is judged; `last' is its last part. */
static int
judge_chain(struct verdict *v, size_t first, size_t last)
{
	int is_end = last + 1 == v->cmd.n, errors = v->found.errors.n > 0;
	int told = is_end && v->exit != RESULT_UNKNOWN &&
	    !is_piped(&v->cmd, first, last);

	if (is_end && v->exit > 0 && !is_interruption(v->exit))
		return pick(v, first, last);
	if (!told && errors)
		return pick(v, first, last);
	return -1;
}

/*
 * A compiler's error belongs to the first part that builds, wherever it
 * stands, unless the line's status says that this chain went well.
 */
static int
judge_compiler(const struct verdict *v)
{
	size_t i, last_chain;

	if (v->cmd.n == 0 || v->found.errors.n == 0 ||
	    strstr(v->found.errors.v[0], ": error:") == NULL)
		return -1;
	last_chain = chain_start(&v->cmd, v->cmd.n - 1);
	for (i = 0; i < v->cmd.n; i++)
		if (is_live(v, i) && v->cmd.seg[i].kind == RUN_BUILD &&
		    (i < last_chain || v->exit != 0))
			return (int)i;
	return -1;
}

static void
judge(struct verdict *v)
{
	size_t last, first;

	mark_missing(v);
	v->failed = judge_compiler(v);
	for (last = v->cmd.n; last > 0 && v->failed < 0; last = first) {
		first = chain_start(&v->cmd, last - 1);
		v->failed = judge_chain(v, first, last - 1);
	}
	if (v->failed < 0)
		return;
	v->part[v->failed] = PART_FAILED;
	v->hidden = v->exit == 0;
}

/* The part's failure does not show in the line's own status. */
static int
is_hidden(const struct verdict *v, size_t part)
{
	return v->exit == 0 || (v->exit == RESULT_UNKNOWN &&
	    part + 1 < v->cmd.n);
}

static void
note_machine(struct builtin *b, const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->found.missing.n; i++)
		machine_note(b, MACHINE_MISSING, v->found.missing.v[i]);
	for (i = 0; i < v->cmd.n; i++)
		if (is_live(v, i) && strchr(v->cmd.seg[i].text, '/') !=
		    v->cmd.seg[i].text && v->cmd.seg[i].program[0] != '.')
			machine_note(b, MACHINE_PRESENT,
			    v->cmd.seg[i].program);
	if (v->found.no_git && v->exit != 0 &&
	    command_by_program(&v->cmd, "git") >= 0 && v->dir != NULL)
		machine_note(b, MACHINE_NO_GIT, v->dir);
}

/* NULL if the task knows that this command fails, and for this reason. */
static struct failure *
new_failure(struct builtin *b, const char *key, const char *command,
    const char *error)
{
	struct task *t = builtin_task(b);
	struct failure *f;
	size_t i;

	for (i = 0; i < t->nfailures; i++)
		if (strcmp(t->failures[i].key, key) == 0 &&
		    strcmp(t->failures[i].command, command) == 0 &&
		    (error == NULL || t->failures[i].errors.n == 0 ||
		    strs_has(&t->failures[i].errors, error)))
			return NULL;
	f = task_failure(t);
	f->key = xstrdup(key);
	f->command = xstrdup(command);
	f->seq = b->seq;
	f->time = b->time;
	return f;
}

/* "go: command not found", once in a task; the hidden one says more. */
static void
note_missing(struct builtin *b, const struct verdict *v, const char *line)
{
	struct failure *f;
	char *key, *error;
	size_t i;

	for (i = 0; i < v->cmd.n; i++) {
		if (v->part[i] != PART_MISSING)
			continue;
		key = xasprintf("missing %s", v->cmd.seg[i].program);
		error = xasprintf("%s: command not found",
		    v->cmd.seg[i].program);
		f = new_failure(b, key, is_hidden(v, i) ? line :
		    v->cmd.seg[i].text, NULL);
		if (f != NULL) {
			f->kind = is_hidden(v, i) ? FAILURE_HIDDEN :
			    FAILURE_OPEN;
			f->exit = v->exit;
			(void)strs_add(&f->errors, error);
		}
		free(error);
		free(key);
	}
}

static void
note_targets(struct builtin *b, const struct verdict *v)
{
	struct failure *f;
	char *error;
	size_t i, j;

	for (i = 0; i < v->cmd.n; i++) {
		if (v->part[i] != PART_FAILED || (int)i == v->failed)
			continue;
		f = new_failure(b, v->cmd.seg[i].key, v->cmd.seg[i].text,
		    NULL);
		if (f == NULL)
			continue;
		f->kind = v->exit == 0 ? FAILURE_HIDDEN : FAILURE_OPEN;
		f->exit = v->exit;
		for (j = 0; j < v->found.targets.n; j++) {
			error = xasprintf("No rule to make target '%s'",
			    v->found.targets.v[j]);
			(void)strs_add(&f->errors, error);
			free(error);
		}
	}
}

static void
note_failed(struct builtin *b, struct verdict *v)
{
	struct failure *f;
	char *shown;
	size_t i;

	if (v->found.sanitizer != NULL && v->hidden) {
		shown = command_show(&v->cmd, 0, v->cmd.n);
		f = new_failure(b, v->cmd.seg[v->failed].key,
		    shown == NULL ? v->cmd.seg[v->failed].text : shown, NULL);
		free(shown);
		if (f != NULL) {
			f->kind = FAILURE_DIAGNOSIS;
			(void)strs_add(&f->errors, v->found.sanitizer);
		}
		return;
	}
	f = new_failure(b, v->cmd.seg[v->failed].key,
	    v->cmd.seg[v->failed].text, v->found.errors.n > 0 ?
	    v->found.errors.v[0] : NULL);
	if (f == NULL)
		return;
	f->kind = v->hidden ? FAILURE_HIDDEN : FAILURE_OPEN;
	f->exit = v->exit;
	if (v->found.sanitizer != NULL)	/* the kind and the place */
		(void)strs_add(&f->errors, v->found.sanitizer);
	for (i = 0; i < v->found.errors.n; i++)
		(void)strs_add(&f->errors, v->found.errors.v[i]);
}

static enum run_kind
stronger(enum run_kind a, enum run_kind b)
{
	static const int rank[] = { [RUN_OTHER] = 0, [RUN_PROGRAM] = 1,
	    [RUN_LINT] = 2, [RUN_BUILD] = 3, [RUN_TEST] = 4 };

	return rank[a] >= rank[b] ? a : b;
}

/*
 * The edits of the parts from..to that passed.  What follows them in the line
 * came after them.
 */
static void
note_edits(struct builtin *b, const struct verdict *v, size_t from,
    size_t to)
{
	size_t i;
	int any = 0;

	for (i = from; i < to; i++)
		if (v->part[i] == PART_PASSED)
			any |= shell_edit(b, &v->cmd.seg[i], v->dir);
	if (any)
		b->seq++;
}

/* The first part that is judged, or their number. */
static size_t
first_judged(const struct verdict *v)
{
	size_t i = 0;

	if (v->failed >= 0)
		return (size_t)v->failed;
	while (i < v->cmd.n && v->cmd.seg[i].kind == RUN_OTHER)
		i++;
	return i;
}

/* The parts that passed, or the one that failed, as one run. */
static void
note_run(struct builtin *b, struct verdict *v)
{
	struct run *r;
	char *shown;
	size_t i;
	int passed = v->failed < 0;

	/* A line of which a part never ran is no check to repeat. */
	for (i = 0; passed && i < v->cmd.n; i++)
		if (v->part[i] == PART_MISSING)
			return;
	for (i = 0; i < v->cmd.n; i++)
		if (v->part[i] != (passed ? PART_PASSED : PART_FAILED))
			v->cmd.seg[i].kind = RUN_OTHER;
	shown = command_show(&v->cmd, 0, v->cmd.n);
	if (shown == NULL || is_interruption(v->exit)) {
		free(shown);
		return;
	}
	r = task_run(builtin_task(b));
	r->command = shown;
	r->passed = passed;
	r->exit = v->exit;
	r->seq = b->seq;
	r->time = b->time;
	r->dir = xstrdup(v->dir == NULL ? "" : v->dir);
	r->says = v->found.says == NULL ? NULL : xstrdup(v->found.says);
	for (i = 0; i < v->cmd.n; i++) {
		if (v->cmd.seg[i].kind == RUN_OTHER)
			continue;
		r->kind = stronger(r->kind, v->cmd.seg[i].kind);
		(void)strs_add(&r->keys, v->cmd.seg[i].key);
	}
}

/* The folder that the line ran in: its own cd, the call's, the thread's. */
static char *
run_dir(const struct builtin *b, const struct call *c, const char *cd)
{
	const char *base = c->dir != NULL ? c->dir : b->meta->cwd;

	if (cd != NULL && cd[0] == '/')
		return xstrdup(cd);
	if (cd != NULL && base != NULL && cd[0] != '~' && cd[0] != '-' &&
	    cd[0] != '$' && cd[0] != '.')
		return xasprintf("%s/%s", base, cd);
	return base == NULL ? NULL : xstrdup(base);
}

void
run_note(struct builtin *b, const struct call *c, json_object *output)
{
	struct verdict v;
	struct result r;
	char *line;
	size_t first;

	memset(&v, 0, sizeof(v));
	result_parse(&r, output);
	v.exit = r.exit != RESULT_UNKNOWN ? r.exit : c->exit;
	if (r.refused && v.exit == RESULT_UNKNOWN) {
		result_release(&r);
		return;
	}
	command_parse(&v.cmd, c->text);
	noise_output(b->noise, c->text, buf_str(&r.body), r.body.len);
	findings_read(&v.found, buf_str(&r.body), r.body.len);
	b->dropped += v.found.dropped;
	/* What cat, grep or git print may be anything. */
	if (command_main(&v.cmd) < 0)
		strs_clear(&v.found.errors);
	judge(&v);
	line = text_line(c->text, BUILTIN_LINE);
	v.dir = run_dir(b, c, v.cmd.dir);
	first = first_judged(&v);
	if (v.failed >= 0 || v.exit <= 0)
		note_edits(b, &v, 0, first);
	note_machine(b, &v);
	if (v.exit <= 0 && v.cmd.n == 1)
		machine_version(b, &v.cmd.seg[0], buf_str(&r.body));
	note_missing(b, &v, line);
	note_targets(b, &v);
	if (v.failed >= 0)
		note_failed(b, &v);
	note_run(b, &v);
	if (v.failed < 0 && v.exit <= 0) {
		b->seq++;
		note_edits(b, &v, first, v.cmd.n);
	}
	free(line);
	free(v.dir);
	command_clear(&v.cmd);
	findings_clear(&v.found);
	result_release(&r);
}
