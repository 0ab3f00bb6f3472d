/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * Memory folders are edited by people and by other programs at any moment,
 * and a publication that was killed half-way left a handbook that cited files
 * which were not there.  So: real repositories, real files, edits in the very
 * window between look and exchange (check_edits.c has thousands of them), and
 * a crash at every durable act.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "check_main.h"
#include "common/folder.h"
#include "common/hook.h"
#include "common/json.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/tree.h"

static struct wspace_scene	sc;

static void
setup(void)
{
	scene_start(&sc);
}

static void
teardown(void)
{
	scene_end(&sc);
}

static void
assert_clean(void)
{
	ck_assert_int_eq(scene_count(sc.root, TREE_TEMPORARY), 0);
	ck_assert_int_eq(scene_count(sc.staging, ""), 0);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
}

/* Publish, and tell why if it does not work. */
static void
assert_publishes(const char *agent)
{
	enum publish_status	status = scene_publish(&sc, agent);

	ck_assert_msg(status == PUBLISH_DONE, "%s %s", status ==
	    PUBLISH_FAILED ? sc.ws.problem : "rejected",
	    json_object_to_json_string(sc.published.violations));
}

START_TEST(first_publication)
{
	const char	*raw;

	scene_first(&sc);
	assert_clean();
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
	scene_inputs(&sc, 3, "one");
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(sc.prepared.changed, 0);
	ck_assert_int_eq(scene_count(sc.staging, ""), 0);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
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
	assert_publishes(AGENT_2);
	ck_assert_str_eq(scene_read(sc.root, "notes.txt"), "not ours");
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_B
	    ".md"), 0);
}
END_TEST

START_TEST(a_hand_edit_while_the_agent_runs_stays)
{
	char	mine[4096];

	scene_first(&sc);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("offset"));
	snprintf(mine, sizeof(mine), "%s\nMine, with CRLF\r\nno end",
	    scene_handbook("limit"));
	scene_save(sc.root, "MEMORY.md", mine);
	assert_publishes(AGENT_2);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "pagination, offset"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "Mine, with CRLF\r\nno end"));
	assert_clean();
}
END_TEST

START_TEST(the_same_line_is_the_users)
{
	scene_first(&sc);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("offset"));
	scene_save(sc.root, "MEMORY.md", scene_handbook("mine"));
	assert_publishes(AGENT_2);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("mine"));
	ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(
	    sc.published.conflicts, 0)), "MEMORY.md");
}
END_TEST

START_TEST(modify_against_delete_is_the_users)
{
	scene_first(&sc);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("offset"));
	scene_unlink(scene_staging(&sc, AGENT_2), "memory_summary.md");
	scene_unlink(sc.root, "MEMORY.md");
	scene_write(sc.root, "memory_summary.md", "v1\nmine\n");
	assert_publishes(AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "MEMORY.md"), 0);
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	ck_assert_uint_eq(json_object_array_length(sc.published.conflicts),
	    2);
}
END_TEST

START_TEST(an_edited_summary_is_kept_for_ever)
{
	scene_first(&sc);
	scene_write(sc.root, "rollout_summaries/" STEM_A ".md", "mine\n");
	scene_write(sc.root, "rollout_summaries/own.md", "thread_id: me\n");
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	assert_publishes(AGENT_2);
	scene_inputs(&sc, 2, "three");
	scene_prepare(&sc, AGENT_3);
	assert_publishes(AGENT_3);
	ck_assert_str_eq(scene_read(sc.root, "rollout_summaries/" STEM_A
	    ".md"), "mine\n");
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/own.md"),
	    1);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "rollout_summaries/"
	    STEM_B ".md"), "greet three"));
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
	assert_publishes(AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_A
	    ".md"), 0);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/copy.md"),
	    0);
	ck_assert_ptr_null(strstr(scene_read(sc.root, "raw_memories.md"),
	    THREAD_A));
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "");
}
END_TEST

/* The "extensions" of the agent's .inputs.json; the caller puts it. */
static json_object *
extensions_given(const char *agent)
{
	const char	*text = scene_read(scene_staging(&sc, agent),
	    ".inputs.json");
	json_object	*o = json_parse(text, strlen(text) - 1, JSON_DEPTH,
	    NULL), *list;

	list = json_object_get(json_arr(o, "extensions"));
	json_object_put(o);
	ck_assert_ptr_nonnull(list);
	return list;
}

#define OLD	"2020-01-01T00-00-00-old.md"
#define CHRON	"extensions/chronicle/"

/* As `adopt' does: what the folder holds now stays for good. */
static void
adopt_all(void)
{
	git_oid	live;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_ADOPTED,
	    NULL, &live), 0);
}

/*
 * A resource was removed from the folder at once and was in no commit: what
 * it had told could never be looked up again.
 */
START_TEST(resources_age_through_the_history)
{
	static const char *const stay[] = { CHRON "resources/2020-13-40T"
	    "00-00-00-no.md", CHRON "resources/2099-01-01T00-00-00-new.md",
	    CHRON "resources/plain.md", CHRON "resources/old/" OLD,
	    "extensions/bare/resources/" OLD, "extensions/ad_hoc/notes/" OLD,
	    NULL };
	const char *const	*p;
	git_oid			 live, before, tree;
	git_index		*index;

	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "Read me.\n");
	scene_write(sc.root, CHRON "resources/" OLD, "told once\n");
	for (p = stay; *p != NULL; p++)
		scene_write(sc.root, *p, "stays\n");
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(sc.prepared.changed, 1);
	assert_publishes(AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, CHRON "resources/" OLD), 0);
	for (p = stay; *p != NULL; p++)
		ck_assert_msg(scene_exists(sc.root, *p), "%s", *p);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_parent_of(&sc.ws.history, &live, 0,
	    &before), 0);
	ck_assert_int_eq(history_tree_of(&sc.ws.history, &before, &tree), 0);
	ck_assert_int_eq(tree_load(&sc.ws.history, &tree, &index), 0);
	ck_assert_ptr_nonnull(tree_get(index, CHRON "resources/" OLD));
	git_index_free(index);
}
END_TEST

START_TEST(an_adopted_resource_does_not_age)
{
	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "Read me.\n");
	scene_write(sc.root, CHRON "resources/" OLD, "adopted\n");
	scene_write(sc.root, CHRON "resources/2099-01-01T00-00-00.md", "n\n");
	scene_prepare(&sc, AGENT_2);	/* commits them */
	adopt_all();
	scene_write(sc.root, CHRON "resources/2020-02-02T00-00-00.md", "o\n");
	scene_prepare(&sc, AGENT_3);
	assert_publishes(AGENT_3);
	ck_assert_str_eq(scene_read(sc.root, CHRON "resources/" OLD),
	    "adopted\n");
	ck_assert_int_eq(scene_exists(sc.root, CHRON
	    "resources/2020-02-02T00-00-00.md"), 0);
}
END_TEST

/* Somebody rewrote it while the agent was at work: it is theirs. */
START_TEST(an_edited_resource_does_not_vanish)
{
	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "Read me.\n");
	scene_write(sc.root, CHRON "resources/" OLD, "old\n");
	scene_prepare(&sc, AGENT_2);
	scene_save(sc.root, CHRON "resources/" OLD, "mine\n");
	assert_publishes(AGENT_2);
	ck_assert_str_eq(scene_read(sc.root, CHRON "resources/" OLD),
	    "mine\n");
}
END_TEST

START_TEST(notes_and_resources_are_handed_over)
{
	json_object	*list, *o;
	char		 why[256];

	sc.ws.redact = redact_new(NULL, 0, why, sizeof(why));
	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "for a model\n");
	scene_write(sc.root, CHRON "resources/a.md", "# A\r\n\x1b[31mred\n");
	scene_write(sc.root, "extensions/ad_hoc/notes/n.md",
	    "The key is AKIAIOSFODNN7EXAMPLQ.\nbroken \xff byte\n");
	scene_write(sc.root, "extensions/bare/resources/b.md", "unseen\n");
	scene_prepare(&sc, AGENT_2);
	list = extensions_given(AGENT_2);
	ck_assert_uint_eq(json_object_array_length(list), 2);
	o = json_object_array_get_idx(list, 0);
	ck_assert_str_eq(json_str(o, "path"), "extensions/ad_hoc/notes/n.md");
	ck_assert_str_eq(json_object_to_json_string_ext(json_arr(o, "lines"),
	    JSON_C_TO_STRING_PLAIN), "[\"The key is [REDACTED_SECRET].\","
	    "\"broken \xef\xbf\xbd byte\"]");
	o = json_object_array_get_idx(list, 1);
	ck_assert_str_eq(json_str(o, "path"), CHRON "resources/a.md");
	ck_assert_str_eq(json_object_to_json_string_ext(json_arr(o, "lines"),
	    JSON_C_TO_STRING_PLAIN), "[\"# A\",\"[31mred\"]");
	json_object_put(list);
	redact_free(sc.ws.redact);
	sc.ws.redact = NULL;
}
END_TEST

START_TEST(an_agent_writes_only_what_is_its_own)
{
	const char	*dir;

	scene_first(&sc);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	dir = scene_staging(&sc, AGENT_2);
	scene_write(dir, "rollout_summaries/" STEM_A ".md", "forged\n");
	scene_write(dir, "raw_memories.md", "forged\n");
	scene_write(dir, "extensions/x/instructions.md", "forged\n");
	scene_write(dir, "skills/build/SKILL.md", SCENE_SKILL("fine\n"));
	assert_publishes(AGENT_2);
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
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
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
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	assert_publishes(AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/huge.md"),
	    1);
	ck_assert_str_eq(scene_read(sc.root, ".git/config"), "foreign");
	/* What is in the way is named before anything is moved. */
	scene_inputs(&sc, 3, "three");
	scene_prepare(&sc, AGENT_3);
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
	scene_inputs(&sc, 3, "one");
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(sc.prepared.changed, 1);
	assert_publishes(AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, "rollout_summaries/" STEM_A
	    ".md"), 1);
}
END_TEST

START_TEST(an_agent_that_failed_leaves_nothing_behind)
{
	const char	*ref = HISTORY_STAGED AGENT_1;

	scene_inputs(&sc, 3, "one");
	scene_prepare(&sc, AGENT_1);
	scene_prepare(&sc, AGENT_2);
	/* Its folder is kept: a person may still accept it. */
	ck_assert_str_eq(scene_subject(&sc, ref), "Prepared for an agent");
	ck_assert_int_eq(folder_remove(sc.ws.staging, AGENT_1), 0);
	scene_prepare(&sc, AGENT_2);
	ck_assert_str_eq(scene_subject(&sc, ref), "");
	ck_assert_int_eq(scene_publish(&sc, AGENT_1), PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_INPUT);
	assert_publishes(AGENT_2);
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

/* The window between look and exchange. */
static const char	*window_path, *window_text;
static int		 window_times;

static void
in_window(void *arg, const char *path)
{
	char	text[4096];

	(void)arg;
	if (strcmp(path, window_path) != 0 || window_times-- <= 0)
		return;
	if (window_text == NULL)
		scene_unlink(sc.root, path);
	else if (strcmp(window_text, "@") == 0) {
		snprintf(text, sizeof(text), "%ssave %d\n",
		    scene_handbook("limit"), window_times);
		scene_save(sc.root, path, text);
	} else
		scene_save(sc.root, path, window_text);
}

static enum publish_status
publish_in_window(const char *path, const char *text, int times)
{
	window_path = path;
	window_text = text;
	window_times = times;
	sc.ws.window = in_window;
	return scene_publish(&sc, AGENT_2);
}

static void
second_agent(void)
{
	scene_first(&sc);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("offset"));
	scene_write(scene_staging(&sc, AGENT_2), "memory_summary.md",
	    SCENE_SHORT("agent"));
}

START_TEST(a_save_in_the_window_wins)
{
	second_agent();
	ck_assert_int_eq(publish_in_window("memory_summary.md", "v1\nmine\n",
	    1), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	assert_clean();
}
END_TEST

START_TEST(a_deletion_in_the_window_wins)
{
	second_agent();
	ck_assert_int_eq(publish_in_window("memory_summary.md", NULL, 1),
	    PUBLISH_DONE);
	ck_assert_int_eq(scene_exists(sc.root, "memory_summary.md"), 0);
	assert_clean();
}
END_TEST

START_TEST(a_new_file_in_the_window_wins)
{
	second_agent();
	scene_write(scene_staging(&sc, AGENT_2), "skills/a/SKILL.md",
	    SCENE_SKILL("agent\n"));
	ck_assert_int_eq(publish_in_window("skills/a/SKILL.md", "mine\n", 1),
	    PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "skills/a/SKILL.md"), "mine\n");
	assert_clean();
}
END_TEST

/* A skill that one agent made and the next one takes away. */
START_TEST(a_save_beats_a_deletion_in_the_window)
{
	scene_first(&sc);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_3);
	scene_write(scene_staging(&sc, AGENT_3), "skills/a/SKILL.md",
	    SCENE_SKILL("agent\n"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_3), PUBLISH_DONE);
	scene_inputs(&sc, 3, "three");
	scene_prepare(&sc, AGENT_2);
	scene_unlink(scene_staging(&sc, AGENT_2), "skills/a/SKILL.md");
	ck_assert_int_eq(publish_in_window("skills/a/SKILL.md", "mine\n", 1),
	    PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "skills/a/SKILL.md"), "mine\n");
	assert_clean();
}
END_TEST

START_TEST(who_saves_all_the_time_is_waited_for)
{
	struct recovered	r;
	json_object		*agents = json_object_new_array();

	second_agent();
	ck_assert_int_eq(publish_in_window("MEMORY.md", "@", 9),
	    PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_EDITED);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "limit\n"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "save 6\n"));
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "Publish");
	/* The editing has stopped: it goes on where it was. */
	scene_reopen(&sc);
	json_push_str(agents, AGENT_2);
	ck_assert_int_eq(recover_run(&sc.ws, agents, 1, &r), 0);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "pagination, offset\n"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "save 6\n"));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    SCENE_SHORT("agent"));
	ck_assert_uint_eq(json_object_array_length(r.published), 1);
	recovered_release(&r);
	json_object_put(agents);
	assert_clean();
}
END_TEST

/* An editor that writes in place holds the old file while we exchange. */
static int	held = -1;

static void
write_late(void *arg, const char *path)
{
	(void)arg;
	if (strcmp(path, "memory_summary.md") == 0 && held >= 0) {
		ck_assert_int_eq(pwrite(held, "v1\nlate\n", 8, 0), 8);
		ck_assert_int_eq(ftruncate(held, 8), 0);
	}
}

START_TEST(a_late_write_in_place_is_not_lost)
{
	char	path[700];

	second_agent();
	snprintf(path, sizeof(path), "%s/MEMORY.md", sc.root);
	held = open(path, O_RDWR | O_CLOEXEC);
	sc.ws.window = write_late;
	/* MEMORY.md is in place by then; its old file gets the write. */
	assert_publishes(AGENT_2);
	close(held);
	held = -1;
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "v1\nlate\n");
	assert_clean();
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
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
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

/* Every durable act; publish.c lists them. */
static const char *const	crash_points[] = {
	"live.edited", "publish.agent", "publish.commit", "publish.next",
	"publish.move", "publish.exchange", "publish.raw",
	"publish.generated", "publish.live", "publish.done",
	"publish.settle", "staging.drop", NULL
};

/* In a child: publish AGENT_2 and die at `point'.  1 if it died there. */
static int
publish_and_die(const char *point)
{
	pid_t	pid;
	int	status;

	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		_exit(scene_publish(&sc, AGENT_2) == PUBLISH_DONE ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		ck_assert_int_eq(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* The result of an undisturbed run, by a worker that did all. */
static void
assert_published(void)
{
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    SCENE_SHORT("agent"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	ck_assert_str_eq(scene_read(sc.root, "extensions/n.md"), "note\n");
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root,
	    "rollout_summaries/" STEM_B ".md"), "greet two"));
	assert_clean();
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 1);	/* the note */
}

static int
published_already(void)
{
	git_oid	live, id;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	return history_last_with(&sc.ws.history, &live, "Thread", AGENT_2,
	    &id) == HISTORY_FOUND;
}

static void
crash_once(const char *point)
{
	struct recovered	 r;
	json_object		*agents = json_object_new_array();
	int			 died;

	second_agent();
	scene_write(sc.root, "extensions/n.md", "note\n");
	died = publish_and_die(point);
	ck_assert_msg(died || strcmp(point, "publish.exchange.before") == 0,
	    "%s was not passed", point);
	/*
	 * An agent that had not come to the point of no return starts over;
	 * here it is asked to publish once more.
	 */
	scene_reopen(&sc);
	if (strcmp(scene_subject(&sc, HISTORY_NEXT), "") == 0 &&
	    !published_already())
		assert_publishes(AGENT_2);
	json_push_str(agents, AGENT_2);
	ck_assert_msg(recover_run(&sc.ws, agents, 1, &r) == 0, "%s: %s",
	    point, sc.ws.problem);
	ck_assert_uint_eq(json_object_array_length(r.published), 1);
	recovered_release(&r);
	json_object_put(agents);
	assert_published();
}

START_TEST(killed_at_any_step)
{
	char	point[64];

	snprintf(point, sizeof(point), "%s.%s", crash_points[_i / 2],
	    _i % 2 ? "after" : "before");
	crash_once(point);
}
END_TEST

/* Recover after a crash with AGENT_2 not final: it must be published. */
static void
assert_recovers(void)
{
	struct recovered	 r;
	json_object		*agents = json_object_new_array();

	scene_reopen(&sc);
	json_push_str(agents, AGENT_2);
	ck_assert_msg(recover_run(&sc.ws, agents, 1, &r) == 0, "%s",
	    sc.ws.problem);
	ck_assert_uint_eq(json_object_array_length(r.published), 1);
	recovered_release(&r);
	json_object_put(agents);
	assert_clean();
}

START_TEST(killed_after_a_round_that_met_a_save)
{
	second_agent();
	window_path = "memory_summary.md";
	window_text = "v1\nmine\n";
	window_times = 1;
	sc.ws.window = in_window;
	ck_assert(publish_and_die("publish.raw.before"));
	assert_recovers();
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
}
END_TEST

START_TEST(killed_again_while_recovering)
{
	char	point[64];
	pid_t	pid;
	int	status;

	second_agent();
	scene_write(sc.root, "extensions/n.md", "note\n");
	ck_assert(publish_and_die("publish.exchange.after"));
	snprintf(point, sizeof(point), "%s.%s", crash_points[_i / 2],
	    _i % 2 ? "after" : "before");
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		assert_recovers();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	assert_recovers();
	assert_published();
}
END_TEST

static void
crash_in_window(void *arg, const char *path)
{
	in_window(arg, path);
	if (strcmp(path, window_path) == 0)
		hook_crash_at("publish.exchange.after");
}

START_TEST(killed_between_exchange_and_look)
{
	second_agent();
	window_path = "memory_summary.md";
	window_text = "v1\nmine\n";
	window_times = 1;
	sc.ws.window = crash_in_window;
	ck_assert(publish_and_die(NULL));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    SCENE_SHORT("agent"));
	assert_recovers();
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
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

START_TEST(a_mode_and_a_readonly_root)
{
	struct stat	st;
	char		path[700];

	scene_first(&sc);
	snprintf(path, sizeof(path), "%s/MEMORY.md", sc.root);
	ck_assert_int_eq(chmod(path, 0644), 0);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
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
	assert_publishes(AGENT_2);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0644);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("workspace");
	TCase	*tc = tcase_create("folders");
	size_t	 n;

	for (n = 0; crash_points[n] != NULL; n++)
		continue;
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, only_tracked_paths);
	tcase_add_test(tc, first_publication);
	tcase_add_test(tc, nothing_new_is_nothing_to_do);
	tcase_add_test(tc, staging_holds_what_the_agent_needs);
	tcase_add_test(tc, a_hand_edit_while_the_agent_runs_stays);
	tcase_add_test(tc, the_same_line_is_the_users);
	tcase_add_test(tc, modify_against_delete_is_the_users);
	tcase_add_test(tc, an_edited_summary_is_kept_for_ever);
	tcase_add_test(tc, a_tombstone_takes_all_of_a_thread);
	tcase_add_test(tc, resources_age_through_the_history);
	tcase_add_test(tc, an_adopted_resource_does_not_age);
	tcase_add_test(tc, an_edited_resource_does_not_vanish);
	tcase_add_test(tc, notes_and_resources_are_handed_over);
	tcase_add_test(tc, an_agent_writes_only_what_is_its_own);
	tcase_add_test(tc, what_is_no_plain_file_is_refused);
	tcase_add_test(tc, things_in_the_root_are_left_alone);
	tcase_add_test(tc, a_deleted_summary_comes_back_with_its_row);
	tcase_add_test(tc, an_agent_that_failed_leaves_nothing_behind);
	tcase_add_test(tc, rows_that_are_blank_or_twice);
	tcase_add_test(tc, a_save_in_the_window_wins);
	tcase_add_test(tc, a_deletion_in_the_window_wins);
	tcase_add_test(tc, a_new_file_in_the_window_wins);
	tcase_add_test(tc, a_save_beats_a_deletion_in_the_window);
	tcase_add_test(tc, who_saves_all_the_time_is_waited_for);
	tcase_add_test(tc, a_late_write_in_place_is_not_lost);
	tcase_add_test(tc, roots_that_are_not_ours);
	tcase_add_test(tc, a_mode_and_a_readonly_root);
	tcase_add_loop_test(tc, killed_at_any_step, 0, (int)n * 2);
	tcase_add_loop_test(tc, killed_again_while_recovering, 0, (int)n * 2);
	tcase_add_test(tc, killed_after_a_round_that_met_a_save);
	tcase_add_test(tc, killed_between_exchange_and_look);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
