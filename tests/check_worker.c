/* links: tests/worker_peer.c tests/wire.c tests/puppet.c */

/*
 * A worker that a kill -9 had orphaned went on for as long as its work
 * lasted, and one that was started with SIGTERM ignored could not be asked
 * to leave.  Here a role that does what it is told runs in a process of its
 * own, and the other ends of its pipes lie to it, stall and vanish.
 */
#include <sys/prctl.h>
#include <sys/wait.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/exitcode.h"
#include "common/json.h"
#include "worker/worker.h"
#include "puppet.h"
#include "worker_peer.h"

#define SETTINGS "{\"sandbox\":\"best-effort\",\"name\":\"codex\"}"

static struct peer	peer;

static void
setup(void)
{
	peer_start(&peer, NULL);
}

static void
teardown(void)
{
	peer_release(&peer);
}

static void
submit(const char *text)
{
	char	body[256];

	snprintf(body, sizeof(body),
	    "{\"items\":[{\"type\":\"text\",\"text\":\"%s\"}]}", text);
	peer_send_text(&peer, MSG_SUBMIT, body);
}

static void
assert_completed(const char *text)
{
	json_object	*body = peer_expect(&peer, MSG_COMPLETED);

	ck_assert_str_eq(json_str(body, "message"), text);
	json_object_put(body);
}

static void
assert_exit(int code)
{
	int	status = peer_wait(&peer);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == code,
	    "status %#x, expected exit %d; %s", (unsigned)status, code,
	    peer_errors(&peer));
}

/* The last words in their order, then end of file and status 0. */
static void
assert_farewell(void)
{
	int	i;

	json_object_put(peer_expect(&peer, MSG_STATUS));
	for (i = 0; i < 3; i++)
		json_object_put(peer_expect(&peer, MSG_METRIC));
	json_object_put(peer_expect(&peer, MSG_BYE));
	ck_assert(peer_at_eof(&peer));
	assert_exit(WEXIT_OK);
}

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

START_TEST(sigterm_asks_to_leave)
{
	static const char *const at[] = { "x", "wait", "work" };

	peer_ready(&peer, SETTINGS);
	submit(at[_i]);
	if (_i == 0)
		assert_completed("x");
	else
		json_object_put(peer_expect(&peer, MSG_ALIVE));
	kill(peer.pid, SIGTERM);
	assert_farewell();
}
END_TEST

START_TEST(sigterm_before_configure)
{
	json_object_put(peer_expect(&peer, MSG_HELLO));
	kill(peer.pid, SIGTERM);
	json_object_put(peer_expect(&peer, MSG_BYE));
	assert_exit(WEXIT_OK);
}
END_TEST

/* Its own alarm ends it; the test's grace is rounded up to one second. */
START_TEST(a_deaf_worker_ends_itself)
{
	int	status;

	peer_ready(&peer, SETTINGS);
	submit("deaf");
	assert_completed("deaf");
	kill(peer.pid, SIGTERM);
	status = peer_wait(&peer);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}
END_TEST

static void
ignore_and_block(void)
{
	sigset_t	all;

	signal(SIGTERM, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

START_TEST(inherited_signal_state_is_reset)
{
	peer_release(&peer);
	peer_start(&peer, ignore_and_block);
	peer_ready(&peer, SETTINGS);
	kill(peer.pid, SIGTERM);
	assert_farewell();
}
END_TEST

START_TEST(end_of_file_means_leave)
{
	static const char *const at[] = { "x", "wait", "work" };

	peer_ready(&peer, SETTINGS);
	submit(at[_i]);
	close(peer.wire.to);
	close(peer.wire.from);
	peer.wire.to = peer.wire.from = -1;
	assert_exit(WEXIT_ORPHAN);
}
END_TEST

/* Written to, not polled: EPIPE and no death by SIGPIPE. */
START_TEST(a_closed_pipe_means_leave)
{
	peer_ready(&peer, SETTINGS);
	close(peer.wire.from);
	peer.wire.from = -1;
	submit("flood");
	assert_exit(WEXIT_ORPHAN);
}
END_TEST

START_TEST(protocol_errors_end_the_worker)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
	} bad[] = {
		{ "\0\0\0\0", 4 },			/* no bytes */
		{ "\377\377\377\377", 4 },		/* 4 GiB */
		{ "\0\0\0\4oops", 8 },			/* no JSON */
		{ "\0\0\0\2{}", 6 },			/* no envelope */
		{ "\0\0\0\x2e{\"type\":\"submit\",\"id\":1,\"body\":"
		    "{\"items\":[]}}   ", 50 },		/* too early */
	};

	if (_i == 4) {
		json_object_put(peer_expect(&peer, MSG_HELLO));
	} else
		peer_ready(&peer, SETTINGS);
	peer_send_bytes(&peer, bad[_i].bytes, bad[_i].len);
	assert_exit(WEXIT_PROTOCOL);
}
END_TEST

START_TEST(a_second_configure_is_a_protocol_error)
{
	peer_ready(&peer, SETTINGS);
	peer_send_text(&peer, MSG_CONFIGURE,
	    "{\"role\":\"consolidate\",\"settings\":{}}");
	assert_exit(WEXIT_PROTOCOL);
}
END_TEST

START_TEST(bad_settings_end_with_the_reason)
{
	static const struct {
		const char	*body;
		int		 status;
		const char	*text;
	} bad[] = {
		{ "{\"role\":\"extract\",\"settings\":{}}",
		    WEXIT_PROTOCOL, "another role" },
		{ "{\"role\":\"consolidate\",\"settings\":{}}",
		    WEXIT_CONFIG, "expected required, best-effort or off" },
		{ "{\"role\":\"consolidate\",\"settings\":{\"sandbox\":"
		    "\"required\",\"refuse\":true}}",
		    WEXIT_CONFIG, "settings: refused" },
		{ "{\"role\":\"consolidate\",\"settings\":{\"sandbox\":"
		    "\"required\",\"name\":"
		    "\"a123456789b123456789c123456789d123456789\"}}",
		    WEXIT_CONFIG, "name: longer than 32 bytes" },
	};

	json_object_put(peer_expect(&peer, MSG_HELLO));
	peer_send_text(&peer, MSG_CONFIGURE, bad[_i].body);
	assert_exit(bad[_i].status);
	ck_assert_ptr_nonnull(strstr(peer_errors(&peer), bad[_i].text));
}
END_TEST

/* A supervisor of one deaf worker; killed by the test. */
static void
doomed_supervisor(int tell)
{
	peer_start(&peer, NULL);
	peer_ready(&peer, SETTINGS);
	submit("deaf");
	assert_completed("deaf");
	ck_assert_int_eq(write(tell, &peer.pid, sizeof(peer.pid)),
	    sizeof(peer.pid));
	pause();
}

/* The death signal and the worker's own alarm, nobody else. */
START_TEST(a_deaf_orphan_ends_itself)
{
	pid_t	middle, worker;
	int	p[2], status;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	ck_assert_int_eq(pipe(p), 0);
	middle = fork();
	if (middle == 0)
		doomed_supervisor(p[1]);
	ck_assert_int_eq(read(p[0], &worker, sizeof(worker)),
	    sizeof(worker));
	kill(middle, SIGKILL);
	ck_assert_int_eq(waitpid(middle, NULL, 0), middle);
	ck_assert_int_eq(waitpid(worker, &status, 0), worker);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}
END_TEST

/* Nobody switches the sandbox off in what is installed. */
START_TEST(off_is_for_sanitizers)
{
	json_object_put(peer_expect(&peer, MSG_HELLO));
	peer_send_text(&peer, MSG_CONFIGURE, "{\"role\":\"consolidate\","
	    "\"settings\":{\"sandbox\":\"off\"}}");
#if SANDBOX_SANITIZED
	json_object_put(peer_expect(&peer, MSG_READY));
#else
	assert_exit(WEXIT_SANDBOX);
	ck_assert_ptr_nonnull(strstr(peer_errors(&peer), "best-effort"));
#endif
}
END_TEST

static void
no_pipes(void)
{
	close(3);
	close(4);
}

START_TEST(by_hand_it_says_who_starts_it)
{
	peer_release(&peer);
	peer_start(&peer, no_pipes);
	assert_exit(WEXIT_ERROR);
	ck_assert_ptr_nonnull(strstr(peer_errors(&peer),
	    "mnemod-agent is started by mnemod(8), not by hand"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("worker");
	TCase	*tc = tcase_create("life");

	tcase_add_checked_fixture(tc, setup, teardown);
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
	tcase_add_loop_test(tc, sigterm_asks_to_leave, 0, 3);
	tcase_add_test(tc, sigterm_before_configure);
	tcase_add_test(tc, a_deaf_worker_ends_itself);
	tcase_add_test(tc, inherited_signal_state_is_reset);
	tcase_add_loop_test(tc, end_of_file_means_leave, 0, 3);
	tcase_add_test(tc, a_deaf_orphan_ends_itself);
	tcase_add_test(tc, a_closed_pipe_means_leave);
	tcase_add_loop_test(tc, protocol_errors_end_the_worker, 0, 5);
	tcase_add_test(tc, a_second_configure_is_a_protocol_error);
	tcase_add_loop_test(tc, bad_settings_end_with_the_reason, 0, 4);
	tcase_add_test(tc, off_is_for_sanitizers);
	tcase_add_test(tc, by_hand_it_says_who_starts_it);
	suite_add_tcase(s, tc);
	return s;
}

/* Executed once more under the name "worker", this is the worker. */
int
main(int argc, char **argv, char **envp)
{
	if (strcmp(argv[0], "worker") == 0)
		return worker_main(argc, argv, envp, &puppet);
	return check_run(suite);
}
