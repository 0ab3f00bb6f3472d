#include "supervisor/liveness.h"

void
liveness_begin(struct liveness *l, int64_t now)
{
	l->heard = l->grown = now;
	l->probed = 0;
}

void
liveness_heard(struct liveness *l, int64_t now)
{
	l->heard = now;
	l->probed = 0;
}

void
liveness_alive(struct liveness *l, int64_t progress, int64_t now)
{
	if (progress > l->progress) {
		l->progress = progress;
		l->grown = now;
	}
}

void
liveness_reply(struct liveness *l, int64_t now)
{
	l->grown = now;
}

enum liveness_verdict
liveness_check(struct liveness *l, const struct liveness_limits *lim,
    int64_t now, int64_t *next)
{
	int64_t	probe = l->heard + lim->silence / 2;
	int64_t	silent = l->heard + lim->silence;
	int64_t	stuck = l->grown + lim->progress;

	*next = now;
	if (now >= silent)
		return LIVE_SILENT;
	if (lim->progress != 0 && now >= stuck)
		return LIVE_STUCK;
	if (now >= probe && !l->probed) {
		l->probed = 1;
		return LIVE_PROBE;
	}
	*next = l->probed ? silent : probe;
	if (lim->progress != 0 && stuck < *next)
		*next = stuck;
	return LIVE_WELL;
}
