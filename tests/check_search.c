/* links: supervisor/mnemoctl/fts.c supervisor/mnemoctl/fts_match.c supervisor/mnemoctl/search_texts.c supervisor/mnemoctl/memory_files.c tests/scratch.c */
/*
 * Whoever looks for an error message pastes it: quotes, brackets, AND, a
 * minus, half a phrase.  None of that may be an error of syntax, and none may
 * find what does not hold the words.  And a hit leads to its very line.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "supervisor/mnemoctl/fts.h"
#include "supervisor/mnemoctl/memory_files.h"
#include "supervisor/mnemoctl/search_texts.h"
#include "tests/check_main.h"
#include "tests/scratch.h"

static char	found[4096];	/* "tag:line " of each hit */

static void
note(const struct fts_hit *hit, void *arg)
{
	size_t	n = strlen(found);

	(void)arg;
	snprintf(found + n, sizeof(found) - n, "%zu:%zu ", hit->tag,
	    hit->line);
	ck_assert_ptr_null(strpbrk(hit->snippet, "\001\002\003\n"));
	ck_assert_ptr_null(strpbrk(hit->text, "\001\002\003\n"));
}

static void
add(struct fts *f, const char *head, const char *body, size_t tag)
{
	struct fts_text	t = { head, body, strlen(body), 10, tag };

	ck_assert_int_eq(fts_add(f, &t), 0);
}

static struct fts *
library(void)
{
	struct fts	*f = fts_new();

	ck_assert_ptr_nonnull(f);
	add(f, "webapi", "first\nmake lint fails\nlist_items pages", 1);
	add(f, "mailer", "retry after a timeout\nmake test", 2);
	add(f, "site", "\xe4\xbb\x8a\xe5\xbe\x8c\xe3\x80\x81\xe3\x82\xb3\xe3"
	    "\x83\x9f\xe3\x83\x83\xe3\x83\x88\xe3\x81\xae\xe5\x89\x8d", 3);
	add(f, "caf\xc3\xa9", "zero", 4);
	return f;
}

/* What the words find, as "tag:line tag:line ". */
static const char *
find(struct fts *f, const char *words)
{
	struct fts_question	q = { .limit = 10 };
	struct buf		match = BUF_INIT;
	long			n;

	found[0] = '\0';
	if (fts_match(words, &match) > 0) {
		q.match = buf_str(&match);
		n = fts_find(f, &q, note, NULL);
		ck_assert_int_ge(n, 0);
	}
	buf_release(&match);
	return found;
}

START_TEST(words_find_lines)
{
	static const struct { const char *words, *hits; } rows[] = {
		{ "retry", "2:10 " },
		{ "LINT make", "1:11 " },
		{ "pages first", "1:10 " },
		{ "make mailer", "2:11 " },	/* one of them in the heading */
		{ "mailer", "2:10 " },
		{ "list_items", "1:12 " },
		{ "\"make test\"", "2:11 " },
		{ "\"test make\"", "" },
		{ "time*", "2:10 " },
		{ "time", "" },
		{ "\"timeout", "2:10 " },
		{ "cafe", "4:10 " },
		{ "\xe3\x83\x9f\xe3\x83\x83", "3:10 " },  /* within a run */
		{ "\xe3\x83\x83\xe3\x83\x9f", "" },
		{ "first retry", "" },
	};
	struct fts	*f = library();
	size_t		 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(find(f, rows[i].words), rows[i].hits);
	fts_free(f);
}
END_TEST

/* What FTS5 would take for operators, columns, or an error. */
START_TEST(operators_are_words)
{
	static const char *const hostile[] = {
		"AND", "make AND", "OR OR", "NOT make", "NEAR(make test)",
		"NEAR(", "head:make", "{head body}:make", "^make", "make ^",
		"-make", "+make", "make + test", "(", ")", "((make)", "make*)",
		"* make", "make *", "**", "\"", "\"\"", "\"\"\"", "\"*",
		"a\"b\"c", "'; DROP TABLE texts; --", "make\001test",
		"texts MATCH 'x'", "\xff\xfe", "\xe3\x83", "%s%n", "\\",
		"make:test", "rank", "bm25(texts)", "{", "}", "a,b", "[1]",
	};
	struct fts	*f = library();
	size_t		 i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		(void)find(f, hostile[i]);
	ck_assert_str_eq(find(f, "NOT make"), "");
	ck_assert_str_eq(find(f, "retry OR lint"), "");
	ck_assert_str_eq(find(f, "head:make"), "");
	ck_assert_str_eq(find(f, "-retry"), "2:10 ");
	fts_free(f);
}
END_TEST

START_TEST(words_are_counted)
{
	struct buf	b = BUF_INIT, many = BUF_INIT;
	int		i;

	ck_assert_int_eq(fts_match("", &b), 0);
	ck_assert_int_eq(fts_match(" \t\n ... -- !? \"()\" *", &b), 0);
	ck_assert_int_eq(fts_match("a \"b c\" d*", &b), 3);
	ck_assert_str_eq(buf_str(&b), "\"a\" \"b c\" \"d*\"*");
	for (i = 0; i < FTS_WORDS_MAX; i++)
		buf_addstr(&many, "w ");
	ck_assert_int_eq(fts_match(buf_str(&many), &b), FTS_WORDS_MAX);
	buf_addstr(&many, "w");
	ck_assert_int_eq(fts_match(buf_str(&many), &b), -1);
	buf_release(&many);
	buf_release(&b);
}
END_TEST

/* A text with what the index marks hits with leads nobody astray. */
START_TEST(marks_are_taken_out)
{
	struct fts	*f = fts_new();

	add(f, "h\001\002", "a\001b\002\n\003\033[31m\nword \001", 7);
	ck_assert_str_eq(find(f, "word"), "7:12 ");
	fts_free(f);
}
END_TEST

static void
note_text(const struct search_text *t, void *arg)
{
	size_t	n = strlen(found);

	(void)arg;
	snprintf(found + n, sizeof(found) - n, "%s|%s|%s|%s|%s|%zu|%zu\n",
	    t->kind, t->heading, t->group, t->cwd, t->thread_id, t->line,
	    t->len);
}

static const char *
texts_of(const char *path, const char *contents)
{
	struct buf	b = BUF_INIT;

	buf_addstr(&b, contents);
	found[0] = '\0';
	search_texts(path, &b, note_text, NULL);
	buf_release(&b);
	return found;
}

#define ID "01a1fd23-f6b8-78cd-8191-f9bb1cfe26ad"

START_TEST(files_become_texts)
{
	ck_assert_str_eq(texts_of("MEMORY.md", "intro\n# Task Group: api\n"
	    "scope: x\n\n## Task 1: Do it\n- a.md (cwd=/x, thread_id="
	    "01A1FD23-F6B8-78CD-8191-F9BB1CFE26AD)\n### keywords\nk\n"
	    "# Other\n"),
	    "handbook|||||1|6\n"
	    "handbook|api|api|||2|28\n"
	    "handbook|api: Task 1: Do it|api||" ID "|5|96\n"
	    "handbook|Other|Other|||9|8\n");
	ck_assert_str_eq(texts_of("MEMORY.md", ""), "");
	ck_assert_str_eq(texts_of("memory_summary.md", "v1\n## Tips\n#### x"),
	    "summary|||||1|3\nsummary|Tips||||2|8\nsummary|x||||3|6\n");
	ck_assert_str_eq(texts_of("rollout_summaries/a-b.md", "thread_id: " ID
	    "\nupdated_at: x\ncwd: /home/u\n\ncwd: /not\n# T\n"),
	    "rollout_summary|a-b||/home/u|" ID "|1|90\n");
	ck_assert_str_eq(texts_of("rollout_summaries/x.md", "thread_id: no"),
	    "rollout_summary|x||||1|13\n");
	ck_assert_str_eq(texts_of("skills/build/SKILL.md", "s"),
	    "skill|build||||1|1\n");
	ck_assert_str_eq(texts_of("skills/build/run.sh", "s"),
	    "skill|build/run.sh||||1|1\n");
	ck_assert_str_eq(texts_of("extensions/ad_hoc/notes/n.md", "s"),
	    "extension|ad_hoc/notes/n||||1|1\n");
}
END_TEST

static void
put(int dir, const char *path)
{
	char	*p = xstrdup(path), *slash = p;

	while ((slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		mkdirat(dir, p, 0700);
		*slash++ = '/';
	}
	free(p);
	close(openat(dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static const char *
names(struct memory_files *f)
{
	size_t	i, n;

	found[0] = '\0';
	for (i = 0; i < f->n; i++) {
		n = strlen(found);
		snprintf(found + n, sizeof(found) - n, "%s%s ", f->v[i].path,
		    f->v[i].directory ? "/" : "");
	}
	memory_files_clear(f);
	return found;
}

static const char *
walk(int dir, const char *path)
{
	struct memory_files	f;

	if (memory_files_walk(&f, dir, path) == -1)
		snprintf(found, sizeof(found), "errno %d", errno);
	else
		names(&f);
	return found;
}

START_TEST(only_published_files)
{
	struct memory_files	f;
	char			path[300], none[32], loop[32];
	int			dir;

	scratch_make(path, sizeof(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put(dir, "MEMORY.md");
	put(dir, "raw_memories.md");
	put(dir, "todo.txt");
	put(dir, ".git/config");
	put(dir, "rollout_summaries/b.md");
	put(dir, "rollout_summaries/a.md");
	put(dir, "rollout_summaries/a.txt");
	put(dir, "rollout_summaries/sub/x.md");
	put(dir, "skills/build/SKILL.md");
	put(dir, "skills/build/.hidden");
	put(dir, "skills/.secret/x.md");
	ck_assert_int_eq(symlinkat("/etc/passwd", dir, "memory_summary.md"),
	    0);
	ck_assert_int_eq(symlinkat("/etc", dir, "extensions"), 0);
	ck_assert_int_eq(symlinkat("/etc/passwd", dir, "skills/leak"), 0);
	ck_assert_int_eq(mkfifoat(dir, "rollout_summaries/f.md", 0600), 0);

	ck_assert_str_eq(walk(dir, ""), "MEMORY.md rollout_summaries/a.md "
	    "rollout_summaries/b.md skills/build/SKILL.md ");
	ck_assert_str_eq(walk(dir, "MEMORY.md"), "MEMORY.md ");
	ck_assert_str_eq(walk(dir, "skills"), "skills/build/SKILL.md ");
	snprintf(none, sizeof(none), "errno %d", ENOENT);
	snprintf(loop, sizeof(loop), "errno %d", ELOOP);
	ck_assert_str_eq(walk(dir, "skills/none"), none);
	ck_assert_str_eq(walk(dir, "extensions"), loop);
	ck_assert_int_eq(memory_files_list(&f, dir, ""), 0);
	ck_assert_str_eq(names(&f), "MEMORY.md rollout_summaries/ skills/ ");
	ck_assert_int_eq(memory_files_list(&f, dir, "skills"), 0);
	ck_assert_str_eq(names(&f), "skills/build/ ");
	close(dir);
	scratch_remove(path);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("search");
	TCase	*tc = tcase_create("search");

	tcase_add_test(tc, words_find_lines);
	tcase_add_test(tc, operators_are_words);
	tcase_add_test(tc, words_are_counted);
	tcase_add_test(tc, marks_are_taken_out);
	tcase_add_test(tc, files_become_texts);
	tcase_add_test(tc, only_published_files);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
