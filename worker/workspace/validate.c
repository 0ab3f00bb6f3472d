#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

json_object *
validate_violation(const char *file, int line, const char *rule,
    const char *message)
{
	json_object	*o = json_object_new_object();
	char		 text[1024];

	/* A name need not be UTF-8, as JSON must be. */
	log_printable(text, sizeof(text), file, strlen(file));
	json_set_str(o, "file", text);
	json_set_int(o, "line", line);
	json_set_str(o, "rule", rule);
	log_printable(text, sizeof(text), message, strlen(message));
	json_set_str(o, "message", text);
	return o;
}

/* One of the two versions of a file. */
struct version {
	git_index	*tree;
	const struct buf *text;
	const struct buf *old;		/* NULL: this is the older one */
	int		 gone;
};

static void
judge(struct judged *j, const struct version *version)
{
	static const struct buf	nothing = BUF_INIT;
	size_t			i;
	int			book = rules_is_handbook(j);

	j->tree = version->tree;
	j->text = version->text;
	j->old = version->old;
	j->gone = version->gone;
	handbook_parse(&j->book, book ? j->text : &nothing);
	handbook_parse(&j->oldbook, book && j->old != NULL ? j->old :
	    &nothing);
	for (i = 0; rules_table[i].name != NULL; i++) {
		j->rule = &rules_table[i];
		rules_tick(j);
		if (!j->gone || j->rule->losses)
			j->rule->check(j);
	}
}

static void
judged_release(struct judged *j)
{
	size_t	i;

	for (i = 0; i < j->n; i++) {
		free(j->list[i].text);
		free(j->list[i].detail);
	}
	free(j->list);
	handbook_release(&j->book);
	handbook_release(&j->oldbook);
}

static int
by_fault(const void *a, const void *b)
{
	const struct finding	*x = *(struct finding *const *)a;
	const struct finding	*y = *(struct finding *const *)b;
	int			 d;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	d = strcmp(x->text, y->text);
	return d != 0 ? d : x->line - y->line;
}

/* Pointers to the findings, by rule and text; the caller frees them. */
static struct finding **
sorted(const struct judged *j)
{
	struct finding	**list = xcalloc(j->n + 1, sizeof(*list));
	size_t		  i;

	for (i = 0; i < j->n; i++)
		list[i] = &j->list[i];
	if (j->n > 1)
		qsort(list, j->n, sizeof(*list), by_fault);
	return list;
}

/*
 * Strike out what the live version has too: one finding there excuses one
 * of the same rule and text here.
 */
static void
excuse(struct judged *now, const struct judged *before)
{
	struct finding	**is = sorted(now), **was = sorted(before);
	size_t		  n = 0, b = 0;
	int		  d;

	while (n < now->n && b < before->n) {
		d = is[n]->rule != was[b]->rule ?
		    (is[n]->rule < was[b]->rule ? -1 : 1) :
		    strcmp(is[n]->text, was[b]->text);
		if (d == 0)
			is[n]->excused = 1;
		n += d <= 0;
		b += d >= 0;
	}
	free(is);
	free(was);
}

/* Not the agent's doing, and no reason to refuse its work. */
static void
tell_excused(const struct judged *j)
{
	size_t	i, n = 0;

	for (i = 0; i < j->n; i++)
		n += j->list[i].excused ? 1 : 0;
	if (n > 0)
		log_info("%s: %zu faults that were there before stay; "
		    "mnemoctl check names them", j->path, n);
}

/* What is meant, in quotes before the rule's message. */
static char *
message_of(const struct validation *v, const struct finding *f)
{
	struct buf	 b = BUF_INIT;
	char		 text[RULES_DETAIL_MAX], *message;

	if (f->detail == NULL)
		return xstrdup(f->rule->message);
	if (v->redact != NULL)
		redact_text(v->redact, f->detail, strlen(f->detail), &b);
	else
		buf_addstr(&b, f->detail);
	log_printable(text, sizeof(text), buf_str(&b), b.len);
	message = xasprintf("\"%s\": %s", text, f->rule->message);
	buf_wipe(&b);
	return message;
}

static void
report(const struct judged *j, json_object *out)
{
	const struct finding	*f;
	char			*message;
	size_t			 i, max;

	max = j->v->max > 0 ? j->v->max : VALIDATE_MAX;
	for (i = 0; i < j->n; i++) {
		f = &j->list[i];
		if (f->excused || json_object_array_length(out) >= max)
			continue;
		message = message_of(j->v, f);
		json_push(out, validate_violation(j->path,
		    f->line, f->rule->name, message));
		free(message);
	}
}

/*
 * Both versions are judged beside the merged tree: a citation that stood in
 * the live one is not new because its summary goes now.
 */
static int
judge_file(const struct validation *v, const struct evidence *e,
    const char *path, json_object *out)
{
	struct buf		 text = BUF_INIT, old = BUF_INIT;
	int			 is, was, unread = 0;
	struct judged		 now = { .v = v, .evidence = e, .path = path,
				    .unread = &unread };
	struct judged		 before = now;

	is = tree_text(v->merged, v->history, path, &text);
	was = tree_text(v->live, v->history, path, &old);
	if (is >= 0 && was >= 0) {
		judge(&now, &(struct version){ v->merged, &text,
		    was > 0 ? &old : NULL, is == 0 });
		if (was > 0)
			judge(&before, &(struct version){ v->live, &old,
			    NULL, 0 });
		excuse(&now, &before);
		tell_excused(&now);
		report(&now, out);
	}
	judged_release(&now);
	judged_release(&before);
	buf_wipe(&text);
	buf_wipe(&old);
	return is < 0 || was < 0 || unread ? -1 : 0;
}

/* What changed; and MEMORY.md, which rests on the other files. */
static int
judge_all(const struct validation *v, const struct evidence *e,
    json_object *out)
{
	struct changes	 c;
	size_t		 i;
	int		 r = 0, handbook = 0;

	changes_between(&c, v->live, v->merged);
	for (i = 0; r == 0 && i < c.n; i++) {
		r = judge_file(v, e, c.list[i].path, out);
		handbook |= strcmp(c.list[i].path, TREE_HANDBOOK) == 0;
	}
	if (r == 0 && c.n > 0 && !handbook &&
	    tree_get(v->merged, TREE_HANDBOOK) != NULL)
		r = judge_file(v, e, TREE_HANDBOOK, out);
	changes_release(&c);
	return r;
}

json_object *
validate_tree(const struct validation *v)
{
	json_object	*out = json_object_new_array();
	struct evidence	 e;
	int		 r;

	r = evidence_gather(&e, v);
	if (r == 0)
		r = judge_all(v, &e, out);
	evidence_release(&e);
	if (r == 0)
		return out;
	json_object_put(out);
	return NULL;
}
