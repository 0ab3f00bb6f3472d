/* links: tests/own_scene.c tests/wspace_scene.c worker/workspace/?*.c */
/*
 * A person wants the memory back as it was.  They lose nothing of what they
 * wrote meanwhile, the next run does not undo it, and a kill leaves all of
 * it or nothing.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/json.h"
#include "tests/own_scene.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/tree.h"

START_TEST(reverts)
{
	char	subject[64];

	revert(first);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "rollout_summaries/"
	    STEM_A ".md"), "pagination one"));
	/* What is generated from rows is of now. */
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	snprintf(subject, sizeof(subject), "Revert to %.12s", first);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_LIVE), subject);
	assert_clean();
	/* It stays so until there is something new. */
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 0);
	scene_task(&sc, AGENT_3, "three");
	ck_assert_int_eq(sc.prepared.changed, 1);
}
END_TEST

START_TEST(a_hand_edit_before_it_is_in_the_history)
{
	json_object	*o = json_object_new_object(), *list;

	scene_save(sc.root, "MEMORY.md", "mine\n");
	revert(first);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
	ck_assert_int_eq(commits_list(&sc.ws, 10, o), 0);
	list = json_arr(o, "commits");
	ck_assert_int_eq(json_flag(json_object_array_get_idx(list, 1),
	    "edited", 0), 1);
	ck_assert_ptr_null(json_str(json_object_array_get_idx(list, 0),
	    "thread_id"));
	/* And can be had back. */
	revert(json_str(json_object_array_get_idx(list, 1), "id"));
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "mine\n");
	json_object_put(o);
}
END_TEST

/* An edit in the window between look and move stays the user's. */
static void
save_once(void *arg, const char *path)
{
	(void)arg;
	if (strcmp(path, "MEMORY.md") != 0)
		return;
	sc.ws.window = NULL;
	scene_save(sc.root, "MEMORY.md", "saved meanwhile\n");
}

START_TEST(an_edit_meanwhile_wins)
{
	sc.ws.window = save_once;
	revert(first);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    "saved meanwhile\n");
	assert_clean();
}
END_TEST

/* A commit as adoption makes it: the folder unchanged, raw memories too. */
static void
adopt(const char *raw)
{
	struct history_commit	 c = { .subject = "Adopt" };
	git_index		*tree = NULL;
	git_oid			 id;

	ck_assert_int_eq(tree_new(&tree), 0);
	scene_put(&sc, tree, "MEMORY.md", "theirs\r\n");
	if (raw != NULL)
		scene_put(&sc, tree, TREE_RAW, raw);
	ck_assert_int_eq(tree_store(&sc.ws.history, tree, &c.tree), 0);
	ck_assert_int_eq(history_commit(&sc.ws.history, &c, &id), 0);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_ADOPTED,
	    NULL, &id), 0);
	git_index_free(tree);
}

START_TEST(the_adopted_commit_has_raw_memories_as_found)
{
	adopt("found, no final newline");
	revert("adopted");
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "theirs\r\n");
	ck_assert_str_eq(scene_read(sc.root, "raw_memories.md"),
	    "found, no final newline");
	ck_assert(!scene_exists(sc.root, "memory_summary.md"));
	ck_assert_str_eq(scene_subject(&sc, HISTORY_ADOPTED), "Adopt");
	assert_clean();
}
END_TEST

START_TEST(adopted_without_raw_memories)
{
	adopt(NULL);
	revert("adopted");
	ck_assert(!scene_exists(sc.root, "raw_memories.md"));
	revert(first);
	ck_assert(scene_exists(sc.root, "raw_memories.md"));
}
END_TEST

START_TEST(only_commits_of_the_memory)
{
	static const char *const wrong[] = { "", "0000", "HEAD", "adopted",
	    "abc", "refs/mnemod/live", "../x", NULL };
	git_oid		id, staged;
	char		hex[GIT_OID_HEXSZ + 1];
	size_t		i;

	for (i = 0; wrong[i] != NULL; i++) {
		ck_assert_int_eq(commits_find(&sc.ws, wrong[i], &id), -1);
		ck_assert_str_eq(sc.ws.reason, REASON_NO_COMMIT);
	}
	/* What was prepared for an agent is no state of the memory. */
	scene_task(&sc, AGENT_3, "three");
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_STAGED AGENT_3,
	    &staged), HISTORY_FOUND);
	ck_assert_int_eq(commits_find(&sc.ws, git_oid_tostr(hex, sizeof(hex),
	    &staged), &id), -1);
	snprintf(hex, sizeof(hex), "%.8s", first);
	ck_assert_int_eq(commits_find(&sc.ws, hex, &id), 0);
	ck_assert_str_eq(git_oid_tostr(hex, sizeof(hex), &id), first);
}
END_TEST

/* Every durable act of a revert; publish.c lists them. */
static const char *const	crash_points[] = {
	"live.edited", "prepare.staged", "own.agent", "publish.commit",
	"publish.next", "publish.move", "publish.raw", "publish.live",
	"publish.done", "publish.settle", "staging.drop", NULL
};

/* 1 if the process died there. */
static int
revert_and_die(const char *point)
{
	pid_t	pid = fork();
	int	status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		_exit(own_revert(&sc.ws, OWN_1, first, &res) ==
		    PUBLISH_DONE ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

START_TEST(killed_while_reverting)
{
	struct recovered	 r;
	json_object		*none = json_object_new_array();
	char			 point[64];
	const char		*raw, *handbook;
	int			 next;

	/* raw_memories.md is to change as well. */
	scene_inputs(&sc, 1, "four");
	scene_write(sc.root, "extensions/n.md", "note\n");
	snprintf(point, sizeof(point), "%s.%s", crash_points[_i / 2],
	    _i % 2 ? "after" : "before");
	ck_assert_msg(revert_and_die(point), "%s was not passed", point);
	scene_reopen(&sc);
	next = strcmp(scene_subject(&sc, HISTORY_NEXT), "") != 0 ||
	    strncmp(scene_subject(&sc, HISTORY_LIVE), "Revert", 6) == 0;
	ck_assert_msg(recover_run(&sc.ws, none, 1, &r) == 0, "%s: %s", point,
	    sc.ws.problem);
	recovered_release(&r);
	json_object_put(none);
	/* All or nothing, and what the user wrote is in the history. */
	handbook = scene_read(sc.root, "MEMORY.md");
	ck_assert_str_eq(handbook, scene_handbook(next ? "limit" : "offset"));
	raw = scene_read(sc.root, "raw_memories.md");
	ck_assert_int_eq(strstr(raw, "four") != NULL, next);
	ck_assert_int_eq(scene_exists(sc.root, "extensions/n.md"), !next);
	ck_assert_int_eq(scene_count(sc.root, TREE_TEMPORARY), 0);
	/* Once more: whatever is left over does not stand in its way. */
	scene_inputs(&sc, 1, "four");
	ck_assert_int_eq(own_revert(&sc.ws, OWN_2, first, &res),
	    PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("revert");
	TCase	*tc = tcase_create("revert");
	int	 n;

	for (n = 0; crash_points[n] != NULL; n++)
		continue;
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, own_setup, own_teardown);
	tcase_add_test(tc, reverts);
	tcase_add_test(tc, a_hand_edit_before_it_is_in_the_history);
	tcase_add_test(tc, an_edit_meanwhile_wins);
	tcase_add_test(tc, the_adopted_commit_has_raw_memories_as_found);
	tcase_add_test(tc, adopted_without_raw_memories);
	tcase_add_test(tc, only_commits_of_the_memory);
	tcase_add_loop_test(tc, killed_while_reverting, 0, 2 * n);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
