#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/title.h"
#include "tests/wire.h"

static void
take_places(int to, int from, int err)
{
	/* Out of the way of the fixed numbers first. */
	to = fcntl(to, F_DUPFD, 20);
	from = fcntl(from, F_DUPFD, 20);
	if (err != -1)
		dup2(err, STDERR_FILENO);
	dup2(to, FD_TO_WORKER);
	dup2(from, FD_FROM_WORKER);
	close(to);
	close(from);
}

pid_t
wire_fork(struct wire *w, int err)
{
	int	to[2], from[2];
	pid_t	pid;

	ck_assert_int_eq(fd_pipe(to), 0);
	ck_assert_int_eq(fd_pipe(from), 0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		take_places(to[0], from[1], err);
		return 0;
	}
	close(to[0]);
	close(from[1]);
	w->to = to[1];
	w->from = from[0];
	frame_reader_init(&w->in);
	frame_writer_init(&w->out);
	return pid;
}

_Noreturn void
wire_exec_self(void)
{
	char	self[] = "/proc/self/exe", name[] = "worker";
	/* LeakSanitizer needs what the sandbox refuses. */
	char	leaks[] = "ASAN_OPTIONS=detect_leaks=0";
	char	*argv[] = { name, NULL };
	char	*envp[] = { strdup(title_padding()), leaks, NULL };

	execve(self, argv, envp);
	_exit(127);
}

void
wire_close(struct wire *w)
{
	fd_close(&w->to);
	fd_close(&w->from);
	frame_reader_release(&w->in);
	frame_writer_release(&w->out);
}

void
wire_send(struct wire *w, const struct msg_head *head, json_object *body)
{
	ck_assert_int_eq(msg_send(&w->out, head, body), FRAME_OK);
	while (frame_writer_flush(&w->out, w->to) == FRAME_MORE)
		continue;
}

enum frame_status
wire_next(struct wire *w, int patience_ms, const char **text, size_t *len)
{
	struct pollfd		pfd = { w->from, POLLIN, 0 };
	enum frame_status	st;

	while ((st = frame_reader_next(&w->in, text, len)) == FRAME_MORE) {
		if (poll(&pfd, 1, patience_ms) != 1)
			break;
		frame_reader_fill(&w->in, w->from);
	}
	return st;
}
