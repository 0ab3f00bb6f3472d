/* Values of the configuration against each other, and what is refused. */

#include <string.h>
#include "common/hook.h"
#include "supervisor/config.h"
#include "supervisor/config_steps.h"
#include "supervisor/quote.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

void
config_complain(const struct config *cfg, int line, struct buf *why)
{
	if (cfg->file != NULL)
		buf_addstr(why, cfg->file);
	else
		buf_addstr(why, "configuration");
	if (line > 0)
		buf_addf(why, ":%d", line);
	buf_addstr(why, ": ");
}

static int
check_top(const struct config *cfg, struct buf *why)
{
	if (cfg->sandbox == SANDBOX_OFF && !SANITIZED) {
		config_complain(cfg, 0, why);
		buf_addstr(why, "sandbox = off: only builds with sanitizers "
		    "run without it: expected required or best-effort");
		return -1;
	}
	if (*cfg->crash_at != '\0' && !hook_testing()) {
		config_complain(cfg, 0, why);
		buf_addstr(why, "crash_at: expected in test builds only");
		return -1;
	}
	return 0;
}

static int
check_sources(const struct config *cfg, struct buf *why)
{
	const struct config_source	*a, *b;
	size_t				 i, j;

	for (i = 0; i < cfg->nsources; i++) {
		a = &cfg->sources[i];
		for (j = 0; j < i; j++) {
			b = &cfg->sources[j];
			if (strcmp(a->path, b->path) != 0)
				continue;
			config_complain(cfg, a->line, why);
			buf_addf(why, "sources \"%s\" and \"%s\" have the "
			    "same path ", b->name, a->name);
			quote_add(why, a->path);
			buf_addstr(why, ": expected one source per folder");
			return -1;
		}
	}
	return 0;
}

static int
check_memory(const struct config *cfg, const struct config_memory *m,
    struct buf *why)
{
	size_t	i;

	for (i = 0; i < m->sources.n; i++) {
		if (config_source(cfg, m->sources.v[i]) != NULL)
			continue;
		config_complain(cfg, m->line, why);
		buf_addf(why, "memory \"%s\": sources names \"%s\": expected "
		    "a section source \"%s\" { }", m->name, m->sources.v[i],
		    m->sources.v[i]);
		return -1;
	}
	return 0;
}

int
config_check(const struct config *cfg, struct buf *why)
{
	size_t	i;

	if (check_top(cfg, why) == -1 ||
	    config_check_providers(cfg, why) == -1 ||
	    config_check_telemetry(cfg, why) == -1 ||
	    check_sources(cfg, why) == -1)
		return -1;
	for (i = 0; i < cfg->nmemories; i++) {
		if (check_memory(cfg, &cfg->memories[i], why) == -1)
			return -1;
	}
	return config_check_roots(cfg, why);
}
