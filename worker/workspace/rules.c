#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/mem.h"
#include "worker/text.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

int
rules_next_line(const struct buf *text, struct line *l)
{
	const char	*end = buf_str(text) + text->len, *nl;

	l->s = l->s == NULL ? buf_str(text) : l->s + l->len;
	if (l->no > 0)
		while (l->s < end && (*l->s == '\r' || *l->s == '\n'))
			if (*l->s++ == '\n')
				break;
	if (l->s >= end)
		return 0;
	nl = memchr(l->s, '\n', (size_t)(end - l->s));
	l->len = (size_t)((nl == NULL ? end : nl) - l->s);
	while (l->len > 0 && l->s[l->len - 1] == '\r')
		l->len--;
	l->no++;
	return 1;
}

int
rules_line_begins(const struct line *l, const char *prefix)
{
	size_t	n = strlen(prefix);

	return l->len >= n && memcmp(l->s, prefix, n) == 0;
}

void
rules_found(struct judged *j, int line, const char *text, size_t len)
{
	j->list = xreallocarray(j->list, j->n + 1, sizeof(*j->list));
	j->list[j->n].rule = j->rule;
	j->list[j->n].line = line;
	j->list[j->n].text = xstrndup(text, len);
	j->n++;
}

static void
check_path(struct judged *j)
{
	const char	*rest, *slash;
	size_t		 len = strlen(j->path);

	if (!tree_below(j->path, TREE_SKILLS))
		return;
	rest = j->path + strlen(TREE_SKILLS);
	slash = strchr(rest, '/');
	if (slash == NULL || slash == rest || len < 3 ||
	    strcmp(j->path + len - 3, ".md") != 0)
		rules_found(j, 0, j->path, len);
}

static void
check_text(struct judged *j)
{
	const char	*s = buf_str(j->text);
	size_t		 i = 0, n;
	int		 line = 1;
	uint32_t	 cp;

	while (i < j->text->len) {
		n = text_decode(s + i, j->text->len - i, &cp);
		if (s[i] == '\0' || (cp == 0xfffd && n == 1)) {
			rules_found(j, line, "", 0);
			return;
		}
		line += s[i] == '\n';
		i += n;
	}
}

static void
check_size(struct judged *j)
{
	size_t	max = TREE_FILE_MAX;

	if (strcmp(j->path, TREE_HANDBOOK) == 0)
		max = VALIDATE_HANDBOOK_MAX;
	else if (strcmp(j->path, TREE_SUMMARY) == 0)
		max = VALIDATE_SUMMARY_MAX;
	else if (tree_below(j->path, TREE_SKILLS))
		max = VALIDATE_SKILL_MAX;
	if (j->text->len > max)
		rules_found(j, 0, "", 0);
}

static void
check_version(struct judged *j)
{
	struct line	l = { NULL, 0, 0 };

	if (strcmp(j->path, TREE_SUMMARY) != 0)
		return;
	if (!rules_next_line(j->text, &l) || l.len != 2 ||
	    memcmp(l.s, "v1", 2) != 0)
		rules_found(j, 1, l.s == NULL ? "" : l.s, l.len);
}

static int
differs(struct judged *j, const char *s, size_t len)
{
	struct buf	out = BUF_INIT;
	int		r;

	redact_text(j->v->redact, s, len, &out);
	r = out.len != len || memcmp(buf_str(&out), s, len) != 0;
	buf_wipe(&out);
	return r;
}

/* The finding's text must tell lines apart but never hold the secret. */
static void
found_secret(struct judged *j, const struct line *l)
{
	char	id[20];
	int	n;

	n = snprintf(id, sizeof(id), "%016" PRIx64, text_hash(l->s, l->len));
	rules_found(j, l->no, id, (size_t)n);
}

static void
check_secrets(struct judged *j)
{
	struct line	l = { NULL, 0, 0 };
	size_t		n = j->n;

	if (j->v->redact == NULL ||
	    !differs(j, buf_str(j->text), j->text->len))
		return;
	while (rules_next_line(j->text, &l))
		if (differs(j, l.s, l.len))
			found_secret(j, &l);
	if (n == j->n)		/* one that spans lines */
		rules_found(j, 0, "", 0);
}

const struct rule	rules_table[] = {
	{ "path", check_path, "only skills/NAME/*.md may be added here; "
	    "remove the file or give it such a name" },
	{ "text", check_text, "not UTF-8, or it holds a NUL; write plain "
	    "text" },
	{ "size", check_size, "too large (MEMORY.md 1 MiB, memory_summary.md "
	    "10000 bytes, a skill's file 256 KiB); shorten it" },
	{ "version", check_version, "the first line must be exactly v1; "
	    "write the file anew" },
	{ "secret", check_secrets, "looks like a secret; write "
	    REDACT_MARK " in its place" },
	{ "heading", rules_headings, "not a heading of the block schema; use "
	    "\"# Task Group: ...\", \"## Task N: ...\", \"## User "
	    "preferences\", \"## Reusable knowledge\", \"## Failures and how "
	    "to do differently\", \"### rollout_summary_files\", "
	    "\"### keywords\"" },
	{ "group", rules_group_head, "a task group needs the lines "
	    "\"scope: ...\" and \"applies_to: ...\" and at least one "
	    "\"## Task N: ...\", or a bullet that ends in [ad-hoc note]" },
	{ "task", rules_task_parts, "a task needs \"### "
	    "rollout_summary_files\" with at least one bullet and "
	    "\"### keywords\"" },
	{ "reference", rules_references, "a bullet here must end in "
	    "[Task N] of a task of its group, or in [ad-hoc note] or "
	    "[extension NAME] where such a file is" },
	{ "citation", rules_citations, "the rollout summary does not exist, "
	    "or is of another thread than thread_id says; cite one from "
	    "rollout_summaries/" },
	{ NULL, NULL, NULL }
};
