/* links: supervisor/notify.c supervisor/loop.c */
/*
 * A service manager that waits for READY=1 kills a service that forgot to
 * say it, and one whose socket is full, gone or nonsense must not be able to
 * hold or end the supervisor.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/monotime.h"
#include "supervisor/notify.h"
#include "tests/log_sink.h"

static struct loop	*loop;
static struct notify	*n;
static int		 manager;	/* its socket */
static char		 dir[] = "/tmp/check_notify.XXXXXX";
static char		 path[64], told[4096];
static struct log_kept	 kept;

/* A manager that listens at a path, or with '@' at an abstract name. */
static void
listen_at(const char *name)
{
	struct sockaddr_un	un = { .sun_family = AF_UNIX };
	size_t			len = strlen(name);

	memcpy(un.sun_path, name, len);
	if (name[0] == '@')
		un.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_ne(manager, -1);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

/* One datagram, "" if there is none. */
static const char *
hear(void)
{
	ssize_t	len = recv(manager, told, sizeof(told) - 1, 0);

	told[len > 0 ? len : 0] = '\0';
	return told;
}

/* The next datagram, for which the loop runs. */
static const char *
wait_for_one(void)
{
	int	i;

	for (i = 0; i < 500 && *hear() == '\0'; i++)
		loop_run_once(loop, 20);
	return told;
}

static void
setup(void)
{
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/notify", dir);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	kept.text[0] = '\0';
	log_set_sink(log_keep, &kept);
	manager = -1;
	n = NULL;
	loop = loop_new();
}

static void
teardown(void)
{
	notify_free(n);
	loop_free(loop);
	fd_close(&manager);
	unlink(path);
	rmdir(dir);
}

START_TEST(test_life)
{
	long long	us;
	struct timespec	before;

	listen_at(path);
	n = notify_new(loop);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	notify_reloading(n);
	ck_assert_str_eq(hear(), "");
	notify_ready(n);
	notify_ready(n);
	ck_assert_str_eq(hear(), "READY=1\n");
	notify_reloaded(n);
	ck_assert_str_eq(hear(), "");

	clock_gettime(CLOCK_MONOTONIC, &before);
	notify_reloading(n);
	notify_reloading(n);
	ck_assert_int_eq(sscanf(hear(), "RELOADING=1\nMONOTONIC_USEC=%lld\n",
	    &us), 1);
	ck_assert_int_ge(us, before.tv_sec * 1000000LL +
	    before.tv_nsec / 1000);
	notify_reloaded(n);
	ck_assert_str_eq(hear(), "READY=1\n");
	notify_stopping(n);
	notify_stopping(n);
	notify_reloading(n);
	notify_ready(n);
	ck_assert_str_eq(hear(), "STOPPING=1\n");
	ck_assert_str_eq(hear(), "");
	ck_assert_str_eq(kept.text, "");
}
END_TEST

START_TEST(test_abstract)
{
	char	name[64];

	snprintf(name, sizeof(name), "@mnemod-check-%d", (int)getpid());
	listen_at(name);
	n = notify_new(loop);
	notify_ready(n);
	ck_assert_str_eq(hear(), "READY=1\n");
}
END_TEST

START_TEST(test_status)
{
	char	line[2000];
	int64_t	began;

	listen_at(path);
	n = notify_new(loop);
	notify_status(n, "one");
	ck_assert_str_eq(hear(), "STATUS=one\n");
	began = mono_ms();
	notify_status(n, "one");
	notify_status(n, "two");
	notify_status(n, "a\nREADY=1\nb \033[2J\xff");
	ck_assert_str_eq(hear(), "");
	/* The last of them, after a second, in one line. */
	ck_assert_str_eq(wait_for_one(),
	    "STATUS=a\\x0aREADY=1\\x0ab \\x1b[2J\\xff\n");
	ck_assert_int_ge(mono_ms(), began + 900);
	/* What is due goes along with what cannot wait. */
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	notify_status(n, line);
	ck_assert_str_eq(hear(), "");
	notify_ready(n);
	ck_assert_str_eq(hear(), "READY=1\n");
	ck_assert_uint_lt(strlen(wait_for_one()), 300);
	ck_assert_int_eq(strncmp(told, "STATUS=xxx", 10), 0);
}
END_TEST

START_TEST(test_watchdog)
{
	char	pid[32];

	listen_at(path);
	setenv("WATCHDOG_USEC", "100000", 1);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	n = notify_new(loop);
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
	/* A loop that is stuck tells nothing. */
	usleep(200 * 1000);
	ck_assert_str_eq(hear(), "");
	ck_assert_str_eq(wait_for_one(), "WATCHDOG=1\n");
	ck_assert_str_eq(wait_for_one(), "WATCHDOG=1\n");
	notify_stopping(n);
	ck_assert_str_eq(hear(), "STOPPING=1\n");
	ck_assert_str_eq(wait_for_one(), "WATCHDOG=1\n");
}
END_TEST

/* Another's watchdog, or none that can be understood. */
static const struct {
	const char	*usec, *pid, *says;
} dogs[] = {
	{ "20000", "1", NULL },
	{ "20000", "x", NULL },
	{ "20000", "", NULL },
	{ "0", NULL, "WATCHDOG_USEC=0: " },
	{ "-1", NULL, "WATCHDOG_USEC=-1: " },
	{ "9999999999999999999999", NULL, "too large" },
	{ "20000us", NULL, "invalid" },
	{ "\033[2J", NULL, "WATCHDOG_USEC=\\x1b[2J: " },
};

START_TEST(test_no_watchdog)
{
	int	i;

	listen_at(path);
	setenv("WATCHDOG_USEC", dogs[_i].usec, 1);
	if (dogs[_i].pid != NULL)
		setenv("WATCHDOG_PID", dogs[_i].pid, 1);
	n = notify_new(loop);
	for (i = 0; i < 5; i++)
		loop_run_once(loop, 10);
	ck_assert_str_eq(hear(), "");
	if (dogs[_i].says == NULL)
		ck_assert_str_eq(kept.text, "");
	else
		ck_assert_ptr_nonnull(strstr(kept.text, dogs[_i].says));
}
END_TEST

/* However short its time is, the watchdog does not make the loop spin. */
START_TEST(test_impatient)
{
	int64_t		until = mono_ms() + 200;
	uint64_t	began;

	listen_at(path);
	setenv("WATCHDOG_USEC", "1", 1);
	n = notify_new(loop);
	began = loop_wakeups(loop);
	while (mono_ms() < until)
		loop_run_once(loop, 200);
	ck_assert_uint_le(loop_wakeups(loop) - began, 25);
}
END_TEST

/* Values that lead nowhere: said once, and nothing else happens. */
static const struct {
	const char	*value, *says;
} nowhere[] = {
	{ "", NULL },
	{ "/", "expected an absolute path" },
	{ "@", "expected an absolute path" },
	{ "notify", "expected an absolute path" },
	{ "../notify", "expected an absolute path" },
	{ "vsock:2:1234", "expected an absolute path" },
	{ "/nowhere\033[2J/notify", "/nowhere\\x1b[2J/notify: " },
	{ "/dev/null", "/dev/null: " },
	{ "/tmp", "/tmp: " },
	{ "@mnemod-nobody-listens-here", "the service manager is not told" },
};

START_TEST(test_nowhere)
{
	char	*second;

	setenv("NOTIFY_SOCKET", nowhere[_i].value, 1);
	setenv("WATCHDOG_USEC", "20000", 1);
	n = notify_new(loop);
	notify_ready(n);
	notify_status(n, "x");
	notify_reloading(n);
	notify_reloaded(n);
	loop_run_once(loop, 30);
	notify_stopping(n);
	if (nowhere[_i].says == NULL) {
		ck_assert_str_eq(kept.text, "");
		return;
	}
	ck_assert_ptr_nonnull(strstr(kept.text, nowhere[_i].says));
	second = strchr(kept.text, '\n') + 1;
	ck_assert_str_eq(second, "");
}
END_TEST

START_TEST(test_too_long)
{
	char	value[300];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	value[0] = _i == 0 ? '/' : '@';
	setenv("NOTIFY_SOCKET", value, 1);
	n = notify_new(loop);
	notify_ready(n);
	ck_assert_ptr_nonnull(strstr(kept.text, "expected an absolute path"));
}
END_TEST

/* A manager that does not read for a while is told when it does. */
START_TEST(test_full)
{
	int	i, last = 0;

	listen_at(path);
	n = notify_new(loop);
	notify_ready(n);
	/* More than any queue of a datagram socket holds. */
	for (i = 0; i < 100000; i++) {
		notify_reloading(n);
		notify_reloaded(n);
	}
	notify_stopping(n);
	while (*hear() != '\0')
		last = told[0];
	ck_assert_int_ne(last, 'S');
	ck_assert_str_eq(wait_for_one(), "STOPPING=1\n");
	ck_assert_str_eq(kept.text, "");
}
END_TEST

/* One that comes back, as a manager that was started again. */
START_TEST(test_back)
{
	listen_at(path);
	n = notify_new(loop);
	fd_close(&manager);
	unlink(path);
	notify_ready(n);
	ck_assert_ptr_nonnull(strstr(kept.text, "is not told"));
	listen_at(path);
	notify_status(n, "here");
	ck_assert_str_eq(hear(), "READY=1\nSTATUS=here\n");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("notify");
	TCase	*t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_life);
	tcase_add_test(t, test_abstract);
	tcase_add_test(t, test_status);
	tcase_add_test(t, test_watchdog);
	tcase_add_loop_test(t, test_no_watchdog, 0,
	    sizeof(dogs) / sizeof(dogs[0]));
	tcase_add_test(t, test_impatient);
	tcase_add_loop_test(t, test_nowhere, 0,
	    sizeof(nowhere) / sizeof(nowhere[0]));
	tcase_add_loop_test(t, test_too_long, 0, 2);
	tcase_add_test(t, test_full);
	tcase_add_test(t, test_back);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
