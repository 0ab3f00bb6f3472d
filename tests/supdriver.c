/*
 * The process core with fake workers, without store or configuration:
 *
 *	supdriver [-1] [-g script] [-l libexec] [-o key=value ...] worker ...
 *
 * A worker is "role[/name][*count][+]=script" (a plus: restartable), its
 * script as in fakeworker/main.c.  Every event is a line on standard output.
 *
 *	-1		stop when no process and no back-off is left, but the
 *			gateway's
 *	-g script	a relay, with a gateway that has this script
 *	grace ready drain silence progress rekill give_up	child_times
 *	base cap intensity period healthy	restart_policy
 *	starting=N	so many workers may start at once
 *	requests=N	N extract requests to each ready worker, one by one
 *	flood=N		N probes of 1 MiB to each ready worker
 *	stop_after=MS kill_after=MS	child_stop(), child_kill() on each
 */
#include <sys/mman.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>

#include "common/exitcode.h"
#include "common/fd.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "common/title.h"
#include "supervisor/exe.h"
#include "supervisor/relay.h"
#include "supervisor/stop.h"

#define WORKERS_MAX 1000

struct driver {
	struct children_config	 config;
	struct children		*children;
	struct child		*child[WORKERS_MAX];
	long long		 left[WORKERS_MAX];	/* requests */
	int			 nchildren;
	struct loop_timer	 stop_timer, kill_timer;
	long long		 requests, flood, stop_after, kill_after;
	int			 once;
	const char		*gateway;	/* its script; NULL: none */
	struct relay		*relay;
	unsigned		 admitted, settled, lost;
};

static struct driver	driver;

static struct driver_key {
	const char	*name;
	int64_t		*wide;
	long long	*plain;
} keys[] = {
	{ "grace", &driver.config.times.grace, NULL },
	{ "ready", &driver.config.times.ready, NULL },
	{ "drain", &driver.config.times.drain, NULL },
	{ "silence", &driver.config.times.silence, NULL },
	{ "progress", &driver.config.times.progress[ROLE_EXTRACT], NULL },
	{ "rekill", &driver.config.times.rekill, NULL },
	{ "give_up", &driver.config.times.give_up, NULL },
	{ "base", &driver.config.restart.base, NULL },
	{ "cap", &driver.config.restart.cap, NULL },
	{ "period", &driver.config.restart.period, NULL },
	{ "healthy", &driver.config.restart.healthy, NULL },
	{ "requests", NULL, &driver.requests },
	{ "flood", NULL, &driver.flood },
	{ "stop_after", NULL, &driver.stop_after },
	{ "kill_after", NULL, &driver.kill_after },
};
#define NKEYS (sizeof(keys) / sizeof(keys[0]))

static void event(const char *, ...) __attribute__((format(printf, 1, 2)));

/* A line on standard output, whatever interrupts it. */
static void
event(const char *fmt, ...)
{
	char	line[4096];
	va_list	ap;
	int	n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - 1)
		n = (int)sizeof(line) - 2;
	line[n] = '\n';
	fd_write_all(STDOUT_FILENO, line, (size_t)n + 1);
}

static void
usage(void)
{
	fprintf(stderr, "usage: supdriver [-1v] [-g script] [-l libexec] [-o key=value] "
	    "worker ...\n");
	exit(EXIT_USAGE);
}

static void
set_key(char *arg)
{
	char		*value = strchr(arg, '=');
	const char	*fault;
	long long	 n;
	size_t		 i;

	if (value == NULL)
		usage();
	*value++ = '\0';
	n = strtonum(value, 0, INT32_MAX, &fault);
	if (fault != NULL)
		log_fatalx("%s: %s", arg, fault);
	if (strcmp(arg, "intensity") == 0) {
		driver.config.restart.intensity = (unsigned)n;
		return;
	}
	if (strcmp(arg, "starting") == 0) {
		driver.config.starting = (unsigned)n;
		return;
	}
	for (i = 0; i < NKEYS; i++) {
		if (strcmp(keys[i].name, arg) != 0)
			continue;
		if (keys[i].wide != NULL)
			*keys[i].wide = n;
		else
			*keys[i].plain = n;
		return;
	}
	usage();
}

static int
child_index(const struct child *c)
{
	int	i;

	for (i = 0; i < driver.nchildren; i++)
		if (driver.child[i] == c)
			return i;
	BUG("an unknown child");
}

static void
ask(struct child *c)
{
	struct msg_head	 head = { .id = MSG_EXTRACT };
	json_object	*o = json_object_new_object();

	json_set_str(o, "source", "fake");
	json_set_str(o, "path", "/fake");
	json_set_int(o, "budget_bytes", 1);
	if (child_request(c, &head, o) == -1)
		event("refused %s", child_label(c));
}

/* Fill the worker's queue: it is the bound that must hold. */
static void
flood(struct child *c)
{
	struct msg_head	 head = { .id = MSG_PROBE };
	json_object	*o;
	char		*text = xcalloc(1, 1024 * 1024);
	long long	 i;

	memset(text, 'x', 1024 * 1024 - 1);
	for (i = 0; i < driver.flood; i++) {
		o = json_object_new_object();
		json_set_str(o, "text", text);
		if (child_request(c, &head, o) == -1)
			break;
	}
	event("flooded %s %lld", child_label(c), i);
	free(text);
}

static void
on_ready(struct child *c, void *arg)
{
	(void)arg;
	event("ready %s", child_label(c));
	driver.left[child_index(c)] = driver.requests;
	if (child_role(c) != ROLE_EXTRACT)
		return;
	if (driver.flood > 0)
		flood(c);
	if (driver.requests > 0)
		ask(c);
}

static void
on_message(struct child *c, const struct msg *m, void *arg)
{
	long long	*left = &driver.left[child_index(c)];

	(void)arg;
	if (driver.requests <= 10)
		event("message %s %s %lld", child_label(c),
		    msg_table[m->id].name, (long long)m->serial);
	if (--*left > 0)
		ask(c);
	else if (*left == 0)
		event("done %s", child_label(c));
}

/* The relay's clerk: all is allowed, and counted. */
static unsigned
clerk_credits(const struct child *c, void *arg)
{
	(void)arg;
	return child_role(c) == ROLE_EXTRACT ? 8 : 1;
}

static const char *
clerk_accept(struct relay_ask *q, const struct child *c, void *arg)
{
	(void)q;
	(void)c;
	(void)arg;
	return NULL;
}

static enum relay_admit
clerk_admit(struct relay_ask *q, struct relay_order *o,
    struct relay_answer *a, void *arg)
{
	(void)q;
	(void)a;
	(void)arg;
	driver.admitted++;
	q->ledger = 1;
	o->body = json_object_new_object();
	json_set_str(o->body, "purpose", q->agent ? "agent" : "stage_one");
	return ADMIT_SEND;
}

static void
clerk_settle(struct relay_ask *q, const struct msg *m,
    struct relay_answer *a, void *arg)
{
	const char	*error = m == NULL ? "transport" :
			    json_str(m->body, "error");

	(void)arg;
	driver.settled += (unsigned)q->ledger;
	q->ledger = 0;
	driver.lost += m == NULL;
	a->error = error == NULL ? MODEL_NONE : model_error_by_name(error);
	a->retry_ms = 10;
}

static json_object *
clerk_settings(void *arg)
{
	json_object	*o = json_object_new_object();

	(void)arg;
	json_set_str(o, "script", driver.gateway);
	return o;
}

static void
clerk_reply(const struct msg *m, void *arg)
{
	(void)arg;
	event("reply %s", msg_table[m->id].name);
}

static void
clerk_ready(void *arg)
{
	(void)arg;
	event("ready the gateway");
}

static void
start_relay(struct loop *l)
{
	static const struct relay_clerk	clerk = { clerk_credits, clerk_accept,
	    clerk_admit, clerk_settle, clerk_settings, clerk_reply, clerk_ready,
	    NULL };

	if (driver.gateway == NULL)
		return;
	driver.relay = relay_new(l, driver.children, &clerk);
	relay_start(driver.relay);
}

static void
end_relay(void)
{
	if (driver.relay == NULL)
		return;
	event("relay admitted=%u settled=%u lost=%u waiting=%u",
	    driver.admitted, driver.settled, driver.lost,
	    relay_waiting(driver.relay));
	relay_free(driver.relay);
}

static const char *
next_name(enum child_next next)
{
	return next == CHILD_RESTARTS ? "restarts" :
	    next == CHILD_FAILED ? "failed" : "gone";
}

static void
on_ended(struct child *c, const struct child_end *e, void *arg)
{
	static const char *const causes[] = { "none", "spawn", "exit",
	    "stopped", "protocol", "version", "stuck" };

	(void)arg;
	event("ended %s next=%s cause=%s bye=%d fds=%d: %s",
	    child_label(c), next_name(e->next), causes[e->cause], e->bye,
	    fd_count(), e->text);
	if (e->next == CHILD_GONE)
		driver.child[child_index(c)] = NULL;
}

static const struct child_ops ops = { on_ready, on_message, NULL, on_ended };

/* A descriptor with the script, to be FD_PEER_LOCK. */
static int
script_fd(const char *script)
{
	int	fd = memfd_create("script", MFD_CLOEXEC);

	if (fd == -1 || fd_write_all(fd, script, strlen(script)) == -1)
		log_fatal("memfd");
	return fd;
}

/* "role[/name][*count][+]=script"; a name may hold anything but "=". */
static void
start(char *arg)
{
	struct child_spec	 spec = { .root_fd = -1, .ops = &ops };
	char			*script = strchr(arg, '='), *p;
	int			 count = 1;

	if (script == NULL)
		usage();
	*script++ = '\0';
	p = arg + strlen(arg);
	if (p > arg && p[-1] == '+') {
		spec.restartable = 1;
		*--p = '\0';
	}
	if ((p = strrchr(arg, '*')) != NULL) {
		count = atoi(p + 1);
		*p = '\0';
	}
	if ((p = strchr(arg, '/')) != NULL) {
		*p++ = '\0';
		spec.name = p;
	}
	spec.role = role_by_name(arg);
	if (spec.role == ROLE__MAX)
		usage();
	spec.peer_lock_fd = script_fd(script);
	for (; count > 0 && driver.nchildren < WORKERS_MAX; count--) {
		spec.settings = json_object_new_object();
		driver.child[driver.nchildren++] =
		    child_start(driver.children, &spec);
	}
}

static void
end_each(struct loop_timer *t, void *arg)
{
	int	i;

	(void)arg;
	for (i = 0; i < driver.nchildren; i++) {
		if (driver.child[i] == NULL)
			continue;
		if (t == &driver.stop_timer)
			child_stop(driver.child[i], "stop_after");
		else
			child_kill(driver.child[i], "kill_after");
	}
}

static void
signal_seen(int signo, void *arg)
{
	(void)arg;
	event("signal %d", signo);
}

/* Anything that still can change by itself? */
static int
all_settled(void)
{
	unsigned	s, n = 0;

	for (s = 0; s < CS__MAX; s++)
		if (s != CS_FAILED)
			n += children_count(driver.children,
			    (enum child_state)s);
	/* The gateway stays as long as somebody may ask. */
	return n == (driver.relay != NULL);
}

static int
run(struct loop *l)
{
	struct stop	stop;
	unsigned	bad;

	stop_init(&stop, l, driver.children);
	loop_signal(l, SIGHUP, signal_seen, NULL);
	loop_signal(l, SIGUSR1, signal_seen, NULL);
	while (!children_over(driver.children)) {
		loop_run_once(l, -1);
		if (driver.once && all_settled() &&
		    !children_stopping(driver.children))
			stop_request(&stop, "nothing left");
	}
	bad = children_unkillable(driver.children);
	end_relay();
	event("over wakeups=%llu fds=%d",
	    (unsigned long long)loop_wakeups(l), fd_count());
	loop_timer_cancel(&driver.stop_timer);
	loop_timer_cancel(&driver.kill_timer);
	return bad > 0 ? EXIT_UNKILLABLE : EXIT_OK;
}

static void
timers(struct loop *l)
{
	loop_timer_init(&driver.stop_timer, end_each, NULL);
	loop_timer_init(&driver.kill_timer, end_each, NULL);
	if (driver.stop_after > 0)
		loop_timer_set(l, &driver.stop_timer,
		    mono_ms() + driver.stop_after);
	if (driver.kill_after > 0)
		loop_timer_set(l, &driver.kill_timer,
		    mono_ms() + driver.kill_after);
}

int
main(int argc, char **argv, char **envp)
{
	const char	*libexec = "libexec";
	struct buf	 why = BUF_INIT;
	struct exe_set	 exes;
	unsigned	 r;
	int		 ch, status;

	if (fd_sanitize_std() == -1)
		return EXIT_STATE;
	title_reexec(argv);
	title_init(argc, argv, envp, "supdriver");
	children_config_init(&driver.config);
	while ((ch = getopt(argc, argv, "1g:l:o:v")) != -1)
		switch (ch) {
		case '1':
			driver.once = 1;
			break;
		case 'g':
			driver.gateway = optarg;
			break;
		case 'l':
			libexec = optarg;
			break;
		case 'o':
			set_key(optarg);
			break;
		case 'v':
			log_verbose(1);
			break;
		default:
			usage();
		}
	exe_set_init(&exes);
	for (r = 0; r < ROLE__MAX; r++)
		if (exe_open(&exes, (enum role)r, libexec, &why) == -1) {
			log_warnx("%s", buf_str(&why));
			buf_reset(&why);
		}
	buf_release(&why);
	driver.config.exes = &exes;
	driver.config.loop = loop_new();
	driver.children = children_new(&driver.config);
	start_relay(driver.config.loop);
	timers(driver.config.loop);
	for (; optind < argc; optind++)
		start(argv[optind]);
	status = run(driver.config.loop);
	children_free(driver.children);
	loop_free(driver.config.loop);
	exe_set_release(&exes);
	return status;
}
