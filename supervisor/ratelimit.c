#include "supervisor/ratelimit.h"

void
ratelimit_init(struct ratelimit *r, unsigned burst, int64_t window)
{
	*r = (struct ratelimit){ .burst = burst, .window = window,
	    .began = -1 };
}

int
ratelimit_pass(struct ratelimit *r, int64_t now, unsigned *missed)
{
	*missed = 0;
	if (r->began == -1 || now - r->began >= r->window) {
		*missed = r->dropped;
		r->began = now;
		r->passed = r->dropped = 0;
	}
	if (r->passed < r->burst) {
		r->passed++;
		return 1;
	}
	r->dropped++;
	return 0;
}
