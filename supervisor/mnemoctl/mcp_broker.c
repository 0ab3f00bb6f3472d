#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/frame.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/control_address.h"
#include "supervisor/mnemoctl/mcp_channel.h"
#include "supervisor/state_dir.h"

#define USE_MS		5000	/* for a use */
#define NOTE_MS		30000	/* for a note; clients wait 60 s or so */

struct broker {
	const struct config	*config;
	int			 channel;
	int			 silent;	/* said: no supervisor */
};

/* One request and what became of it. */
struct asking {
	struct broker		*broker;
	int			 fd;
	int64_t			 deadline;	/* mono_ms() */
	char			*waits;		/* for what, or NULL */
	struct frame_reader	 in;
	struct frame_writer	 out;
	json_object		*answer;	/* with "result" or "error" */
};

/* The control socket of the supervisor that holds the state, or -1. */
static int
reach(const struct config *c)
{
	struct state_holder	h;
	int			fd = -1;

	if (!state_dir_holder(c->state, &h))
		return -1;
	if (h.how != NULL && h.how[0] == '/')
		fd = control_connect(h.how, SOCK_NONBLOCK);
	state_holder_release(&h);
	return fd;
}

int
mcp_broker_reaches(const struct config *c)
{
	int	fd = reach(c), there = fd != -1;

	fd_close(&fd);
	return there;
}

/*
 * Wait for the socket, not longer than the other side lives: 1, or 0.  (Its
 * death could not be a signal: Landlock keeps the sandboxed from sending.)
 */
static int
wait_for(const struct asking *a, short events)
{
	int64_t		left = a->deadline - mono_ms();
	struct pollfd	p[2] = {
		{ .fd = a->fd, .events = events },
		{ .fd = a->broker->channel, .events = 0 }
	};
	int		n;

	if (left <= 0)
		return 0;
	n = poll(p, 2, (int)left);
	if (n == -1)
		return errno == EINTR;
	return n > 0 && p[1].revents == 0;
}

/* Takes over the frame.  Progress is no answer, but tells what goes on. */
static void
take_frame(struct asking *a, json_object *frame)
{
	const char	*progress = json_str(frame, "progress");

	if (progress == NULL) {
		a->answer = frame;
		return;
	}
	free(a->waits);
	a->waits = xstrdup(progress);
	json_object_put(frame);
}

static void
read_answer(struct asking *a)
{
	enum frame_status	 st = FRAME_OK;
	const char		*text;
	size_t			 len;

	while (a->answer == NULL && wait_for(a, POLLIN)) {
		st = frame_reader_fill(&a->in, a->fd);
		if (st == FRAME_ERROR)
			return;
		while (a->answer == NULL && (st = frame_reader_next(&a->in,
		    &text, &len)) == FRAME_OK)
			take_frame(a, json_parse(text, len, JSON_DEPTH,
			    NULL));
		if (st != FRAME_MORE && st != FRAME_OK)
			return;
	}
}

static int
write_request(struct asking *a, json_object *request)
{
	struct buf		 b = BUF_INIT;
	char			 state[CONTROL_STATE_SIZE];
	enum frame_status	 st;

	if (control_state_id(a->broker->config->state, state) == -1)
		return -1;
	json_set_str(request, "state", state);
	json_write(&b, request);
	st = frame_writer_push(&a->out, b.data, b.len);
	buf_wipe(&b);
	if (st != FRAME_OK)
		return -1;
	while ((st = frame_writer_flush(&a->out, a->fd)) == FRAME_MORE &&
	    wait_for(a, POLLOUT))
		;
	return st == FRAME_OK ? 0 : -1;
}

/* What to tell where the supervisor did not answer. */
static void
say_silence(const struct asking *a, struct buf *why)
{
	if (a->fd == -1)
		buf_addstr(why, "nothing was noted: no mnemod supervisor "
		    "runs; start mnemod, then ask again");
	else if (a->waits != NULL)
		buf_addf(why, "nothing was noted (%s); ask again in some "
		    "minutes", a->waits);
	else
		buf_addstr(why, "the supervisor gave no answer in time; it "
		    "may still note it, so look with list below "
		    "extensions/ad_hoc/notes before you ask again");
}

/* Ask; the answer, or NULL with `why', which may be NULL. */
static json_object *
ask(struct broker *b, json_object *request, int64_t ms, struct buf *why)
{
	struct asking	a = { .broker = b, .deadline = mono_ms() + ms };

	a.fd = reach(b->config);
	frame_reader_init(&a.in);
	frame_writer_init(&a.out);
	if (a.fd != -1 && write_request(&a, request) == 0)
		read_answer(&a);
	if (a.answer == NULL && why != NULL)
		say_silence(&a, why);
	frame_reader_release(&a.in);
	frame_writer_release(&a.out);
	fd_close(&a.fd);
	free(a.waits);
	return a.answer;
}

/* {"command", "args": {key: value}} */
static json_object *
request_new(const char *command, const char *key, const char *value)
{
	json_object	*o = json_object_new_object();
	json_object	*args = json_object_new_object();

	json_set_str(o, "command", command);
	json_set_str(args, key, value);
	json_set(o, "args", args);
	return o;
}

static void
send_use(struct broker *b, const char *thread_id)
{
	json_object	*request = request_new("use", "thread_id", thread_id);
	json_object	*answer = ask(b, request, USE_MS, NULL);

	json_object_put(request);
	if (answer == NULL && !b->silent)
		log_warnx("no supervisor answers: what is read is not counted "
		    "as used until one does");
	else if (answer != NULL && b->silent)
		log_info("the supervisor answers again");
	b->silent = answer == NULL;
	json_object_put(answer);
}

static void
send_note(struct broker *b, json_object *packet)
{
	json_object	*request = request_new("remember", "text",
	    json_str(packet, "remember"));
	json_object	*answer, *reply = json_object_new_object();
	struct buf	 why = BUF_INIT;

	json_set_str(json_obj(request, "args"), "memory",
	    json_str(packet, "memory"));
	answer = ask(b, request, hook_ms("NOTE", NOTE_MS), &why);
	json_object_put(request);
	if (json_obj(answer, "result") != NULL)
		json_set_str(reply, "path",
		    json_str(json_obj(answer, "result"), "path"));
	else if (answer != NULL)
		json_set_str(reply, "error",
		    json_str(json_obj(answer, "error"), "message"));
	else
		json_set_str(reply, "error", buf_str(&why));
	buf_release(&why);
	json_object_put(answer);
	(void)mcp_packet_send(b->channel, reply);
	json_object_put(reply);
}

/* Until the other side ends, or sends what it should not. */
static void
serve(struct broker *b)
{
	json_object	*packet;

	while ((packet = mcp_packet_read(b->channel)) != NULL) {
		if (json_str(packet, "use") != NULL)
			send_use(b, json_str(packet, "use"));
		else if (json_str(packet, "remember") != NULL)
			send_note(b, packet);
		json_object_put(packet);
	}
}

/* The client's pipes are the other side's alone. */
static void
leave_client(void)
{
	int	fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1 || dup2(fd, 0) == -1 || dup2(fd, 1) == -1)
		_exit(1);
	close(fd);
}

pid_t
mcp_broker_start(const struct config *config, int *channel)
{
	struct broker	b = { .config = config };
	int		pair[2];
	pid_t		pid;

	*channel = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	pid = fork();
	if (pid == -1) {
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	if (pid != 0) {
		close(pair[1]);
		*channel = pair[0];
		(void)fd_nonblock(pair[0], 1);
		return pid;
	}
	close(pair[0]);
	signal(SIGPIPE, SIG_IGN);
	leave_client();
	b.channel = pair[1];
	serve(&b);
	_exit(0);
}
