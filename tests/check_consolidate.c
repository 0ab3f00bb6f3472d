/* links: worker/consolidate/builtin.c worker/consolidate/builtin_blocks.c worker/consolidate/builtin_group.c worker/consolidate/builtin_input.c worker/consolidate/builtin_items.c worker/consolidate/builtin_memory.c worker/consolidate/builtin_region.c worker/consolidate/builtin_rules.c worker/consolidate/builtin_summary.c worker/consolidate/staging.c */
/*
 * Stage two without a model.  A memory folder belongs to its user: a version
 * of this that rewrote MEMORY.md whole lost a hand-written line on its first
 * run.  So most tests here put something foreign in and look for it after.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "check_main.h"
#include "json.h"
#include "mem.h"
#include "worker/consolidate/builtin.h"
#include "worker/consolidate/builtin_summary.h"

#define A	"01a2049e-5cd1-75f0-935a-653ac1ba2898"
#define B	"01a2049e-660d-7142-a4e1-5964cadb959f"
#define C	"01a2049e-715d-70b0-977a-a0008b9961b8"

static char dir[256];
static struct staging st;
static json_object *root;

static void
setup(void)
{
	const char *t = getenv("T");

	(void)snprintf(dir, sizeof(dir), "%s/consolidate-XXXXXX",
	    t == NULL ? "/tmp" : t);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(staging_open(&st, dir), 0);
	root = json_object_new_object();
	json_set(root, "rows", json_object_new_array());
	json_set(root, "tombstones", json_object_new_array());
}

static void
teardown(void)
{
	static const char *const names[] = { INPUTS_FILE, MEMORY_FILE,
	    SUMMARY_FILE, NULL };
	const char *const *n;

	for (n = names; *n != NULL; n++)
		(void)unlinkat(st.dir, *n, 0);
	staging_close(&st);
	(void)rmdir(dir);
	json_object_put(root);
}

static void
put(const char *name, const char *text)
{
	struct buf b = BUF_INIT;

	buf_addstr(&b, text);
	ck_assert_int_eq(staging_write(&st, name, &b, NULL), STAGING_OK);
	buf_release(&b);
}

/* The file's text; the caller frees it. */
static char *
get(const char *name)
{
	struct buf b = BUF_INIT;

	ck_assert_int_eq(staging_read(&st, name, 1 << 20, &b), STAGING_OK);
	return b.data == NULL ? xstrdup("") : buf_detach(&b);
}

static json_object *
add_row(const char *id, const char *cwd, const char *title)
{
	json_object *row = json_object_new_object();
	json_object *facts = json_object_new_object();
	json_object *tasks = json_object_new_array();
	json_object *task = json_object_new_object();
	char *stem = xasprintf("2026-11-22T18-56-57-%.4s", id + 32);

	json_set_str(task, "title", title);
	json_set_str(task, "key", title);
	json_set_str(task, "outcome", "success");
	json_object_array_add(tasks, task);
	json_set_int(facts, "v", 1);
	json_set(facts, "tasks", tasks);
	json_set_str(row, "thread_id", id);
	json_set_str(row, "cwd", cwd);
	json_set_str(row, "group", cwd);
	json_set_str(row, "rollout_path", "/r.jsonl");
	json_set_str(row, "stem", stem);
	json_set_int(row, "source_updated_at", 1795373817 + id[14]);
	json_set(row, "facts", facts);
	json_object_array_add(json_arr(root, "rows"), row);
	free(stem);
	return task;
}

static void
add_pref(json_object *task, const char *kind, const char *text,
    const char *topic, int64_t time)
{
	json_object *p = json_object_new_object();
	json_object *words = json_object_new_array();

	json_push_str(words, topic);
	json_set_str(p, "kind", kind);
	json_set_str(p, "text", text);
	json_set(p, "topic", words);
	json_set_int(p, "time", time);
	if (json_arr(task, "prefs") == NULL)
		json_set(task, "prefs", json_object_new_array());
	json_object_array_add(json_arr(task, "prefs"), p);
}

static struct builtin_report
consolidate(void)
{
	struct builtin_report r;
	struct buf text = BUF_INIT;
	char why[256] = "";

	json_write(&text, root);
	put(INPUTS_FILE, buf_str(&text));
	buf_release(&text);
	ck_assert_msg(builtin_consolidate(&st, &r, why, sizeof(why)) == 0,
	    "%s", why);
	return r;
}

static void
holds(const char *name, const char *text)
{
	char *s = get(name);

	ck_assert_msg(strstr(s, text) != NULL, "missing in %s: %s\nin:\n%s",
	    name, text, s);
	free(s);
}

static void
lacks(const char *name, const char *text)
{
	char *s = get(name);

	ck_assert_msg(strstr(s, text) == NULL, "in %s: %s\nin:\n%s", name,
	    text, s);
	free(s);
}

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

START_TEST(foreign_text_is_kept)
{
	static const char foreign[] = "My own notes\r\n\n"
	    "# Task Group: mine\nscope: x\napplies_to: cwd=/src/a; "
	    "reuse_rule=none\n\n## Task 1: by hand\t \n";
	char *s;

	put(MEMORY_FILE, foreign);
	put(SUMMARY_FILE, "v1\n\n## User Profile\nMe.\n");
	add_row(A, "/src/a", "One");
	consolidate();
	s = get(MEMORY_FILE);
	ck_assert(strncmp(s, foreign, strlen(foreign)) == 0);
	free(s);
	holds(MEMORY_FILE, "# Task Group: a\n");
	holds(SUMMARY_FILE, "v1\n\n## User Profile\nMe.\n<!-- generator");
}
END_TEST

/* From the moment that a person edits our block it is theirs. */
START_TEST(edited_block_is_left_alone)
{
	char *s, *at, *edited;

	add_row(A, "/src/a", "One");
	consolidate();
	s = get(MEMORY_FILE);
	at = strstr(s, "## Task 1: One");
	edited = xasprintf("%.*s## Task 1: One, as I see it\n%s",
	    (int)(at - s), s, strchr(at, '\n') + 1);
	put(MEMORY_FILE, edited);
	add_row(B, "/src/a", "Two");
	consolidate();
	holds(MEMORY_FILE, "## Task 1: One, as I see it\n");
	lacks(MEMORY_FILE, "## Task 1: One, success");
	holds(MEMORY_FILE, "## Task 1: Two, success");
	free(edited);
	free(s);
}
END_TEST

START_TEST(edited_summary_is_left_alone)
{
	char *s, *edited;

	add_row(A, "/src/a", "One");
	consolidate();
	s = get(SUMMARY_FILE);
	edited = xasprintf("%.*s- By hand.\n%s",
	    (int)(strstr(s, "## General Tips") - s), s,
	    strstr(s, "## General Tips"));
	put(SUMMARY_FILE, edited);
	consolidate();
	holds(SUMMARY_FILE, "- By hand.\n");
	free(edited);
	free(s);
}
END_TEST

START_TEST(gone_row_leaves_our_block)
{
	add_row(A, "/src/a", "One");
	add_row(B, "/src/b", "Two");
	consolidate();
	json_object_array_del_idx(json_arr(root, "rows"), 0, 1);
	consolidate();
	lacks(MEMORY_FILE, A);
	lacks(SUMMARY_FILE, "One");
	holds(MEMORY_FILE, B);
}
END_TEST

START_TEST(tombstone_clears_foreign_blocks)
{
	put(MEMORY_FILE, "# Task Group: old\nscope: x\napplies_to: cwd=/o; "
	    "reuse_rule=none\n\n## Task 1: secret work, success\n"
	    "### rollout_summary_files\n- s.md (thread_id=" A ")\n"
	    "### keywords\nsecret\n\n## Task 2: other, success\n"
	    "### rollout_summary_files\n- t.md (thread_id=" B ")\n\n"
	    "## User preferences\n- about secrets [Task 1]\n"
	    "- about both [Task 1][Task 2]\n");
	json_push_str(json_arr(root, "tombstones"), A);
	add_row(A, "/src/a", "One");
	consolidate();
	lacks(MEMORY_FILE, A);
	lacks(MEMORY_FILE, "secret");
	holds(MEMORY_FILE, "## Task 2: other");
	holds(MEMORY_FILE, "- about both");
}
END_TEST

START_TEST(newer_rule_replaces_the_older)
{
	add_pref(add_row(A, "/src/a", "One"), "standing", "Use tabs.",
	    "indent", 100);
	add_pref(add_row(B, "/src/a", "Two"), "standing", "Use spaces.",
	    "indent", 200);
	consolidate();
	holds(MEMORY_FILE, "- \"Use spaces.\" (replaces the earlier \"Use "
	    "tabs.\") [Task 2]");
	lacks(MEMORY_FILE, "- \"Use tabs.\"");
	lacks(SUMMARY_FILE, "Use tabs.");
}
END_TEST

START_TEST(one_request_is_no_habit)
{
	add_pref(add_row(A, "/src/a", "One"), "request", "smallest change",
	    "smallest", 100);
	consolidate();
	holds(MEMORY_FILE, "With one request, not yet a habit: \"smallest "
	    "change\" [Task 1]");
	lacks(SUMMARY_FILE, "\"smallest change\"");
	add_pref(add_row(B, "/src/a", "Two"), "request", "a smallest change",
	    "smallest", 200);
	consolidate();
	holds(MEMORY_FILE, "With 2 requests: ");
	holds(SUMMARY_FILE, "smallest change\"");
}
END_TEST

/* A title from a transcript must not open a block of its own. */
START_TEST(hostile_text_stays_in_its_line)
{
	json_object *t;

	t = add_row(A, "/src/a;b\n# Task Group: x", "One\n# Task Group: evil");
	add_pref(t, "standing", "x\n## Task 9: y", "x", 1);
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

			add_pref(t, "standing", text, topic, i);
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

static Suite *
suite(void)
{
	Suite *s = suite_create("consolidate");
	TCase *t = tcase_create("consolidate");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, nothing_to_say);
	tcase_add_test(t, same_input_same_bytes);
	tcase_add_test(t, order_of_rows_does_not_matter);
	tcase_add_test(t, same_request_counts_once);
	tcase_add_test(t, foreign_text_is_kept);
	tcase_add_test(t, edited_block_is_left_alone);
	tcase_add_test(t, edited_summary_is_left_alone);
	tcase_add_test(t, gone_row_leaves_our_block);
	tcase_add_test(t, tombstone_clears_foreign_blocks);
	tcase_add_test(t, newer_rule_replaces_the_older);
	tcase_add_test(t, one_request_is_no_habit);
	tcase_add_test(t, hostile_text_stays_in_its_line);
	tcase_add_test(t, limits_hold);
	tcase_add_test(t, links_are_not_followed);
	tcase_add_test(t, broken_inputs_name_the_file);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
