#include <sys/timerfd.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/loop.h"

struct loop {
	TAILQ_HEAD(fd_list, loop_fd) fds;
	TAILQ_HEAD(timer_list, loop_timer) timers;
	struct {
		loop_signal_fn	*fn;
		void		*arg;
	}			 signals[NSIG];
	sigset_t		 open_mask;	/* inside ppoll(2) */
	struct pollfd		*poll;		/* of the running wake-up */
	struct loop_fd		**polled;	/* whose; NULL: gone since */
	size_t			 room;
	struct loop_fd		 boot;		/* timerfd of boot timers */
	int			 boot_fd;
	uint64_t		 wakeups;
};

/* Left by the handler, taken by the loop. */
static volatile sig_atomic_t	signal_marks[NSIG];

/* Our own faults: neither blocked nor taken. */
static const int faults[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV,
    SIGSYS, SIGTRAP };
/* What cannot be taken, and a terminal's job control. */
static const int untaken[] = { SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

static void
signal_mark(int signo)
{
	signal_marks[signo] = 1;
}

static int
is_among(int signo, const int *list, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (list[i] == signo)
			return 1;
	return 0;
}

/*
 * A handler for each signal, SIGPIPE too: SIG_IGN would pass through exec to
 * the workers.  What we inherited, ignored or blocked, ends here.
 */
static void
signals_take(struct loop *l)
{
	struct sigaction	sa = { .sa_handler = signal_mark };
	sigset_t		all;
	size_t			i;
	int			s;

	sigfillset(&all);
	for (i = 0; i < NELEM(faults); i++)
		sigdelset(&all, faults[i]);
	if (sigprocmask(SIG_SETMASK, &all, NULL) == -1)
		log_fatal("sigprocmask");
	sigemptyset(&l->open_mask);
	sigfillset(&sa.sa_mask);
	for (s = 1; s < NSIG; s++) {
		/* The C library keeps some below SIGRTMIN to itself. */
		if ((s > SIGSYS && s < SIGRTMIN) ||
		    is_among(s, faults, NELEM(faults)) ||
		    is_among(s, untaken, NELEM(untaken)))
			continue;
		if (sigaction(s, &sa, NULL) == -1)
			log_fatal("sigaction %d", s);
	}
}

static void boot_expired(struct loop_fd *, short, void *);

struct loop *
loop_new(void)
{
	struct loop	*l = xcalloc(1, sizeof(*l));

	TAILQ_INIT(&l->fds);
	TAILQ_INIT(&l->timers);
	signals_take(l);
	loop_fd_init(&l->boot, boot_expired, l);
	l->boot_fd = -1;
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	loop_fd_del(&l->boot);
	fd_close(&l->boot_fd);
	if (!TAILQ_EMPTY(&l->fds) || !TAILQ_EMPTY(&l->timers))
		BUG("the loop is freed while something is watched");
	free(l->poll);
	free(l->polled);
	free(l);
}

void
loop_signal(struct loop *l, int signo, loop_signal_fn *fn, void *arg)
{
	if (signo <= 0 || signo >= NSIG)
		BUG("signal %d", signo);
	l->signals[signo].fn = fn;
	l->signals[signo].arg = arg;
}

void
loop_fd_init(struct loop_fd *w, loop_fd_fn *fn, void *arg)
{
	*w = (struct loop_fd){ .fd = -1, .fn = fn, .arg = arg, .slot = -1 };
}

void
loop_fd_set(struct loop *l, struct loop_fd *w, int fd, short events)
{
	if (w->loop != NULL && (events == 0 || w->fd != fd))
		loop_fd_del(w);
	if (events == 0)
		return;
	w->fd = fd;
	w->events = events;
	if (w->loop == NULL) {
		w->loop = l;
		TAILQ_INSERT_TAIL(&l->fds, w, entry);
	}
}

void
loop_fd_del(struct loop_fd *w)
{
	if (w->loop == NULL)
		return;
	TAILQ_REMOVE(&w->loop->fds, w, entry);
	if (w->slot >= 0)
		w->loop->polled[w->slot] = NULL;
	w->slot = -1;
	w->loop = NULL;
	w->events = 0;
}

void
loop_timer_init(struct loop_timer *t, loop_timer_fn *fn, void *arg)
{
	*t = (struct loop_timer){ .clock = LOOP_MONO, .fn = fn, .arg = arg };
}

void
loop_timer_init_boot(struct loop_timer *t, loop_timer_fn *fn, void *arg)
{
	*t = (struct loop_timer){ .clock = LOOP_BOOT, .fn = fn, .arg = arg };
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t deadline)
{
	t->deadline = deadline;
	t->set_at = l->wakeups;
	if (t->loop != NULL)
		return;
	t->loop = l;
	TAILQ_INSERT_TAIL(&l->timers, t, entry);
}

void
loop_timer_cancel(struct loop_timer *t)
{
	if (t->loop == NULL)
		return;
	TAILQ_REMOVE(&t->loop->timers, t, entry);
	t->loop = NULL;
}

/* The earliest deadline on `clock', -1 if there is none. */
static int64_t
timers_next(const struct loop *l, enum loop_clock clock)
{
	const struct loop_timer	*t;
	int64_t			 next = -1;

	TAILQ_FOREACH(t, &l->timers, entry)
		if (t->clock == clock && (next == -1 || t->deadline < next))
			next = t->deadline;
	return next;
}

/* A timer that is due and was not set in this very wake-up. */
static struct loop_timer *
timers_due(const struct loop *l, int64_t mono, int64_t boot)
{
	struct loop_timer	*t;

	TAILQ_FOREACH(t, &l->timers, entry)
		if (t->deadline <= (t->clock == LOOP_MONO ? mono : boot) &&
		    t->set_at != l->wakeups)
			return t;
	return NULL;
}

/*
 * One that a callback sets again waits for the next wake-up, so that timers
 * cannot starve descriptors.
 */
static void
timers_fire(struct loop *l)
{
	struct loop_timer	*t;
	int64_t			 mono = mono_ms(), boot = boot_ms();

	while ((t = timers_due(l, mono, boot)) != NULL) {
		loop_timer_cancel(t);
		t->fn(t, t->arg);
	}
}

/* The timers themselves run in timers_fire(). */
static void
boot_expired(struct loop_fd *w, short revents, void *arg)
{
	uint64_t	n;

	(void)revents;
	(void)arg;
	if (read(w->fd, &n, sizeof(n)) == -1 && errno != EAGAIN)
		log_warn("timer of suspended time");
}

/*
 * poll(2) counts running time only; a timerfd wakes us when the earliest
 * boot timer passed while the machine slept.
 */
static void
boot_arm(struct loop *l)
{
	struct itimerspec	its = { 0 };
	int64_t			next = timers_next(l, LOOP_BOOT);

	if (next == -1) {
		loop_fd_del(&l->boot);
		return;
	}
	if (l->boot_fd == -1)
		l->boot_fd = timerfd_create(CLOCK_BOOTTIME,
		    TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->boot_fd == -1) {
		log_warn("timerfd: deadlines may pass late after a suspend");
		return;
	}
	/* Zero would disarm it. */
	its.it_value.tv_sec = next / 1000;
	its.it_value.tv_nsec = next % 1000 * 1000000 + (next == 0);
	if (timerfd_settime(l->boot_fd, TFD_TIMER_ABSTIME, &its, NULL) == -1)
		log_warn("timerfd_settime");
	loop_fd_set(l, &l->boot, l->boot_fd, POLLIN);
}

/* Milliseconds to wait: the nearest timer or `max_ms'; -1: no limit. */
static int
wait_ms(const struct loop *l, int max_ms)
{
	int64_t	boot = timers_next(l, LOOP_BOOT);
	int	ms = mono_timeout(timers_next(l, LOOP_MONO), mono_ms());
	int	boot_left = mono_timeout(boot, boot_ms());

	if (ms == -1 || (boot_left != -1 && boot_left < ms))
		ms = boot_left;
	if (ms == -1 || (max_ms != -1 && max_ms < ms))
		ms = max_ms;
	return ms;
}

/* List the watches for ppoll(2); returns their number. */
static nfds_t
poll_prepare(struct loop *l)
{
	struct loop_fd	*w;
	size_t		 n = 0, need = 0;

	TAILQ_FOREACH(w, &l->fds, entry)
		need++;
	if (need > l->room) {
		l->room = need * 2;
		l->poll = xreallocarray(l->poll, l->room, sizeof(*l->poll));
		l->polled = xreallocarray(l->polled, l->room,
		    sizeof(*l->polled));
	}
	TAILQ_FOREACH(w, &l->fds, entry) {
		l->poll[n] = (struct pollfd){ .fd = w->fd,
		    .events = w->events };
		l->polled[n] = w;
		w->slot = (long)n++;
	}
	return (nfds_t)n;
}

static void
signals_run(struct loop *l)
{
	int	s;

	for (s = 1; s < NSIG; s++) {
		if (!signal_marks[s])
			continue;
		signal_marks[s] = 0;
		/* Not a word otherwise: SIGPIPE may come from the log. */
		if (l->signals[s].fn != NULL)
			l->signals[s].fn(s, l->signals[s].arg);
	}
}

static void
fds_run(struct loop *l, nfds_t n)
{
	struct loop_fd	*w;
	nfds_t		 i;

	for (i = 0; i < n; i++) {
		w = l->polled[i];
		if (w == NULL)
			continue;
		w->slot = -1;
		if (l->poll[i].revents != 0)
			w->fn(w, l->poll[i].revents, w->arg);
	}
}

void
loop_run_once(struct loop *l, int max_ms)
{
	static const struct timespec	 zero;
	struct timespec			 ts;
	nfds_t				 n;
	int				 ms, ready;

	boot_arm(l);
	n = poll_prepare(l);
	ms = wait_ms(l, max_ms);
	ts.tv_sec = ms / 1000;
	ts.tv_nsec = ms % 1000 * 1000000L;
	ready = ppoll(l->poll, n, ms == -1 ? NULL : &ts, &l->open_mask);
	if (ready == -1 && errno != EINTR) {
		log_warn("ppoll: trying again in 100 ms");
		poll(NULL, 0, 100);
	}
	/*
	 * Timers must not fire before what came is read: after a SIGCONT they
	 * would take for silent who spoke while we were stopped.
	 */
	if (ready == -1)
		do
			ready = poll(l->poll, n, 0);
		while (ready == -1 && errno == EINTR);
	/*
	 * With a descriptor ready ppoll(2) returns without a look at signals:
	 * a busy worker would keep SIGTERM waiting.
	 */
	if (ready > 0)
		ppoll(NULL, 0, &zero, &l->open_mask);
	l->wakeups++;
	signals_run(l);
	fds_run(l, ready > 0 ? n : 0);
	timers_fire(l);
}

uint64_t
loop_wakeups(const struct loop *l)
{
	return l->wakeups;
}
