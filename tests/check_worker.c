/* links: tests/worker_scene.c tests/worker_peer.c tests/wire.c tests/puppet.c */

/*
 * What every worker does, whatever its role: it says who it is, closes its
 * sandbox, answers in order and shows that it lives.  Here a role that does
 * what it is told runs in a process of its own.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/exitcode.h"
#include "common/json.h"
#include "worker/worker.h"
#include "worker_scene.h"

START_TEST(life_from_hello_to_bye)
{
	json_object	*hello = peer_expect(&peer, MSG_HELLO), *ready;

	ck_assert_int_eq(json_int(hello, "protocol", 0), MSG_PROTOCOL);
	ck_assert_str_eq(json_str(hello, "role"), "consolidate");
	ck_assert_int_eq(json_int(hello, "pid", 0), peer.pid);
	json_object_put(hello);
	peer_send_text(&peer, MSG_CONFIGURE, "{\"role\":\"consolidate\","
	    "\"settings\":" SETTINGS "}");
	json_object_put(peer_expect(&peer, MSG_LOG));
	ready = peer_expect(&peer, MSG_READY);
	ck_assert(json_flag(json_obj(ready, "sandbox"), "seccomp", 0));
	ck_assert_ptr_nonnull(json_arr(json_obj(ready, "sandbox"),
	    "not_available"));
	json_object_put(ready);
	submit("hello");
	assert_completed("hello");
	peer_send_text(&peer, MSG_SHUTDOWN, "{}");
	assert_farewell();
}
END_TEST

#define ANSWER	"{\"type\":\"model_response\",\"id\":77,\"payload\":true,"	\
		"\"body\":{\"outcome\":\"ok\"}}"

/* A question and its answer, each of two frames, split at every byte. */
START_TEST(payloads_come_whole)
{
	struct frame_writer	w;
	struct buf		one = BUF_INIT, two = BUF_INIT;
	json_object		*body;
	size_t			cut;

	peer_ready(&peer, SETTINGS);
	submit("ask");
	body = peer_expect(&peer, MSG_MODEL_REQUEST);
	ck_assert_str_eq(json_str(body, "purpose"), "agent");
	ck_assert_uint_eq(peer.payload_len, 1000);
	json_object_put(body);
	buf_addstr(&one, ANSWER);
	buf_addstr(&two, "[1,2]");
	frame_writer_init(&w);
	ck_assert_int_eq(frame_writer_push_pair(&w, &one, &two), FRAME_OK);
	for (cut = 0; cut <= w.out.len; cut++) {
		peer_send_bytes(&peer, w.out.data, cut);
		poll(NULL, 0, 1);
		peer_send_bytes(&peer, w.out.data + cut, w.out.len - cut);
		assert_completed("[1,2]");
	}
	frame_writer_release(&w);
	buf_release(&one);
	buf_release(&two);
}
END_TEST

START_TEST(payloads_have_bounds)
{
	peer_ready(&peer, SETTINGS);
	submit("ask nothing");
	assert_completed("not sent");
	submit("ask too much");
	assert_completed("not sent");
}
END_TEST

/* A supervisor that sends what its row does not allow is left. */
START_TEST(payload_errors_end_it)
{
	static const char *const bad[] = {
		"{\"type\":\"model_response\",\"id\":1,\"body\":"
		    "{\"outcome\":\"ok\"}}",
		"{\"type\":\"probe\",\"id\":1,\"payload\":true,\"body\":{}}",
		ANSWER,
	};
	unsigned char	head[FRAME_HEADER] = { 0, 0, 0,
			    (unsigned char)strlen(bad[_i]) };

	peer_ready(&peer, SETTINGS);
	peer_send_bytes(&peer, head, sizeof(head));
	peer_send_bytes(&peer, bad[_i], strlen(bad[_i]));
	/* 4 MiB and a byte. */
	if (_i == 2)
		peer_send_bytes(&peer, "\0\100\0\1", FRAME_HEADER);
	assert_exit(WEXIT_PROTOCOL);
}
END_TEST

START_TEST(titles_say_who_and_what)
{
	peer_ready(&peer, SETTINGS);
	submit("sleep");
	assert_completed("slept");
	ck_assert_str_eq(peer_proc(&peer, "cmdline"),
	    "mnemod: consolidate codex [ready]");
	ck_assert_str_eq(peer_proc(&peer, "comm"), "mnemod-agent");
	submit("wait");
	json_object_put(peer_await(&peer, MSG_ALIVE));
	ck_assert_str_eq(peer_proc(&peer, "cmdline"),
	    "mnemod: consolidate codex [turn 3]");
}
END_TEST

START_TEST(titles_may_hide_the_name)
{
	peer_ready(&peer, "{\"sandbox\":\"best-effort\",\"name\":\"codex\","
	    "\"process_titles\":\"role\"}");
	submit("x");
	assert_completed("x");
	ck_assert_str_eq(peer_proc(&peer, "cmdline"), "mnemod: consolidate");
}
END_TEST

START_TEST(sandbox_is_closed_before_the_first_request)
{
	peer_ready(&peer, SETTINGS);
	submit("open");
	if (sandbox_landlock_abi() >= SANDBOX_ABI_REQUIRED)
		assert_completed("refused");
	else
		printf("skip: no Landlock here\n");
}
END_TEST

/* Idle, at work, and with an open request that nothing happens to. */
START_TEST(signs_of_life)
{
	peer_ready(&peer, SETTINGS);
	peer_send_text(&peer, MSG_PROBE, "{}");
	json_object_put(peer_expect(&peer, MSG_ALIVE));
	submit("wait");
	json_object_put(peer_expect(&peer, MSG_ALIVE));
	submit("work");
	json_object_put(peer_expect(&peer, MSG_ALIVE));
	peer_send_text(&peer, MSG_PROBE, "{}");
	json_object_put(peer_expect(&peer, MSG_ALIVE));
	peer_send_text(&peer, MSG_SHUTDOWN, "{}");
	assert_farewell();
}
END_TEST

START_TEST(requests_are_answered_in_order)
{
	char	text[16];
	int	i;

	peer_ready(&peer, SETTINGS);
	submit("sleep");
	for (i = 0; i < 400; i++) {
		snprintf(text, sizeof(text), "%d", i);
		submit(text);
	}
	assert_completed("slept");
	for (i = 0; i < 400; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_completed(text);
	}
}
END_TEST

/* A role's own descriptor and time, and neither waits for a flood's end. */
START_TEST(what_a_role_watches)
{
	int	i;

	peer_ready(&peer, SETTINGS);
	submit("ring");
	assert_completed("rang");
	submit("timer");
	assert_completed("late");
	submit("sleep");
	submit("ring");
	for (i = 0; i < 100; i++)
		submit("x");
	assert_completed("slept");
	assert_completed("rang");
	for (i = 0; i < 100; i++)
		assert_completed("x");
}
END_TEST

START_TEST(a_reply_too_large_fails_the_request)
{
	json_object	*body;

	peer_ready(&peer, SETTINGS);
	submit("huge");
	body = peer_expect(&peer, MSG_FAILED);
	ck_assert_str_eq(json_str(body, "reason"), "io_error");
	json_object_put(body);
	submit("x");
	assert_completed("x");
}
END_TEST

/* 20 MB through a pipe of 64 KiB, held back and not dropped. */
START_TEST(a_flood_is_held_back)
{
	int	i;

	peer_ready(&peer, SETTINGS);
	submit("flood");
	for (i = 0; i < 200; i++)
		json_object_put(peer_expect(&peer, MSG_STATUS));
	submit("x");
	assert_completed("x");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("worker");
	TCase	*tc = tcase_create("worker");

	tcase_add_checked_fixture(tc, worker_setup, worker_teardown);
	tcase_add_test(tc, life_from_hello_to_bye);
	tcase_add_test(tc, payloads_come_whole);
	tcase_add_test(tc, payloads_have_bounds);
	tcase_add_loop_test(tc, payload_errors_end_it, 0, 3);
	tcase_add_test(tc, titles_say_who_and_what);
	tcase_add_test(tc, titles_may_hide_the_name);
	tcase_add_test(tc, sandbox_is_closed_before_the_first_request);
	tcase_add_test(tc, signs_of_life);
	tcase_add_test(tc, requests_are_answered_in_order);
	tcase_add_test(tc, what_a_role_watches);
	tcase_add_test(tc, a_reply_too_large_fails_the_request);
	tcase_add_test(tc, a_flood_is_held_back);
	suite_add_tcase(s, tc);
	return s;
}

/* Executed once more under the name "worker", this is the worker. */
int
main(int argc, char **argv, char **envp)
{
	return worker_scene_main(argc, argv, envp, suite);
}
