/*
 * What the valgrind of Debian 12 lacks, for LD_PRELOAD.  It does not know
 * openat2(2): what mnemod asks of it is to stay beneath a directory and to
 * follow no symbolic link, so each part of the path is opened by itself.  It
 * keeps signal 64, the last, to itself: whoever sets its disposition is told
 * that it is set.  And it cannot follow what PCRE2 makes of a pattern for the
 * processor, which reads a little behind its end and throws that away: no
 * pattern is compiled that far, as on a processor that PCRE2 does not know.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <sys/stat.h>
#include <sys/syscall.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pcre2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONLY	(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS)

/* No symbolic link: O_PATH would open it, O_DIRECTORY call it no directory. */
static int
open_part(int dir, const char *part, int flags, mode_t mode)
{
	struct stat	st;

	if (fstatat(dir, part, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	return openat(dir, part, flags | O_NOFOLLOW, mode);
}

static int
open_parts(int dir, char *path, const struct open_how *how)
{
	char	*slash;
	int	 fd, next, saved;

	fd = open_part(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	while (fd != -1 && (slash = strchr(path, '/')) != NULL) {
		*slash = '\0';
		next = open_part(fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		saved = errno;
		close(fd);
		errno = saved;
		fd = next;
		path = slash + 1;
	}
	if (fd == -1)
		return -1;
	next = open_part(fd, *path == '\0' ? "." : path, (int)how->flags,
	    (mode_t)how->mode);
	saved = errno;
	close(fd);
	errno = saved;
	return next;
}

/* 1 if a part is "..": that leads out, sooner or later. */
static int
leads_up(const char *path)
{
	size_t	n;

	for (; *path != '\0'; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 2 && path[0] == '.' && path[1] == '.')
			return 1;
	}
	return 0;
}

static int
emulate(int dir, const char *path, const struct open_how *how)
{
	char	*copy;
	int	 fd, saved;

	if ((how->resolve & ~(unsigned)ONLY) != 0) {
		errno = EINVAL;
		return -1;
	}
	if (path[0] == '/' || leads_up(path)) {
		errno = EXDEV;
		return -1;
	}
	if ((copy = strdup(path)) == NULL)
		return -1;
	fd = path[0] == '\0' ? openat(dir, path, O_RDONLY) :
	    open_parts(dir, copy, how);
	saved = errno;
	free(copy);
	errno = saved;
	return fd;
}

static void *
next(const char *name)
{
	void	*fn = dlsym(RTLD_NEXT, name);

	if (fn == NULL)
		abort();
	return fn;
}

int
pcre2_jit_compile(pcre2_code *code, uint32_t options)
{
	(void)code;
	(void)options;
	return PCRE2_ERROR_JIT_BADOPTION;
}

int
sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	static int	(*real)(int, const struct sigaction *,
			    struct sigaction *);

	if (real == NULL)
		real = (int (*)(int, const struct sigaction *,
		    struct sigaction *))next("sigaction");
	if (sig != 64)
		return real(sig, act, old);
	if (old != NULL)
		memset(old, 0, sizeof(*old));
	return 0;
}

long
syscall(long nr, ...)
{
	static long	(*real)(long, ...);
	long		a[6];
	va_list		ap;
	int		i;

	va_start(ap, nr);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (nr == SYS_openat2)
		return emulate((int)a[0], (const char *)a[1],
		    (const struct open_how *)a[2]);
	if (real == NULL)
		real = (long (*)(long, ...))next("syscall");
	return real(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
