/*
 * fakemodel: a model server that says what its script says.
 *
 *	fakemodel [-p PORT] [-r REQUESTS] [-e ENDS] [-s SCRIPT] [-t SECONDS]
 *	    [-c CERT -k KEY] [RULE ...]
 *
 * It listens on 127.0.0.1 (a port of the kernel's choice, printed on
 * standard output as a line), speaks the Responses, Chat Completions and
 * Messages API by the end of the path, and ends on SIGTERM, at the latest
 * after SECONDS (120).  REQUESTS gets a JSON line for each request when it
 * came, ENDS one when its reply ended.  CERT and KEY are PEM files.
 *
 * A script has one rule a line, as an argument RULE is one.  A request gets
 * the first rule that matches and is not used up; without one, status 500.
 * Paths that end in /metrics, /traces or /logs are answered with {}.
 * A rule is words, words are NAME or NAME=VALUE; a value may be quoted, "..."
 * with \n \r \t \\ \" or '...' as it is.  In what is said, $N is the number
 * of the request, $KEY the key that it came with, $BODY its body.
 *
 * Which requests:
 *	path=END model=NAME has=TEXT	all must hold; has: in the body
 *	times=N				uses of the rule: 1, 0: no limit
 * What is said, in this order (nothing at all: an empty reply):
 *	text=TEXT answer=JSON		text; text under a schema
 *	stage_one			a good answer of stage one
 *	reasoning=OPAQUE		something to be replayed
 *	call=NAME args=JSON		a tool call
 *	fill=N				N bytes of text
 *	repeat=N			the last of these N times
 *	refusal=TEXT failed=CODE error=CODE incomplete=REASON
 *	message=TEXT code=CODE		of a failure
 *	usage=IN,CACHED,OUT,REASONING no_usage
 *	status=N header="NAME: VALUE" type=TYPE
 *	json=TEXT			a plain body instead of events
 *	status=0 raw=BYTES		no HTTP but these bytes
 * How it is said:
 *	wait=MS hold=FILE		before the head: so long; for a file
 *	drip=MS				before each write
 *	split=N events=N		bytes, events of one write
 *	delta=N no_deltas		bytes of text in an event; done items only
 *	no_ids whole_calls		tool calls as some servers send them
 *	crlf cr bom comments lines	how an event is written
 *	big=N garbage			an unknown event of N bytes; no JSON
 *	gzip				unasked for
 *	no_end				without the event that completes it
 *	half cut=N			up to the middle of the last event; N bytes
 *	end=close|reset|silence|chunk	instead of a proper end
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fakemodel.h"

static int
listen_on(int port)
{
	struct sockaddr_in	sa = { .sin_family = AF_INET };
	socklen_t		len = sizeof(sa);
	int			fd, on = 1;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    listen(fd, 512) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		err(1, "port %d", port);
	printf("%d\n", ntohs(sa.sin_port));
	fflush(stdout);
	return fd;
}

/* The whole file as a string. */
static char *
slurp(const char *path)
{
	struct buf	b = BUF_INIT;
	char		part[4096];
	ssize_t		n;
	int		fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		err(1, "%s", path);
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(&b, part, (size_t)n);
	close(fd);
	return buf_detach(&b);
}

static void
usage(void)
{
	errx(2, "usage: fakemodel [-p port] [-r requests] [-e ends] "
	    "[-s script] [-t seconds] [-c cert -k key] [rule ...]");
}

int
main(int argc, char **argv)
{
	const char	*requests = NULL, *ends = NULL;
	char		*cert = NULL, *key = NULL;
	unsigned	 seconds = 120;
	int		 opt, port = 0;

	signal(SIGPIPE, SIG_IGN);
	while ((opt = getopt(argc, argv, "p:r:e:s:t:c:k:")) != -1)
		switch (opt) {
		case 'p': port = atoi(optarg); break;
		case 'r': requests = optarg; break;
		case 'e': ends = optarg; break;
		case 's': script_read(optarg); break;
		case 't': seconds = (unsigned)atoi(optarg); break;
		case 'c': cert = slurp(optarg); break;
		case 'k': key = slurp(optarg); break;
		default: usage();
		}
	for (; optind < argc; optind++)
		script_line(argv[optind]);
	record_open(requests, ends);
	/* SIGALRM and SIGTERM do what they do by default. */
	alarm(seconds);
	server_run(listen_on(port), cert, key);
}
