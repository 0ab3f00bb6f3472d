/* links: tests/consolidate_scene.c tests/scratch.c worker/consolidate/builtin.c worker/consolidate/builtin_?*.c worker/consolidate/staging.c */
/*
 * Stage two without a model.  The same input gives the same bytes in whatever
 * order it comes, what is one project or one request is told once, and years
 * of it, or what a hostile transcript put there, stay within their limits.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "json.h"
#include "mem.h"
#include "tests/consolidate_scene.h"
#include "worker/consolidate/builtin_summary.h"

START_TEST(nothing_to_say)
{
	char *s;

	consolidate();
	s = get(MEMORY_FILE);
	ck_assert_str_eq(s, "");
	free(s);
	s = get(SUMMARY_FILE);
	ck_assert(strncmp(s, "v1\n", 3) == 0);
	free(s);
}
END_TEST

/* Twice the same input: the second run must not write at all. */
START_TEST(same_input_same_bytes)
{
	struct builtin_report r;

	add_row(B, "/src/b", "Two");
	add_row(A, "/src/a", "One");
	r = consolidate();
	ck_assert(r.memory_changed && r.summary_changed);
	r = consolidate();
	ck_assert(!r.memory_changed && !r.summary_changed);
}
END_TEST

START_TEST(order_of_rows_does_not_matter)
{
	char *one, *two;
	json_object *rows = json_arr(root, "rows"), *first;

	add_row(A, "/src/a", "One");
	add_row(B, "/src/a", "Two");
	consolidate();
	one = get(MEMORY_FILE);
	put(MEMORY_FILE, "");
	first = json_object_get(json_object_array_get_idx(rows, 0));
	json_object_array_del_idx(rows, 0, 1);
	json_object_array_add(rows, first);
	consolidate();
	two = get(MEMORY_FILE);
	ck_assert_str_eq(one, two);
	free(one);
	free(two);
}
END_TEST

START_TEST(same_request_counts_once)
{
	add_row(A, "/src/a", "Fix the mean test");
	add_row(B, "/src/a", "Fix the mean test");
	consolidate();
	holds(MEMORY_FILE, "## Task 1: Fix the mean test, success (same "
	    "request in 2 sessions, counted once)");
	lacks(MEMORY_FILE, "## Task 2");
	holds(MEMORY_FILE, "thread_id=" A);
	holds(MEMORY_FILE, "thread_id=" B);
}
END_TEST

static void
set_repository(size_t i, const char *url)
{
	json_object *row = json_object_array_get_idx(json_arr(root, "rows"),
	    i);

	json_set_str(row, "repository_url", url);
	json_set_str(row, "group", url);
}

/* Worktrees are one group, and so is a session that told no repository. */
START_TEST(worktrees_are_one_group)
{
	add_row(A, "/src/shop-fix", "One");
	add_row(B, "/src/shop", "Two");
	add_row(C, "/src/shop", "Three");
	set_repository(0, "example.org/shop");
	set_repository(1, "example.org/shop");
	ck_assert_uint_eq(consolidate().groups, 1);
	holds(MEMORY_FILE, "# Task Group: shop\n");
	holds(MEMORY_FILE, "applies_to: cwd=/src/shop; reuse_rule=this folder "
	    "and its repository, also /src/shop-fix [same repository]; ");
	holds(MEMORY_FILE, "## Task 3: Three");
}
END_TEST

/* A new worktree with a shorter name must not move the block. */
START_TEST(a_group_keeps_its_place)
{
	char *s;

	add_row(A, "/src/shop-fix", "One");
	set_repository(0, "example.org/shop");
	add_row(B, "/src/other", "Two");
	consolidate();
	put(MEMORY_FILE, "");
	json_object_array_del_idx(json_arr(root, "rows"), 1, 1);
	consolidate();
	add_row(B, "/src/other", "Two");
	consolidate();
	add_row(C, "/src/shop", "Three");
	set_repository(2, "example.org/shop");
	consolidate();
	s = get(MEMORY_FILE);
	ck_assert_ptr_nonnull(strstr(s, "cwd=/src/shop; "));
	ck_assert(strstr(s, "cwd=/src/shop; ") <
	    strstr(s, "cwd=/src/other; "));
	free(s);
}
END_TEST

/* Rows of `groups' folders in turn, each with much to say. */
static void
add_many(int n, int groups)
{
	char id[40], *title, *cwd, *text, *topic;
	json_object *t;
	int i;

	for (i = 0; i < n; i++) {
		(void)snprintf(id, sizeof(id),
		    "01a2%04x-%04x-75f0-935a-653ac1ba%04x", i / 7, i, i);
		title = xasprintf("Do thing %d of the many that are done", i);
		cwd = xasprintf("/home/dev/src/project-%03d", i % groups);
		text = xasprintf("Always use the way %d of doing it here.",
		    i);
		topic = xasprintf("way%d", i);
		t = add_row(id, cwd, title);
		json_set_int(json_object_array_get_idx(json_arr(root, "rows"),
		    (size_t)i), "source_updated_at", 1795373817 + i * 3600);
		if (i % 3 == 0)
			add_standing(t, text, topic, i);
		free(title);
		free(cwd);
		free(text);
		free(topic);
	}
}

/* Each folder is named in the summary: itself, or below the one above. */
static void
reaches_all(int groups)
{
	char *s = get(SUMMARY_FILE), name[32];
	int i;

	for (i = 0; i < groups; i++) {
		(void)snprintf(name, sizeof(name), "project-%03d", i);
		ck_assert_msg(strstr(s, name) != NULL, "%s is not in\n%s",
		    name, s);
	}
	free(s);
}

/*
 * A memory of years: beyond 40 projects a summary forgot that the others were
 * there, and MEMORY.md went over its size.
 */
START_TEST(years_of_memory_stay_within_reach)
{
	static const int sizes[][2] = { { 256, 20 }, { 400, 120 },
	    { 1200, 300 } };
	struct builtin_report r;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		json_set(root, "rows", json_object_new_array());
		add_many(sizes[i][0], sizes[i][1]);
		r = consolidate();
		ck_assert_uint_eq(r.groups, (size_t)sizes[i][1]);
		ck_assert_uint_le(r.memory_bytes, MEMORY_MAX + 64);
		ck_assert_uint_le(r.summary_bytes, SUMMARY_MAX);
		reaches_all(sizes[i][1]);
		ck_assert(!consolidate().memory_changed);
		ck_assert(!consolidate().summary_changed);
	}
	holds(SUMMARY_FILE, " in rollout_summaries/ only");
}
END_TEST

/* One repository with more tasks than a block may hold. */
START_TEST(what_falls_out_is_counted)
{
	add_many(90, 1);
	consolidate();
	lacks(MEMORY_FILE, "## Task 65: ");
	lacks(MEMORY_FILE, ": Do thing 3 of");
	holds(MEMORY_FILE, ": Do thing 89 of");
	holds(SUMMARY_FILE, "### Older Memory Topics\n#### "
	    "/home/dev/src/project-000\n- 84 more tasks, the oldest 26 in "
	    "rollout_summaries/ only, newest: Do thing 83 of");
}
END_TEST

/* A title from a transcript must not open a block of its own. */
START_TEST(hostile_text_stays_in_its_line)
{
	json_object *t;

	t = add_row(A, "/src/a;b\n# Task Group: x", "One\n# Task Group: evil");
	add_standing(t, "x\n## Task 9: y", "x", 1);
	consolidate();
	lacks(MEMORY_FILE, "\n# Task Group: evil");
	lacks(MEMORY_FILE, "\n## Task 9");
	lacks(SUMMARY_FILE, "\n# Task Group");
	ck_assert(!consolidate().memory_changed);
}
END_TEST

START_TEST(limits_hold)
{
	char id[40], *title, *long_text;
	int i, j;
	json_object *t;

	long_text = xcalloc(1, 200);
	memset(long_text, 'w', 199);
	for (i = 0; i < 300; i++) {
		(void)snprintf(id, sizeof(id),
		    "01a2049e-%04x-75f0-935a-653ac1ba2898", i);
		title = xasprintf("Task %d %s", i, long_text);
		t = add_row(id, i % 2 == 0 ? "/src/a" : "/src/b", title);
		for (j = 0; j < 3; j++) {
			char *text = xasprintf("rule %d %d %s", i, j,
			    long_text);
			char *topic = xasprintf("t%d-%d", i, j);

			add_standing(t, text, topic, i);
			free(text);
			free(topic);
		}
		free(title);
	}
	free(long_text);
	ck_assert_uint_le(consolidate().memory_bytes, MEMORY_MAX);
	ck_assert_uint_le(consolidate().summary_bytes, SUMMARY_MAX);
}
END_TEST

START_TEST(links_are_not_followed)
{
	struct builtin_report r;
	char why[256], *target = xasprintf("%s.outside", dir);
	int fd;

	fd = open(target, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(symlinkat(target, st.dir, MEMORY_FILE), 0);
	put(INPUTS_FILE, "{\"rows\":[]}");
	ck_assert_int_eq(builtin_consolidate(&st, &r, why, sizeof(why)), -1);
	ck_assert_msg(strstr(why, "MEMORY.md: is a symbolic link") != NULL,
	    "%s", why);
	(void)unlink(target);
	free(target);
}
END_TEST

START_TEST(broken_inputs_name_the_file)
{
	struct builtin_report r;
	char why[256];

	put(INPUTS_FILE, "{\"rows\":");
	ck_assert_int_eq(builtin_consolidate(&st, &r, why, sizeof(why)), -1);
	ck_assert_msg(strncmp(why, ".inputs.json: ", 14) == 0, "%s", why);
	put(INPUTS_FILE, "{\"rows\":[{},{\"thread_id\":5},null,"
	    "{\"thread_id\":\"x\",\"stem\":\"../y\",\"facts\":{\"v\":1,"
	    "\"tasks\":[{}]}}]}");
	ck_assert_int_eq(builtin_consolidate(&st, &r, why, sizeof(why)), 0);
	ck_assert_uint_eq(r.rows, 0);
}
END_TEST

/* Every octet that no text has: nothing is left to stand for a NUL. */
START_TEST(what_is_no_text_is_left_alone)
{
	static const char none[] = "\xff\xfe\xc0\xc1\xf5\xf6\xf7\xf8\xf9"
	    "\xfa\xfb\xfc\xfd\n";
	struct builtin_report r;
	char why[256];

	add_many(1, 1);
	consolidate();
	put(MEMORY_FILE, none);
	ck_assert_int_eq(builtin_consolidate(&st, &r, why, sizeof(why)), -1);
	ck_assert_str_eq(why, MEMORY_FILE ": it is no text");
	holds(MEMORY_FILE, none);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("consolidate");
	TCase *t = tcase_create("consolidate");

	tcase_add_checked_fixture(t, consolidate_setup, consolidate_teardown);
	tcase_add_test(t, nothing_to_say);
	tcase_add_test(t, same_input_same_bytes);
	tcase_add_test(t, order_of_rows_does_not_matter);
	tcase_add_test(t, same_request_counts_once);
	tcase_add_test(t, worktrees_are_one_group);
	tcase_add_test(t, a_group_keeps_its_place);
	tcase_add_test(t, years_of_memory_stay_within_reach);
	tcase_add_test(t, what_falls_out_is_counted);
	tcase_add_test(t, hostile_text_stays_in_its_line);
	tcase_add_test(t, limits_hold);
	tcase_add_test(t, links_are_not_followed);
	tcase_add_test(t, broken_inputs_name_the_file);
	tcase_add_test(t, what_is_no_text_is_left_alone);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
