#ifndef MNEMOD_LIVENESS_H
#define MNEMOD_LIVENESS_H

#include <stdint.h>

/*
 * Is a worker with open requests alive, and does it get anywhere?  Pure
 * functions; times in ms of mono_ms().
 */
struct liveness_limits {
	int64_t	silence;	/* longest without any message */
	int64_t	progress;	/* longest without progress; 0: no limit */
};

struct liveness {
	int64_t	heard;		/* last message of any kind */
	int64_t	grown;		/* last progress */
	int64_t	progress;	/* as `alive' said it */
	int	probed;		/* since it was heard last */
};

/* Work begins (again): the worker owes nothing from before. */
void liveness_begin(struct liveness *, int64_t now);

/* Any message came. */
void liveness_heard(struct liveness *, int64_t now);

/* `alive' came: progress counts only where the number grew. */
void liveness_alive(struct liveness *, int64_t progress, int64_t now);

/* A reply came: that is progress. */
void liveness_reply(struct liveness *, int64_t now);

enum liveness_verdict {
	LIVE_WELL,
	LIVE_PROBE,	/* silent for half its time: ask, once */
	LIVE_SILENT,	/* end it */
	LIVE_STUCK	/* end it: it ticks and gets nowhere */
};

/* The verdict at `now', and in *next the time to ask again. */
enum liveness_verdict liveness_check(struct liveness *,
    const struct liveness_limits *, int64_t now, int64_t *next);

#endif
