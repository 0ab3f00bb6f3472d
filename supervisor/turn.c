#include <sys/resource.h>

#include "supervisor/control.h"
#include "supervisor/turn.h"

/* Descriptors: of one memory at work, and of all that is no memory. */
#define MEMORY_FDS	12
#define RESERVED_FDS	64

/* Memories at work: more only delay each other until none is in time. */
#define AT_ONCE_MAX	128

/*
 * How many memories may be worked on at once.  Each holds descriptors while
 * it waits for more: without a limit all of them could wait for each other.
 * And workers that start are to be ready in time: 800 at once were not.
 */
static size_t
at_once(const struct supervisor *sv)
{
	size_t		held = RESERVED_FDS + sv->config->nmemories +
			    control_clients_max(), n;
	struct rlimit	lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1 ||
	    lim.rlim_cur == RLIM_INFINITY)
		return AT_ONCE_MAX;
	if (lim.rlim_cur < held + 2 * MEMORY_FDS)
		return 1;
	n = ((size_t)lim.rlim_cur - held) / MEMORY_FDS;
	return n < AT_ONCE_MAX ? n : AT_ONCE_MAX;
}

static size_t
at_work(const struct supervisor *sv)
{
	const struct memory	*m;
	size_t			 n = 0;

	TAILQ_FOREACH(m, &sv->memories, entry)
		n += m->state != MEM_IDLE && m->state != MEM_FOUND;
	return n;
}

void
turn_offer(struct supervisor *sv, int (*begin)(struct memory *))
{
	struct memory	*m;
	size_t		 n = at_work(sv), max = at_once(sv);

	TAILQ_FOREACH(m, &sv->memories, entry) {
		if (n >= max || supervisor_stopping(sv))
			return;
		n += (size_t)begin(m);
	}
}
