/* A wall clock that is off: SHIM_CLOCK of shim.h. */
#include <sys/time.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

static long
clock_offset(void)
{
	char	text[32];
	ssize_t	n = -1;
	int	fd, saved = errno;

	if (shim_clock_file()[0] == '\0')
		return 0;
	fd = open(shim_clock_file(), O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		n = pread(fd, text, sizeof(text) - 1, 0);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	errno = saved;
	return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	static int	(*real)(clockid_t, struct timespec *);
	int		status;

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))
		    shim_next("clock_gettime");
	status = real(id, ts);
	if (status == 0 && id == CLOCK_REALTIME)
		ts->tv_sec += clock_offset();
	return status;
}

time_t
time(time_t *t)
{
	struct timespec	ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	struct timespec	ts;

	(void)tz;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}
