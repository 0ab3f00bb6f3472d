#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "common/log.h"
#include "supervisor/metrics.h"

#define OTHER		"other"		/* a value that may not be shown */

static const int64_t ms_bounds[METRIC_BOUNDS] = { 10, 100, 1000, 5000, 15000,
    60000, 300000, 900000, 3600000 };
static const int64_t token_bounds[METRIC_BOUNDS] = { 1000, 3000, 10000,
    30000, 100000, 300000, 1000000, 3000000, 10000000 };

#define MEMORY(n)	"mnemod.memory." n
#define WORKER(n)	"mnemod.worker." n

static const struct metric_info infos[METRIC__MAX] = {
	[METRIC_STARTUP] = { MEMORY("startup"), METRIC_COUNTER, "1",
	    "Passes that began nothing, by reason.", { "status", "model" },
	    NULL },
	[METRIC_PHASE1] = { MEMORY("phase1"), METRIC_COUNTER, "{job}",
	    "Jobs of stage one, by what became of them.",
	    { "status", "model" }, NULL },
	[METRIC_PHASE1_E2E_MS] = { MEMORY("phase1.e2e_ms"), METRIC_HISTOGRAM,
	    "ms", "Stage one of a pass, from the claim to its last job.",
	    { "model" }, ms_bounds },
	[METRIC_PHASE1_OUTPUT] = { MEMORY("phase1.output"), METRIC_COUNTER,
	    "{job}", "Jobs of stage one that made a raw memory.",
	    { "model" }, NULL },
	[METRIC_PHASE1_TOKEN_USAGE] = { MEMORY("phase1.token_usage"),
	    METRIC_HISTOGRAM, "{token}", "Tokens of stage one in a pass.",
	    { "token_type", "model" }, token_bounds },
	[METRIC_PHASE2] = { MEMORY("phase2"), METRIC_COUNTER, "1",
	    "Steps and ends of runs of stage two.", { "status", "model" },
	    NULL },
	[METRIC_PHASE2_E2E_MS] = { MEMORY("phase2.e2e_ms"), METRIC_HISTOGRAM,
	    "ms", "Stage two of a memory, from the claim to its end.",
	    { "model" }, ms_bounds },
	[METRIC_PHASE2_INPUT] = { MEMORY("phase2.input"), METRIC_COUNTER,
	    "{row}", "Raw memories that agents were given.", { "model" },
	    NULL },
	[METRIC_PHASE2_TOKEN_USAGE] = { MEMORY("phase2.token_usage"),
	    METRIC_HISTOGRAM, "{token}", "Tokens of an agent that completed.",
	    { "token_type", "model" }, token_bounds },
	[METRIC_USAGE] = { MEMORY("usage"), METRIC_COUNTER, "1",
	    "Memory files that agents read.",
	    { "kind", "tool", "success", "model" }, NULL },
	[METRIC_MODEL_REQUESTS] = { MEMORY("model.requests"), METRIC_COUNTER,
	    "{request}", "Requests to the provider, by outcome.",
	    { "outcome", "purpose", "model" }, NULL },
	[METRIC_MODEL_TOKENS] = { MEMORY("model.tokens"), METRIC_COUNTER,
	    "{token}", "Tokens that the provider counted.",
	    { "token_type", "purpose", "model" }, NULL },
	[METRIC_WORKER_PROCESSES] = { WORKER("processes"), METRIC_GAUGE,
	    "{process}", "Worker processes that live.", { "role" }, NULL },
	[METRIC_WORKER_STARTS] = { WORKER("starts"), METRIC_TOTAL,
	    "{process}", "Worker processes that were started.", { "role" },
	    NULL },
	[METRIC_WORKER_RESTARTS] = { WORKER("restarts"), METRIC_TOTAL,
	    "{process}", "Workers that ended and are started again.",
	    { "role" }, NULL },
	[METRIC_WORKER_CPU_MS] = { WORKER("cpu_ms"), METRIC_TOTAL, "ms",
	    "Processor time of workers that ended.", { "role" }, NULL },
	[METRIC_WORKER_PEAK_RSS_KIB] = { WORKER("peak_rss_kib"),
	    METRIC_GAUGE, "KiBy", "Most memory that a worker that ended had.",
	    { "role" }, NULL },
};

struct metrics {
	char			 auth[METRIC_TAG_SIZE];	/* "": none */
	void			(*changed)(void *arg);
	void			*arg;
	int64_t			 dropped;
	size_t			 n;
	struct metric_series	 series[METRICS_SERIES_MAX];
};

const struct metric_info *
metric_info(enum metric id)
{
	return &infos[id];
}

struct metrics *
metrics_new(void)
{
	struct metrics	*m = calloc(1, sizeof(*m));

	if (m == NULL)
		log_warn("metrics: none are kept");
	return m;
}

void
metrics_free(struct metrics *m)
{
	free(m);
}

void
metrics_on_change(struct metrics *m, void (*fn)(void *arg), void *arg)
{
	if (m == NULL)
		return;
	m->changed = fn;
	m->arg = arg;
}

/* The names of models come from a configuration: they may be anything. */
static void
set_tag(char dst[METRIC_TAG_SIZE], const char *value)
{
	const char	*p;

	for (p = value; *p > ' ' && *p < 0x7f; p++)
		continue;
	if (*p != '\0' || p == value ||
	    (size_t)(p - value) >= METRIC_TAG_SIZE)
		value = OTHER;
	strlcpy(dst, value, METRIC_TAG_SIZE);
}

void
metrics_set_auth(struct metrics *m, const char *auth_mode)
{
	if (m == NULL)
		return;
	m->auth[0] = '\0';
	if (auth_mode != NULL)
		set_tag(m->auth, auth_mode);
}

static void
drop(struct metrics *m, enum metric id)
{
	if (m->dropped++ == 0)
		log_warnx("metrics: more than %d series; %s and others that "
		    "are new are not kept", METRICS_SERIES_MAX,
		    infos[id].name);
}

/* The series with these tags, a new one if need be; NULL: no room. */
static struct metric_series *
find(struct metrics *m, const struct metric_series *like)
{
	size_t	i;

	for (i = 0; i < m->n; i++)
		if (m->series[i].id == like->id && memcmp(m->series[i].tag,
		    like->tag, sizeof(like->tag)) == 0)
			return &m->series[i];
	if (m->n == METRICS_SERIES_MAX) {
		drop(m, like->id);
		return NULL;
	}
	m->series[m->n] = *like;
	return &m->series[m->n++];
}

static int64_t
plus(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void
sample(struct metric_series *s, int64_t value)
{
	const int64_t	*bounds = infos[s->id].bounds;
	size_t		 i;

	for (i = 0; i < METRIC_BOUNDS && value > bounds[i]; i++)
		continue;
	s->bucket[i]++;
	s->count++;
	s->value = plus(s->value, value);
}

void
metrics_put(struct metrics *m, enum metric id, const char *const *tags,
    int64_t value)
{
	struct metric_series	 like, *s;
	size_t			 i;

	if (m == NULL)
		return;
	memset(&like, 0, sizeof(like));
	like.id = id;
	for (i = 0; infos[id].tags[i] != NULL; i++)
		set_tag(like.tag[i], tags[i]);
	s = find(m, &like);
	if (s == NULL)
		return;
	if (value < 0)
		value = 0;
	if (infos[id].kind == METRIC_HISTOGRAM)
		sample(s, value);
	else if (infos[id].kind == METRIC_COUNTER)
		s->value = plus(s->value, value);
	else if (s->value == value)
		return;
	else
		s->value = value;
	if (m->changed != NULL)
		m->changed(m->arg);
}

int64_t
metrics_dropped(const struct metrics *m)
{
	return m == NULL ? 0 : m->dropped;
}

void
metrics_each(const struct metrics *m, metrics_fn *fn, void *arg)
{
	unsigned	id;
	size_t		i;

	for (id = 0; m != NULL && id < METRIC__MAX; id++)
		for (i = 0; i < m->n; i++)
			if (m->series[i].id == id)
				fn(&m->series[i], arg);
}

void
metrics_tags(const struct metrics *m, const struct metric_series *s,
    metrics_tag_fn *fn, void *arg)
{
	size_t	i;

	for (i = 0; infos[s->id].tags[i] != NULL; i++)
		fn(infos[s->id].tags[i], s->tag[i], arg);
	if (m->auth[0] != '\0')
		fn("auth_mode", m->auth, arg);
	fn("session_source", METRICS_SESSION_SOURCE, arg);
	fn("originator", METRICS_ORIGINATOR, arg);
	fn("app.version", MNEMOD_VERSION, arg);
}
