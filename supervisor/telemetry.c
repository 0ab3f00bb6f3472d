#include <stdlib.h>

#include "common/buf.h"
#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/measure.h"
#include "supervisor/metrics_file.h"
#include "supervisor/metrics_text.h"
#include "supervisor/telemetry.h"
#include "supervisor/telemetry_context.h"
#include "supervisor/telemetry_export.h"

struct telemetry {
	struct supervisor	*sv;
	struct loop_timer	 file;		/* the next write */
	int			 unwritten;	/* the file is behind */
	int			 failed;	/* which was said */
	int			 collecting;
	struct telemetry_export	*export;
};

static const char *
file_of(const struct telemetry *t)
{
	return t->sv->config->metrics_file;
}

/* Within a pass the sinks follow in a while. */
static void
changed(void *arg)
{
	struct telemetry	*t = arg;

	t->unwritten = 1;
	telemetry_export_changed(t->export);
	if (!t->collecting && *file_of(t) != '\0' && t->file.loop == NULL)
		loop_timer_set(t->sv->rt.loop, &t->file,
		    mono_ms() + hook_metrics_ms());
}

/* What is not told when it happens. */
static void
collect(struct telemetry *t)
{
	t->collecting = 1;
	measure_workers(t->sv);
	t->collecting = 0;
}

/* `why' it was not written, or NULL. */
static void
tell(struct telemetry *t, const char *why)
{
	int	failed = why != NULL;

	if (failed && !t->failed)
		log_warnx("metrics_file %s: %s; metrics are not written until "
		    "that is mended", file_of(t), why);
	else if (!failed && t->failed)
		log_info("metrics_file %s: written again", file_of(t));
	t->failed = failed;
}

static void
write_file(struct telemetry *t)
{
	struct buf	text = BUF_INIT;

	loop_timer_cancel(&t->file);
	if (*file_of(t) == '\0' || t->sv->metrics == NULL)
		return;
	collect(t);
	if (!t->unwritten)
		return;
	t->unwritten = 0;
	metrics_text(t->sv->metrics, &text);
	tell(t, metrics_file_write(file_of(t), &text));
	buf_release(&text);
}

static void
file_fired(struct loop_timer *timer, void *arg)
{
	(void)timer;
	write_file(arg);
}

struct telemetry *
telemetry_new(struct supervisor *sv)
{
	struct telemetry	*t = xcalloc(1, sizeof(*t));

	t->sv = sv;
	loop_timer_init(&t->file, file_fired, t);
	metrics_set_auth(sv->metrics, telemetry_auth_mode(sv->config));
	t->export = telemetry_export_new(sv);
	metrics_on_change(sv->metrics, changed, t);
	return t;
}

void
telemetry_free(struct telemetry *t)
{
	if (t == NULL)
		return;
	loop_timer_cancel(&t->file);
	metrics_on_change(t->sv->metrics, NULL, NULL);
	telemetry_export_free(t->export);
	free(t);
}

void
telemetry_pass(struct telemetry *t)
{
	if (t == NULL)
		return;
	write_file(t);
	telemetry_export_now(t->export);
}

void
telemetry_wait(struct telemetry *t)
{
	/* In the measure of the other waits of an end. */
	int64_t	deadline = mono_ms() + hook_grace_ms() * 3 / 10;

	while (telemetry_export_busy(t->export) && mono_ms() < deadline &&
	    !supervisor_stopping(t->sv))
		loop_run_once(t->sv->rt.loop, (int)(deadline - mono_ms()));
}

void
telemetry_ready(struct telemetry *t)
{
	telemetry_export_ready(t->export);
}

int
telemetry_reply(struct telemetry *t, const struct msg *m)
{
	return telemetry_export_reply(t->export, m);
}

void
telemetry_reload(struct telemetry *t)
{
	t->failed = 0;
	t->unwritten = 1;
	metrics_set_auth(t->sv->metrics,
	    telemetry_auth_mode(t->sv->config));
	telemetry_export_reload(t->export);
}

void
telemetry_stop(struct telemetry *t)
{
	write_file(t);
}
