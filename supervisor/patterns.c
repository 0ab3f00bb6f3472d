/* The patterns of the configuration, checked without a matcher of our own. */

#include <sys/mman.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/role.h"
#include "supervisor/patterns.h"

#define PATIENCE_MS 10000

/* All patterns, each with its NUL, in a file in memory; -1: errno. */
static int
write_patterns(const struct strlist *list)
{
	size_t	i;
	int	fd;

	fd = memfd_create("patterns", MFD_CLOEXEC);
	for (i = 0; fd != -1 && i < list->n; i++)
		if (fd_write_all(fd, list->v[i], strlen(list->v[i]) + 1) ==
		    -1) {
			close(fd);
			return -1;
		}
	if (fd != -1 && lseek(fd, 0, SEEK_SET) == -1)
		log_fatal("lseek");
	return fd;
}

/* Start `path' -t between the two files.  0, or an errno. */
static int
start(const char *path, int in, int out, pid_t *pid)
{
	char				*argv[] = { NULL, NULL, NULL };
	char				*env[] = { NULL };
	posix_spawn_file_actions_t	 fa;
	posix_spawnattr_t		 at;
	sigset_t			 set;
	int				 error;

	argv[0] = xstrdup(path);
	argv[1] = xstrdup("-t");
	if (posix_spawn_file_actions_init(&fa) != 0 ||
	    posix_spawn_file_actions_adddup2(&fa, in, STDIN_FILENO) != 0 ||
	    posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO) != 0 ||
	    posix_spawnattr_init(&at) != 0)
		log_fatalx("out of memory");
	sigfillset(&set);
	(void)posix_spawnattr_setsigdefault(&at, &set);
	sigemptyset(&set);
	(void)posix_spawnattr_setsigmask(&at, &set);
	(void)posix_spawnattr_setflags(&at,
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(pid, path, &fa, &at, argv, env);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	free(argv[0]);
	free(argv[1]);
	return error;
}

/* Wait for the end; who does not end in time is ended. */
static void
await(pid_t pid)
{
	struct pollfd	pfd = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int		n;

	do
		n = pfd.fd == -1 ? 0 : poll(&pfd, 1, PATIENCE_MS);
	while (n == -1 && errno == EINTR);
	if (n != 1)
		(void)kill(pid, SIGKILL);
	if (pfd.fd != -1)
		close(pfd.fd);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
}

/*
 * Let the program answer into `out'.  SIGCHLD may have come to us ignored:
 * then there would be nothing to wait for.
 */
static int
ask(const char *path, int in, int out)
{
	struct sigaction	usual = { .sa_handler = SIG_DFL }, old;
	pid_t			pid;
	int			error;

	if (sigaction(SIGCHLD, NULL, &old) == -1)
		log_fatal("sigaction");
	if (old.sa_handler == SIG_IGN)
		(void)sigaction(SIGCHLD, &usual, NULL);
	error = start(path, in, out, &pid);
	if (error == 0)
		await(pid);
	if (old.sa_handler == SIG_IGN)
		(void)sigaction(SIGCHLD, &old, NULL);
	return error;
}

static void
complain(const struct config *c, const char *text, struct buf *why)
{
	if (why->len > 0)
		buf_addch(why, '\n');
	buf_addstr(why, c->file == NULL ? "configuration" : c->file);
	if (c->redact_line > 0)
		buf_addf(why, ":%d", c->redact_line);
	buf_addf(why, ": redact: %s: expected a pattern as in "
	    "pcre2pattern(3)", text);
}

/* One line for each pattern, or the program did not do its work. */
static int
judge(const struct config *c, char *answer, struct buf *why)
{
	char	*line, *rest = answer;
	size_t	 n = 0;

	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		n++;
		if (strcmp(line, "ok") != 0)
			complain(c, line, why);
	}
	if (n == c->redact.n)
		return why->len > 0 ? -1 : 0;
	buf_truncate(why, 0);
	log_warnx("the patterns of redact were not checked: the extract "
	    "worker's program gave no answer");
	return 0;
}

static int
read_answer(int fd, struct buf *b)
{
	char	piece[4096];
	ssize_t	n;

	if (lseek(fd, 0, SEEK_SET) == -1)
		return -1;
	while ((n = fd_read(fd, piece, sizeof(piece))) > 0)
		buf_add(b, piece, (size_t)n);
	return n == 0 ? 0 : -1;
}

int
patterns_check(const struct config *c, struct buf *why)
{
	struct buf	 answer = BUF_INIT;
	char		*path;
	int		 in, out, error, rc = 0;

	if (c->redact.n == 0)
		return 0;
	path = xasprintf("%s/%s", c->libexec, role_comm(ROLE_EXTRACT));
	in = write_patterns(&c->redact);
	out = memfd_create("answer", MFD_CLOEXEC);
	error = in == -1 || out == -1 ? errno : ask(path, in, out);
	if (error == 0 && read_answer(out, &answer) == -1)
		error = errno;
	if (error == 0) {
		(void)buf_str(&answer);
		rc = judge(c, answer.data, why);
	} else
		log_warnx("the patterns of redact were not checked: %s: %s",
		    path, strerror(error));
	if (in != -1)
		close(in);
	if (out != -1)
		close(out);
	buf_release(&answer);
	free(path);
	return rc;
}
