/* links: tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */

/*
 * Each request is answered once, whatever becomes of it: more than the
 * gateway takes are refused at once and never sent; those whose cancel
 * crosses their answer, that nobody knows, that are cancelled twice; and all
 * that are open when the gateway has to leave.  And a stream that has no end,
 * though it never falls silent, has one.
 */
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "gateway_peer.h"

#define STREAM_MIB	256	/* STREAM_BODY_MAX */
#define TAKEN	400		/* GATEWAY_STREAMS_MAX */
#define ASKED	430

static struct gateway	gw;
static int		server = -1;
static char		url[64];
static int		answers[ASKED + 2];	/* by serial */
static int		classes[2];		/* overloaded, cancelled */

/* A server to which one can connect, and that says nothing at all. */
static void
setup(void)
{
	struct sockaddr_in		sin = { .sin_family = AF_INET };
	socklen_t			len = sizeof(sin);
	const struct gateway_setup	s = { .api = "chat", .base_url = url };

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(server, (const struct sockaddr *)&sin,
	    sizeof(sin)), 0);
	ck_assert_int_eq(listen(server, 1024), 0);
	ck_assert_int_eq(getsockname(server, (struct sockaddr *)&sin, &len),
	    0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1",
	    ntohs(sin.sin_port));
	memset(answers, 0, sizeof(answers));
	memset(classes, 0, sizeof(classes));
	gateway_start(&gw, &s);
}

static void
teardown(void)
{
	gateway_release(&gw);
	close(server);
}

static int64_t
ask(void)
{
	json_object	*body = gateway_body();

	json_set_int(body, "idle_ms", 60000);
	json_set_int(body, "deadline_ms", 60000);
	return gateway_ask(&gw, body, gateway_payload());
}

static void
cancel(int64_t serial)
{
	json_object	*body = json_object_new_object();

	json_set_int(body, "request", serial);
	gateway_send(&gw, MSG_CANCEL, body);
}

/* Count an answer; 0 if it was the last message of all. */
static int
count(void)
{
	struct msg	 m;
	const char	*class;
	int		 bye;

	gateway_next(&gw, &m);
	bye = m.id == MSG_BYE;
	if (!bye) {
		ck_assert_int_eq(m.id, MSG_MODEL_RESPONSE);
		ck_assert(m.serial > 0 && m.serial < ASKED + 2);
		answers[m.serial]++;
		class = json_str(m.body, "error");
		ck_assert_ptr_nonnull(class);
		classes[0] += strcmp(class, "overloaded") == 0;
		classes[1] += strcmp(class, "cancelled") == 0;
	}
	msg_release(&m);
	return !bye;
}

START_TEST(a_flood)
{
	int64_t	first = 0, last = 0, i;
	int	n;

	for (n = 0; n < ASKED; n++) {
		last = ask();
		first = n == 0 ? last : first;
		if (n >= TAKEN)
			ck_assert(count());
	}
	ck_assert_int_eq(classes[0], ASKED - TAKEN);
	gateway_send(&gw, MSG_SHUTDOWN, NULL);
	while (count())
		continue;
	ck_assert_int_eq(classes[1], TAKEN);
	for (i = first; i <= last; i++)
		ck_assert_int_eq(answers[i], 1);
}
END_TEST

START_TEST(cancels_that_cross)
{
	int64_t	one = ask(), two = ask();

	cancel(one);
	cancel(one);
	cancel(9999);
	cancel(0);
	ck_assert(count());
	cancel(one);
	cancel(two);
	ck_assert(count());
	gateway_send(&gw, MSG_SHUTDOWN, NULL);
	ck_assert(!count());
	ck_assert_int_eq(answers[one], 1);
	ck_assert_int_eq(answers[two], 1);
	ck_assert_int_eq(classes[1], 2);
}
END_TEST

/* Events that say nothing, until nobody takes them; how many MiB went. */
static void
stream_on(int told)
{
	static const char	head[] = "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/event-stream\r\n\r\n";
	static char		mib[1 << 20];
	int			client = accept(server, NULL, NULL), n = 0;
	size_t			i;

	for (i = 0; i < sizeof(mib); i++)
		mib[i] = i % 1024 == 0 ? ':' : i % 1024 == 1023 ? '\n' : 'x';
	if (client == -1 || send(client, head, sizeof(head) - 1,
	    MSG_NOSIGNAL) == -1)
		_exit(1);
	while (n < 2 * STREAM_MIB && send(client, mib, sizeof(mib),
	    MSG_NOSIGNAL) == (ssize_t)sizeof(mib))
		n++;
	_exit(write(told, &n, sizeof(n)) == (ssize_t)sizeof(n) ? 0 : 1);
}

START_TEST(a_stream_without_end)
{
	struct msg	m;
	pid_t		pid;
	int		told[2], went = 0, status;

	ck_assert_int_eq(pipe2(told, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		stream_on(told[1]);
	ask();
	do {
		gateway_next(&gw, &m);
		if (m.id == MSG_MODEL_PROGRESS)
			msg_release(&m);
	} while (m.id == MSG_MODEL_PROGRESS);
	ck_assert_int_eq(m.id, MSG_MODEL_RESPONSE);
	ck_assert_str_eq(json_str(m.body, "error"), "protocol");
	ck_assert_str_eq(json_str(m.body, "message"),
	    "the stream is longer than 256 MiB");
	msg_release(&m);
	/* What was under way when it was left does not count. */
	ck_assert_int_eq(read(told[0], &went, sizeof(went)), sizeof(went));
	ck_assert_int_ge(went, STREAM_MIB);
	ck_assert_int_lt(went, STREAM_MIB + 32);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	close(told[0]);
	close(told[1]);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_flood");
	TCase	*tc = tcase_create("flood");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 90);
	tcase_add_test(tc, a_flood);
	tcase_add_test(tc, cancels_that_cross);
	tcase_add_test(tc, a_stream_without_end);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
