/* links: tests/own_scene.c tests/wspace_scene.c worker/workspace/?*.c */
/*
 * A person has a note taken.  It is in the memory at once and writes over
 * nothing, even if whoever took it was killed.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "tests/own_scene.h"

static const char *
note(const char *id, const char *text)
{
	static struct own_note	n;

	n.thread_id = id;
	n.text = text;
	publish_result_release(&res);
	ck_assert_msg(own_note(&sc.ws, &n, &res) == PUBLISH_DONE, "%s",
	    sc.ws.problem);
	return n.path;
}

START_TEST(notes)
{
	char	path[OWN_NOTE_PATH];

	snprintf(path, sizeof(path), "%s", note(OWN_1, "\n Deploy: use "
	    "\"make ship\" -- token=ghp_abcdefghijklmnopqrstuvwxyz0123456789"
	    "\n"));
	ck_assert_ptr_nonnull(strstr(path, "extensions/ad_hoc/notes/2"));
	ck_assert_ptr_nonnull(strstr(path, "-deploy-use-make-ship-token"));
	ck_assert_ptr_null(strstr(path, "ghp"));
	ck_assert_str_eq(scene_read(sc.root, path), "Deploy: use \"make "
	    "ship\" -- token=[REDACTED_SECRET]\n");
	ck_assert(scene_exists(sc.root, "extensions/ad_hoc/instructions.md"));
	assert_clean();
	/* The next agent sees it as new. */
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 1);
	ck_assert_ptr_nonnull(strstr(scene_read(scene_staging(&sc, AGENT_3),
	    "phase2_workspace_diff.md"), "+Deploy: use"));
}
END_TEST

/* All rows were handed on for a note, which tells nothing new of them. */
START_TEST(a_note_needs_no_rows)
{
	inputs_clear(&sc.ws.inputs);
	note(OWN_1, "no rows");
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	assert_clean();
}
END_TEST

/* Whoever finishes it knows as well that the file is not to go. */
START_TEST(a_killed_note_needs_no_rows)
{
	struct own_note	 n = { .thread_id = OWN_1, .text = "no rows" };
	struct recovered r;
	json_object	*none = json_object_new_array();
	pid_t		 pid = fork();
	int		 status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at("publish.next.after");
		own_note(&sc.ws, &n, &res);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	scene_reopen(&sc);
	ck_assert_int_eq(recover_run(&sc.ws, none, 1, &r), 0);
	ck_assert_uint_gt(r.moved, 0);
	recovered_release(&r);
	json_object_put(none);
	ck_assert(scene_exists(sc.root, "extensions/ad_hoc/instructions.md"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	assert_clean();
}
END_TEST

START_TEST(notes_never_write_over_anything)
{
	char	path[OWN_NOTE_PATH];

	scene_write(sc.root, "extensions/ad_hoc/instructions.md", "mine\n");
	snprintf(path, sizeof(path), "%s", note(OWN_1, "same"));
	ck_assert_str_ne(note(OWN_2, "same"), path);
	ck_assert_str_eq(scene_read(sc.root, path), "same\n");
	ck_assert_str_eq(scene_read(sc.root,
	    "extensions/ad_hoc/instructions.md"), "mine\n");
	ck_assert_ptr_nonnull(strstr(note(OWN_1, "日本語"), "-note.md"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("note");
	TCase	*tc = tcase_create("note");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, own_setup, own_teardown);
	tcase_add_test(tc, notes);
	tcase_add_test(tc, a_note_needs_no_rows);
	tcase_add_test(tc, a_killed_note_needs_no_rows);
	tcase_add_test(tc, notes_never_write_over_anything);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
