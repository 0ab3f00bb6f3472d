/*
 * manager NAME: a service manager's end of sd_notify(3).  Listens at a path,
 * or with '@' at an abstract name, and prints what it is told as it comes,
 * until it is killed.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un	un = { .sun_family = AF_UNIX };
	char			text[4096];
	size_t			len;
	ssize_t			n;
	int			fd;

	if (argc != 2 || (len = strlen(argv[1])) >= sizeof(un.sun_path))
		errx(2, "usage: manager NAME");
	memcpy(un.sun_path, argv[1], len);
	if (argv[1][0] == '@')
		un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == -1)
		err(1, "%s", argv[1]);
	puts("listening");
	fflush(stdout);
	while ((n = recv(fd, text, sizeof(text), 0)) >= 0)
		if (write(STDOUT_FILENO, text, (size_t)n) != n)
			err(1, "standard output");
	err(1, "%s", argv[1]);
}
