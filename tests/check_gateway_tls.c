/* links: tests/gateway_scene.c tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */
/*
 * The running gateway over TLS: it speaks to nobody but whom it was told to,
 * and HTTP/2 where the other side can.
 */
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "tests/check_main.h"
#include "tests/gateway_scene.h"

static const char *const	rules[] = { "times=0 text=a", NULL };

static void
begin_tls(const char *host, int trusted)
{
	const struct fake_setup	fs = { rules, FAKE_TLS };
	struct gateway_setup	gs = { .api = "responses", .base_url = url };
	char			path[300];

	fake_start(&fake, &fs);
	snprintf(url, sizeof(url), "https://%s:%d/v1", host, fake.port);
	snprintf(path, sizeof(path), "%s/cert", fake.dir);
	if (trusted)
		gs.ca_file = path;
	gateway_start(&gw, &gs);
}

START_TEST(certificate_of_its_own_authority)
{
	begin_tls("127.0.0.1", 1);
	gateway_try_for(&gw, "ok");
	finish();
}
END_TEST

/* Nothing is sent to a peer that is not known, above all not the key. */
START_TEST(certificate_that_nobody_signed)
{
	begin_tls("127.0.0.1", 0);
	gateway_try_for(&gw, "transport");
	ck_assert_int_eq(fake_count(&fake), 0);
	finish();
}
END_TEST

START_TEST(certificate_of_another)
{
	begin_tls("localhost", 1);	/* it is for 127.0.0.1 */
	gateway_try_for(&gw, "transport");
	ck_assert_int_eq(fake_count(&fake), 0);
	finish();
}
END_TEST

/* Numbers go to nobody else either. */
START_TEST(telemetry_to_whom_nobody_signed)
{
	const struct fake_setup	fs = { rules, FAKE_TLS };
	struct gateway_setup	gs = { .api = NULL, .telemetry = url };
	struct msg		m;

	fake_start(&fake, &fs);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d", fake.port);
	gateway_start(&gw, &gs);
	gateway_export_to(&gw, url, "{}");
	gateway_next(&gw, &m);
	ck_assert_int_eq(m.id, MSG_EXPORTED);
	ck_assert_str_eq(json_str(m.body, "outcome"), "error");
	ck_assert_ptr_nonnull(strstr(json_str(m.body, "message"),
	    "certificate"));
	msg_release(&m);
	ck_assert_int_eq(fake_count(&fake), 0);
	finish();
}
END_TEST

/* A server that speaks HTTP/2, in front of the one that does not. */
static pid_t
start_http2(const struct fake *f, int port)
{
	char	front[64], back[64], key[300], cert[300], log[300];
	pid_t	pid = fork();

	if (pid != 0)
		return pid;
	snprintf(front, sizeof(front), "-f127.0.0.1,%d", port);
	snprintf(back, sizeof(back), "-b127.0.0.1,%d", f->port);
	snprintf(key, sizeof(key), "%s/key", f->dir);
	snprintf(cert, sizeof(cert), "%s/cert", f->dir);
	snprintf(log, sizeof(log), "--accesslog-file=%s/access", f->dir);
	execlp("nghttpx", "nghttpx", "--conf=/dev/null", "-LERROR", front,
	    back, log, "--accesslog-format=$alpn $remote_port", key, cert,
	    (char *)NULL);
	_exit(127);
}

/* A port that was free a moment ago; waits until it is served if `served'. */
static int
reach(int port, int served)
{
	struct sockaddr_in	sa = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port) };
	socklen_t		len = sizeof(sa);
	int			fd, i, r;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < 1000; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		r = served ? connect(fd, (struct sockaddr *)&sa, len) :
		    bind(fd, (struct sockaddr *)&sa, len) |
		    getsockname(fd, (struct sockaddr *)&sa, &len);
		close(fd);
		if (r == 0)
			return ntohs(sa.sin_port);
		poll(NULL, 0, 10);
	}
	ck_abort_msg("port %d cannot be reached", port);
	return -1;
}

#define STREAMS 16

START_TEST(http2_on_one_connection)
{
	const struct fake_setup	fs = { rules, FAKE_CERTIFICATE };
	struct gateway_setup	gs = { .api = "responses", .base_url = url };
	char			path[300], line[64], first[64] = "";
	struct msg		m;
	pid_t			pid;
	FILE			*f;
	int			port, i, lines = 0;

	if (system("command -v nghttpx >/dev/null") != 0) {
		fprintf(stderr, "skip: no nghttpx\n");
		return;
	}
	fake_start(&fake, &fs);
	port = reach(0, 0);
	pid = start_http2(&fake, port);
	reach(port, 1);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/v1", port);
	snprintf(path, sizeof(path), "%s/cert", fake.dir);
	gs.ca_file = path;
	gateway_start(&gw, &gs);
	gateway_try_for(&gw, "ok");
	for (i = 0; i < STREAMS; i++)
		gateway_ask(&gw, gateway_body(), gateway_payload());
	for (i = 0; i < STREAMS; i++) {
		gateway_next(&gw, &m);
		ck_assert_str_eq(json_str(m.body, "outcome"), "ok");
		msg_release(&m);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/access", fake.dir);
	f = fopen(path, "re");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (lines++ == 0)
			strcpy(first, line);
		ck_assert(strncmp(line, "h2 ", 3) == 0);
		ck_assert_str_eq(line, first);
	}
	fclose(f);
	ck_assert_int_eq(lines, STREAMS + 1);
	finish();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_tls");
	TCase	*tc = tcase_create("gateway_tls");

	tcase_add_test(tc, certificate_of_its_own_authority);
	tcase_add_test(tc, certificate_that_nobody_signed);
	tcase_add_test(tc, certificate_of_another);
	tcase_add_test(tc, telemetry_to_whom_nobody_signed);
	tcase_add_test(tc, http2_on_one_connection);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
