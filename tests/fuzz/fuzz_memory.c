/* links: worker/workspace/?*.c */
/*
 * libFuzzer entry: any bytes as the texts of a memory folder, with a form
 * feed between: MEMORY.md, memory_summary.md, a skill, a rollout summary and
 * what MEMORY.md was before.  They are judged in each way there is: every
 * violation has a rule, a line that the file has and a printable message,
 * and what was there before is none.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tests/log_sink.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define ROOM	(1u << 20)

static const char *const	names[] = {
	TREE_HANDBOOK, TREE_SUMMARY, "skills/x/SKILL.md",
	"rollout_summaries/2026-11-22T18-56-59-kgLZ-a.md", TREE_HANDBOOK
};
#define NAMES	(sizeof(names) / sizeof(names[0]))

struct folder {
	struct history	 history;
	git_index	*live, *merged;
	struct buf	 text[NAMES];
};

static void
check_text(json_object *o, const char *key)
{
	const char	*s = json_str(o, key);
	char		 safe[4096];

	if (s == NULL || s[0] == '\0')
		abort();
	log_printable(safe, sizeof(safe), s, strlen(s));
	if (strcmp(s, safe) != 0)
		abort();
}

static int64_t
lines_of_file(const struct folder *f, const char *name)
{
	struct line	l = { .no = 0 };
	size_t		i;

	for (i = 0; i < NAMES; i++)
		if (strcmp(names[i], name) == 0)
			break;
	if (i == NAMES)
		abort();
	while (line_next(&f->text[i], &l))
		continue;
	/* A file without a line misses its first. */
	return l.no > 0 ? l.no : 1;
}

static void
check_violation(const struct folder *f, json_object *o)
{
	const struct rule	*r;
	int64_t			 line = json_int(o, "line", -1);

	check_text(o, "file");
	check_text(o, "message");
	for (r = rules_table; r->name != NULL; r++)
		if (strcmp(r->name, json_str(o, "rule")) == 0)
			break;
	if (r->name == NULL || line < 0 ||
	    line > lines_of_file(f, json_str(o, "file")))
		abort();
}

/* How many violations there are. */
static size_t
judge(struct folder *f, struct redact *r, int builtin, int alone)
{
	struct validation	 v = { .history = &f->history,
				    .live = f->live, .merged = f->merged,
				    .redact = r, .builtin = builtin,
				    .alone = alone };
	json_object		*list = validate_tree(&v);
	size_t			 i, n;

	if (list == NULL || (n = json_object_array_length(list)) >
	    VALIDATE_MAX)
		abort();
	for (i = 0; i < n; i++)
		check_violation(f, json_object_array_get_idx(list, i));
	json_object_put(list);
	return n;
}

static void
fill(struct folder *f, const char *s, size_t len)
{
	const char	*cut;
	size_t		 i, n;

	for (i = 0; i < NAMES; i++) {
		cut = i == NAMES - 1 || len == 0 ? NULL :
		    memchr(s, '\f', len);
		n = cut == NULL ? len : (size_t)(cut - s);
		buf_add(&f->text[i], s, n);
		s += n + (cut != NULL);
		len -= n + (cut != NULL);
		if (f->text[i].len > 0 &&
		    tree_put_text(i == NAMES - 1 ? f->live : f->merged,
		    &f->history, names[i], &f->text[i]) == -1)
			abort();
	}
}

static void
same_is_none(struct folder *f, struct redact *r)
{
	git_index	*live = f->live;
	size_t		 n;

	f->live = f->merged;
	n = judge(f, r, 0, 0);
	f->live = live;
	if (n != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct redact	*r;
	struct folder		 f = { 0 };
	char			 why[256];
	size_t			 i;

	if (r == NULL && ((r = redact_new(NULL, 0, why, sizeof(why))) ==
	    NULL || history_start() == -1))
		abort();
	log_set_sink(log_quiet, NULL);
	if (history_open_memory(&f.history, ROOM) == -1 ||
	    tree_new(&f.live) == -1 || tree_new(&f.merged) == -1)
		abort();
	fill(&f, (const char *)data, size);
	judge(&f, r, 0, 0);
	judge(&f, r, 1, 0);
	same_is_none(&f, r);
	git_index_free(f.live);
	if (tree_new(&f.live) == -1)
		abort();
	judge(&f, r, 0, 1);
	git_index_free(f.live);
	git_index_free(f.merged);
	history_close(&f.history);
	for (i = 0; i < NAMES; i++)
		buf_release(&f.text[i]);
	return 0;
}
