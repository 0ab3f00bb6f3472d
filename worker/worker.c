#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "exitcode.h"
#include "hook.h"
#include "json.h"
#include "log.h"
#include "monotime.h"
#include "sandbox_table.h"
#include "title.h"
#include "worker_int.h"
#include "worker_process.h"

/* How long the last messages may take; the stop ladder waits longer. */
#define BYE_MS		1000
#define STATE_SIZE	96

void *
worker_data(struct worker *w)
{
	return w->data;
}

void
worker_set_data(struct worker *w, void *data)
{
	w->data = data;
}

/* Asked to end?  A look at flags only, no system call. */
static int
worker_stopping(const struct worker *w)
{
	return link_ended(&w->link);
}

void
worker_progress(struct worker *w, int64_t n)
{
	w->link.progress += n;
}

int
worker_tick(struct worker *w)
{
	link_tick(&w->link);
	return link_ended(&w->link);
}

void
worker_flush(struct worker *w)
{
	link_finish(&w->link, 0);
}

int
worker_sleep(struct worker *w, int64_t ms)
{
	int64_t	deadline = mono_ms() + ms, now;
	int	wait, alive;

	while ((now = mono_ms()) < deadline && !link_ended(&w->link)) {
		wait = mono_timeout(deadline, now);
		alive = link_alive_timeout(&w->link);
		link_wait(&w->link, alive < wait ? alive : wait);
		link_alive_due(&w->link);
	}
	return link_ended(&w->link);
}

static void
title_show(struct worker *w, const char *state)
{
	const char	*role = role_name(w->role->role);

	if (!w->title_full)
		title_set("%s", role);
	else if (w->name[0] == '\0' || strcmp(w->name, role) == 0)
		title_set("%s [%s]", role, state);
	else
		title_set("%s %s [%s]", role, w->name, state);
}

void
worker_title(struct worker *w, const char *fmt, ...)
{
	char	state[STATE_SIZE];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(state, sizeof(state), fmt, ap);
	va_end(ap);
	title_show(w, state);
}

void
worker_busy(struct worker *w, const char *fmt, ...)
{
	char	state[STATE_SIZE];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(state, sizeof(state), fmt, ap);
	va_end(ap);
	if (!w->busy)
		w->link.alive_at = mono_ms();
	w->busy = 1;
	title_show(w, state);
}

void
worker_idle(struct worker *w)
{
	w->busy = 0;
	title_show(w, "ready");
}

/*
 * Records go to the supervisor as messages from `configure' on; before it,
 * and while such a message is being sent, to standard error.
 */
static void
log_to_supervisor(enum log_level level, const char *line, void *arg)
{
	struct worker	*w = arg;
	json_object	*body;

	if (w->link.logging || w->link.end == LINK_VANISHED) {
		log_set_sink(NULL, NULL);
		log_at(level, "%s", line);
		log_set_sink(log_to_supervisor, w);
		return;
	}
	w->link.logging = 1;
	body = json_object_new_object();
	json_set_str(body, "level", log_level_name(level));
	json_set_str(body, "text", line);
	worker_send(w, MSG_LOG, body);
	w->link.logging = 0;
}

static void
send_hello(struct worker *w)
{
	json_object	*body = json_object_new_object();

	json_set_int(body, "protocol", MSG_PROTOCOL);
	json_set_str(body, "version", MNEMOD_VERSION);
	json_set_str(body, "role", role_name(w->role->role));
	json_set_int(body, "pid", getpid());
	worker_send(w, MSG_HELLO, body);
}

static void
send_ready(struct worker *w, const struct sandbox_report *report)
{
	json_object	*body = json_object_new_object();
	json_object	*sandbox = json_object_new_object();
	json_object	*missing = json_object_new_array();
	size_t		 i;

	for (i = 0; i < report->nmissing; i++)
		json_push_str(missing, report->missing[i]);
	json_set_int(sandbox, "landlock", report->landlock);
	json_set_bool(sandbox, "seccomp", report->seccomp);
	json_set(sandbox, "not_available", missing);
	json_set(body, "sandbox", sandbox);
	worker_send(w, MSG_READY, body);
}

/* The settings that all roles have. */
static int
settings_common(struct worker *w, json_object *settings, char *why,
    size_t whysize)
{
	const char	*mode = json_str(settings, "sandbox");
	const char	*titles = json_str(settings, "process_titles");
	const char	*name = json_str(settings, "name");
	const char	*crash_at = json_str(settings, "crash_at");

	if (mode == NULL || sandbox_mode_parse(mode, &w->sandbox) == -1) {
		snprintf(why, whysize, "sandbox: expected required, "
		    "best-effort or off");
		return -1;
	}
	if (name != NULL &&
	    strlcpy(w->name, name, sizeof(w->name)) >= sizeof(w->name)) {
		snprintf(why, whysize, "name: longer than %d bytes",
		    NAME_SIZE - 1);
		return -1;
	}
	w->title_full = titles == NULL || strcmp(titles, "role") != 0;
	log_verbose(json_flag(settings, "verbose", 0));
	wall_set_offset(json_int(settings, "now_offset_ms", 0));
	if (crash_at != NULL)
		hook_crash_at(crash_at);
	return 0;
}

/* Returns 0, or the exit status with the reason in `why'. */
static enum worker_exit
configure(struct worker *w, char *why, size_t whysize)
{
	json_object	*body = w->link.configure.body;
	json_object	*settings = json_obj(body, "settings");
	const char	*role = json_str(body, "role");

	if (role == NULL || role_by_name(role) != w->role->role) {
		snprintf(why, whysize, "configure is for another role");
		return WEXIT_PROTOCOL;
	}
	if (settings_common(w, settings, why, whysize) == -1)
		return WEXIT_CONFIG;
	title_show(w, "starting");
	if (w->role->configure(w, settings, why, whysize) == -1)
		return WEXIT_CONFIG;
	return WEXIT_OK;
}

/* Close the sandbox; `ready' tells what of it there is. */
static enum worker_exit
enclose(struct worker *w, char *why, size_t whysize)
{
	struct sandbox		sb;
	struct sandbox_report	report;

	cost_open(&w->cost);
	sandbox_init(&sb, &sandbox_table[w->role->role], w->sandbox);
	if (w->role->rights != NULL)
		w->role->rights(w, &sb);
	if (sandbox_apply(&sb, &report, why, whysize) == -1)
		return WEXIT_SANDBOX;
	w->link.phase = PHASE_READY;
	send_ready(w, &report);
	worker_idle(w);
	return WEXIT_OK;
}

/* From hello to ready.  Returns the exit status if it does not come to it. */
static enum worker_exit
worker_start(struct worker *w)
{
	char			why[256] = "no reason given";
	enum worker_exit	status;

	title_show(w, "starting");
	send_hello(w);
	while (w->link.configure.body == NULL && !worker_stopping(w))
		link_wait(&w->link, -1);
	if (w->link.configure.body == NULL)
		return WEXIT_OK;
	log_set_sink(log_to_supervisor, w);
	status = configure(w, why, sizeof(why));
	msg_release(&w->link.configure);
	if (status == WEXIT_OK)
		status = enclose(w, why, sizeof(why));
	if (status != WEXIT_OK)
		log_at(LOG_LEVEL_FATAL, "%s", why);
	return status;
}

/* Wait for pipes and role, at most `ms' (-1: no bound). */
static void
worker_wait(struct worker *w, int ms)
{
	struct worker_watch	watch = { NULL, 0, -1 };

	if (w->role->watch != NULL)
		w->role->watch(w, &watch);
	if (watch.ms >= 0 && (ms < 0 || watch.ms < ms))
		ms = watch.ms;
	link_wait_with(&w->link, watch.fds, watch.n, ms);
	if (w->busy)
		link_alive_due(&w->link);
	if (w->role->watch != NULL)
		w->role->watched(w);
}

static void
worker_loop(struct worker *w)
{
	struct msg	m;

	while (!worker_stopping(w)) {
		if (link_next(&w->link, &m)) {
			w->role->message(w, &m);
			msg_release(&m);
			link_tick(&w->link);
			if (w->role->watch != NULL)
				worker_wait(w, 0);
		} else if (w->role->step != NULL && w->role->step(w)) {
			link_tick(&w->link);
		} else
			worker_wait(w, w->busy ?
			    link_alive_timeout(&w->link) : -1);
	}
}

static void
send_metric(struct worker *w, const char *name, int64_t value)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "name", name);
	json_set_int(body, "value", value);
	worker_send(w, MSG_METRIC, body);
}

/* Last words, if there is anybody to hear them. */
static enum worker_exit
worker_end(struct worker *w)
{
	if (w->link.end == LINK_BROKEN) {
		link_finish(&w->link, BYE_MS);
		return WEXIT_PROTOCOL;
	}
	if (w->link.phase == PHASE_READY) {
		w->link.phase = PHASE_STOPPING;
		title_show(w, "stopping");
		if (w->role->stop != NULL)
			w->role->stop(w);
		cost_each(&w->cost, send_metric, w);
	}
	worker_send(w, MSG_BYE, NULL);
	link_finish(&w->link, BYE_MS);
	return w->link.end == LINK_VANISHED ? WEXIT_ORPHAN : WEXIT_OK;
}

int
worker_main(int argc, char **argv, char **envp,
    const struct worker_role *role)
{
	struct worker		w;
	enum worker_exit	status;

	memset(&w, 0, sizeof(w));
	w.role = role;
	w.title_full = 1;
	w.cost.smaps = w.cost.status = -1;
	title_init(argc, argv, envp, role_comm(role->role));
	if (process_init(role->role) == -1)
		return WEXIT_ERROR;
	link_init(&w.link, role->role);
	status = worker_start(&w);
	if (status == WEXIT_OK) {
		worker_loop(&w);
		status = worker_end(&w);
	} else
		link_finish(&w.link, BYE_MS);
	log_set_sink(NULL, NULL);
	if (role->release != NULL)
		role->release(&w);
	cost_close(&w.cost);
	link_release(&w.link);
	return (int)status;
}
