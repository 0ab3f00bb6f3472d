/* links: tests/own_scene.c tests/wspace_scene.c worker/workspace/?*.c */
/*
 * A person wants to look before anything is published: it waits, and what
 * they then accept is what they saw.
 */
#include <sys/wait.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/uuid.h"
#include "tests/own_scene.h"
#include "worker/workspace/review.h"

static void
hold(void)
{
	const char	*dir;

	scene_task(&sc, AGENT_3, "three");
	dir = scene_staging(&sc, AGENT_3);
	scene_unlink(dir, "MEMORY.md");
	scene_write(dir, "MEMORY.md", scene_handbook("cursor"));
	sc.ws.review = 1;
	ck_assert_msg(scene_publish(&sc, AGENT_3) == PUBLISH_HELD, "%s",
	    sc.ws.problem);
}

static json_object *
shown(void)
{
	json_object	*o = json_object_new_object();

	ck_assert_msg(review_show(&sc.ws, o) == 0, "%s", sc.ws.problem);
	return o;
}

START_TEST(what_is_held_is_not_published)
{
	json_object	*o;

	hold();
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	ck_assert_int_eq(scene_count(sc.staging, ""), 0);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
	o = shown();
	ck_assert_str_eq(json_str(o, "thread_id"), AGENT_3);
	ck_assert_ptr_nonnull(strstr(json_str(o, "diff"), "cursor"));
	json_object_put(o);
}
END_TEST

START_TEST(accepted)
{
	json_object	*o;
	char		 id[UUID_SIZE];

	hold();
	o = shown();
	scene_reopen(&sc);
	sc.ws.review = 1;
	ck_assert_msg(review_accept(&sc.ws, json_str(o, "token"), id, &res) ==
	    PUBLISH_DONE, "%s", sc.ws.problem);
	ck_assert_str_eq(id, AGENT_3);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("cursor"));
	assert_clean();
	ck_assert_str_eq(scene_subject(&sc, HISTORY_REVIEW AGENT_3), "");
	ck_assert_int_eq(review_show(&sc.ws, o), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_NO_REVIEW);
	json_object_put(o);
}
END_TEST

START_TEST(a_token_is_of_the_bytes_that_were_seen)
{
	json_object	*o, *again;
	char		 id[UUID_SIZE];

	hold();
	o = shown();
	scene_save(sc.root, "memory_summary.md", "v1\nmine\n");
	ck_assert_int_eq(review_accept(&sc.ws, json_str(o, "token"), id,
	    &res), PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_TOKEN);
	ck_assert_int_eq(review_accept(&sc.ws, "", id, &res),
	    PUBLISH_FAILED);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	again = shown();
	ck_assert_str_ne(json_str(again, "token"), json_str(o, "token"));
	ck_assert_int_eq(review_accept(&sc.ws, json_str(again, "token"), id,
	    &res), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("cursor"));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	json_object_put(again);
	json_object_put(o);
}
END_TEST

START_TEST(discarded)
{
	char	id[UUID_SIZE];

	hold();
	ck_assert_int_eq(review_discard(&sc.ws, id), 0);
	ck_assert_str_eq(id, AGENT_3);
	assert_clean();
	ck_assert_str_eq(scene_subject(&sc, HISTORY_STAGED AGENT_3), "");
	ck_assert_int_eq(review_discard(&sc.ws, id), -1);
	scene_prepare(&sc, AGENT_1);
	ck_assert_int_eq(sc.prepared.changed, 1);
}
END_TEST

START_TEST(killed_while_accepting)
{
	static const char *const points[] = { "publish.next.before",
	    "publish.next.after", "publish.live.before", "publish.done.after",
	    "staging.drop.after", "review.drop.before", "review.drop.after" };
	struct recovered	 r;
	json_object		*agents = json_object_new_array();
	char			 id[UUID_SIZE];
	pid_t			 pid;
	int			 status;

	hold();
	pid = fork();
	if (pid == 0) {
		hook_crash_at(points[_i]);
		_exit(review_accept(&sc.ws, NULL, id, &res) ==
		    PUBLISH_DONE ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	scene_reopen(&sc);
	json_push_str(agents, AGENT_3);
	ck_assert_msg(recover_run(&sc.ws, agents, 1, &r) == 0, "%s",
	    sc.ws.problem);
	/* It waits still, or it is published; never both, never neither. */
	ck_assert_uint_eq(json_object_array_length(r.held), _i == 0);
	ck_assert_uint_eq(json_object_array_length(r.published), _i != 0);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook(_i == 0 ? "offset" : "cursor"));
	recovered_release(&r);
	if (_i == 0)
		ck_assert_int_eq(review_accept(&sc.ws, NULL, id, &res),
		    PUBLISH_DONE);
	assert_clean();
	json_object_put(agents);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("review");
	TCase	*tc = tcase_create("review");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, own_setup, own_teardown);
	tcase_add_test(tc, what_is_held_is_not_published);
	tcase_add_test(tc, accepted);
	tcase_add_test(tc, a_token_is_of_the_bytes_that_were_seen);
	tcase_add_test(tc, discarded);
	tcase_add_loop_test(tc, killed_while_accepting, 0, 7);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
