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
exec_worker(void (*before)(void))
{
	char	self[] = "/proc/self/exe", name[] = "worker";
	char	*argv[] = { name, NULL };
	char	grace[] = "MNEMOD_TEST_GRACE_MS=900";
	char	*pad = strdup(title_padding());
	/* LeakSanitizer needs what the sandbox refuses. */
	char	leaks[] = "ASAN_OPTIONS=detect_leaks=0";
	char	*envp[] = { pad, grace, leaks, NULL };

	if (before != NULL)
		before();
	execve(self, argv, envp);
	_exit(127);
}

void
peer_start(struct peer *p, void (*before)(void))
{
	int	err[2];

	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(fd_pipe(err), 0);
	p->pid = wire_fork(&p->wire, err[1]);
	if (p->pid == 0)
		exec_worker(before);
	close(err[1]);
	p->err = err[0];
	p->phase = PHASE_STARTING;
	signal(SIGPIPE, SIG_IGN);
}

void
peer_release(struct peer *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	wire_close(&p->wire);
	fd_close(&p->err);
}

void
peer_send(struct peer *p, enum msg_id id, json_object *body)
{
	const struct msg_head	head = { .id = id, .serial = ++p->serial };

	wire_send(&p->wire, &head, body);
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
	ck_assert_int_eq(fd_write_all(p->wire.to, data, len), 0);
}

/* The next frame; 0 at the end of the stream. */
static int
next_frame(struct peer *p, const char **text, size_t *len)
{
	enum frame_status	st;

	st = wire_next(&p->wire, PATIENCE_MS, text, len);
	ck_assert_msg(st != FRAME_MORE, "the worker says nothing");
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
