#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/measure.h"
#include "supervisor/metrics_otlp.h"
#include "supervisor/model.h"
#include "supervisor/telemetry_context.h"
#include "supervisor/telemetry_export.h"

#define SIGNAL_PATH	"/v1/metrics"	/* below the endpoint, by OTLP/HTTP */

enum export_state {
	EXPORT_IDLE,
	EXPORT_WANTED,		/* as soon as the gateway is ready */
	EXPORT_SENT
};

struct telemetry_export {
	struct supervisor	*sv;
	enum export_state	 state;
	int			 behind;	/* what was sent is not all */
	struct loop_timer	 timer;		/* the next, or its patience */
	int64_t			 serial;	/* of the one that was sent */
	unsigned		 failures;	/* in a row */
	int64_t			 not_before;	/* mono_ms() */
	int64_t			 start_ms;	/* of the numbers, wall time */
};

static const char *
endpoint_of(const struct telemetry_export *e)
{
	return e->sv->config->telemetry.endpoint;
}

static int
possible(const struct telemetry_export *e)
{
	return *endpoint_of(e) != '\0' && e->sv->metrics != NULL;
}

static int64_t
every_ms(void)
{
	return hook_metrics_ms() * EXPORT_EVERY;
}

static void
set_timer(struct telemetry_export *e, int64_t ms)
{
	loop_timer_set(e->sv->rt.loop, &e->timer, mono_ms() + ms);
}

/* Where to; the endpoint may be that of the signal already. */
static char *
url_of(const struct telemetry_export *e)
{
	const char	*s = endpoint_of(e);
	size_t		 n = strlen(s), m = sizeof(SIGNAL_PATH) - 1;

	if (n > m && strcmp(s + n - m, SIGNAL_PATH) == 0)
		return xstrdup(s);
	while (n > 0 && s[n - 1] == '/')
		n--;
	return xasprintf("%.*s" SIGNAL_PATH, (int)n, s);
}

/* It did not arrive: said once, then less and less often. */
static void
failed(struct telemetry_export *e, const char *why)
{
	int64_t		ms = every_ms();
	unsigned	i;

	if (e->failures++ == 0)
		log_warnx("telemetry.endpoint: %s; metrics are not sent until "
		    "it takes them, the work goes on", why);
	for (i = 1; i < e->failures && ms < every_ms() * EXPORT_RETRY_MAX; i++)
		ms *= 2;
	if (ms > every_ms() * EXPORT_RETRY_MAX)
		ms = every_ms() * EXPORT_RETRY_MAX;
	e->state = EXPORT_IDLE;
	e->behind = 1;
	e->not_before = mono_ms() + ms;
	set_timer(e, ms);
}

static void
arrived(struct telemetry_export *e)
{
	if (e->failures > 0)
		log_info("telemetry.endpoint: it takes metrics again");
	e->failures = 0;
	e->not_before = 0;
	e->state = EXPORT_IDLE;
	loop_timer_cancel(&e->timer);
	if (e->behind)
		set_timer(e, every_ms());
}

static int64_t
send_body(struct telemetry_export *e)
{
	struct buf	 payload = BUF_INIT;
	struct msg_head	 head = { .id = MSG_EXPORT, .payload = &payload };
	json_object	*body = json_object_new_object(), *otlp;
	char		*url = url_of(e);
	int64_t		 serial = -1;

	otlp = metrics_otlp(e->sv->metrics, telemetry_context(e->sv),
	    e->start_ms, wall_ms());
	json_write(&payload, otlp);
	json_object_put(otlp);
	json_set_str(body, "url", url);
	if (payload.len <= MSG_RESPONSE_MAX)
		serial = model_export(e->sv->model, &head, body);
	else
		json_object_put(body);
	buf_release(&payload);
	free(url);
	return serial;
}

void
telemetry_export_now(struct telemetry_export *e)
{
	if (!possible(e) || !e->behind || e->state == EXPORT_SENT ||
	    mono_ms() < e->not_before)
		return;
	measure_workers(e->sv);
	e->serial = send_body(e);
	if (e->serial == -1) {
		e->state = EXPORT_WANTED;
		set_timer(e, every_ms());
		return;
	}
	e->state = EXPORT_SENT;
	e->behind = 0;
	set_timer(e, EXPORT_LATE_MS);
}

static void
fired(struct loop_timer *t, void *arg)
{
	struct telemetry_export	*e = arg;

	(void)t;
	if (e->state == EXPORT_SENT)
		failed(e, "no answer in time");
	else
		telemetry_export_now(e);
}

struct telemetry_export *
telemetry_export_new(struct supervisor *sv)
{
	struct telemetry_export	*e = xcalloc(1, sizeof(*e));

	e->sv = sv;
	e->start_ms = wall_ms();
	loop_timer_init(&e->timer, fired, e);
	return e;
}

void
telemetry_export_free(struct telemetry_export *e)
{
	loop_timer_cancel(&e->timer);
	free(e);
}

void
telemetry_export_changed(struct telemetry_export *e)
{
	e->behind = 1;
	if (possible(e) && e->state == EXPORT_IDLE && e->timer.loop == NULL)
		set_timer(e, every_ms());
}

int
telemetry_export_busy(const struct telemetry_export *e)
{
	return e->state != EXPORT_IDLE;
}

void
telemetry_export_reload(struct telemetry_export *e)
{
	loop_timer_cancel(&e->timer);
	e->state = EXPORT_IDLE;
	e->failures = 0;
	e->not_before = 0;
	telemetry_export_changed(e);
}

void
telemetry_export_ready(struct telemetry_export *e)
{
	if (e->state == EXPORT_SENT)
		failed(e, "the gateway ended");
	else if (e->state == EXPORT_WANTED)
		telemetry_export_now(e);
}

int
telemetry_export_reply(struct telemetry_export *e, const struct msg *m)
{
	const char	*outcome = json_str(m->body, "outcome");
	const char	*why = json_str(m->body, "message");

	if (e->state != EXPORT_SENT || m->serial != e->serial)
		return m->id == MSG_EXPORTED;
	if (outcome != NULL && strcmp(outcome, "ok") == 0)
		arrived(e);
	else
		failed(e, why == NULL ? "it was not taken" : why);
	return 1;
}
