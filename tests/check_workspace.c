/* links: tests/wspace_scene.c worker/workspace/?*.c */
/*
 * A memory folder holds more than a publication wrote, and what an agent left
 * in its staging is not all of it the agent's to write.  What is prepared,
 * what is published, what is refused, and what is left as it was.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/folder.h"
#include "common/json.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/tree.h"

START_TEST(first_publication)
{
	const char	*raw;

	scene_first(&sc);
	scene_assert_clean(&sc);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
	ck_assert_str_eq(scene_read(sc.root, "rollout_summaries/" STEM_A
	    ".md"), "thread_id: " THREAD_A "\n"
	    "updated_at: 2026-11-22T19:07:01+00:00\n"
	    "rollout_path: /home/dev/r.jsonl\n"
	    "cwd: /home/dev/src/webapi\n\n"
	    "summary pagination one\n");
	raw = scene_read(sc.root, "raw_memories.md");
	ck_assert_str_eq(raw, "# Raw Memories\n\n"
	    "Merged stage-1 raw memories (stable ascending thread-id order):"
	    "\n\n"
	    "## Thread `" THREAD_A "`\n"
	    "updated_at: 2026-11-22T19:07:01+00:00\n"
	    "cwd: /home/dev/src/webapi\n"
	    "rollout_path: /home/dev/r.jsonl\n"
	    "rollout_summary_file: " STEM_A ".md\n\n"
	    "raw pagination one\n\n"
	    "## Thread `" THREAD_B "`\n"
	    "updated_at: 2026-11-22T19:07:01+00:00\n"
	    "cwd: /home/dev/src/webapi\n"
	    "rollout_path: /home/dev/r.jsonl\n"
	    "rollout_summary_file: " STEM_B ".md\n\n"
	    "raw greet one\n\n");
	ck_assert_uint_eq(sc.published.files, 4);
	ck_assert_uint_eq(sc.published.count[0], 4);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_LIVE), "Publish");
}
END_TEST

START_TEST(nothing_new_is_nothing_to_do)
{
	scene_first(&sc);
	scene_reopen(&sc);
	scene_task(&sc, AGENT_2, "one");
	ck_assert_int_eq(sc.prepared.changed, 0);
	ck_assert_int_eq(scene_count(sc.staging, ""), 0);
	scene_task(&sc, AGENT_2, "two");
	ck_assert_int_eq(sc.prepared.changed, 1);
	ck_assert_uint_eq(sc.prepared.count[1], 2);
}
END_TEST

START_TEST(staging_holds_what_the_agent_needs)
{
	const char	*dir;
	json_object	*o;

	scene_first(&sc);
	scene_write(sc.root, "notes.txt", "not ours");
	scene_write(sc.root, "extensions/ad_hoc/notes/n.md", "a note\n");
	scene_inputs(&sc, 1, "two");
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(sc.prepared.hand_edited, 1);
	dir = scene_staging(&sc, AGENT_2);
	ck_assert_str_eq(scene_read(dir, "extensions/ad_hoc/notes/n.md"),
	    "a note\n");
	ck_assert_int_eq(scene_exists(dir, "notes.txt"), 0);
	ck_assert_int_eq(scene_exists(dir, "rollout_summaries/" STEM_B ".md"),
	    0);
	ck_assert_ptr_nonnull(strstr(scene_read(dir,
	    "phase2_workspace_diff.md"), "- A extensions/ad_hoc/notes/n.md\n"
	    "- M raw_memories.md\n- M rollout_summaries/" STEM_A ".md\n"
	    "- D rollout_summaries/" STEM_B ".md\n\n## Diff\n```diff\n"
	    "diff --git a/extensions/ad_hoc/notes/n.md b/"));
	o = json_parse(scene_read(dir, ".inputs.json"),
	    strlen(scene_read(dir, ".inputs.json")) - 1, JSON_DEPTH, NULL);
	ck_assert_str_eq(json_str(json_object_array_get_idx(json_arr(o,
	    "rows"), 0), "stem"), STEM_A);
	json_object_put(o);
	/* Not ours: never in the history either. */
	scene_publishes(&sc, AGENT_2);
	ck_assert_str_eq(scene_read(sc.root, "notes.txt"), "not ours");
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_B
	    ".md"), 0);
}
END_TEST

START_TEST(a_tombstone_takes_all_of_a_thread)
{
	char	text[256];

	scene_first(&sc);
	snprintf(text, sizeof(text), "thread_id: %s\nedited\n", THREAD_A);
	scene_write(sc.root, "rollout_summaries/copy.md", text);
	scene_write(sc.root, "rollout_summaries/" STEM_A ".md", "no id\n");
	scene_inputs(&sc, 3, "one");
	scene_bury(&sc, THREAD_A);
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md", "");
	scene_publishes(&sc, AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_A
	    ".md"), 0);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/copy.md"),
	    0);
	ck_assert_ptr_null(strstr(scene_read(sc.root, "raw_memories.md"),
	    THREAD_A));
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "");
}
END_TEST

START_TEST(an_agent_writes_only_what_is_its_own)
{
	const char	*dir;

	scene_first(&sc);
	scene_task(&sc, AGENT_2, "two");
	dir = scene_staging(&sc, AGENT_2);
	scene_write(dir, "rollout_summaries/" STEM_A ".md", "forged\n");
	scene_write(dir, "raw_memories.md", "forged\n");
	scene_write(dir, "extensions/x/instructions.md", "forged\n");
	scene_write(dir, "skills/build/SKILL.md", SCENE_SKILL("fine\n"));
	scene_publishes(&sc, AGENT_2);
	ck_assert_ptr_null(strstr(scene_read(sc.root, "rollout_summaries/"
	    STEM_A ".md"), "forged"));
	ck_assert_ptr_null(strstr(scene_read(sc.root, "raw_memories.md"),
	    "forged"));
	ck_assert_int_eq(scene_exists(sc.root, "extensions"), 0);
	ck_assert_str_eq(scene_read(sc.root, "skills/build/SKILL.md"),
	    SCENE_SKILL("fine\n"));
}
END_TEST

START_TEST(what_is_no_plain_file_is_refused)
{
	const char	*dir;
	char		 path[700];

	scene_first(&sc);
	scene_task(&sc, AGENT_2, "two");
	dir = scene_staging(&sc, AGENT_2);
	scene_write(dir, "skills/a/SKILL.md", "fine\n");
	snprintf(path, sizeof(path), "%s/skills/a/link.md", dir);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof(path), "%s/skills/a/fifo.md", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/skills/b", dir);
	ck_assert_int_eq(symlink("/etc", path), 0);
	scene_write(dir, "skills/a/huge.md", "");
	snprintf(path, sizeof(path), "%s/skills/a/huge.md", dir);
	ck_assert_int_eq(truncate(path, TREE_FILE_MAX + 1), 0);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_REJECTED);
	ck_assert_uint_eq(json_object_array_length(sc.published.violations),
	    4);
	ck_assert_int_eq(scene_exists(sc.root, "skills"), 0);
}
END_TEST

START_TEST(things_in_the_root_are_left_alone)
{
	char	path[700];

	scene_first(&sc);
	snprintf(path, sizeof(path), "%s/skills", sc.root);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	scene_write(sc.root, ".git/config", "foreign");
	scene_write(sc.root, "rollout_summaries/huge.md", "");
	snprintf(path, sizeof(path), "%s/rollout_summaries/huge.md", sc.root);
	ck_assert_int_eq(truncate(path, 1 << 30), 0);
	scene_task(&sc, AGENT_2, "two");
	scene_publishes(&sc, AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/huge.md"),
	    1);
	ck_assert_str_eq(scene_read(sc.root, ".git/config"), "foreign");
	/* What is in the way is named before anything is moved. */
	scene_task(&sc, AGENT_3, "three");
	scene_write(scene_staging(&sc, AGENT_3), "skills/a/SKILL.md",
	    SCENE_SKILL("x\n"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_3), PUBLISH_FAILED);
	ck_assert_ptr_nonnull(strstr(sc.ws.problem, "/skills is in the way"));
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
}
END_TEST

START_TEST(a_deleted_summary_comes_back_with_its_row)
{
	scene_first(&sc);
	scene_unlink(sc.root, "rollout_summaries/" STEM_A ".md");
	scene_task(&sc, AGENT_2, "one");
	ck_assert_int_eq(sc.prepared.changed, 1);
	scene_publishes(&sc, AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_A
	    ".md"), 1);
}
END_TEST

START_TEST(an_agent_that_failed_leaves_nothing_behind)
{
	const char	*ref = HISTORY_STAGED AGENT_1;

	scene_task(&sc, AGENT_1, "one");
	scene_prepare(&sc, AGENT_2);
	/* Its folder is kept: a person may still accept it. */
	ck_assert_str_eq(scene_subject(&sc, ref), "Prepared for an agent");
	ck_assert_int_eq(folder_remove(sc.ws.staging, AGENT_1), 0);
	scene_prepare(&sc, AGENT_2);
	ck_assert_str_eq(scene_subject(&sc, ref), "");
	ck_assert_int_eq(scene_publish(&sc, AGENT_1), PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_INPUT);
	scene_publishes(&sc, AGENT_2);
}
END_TEST

/* What the rows leave to be desired. */
static void
add_row(const char *id, int64_t updated, const char *raw)
{
	json_object	*list = json_object_new_array();
	json_object	*o = json_object_new_object();
	char		 why[256];

	json_set_str(o, "kind", "row");
	json_set_str(o, "thread_id", id);
	json_set_int(o, "source_updated_at", updated);
	json_set_str(o, "cwd", "/a\nthread_id: forged");
	json_set_str(o, "raw_memory", raw);
	json_set_str(o, "rollout_summary", "  \n");
	json_object_array_add(list, o);
	ck_assert_int_eq(inputs_add(&sc.ws.inputs, list, why, sizeof(why)),
	    0);
	json_object_put(list);
}

START_TEST(rows_that_are_blank_or_twice)
{
	struct buf	b = BUF_INIT;
	json_object	*bad;
	char		why[256];

	add_row(THREAD_B, 5, " \n ");
	add_row(THREAD_A, 7, "old");
	add_row(THREAD_A, 9, "new");
	inputs_finish(&sc.ws.inputs);
	ck_assert_uint_eq(sc.ws.inputs.nrows, 1);
	raw_memories_write(&sc.ws.inputs, &b);
	ck_assert_str_eq(buf_str(&b), "# Raw Memories\n\n"
	    "Merged stage-1 raw memories (stable ascending thread-id order):"
	    "\n\n## Thread `" THREAD_A "`\n"
	    "updated_at: 1970-01-01T00:00:09+00:00\n"
	    "cwd: /a thread_id: forged\nrollout_path: unknown\n"
	    "rollout_summary_file: 2026-11-22T18-56-59-kgLZ.md\n\nnew\n\n");
	inputs_clear(&sc.ws.inputs);
	buf_reset(&b);
	raw_memories_write(&sc.ws.inputs, &b);
	ck_assert_str_eq(buf_str(&b),
	    "# Raw Memories\n\nNo raw memories yet.\n");
	buf_release(&b);
	bad = json_tokener_parse("[{\"kind\":\"row\",\"thread_id\":"
	    "\"../x\"}]");
	ck_assert_int_eq(inputs_add(&sc.ws.inputs, bad, why, sizeof(why)),
	    -1);
	json_object_put(bad);
}
END_TEST

static json_object *
facts_of(const char *text)
{
	json_object	*list = json_object_new_array();
	json_object	*o = json_object_new_object();
	char		 why[256];

	json_set_str(o, "kind", "row");
	json_set_str(o, "thread_id", THREAD_A);
	json_set_str(o, "raw_memory", "raw");
	if (text != NULL)
		json_set_str(o, "facts", text);
	json_object_array_add(list, o);
	ck_assert_int_eq(inputs_add(&sc.ws.inputs, list, why, sizeof(why)),
	    0);
	json_object_put(list);
	o = sc.ws.inputs.rows[sc.ws.inputs.nrows - 1];
	ck_assert(json_object_is_type(json_obj(o, "facts"),
	    json_type_object) || !json_object_object_get_ex(o, "facts",
	    &list) || list == NULL);
	return json_obj(o, "facts");
}

/* The supervisor hands facts on unread: what is none of ours is none. */
START_TEST(facts_are_a_text)
{
	static const char *const	none[] = {
		"", "{", "[]", "\"v\"", "null", "{\"v\":1} {}",
		"{\"a\":[{\"b\":\"x\\u0000\"}]}"
	};
	struct buf			deep = BUF_INIT;
	size_t				i;

	ck_assert_int_eq(json_int(facts_of("{\"v\":1}"), "v", 0), 1);
	ck_assert_ptr_null(facts_of(NULL));
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_msg(facts_of(none[i]) == NULL, "%s", none[i]);
	for (i = 0; i < JSON_DEPTH; i++)
		buf_addstr(&deep, "{\"a\":");
	buf_addstr(&deep, "1");
	for (i = 0; i < JSON_DEPTH; i++)
		buf_addch(&deep, '}');
	ck_assert_ptr_null(facts_of(buf_str(&deep)));
	buf_release(&deep);
}
END_TEST

START_TEST(roots_that_are_not_ours)
{
	struct recovered	r;
	json_object		*none = json_object_new_array();

	scene_write(sc.root, "somebody.txt", "else");
	ck_assert_int_eq(recover_run(&sc.ws, none, 1, &r), 0);
	ck_assert_int_eq(r.root, ROOT_FOREIGN);
	ck_assert_str_eq(r.look.found[0], "somebody.txt");
	recovered_release(&r);
	scene_inputs(&sc, 1, "one");
	ck_assert_int_eq(staging_prepare(&sc.ws, AGENT_1, &sc.prepared), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_FOREIGN);
	ck_assert_int_eq(scene_count(sc.root, ""), 1);

	scene_unlink(sc.root, "somebody.txt");
	ck_assert_int_eq(recover_run(&sc.ws, none, 0, &r), 0);
	ck_assert_int_eq(r.root, ROOT_EMPTY);
	recovered_release(&r);

	/* Published into, then its disk is not mounted. */
	scene_first(&sc);
	ck_assert_int_eq(recover_run(&sc.ws, none, 0, &r), 0);
	ck_assert_int_eq(r.root, ROOT_FOREIGN);
	recovered_release(&r);
	scene_task(&sc, AGENT_2, "two");
	scene_wipe(sc.root);
	ck_assert_int_eq(mkdir(sc.root, 0700), 0);
	scene_reopen(&sc);
	ck_assert_int_eq(recover_run(&sc.ws, none, 1, &r), 0);
	ck_assert_int_eq(r.root, ROOT_VANISHED);
	recovered_release(&r);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_VANISHED);
	ck_assert_int_eq(scene_count(sc.root, ""), 0);
	json_object_put(none);
}
END_TEST

START_TEST(a_mode_and_a_readonly_root)
{
	struct stat	st;
	char		path[700];

	scene_first(&sc);
	snprintf(path, sizeof(path), "%s/MEMORY.md", sc.root);
	ck_assert_int_eq(chmod(path, 0644), 0);
	scene_task(&sc, AGENT_2, "two");
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("offset"));
	if (geteuid() != 0) {
		ck_assert_int_eq(chmod(sc.root, 0500), 0);
		ck_assert_int_eq(scene_publish(&sc, AGENT_2),
		    PUBLISH_FAILED);
		ck_assert_str_eq(sc.ws.reason, REASON_READ_ONLY);
		ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
		ck_assert_int_eq(chmod(sc.root, 0700), 0);
	}
	scene_publishes(&sc, AGENT_2);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0644);
}
END_TEST

START_TEST(only_tracked_paths)
{
	ck_assert(tree_tracked("MEMORY.md"));
	ck_assert(tree_tracked("skills/a/scripts/run.sh"));
	ck_assert(tree_tracked("rollout_summaries/a.md"));
	ck_assert(tree_tracked("extensions/a/notes/n.md"));
	ck_assert(!tree_tracked("raw_memories.md"));
	ck_assert(!tree_tracked("rollout_summaries/a/b.md"));
	ck_assert(!tree_tracked("rollout_summaries/.md"));
	ck_assert(!tree_tracked("extensions/a.txt"));
	ck_assert(!tree_tracked("skills/../MEMORY.md"));
	ck_assert(!tree_tracked("skills//x.md"));
	ck_assert(!tree_tracked("skills/.git/config"));
	ck_assert(!tree_tracked("skills/.mnemod-tmp-new-x"));
	ck_assert(!tree_tracked("skills/a\nb.md"));
	ck_assert(!tree_tracked("phase2_workspace_diff.md"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("workspace");
	TCase	*t = tcase_create("workspace");

	tcase_add_checked_fixture(t, wspace_setup, wspace_teardown);
	tcase_add_test(t, only_tracked_paths);
	tcase_add_test(t, first_publication);
	tcase_add_test(t, nothing_new_is_nothing_to_do);
	tcase_add_test(t, staging_holds_what_the_agent_needs);
	tcase_add_test(t, a_tombstone_takes_all_of_a_thread);
	tcase_add_test(t, an_agent_writes_only_what_is_its_own);
	tcase_add_test(t, what_is_no_plain_file_is_refused);
	tcase_add_test(t, things_in_the_root_are_left_alone);
	tcase_add_test(t, a_deleted_summary_comes_back_with_its_row);
	tcase_add_test(t, an_agent_that_failed_leaves_nothing_behind);
	tcase_add_test(t, rows_that_are_blank_or_twice);
	tcase_add_test(t, facts_are_a_text);
	tcase_add_test(t, roots_that_are_not_ours);
	tcase_add_test(t, a_mode_and_a_readonly_root);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
