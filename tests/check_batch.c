/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * Each object of a history was a file that was synchronised, and its folder
 * too: twenty-six waits for the disk to publish a note of one line, two for
 * each of ten thousand summaries that were adopted.  Now they are written
 * together, and not later than what refers to them.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/mem.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/own.h"
#include "worker/workspace/tree.h"

#define NOTE	"01a20847-2342-7f19-83e0-000000000001"
#define SUMMARY	"rollout_summaries/" STEM_A ".md"
#define NOTE_2	"01a20847-2342-7f19-83e0-000000000002"

static void
setup(void)
{
	scene_start(&sc);
	scene_first(&sc);
	scene_redact(&sc);
}

/* Objects on the disk: loose ones, or those in packs. */
static int
objects(const char *key)
{
	const char	*at = strstr(scene_git(&sc, "count-objects -v"), key);
	int		 n = -1;

	ck_assert_ptr_nonnull(at);
	sscanf(at + strlen(key), " %d", &n);
	return n;
}

static int
on_disk(void)
{
	return objects("count:") + objects("in-pack:");
}

static void
put(const char *text, size_t len, git_oid *id)
{
	ck_assert_int_eq(history_blob_write(&sc.ws.history, text, len, id), 0);
}

static int
move_live(void)
{
	git_oid	live;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	return history_move_ref(&sc.ws.history, HISTORY_LIVE, &live, &live);
}

START_TEST(they_are_there_when_a_reference_moves)
{
	struct buf	text = BUF_INIT;
	git_index	*tree = NULL, *again = NULL;
	git_oid		 blob, id;
	int		 before = on_disk();

	put("held", 4, &blob);
	ck_assert_int_eq(tree_new(&tree), 0);
	ck_assert_int_eq(tree_put(tree, "a/b.md", GIT_FILEMODE_BLOB, &blob),
	    0);
	ck_assert_int_eq(tree_store(&sc.ws.history, tree, &id), 0);
	/* What is held can be read. */
	ck_assert_int_eq(on_disk(), before);
	ck_assert_int_eq(history_has(&sc.ws.history, &blob), 1);
	ck_assert_int_eq(tree_load(&sc.ws.history, &id, &again), 0);
	ck_assert_int_eq(tree_text(again, &sc.ws.history, "a/b.md", &text), 1);
	ck_assert_str_eq(buf_str(&text), "held");
	ck_assert_int_eq(move_live(), 0);
	ck_assert_int_eq(on_disk(), before + 3);
	scene_reopen(&sc);
	ck_assert_int_eq(history_has(&sc.ws.history, &id), 1);
	scene_git(&sc, "fsck --strict --full");
	git_index_free(tree);
	git_index_free(again);
	buf_release(&text);
}
END_TEST

START_TEST(without_a_reference_they_leave_no_trace)
{
	git_oid	id;
	int	before = on_disk();

	put("nobody's", 8, &id);
	scene_reopen(&sc);
	ck_assert_int_eq(history_has(&sc.ws.history, &id), 0);
	ck_assert_int_eq(on_disk(), before);
}
END_TEST

/* What is held is bounded: much is written before anything refers to it. */
START_TEST(many_are_written_in_between)
{
	int	before = on_disk(), i;
	char	text[32];
	git_oid	first, id;

	put("first", 5, &first);
	for (i = 0; i < BATCH_OBJECTS_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(text, strlen(text), &id);
	}
	ck_assert_int_gt(on_disk(), before + BATCH_OBJECTS_MAX / 2);
	ck_assert_int_eq(history_has(&sc.ws.history, &first), 1);
}
END_TEST

START_TEST(a_large_one_goes_to_the_disk_at_once)
{
	size_t	 len = 5 << 20;
	char	*text = xcalloc(1, len);
	git_oid	 id;
	int	 before = objects("count:");

	memset(text, 'x', len);
	put(text, len, &id);
	ck_assert_int_eq(objects("count:"), before + 1);
	ck_assert_int_eq(move_live(), 0);
	ck_assert_int_eq(objects("count:"), before + 1);
	free(text);
}
END_TEST

/* Files may grow to this size, as on a disk that is full. */
static void
limit(rlim_t bytes)
{
	const struct rlimit	l = { bytes, RLIM_INFINITY };

	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* Nothing has moved then, and nothing is lost meanwhile. */
START_TEST(what_cannot_be_written_is_kept)
{
	git_oid	id;

	put("held", 4, &id);
	limit(16);
	ck_assert_int_eq(move_live(), -1);
	limit(RLIM_INFINITY);
	ck_assert_int_eq(history_has(&sc.ws.history, &id), 1);
	ck_assert_int_eq(move_live(), 0);
	scene_reopen(&sc);
	ck_assert_int_eq(history_has(&sc.ws.history, &id), 1);
}
END_TEST

static enum publish_status
note(const char *id, const char *text)
{
	struct own_note		n = { .thread_id = id, .text = text };
	struct publish_result	res;
	enum publish_status	status = own_note(&sc.ws, &n, &res);

	publish_result_release(&res);
	return status;
}

static void
die_noting(const char *point)
{
	pid_t	pid = fork();
	int	status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		note(NOTE, "killed note");
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "%s was not passed", point);
}

/* Whose notes are in the folder, by a word of their text. */
static int
noted(const char *word)
{
	char	cmd[400];

	snprintf(cmd, sizeof(cmd), "grep -rqs '%s' '%s/extensions'", word,
	    sc.root);
	return system(cmd) == 0;	/* NOLINT: a fixed command */
}

/* Every durable act of a note.  From the fourth on it is not undone. */
static const char *const	points[] = {
	"objects.write.before", "objects.write.after", "publish.next.before",
	"publish.next.after", "publish.move.before", "publish.exchange.after",
	"publish.move.after", "publish.live.before", "publish.live.after",
	"publish.done.before", "publish.done.after", "publish.settle.before",
	"publish.settle.after", "staging.drop.before", "staging.drop.after"
};
#define NEXT 3

START_TEST(killed_at_any_step_of_a_note)
{
	struct recovered	 r;
	json_object		*none = json_object_new_array();

	die_noting(points[_i]);
	scene_git(&sc, "fsck --strict --full");
	scene_reopen(&sc);
	ck_assert_msg(recover_run(&sc.ws, none, 1, &r) == 0, "%s: %s",
	    points[_i], sc.ws.problem);
	recovered_release(&r);
	json_object_put(none);
	ck_assert_int_eq(noted("killed note"), _i >= NEXT);
	ck_assert_int_eq(scene_count(sc.root, TREE_TEMPORARY), 0);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
	ck_assert_int_eq(strncmp(scene_subject(&sc, HISTORY_LIVE),
	    OWN_NOTE, strlen(OWN_NOTE)) == 0, _i >= NEXT);
	ck_assert_int_eq(note(NOTE_2, "another"), PUBLISH_DONE);
	ck_assert_int_eq(noted("another"), 1);
	scene_git(&sc, "fsck --strict --full");
}
END_TEST

/*
 * A worker was killed while libgit2 held the lock of `next': from then on
 * every publication of that memory failed, until a person removed the file.
 */
START_TEST(what_a_killed_writer_left_keeps_nobody_out)
{
	static const char *const	left[] = {
		"refs/mnemod/next.lock", "refs/mnemod/live.lock",
		"refs/mnemod/staged/x.lock", "HEAD.lock", "packed-refs.lock",
		"objects/tmp_object_git2_0123456789abcdef",
		"objects/pack/pack_git2_0123456789abcdef",
		"objects/pack/pack_git2_0123456789abidx.lock"
	};
	size_t	i;

	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		scene_write(sc.history, left[i], "half");
	workspace_release(&sc.ws);
	sc.ws.read_only = 1;
	ck_assert_int_eq(workspace_open(&sc.ws), 0);
	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		ck_assert(scene_exists(sc.history, left[i]));
	scene_reopen(&sc);
	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		ck_assert_msg(!scene_exists(sc.history, left[i]), "%s",
		    left[i]);
	ck_assert_int_eq(note(NOTE, "after it"), PUBLISH_DONE);
	scene_git(&sc, "fsck --strict --full");
}
END_TEST

/*
 * Ten thousand summaries were copied into a staging folder, and each copy
 * waited for the disk.  A power cut may take them away now: nothing but what
 * an agent writes is taken from there.
 */
START_TEST(what_staging_lost_is_not_missed)
{
	char	*summary = xstrdup(scene_read(sc.root, SUMMARY));
	char	*raw;

	scene_task(&sc, AGENT_2, "two");
	scene_write(scene_staging(&sc, AGENT_2), SUMMARY, "");
	scene_write(scene_staging(&sc, AGENT_2), "raw_memories.md", "");
	scene_unlink(scene_staging(&sc, AGENT_2), ".inputs.json");
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md",
	    scene_handbook("two"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("two"));
	raw = xstrdup(scene_read(sc.root, "raw_memories.md"));
	ck_assert_ptr_nonnull(strstr(raw, "two"));
	ck_assert_uint_gt(strlen(scene_read(sc.root, SUMMARY)),
	    strlen(summary) / 2);
	free(raw);
	free(summary);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("batch");
	TCase	*tc = tcase_create("objects");

	tcase_add_checked_fixture(tc, setup, wspace_teardown);
	tcase_add_test(tc, they_are_there_when_a_reference_moves);
	tcase_add_test(tc, without_a_reference_they_leave_no_trace);
	tcase_add_test(tc, many_are_written_in_between);
	tcase_add_test(tc, a_large_one_goes_to_the_disk_at_once);
	tcase_add_test(tc, what_cannot_be_written_is_kept);
	tcase_add_loop_test(tc, killed_at_any_step_of_a_note, 0,
	    (int)(sizeof(points) / sizeof(points[0])));
	tcase_add_test(tc, what_a_killed_writer_left_keeps_nobody_out);
	tcase_add_test(tc, what_staging_lost_is_not_missed);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
