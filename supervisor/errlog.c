#include <string.h>

#include "common/log.h"
#include "common/monotime.h"
#include "supervisor/errlog.h"

void
errlog_init(struct errlog *e)
{
	e->len = 0;
	ratelimit_init(&e->limit, ERRLOG_BURST, ERRLOG_WINDOW);
}

/* 1 if one more line may be logged now. */
static int
may_log(struct errlog *e, const char *label)
{
	unsigned	missed;
	int		pass = ratelimit_pass(&e->limit, mono_ms(), &missed);

	if (missed > 0)
		log_warnx("%s: %u lines were too many and are lost", label,
		    missed);
	return pass;
}

static void
line_end(struct errlog *e, const char *label)
{
	if (e->len > 0 && may_log(e, label))
		log_warnx("%s: stderr: %.*s", label, (int)e->len, e->line);
	e->len = 0;
}

void
errlog_feed(struct errlog *e, const char *label, const char *data, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\n' || e->len == sizeof(e->line))
			line_end(e, label);
		/* log_*() stop at a NUL. */
		if (data[i] != '\n')
			e->line[e->len++] = data[i] == '\0' ? '?' : data[i];
	}
}

void
errlog_finish(struct errlog *e, const char *label)
{
	line_end(e, label);
	if (e->limit.dropped > 0)
		log_warnx("%s: %u lines were too many and are lost", label,
		    e->limit.dropped);
}

/* A worker cannot make the supervisor end: fatal is its own affair. */
void
errlog_record(struct errlog *e, const char *label, const char *level,
    const char *text)
{
	enum log_level	l = log_level_by_name(level);

	if (l == LOG_LEVEL_DEBUG && !log_is_verbose())
		return;
	if (l == LOG_LEVEL_FATAL)
		l = LOG_LEVEL_WARN;
	if (may_log(e, label))
		log_at(l, "%s: %s", label, text);
}
