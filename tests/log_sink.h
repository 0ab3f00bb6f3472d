#ifndef MNEMOD_LOG_SINK_H
#define MNEMOD_LOG_SINK_H

#include <string.h>

#include "common/log.h"

/* Sinks of the log for tests: log_set_sink(log_quiet, NULL). */

/* A test that expects a failure need not show its message. */
static inline void
log_quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

/* What was logged, line by line; what is too long for it is cut. */
struct log_kept {
	char	text[4096];
};

/* Add to the log_kept that `arg' is. */
static inline void
log_keep(enum log_level level, const char *line, void *arg)
{
	struct log_kept	*h = arg;

	(void)level;
	strncat(h->text, line, sizeof(h->text) - strlen(h->text) - 1);
	strncat(h->text, "\n", sizeof(h->text) - strlen(h->text) - 1);
}

#endif
