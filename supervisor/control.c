#include <sys/resource.h>
#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/control.h"
#include "supervisor/control_client.h"
#include "supervisor/control_listen.h"
#include "supervisor/operation.h"

#define PAUSE_MS	1000		/* after a failed accept(2) */
#define AT_ONCE		64		/* taken in one turn of the loop */
#define CLIENT_SHARE	4		/* of our descriptors, a quarter */

struct control {
	struct supervisor	*sv;
	struct control_listen	 listen;
	struct loop_fd		 watch;
	struct loop_timer	 pause;
	struct clients		 clients;
	unsigned		 max;
};

unsigned
control_clients_max(void)
{
	struct rlimit	lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1 ||
	    lim.rlim_cur / CLIENT_SHARE >= CONTROL_CLIENTS_MAX)
		return CONTROL_CLIENTS_MAX;
	return (unsigned)(lim.rlim_cur / CLIENT_SHARE);
}

static void
watch_listener(struct control *k)
{
	if (k->listen.fd != -1)
		loop_fd_set(k->sv->rt.loop, &k->watch, k->listen.fd, POLLIN);
}

/* Our own uid, or root: the mode of the socket says the same. */
static int
peer_allowed(int fd)
{
	struct ucred	peer;
	socklen_t	len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1) {
		log_warn("control socket: a client without credentials");
		return 0;
	}
	if (peer.uid == geteuid() || peer.uid == 0)
		return 1;
	log_warnx("control socket: uid %u may not ask", (unsigned)peer.uid);
	return 0;
}

/* One too many is told so, if its buffer takes it, and goes at once. */
static void
turn_away(int fd)
{
	struct frame_writer	 out;
	struct buf		 b = BUF_INIT;
	json_object		*frame = op_refusal(EXIT_WAITING, "busy",
	    "mnemod has as many clients as it takes; ask again later");

	json_write(&b, frame);
	frame_writer_init(&out);
	if (frame_writer_push(&out, b.data, b.len) == FRAME_OK)
		frame_writer_flush(&out, fd);
	frame_writer_release(&out);
	buf_release(&b);
	json_object_put(frame);
	close(fd);
}

/* 0, or -1 if there is none to take. */
static int
take_one(struct control *k)
{
	int	fd = accept4(k->listen.fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1) {
		if (errno == EINTR || errno == ECONNABORTED)
			return 0;
		if (errno == EAGAIN)
			return -1;
		log_warn("control socket: waiting a second");
		loop_fd_del(&k->watch);
		loop_timer_set(k->sv->rt.loop, &k->pause,
		    mono_ms() + PAUSE_MS);
		return -1;
	}
	if (!peer_allowed(fd))
		close(fd);
	else if (k->clients.n >= k->max)
		turn_away(fd);
	else
		client_new(&k->clients, fd);
	return 0;
}

static void
accept_event(struct loop_fd *w, short revents, void *arg)
{
	int	n;

	(void)w;
	(void)revents;
	for (n = 0; n < AT_ONCE && take_one(arg) == 0; n++)
		;
}

static void
pause_over(struct loop_timer *t, void *arg)
{
	(void)t;
	watch_listener(arg);
}

/* The first place that takes it. */
static void
open_somewhere(struct control *k)
{
	const char	*dir = k->sv->paths->runtime;
	char		*path;
	int		 r = -1;

	if (dir != NULL && control_listen_directory(dir) == 0) {
		path = xasprintf("%s/%s", dir, CONTROL_NAME);
		r = control_listen_open(&k->listen, path);
		free(path);
	}
	if (r == -1) {
		path = state_dir_file(&k->sv->state, CONTROL_NAME);
		r = control_listen_open(&k->listen, path);
		free(path);
	}
	if (r == -1) {
		log_warnx("no control socket: while this supervisor runs, "
		    "mnemoctl can only look");
		return;
	}
	log_debug("control socket %s", k->listen.path);
	state_dir_say(&k->sv->state, k->listen.path);
}

struct control *
control_new(struct supervisor *sv)
{
	struct control	*k = xcalloc(1, sizeof(*k));

	k->sv = sv;
	k->listen.fd = -1;
	clients_init(&k->clients, sv);
	k->max = control_clients_max();
	loop_fd_init(&k->watch, accept_event, k);
	loop_timer_init(&k->pause, pause_over, k);
	open_somewhere(k);
	watch_listener(k);
	return k;
}

void
control_free(struct control *k)
{
	if (k == NULL)
		return;
	if (k->listen.fd != -1)
		accept_event(&k->watch, POLLIN, k);
	loop_fd_del(&k->watch);
	loop_timer_cancel(&k->pause);
	control_listen_close(&k->listen);
	clients_release(&k->clients);
	free(k);
}
