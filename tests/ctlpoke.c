/*
 * A client of the control socket that says what it likes:
 *
 *	ctlpoke PATH send TEXT	one frame of TEXT, then print each answer
 *	ctlpoke PATH raw TEXT	the bytes of TEXT, then print each answer
 *	ctlpoke PATH length N	a frame's length alone, then wait for the end
 *	ctlpoke PATH leave TEXT	one frame of TEXT, then close at once
 *	ctlpoke PATH half TEXT	half a frame of TEXT, then wait for the end
 *	ctlpoke PATH flood TEXT	frames of TEXT without end, nothing is read
 *	ctlpoke PATH hold TEXT	one frame of TEXT; nothing is read, until killed
 *	ctlpoke PATH crowd N	N silent connections, until killed
 *	ctlpoke PATH times N TEXT  N requests, one after the other
 *
 * Exit status 0 if at least one answer came, 1 if the connection ended
 * without one, 2 if it could not be made.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/frame.h"
#include "supervisor/control_address.h"

static int
print_answers(int fd)
{
	struct frame_reader	 in;
	enum frame_status	 st = FRAME_MORE;
	const char		*text;
	size_t			 len;
	int			 n = 0;

	frame_reader_init(&in);
	while (st == FRAME_OK || st == FRAME_MORE) {
		st = frame_reader_next(&in, &text, &len);
		if (st == FRAME_MORE)
			st = frame_reader_fill(&in, fd);
		else if (st == FRAME_OK) {
			printf("%.*s\n", (int)len, text);
			n++;
		}
	}
	frame_reader_release(&in);
	return n > 0 ? 0 : 1;
}

static void
send_frame(int fd, const char *text)
{
	uint32_t	len = htonl((uint32_t)strlen(text));

	fd_write_all(fd, &len, sizeof(len));
	fd_write_all(fd, text, strlen(text));
}

static int
crowd(const char *path, long n)
{
	for (; n > 0; n--)
		if (control_connect(path, SOCK_NONBLOCK) == -1)
			break;
	printf("%ld not connected\n", n);
	fflush(stdout);
	pause();
	return 0;
}

/* The beginning of a frame that never ends. */
static void
send_half(int fd, const char *text)
{
	uint32_t	len = htonl((uint32_t)strlen(text));

	fd_write_all(fd, &len, sizeof(len));
	fd_write_all(fd, text, strlen(text) / 2);
}

/* Until the peer has enough of it. */
static int
flood(int fd, const char *text)
{
	uint32_t	len = htonl((uint32_t)strlen(text));

	while (fd_write_all(fd, &len, sizeof(len)) == 0 &&
	    fd_write_all(fd, text, strlen(text)) == 0)
		;
	return 1;
}

static int
hold(int fd, const char *text)
{
	send_frame(fd, text);
	puts("sent");
	fflush(stdout);
	pause();
	return 0;
}

/* 0 if each was answered. */
static int
times(const char *path, long n, const char *text)
{
	int	fd, r = 0;

	for (; r == 0 && n > 0; n--) {
		fd = control_connect(path, 0);
		if (fd == -1)
			return 2;
		send_frame(fd, text);
		r = print_answers(fd);
		close(fd);
	}
	return r;
}

int
main(int argc, char **argv)
{
	uint32_t	len;
	int		fd;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 5 && strcmp(argv[2], "times") == 0)
		return times(argv[1], strtol(argv[3], NULL, 10), argv[4]);
	if (argc != 4)
		return 2;
	if (strcmp(argv[2], "crowd") == 0)
		return crowd(argv[1], strtol(argv[3], NULL, 10));
	fd = control_connect(argv[1], 0);
	if (fd == -1) {
		perror(argv[1]);
		return 2;
	}
	if (strcmp(argv[2], "raw") == 0)
		fd_write_all(fd, argv[3], strlen(argv[3]));
	else if (strcmp(argv[2], "length") == 0) {
		len = htonl((uint32_t)strtoul(argv[3], NULL, 10));
		fd_write_all(fd, &len, sizeof(len));
	} else if (strcmp(argv[2], "half") == 0)
		send_half(fd, argv[3]);
	else if (strcmp(argv[2], "flood") == 0)
		return flood(fd, argv[3]);
	else if (strcmp(argv[2], "hold") == 0)
		return hold(fd, argv[3]);
	else
		send_frame(fd, argv[3]);
	if (strcmp(argv[2], "leave") == 0)
		return 0;
	return print_answers(fd);
}
