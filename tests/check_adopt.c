/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A second writer took a folder for its own: it renamed summaries after its
 * own rule, wrote its own text over theirs, and what had been there before
 * could be had back from nowhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "common/mem.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/adopt.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/tree.h"

#define RAW_A	"## Thread `" THREAD_A "`\nupdated_at: 2026-11-22T19:00:00Z\n" \
	"cwd: /a\nrollout_path: /r/a.jsonl\n\nraw of a\n\n"
#define THEIRS	"rollout_summaries/" STEM_A ".md"
#define SUMMARY_A "thread_id: " THREAD_A "\r\n" \
	"updated_at: 2026-11-22T19:07:01+00:00\r\ncwd: /b\r\n\r\n# Theirs"

static struct adopt_result	res;

static void
setup(void)
{
	scene_start(&sc);
	memset(&res, 0, sizeof(res));
}

static void
teardown(void)
{
	adopt_result_release(&res);
	scene_end(&sc);
}

static void
adopt(void)
{
	adopt_result_release(&res);
	ck_assert_msg(adopt_run(&sc.ws, &res) == 0, "%s", sc.ws.problem);
}

static void
write_theirs(void)
{
	scene_write(sc.root, "MEMORY.md", "# Task Group: theirs\r\nno end");
	scene_write(sc.root, "raw_memories.md", "# Raw Memories\n\n" RAW_A);
	scene_write(sc.root, THEIRS, SUMMARY_A);
	scene_write(sc.root, "todo.txt", "theirs\n");
}

/* The text of a file in the tree of a reference, NULL if there is none. */
static const char *
in_ref(const char *ref, const char *path)
{
	static struct buf	 b;
	git_index		*index;
	git_oid			 id, tree;
	int			 r;

	buf_reset(&b);
	ck_assert_int_eq(history_ref(&sc.ws.history, ref, &id),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_tree_of(&sc.ws.history, &id, &tree), 0);
	ck_assert_int_eq(tree_load(&sc.ws.history, &tree, &index), 0);
	r = tree_text(index, &sc.ws.history, path, &b);
	git_index_free(index);
	return r == 1 ? buf_str(&b) : NULL;
}

static void
ref_id(const char *ref, git_oid *id)
{
	ck_assert_int_eq(history_ref(&sc.ws.history, ref, id),
	    HISTORY_FOUND);
}

START_TEST(a_folder_is_kept_as_it_is_found)
{
	json_object	*a;

	write_theirs();
	adopt();
	ck_assert_str_eq(in_ref(HISTORY_ADOPTED, THEIRS), SUMMARY_A);
	ck_assert_str_eq(in_ref(HISTORY_ADOPTED, "raw_memories.md"),
	    "# Raw Memories\n\n" RAW_A);
	ck_assert_ptr_null(in_ref(HISTORY_ADOPTED, "todo.txt"));
	ck_assert_ptr_null(in_ref(HISTORY_LIVE, "raw_memories.md"));
	ck_assert_str_eq(in_ref(HISTORY_LIVE, "MEMORY.md"),
	    "# Task Group: theirs\r\nno end");
	ck_assert_uint_eq(res.files, 2);
	a = json_obj(res.threads.by_id, THREAD_A);
	ck_assert_str_eq(json_str(a, "raw_memory"), "raw of a");
	ck_assert_str_eq(json_str(a, "rollout_summary"), "# Theirs");
	ck_assert_str_eq(json_str(a, "title"), "Theirs");
	ck_assert_str_eq(json_str(a, "cwd"), "/b");
	ck_assert_str_eq(json_str(a, "rollout_path"), "/r/a.jsonl");
	ck_assert_str_eq(json_str(a, "rollout_slug"), "pagination");
	ck_assert_int_eq(json_int(a, "source_updated_at", 0), 1795374421);
}
END_TEST

/* Cut off after the reference, after both, and simply done twice. */
START_TEST(adopting_again_changes_nothing)
{
	git_oid	adopted, live, id;

	write_theirs();
	adopt();
	ref_id(HISTORY_ADOPTED, &adopted);
	ref_id(HISTORY_LIVE, &live);
	adopt();
	ref_id(HISTORY_ADOPTED, &id);
	ck_assert(git_oid_equal(&id, &adopted));
	ref_id(HISTORY_LIVE, &id);
	ck_assert(git_oid_equal(&id, &live));
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_LIVE,
	    &live, NULL), 0);
	scene_write(sc.root, "MEMORY.md", "edited in between");
	adopt();
	ref_id(HISTORY_ADOPTED, &id);
	ck_assert(!git_oid_equal(&id, &adopted));
	ck_assert_str_eq(in_ref(HISTORY_LIVE, "MEMORY.md"),
	    "edited in between");
	ref_id(HISTORY_LIVE, &id);
	ck_assert_int_eq(git_graph_descendant_of(sc.ws.history.repo, &id,
	    &adopted), 1);
}
END_TEST

/* Given back, changed by its owner, and taken again. */
START_TEST(a_second_adoption_keeps_the_first)
{
	git_oid	first, live, id;

	write_theirs();
	adopt();
	ref_id(HISTORY_ADOPTED, &first);
	sc.ws.inputs.nrows = 0;
	scene_first(&sc);
	ref_id(HISTORY_LIVE, &live);
	scene_write(sc.root, "MEMORY.md", "theirs once more");
	scene_write(sc.root, "raw_memories.md", "rewritten");
	adopt();
	ck_assert_str_eq(in_ref(HISTORY_ADOPTED, "raw_memories.md"),
	    "rewritten");
	ck_assert_str_eq(in_ref(HISTORY_LIVE, "MEMORY.md"),
	    "theirs once more");
	ref_id(HISTORY_LIVE, &id);
	ck_assert_int_eq(git_graph_descendant_of(sc.ws.history.repo, &id,
	    &first), 1);
	ck_assert_int_eq(git_graph_descendant_of(sc.ws.history.repo, &id,
	    &live), 1);
}
END_TEST

START_TEST(packing_keeps_what_was_adopted)
{
	git_oid	adopted, id;

	write_theirs();
	adopt();
	ref_id(HISTORY_ADOPTED, &adopted);
	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
	scene_reopen(&sc);
	ref_id(HISTORY_ADOPTED, &id);
	ck_assert(git_oid_equal(&id, &adopted));
	ck_assert_str_eq(in_ref(HISTORY_ADOPTED, "raw_memories.md"),
	    "# Raw Memories\n\n" RAW_A);
}
END_TEST

/* What could not be had back must not be written over. */
START_TEST(a_file_that_cannot_be_kept_stops_it)
{
	char	*path = xasprintf("%s/raw_memories.md", sc.root);

	ck_assert_int_eq(symlink("/dev/null", path), 0);
	ck_assert_int_eq(adopt_run(&sc.ws, &res), -1);
	ck_assert_ptr_nonnull(strstr(sc.ws.problem, "raw_memories.md"));
	ck_assert_str_eq(scene_subject(&sc, HISTORY_ADOPTED), "");
	free(path);
}
END_TEST

static void
set_generators(const char *generator)
{
	size_t	i;

	for (i = 0; i < sc.ws.inputs.nrows; i++)
		json_set_str(sc.ws.inputs.rows[i], "generator", generator);
}

/* The same stem, theirs and ours: they stand side by side. */
START_TEST(summaries_of_others_keep_name_and_bytes)
{
	write_theirs();
	adopt();
	scene_inputs(&sc, 3, "one");
	set_generators("adopted");
	scene_prepare(&sc, AGENT_1);
	ck_assert_int_eq(scene_publish(&sc, AGENT_1), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, THEIRS), SUMMARY_A);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_B
	    ".md"), 1);
	scene_reopen(&sc);
	scene_inputs(&sc, 1, "two");
	set_generators("builtin/1");
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, THEIRS), SUMMARY_A);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "rollout_summaries/"
	    STEM_A "-newer.md"), "summary pagination two"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "rollout_summary_file: " STEM_A "-newer.md\n"));
	/* Only a tombstone takes them away. */
	scene_reopen(&sc);
	scene_inputs(&sc, 2, "two");
	scene_bury(&sc, THREAD_A);
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(scene_publish(&sc, AGENT_3), PUBLISH_DONE);
	ck_assert_int_eq(scene_exists(sc.root, THEIRS), 0);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_A
	    "-newer.md"), 0);
	ck_assert_str_eq(in_ref(HISTORY_ADOPTED, THEIRS), SUMMARY_A);
}
END_TEST

static json_object *
read_summary(const char *name, const char *text)
{
	static struct adopt_threads	 t;
	struct buf			 b = BUF_INIT;
	json_object			*o;

	adopt_threads_release(&t);
	adopt_threads_init(&t, NULL);
	buf_addstr(&b, text);
	adopt_add_summary(&t, name, &b);
	o = json_obj(t.by_id, THREAD_A);
	ck_assert_uint_eq(t.unread, o == NULL);
	buf_release(&b);
	return o;
}

#define HEAD	"thread_id: " THREAD_A "\n"

START_TEST(headers_are_read_with_care)
{
	json_object	*o;
	char		 long_line[8192];

	ck_assert_ptr_null(read_summary("x.md", ""));
	ck_assert_ptr_null(read_summary("x.md", "thread_id: ../../etc\n\nx"));
	ck_assert_ptr_null(read_summary("x.md", "\n" HEAD));
	o = read_summary("x.md", "cwd: /a\x1b[31m\n" HEAD
	    "updated_at: yesterday\n\nbody \xff\xfe end");
	ck_assert_ptr_nonnull(o);
	ck_assert_ptr_null(strchr(json_str(o, "cwd"), 0x1b));
	ck_assert_int_eq(json_int(o, "source_updated_at", -1), 0);
	ck_assert_ptr_null(strchr(json_str(o, "rollout_summary"), 0xff));
	ck_assert_ptr_null(json_str(o, "rollout_slug"));
	snprintf(long_line, sizeof(long_line), HEAD "cwd: %07000d\n\nb", 7);
	o = read_summary("x.md", long_line);
	ck_assert_uint_le(strlen(json_str(o, "cwd")), 4096);
	o = read_summary("2026-11-22T18-56-59-" THREAD_A "-a_slug.md", HEAD);
	ck_assert_str_eq(json_str(o, "rollout_slug"), "a_slug");
	o = read_summary("2026-11-22T18-56-59-kgLZ.md", HEAD);
	ck_assert_ptr_null(json_str(o, "rollout_slug"));
	/* Found by fuzz_adopt: what came behind the name was read. */
	o = read_summary("2026-11-22T18-56-59-" THREAD_A "-a", HEAD);
	ck_assert_ptr_null(json_str(o, "rollout_slug"));
}
END_TEST

#define SECRET	"hp_aB3xQ9zL7wKd84RtYm2paB3xQ9zL7wabcdef"

/* What vanishes from a text hid a secret in it; headers were not looked at. */
START_TEST(secrets_are_found_in_every_place)
{
	struct adopt_threads	 t;
	struct buf		 b = BUF_INIT;
	struct redact		*r;
	json_object		*o;
	char			 why[128];

	r = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_ptr_nonnull(r);
	adopt_threads_init(&t, r);
	buf_addstr(&b, "cwd: /a/g" SECRET "\n" HEAD "\n# g\xe2\x80\x8b" SECRET
	    "\ng");
	buf_addch(&b, '\0');
	buf_addstr(&b, SECRET "\n");
	adopt_add_summary(&t, "x.md", &b);
	o = json_obj(t.by_id, THREAD_A);
	ck_assert_ptr_nonnull(o);
	ck_assert_str_eq(json_str(o, "cwd"), "/a/" REDACT_MARK);
	ck_assert_str_eq(json_str(o, "title"), REDACT_MARK);
	ck_assert_ptr_nonnull(strstr(json_str(o, "rollout_summary"),
	    "\n" REDACT_MARK));
	adopt_threads_release(&t);
	redact_free(r);
	buf_release(&b);
}
END_TEST

/* Of several versions the newest, wherever it stands. */
START_TEST(the_newest_version_wins)
{
	json_object	*row = json_object_new_object(), *o;
	struct buf	 b = BUF_INIT;
	struct adopt_threads t;

	adopt_threads_init(&t, NULL);
	json_set_str(row, "thread_id", THREAD_A);
	json_set_int(row, "source_updated_at", 1795374421);
	json_set_str(row, "raw_memory", "row");
	json_set_int(row, "usage_count", 3);
	adopt_add_row(&t, row);
	buf_addstr(&b, RAW_A);
	adopt_add_raw(&t, &b);
	o = json_obj(t.by_id, THREAD_A);
	ck_assert_str_eq(json_str(o, "raw_memory"), "row");
	ck_assert_str_eq(json_str(o, "cwd"), "/a");
	buf_reset(&b);
	buf_addstr(&b, HEAD "updated_at: 2026-11-23T00:00:00Z\ncwd: /c\n\n"
	    "later");
	adopt_add_summary(&t, "x.md", &b);
	ck_assert_str_eq(json_str(o, "cwd"), "/c");
	ck_assert_str_eq(json_str(o, "rollout_summary"), "later");
	ck_assert_str_eq(json_str(o, "raw_memory"), "row");
	ck_assert_int_eq(json_int(o, "usage_count", 0), 3);
	ck_assert_int_eq(json_object_object_length(t.by_id), 1);
	buf_release(&b);
	json_object_put(row);
	adopt_threads_release(&t);
}
END_TEST

/* It is written anew, so its size is no reason to leave the folder alone. */
START_TEST(a_large_raw_memories_is_kept_as_found)
{
	size_t	 n = 5000000;
	char	*text = malloc(n + 1);

	memset(text, 'x', n);
	memcpy(text, RAW_A, strlen(RAW_A));
	text[n] = '\0';
	write_theirs();
	scene_write(sc.root, "raw_memories.md", text);
	adopt();
	ck_assert_str_eq(in_ref(HISTORY_ADOPTED, "raw_memories.md"), text);
	ck_assert_ptr_null(in_ref(HISTORY_LIVE, "raw_memories.md"));
	free(text);
}
END_TEST

/* One odd byte in one file kept a folder of years from being adopted. */
START_TEST(a_nul_is_kept_like_any_byte)
{
	const char	bytes[] = "# Task Group: theirs\nab\0c\n";
	const char	*found;
	char		*path;
	FILE		*f;

	write_theirs();
	path = xasprintf("%s/MEMORY.md", sc.root);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fwrite(bytes, sizeof(bytes) - 1, 1, f);
	fclose(f);
	free(path);
	adopt();
	found = in_ref(HISTORY_ADOPTED, "MEMORY.md");
	ck_assert_mem_eq(found, bytes, sizeof(bytes) - 1);
	found = in_ref(HISTORY_LIVE, "MEMORY.md");
	ck_assert_mem_eq(found, bytes, sizeof(bytes) - 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("adopt");
	TCase	*tc = tcase_create("folder");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_folder_is_kept_as_it_is_found);
	tcase_add_test(tc, adopting_again_changes_nothing);
	tcase_add_test(tc, a_second_adoption_keeps_the_first);
	tcase_add_test(tc, packing_keeps_what_was_adopted);
	tcase_add_test(tc, a_file_that_cannot_be_kept_stops_it);
	tcase_add_test(tc, summaries_of_others_keep_name_and_bytes);
	tcase_add_test(tc, headers_are_read_with_care);
	tcase_add_test(tc, secrets_are_found_in_every_place);
	tcase_add_test(tc, the_newest_version_wins);
	tcase_add_test(tc, a_large_raw_memories_is_kept_as_found);
	tcase_add_test(tc, a_nul_is_kept_like_any_byte);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
