#ifndef MNEMOD_METRICS_H
#define MNEMOD_METRICS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The metrics of mnemod(8), METRICS: a table of names, and a registry of one
 * series for each name and set of tag values.  The registry is made at the
 * start and never grows: a metric can never fail what it counts.  A series
 * that finds no room is counted as dropped and said once.  No tag may hold
 * what comes from a transcript, a path or a message.
 *
 * Every function takes a NULL registry and does nothing then.
 */

#define METRICS_SESSION_SOURCE	"custom:mnemod"
#define METRICS_ORIGINATOR	"mnemod"
#define METRICS_NO_MODEL	"unknown"	/* builtin */

#define METRICS_SERIES_MAX	512
#define METRIC_TAGS_MAX		4	/* of one metric, its own */
#define METRIC_TAG_SIZE		64	/* of a value, with its NUL */
#define METRIC_BOUNDS		9	/* of a histogram; one bucket more */

enum metric {
	METRIC_STARTUP,
	METRIC_PHASE1,
	METRIC_PHASE1_E2E_MS,
	METRIC_PHASE1_OUTPUT,
	METRIC_PHASE1_TOKEN_USAGE,
	METRIC_PHASE2,
	METRIC_PHASE2_E2E_MS,
	METRIC_PHASE2_INPUT,
	METRIC_PHASE2_TOKEN_USAGE,
	METRIC_USAGE,
	METRIC_MODEL_REQUESTS,
	METRIC_MODEL_TOKENS,
	METRIC_WORKER_PROCESSES,
	METRIC_WORKER_STARTS,
	METRIC_WORKER_RESTARTS,
	METRIC_WORKER_CPU_MS,
	METRIC_WORKER_PEAK_RSS_KIB,
	METRIC__MAX
};

enum metric_kind {
	METRIC_COUNTER,		/* each value is added */
	METRIC_TOTAL,		/* a counter that somebody else keeps */
	METRIC_GAUGE,		/* the last value stands */
	METRIC_HISTOGRAM	/* each value is a sample */
};

struct metric_info {
	const char		*name;		/* "mnemod.memory.phase1" */
	enum metric_kind	 kind;
	const char		*unit;		/* of OTLP: "ms", "{job}" */
	const char		*help;		/* one sentence */
	const char		*tags[METRIC_TAGS_MAX + 1];	/* NULL ends */
	const int64_t		*bounds;	/* METRIC_BOUNDS, or NULL */
};

/* The row of a metric; never NULL. */
const struct metric_info *metric_info(enum metric);

/* One series as it stands. */
struct metric_series {
	enum metric	 id;
	char		 tag[METRIC_TAGS_MAX][METRIC_TAG_SIZE];
	int64_t		 value;		/* a histogram's sum */
	int64_t		 count;		/* of samples */
	int64_t		 bucket[METRIC_BOUNDS + 1];	/* not cumulative */
};

struct metrics;

/* NULL where there is no memory for it, which is logged. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *);

/* Call `fn' whenever something changed; it must not put. */
void metrics_on_change(struct metrics *, void (*fn)(void *arg), void *arg);

/* How requests to a model are paid for: a tag of every series; NULL: none. */
void metrics_set_auth(struct metrics *, const char *auth_mode);

/*
 * Add, set or sample, as the kind of the metric is.  `tags' has a value for
 * each of its tags, in their order.  One that is too long, or no printable
 * ASCII, is told as "other".  A negative value counts as 0, as in the
 * observed system.
 */
void metrics_put(struct metrics *, enum metric, const char *const *tags,
    int64_t value);

/* What found no room. */
int64_t metrics_dropped(const struct metrics *);

/* Each series, those of one metric together and the oldest first. */
typedef void metrics_fn(const struct metric_series *, void *arg);
void metrics_each(const struct metrics *, metrics_fn *fn, void *arg);

/* Each tag of a series: its own, then what all have in common. */
typedef void metrics_tag_fn(const char *name, const char *value, void *arg);
void metrics_tags(const struct metrics *, const struct metric_series *,
    metrics_tag_fn *fn, void *arg);

#endif
