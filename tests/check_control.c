/* links: supervisor/?*.c tests/scratch.c */
/*
 * A socket served by a single thread is as fast as its worst client lets it
 * be.  Here the worst ones come by the hundred, and an honest one among them:
 * how many turns of the loop its answer takes does not grow with their
 * number.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/frame.h"
#include "common/json.h"
#include "scratch.h"
#include "supervisor/control.h"
#include "supervisor/control_address.h"
#include "supervisor/exe.h"
#include "supervisor/memory.h"
#include "supervisor/operation.h"
#include "tests/log_sink.h"

#define HOSTILE	200
#define TURNS	8	/* to accept, read, begin, write; and some air */

enum mischief { GARBAGE, HALF, HUGE, SILENT, NEVER_READS, GONE, FLOOD,
    MISCHIEF };

static struct supervisor	 sv;
static struct paths		 paths;
static struct exe_set		 exes;
static char			 dir[256], sock[320];
static int			 hostile[HOSTILE];

/* Refused for want of a memory: through the queue, without a worker. */
static const char	request[] = "{\"command\":\"release\"}";

static void
setup(void)
{
	struct children_config	config;

	log_set_sink(log_quiet, NULL);
	scratch_make(dir, sizeof(dir));
	snprintf(sock, sizeof(sock), "%s/run/control.sock", dir);
	exe_set_init(&exes);
	memset(&sv, 0, sizeof(sv));
	sv.paths = &paths;
	paths.runtime = sock;
	*strrchr(sock, '/') = '\0';
	paths.runtime = strdup(sock);
	strcat(sock, "/control.sock");
	sv.state.path = dir;
	sv.state.lock_fd = open(dir, O_RDONLY | O_CLOEXEC);
	TAILQ_INIT(&sv.memories);
	sv.rt.loop = loop_new();
	children_config_init(&config);
	config.loop = sv.rt.loop;
	config.exes = &exes;
	sv.rt.children = children_new(&config);
	sv.operations = operations_new(&sv);
	sv.control = control_new(&sv);
}

static void
teardown(void)
{
	operations_free(sv.operations);
	control_free(sv.control);
	ck_assert_int_eq(access(sock, F_OK), -1);
	children_free(sv.rt.children);
	loop_free(sv.rt.loop);
	close(sv.state.lock_fd);
	free(paths.runtime);
	scratch_remove(dir);
}

static void
say(int fd, const char *text, size_t len)
{
	uint32_t	n = htonl((uint32_t)len);

	fd_write_all(fd, &n, sizeof(n));
	fd_write_all(fd, text, strlen(text));
}

static int
do_mischief(enum mischief what)
{
	int	i, fd = control_connect(sock, SOCK_NONBLOCK);

	ck_assert_int_ne(fd, -1);
	if (what == GARBAGE)
		fd_write_all(fd, "GET / HTTP/1.0\r\n\r\n", 18);
	else if (what == HALF)
		say(fd, "{\"comm", 500);
	else if (what == HUGE)
		say(fd, "", 0xffffffffu);
	else if (what == NEVER_READS || what == GONE)
		say(fd, request, strlen(request));
	for (i = 0; what == FLOOD && i < 100; i++)
		say(fd, request, strlen(request));
	if (what == GONE)
		fd_close(&fd);
	return fd;
}

static void
let_in(int n)
{
	for (; n > 0; n--)
		loop_run_once(sv.rt.loop, 0);
}

/* The turns that an honest request takes. */
static unsigned
ask(json_object **answer)
{
	struct frame_reader	 in;
	const char		*text;
	size_t			 len;
	unsigned		 turns = 0;
	int			 fd = control_connect(sock, SOCK_NONBLOCK);

	ck_assert_int_ne(fd, -1);
	say(fd, request, strlen(request));
	frame_reader_init(&in);
	for (;;) {
		frame_reader_fill(&in, fd);
		if (frame_reader_next(&in, &text, &len) == FRAME_OK)
			break;
		ck_assert_uint_lt(turns++, 1000);
		loop_run_once(sv.rt.loop, 0);
	}
	*answer = json_parse(text, len, 8, NULL);
	frame_reader_release(&in);
	close(fd);
	return turns;
}

static const char *
ask_reason(unsigned *turns)
{
	static char	 reason[64];
	json_object	*answer;

	*turns = ask(&answer);
	snprintf(reason, sizeof(reason), "%s",
	    json_str(json_obj(answer, "error"), "reason"));
	json_object_put(answer);
	return reason;
}

/* All at once, in the backlog, from which 64 are taken in a turn. */
START_TEST(turns_do_not_grow)
{
	unsigned	turns, i;

	ck_assert_str_eq(ask_reason(&turns), "which_memory");
	ck_assert_uint_le(turns, TURNS);
	for (i = 0; i < HOSTILE; i++)
		hostile[i] = do_mischief((enum mischief)(i % MISCHIEF));
	ck_assert_str_eq(ask_reason(&turns), "which_memory");
	ck_assert_uint_le(turns, TURNS);
	/* Those that still are there hold nobody up. */
	ck_assert_str_eq(ask_reason(&turns), "which_memory");
	ck_assert_uint_le(turns, TURNS);
	for (i = 0; i < HOSTILE; i++)
		fd_close(&hostile[i]);
	let_in(2);
	ck_assert_str_eq(ask_reason(&turns), "which_memory");
	ck_assert_uint_le(turns, TURNS);
}
END_TEST

/* One kind each, with the number of descriptors before and after. */
START_TEST(each_kind)
{
	unsigned	turns;
	int		before = fd_count(), i;

	for (i = 0; i < 50; i++)
		hostile[i] = do_mischief((enum mischief)_i);
	let_in(60);
	ck_assert_str_eq(ask_reason(&turns), "which_memory");
	ck_assert_uint_le(turns, TURNS);
	for (i = 0; i < 50; i++)
		fd_close(&hostile[i]);
	let_in(4);
	ck_assert_int_eq(fd_count(), before);
}
END_TEST

/* One too many is told, and those who are in are served. */
START_TEST(full)
{
	unsigned	turns, i;
	int		fd[CONTROL_CLIENTS_MAX];

	fd_limit_raise(4096);
	if (control_clients_max() < CONTROL_CLIENTS_MAX)
		return;		/* few descriptors here */
	control_free(sv.control);
	sv.control = control_new(&sv);
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		fd[i] = control_connect(sock, SOCK_NONBLOCK);
		ck_assert_int_ne(fd[i], -1);
		let_in(1);
	}
	ck_assert_str_eq(ask_reason(&turns), "busy");
	ck_assert_uint_le(turns, TURNS);
	close(fd[0]);
	let_in(2);
	ck_assert_str_eq(ask_reason(&turns), "which_memory");
	for (i = 1; i < CONTROL_CLIENTS_MAX; i++)
		close(fd[i]);
	let_in(2);
}
END_TEST

/*
 * Who came too late to be heard is told so, and may ask the next one: the
 * first was let in, the second not yet, and the third has spoken.
 */
START_TEST(unheard)
{
	struct frame_reader	 in;
	json_object		*answer;
	const char		*text;
	size_t			 len;
	int			 i;

	hostile[0] = control_connect(sock, SOCK_NONBLOCK);
	let_in(2);
	hostile[1] = control_connect(sock, SOCK_NONBLOCK);
	hostile[2] = control_connect(sock, SOCK_NONBLOCK);
	say(hostile[2], request, strlen(request));
	control_free(sv.control);
	sv.control = NULL;
	for (i = 0; i < 3; i++) {
		frame_reader_init(&in);
		frame_reader_fill(&in, hostile[i]);
		ck_assert_int_eq(frame_reader_next(&in, &text, &len),
		    FRAME_OK);
		answer = json_parse(text, len, 8, NULL);
		ck_assert_str_eq(json_str(json_obj(answer, "error"),
		    "reason"), OP_STOPPING);
		json_object_put(answer);
		frame_reader_release(&in);
		close(hostile[i]);
	}
}
END_TEST

/* Nothing happens while they only sit there. */
START_TEST(silence_is_free)
{
	uint64_t	turns;
	int		i;

	for (i = 0; i < 100; i++)
		hostile[i] = do_mischief(SILENT);
	let_in(120);
	turns = loop_wakeups(sv.rt.loop);
	/* One wait, which nothing ends but its own time. */
	loop_run_once(sv.rt.loop, 50);
	ck_assert_uint_le(loop_wakeups(sv.rt.loop) - turns, 1);
	for (i = 0; i < 100; i++)
		fd_close(&hostile[i]);
	let_in(2);
}
END_TEST

static Suite *
control_suite(void)
{
	Suite	*s = suite_create("control");
	TCase	*t = tcase_create("control");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, turns_do_not_grow);
	tcase_add_loop_test(t, each_kind, 0, MISCHIEF);
	tcase_add_test(t, full);
	tcase_add_test(t, unheard);
	tcase_add_test(t, silence_is_free);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(control_suite)
