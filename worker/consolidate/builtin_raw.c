#include <stdlib.h>
#include <string.h>

#include "builtin_raw.h"
#include "builtin_raw_line.h"
#include "builtin_raw_pref.h"
#include "generator.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "worker/text.h"

#define FACTS_VERSION	1	/* worker/extract/builtin.h */

/* A section's line, in lower case, and the list of the facts. */
static const struct {
	const char	*head;
	const char	*list;
	enum raw_section section;
} sections[] = {
	{ "preference signals:", "prefs", RAW_PREFS },
	{ "reusable knowledge:", "knowledge", RAW_KNOWLEDGE },
	{ "failures and how to do differently:", "failures",
	    RAW_FAILURES },
	{ "references:", NULL, RAW_NONE },
};
#define NSECTIONS	(sizeof(sections) / sizeof(sections[0]))

/* A raw memory while its lines go by. */
struct reader {
	json_object	*tasks;
	json_object	*task;		/* borrowed; NULL: none is open */
	json_object	*keywords;
	char		*description;	/* NULL: not told */
	char		*name;		/* the front matter's "task" */
	const char	*outcome;	/* its "task_outcome" */
	enum raw_section section;
	struct buf	 bullet;	/* empty: none is open */
	int		 more;		/* it went on in a further line */
	int		 fence;
	int		 adopted;	/* builtin may have written it */
};

static size_t
length(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

static const char *
line_at(json_object *lines, size_t i)
{
	const char *s = NULL;

	if (i < length(lines))
		s = json_object_get_string(json_object_array_get_idx(lines,
		    i));
	return s == NULL ? "" : s;
}

static json_object *
list_of(json_object *task, enum raw_section section)
{
	json_object *arr;
	size_t i;

	for (i = 0; i < NSECTIONS && sections[i].section != section; i++)
		continue;
	if (i == NSECTIONS)
		BUG("a bullet of section %d", (int)section);
	if ((arr = json_arr(task, sections[i].list)) == NULL) {
		arr = json_object_new_array();
		json_set(task, sections[i].list, arr);
	}
	return arr;
}

static json_object *
told(const char *line, int more)
{
	json_object *o = json_object_new_object();
	char *text = xasprintf("%s%s", line, more ? " \xe2\x80\xa6" : "");

	json_set_str(o, "kind", "told");
	json_set_str(o, "text", text);
	free(text);
	return o;
}

/*
 * The bullet is complete: its first line.  It was looked at for secrets as a
 * line, so that no others are put to it.
 */
static void
close_bullet(struct reader *r)
{
	json_object *o = NULL, *list;
	char *line;
	int more;

	if (r->bullet.len == 0)
		return;
	line = raw_line(buf_str(&r->bullet), RAW_BYTES, r->section);
	buf_reset(&r->bullet);
	more = r->more;
	r->more = 0;
	list = list_of(r->task, r->section);
	if (line[0] != '\0' && !raw_line_is_nothing(line, r->section) &&
	    length(list) < RAW_BULLETS) {
		if (r->adopted && r->section == RAW_PREFS && !more)
			o = raw_pref(line);
		json_push(list, o != NULL ? o : told(line, more));
	}
	free(line);
}

static const char *
outcome_of(const char *s)
{
	static const char *const outcomes[] = { "success", "partial", "fail",
	    "uncertain" };
	size_t i;

	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (strcmp(s, outcomes[i]) == 0)
			return outcomes[i];
	return NULL;
}

static json_object *
new_task(const struct reader *r, const char *title)
{
	json_object *o = json_object_new_object();

	json_set_str(o, "title", title);
	json_set_str(o, "outcome", r->outcome == NULL ? "uncertain" :
	    r->outcome);
	json_set_str(o, "note", "told by a model");
	json_set_bool(o, "told", 1);
	json_set(o, "keywords", json_object_get(r->keywords));
	return o;
}

/* What stands below a task that is not kept is not kept either. */
static void
open_task(struct reader *r, const char *name)
{
	char *title = raw_line(name, RAW_TITLE, RAW_KNOWLEDGE);

	close_bullet(r);
	r->section = RAW_NONE;
	r->task = NULL;
	if (title[0] != '\0' && length(r->tasks) < RAW_TASKS) {
		r->task = new_task(r, title);
		json_push(r->tasks, r->task);
	}
	free(title);
}

/* The name in "### Task 1: name", or NULL. */
static const char *
task_name(const char *line)
{
	const char *s = line + strspn(line, "#");
	size_t n;

	if (s == line || strncmp(s, " Task ", 6) != 0)
		return NULL;
	s += 6;
	n = strspn(s, "0123456789");
	if (n == 0 || s[n] != ':')
		return NULL;
	s += n + 1;
	return s + strspn(s, " ");
}

/* 1 if the line is the head of a section, which is then open. */
static int
read_head(struct reader *r, const char *line)
{
	struct buf low = BUF_INIT;
	size_t i;

	text_lower(&low, line);
	for (i = 0; i < NSECTIONS &&
	    strcmp(buf_str(&low), sections[i].head) != 0; i++)
		continue;
	buf_release(&low);
	if (i == NSECTIONS)
		return 0;
	close_bullet(r);
	if (r->task == NULL && length(r->tasks) == 0 && r->name != NULL)
		open_task(r, r->name);
	r->section = r->task == NULL ? RAW_NONE : sections[i].section;
	return 1;
}

/* The value behind "key:", or NULL. */
static const char *
value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0 || line[n] != ':')
		return NULL;
	return line + n + 1 + strspn(line + n + 1, " ");
}

static void
read_line(struct reader *r, const char *line)
{
	const char *name = task_name(line), *value;

	if (strncmp(line, "```", 3) == 0) {
		r->fence = !r->fence;
		close_bullet(r);
	} else if (r->fence) {
		return;
	} else if (name != NULL) {
		open_task(r, name);
		free(r->name);		/* no bullet is of it now */
		r->name = NULL;
	} else if (read_head(r, line)) {
		return;
	} else if (line[0] == '\0' || line[0] == '#') {
		close_bullet(r);
		if (line[0] == '#')
			r->section = RAW_NONE;
	} else if (r->section == RAW_NONE) {
		value = value_of(line, "task_outcome");
		if (r->task != NULL && value != NULL &&
		    outcome_of(value) != NULL)
			json_set_str(r->task, "outcome", outcome_of(value));
	} else if (strchr("-*", line[0]) != NULL &&
	    strchr(" ", line[1]) != NULL) {
		close_bullet(r);	/* "-" alone begins none */
		buf_addstr(&r->bullet, line + 1 + (line[1] == ' '));
	} else if (r->bullet.len > 0) {
		r->more = 1;
	}
}

/*
 * A word that can stand in a list and begin a line.  Nothing is taken out of
 * the middle, and no key of a value is kept: neither may make a secret.
 */
static void
add_keyword(struct reader *r, const char *s, size_t len)
{
	char *word, *line;

	while (len > 0 && strchr("#-*>[`\"' ", s[0]) != NULL) {
		s++;
		len--;
	}
	while (len > 0 && strchr("]`\"' ", s[len - 1]) != NULL)
		len--;
	word = xstrndup(s, len);
	line = raw_line(word, RAW_WORD, RAW_KNOWLEDGE);
	if (line[0] != '\0' && strpbrk(word, "`:=") == NULL &&
	    length(r->keywords) < RAW_KEYWORDS)
		json_push_str(r->keywords, line);
	free(line);
	free(word);
}

static void
read_keywords(struct reader *r, const char *s)
{
	size_t n;

	for (; *s != '\0'; s += s[n] == ',' ? n + 1 : n) {
		n = strcspn(s, ",");
		add_keyword(r, s, n);
	}
}

static void
read_front_line(struct reader *r, const char *line)
{
	const char *value;

	if ((value = value_of(line, "description")) != NULL) {
		free(r->description);
		r->description = raw_line(value, RAW_TITLE,
		    RAW_KNOWLEDGE);
	} else if ((value = value_of(line, "task")) != NULL) {
		free(r->name);
		r->name = raw_line(value, RAW_TITLE, RAW_KNOWLEDGE);
	} else if ((value = value_of(line, "task_outcome")) != NULL) {
		r->outcome = outcome_of(value);
	} else if ((value = value_of(line, "keywords")) != NULL) {
		read_keywords(r, value);
	}
}

/* What stands between two "---", if the second is there. */
static size_t
read_front_matter(struct reader *r, json_object *lines)
{
	size_t i, end;

	if (strcmp(line_at(lines, 0), "---") != 0)
		return 0;
	for (end = 1; end < length(lines) &&
	    strcmp(line_at(lines, end), "---") != 0; end++)
		continue;
	if (end == length(lines))
		return 0;
	for (i = 1; i < end; i++)
		read_front_line(r, line_at(lines, i));
	return end + 1;
}

/* The one task of a text that could not be read. */
static void
name_by_summary(struct reader *r, json_object *row)
{
	const char *head = line_at(json_arr(row, "headline"), 0);

	open_task(r, head + strspn(head, "# "));
	if (length(r->tasks) == 0 && r->description != NULL)
		open_task(r, r->description);
}

json_object *
raw_facts(json_object *row)
{
	struct reader r = { .section = RAW_NONE };
	json_object *lines = json_arr(row, "raw_memory"), *facts = NULL;
	const char *generator = json_str(row, "generator");
	size_t i;

	if (lines == NULL)
		return NULL;
	r.adopted = generator != NULL &&
	    strcmp(generator, GENERATOR_ADOPTED) == 0;
	r.tasks = json_object_new_array();
	r.keywords = json_object_new_array();
	for (i = read_front_matter(&r, lines); i < length(lines); i++)
		read_line(&r, line_at(lines, i));
	close_bullet(&r);
	if (length(r.tasks) == 0)
		name_by_summary(&r, row);
	if (length(r.tasks) > 0) {
		facts = json_object_new_object();
		json_set_int(facts, "v", FACTS_VERSION);
		json_set(facts, "tasks", json_object_get(r.tasks));
	}
	json_object_put(r.tasks);
	json_object_put(r.keywords);
	buf_release(&r.bullet);
	free(r.description);
	free(r.name);
	return facts;
}
