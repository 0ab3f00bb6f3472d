#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_cue.h"
#include "builtin_state.h"
#include "json.h"
#include "mem.h"
#include "worker/text.h"

#define CHECKS		2	/* per task */
#define FILES		8
#define NOTE_QUOTE	100	/* bytes quoted in a note */

static json_object *
files_json(const struct task *t)
{
	struct strs files = { { NULL }, 0 };
	json_object *a;
	size_t i;

	for (i = 0; i < t->nedits && files.n < FILES; i++)
		if (!t->edits[i].refused)
			(void)strs_add(&files, t->edits[i].file);
	a = strs_json(&files);
	strs_clear(&files);
	return a;
}

static json_object *
check_json(const struct run *r)
{
	json_object *o = json_object_new_object();
	char *dir;

	json_set_str(o, "command", r->command);
	dir = text_line(r->dir, BUILTIN_LINE);
	facts_str(o, "dir", dir);
	free(dir);
	if (r->exit >= 0)
		json_set_int(o, "exit", r->exit);
	facts_str(o, "says", r->says);
	json_set_int(o, "time", r->time);
	return o;
}

/* Of use again: passed after the last edit, needs nothing that is gone. */
static int
is_reusable(const struct task *t, const struct run *r)
{
	const struct edit *last = task_last_edit(t);

	return r->passed && task_is_check(t, r) &&
	    (last == NULL || last->seq < r->seq) &&
	    (last != NULL || r->kind != RUN_BUILD) &&
	    strstr(r->command, "/tmp/") == NULL &&
	    strstr(r->command, "[REDACTED") == NULL;
}

static json_object *
checks_json(const struct task *t)
{
	json_object *a = json_object_new_array();
	struct strs shown = { { NULL }, 0 };
	const struct run *r;
	int programs;
	size_t i;

	for (programs = 0; programs < 2 && shown.n == 0; programs++)
		for (i = t->nruns; i > 0 && shown.n < CHECKS; i--) {
			r = &t->runs[i - 1];
			if ((r->kind == RUN_PROGRAM) != programs ||
			    !is_reusable(t, r) ||
			    !strs_add(&shown, r->command))
				continue;
			json_push(a, check_json(r));
		}
	strs_clear(&shown);
	return a;
}

/* The clause in which the agent admits a part undone, or NULL. */
static char *
undone_clause(const struct task *t)
{
	struct buf low = BUF_INIT;
	const char *at, *p, *end;
	char *out = NULL;

	if (t->final == NULL)
		return NULL;
	text_lower(&low, t->final);
	at = cue_undone(buf_str(&low));
	if (at != NULL && low.len == strlen(t->final)) {
		p = t->final + (at - low.data);
		end = p + strcspn(p, ".;!");
		while (p > t->final && strchr(",.;!", p[-1]) == NULL)
			p--;
		p += strspn(p, " ");
		if (strncmp(p, "so ", 3) == 0)
			p += 3;
		out = xstrndup(p, (size_t)(end - p));
	}
	buf_release(&low);
	return out;
}

/* A part failed after the last edit, though its line exited 0. */
static int
part_failed(const struct task *t)
{
	const struct edit *last = task_last_edit(t);
	size_t i;

	for (i = 0; i < t->nfailures; i++)
		if (strncmp(t->failures[i].key, "missing ", 8) == 0 &&
		    (last == NULL || t->failures[i].seq > last->seq))
			return 1;
	return 0;
}

static const char *
outcome(const struct task *t, const char *undone)
{
	const struct run *check = task_last_check(t);
	const struct edit *last = task_last_edit(t);

	if (t->accepted != NULL)
		return "success";
	if (undone != NULL || part_failed(t))
		return "partial";
	if (check == NULL || (last != NULL && last->seq > check->seq))
		return "uncertain";
	return check->passed ? "success" : "fail";
}

static void
set_how(json_object *o, const struct task *t, const char *undone)
{
	struct buf b = BUF_INIT;

	if (t->stopped != NULL)
		buf_addstr(&b, "after an interrupted request");
	else if (t->corrections == 1)
		buf_addstr(&b, "after one correction");
	else if (t->corrections > 1)
		buf_addf(&b, "after %u corrections", t->corrections);
	else if (undone != NULL && t->accepted == NULL)
		buf_addf(&b, "(\"%s\")", undone);
	facts_str(o, "how", buf_str(&b));
	buf_release(&b);
}

static void
add_note_quote(struct buf *b, const char *head, const char *text)
{
	char *line = text_line(text, NOTE_QUOTE), *p;

	for (p = line; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
	buf_addf(b, "%s: \"%s\"", head, line);
	free(line);
}

static void
set_note(json_object *o, const struct task *t)
{
	const struct run *check = task_last_check(t);
	const struct edit *last = task_last_edit(t);
	struct buf b = BUF_INIT;

	if (t->stopped != NULL)
		add_note_quote(&b, "interrupted by the user", t->stopped);
	else if (t->corrections > 0)
		buf_addstr(&b, t->corrections == 1 ? "corrected once" :
		    "corrected several times");
	else if (t->accepted != NULL)
		add_note_quote(&b, "accepted by the user", t->accepted);
	if (t->stopped != NULL || (t->accepted != NULL &&
	    t->corrections == 0)) {
		facts_str(o, "note", buf_str(&b));
		buf_release(&b);
		return;
	}
	if (b.len > 0)
		buf_addstr(&b, ", ");
	if (check != NULL && (last == NULL || last->seq < check->seq))
		buf_addf(&b, "last check %s", check->passed ? "passed" :
		    "failed");
	else if (last != NULL)
		buf_addstr(&b, part_failed(t) ? "edited, its check never ran" :
		    "edited, never checked");
	else
		buf_addstr(&b, "nothing was edited");
	facts_str(o, "note", buf_str(&b));
	buf_release(&b);
}

/* The request as it is compared with those of other sessions. */
static char *
request_key(const struct task *t)
{
	struct buf b = BUF_INIT;

	text_lower(&b, t->request);
	return b.data == NULL ? xstrdup("") : buf_detach(&b);
}

static json_object *
task_json(const struct builtin *b, const struct task *t)
{
	json_object *o = json_object_new_object();
	struct strs keywords = { { NULL }, 0 };
	char *title, *key, *undone;

	title = title_make(t);
	key = request_key(t);
	undone = undone_clause(t);
	title_keywords(&keywords, b, t);
	json_set_str(o, "title", title);
	json_set_str(o, "key", key);
	json_set_str(o, "outcome", outcome(t, undone));
	set_how(o, t, undone);
	set_note(o, t);
	json_set_int(o, "time", t->time);
	facts_arr(o, "keywords", strs_json(&keywords));
	facts_arr(o, "files", files_json(t));
	facts_arr(o, "prefs", facts_prefs(t));
	facts_arr(o, "checks", checks_json(t));
	facts_arr(o, "diagnoses", facts_diagnoses(t));
	facts_arr(o, "failures", facts_failures(b, t));
	strs_clear(&keywords);
	free(undone);
	free(title);
	free(key);
	return o;
}

static const char *
machine_kind_name(enum machine_kind kind)
{
	switch (kind) {
	case MACHINE_MISSING:
		return "missing";
	case MACHINE_PRESENT:
		return "present";
	case MACHINE_VERSION:
		return "version";
	case MACHINE_NO_GIT:
		break;
	}
	return "nogit";
}

static json_object *
machine_json(const struct builtin *b)
{
	json_object *a = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < b->nmachine; i++) {
		o = json_object_new_object();
		json_set_str(o, "kind", machine_kind_name(b->machine[i].kind));
		json_set_str(o, "name", b->machine[i].name);
		facts_str(o, "value", b->machine[i].value);
		json_set_int(o, "time", b->machine[i].time);
		json_push(a, o);
	}
	return a;
}

/* Suffixes of the edited files: ".py", ".c". */
static json_object *
edited_json(const struct builtin *b)
{
	struct strs suffixes = { { NULL }, 0 };
	const char *dot, *file;
	json_object *a;
	size_t i, j;

	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nedits; j++) {
			file = b->task[i]->edits[j].file;
			dot = strrchr(file, '.');
			if (dot != NULL && dot != file &&
			    strchr(dot, '/') == NULL && strlen(dot) <= 8 &&
			    !b->task[i]->edits[j].refused)
				(void)strs_add(&suffixes, dot);
		}
	a = strs_json(&suffixes);
	strs_clear(&suffixes);
	return a;
}

/* What a person prefers does not age: 1 if a task tells of it. */
static int
holds_preference(const struct builtin *b)
{
	size_t i, j;

	for (i = 0; i < b->ntasks; i++)
		for (j = 0; j < b->task[i]->nprefs; j++)
			if (task_worth(b->task[i]) &&
			    b->task[i]->prefs[j].kind != PREF_REQUEST)
				return 1;
	return 0;
}

json_object *
facts_make(const struct builtin *b)
{
	json_object *o, *tasks, *langs;
	size_t i;

	tasks = json_object_new_array();
	for (i = 0; i < b->ntasks; i++)
		if (task_worth(b->task[i]))
			json_push(tasks, task_json(b,
			    b->task[i]));
	if (json_object_array_length(tasks) == 0) {
		json_object_put(tasks);
		return NULL;
	}
	o = json_object_new_object();
	json_set_int(o, "v", BUILTIN_FACTS_VERSION);
	if (holds_preference(b))
		json_set_bool(o, "keeps", 1);
	facts_str(o, "commit", b->meta->git_sha);
	langs = json_object_new_object();
	for (i = 0; i < BUILTIN_LANGS && b->lang[i].code != NULL; i++)
		json_set_int(langs, b->lang[i].code, b->lang[i].requests);
	json_set(o, "langs", langs);
	facts_str(o, "answers", b->answers);
	facts_arr(o, "edited", edited_json(b));
	facts_arr(o, "machine", machine_json(b));
	if (b->dropped > 0)
		json_set_int(o, "dropped", (int64_t)b->dropped);
	json_set(o, "tasks", tasks);
	return o;
}
