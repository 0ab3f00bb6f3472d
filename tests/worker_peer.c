#include <sys/wait.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/title.h"
#include "worker_peer.h"

#define PATIENCE_MS	10000

static void
exec_worker(int to, int from, int err, void (*before)(void))
{
	char	self[] = "/proc/self/exe", name[] = "worker";
	char	*argv[] = { name, NULL };
	char	grace[] = "MNEMOD_TEST_GRACE_MS=900";
	char	*pad = strdup(title_padding());
	/* LeakSanitizer needs what the sandbox refuses. */
	char	leaks[] = "ASAN_OPTIONS=detect_leaks=0";
	char	*envp[] = { pad, grace, leaks, NULL };

	/* Out of the way of the fixed numbers first. */
	to = fcntl(to, F_DUPFD, 20);
	from = fcntl(from, F_DUPFD, 20);
	dup2(err, STDERR_FILENO);
	dup2(to, FD_TO_WORKER);
	dup2(from, FD_FROM_WORKER);
	close(to);
	close(from);
	if (before != NULL)
		before();
	execve(self, argv, envp);
	_exit(127);
}

void
peer_start(struct peer *p, void (*before)(void))
{
	int	to[2], from[2], err[2];

	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(fd_pipe(to), 0);
	ck_assert_int_eq(fd_pipe(from), 0);
	ck_assert_int_eq(fd_pipe(err), 0);
	p->pid = fork();
	ck_assert_int_ne(p->pid, -1);
	if (p->pid == 0)
		exec_worker(to[0], from[1], err[1], before);
	close(to[0]);
	close(from[1]);
	close(err[1]);
	p->to = to[1];
	p->from = from[0];
	p->err = err[0];
	p->phase = PHASE_STARTING;
	frame_reader_init(&p->in);
	frame_writer_init(&p->out);
	signal(SIGPIPE, SIG_IGN);
}

void
peer_release(struct peer *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	fd_close(&p->to);
	fd_close(&p->from);
	fd_close(&p->err);
	frame_reader_release(&p->in);
	frame_writer_release(&p->out);
}

void
peer_send(struct peer *p, enum msg_id id, json_object *body)
{
	const struct msg_head	head = { .id = id, .serial = ++p->serial };

	ck_assert_int_eq(msg_send(&p->out, &head, body), FRAME_OK);
	while (frame_writer_flush(&p->out, p->to) == FRAME_MORE)
		continue;
}

void
peer_send_text(struct peer *p, enum msg_id id, const char *body)
{
	json_object	*o = json_parse(body, strlen(body), 16, NULL);

	ck_assert_ptr_nonnull(o);
	peer_send(p, id, o);
}

void
peer_send_bytes(struct peer *p, const void *data, size_t len)
{
	ck_assert_int_eq(fd_write_all(p->to, data, len), 0);
}

/* The next frame; 0 at the end of the stream. */
static int
next_frame(struct peer *p, const char **text, size_t *len)
{
	struct pollfd		pfd = { p->from, POLLIN, 0 };
	enum frame_status	st;

	while ((st = frame_reader_next(&p->in, text, len)) == FRAME_MORE) {
		ck_assert_msg(poll(&pfd, 1, PATIENCE_MS) == 1,
		    "the worker says nothing");
		frame_reader_fill(&p->in, p->from);
	}
	ck_assert_msg(st == FRAME_OK || st == FRAME_EOF, "%s",
	    frame_status_text(st));
	return st == FRAME_OK;
}

static void
next_message(struct peer *p, struct msg *m)
{
	const struct msg_place	 at = { MSG_FROM_WORKER, ROLE_CONSOLIDATE,
				    p->phase };
	const char		*text;
	size_t			 len;

	ck_assert_msg(next_frame(p, &text, &len), "end of file");
	ck_assert_msg(msg_parse(m, text, len, &at) == MSG_OK, "%s: %.200s",
	    m->why, text);
	p->payload_len = 0;
	if (m->has_payload) {
		ck_assert_msg(next_frame(p, &text, &len), "no payload");
		p->payload_len = len;
	}
	if (m->id == MSG_HELLO)
		p->phase = PHASE_GREETED;
	else if (m->id == MSG_READY)
		p->phase = PHASE_READY;
}

json_object *
peer_expect(struct peer *p, enum msg_id id)
{
	struct msg	m;

	next_message(p, &m);
	while (id != m.id && (m.id == MSG_ALIVE || m.id == MSG_LOG)) {
		msg_release(&m);
		next_message(p, &m);
	}
	ck_assert_str_eq(msg_table[m.id].name, msg_table[id].name);
	return m.body;
}

json_object *
peer_await(struct peer *p, enum msg_id id)
{
	struct msg	m;

	for (next_message(p, &m); m.id != id; next_message(p, &m))
		msg_release(&m);
	return m.body;
}

int
peer_at_eof(struct peer *p)
{
	const char	*text;
	size_t		 len;

	return !next_frame(p, &text, &len);
}

void
peer_ready(struct peer *p, const char *settings)
{
	char	body[1024];

	json_object_put(peer_expect(p, MSG_HELLO));
	snprintf(body, sizeof(body),
	    "{\"role\":\"consolidate\",\"settings\":%s}", settings);
	peer_send_text(p, MSG_CONFIGURE, body);
	json_object_put(peer_expect(p, MSG_READY));
}

int
peer_wait(struct peer *p)
{
	int	status, i;

	for (i = 0; i < PATIENCE_MS / 10; i++) {
		if (waitpid(p->pid, &status, WNOHANG) == p->pid) {
			p->pid = 0;
			return status;
		}
		poll(NULL, 0, 10);
	}
	ck_abort_msg("the worker does not end");
	return -1;
}

static const char *
read_all(int fd)
{
	static char	text[4096];
	size_t		len = 0;
	ssize_t		n;

	while (len < sizeof(text) - 1 &&
	    (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	while (len > 0 && (text[len - 1] == '\0' || text[len - 1] == '\n'))
		text[--len] = '\0';
	while (len-- > 0)
		if (text[len] == '\0')
			text[len] = ' ';
	return text;
}

const char *
peer_errors(struct peer *p)
{
	return read_all(p->err);
}

const char *
peer_proc(const struct peer *p, const char *name)
{
	const char	*text;
	char		 path[64];
	int		 fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)p->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ne(fd, -1);
	text = read_all(fd);
	close(fd);
	return text;
}
