/*
 * What a kernel may do and hardly ever does, for LD_PRELOAD:
 *
 *	SHIM_SHORT=N	read(2) and write(2) move 1 to N bytes at a time
 *	SHIM_MALLOC=K	the K-th allocation from the start of main() fails,
 *			and each after it with SHIM_MALLOC=K+
 *	SHIM_CLOCK=FILE	the wall clock is off by the seconds in FILE
 */
#include <sys/time.h>
#include <sys/uio.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static size_t		short_max;
static long		malloc_left = -1;
static int		malloc_ever;
static char		clock_file[4096];	/* a title may overwrite environ */

extern void	*__libc_malloc(size_t);
extern void	*__libc_calloc(size_t, size_t);
extern void	*__libc_realloc(void *, size_t);

static void __attribute__((constructor))
shim_init(void)
{
	const char	*v;
	char		*end;

	if ((v = getenv("SHIM_SHORT")) != NULL)
		short_max = strtoul(v, NULL, 10);
	if ((v = getenv("SHIM_MALLOC")) != NULL) {
		malloc_left = strtol(v, &end, 10);
		malloc_ever = *end == '+';
	}
	if ((v = getenv("SHIM_CLOCK")) != NULL)
		strncpy(clock_file, v, sizeof(clock_file) - 1);
}

/* 1 if this allocation is to fail. */
static int
no_memory(void)
{
	if (malloc_left < 0)
		return 0;
	if (malloc_left > 0) {
		malloc_left--;
		return 0;
	}
	if (!malloc_ever)
		malloc_left = -1;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t n)
{
	return no_memory() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return no_memory() ? NULL : __libc_realloc(p, n);
}

/* 1, 2, ... N, 1, ...: every length in its turn. */
static size_t
shorter(size_t n)
{
	static size_t	turn;
	size_t		max;

	if (short_max == 0 || n == 0)
		return n;
	max = 1 + turn++ % short_max;
	return n < max ? n : max;
}

static void *
next(const char *name)
{
	void	*fn = dlsym(RTLD_NEXT, name);

	if (fn == NULL)
		abort();
	return fn;
}

ssize_t
read(int fd, void *buf, size_t n)
{
	static ssize_t	(*real)(int, void *, size_t);

	if (real == NULL)
		real = (ssize_t (*)(int, void *, size_t))next("read");
	return real(fd, buf, shorter(n));
}

ssize_t
write(int fd, const void *buf, size_t n)
{
	static ssize_t	(*real)(int, const void *, size_t);

	if (real == NULL)
		real = (ssize_t (*)(int, const void *, size_t))next("write");
	return real(fd, buf, shorter(n));
}

/* A part of the first piece is a legal answer. */
ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	static ssize_t	(*real)(int, const struct iovec *, int);

	if (real == NULL)
		real = (ssize_t (*)(int, const struct iovec *, int))
		    next("writev");
	if (short_max != 0 && n > 0)
		return write(fd, iov[0].iov_base, iov[0].iov_len);
	return real(fd, iov, n);
}

static long
clock_offset(void)
{
	char	text[32];
	ssize_t	n = -1;
	int	fd, saved = errno;

	if (clock_file[0] == '\0')
		return 0;
	fd = open(clock_file, O_RDONLY | O_CLOEXEC);
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
		    next("clock_gettime");
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
