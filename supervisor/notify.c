#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/notify.h"

#define STATUS_MS	1000	/* between two, and until what was refused */
#define STATUS_MAX	256
#define BEAT_MIN_MS	10	/* however short the watchdog's time is */

/* What the manager was told last of our life, or is to be told next. */
enum notify_phase { PHASE_STARTING, PHASE_READY, PHASE_RELOADING,
    PHASE_STOPPING };

struct notify {
	struct loop		*loop;
	int			 fd;		/* -1: nobody listens */
	struct sockaddr_un	 to;
	socklen_t		 addrlen;
	char			 name[128];	/* of the socket, printable */
	int			 warned;
	enum notify_phase	 phase;
	int			 phase_due;	/* not told yet */
	char			 status[STATUS_MAX];
	int			 status_due;
	int64_t			 status_at;	/* the last one; -1: none */
	int			 beat_due;
	int64_t			 beat_ms;	/* 0: no watchdog */
	struct loop_timer	 beat;
	struct loop_timer	 later;
};

/* A failure is said once: the next may come every second. */
static void
warn_once(struct notify *n)
{
	if (n->warned)
		return;
	n->warned = 1;
	log_warn("%s: the service manager is not told what happens here",
	    n->name);
}

/*
 * Microseconds, as the manager counts them: milliseconds would lie before
 * the moment that it asked.
 */
static long long
mono_us(void)
{
	struct timespec	ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		log_fatal("clock_gettime");
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static void
phase_text(enum notify_phase phase, char *out, size_t size)
{
	switch (phase) {
	case PHASE_READY:
		strlcpy(out, "READY=1\n", size);
		break;
	case PHASE_RELOADING:
		snprintf(out, size, "RELOADING=1\nMONOTONIC_USEC=%lld\n",
		    mono_us());
		break;
	case PHASE_STOPPING:
		strlcpy(out, "STOPPING=1\n", size);
		break;
	case PHASE_STARTING:
	default:
		BUG("phase %d", (int)phase);
	}
}

static int
status_may_go(const struct notify *n)
{
	return n->status_due && (n->status_at == -1 ||
	    mono_ms() >= n->status_at + STATUS_MS);
}

/* Look again in a while. */
static void
put_off(struct notify *n)
{
	if (n->later.loop == NULL)
		loop_timer_set(n->loop, &n->later, mono_ms() + STATUS_MS);
}

/*
 * A full socket is no failure and has room soon.  One that is gone is not
 * tried again before there is something new to tell.
 */
static void
refused(struct notify *n)
{
	if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)
		put_off(n);
	else
		warn_once(n);
}

/* One datagram with all that may go now; what is refused stays due. */
static void
flush(struct notify *n)
{
	char	text[STATUS_MAX + 128], phase[64] = "";
	int	status = status_may_go(n), len;

	if (n->status_due && !status)
		put_off(n);
	if (!n->phase_due && !status && !n->beat_due)
		return;
	if (n->phase_due)
		phase_text(n->phase, phase, sizeof(phase));
	len = snprintf(text, sizeof(text), "%s%s%s%s%s", phase,
	    status ? "STATUS=" : "", status ? n->status : "",
	    status ? "\n" : "", n->beat_due ? "WATCHDOG=1\n" : "");
	if (len < 0 || (size_t)len >= sizeof(text))
		BUG("a datagram of %d bytes", len);
	if (sendto(n->fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&n->to, n->addrlen) == -1) {
		refused(n);
		return;
	}
	n->phase_due = n->beat_due = 0;
	if (status) {
		n->status_due = 0;
		n->status_at = mono_ms();
	}
}

static void
later_fired(struct loop_timer *t, void *arg)
{
	(void)t;
	flush(arg);
}

static void
beat_fired(struct loop_timer *t, void *arg)
{
	struct notify	*n = arg;

	loop_timer_set(n->loop, t, mono_ms() + n->beat_ms);
	n->beat_due = 1;
	flush(n);
}

/*
 * unix(7): a path, or with '@' in front a name that no file has.  Returns -1
 * for anything else.
 */
static int
set_address(struct notify *n, const char *value)
{
	size_t	len = strlen(value);

	if ((value[0] != '/' && value[0] != '@') || value[1] == '\0' ||
	    len >= sizeof(n->to.sun_path))
		return -1;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, value, len);
	n->addrlen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (value[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		n->addrlen++;
	return 0;
}

static void
open_socket(struct notify *n, const char *value)
{
	log_printable(n->name, sizeof(n->name), value, strlen(value));
	if (set_address(n, value) == -1) {
		log_warnx("NOTIFY_SOCKET=%s: expected an absolute path, or "
		    "@ and a name, below %zu bytes; the service manager is "
		    "not told what happens here", n->name,
		    sizeof(n->to.sun_path));
		return;
	}
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd == -1)
		warn_once(n);
}

/* Ours is a watchdog without WATCHDOG_PID, or with our pid in it. */
static void
set_watchdog(struct notify *n, const char *usec, const char *pid)
{
	char		 word[64];
	const char	*err = NULL;
	long long	 us;

	if (pid != NULL && (strtonum(pid, 1, INT_MAX, &err) != getpid() ||
	    err != NULL))
		return;
	us = strtonum(usec, 1, LLONG_MAX, &err);
	if (err != NULL) {
		log_printable(word, sizeof(word), usec, strlen(usec));
		log_warnx("WATCHDOG_USEC=%s: %s; no watchdog is served", word,
		    err);
		return;
	}
	n->beat_ms = us / 2000 < BEAT_MIN_MS ? BEAT_MIN_MS : us / 2000;
	loop_timer_set(n->loop, &n->beat, mono_ms() + n->beat_ms);
}

struct notify *
notify_new(struct loop *loop)
{
	struct notify	*n = xcalloc(1, sizeof(*n));
	const char	*socket = getenv("NOTIFY_SOCKET");
	const char	*usec = getenv("WATCHDOG_USEC");

	n->loop = loop;
	n->fd = -1;
	n->status_at = -1;
	loop_timer_init(&n->beat, beat_fired, n);
	loop_timer_init(&n->later, later_fired, n);
	if (socket != NULL && *socket != '\0')
		open_socket(n, socket);
	if (n->fd != -1 && usec != NULL)
		set_watchdog(n, usec, getenv("WATCHDOG_PID"));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return n;
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	loop_timer_cancel(&n->beat);
	loop_timer_cancel(&n->later);
	fd_close(&n->fd);
	free(n);
}

static void
enter(struct notify *n, enum notify_phase phase)
{
	n->phase = phase;
	if (n->fd == -1)
		return;
	n->phase_due = 1;
	flush(n);
}

void
notify_ready(struct notify *n)
{
	if (n->phase == PHASE_STARTING)
		enter(n, PHASE_READY);
}

void
notify_reloading(struct notify *n)
{
	if (n->phase == PHASE_READY)
		enter(n, PHASE_RELOADING);
}

void
notify_reloaded(struct notify *n)
{
	if (n->phase == PHASE_RELOADING)
		enter(n, PHASE_READY);
}

void
notify_stopping(struct notify *n)
{
	if (n->phase != PHASE_STOPPING)
		enter(n, PHASE_STOPPING);
}

void
notify_status(struct notify *n, const char *text)
{
	char	line[STATUS_MAX];

	if (n->fd == -1)
		return;
	log_printable(line, sizeof(line), text, strlen(text));
	if (strcmp(line, n->status) == 0)
		return;
	strlcpy(n->status, line, sizeof(n->status));
	n->status_due = 1;
	flush(n);
}
