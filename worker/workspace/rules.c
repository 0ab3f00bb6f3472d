#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/mem.h"
#include "worker/summary_mark.h"
#include "worker/text.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

static void
found(struct judged *j, int line, const struct line *text, int shown)
{
	struct finding	*f;

	j->list = xreallocarray(j->list, j->n + 1, sizeof(*j->list));
	f = &j->list[j->n++];
	f->rule = j->rule;
	f->line = line;
	f->text = xstrndup(text->s, text->len);
	f->detail = shown ? xstrdup(f->text) : NULL;
	f->excused = 0;
}

void
rules_found(struct judged *j, int line, const char *text, size_t len)
{
	const struct line	l = { text, len, line };

	found(j, line, &l, 0);
}

void
rules_found_text(struct judged *j, int line, const char *text, size_t len)
{
	const struct line	l = { text, len, line };

	found(j, line, &l, 1);
}

void
rules_found_at(struct judged *j, const struct line *l)
{
	found(j, l->no, l, 0);
}

int
rules_text(const struct judged *j, git_index *tree, const char *path,
    struct buf *out)
{
	int	r = tree_text(tree, j->v->history, path, out);

	if (r >= 0)
		return r;
	*j->unread = 1;
	return 0;
}

void
rules_tick(const struct judged *j)
{
	if (j->v->tick != NULL)
		j->v->tick(j->v->tick_arg);
}

int
rules_is_handbook(const struct judged *j)
{
	return strcmp(j->path, TREE_HANDBOOK) == 0;
}

int
rules_is_builtins(const struct judged *j, size_t group)
{
	return (j->v->builtin || j->v->alone) &&
	    group != HANDBOOK_NO_GROUP && j->book.group[group].marked;
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
	struct line	l = { .no = 0 };

	if (strcmp(j->path, TREE_SUMMARY) != 0)
		return;
	if (!line_next(j->text, &l) || l.len != 2 ||
	    memcmp(l.s, "v1", 2) != 0)
		rules_found(j, 1, l.s == NULL ? "" : l.s, l.len);
}

static void
check_frame(struct judged *j)
{
	struct line	l = { .no = 0 };

	if (strcmp(j->path, TREE_SUMMARY) != 0)
		return;
	while (line_next(j->text, &l))
		if (summary_mark(l.s, l.len))
			rules_found_at(j, &l);
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
	struct line	l = { .no = 0 };
	size_t		n = j->n;

	if (j->v->redact == NULL ||
	    !differs(j, buf_str(j->text), j->text->len))
		return;
	while (line_next(j->text, &l))
		if (differs(j, l.s, l.len))
			found_secret(j, &l);
	if (n == j->n)		/* one that spans lines */
		rules_found(j, 0, "", 0);
}

const struct rule	rules_table[] = {
	{ "path", rules_skill_path, 0, "only skills/NAME/*.md may be added "
	    "here, and skills/NAME/scripts/ where skill_scripts = yes; remove "
	    "the file or give it such a name" },
	{ "text", check_text, 0, "not UTF-8, or it holds a NUL; write plain "
	    "text" },
	{ "size", check_size, 0, "too large (MEMORY.md 1 MiB, "
	    "memory_summary.md 10000 bytes, a skill's file 256 KiB); shorten "
	    "it" },
	{ "version", check_version, 0, "the first line must be exactly v1; "
	    "write the file anew" },
	{ "frame", check_frame, 0, "a mark of the frame that Codex puts "
	    "around this file, or of its citations; leave it out" },
	{ "skill", rules_skill_head, 0, "a skill begins with front matter "
	    "between lines \"---\": name (at most 64 of a-z, 0-9 and -) and "
	    "description; and has fewer than 500 lines" },
	{ "secret", check_secrets, 0, "looks like a secret; write "
	    REDACT_MARK " in its place" },
	{ "heading", rules_headings, 0, "not a heading of the block schema; "
	    "use \"# Task Group: ...\", \"## Task N: ...\", \"## User "
	    "preferences\", \"## Reusable knowledge\", \"## Failures and "
	    "how to do differently\", \"### rollout_summary_files\", "
	    "\"### keywords\"" },
	{ "group", rules_group_head, 0, "a task group needs the lines "
	    "\"scope: ...\" and \"applies_to: ...\" and at least one "
	    "\"## Task N: ...\", or a bullet that ends in [ad-hoc note]" },
	{ "task", rules_task_parts, 0, "a task needs \"### "
	    "rollout_summary_files\" with at least one bullet and "
	    "\"### keywords\"" },
	{ "reference", rules_references, 0, "a bullet here must end in "
	    "[Task N] of a task of its group, or in [ad-hoc note] or "
	    "[extension NAME] where such a file is" },
	{ "citation", rules_citations, 0, "the rollout summary does not "
	    "exist, or is of another thread than thread_id says; cite one "
	    "from rollout_summaries/" },
	{ "thread", rules_threads, 0, "no session with this thread_id is "
	    "known; take the id from the rollout summary" },
	{ "scope", rules_scope, 0, "this session was in another folder or "
	    "repository than its task group; move it to a group of its own" },
	{ "link", rules_links, 0, "no session that is cited here holds this "
	    "link; cite the one that does, or leave it out" },
	{ "command", rules_commands, 0, "no session that is cited here holds "
	    "this command; quote it as it stands there, or leave it out" },
	{ "reach", rules_reach, 0, "memory_summary.md does not lead to this "
	    "task group; name it, or its folder, there" },
	{ "pinned", rules_pinned, 1, "what says \"pinned: yes\" must stay "
	    "as it is; put it back unchanged" },
	{ "loss", rules_loss, 1, "lost, with more than a quarter of the "
	    "entries of MEMORY.md; put it back, or say it in an entry that "
	    "stays" },
	{ "specifics", rules_specifics, 1, "stood in the entry that this one "
	    "replaces, and must be told here too" },
	{ NULL, NULL, 0, NULL }
};
