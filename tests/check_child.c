/* links: supervisor/child.c supervisor/child_end.c supervisor/children.c supervisor/process.c supervisor/dispatch.c supervisor/request.c supervisor/liveness.c supervisor/spawn.c supervisor/exe.c supervisor/reap.c supervisor/stop.c supervisor/restart.c supervisor/errlog.c supervisor/ratelimit.c supervisor/loop.c */
/*
 * A supervisor with a table of states and events had one row less in its
 * dispatch than in its table, and a command did nothing for years.  So every
 * cell of ours is entered once, the impossible ones too.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check_main.h"
#include "supervisor/child_int.h"
#include "supervisor/exe.h"
#include "tests/log_sink.h"

#define BUGS CS__MAX		/* the cell aborts */

static const enum child_state want[CS__MAX][EV__MAX] = {
	/* TIMEOUT, READY, EOF, BAD, ENDED, STOP, KILL */
	[CS_IDLE] = { CS_FAILED, BUGS, BUGS, BUGS, BUGS, CS_IDLE, CS_IDLE },
	[CS_STARTING] = { CS_STOPPING, CS_READY, CS_STOPPING, CS_KILLING,
	    CS_BACKOFF, CS_STOPPING, CS_KILLING },
	[CS_READY] = { CS_READY, BUGS, CS_STOPPING, CS_KILLING, CS_BACKOFF,
	    CS_STOPPING, CS_KILLING },
	[CS_STOPPING] = { CS_KILLING, CS_STOPPING, CS_STOPPING, CS_KILLING,
	    CS_BACKOFF, CS_STOPPING, CS_KILLING },
	[CS_KILLING] = { CS_KILLING, CS_KILLING, CS_KILLING, CS_KILLING,
	    CS_BACKOFF, CS_KILLING, CS_KILLING },
	[CS_BACKOFF] = { CS_FAILED, BUGS, BUGS, BUGS, BUGS, CS_IDLE,
	    CS_IDLE },
	[CS_FAILED] = { BUGS, BUGS, BUGS, BUGS, BUGS, CS_IDLE, CS_IDLE },
};

static struct loop	*loop;
static struct exe_set	 exes;
static struct children	*set;
static struct child	*child;
static unsigned		 nready, nended;
static struct child_end	 last_end;

static void
on_ready(struct child *c, void *arg)
{
	(void)c;
	(void)arg;
	nready++;
}

static void
on_message(struct child *c, const struct msg *m, void *arg)
{
	(void)c;
	(void)m;
	(void)arg;
}

static void
on_ended(struct child *c, const struct child_end *e, void *arg)
{
	(void)c;
	(void)arg;
	nended++;
	last_end = *e;
	if (e->next == CHILD_GONE)
		child = NULL;
}

static const struct child_ops ops = { on_ready, on_message, NULL, on_ended };

static void
start(int restartable)
{
	struct child_spec	spec = { .role = ROLE_EXTRACT, .root_fd = -1,
	    .peer_lock_fd = -1, .restartable = restartable, .ops = &ops };

	spec.settings = json_object_new_object();
	child = child_start(set, &spec);
}

static void
setup(void)
{
	struct children_config	config;

	log_set_sink(log_quiet, NULL);
	exe_set_init(&exes);
	loop = loop_new();
	children_config_init(&config);
	config.loop = loop;
	config.exes = &exes;
	config.titles = 0;
	set = children_new(&config);
	nready = nended = 0;
}

/* A child in that state, its process as far along as the state says. */
static void
put(enum child_state state, int restartable)
{
	start(restartable);
	loop_timer_cancel(&child->timer);
	child->state = state;
	if (state == CS_IDLE || state == CS_BACKOFF || state == CS_FAILED)
		return;
	child->proc.was = 4711;
	child->proc.greeted = 1;
}

/* The n-th cell that is, or is not, impossible; 0 if there are no more. */
static int
nth_cell(int n, int impossible, enum child_state *state, enum child_event *ev)
{
	int	i;

	for (i = 0; i < CS__MAX * EV__MAX; i++) {
		*state = (enum child_state)(i / EV__MAX);
		*ev = (enum child_event)(i % EV__MAX);
		if ((want[*state][*ev] == BUGS) == impossible && n-- == 0)
			return 1;
	}
	return 0;
}

static int
count_cells(int impossible)
{
	enum child_state	state;
	enum child_event	ev;
	int			n = 0;

	while (nth_cell(n, impossible, &state, &ev))
		n++;
	return n;
}

START_TEST(possible_cells_lead_on)
{
	enum child_state	state;
	enum child_event	ev;

	ck_assert(nth_cell(_i, 0, &state, &ev));
	put(state, 1);
	if (ev == EV_ENDED)
		child->proc.reaped = 1;
	child_event(child, ev);
	ck_assert_msg(child->state == want[state][ev],
	    "%s, event %d: now %s", child_state_name(state), (int)ev,
	    child_state_name(child->state));
	ck_assert_uint_eq(nready, state == CS_STARTING && ev == EV_READY);
}
END_TEST

START_TEST(impossible_cells_abort)
{
	enum child_state	state;
	enum child_event	ev;

	ck_assert(nth_cell(_i, 1, &state, &ev));
	put(state, 1);
	child_event(child, ev);
}
END_TEST

START_TEST(the_dead_are_not_ended_again)
{
	static const enum child_event	late[] = { EV_TIMEOUT, EV_EOF, EV_BAD };
	unsigned			i;

	put(CS_READY, 1);
	child->proc.reaped = 1;
	for (i = 0; i < 3; i++) {
		child_event(child, late[i]);
		ck_assert_int_eq(child->state, CS_READY);
	}
}
END_TEST

/* Row 44: reaped is not ended while a pipe may still speak; bounded. */
START_TEST(two_conditions_to_finish)
{
	int	fds[2];

	put(CS_READY, 0);
	ck_assert_int_eq(pipe(fds), 0);
	child->set->config.times.drain = 50;
	struct spawned	s = { .pid = 4711, .to = -1, .from = fds[0],
	    .err = -1, .fault = -1 };
	process_open(child, &s);
	loop_fd_del(&child->proc.err.watch);
	loop_fd_del(&child->proc.fault.watch);
	child_reaped(child, 3 << 8);
	ck_assert_uint_eq(nended, 0);
	ck_assert_int_eq(child_pid(child), 0);
	while (nended == 0)
		loop_run_once(loop, 1000);
	ck_assert_int_eq(last_end.status, 3 << 8);
	ck_assert_int_eq(last_end.next, CHILD_GONE);
	ck_assert_ptr_null(child);
	close(fds[1]);
}
END_TEST

START_TEST(gone_comes_once_and_from_the_loop)
{
	put(CS_BACKOFF, 1);
	child_stop(child, "test");
	child_stop(child, "test");
	child_kill(child, "test");
	ck_assert_uint_eq(nended, 0);
	loop_run_once(loop, 1000);
	ck_assert_uint_eq(nended, 1);
	ck_assert_int_eq(last_end.next, CHILD_GONE);
	ck_assert_int_eq(last_end.cause, CAUSE_STOPPED);
	ck_assert_int_eq(last_end.pid, 0);
	loop_run_once(loop, 0);
	ck_assert_uint_eq(nended, 1);
}
END_TEST

/* Row 21. */
START_TEST(nothing_starts_while_stopping)
{
	children_stop(set, "test");
	start(1);
	loop_run_once(loop, 1000);
	ck_assert_uint_eq(nended, 1);
	ck_assert_int_eq(last_end.next, CHILD_GONE);
	/* Not only because there is no executable here. */
	ck_assert_int_eq(last_end.cause, CAUSE_STOPPED);
	ck_assert(children_over(set));
	children_free(set);
	loop_free(loop);
}
END_TEST

/* Circus restarted a worker between SIGTERM and SIGKILL. */
START_TEST(no_restart_after_a_stop)
{
	put(CS_READY, 1);
	child_stop(child, "test");
	child->proc.reaped = 1;
	child_check_end(child);
	ck_assert_uint_eq(nended, 1);
	ck_assert_int_eq(last_end.next, CHILD_GONE);
}
END_TEST

/* Row 17: what the kernel cannot end is given up, said and counted. */
START_TEST(unkillable_is_given_up)
{
	put(CS_READY, 1);
	/* Above the largest pid: nobody is hit. */
	child->proc.pid = child->proc.was = 0x3fffffff;
	set->config.times.rekill = 10;
	set->config.times.give_up = 30;
	children_kill(set);
	ck_assert(!children_over(set));
	while (!children_over(set))
		loop_run_once(loop, 1000);
	ck_assert_uint_eq(children_unkillable(set), 1);
	ck_assert_uint_eq(nended, 0);
	children_free(set);
	loop_free(loop);
}
END_TEST

/* Row 47: who has written much gets one read for each turn of the loop. */
START_TEST(one_read_for_each_turn)
{
	static const char	alive[] = "{\"type\":\"alive\",\"id\":0,"
				    "\"body\":{\"progress\":1}}";
	struct frame_writer	w;
	int			fds[2], left, total;

	put(CS_READY, 0);
	child->proc.ready_at = 1;
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_gt(fcntl(fds[1], F_SETPIPE_SZ, 512 * 1024), 0);
	frame_writer_init(&w);
	while (frame_writer_pending(&w) < 300 * 1024)
		ck_assert_int_eq(frame_writer_push(&w, alive,
		    sizeof(alive) - 1), FRAME_OK);
	total = (int)frame_writer_pending(&w);
	ck_assert_int_eq(frame_writer_flush(&w, fds[1]), FRAME_OK);
	struct spawned	s = { .pid = 4711, .to = -1, .from = fds[0],
	    .err = -1, .fault = -1 };
	process_open(child, &s);
	loop_fd_del(&child->proc.err.watch);
	loop_fd_del(&child->proc.fault.watch);
	loop_run_once(loop, 1000);
	ck_assert_int_eq(ioctl(fds[0], FIONREAD, &left), 0);
	ck_assert_int_lt(left, total);
	ck_assert_int_ge(left, total - 64 * 1024);
	frame_writer_release(&w);
	close(fds[1]);
}
END_TEST

static unsigned	nsignals;

/* A signal that the kernel refuses is logged. */
static void
count_signals(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	nsignals += strstr(line, "signal 9") != NULL;
}

/* Row 18: however often it is asked for, one SIGKILL for each second. */
START_TEST(one_kill_for_many_requests)
{
	unsigned	i;

	put(CS_READY, 1);
	/* Above the largest pid: nobody is hit. */
	child->proc.pid = child->proc.was = 0x3fffffff;
	nsignals = 0;
	log_set_sink(count_signals, NULL);
	for (i = 0; i < 200; i++)
		children_kill(set);
	log_set_sink(log_quiet, NULL);
	ck_assert_uint_eq(nsignals, 1);
}
END_TEST

/*
 * Row 27: the successor of a dead worker begins with nothing of it: no open
 * request that it could answer, no half frame, no message that waits for its
 * payload.
 */
START_TEST(nothing_is_left_for_a_successor)
{
	struct process	*p;

	put(CS_READY, 1);
	p = &child->proc;
	ck_assert_int_gt(requests_open(&p->requests, MSG_PREVIEW), 0);
	frame_reader_feed(&p->reader, "\0\0\0\7{", 5);
	p->half.body = json_object_new_object();
	p->bye = p->late = p->greeted = 1;
	p->ready_at = 1;
	p->pid = 4711;
	child_reaped(child, 3 << 8);
	ck_assert_int_eq(child->state, CS_BACKOFF);
	ck_assert_uint_eq(p->requests.count, 0);
	ck_assert(TAILQ_EMPTY(&p->requests.open));
	ck_assert_uint_eq(p->reader.in.len, 0);
	ck_assert_uint_eq(frame_writer_pending(&p->writer), 0);
	ck_assert_ptr_null(p->half.body);
	ck_assert(!p->bye && !p->late && !p->greeted && !p->reaped);
	ck_assert_int_eq(p->ready_at, -1);
	ck_assert_int_eq(p->pid, 0);
}
END_TEST

START_TEST(requests_only_when_ready)
{
	struct msg_head	head = { .id = MSG_PREVIEW };
	unsigned	s;

	for (s = 0; s < CS__MAX; s++) {
		put((enum child_state)s, 1);
		if (s != CS_READY)
			ck_assert_int_eq(child_request(child, &head, NULL),
			    -1);
	}
}
END_TEST

START_TEST(a_request_of_another_role_is_our_bug)
{
	struct msg_head	head = { .id = MSG_PREPARE };

	put(CS_READY, 1);
	child_request(child, &head, NULL);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("child");
	TCase	*tc = tcase_create("table");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, possible_cells_lead_on, 0, count_cells(0));
	tcase_add_loop_test_raise_signal(tc, impossible_cells_abort, SIGABRT,
	    0, count_cells(1));
	tcase_add_test(tc, the_dead_are_not_ended_again);
	tcase_add_test(tc, two_conditions_to_finish);
	tcase_add_test(tc, gone_comes_once_and_from_the_loop);
	tcase_add_test(tc, nothing_starts_while_stopping);
	tcase_add_test(tc, no_restart_after_a_stop);
	tcase_add_test(tc, unkillable_is_given_up);
	tcase_add_test(tc, one_read_for_each_turn);
	tcase_add_test(tc, one_kill_for_many_requests);
	tcase_add_test(tc, nothing_is_left_for_a_successor);
	tcase_add_test(tc, requests_only_when_ready);
	tcase_add_test_raise_signal(tc, a_request_of_another_role_is_our_bug,
	    SIGABRT);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
