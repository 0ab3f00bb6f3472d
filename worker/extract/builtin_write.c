#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_state.h"
#include "json.h"
#include "mem.h"
#include "worker/bullet.h"
#include "worker/text.h"

#define KEYWORDS	12

/*
 * The two texts of an output, in the formats that Codex CLI's own stage one
 * asks of its model (mnemod-memory(5)).  Both are made from the facts, so
 * that they never say more than stage two knows.
 */
struct writer {
	struct buf	*out;
	json_object	*task;
	const char	*home;		/* the thread's folder */
};

typedef int bullet_fn(struct buf *, json_object *);

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

/* A YAML string on one line. */
static void
add_yaml(struct buf *b, const char *key, const char *val)
{
	const char *p;

	buf_addf(b, "%s: \"", key);
	for (p = val; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_addch(b, '\\');
		buf_addch(b, *p);
	}
	buf_addstr(b, "\"\n");
}

static void
add_bullets(struct writer *w, const char *key, bullet_fn *fn)
{
	json_object *arr = json_arr(w->task, key);
	struct buf line = BUF_INIT;
	size_t i;

	for (i = 0; i < length(arr); i++) {
		buf_reset(&line);
		if (fn(&line, json_object_array_get_idx(arr, i)))
			buf_addf(w->out, "- %s\n", buf_str(&line));
	}
	buf_release(&line);
}

static void
add_failures(struct writer *w)
{
	add_bullets(w, "failures", bullet_failure);
}

static void
add_checks(struct writer *w)
{
	json_object *arr = json_arr(w->task, "checks");
	struct buf line = BUF_INIT;
	size_t i;

	for (i = 0; i < length(arr); i++) {
		buf_reset(&line);
		if (bullet_check(&line, json_object_array_get_idx(arr, i),
		    w->home))
			buf_addf(w->out, "- %s\n", buf_str(&line));
	}
	buf_release(&line);
}

static void
add_knowledge(struct writer *w)
{
	struct buf line = BUF_INIT;

	add_checks(w);
	add_bullets(w, "diagnoses", bullet_diagnosis);
	if (bullet_files(&line, w->task))
		buf_addf(w->out, "- %s\n", buf_str(&line));
	buf_release(&line);
}

static void
add_references(struct writer *w)
{
	json_object *files = json_arr(w->task, "files");
	json_object *checks = json_arr(w->task, "checks");
	const char *s;
	size_t i, n = 0;

	for (i = 0; i < length(files); i++) {
		s = json_object_get_string(json_object_array_get_idx(files,
		    i));
		buf_addf(w->out, "[%zu] edited %s\n", ++n, s);
	}
	for (i = 0; i < length(checks); i++) {
		s = json_str(json_object_array_get_idx(checks, i), "command");
		if (s != NULL)
			buf_addf(w->out, "[%zu] `%s`\n", ++n, s);
	}
}

/* The four sections that both texts share; empty ones are left out. */
static void
add_section(struct writer *w, const char *title,
    void (*fill)(struct writer *))
{
	size_t before = w->out->len, head;

	buf_addf(w->out, "\n%s:\n", title);
	head = w->out->len;
	fill(w);
	if (w->out->len == head)
		buf_truncate(w->out, before);
}

static void
add_prefs(struct writer *w)
{
	add_bullets(w, "prefs", bullet_pref);
}

static void
add_steps(struct writer *w)
{
	const char *note = json_str(w->task, "note");

	if (note != NULL)
		buf_addf(w->out, "- %s\n", note);
}

/* What groups threads for a reader: the folder's or repository's name. */
static char *
group_name(const struct builtin *b)
{
	const char *s = b->meta->repository_url, *slash;
	char *name;
	size_t n;

	if (s == NULL)
		s = b->meta->cwd;
	if (s == NULL)
		return xstrdup("unknown");
	slash = strrchr(s, '/');
	name = text_line(slash == NULL || slash[1] == '\0' ? s : slash + 1,
	    80);
	n = strlen(name);
	if (n > 4 && strcmp(name + n - 4, ".git") == 0)
		name[n - 4] = '\0';
	return name;
}

static void
add_task_head(struct writer *w, const char *group)
{
	buf_addf(w->out, "task: %s\ntask_group: %s\ntask_outcome: %s\n",
	    json_str(w->task, "title"), group, json_str(w->task, "outcome"));
}

static char *
raw_memory(const struct builtin *b, json_object *tasks, const char *group)
{
	struct buf out = BUF_INIT, words = BUF_INIT;
	struct writer w = { &out, json_object_array_get_idx(tasks, 0),
	    b->meta->cwd };
	size_t i;

	bullet_join(&words, json_arr(w.task, "keywords"), ", ", KEYWORDS);
	buf_addstr(&out, "---\n");
	add_yaml(&out, "description", json_str(w.task, "title"));
	add_yaml(&out, "task", json_str(w.task, "title"));
	add_yaml(&out, "task_group", group);
	buf_addf(&out, "task_outcome: %s\n", json_str(w.task, "outcome"));
	add_yaml(&out, "cwd", b->meta->cwd == NULL ? "unknown" :
	    b->meta->cwd);
	add_yaml(&out, "keywords", buf_str(&words));
	buf_addstr(&out, "---\n");
	for (i = 0; i < length(tasks); i++) {
		w.task = json_object_array_get_idx(tasks, i);
		buf_addf(&out, "\n### Task %zu: %s\n\n", i + 1,
		    json_str(w.task, "title"));
		add_task_head(&w, group);
		add_section(&w, "Preference signals", add_prefs);
		add_section(&w, "Reusable knowledge", add_knowledge);
		add_section(&w, "Failures and how to do differently",
		    add_failures);
		add_section(&w, "References", add_references);
	}
	buf_release(&words);
	return buf_detach(&out);
}

static char *
rollout_summary(const struct builtin *b, json_object *facts)
{
	json_object *tasks = json_arr(facts, "tasks");
	struct buf out = BUF_INIT;
	struct writer w = { &out, json_object_array_get_idx(tasks, 0),
	    b->meta->cwd };
	int64_t dropped = json_int(facts, "dropped", 0);
	size_t i;

	buf_addf(&out, "# %s\n\n", json_str(w.task, "title"));
	buf_addf(&out, "Rollout context: %s; %zu task%s worth keeping",
	    b->meta->cwd == NULL ? "unknown folder" : b->meta->cwd,
	    length(tasks), length(tasks) == 1 ? "" : "s");
	if (dropped > 0)
		buf_addf(&out, "; %d line%s of tool output that addressed "
		    "the agent left out", (int)dropped, dropped == 1 ? "" :
		    "s");
	buf_addstr(&out, ".\n");
	for (i = 0; i < length(tasks); i++) {
		w.task = json_object_array_get_idx(tasks, i);
		buf_addf(&out, "\n## Task %zu: %s\n\nOutcome: %s\n", i + 1,
		    json_str(w.task, "title"), json_str(w.task, "outcome"));
		add_section(&w, "Preference signals", add_prefs);
		add_section(&w, "Key steps", add_steps);
		add_section(&w, "Failures and how to do differently",
		    add_failures);
		add_section(&w, "Reusable knowledge", add_knowledge);
		add_section(&w, "References", add_references);
	}
	return buf_detach(&out);
}

void
write_outputs(const struct builtin *b, json_object *facts,
    struct stage_one_output *out)
{
	json_object *tasks = json_arr(facts, "tasks");
	char *group = group_name(b);

	out->raw_memory = raw_memory(b, tasks, group);
	out->rollout_summary = rollout_summary(b, facts);
	out->rollout_slug = title_slug(json_str(json_object_array_get_idx(
	    tasks, 0), "title"));
	out->facts = json_object_get(facts);
	free(group);
}
