/* links: tests/sandbox_names.c */

/*
 * A Landlock rule on /etc/resolv.conf stayed with the file that NetworkManager
 * had replaced: from then on no name was found.  And a filter that refused
 * clone(2) took the resolver's threads away.  Here the gateway's sandbox lives
 * through it, in namespaces of its own: resolv.conf is replaced behind its
 * back, a name is asked from the new server, in a thread, and TCP goes to the
 * allowed port alone.
 */
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "worker/sandbox_table.h"
#include "sandbox_names.h"

static FILE	*out;		/* what the life comes to */

static void *
look_up(void *arg)
{
	const struct addrinfo	 hints = {
		.ai_family = AF_INET, .ai_socktype = SOCK_STREAM
	};
	struct addrinfo		*list;
	struct sockaddr_in	 sin;
	int			 r;

	(void)arg;
	r = getaddrinfo("model.example.test", NULL, &hints, &list);
	if (r != 0) {
		fprintf(out, "name: %s\n", gai_strerror(r));
		return NULL;
	}
	memcpy(&sin, list->ai_addr, sizeof(sin));
	fprintf(out, "name: %s\n", inet_ntoa(sin.sin_addr));
	freeaddrinfo(list);
	return NULL;
}

static void
in_thread(void *(*run)(void *))
{
	pthread_t	t;

	if (pthread_create(&t, NULL, run, NULL) != 0)
		fprintf(out, "no thread\n");
	else
		pthread_join(t, NULL);
}

static void
go_to(const char *what, uint16_t port)
{
	struct sockaddr_in	sin = { .sin_family = AF_INET };
	int			fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_port = htons(port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || connect(fd, (const struct sockaddr *)&sin,
	    sizeof(sin)) == -1)
		fprintf(out, "%s: %s\n", what, strerror(errno));
	else
		fprintf(out, "%s: connected\n", what);
	close(fd);
}

/* A socket that listens on a port of the kernel's choice. */
static uint16_t
listener(void)
{
	struct sockaddr_in	sin = { .sin_family = AF_INET };
	socklen_t		len = sizeof(sin);
	int			fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (const struct sockaddr *)&sin,
	    sizeof(sin)) == -1 || listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		return 0;
	return ntohs(sin.sin_port);
}

static void
life(int abi, const char *rollout)
{
	uint16_t		allowed = listener(), other = listener();
	struct sandbox		sb;
	struct sandbox_report	report;
	char			why[256];

	in_thread(look_up);
	sandbox_init(&sb, &sandbox_table[ROLE_GATEWAY], SANDBOX_REQUIRED);
	sb.abi_limit = abi;
	sandbox_allow(&sb, SANDBOX_READ_TREE, "/etc");
	sandbox_allow_port(&sb, 53);
	sandbox_allow_port(&sb, allowed);
	if (sandbox_apply(&sb, &report, why, sizeof(why)) == -1)
		fprintf(out, "no sandbox: %s\n", why);
	fflush(out);
	names_replace();
	in_thread(look_up);
	go_to("allowed", allowed);
	go_to("other", other);
	fprintf(out, "fork: %s\n", fork() == -1 ? strerror(errno) : "done");
	fprintf(out, "rollout: %s\n", open(rollout, O_RDONLY | O_CLOEXEC) ==
	    -1 ? strerror(errno) : "read");
}

/*
 * The world and, in a child, the life in it: what is in a domain cannot kill
 * the servers by its death.
 */
static void
world(int abi, const char *rollout)
{
	pid_t	pid;

	if (names_enter() == -1) {
		fprintf(out, "skip: %s\n", strerror(errno));
		fflush(out);
		return;
	}
	pid = fork();
	if (pid == 0) {
		life(abi, rollout);
		fflush(out);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Run a life; what it wrote. */
static const char *
live(int abi, const char *rollout)
{
	static char	text[1024];
	size_t		len = 0;
	ssize_t		n;
	int		p[2];
	pid_t		pid;

	ck_assert_int_eq(pipe(p), 0);
	pid = fork();
	if (pid == 0) {
		out = fdopen(p[1], "w");
		world(abi, rollout);
		_exit(0);
	}
	close(p[1]);
	while ((n = read(p[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(p[0]);
	waitpid(pid, NULL, 0);
	return text;
}

START_TEST(the_gateways_life)
{
	static const int	 abis[] = { INT_MAX, 2 };
	const int		 abi = sandbox_landlock_abi();
	char			 rollout[] = "build/rollout.XXXXXX";
	char			 want[512];
	const char		*got;
	int			 fd;

	if (SANDBOX_SANITIZED) {
		printf("skip: a sanitizer's threads ask for more\n");
		return;
	}
	fd = mkstemp(rollout);
	ck_assert_int_ne(fd, -1);
	close(fd);
	got = live(abis[_i], rollout);
	unlink(rollout);
	if (strncmp(got, "skip", 4) == 0 || abi < SANDBOX_ABI_REQUIRED) {
		printf("skip: names behind a sandbox: %s", abi <
		    SANDBOX_ABI_REQUIRED ? "no Landlock\n" : got);
		return;
	}
	snprintf(want, sizeof(want), "name: 127.0.0.1\nname: 127.0.0.2\n"
	    "allowed: connected\nother: %s\n"
	    "fork: Operation not permitted\nrollout: Permission denied\n",
	    abi >= 4 && _i == 0 ? "Permission denied" : "connected");
	ck_assert_str_eq(got, want);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("sandbox_net");
	TCase	*tc = tcase_create("gateway");

	tcase_add_loop_test(tc, the_gateways_life, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
