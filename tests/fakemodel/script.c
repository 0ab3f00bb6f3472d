/* The script: rules, one a line. */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "fakemodel.h"

static struct rule	*rules;
static size_t		 nrules;
static int		 line_now;
static pthread_mutex_t	 lock = PTHREAD_MUTEX_INITIALIZER;

static void
bad(const char *what, const char *word)
{
	errx(2, "fakemodel: rule %d: %s: %s", line_now, what, word);
}

static int64_t
number(const char *s)
{
	char	*end;
	int64_t	 n;

	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0' || n < 0)
		bad("no number", s);
	return n;
}

static struct item *
new_item(struct rule *r, enum item_kind kind, const char *text)
{
	struct item	*it;

	r->items = xreallocarray(r->items, r->nitems + 1, sizeof(*it));
	it = &r->items[r->nitems++];
	memset(it, 0, sizeof(*it));
	it->kind = kind;
	it->text = xstrdup(text);
	it->repeat = 1;
	return it;
}

static struct item *
last_item(struct rule *r)
{
	if (r->nitems == 0)
		bad("nothing before", "it");
	return &r->items[r->nitems - 1];
}

/* A good answer, as stage one wants it; each request's own. */
static const char stage_one[] =
    "{\"rollout_summary\":\"# Fixed parser$N.c\\n\\nRollout context: "
    "a crash.\\n\\n## Task 1: fix parser$N.c\\n\\nOutcome: success\\n\\n"
    "Preference signals:\\n- when tests are run, the user said "
    "\\\"always use make check\\\" -> run make check\\n\\nKey steps:\\n- read "
    "parser$N.c\\n\\nReusable knowledge:\\n- parser$N.c is built by "
    "make\\n\",\"rollout_slug\":\"fix-parser-$N\",\"raw_memory\":\"---\\n"
    "description: fixed parser$N.c\\ntask: fix parser$N.c\\n"
    "task_group: parser\\ntask_outcome: success\\ncwd: /home/u/p\\n"
    "keywords: parser$N.c, crash\\n---\\n\\n### Task 1: fix parser$N.c\\n\\n"
    "task: fix parser$N.c\\ntask_group: parser\\ntask_outcome: success\\n\\n"
    "Preference signals:\\n- when tests are run, the user said "
    "\\\"always use make check\\\" -> run make check\\n\\n"
    "Reusable knowledge:\\n- parser$N.c is built by make\\n\"}";

static void
set(char **to, const char *v)
{
	free(*to);
	*to = xstrdup(v);
}

#define WORD(name, act) \
static void w_##name(struct rule *r, const char *v) { (void)v; act; }
WORD(path, set(&r->path, v))
WORD(model, set(&r->model, v))
WORD(has, set(&r->has, v))
WORD(times, r->left = number(v) == 0 ? -1 : (int)number(v))
WORD(text, new_item(r, ITEM_TEXT, v))
WORD(answer, new_item(r, ITEM_ANSWER, v))
WORD(stage_one, new_item(r, ITEM_ANSWER, stage_one))
WORD(reasoning, new_item(r, ITEM_REASONING, v))
WORD(call, new_item(r, ITEM_CALL, "{}")->name = xstrdup(v))
WORD(args, set(&last_item(r)->text, v))
WORD(fill, new_item(r, ITEM_TEXT, "")->fill = (size_t)number(v))
WORD(repeat, last_item(r)->repeat = (int)number(v))
WORD(refusal, set(&r->refusal, v))
WORD(failed, set(&r->failed, v))
WORD(error, set(&r->error, v))
WORD(incomplete, set(&r->incomplete, v))
WORD(message, set(&r->message, v))
WORD(code, set(&r->code, v))
WORD(no_usage, r->usage.absent = 1)
WORD(status, r->status = (int)number(v))
WORD(type, set(&r->type, v))
WORD(json, set(&r->json, v))
WORD(raw, set(&r->raw, v))
WORD(wait, r->wait_ms = (int)number(v))
WORD(hold, set(&r->hold, v))
WORD(drip, r->drip_ms = (int)number(v))
WORD(split, r->split = (size_t)number(v))
WORD(events, r->events = (int)number(v))
WORD(delta, r->delta = (size_t)number(v))
WORD(no_deltas, r->no_deltas = 1)
WORD(no_ids, r->no_ids = 1)
WORD(whole_calls, r->whole_calls = 1)
WORD(crlf, r->crlf = 1)
WORD(cr, r->cr = 1)
WORD(bom, r->bom = 1)
WORD(comments, r->comments = 1)
WORD(lines, r->lines = 1)
WORD(big, r->big = (size_t)number(v))
WORD(garbage, r->garbage = 1)
WORD(gzip, r->gzip = 1)
WORD(no_end, r->no_end = 1)
WORD(half, r->half = 1)
WORD(cut, r->cut = number(v))

static void
w_header(struct rule *r, const char *v)
{
	if (r->nheaders == sizeof(r->headers) / sizeof(r->headers[0]))
		bad("too many headers", v);
	if (strstr(v, ": ") == NULL)
		bad("no header", v);
	r->headers[r->nheaders++] = xstrdup(v);
}

static void
w_usage(struct rule *r, const char *v)
{
	long long	in, cached, out, reasoning;

	if (sscanf(v, "%lld,%lld,%lld,%lld", &in, &cached, &out,
	    &reasoning) != 4)
		bad("no usage", v);
	r->usage = (struct usage){ in, cached, out, reasoning, 0 };
}

static void
w_end(struct rule *r, const char *v)
{
	static const char *const names[] = { [END_CLEAN] = "clean",
	    [END_CLOSE] = "close", [END_RESET] = "reset",
	    [END_SILENCE] = "silence", [END_CHUNK] = "chunk" };
	size_t			 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], v) == 0) {
			r->end = (enum ending)i;
			return;
		}
	bad("no end", v);
}

#define W(name, value) { #name, value, w_##name }
static const struct {
	const char	*name;
	int		 value;		/* wants one */
	void		(*fn)(struct rule *, const char *);
} words[] = {
	W(path, 1), W(model, 1), W(has, 1), W(times, 1), W(text, 1),
	W(answer, 1), W(stage_one, 0), W(reasoning, 1), W(call, 1),
	W(args, 1), W(fill, 1), W(repeat, 1), W(refusal, 1), W(failed, 1),
	W(error, 1), W(incomplete, 1), W(message, 1), W(code, 1),
	W(usage, 1), W(no_usage, 0), W(status, 1), W(header, 1), W(type, 1),
	W(json, 1), W(raw, 1), W(wait, 1), W(hold, 1), W(drip, 1),
	W(split, 1), W(events, 1), W(delta, 1), W(no_deltas, 0),
	W(no_ids, 0), W(whole_calls, 0), W(crlf, 0), W(cr, 0), W(bom, 0),
	W(comments, 0), W(lines, 0), W(big, 1), W(garbage, 0), W(gzip, 0),
	W(no_end, 0), W(half, 0), W(cut, 1), W(end, 1),
};

static void
apply_word(struct rule *r, const char *word, const char *value)
{
	size_t	i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, word) != 0)
			continue;
		if (words[i].value != (value != NULL))
			bad(value == NULL ? "no value" : "a value", word);
		words[i].fn(r, value);
		return;
	}
	bad("no such word", word);
}

/* The value at *p: up to a blank, parts of it quoted.  The caller's. */
static char *
take_value(const char **p)
{
	static const char	from[] = "nrt", to[] = "\n\r\t";
	struct buf		b = BUF_INIT;
	const char		*s, *esc;
	char			 quote = '\0';

	buf_addstr(&b, "");
	for (s = *p; *s != '\0' && (quote != '\0' ||
	    strchr(" \t", *s) == NULL); s++) {
		if (quote == '\0' && (*s == '"' || *s == '\''))
			quote = *s;
		else if (quote != '\0' && *s == quote)
			quote = '\0';
		else if (quote == '"' && *s == '\\' && s[1] != '\0') {
			esc = strchr(from, *++s);
			buf_addch(&b, esc == NULL ? *s : to[esc - from]);
		} else
			buf_addch(&b, *s);
	}
	if (quote != '\0')
		bad("no closing quote", *p);
	*p = s;
	return b.len > 0 ? buf_detach(&b) : xstrdup("");
}

void
script_line(const char *text)
{
	struct rule	*r;
	const char	*p = text, *end;
	char		*word, *value;

	line_now++;
	p += strspn(p, " \t");
	if (*p == '\0' || *p == '#')
		return;
	rules = xreallocarray(rules, nrules + 1, sizeof(*rules));
	r = &rules[nrules++];
	memset(r, 0, sizeof(*r));
	r->line = line_now;
	r->left = 1;
	r->status = 200;
	r->cut = -1;
	r->usage = (struct usage){ 1000, 200, 100, 40, 0 };
	for (; *(p += strspn(p, " \t")) != '\0'; free(word)) {
		end = p + strcspn(p, " \t=");
		word = xstrndup(p, (size_t)(end - p));
		p = end;
		value = NULL;
		if (*p == '=') {
			p++;
			value = take_value(&p);
		}
		apply_word(r, word, value);
		free(value);
	}
}

void
script_read(const char *path)
{
	FILE	*f = fopen(path, "re");
	char	*line = NULL;
	size_t	 size = 0;
	ssize_t	 n;

	if (f == NULL)
		err(1, "%s", path);
	while ((n = getline(&line, &size, f)) != -1) {
		if (n > 0 && line[n - 1] == '\n')
			line[n - 1] = '\0';
		script_line(line);
	}
	free(line);
	fclose(f);
}

static int
ends_in(const char *s, const char *end)
{
	size_t	n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

int
script_telemetry(const char *path)
{
	return ends_in(path, "/metrics") || ends_in(path, "/traces") ||
	    ends_in(path, "/logs");
}

static int
matches(const struct rule *r, const struct request *q)
{
	const char	*model = json_str(q->json, "model");

	if (r->path == NULL && script_telemetry(q->path))
		return 0;
	return r->left != 0 &&
	    (r->path == NULL || ends_in(q->path, r->path)) &&
	    (r->model == NULL || (model != NULL &&
	    strcmp(model, r->model) == 0)) &&
	    (r->has == NULL || strstr(buf_str(&q->plain), r->has) != NULL);
}

const struct rule *
script_take(const struct request *q)
{
	const struct rule	*found = NULL;
	size_t			 i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < nrules && found == NULL; i++)
		if (matches(&rules[i], q)) {
			if (rules[i].left > 0)
				rules[i].left--;
			found = &rules[i];
		}
	pthread_mutex_unlock(&lock);
	return found;
}
