#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox_names.h"

static int	helper = -1;	/* to the process that replaces the file */

static int
put(const char *path, const char *text)
{
	int	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int	r;

	if (fd == -1)
		return -1;
	r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return r;
}

/* An /etc with nothing in it but what the resolver reads. */
static int
private_etc(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("tmpfs", "/etc", "tmpfs", 0, "mode=755") == -1 ||
	    put("/etc/nsswitch.conf", "hosts: files dns\n") == -1 ||
	    put("/etc/hosts", "127.0.0.1 localhost\n") == -1)
		return -1;
	return put("/etc/resolv.conf", "nameserver 127.0.0.1\n");
}

static int
loopback_up(void)
{
	struct ifreq	ifr;
	int		fd = socket(AF_INET, SOCK_DGRAM, 0), r;

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "lo");
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	r = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return r;
}

/* The question again, and for an A question the server's own address. */
static size_t
respond(unsigned char *d, size_t len, uint32_t addr)
{
	static const unsigned char	a[] = {
		0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4
	};
	size_t				i = 12;

	while (i < len && d[i] != 0)
		i += d[i] + 1u;
	i += 5;
	if (i > len)
		return 0;
	d[2] = 0x81;
	d[3] = 0x80;
	memset(d + 6, 0, 6);
	if (d[i - 3] != 1)
		return i;
	d[7] = 1;
	memcpy(d + i, a, sizeof(a));
	memcpy(d + i + sizeof(a), &addr, 4);
	return i + sizeof(a) + 4;
}

static void
serve(int fd, uint32_t addr)
{
	unsigned char		d[1024];
	struct sockaddr_in	from;
	socklen_t		fromlen;
	ssize_t			n;
	size_t			len;

	for (;;) {
		fromlen = sizeof(from);
		n = recvfrom(fd, d, 512, 0, (struct sockaddr *)&from,
		    &fromlen);
		if (n < 12)
			continue;
		len = respond(d, (size_t)n, addr);
		sendto(fd, d, len, 0, (struct sockaddr *)&from, fromlen);
	}
}

/* Listens, and answers if `answers'. */
static int
server(const char *host, int answers)
{
	struct sockaddr_in	sin = { .sin_family = AF_INET };
	int			fd = socket(AF_INET, SOCK_DGRAM, 0);

	sin.sin_port = htons(53);
	inet_pton(AF_INET, host, &sin.sin_addr);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		return -1;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (!answers)
			pause();
		serve(fd, sin.sin_addr.s_addr);
	}
	close(fd);
	return 0;
}

/* Waits for a byte, replaces the file, answers with a byte. */
static int
replacer(void)
{
	int	p[2];
	char	c;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) == -1)
		return -1;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (read(p[1], &c, 1) == 1 &&
		    put("/etc/new", "nameserver 127.0.0.2\n") == 0 &&
		    rename("/etc/new", "/etc/resolv.conf") == 0 &&
		    write(p[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	close(p[1]);
	helper = p[0];
	return 0;
}

static int
enter(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == -1)
		return -1;
	return private_etc() == -1 || loopback_up() == -1 ? -1 : 0;
}

int
names_enter(void)
{
	return enter() == -1 || server("127.0.0.1", 1) == -1 ||
	    server("127.0.0.2", 1) == -1 || replacer() == -1 ? -1 : 0;
}

int
names_enter_silence(void)
{
	return enter() == -1 || server("127.0.0.1", 0) == -1 ? -1 : 0;
}

void
names_replace(void)
{
	char	c = 'x';

	if (write(helper, &c, 1) != 1 || read(helper, &c, 1) != 1)
		_exit(1);
}
