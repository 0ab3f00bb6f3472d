/* links: tests/gateway_scene.c tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */
/*
 * The running gateway and what it guards: the key is in the header of its
 * requests and nowhere else, and the sandbox lets a name be looked up
 * whatever becomes of the resolver's files.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/json.h"
#include "tests/check_main.h"
#include "tests/gateway_scene.h"

/* 1 if the file holds the key; what cannot be read does not. */
static int
holds_key(const char *path)
{
	char	 data[65536];
	ssize_t	 n;
	int	 fd = open(path, O_RDONLY | O_CLOEXEC), found = 0;

	if (fd == -1)
		return 0;
	while ((n = read(fd, data, sizeof(data))) > 0)
		if (memmem(data, (size_t)n, PEER_KEY, strlen(PEER_KEY)) !=
		    NULL)
			found = 1;
	close(fd);
	return found;
}

/* Command lines, environments, titles of all processes. */
static void
check_processes(void)
{
	static const char *const files[] = { "cmdline", "environ", "comm",
	    "status", "stat", "maps", "limits" };
	char		 path[300];
	struct dirent	*e;
	DIR		*d = opendir("/proc");
	size_t		 i;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL) {
		if (atoi(e->d_name) == 0)
			continue;
		for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
			snprintf(path, sizeof(path), "/proc/%s/%s",
			    e->d_name, files[i]);
			ck_assert_msg(!holds_key(path), "%s", path);
		}
	}
	closedir(d);
}

/* How often the key is in the record of request n. */
static int
times_sent(int n)
{
	json_object	*o = fake_request(&fake, n);
	const char	*p = json_object_to_json_string(o);
	int		 times = 0;

	while ((p = strstr(p, PEER_KEY)) != NULL) {
		times++;
		p += strlen(PEER_KEY);
	}
	json_object_put(o);
	return times;
}

START_TEST(key_is_nowhere)
{
	static const char *const rules[] = { "times=2 stage_one",
	    "status=401 message=\"wrong: $KEY\"",
	    "status=400 message=\"$KEY $KEY$KEY\" code=\"$KEY\"",
	    "failed=server_error message=\"$KEY\"",
	    "status=500 json='{\"error\":\"$KEY\"}'",
	    "status=500 json='$KEY'", "refusal=\"$KEY\"",
	    "times=0 text=a", NULL };
	int	i;

	begin(apis[_i], rules);
	check_processes();
	gateway_try_for(&gw, "ok");
	gateway_try_for(&gw, "ok");
	gateway_try_for(&gw, "auth");
	gateway_try_for(&gw, "invalid_request");
	gateway_try_for(&gw, "overloaded");
	gateway_try_for(&gw, "overloaded");
	gateway_try_for(&gw, "overloaded");
	gateway_try_for(&gw, "refusal");
	gateway_try_for(&gw, "ok");
	check_processes();
	for (i = 1; i <= 9; i++)
		ck_assert_int_eq(times_sent(i), 1);
	finish();
}
END_TEST

START_TEST(key_from_a_file)
{
	static const char *const rules[] = { "times=0 text=a", NULL };
	const struct fake_setup		fs = { rules, FAKE_PLAIN };
	char				path[300];
	const struct gateway_setup	gs = { .api = apis[_i],
	    .base_url = url, .key_file = path };
	int				fd;

	fake_start(&fake, &fs);
	fake_url(&fake, apis[_i], url, sizeof(url));
	snprintf(path, sizeof(path), "%s/key-file", fake.dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, PEER_KEY "\n", strlen(PEER_KEY) + 1),
	    (ssize_t)strlen(PEER_KEY) + 1);
	close(fd);
	gateway_start(&gw, &gs);
	gateway_try_for(&gw, "ok");
	check_processes();
	ck_assert_int_eq(times_sent(1), 1);
	finish();
}
END_TEST

START_TEST(through_a_proxy)
{
	static const char *const rules[] = { "times=0 text=a", NULL };
	const struct fake_setup	fs = { rules, FAKE_PLAIN };
	struct gateway_setup	gs = { .api = "responses",
	    .base_url = "http://127.0.0.9:1/v1", .proxy = url };
	json_object		*o;

	fake_start(&fake, &fs);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", fake.port);
	gateway_start(&gw, &gs);
	gateway_try_for(&gw, "ok");
	o = fake_request(&fake, 1);
	ck_assert_str_eq(json_str(json_obj(o, "headers"), "host"),
	    "127.0.0.9:1");
	json_object_put(o);
	finish();
}
END_TEST

/* A redirect would carry the key to where the server likes. */
START_TEST(redirects_are_not_followed)
{
	char			 rule[128];
	const char		*rules[] = { rule, "times=0 text=a", NULL };
	const struct fake_setup	 other = { rules + 1, FAKE_PLAIN };
	struct fake		 target;

	fake_start(&target, &other);
	snprintf(rule, sizeof(rule), "status=307 header=\"Location: "
	    "http://127.0.0.1:%d/v1/responses\"", target.port);
	begin(apis[_i], rules);
	gateway_try_for(&gw, "protocol");
	gateway_try_for(&gw, "ok");
	ck_assert_int_eq(fake_count(&target), 0);
	fake_end(&target);
	finish();
}
END_TEST

#ifndef __SANITIZE_ADDRESS__
START_TEST(sandbox_is_closed)
{
	static const char *const rules[] = { "times=0 text=a", NULL };
	char	path[64], line[256];
	int	filter = -1, nnp = -1;
	FILE	*f;

	begin("chat", rules);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)gw.pid);
	f = fopen(path, "re");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		sscanf(line, "Seccomp: %d", &filter);
		sscanf(line, "NoNewPrivs: %d", &nnp);
	}
	fclose(f);
	ck_assert_int_eq(filter, 2);
	ck_assert_int_eq(nnp, 1);
	gateway_try_for(&gw, "ok");
	finish();
}
END_TEST

/* A name server of one answer: 127.0.0.1. */
static void
serve_names(int fd)
{
	static const unsigned char answer[] = { 0xc0, 0x0c, 0, 1, 0, 1, 0, 0,
	    0, 0, 0, 4, 127, 0, 0, 1 };
	unsigned char		 q[512 + sizeof(answer)];
	struct sockaddr_in	 sa;
	socklen_t		 len = sizeof(sa);
	ssize_t			 n, end;

	while ((n = recvfrom(fd, q, 512, 0, (struct sockaddr *)&sa, &len)) >
	    16) {
		for (end = 12; end < n - 5 && q[end] != 0; end += q[end] + 1)
			continue;
		n = end + 5;		/* no additional records */
		q[2] = 0x81, q[3] = 0x80;
		memset(q + 6, 0, 6);
		if (q[end + 2] == 1) {	/* an address is asked for */
			q[7] = 1;
			memcpy(q + n, answer, sizeof(answer));
			n += (ssize_t)sizeof(answer);
		}
		sendto(fd, q, (size_t)n, 0, (struct sockaddr *)&sa, len);
		len = sizeof(sa);
	}
	_exit(0);
}

static pid_t
start_name_server(void)
{
	struct sockaddr_in	sa = { .sin_family = AF_INET,
	    .sin_port = htons(53) };
	pid_t			pid;
	int			fd;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	pid = fork();
	if (pid == 0)
		serve_names(fd);
	close(fd);
	return pid;
}

/* A network and an /etc of our own; -1 where that is not allowed. */
static int
own_world(void)
{
	struct ifreq	ifr = { .ifr_flags = IFF_UP };
	int		fd, r;

	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return -1;
	if (system("d=${T:-${B:-.}}/etc.$$ && mkdir $d && "
	    "cp -a /etc/. $d/ 2>/dev/null; rm -f $d/resolv.conf && "
	    "echo nameserver 127.0.0.9 >$d/resolv.conf && "
	    "echo 127.0.0.1 localhost >$d/hosts && "
	    "echo hosts: files dns >$d/nsswitch.conf && "
	    "mount -t tmpfs none /mnt && cp -a $d/. /mnt && rm -rf $d && "
	    "mount --bind /mnt /etc") != 0)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strcpy(ifr.ifr_name, "lo");
	r = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return r;
}

START_TEST(names_after_the_resolver_changed)
{
	static const char *const rules[] = { "times=0 text=a", NULL };
	const struct fake_setup		fs = { rules, FAKE_TLS };
	char				path[300];
	const struct gateway_setup	gs = { .api = "responses",
	    .base_url = url, .ca_file = path };
	pid_t				server;

	if (own_world() == -1) {
		fprintf(stderr, "skip: no namespaces here\n");
		return;
	}
	fake_start(&fake, &fs);
	snprintf(path, sizeof(path), "%s/cert", fake.dir);
	snprintf(url, sizeof(url), "https://model.test:%d/v1", fake.port);
	gateway_start(&gw, &gs);
	/* Nobody knows the name. */
	gateway_try_for(&gw, "transport");
	ck_assert_int_eq(fake_count(&fake), 0);

	/* A network comes up: its name server is in a new file. */
	server = start_name_server();
	ck_assert_int_eq(system("echo nameserver 127.0.0.1 >/etc/new && "
	    "mv /etc/new /etc/resolv.conf"), 0);
	gateway_try_for(&gw, "ok");
	kill(server, SIGKILL);
	finish();
}
END_TEST
#endif

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_key");
	TCase	*tc = tcase_create("gateway_key");

	tcase_add_loop_test(tc, key_is_nowhere, 0, 3);
	tcase_add_loop_test(tc, key_from_a_file, 0, 3);
	tcase_add_test(tc, through_a_proxy);
	tcase_add_loop_test(tc, redirects_are_not_followed, 0, 3);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_test(tc, sandbox_is_closed);
	tcase_add_test(tc, names_after_the_resolver_changed);
#endif
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
