#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/child_int.h"

#define COST_MAX ((int64_t)1 << 40)	/* 35 years in ms; a PiB in KiB */

typedef void life_fn(struct child *, const struct msg *);

void
dispatch_error(struct child *c, const char *fmt, ...)
{
	char	why[sizeof(c->proc.why)];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	log_warnx("%s: protocol error: %s; the worker is ended", c->label,
	    why);
	child_blame(c, CAUSE_PROTOCOL, "protocol error: %s", why);
	process_close_from(&c->proc);
	child_event(c, EV_BAD);
}

/*
 * Where the conversation is.  A worker that is told to end before it is
 * ready may still say what it was about to say.
 */
static enum msg_phase
phase(const struct child *c)
{
	if (c->proc.ready_at >= 0)
		return c->state == CS_READY ? PHASE_READY : PHASE_STOPPING;
	return c->proc.greeted ? PHASE_GREETED : PHASE_STARTING;
}

static void
configure(struct child *c)
{
	struct msg_head	 head = { .id = MSG_CONFIGURE };
	json_object	*body = json_object_new_object();

	head.serial = requests_open(&c->proc.requests, head.id);
	json_set_str(body, "role", role_name(c->spec.role));
	json_set(body, "settings", json_object_get(c->spec.settings));
	process_send(c, &head, body);
}

static void
take_hello(struct child *c, const struct msg *m)
{
	const char	*version = json_str(m->body, "version");
	const char	*role = json_str(m->body, "role");
	int64_t		 protocol = json_int(m->body, "protocol", -1);

	if (strcmp(role, role_name(c->spec.role)) != 0 ||
	    json_int(m->body, "pid", -1) != c->proc.was) {
		dispatch_error(c, "hello from %s, process %lld", role,
		    (long long)json_int(m->body, "pid", -1));
		return;
	}
	if (protocol != MSG_PROTOCOL ||
	    strcmp(version, c->set->config.version) != 0) {
		log_warnx("%s: it is version %s (protocol %lld), the "
		    "supervisor is %s (protocol %d); install both again",
		    c->label, version, (long long)protocol,
		    c->set->config.version, MSG_PROTOCOL);
		child_blame(c, CAUSE_VERSION, "version %s, protocol %lld",
		    version, (long long)protocol);
		process_close_from(&c->proc);
		child_event(c, EV_BAD);
		return;
	}
	c->proc.greeted = 1;
	if (c->state == CS_STARTING)
		configure(c);
}

static void
take_ready(struct child *c, const struct msg *m)
{
	c->proc.sandbox = json_object_get(json_obj(m->body, "sandbox"));
	c->proc.ready_at = mono_ms();
	child_event(c, EV_READY);
}

static void
take_alive(struct child *c, const struct msg *m)
{
	liveness_alive(&c->proc.live, json_int(m->body, "progress", 0),
	    mono_ms());
}

static void
take_log(struct child *c, const struct msg *m)
{
	errlog_record(&c->proc.errlog, c->label, json_str(m->body, "level"),
	    json_str(m->body, "text"));
}

/* What it cost, in its own words: no more is believed than can be. */
static void
tally(struct child *c, const char *name, int64_t value)
{
	struct children_tally	*t = &c->set->tally[c->spec.role];

	if (value < 0 || value > COST_MAX)
		return;
	if (strcmp(name, "mnemod.worker.cpu_ms") == 0)
		t->cpu_ms += value;
	else if (strcmp(name, "mnemod.worker.peak_rss_kib") == 0 &&
	    value > t->peak_rss_kib)
		t->peak_rss_kib = value;
}

static void
take_metric(struct child *c, const struct msg *m)
{
	const char	*name = json_str(m->body, "name");
	int64_t		 value = json_int(m->body, "value", 0);

	log_debug("%s: %s %lld", c->label, name, (long long)value);
	tally(c, name, value);
	if (c->spec.ops->metric != NULL)
		c->spec.ops->metric(c, m, c->spec.arg);
}

static void
take_bye(struct child *c, const struct msg *m)
{
	(void)m;
	c->proc.bye = 1;
}

/* The group "life"; all other messages are the owner's. */
static life_fn *const life[MSG__MAX] = {
	[MSG_HELLO] = take_hello,
	[MSG_READY] = take_ready,
	[MSG_ALIVE] = take_alive,
	[MSG_LOG] = take_log,
	[MSG_METRIC] = take_metric,
	[MSG_BYE] = take_bye,
};

static void
take_reply(struct child *c, const struct msg *m)
{
	if (requests_reply(&c->proc.requests, m) == REPLY_STRAY) {
		dispatch_error(c, "message %s answers nothing (id %lld)",
		    msg_table[m->id].name, (long long)m->serial);
		return;
	}
	liveness_reply(&c->proc.live, mono_ms());
	c->spec.ops->message(c, m, c->spec.arg);
}

void
child_refuse(struct child *c, const char *why)
{
	dispatch_error(c, "%s", why);
}

static void
take_question(struct child *c, struct msg *m)
{
	const struct children_desk	*desk = &c->set->desk;

	if (desk->question == NULL)
		dispatch_error(c, "nobody answers message %s",
		    msg_table[m->id].name);
	else
		desk->question(c, m, desk->arg);
}

static void
dispatch_message(struct child *c, struct msg *m)
{
	if (life[m->id] != NULL)
		life[m->id](c, m);
	else if (request_is_question(m->id))
		take_question(c, m);
	else
		take_reply(c, m);
}

/* The second frame of the message that waits for it. */
static void
dispatch_payload(struct child *c, const char *data, size_t len)
{
	struct msg	m = c->proc.half;

	memset(&c->proc.half, 0, sizeof(c->proc.half));
	frame_reader_limit(&c->proc.reader, FRAME_MAX);
	msg_set_payload(&m, data, len);
	dispatch_message(c, &m);
	msg_release(&m);
}

static void
dispatch_envelope(struct child *c, const char *text, size_t len)
{
	const struct msg_place	at = { MSG_FROM_WORKER, c->spec.role,
				    phase(c) };
	struct msg		m;

	if (msg_parse(&m, text, len, &at) != MSG_OK) {
		dispatch_error(c, "%s", m.why);
		return;
	}
	if (m.has_payload) {
		c->proc.half = m;
		frame_reader_limit(&c->proc.reader,
		    msg_table[m.id].payload_max);
		return;
	}
	dispatch_message(c, &m);
	msg_release(&m);
}

static void
dispatch_frame(struct child *c, const char *data, size_t len)
{
	liveness_heard(&c->proc.live, mono_ms());
	if (c->proc.half.body != NULL)
		dispatch_payload(c, data, len);
	else
		dispatch_envelope(c, data, len);
}

/* The stream is no stream of frames any more. */
static void
dispatch_bad(struct child *c, enum frame_status st)
{
	if (c->proc.half.body != NULL)
		dispatch_error(c, "payload of message %s: %s",
		    msg_table[c->proc.half.id].name,
		    st == FRAME_TOOBIG ? "it is too long" :
		    st == FRAME_EOF ? "it is missing" :
		    frame_status_text(st));
	else
		dispatch_error(c, "%s", frame_status_text(st));
}

void
dispatch_frames(struct child *c)
{
	enum frame_status	 st;
	const char		*text;
	size_t			 len;

	/* A message may lead to the end of the worker: then stop at once. */
	while (c->proc.from.fd != -1) {
		st = frame_reader_next(&c->proc.reader, &text, &len);
		switch (st) {
		case FRAME_OK:
			dispatch_frame(c, text, len);
			break;
		case FRAME_MORE:
			return;
		case FRAME_EOF:
			if (c->proc.half.body != NULL) {
				dispatch_bad(c, st);
				return;
			}
			process_close_from(&c->proc);
			child_event(c, EV_EOF);
			return;
		case FRAME_TORN:
		case FRAME_TOOBIG:
		case FRAME_EMPTY:
			dispatch_bad(c, st);
			return;
		case FRAME_FULL:
		case FRAME_ERROR:
			BUG("status %d of a reader", (int)st);
		}
	}
}
