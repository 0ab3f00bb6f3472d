#include <sys/resource.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "fd.h"
#include "worker_cost.h"

void
cost_open(struct worker_cost *cost)
{
	cost->smaps = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
	cost->status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

void
cost_close(struct worker_cost *cost)
{
	fd_close(&cost->smaps);
	fd_close(&cost->status);
}

/* The number behind the line that starts with `key' ("\nPss:"), or -1. */
static int64_t
proc_kib(int fd, const char *key)
{
	char		 text[4096];
	const char	*p;
	ssize_t		 n;

	if (fd == -1)
		return -1;
	n = fd_read_start(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	p = strstr(text, key);
	return p == NULL ? -1 : strtoll(p + strlen(key), NULL, 10);
}

static int64_t
cpu_ms(void)
{
	struct rusage	ru;

	if (getrusage(RUSAGE_SELF, &ru) == -1)
		return -1;
	return (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000 +
	    (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000;
}

/*
 * The peak is the kernel's VmHWM: ru_maxrss starts with the peak of the
 * process that called execve(2), the supervisor.
 */
void
cost_each(const struct worker_cost *cost, cost_fn *fn, struct worker *w)
{
	const struct {
		const char	*name;
		int64_t		 value;
	} costs[] = {
		{ "mnemod.worker.peak_rss_kib",
		    proc_kib(cost->status, "\nVmHWM:") },
		{ "mnemod.worker.pss_kib", proc_kib(cost->smaps, "\nPss:") },
		{ "mnemod.worker.cpu_ms", cpu_ms() },
	};
	size_t	i;

	for (i = 0; i < sizeof(costs) / sizeof(costs[0]); i++)
		if (costs[i].value >= 0)
			fn(w, costs[i].name, costs[i].value);
}
