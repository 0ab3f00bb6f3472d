#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

/* More than an agent can use in one go. */
#define VIOLATIONS_MAX 200

json_object *
validate_violation(const char *file, int line, const char *rule,
    const char *message)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "file", file);
	json_set_int(o, "line", line);
	json_set_str(o, "rule", rule);
	json_set_str(o, "message", message);
	return o;
}

static void
judge(struct judged *j)
{
	size_t	i;

	for (i = 0; rules_table[i].name != NULL; i++) {
		j->rule = &rules_table[i];
		j->rule->check(j);
	}
}

static void
judged_release(struct judged *j)
{
	size_t	i;

	for (i = 0; i < j->n; i++)
		free(j->list[i].text);
	free(j->list);
}

/*
 * Strike out what the live version has too: one finding there excuses one
 * of the same rule and text here.
 */
static void
excuse(struct judged *now, const struct judged *before)
{
	size_t	b, n;

	for (b = 0; b < before->n; b++)
		for (n = 0; n < now->n; n++)
			if (now->list[n].rule != NULL &&
			    now->list[n].rule == before->list[b].rule &&
			    strcmp(now->list[n].text,
			    before->list[b].text) == 0) {
				now->list[n].rule = NULL;
				break;
			}
}

static void
report(const struct judged *j, json_object *out)
{
	const struct finding	*f;
	size_t			 i;

	for (i = 0; i < j->n; i++) {
		f = &j->list[i];
		if (f->rule != NULL &&
		    json_object_array_length(out) < VIOLATIONS_MAX)
			json_object_array_add(out, validate_violation(
			    j->path, f->line, f->rule->name,
			    f->rule->message));
	}
}

/*
 * Both versions are judged beside the merged tree: a citation that stood in
 * the live one is not new because its summary goes now.
 */
static int
judge_file(const struct validation *v, const char *path, json_object *out)
{
	struct buf		 text = BUF_INIT, old = BUF_INIT;
	struct judged		 now = { .v = v, .path = path,
	    .text = &text };
	struct judged		 before = { .v = v, .path = path,
	    .text = &old };
	int			 r, was;

	r = tree_text(v->merged, v->history, path, &text);
	was = tree_text(v->live, v->history, path, &old);
	if (r > 0 && was >= 0) {
		judge(&now);
		if (was > 0)
			judge(&before);
		excuse(&now, &before);
		report(&now, out);
	}
	judged_release(&now);
	judged_release(&before);
	buf_wipe(&text);
	buf_wipe(&old);
	return r < 0 || was < 0 ? -1 : 0;
}

json_object *
validate_tree(const struct validation *v)
{
	json_object	*out = json_object_new_array();
	struct changes	 c;
	size_t		 i;
	int		 r = 0;

	changes_between(&c, v->live, v->merged);
	for (i = 0; r == 0 && i < c.n; i++)
		if (c.list[i].kind != CHANGE_DELETED)
			r = judge_file(v, c.list[i].path, out);
	changes_release(&c);
	if (r == 0)
		return out;
	json_object_put(out);
	return NULL;
}
