#include <sys/wait.h>
#include <errno.h>
#include <string.h>

#include "common/exitcode.h"
#include "supervisor/restart.h"

void
restart_policy_init(struct restart_policy *p)
{
	p->base = 1000;
	p->cap = 60 * 1000;
	p->intensity = 10;
	p->period = 10 * 60 * 1000;
	p->healthy = 60 * 1000;
}

void
restart_history_init(struct restart_history *h)
{
	memset(h, 0, sizeof(*h));
}

int
restart_vetoed(int status)
{
	if (!WIFEXITED(status))
		return 0;
	switch (WEXITSTATUS(status)) {
	case WEXIT_CONFIG:
	case WEXIT_SANDBOX:
	case WEXIT_PROTOCOL:
		return 1;
	default:
		return 0;
	}
}

int
restart_shortage(int error)
{
	return error == EAGAIN || error == ENOMEM || error == EMFILE ||
	    error == ENFILE;
}

/* base, 2 * base, 4 * base ... cap for n = 1, 2, 3 ... */
static int64_t
backoff(const struct restart_policy *p, unsigned n)
{
	int64_t	ms = p->base;

	for (; n > 1 && ms < p->cap; n--)
		ms *= 2;
	return ms < p->cap ? ms : p->cap;
}

/* Deaths within the period that ends at `now'. */
static unsigned
deaths_since(const struct restart_history *h, int64_t since)
{
	unsigned	i, n = 0, kept;

	kept = h->total < RESTART_DEATHS_MAX ? h->total : RESTART_DEATHS_MAX;
	for (i = 0; i < kept; i++)
		if (h->deaths[i] > since)
			n++;
	return n;
}

int64_t
restart_after_death(struct restart_history *h, const struct restart_policy *p,
    const struct restart_death *d)
{
	if (restart_vetoed(d->status))
		return -1;
	if (d->ready_at >= 0 && d->at - d->ready_at >= p->healthy)
		restart_history_init(h);
	h->deaths[h->total++ % RESTART_DEATHS_MAX] = d->at;
	h->streak++;
	if (deaths_since(h, d->at - p->period) > p->intensity)
		return -1;
	return d->at + backoff(p, h->streak);
}

int64_t
restart_after_shortage(struct restart_history *h,
    const struct restart_policy *p, int64_t now)
{
	h->shortages++;
	return now + backoff(p, h->shortages);
}

void
restart_spawned(struct restart_history *h)
{
	h->shortages = 0;
}
