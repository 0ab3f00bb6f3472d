/* links: tests/worker_scene.c tests/worker_peer.c tests/wire.c tests/puppet.c */

/*
 * A worker that a kill -9 had orphaned went on for as long as its work
 * lasted, and one that was started with SIGTERM ignored could not be asked
 * to leave.  Here a role that does what it is told runs in a process of its
 * own, and the other ends of its pipes lie to it, stall and vanish.
 */
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "worker/worker.h"
#include "worker_scene.h"

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
	Suite	*s = suite_create("worker_end");
	TCase	*tc = tcase_create("worker_end");

	tcase_add_checked_fixture(tc, worker_setup, worker_teardown);
	tcase_add_loop_test(tc, sigterm_asks_to_leave, 0, 3);
	tcase_add_test(tc, sigterm_before_configure);
	tcase_add_test(tc, a_deaf_worker_ends_itself);
	tcase_add_test(tc, inherited_signal_state_is_reset);
	tcase_add_loop_test(tc, end_of_file_means_leave, 0, 3);
	tcase_add_test(tc, a_closed_pipe_means_leave);
	tcase_add_loop_test(tc, protocol_errors_end_the_worker, 0, 5);
	tcase_add_test(tc, a_second_configure_is_a_protocol_error);
	tcase_add_loop_test(tc, bad_settings_end_with_the_reason, 0, 4);
	tcase_add_test(tc, a_deaf_orphan_ends_itself);
	tcase_add_test(tc, off_is_for_sanitizers);
	tcase_add_test(tc, by_hand_it_says_who_starts_it);
	suite_add_tcase(s, tc);
	return s;
}

/* Executed once more under the name "worker", this is the worker. */
int
main(int argc, char **argv, char **envp)
{
	return worker_scene_main(argc, argv, envp, suite);
}
