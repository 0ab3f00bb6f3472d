/*
 * Calls that fail or do less than they were asked: SHIM_FAIL and SHIM_SHORT of
 * shim.h.  What a library of the C library's own calls inside it is not seen.
 * Besides the names of functions there are "create" (an open with O_CREAT),
 * "lock" (fcntl(2) that locks), "put" and "get" (any write to, or read from, a
 * file on a disk) and "stat" (any of its family).
 */
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

#define FAILS(name)	shim_fails(name, __builtin_return_address(0))

extern void	*__libc_malloc(size_t);
extern void	*__libc_calloc(size_t, size_t);
extern void	*__libc_realloc(void *, size_t);

void *
malloc(size_t n)
{
	return FAILS("malloc") ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return FAILS("malloc") ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return FAILS("malloc") ? NULL : __libc_realloc(p, n);
}

/* json-c's for the name of a member. */
char *
strdup(const char *s)
{
	size_t	 n = strlen(s) + 1;
	char	*p = FAILS("strdup") ? NULL : __libc_malloc(n);

	return p == NULL ? NULL : memcpy(p, s, n);
}

/* A function that fails, or is called as it was. */
#define CALL(type, name, params, args)					\
	CALL_AS(#name, type, name, params, args)

/* The same, which counts as `what'. */
#define CALL_AS(what, type, name, params, args)				\
type									\
name params								\
{									\
	static type	(*real) params;					\
									\
	if (FAILS(what))						\
		return (type)-1;					\
	if (real == NULL)						\
		real = (type (*) params)shim_next(#name);		\
	return real args;						\
}

/* fstat(2), not counted. */
static int
look_at(int fd, struct stat *st)
{
	static int	(*real)(int, struct stat *);

	if (real == NULL)
		real = (int (*)(int, struct stat *))shim_next("fstat");
	return real(fd, st);
}

/* A packet, and what a timer tells, comes whole. */
static size_t
shorter(int fd, size_t n)
{
	struct stat	st;
	socklen_t	len = sizeof(int);
	int		type = SOCK_STREAM, saved = errno;

	if (!shim_short() || look_at(fd, &st) == -1)
		return n;
	if (S_ISSOCK(st.st_mode))
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	errno = saved;
	if ((st.st_mode & S_IFMT) == 0 || type != SOCK_STREAM)
		return n;
	return shim_shorter(n);
}

static int
on_disk(int fd)
{
	struct stat	st;
	int		saved = errno, yes;

	yes = fd > STDERR_FILENO && look_at(fd, &st) == 0 &&
	    S_ISREG(st.st_mode);
	errno = saved;
	return yes;
}

#define PUT_FAILS(fd)	(shim_counts("put") && on_disk(fd) && FAILS("put"))
#define GET_FAILS(fd)	(shim_counts("get") && on_disk(fd) && FAILS("get"))

/* Like CALL, for a function that writes. */
#define PUT(name, params, args)						\
ssize_t									\
name params								\
{									\
	static ssize_t	(*real) params;					\
									\
	if (FAILS(#name) || PUT_FAILS(fd))				\
		return -1;						\
	if (real == NULL)						\
		real = (ssize_t (*) params)shim_next(#name);		\
	return real args;						\
}

/* Like CALL, for a function that reads. */
#define GET(name, params, args)						\
ssize_t									\
name params								\
{									\
	static ssize_t	(*real) params;					\
									\
	if (FAILS(#name) || GET_FAILS(fd))				\
		return -1;						\
	if (real == NULL)						\
		real = (ssize_t (*) params)shim_next(#name);		\
	return real args;						\
}

GET(read, (int fd, void *b, size_t n), (fd, b, shorter(fd, n)))
PUT(write, (int fd, const void *b, size_t n), (fd, b, shorter(fd, n)))
GET(pread64, (int fd, void *b, size_t n, off_t o),
    (fd, b, shim_shorter(n), o))
PUT(pwrite64, (int fd, const void *b, size_t n, off_t o),
    (fd, b, shim_shorter(n), o))

/* SQLite goes on after a part; libgit2 takes it for all, and is left alone. */
#define AT(name, params, fails)						\
ssize_t									\
name params								\
{									\
	static ssize_t	(*real) params;					\
	int		ours = shim_is_ours(__builtin_return_address(0));\
									\
	if ((ours && FAILS(#name)) || (fails))				\
		return -1;						\
	if (real == NULL)						\
		real = (ssize_t (*) params)shim_next(#name);		\
	return real(fd, b, ours ? shim_shorter(n) : n, o);		\
}

AT(pread, (int fd, void *b, size_t n, off_t o), GET_FAILS(fd))
AT(pwrite, (int fd, const void *b, size_t n, off_t o), PUT_FAILS(fd))
CALL_AS("stat", int, stat, (const char *restrict a, struct stat *restrict st),
    (a, st))
CALL_AS("stat", int, lstat, (const char *restrict a, struct stat *restrict st),
    (a, st))
CALL_AS("stat", int, fstatat, (int d, const char *restrict a,
    struct stat *restrict st, int how), (d, a, st, how))
CALL_AS("stat", int, stat64, (const char *restrict a,
    struct stat64 *restrict st), (a, st))
CALL_AS("stat", int, lstat64, (const char *restrict a,
    struct stat64 *restrict st), (a, st))
CALL_AS("stat", int, fstatat64, (int d, const char *restrict a,
    struct stat64 *restrict st, int how), (d, a, st, how))

/* Of a pipe or a socket it cannot fail. */
static int
is_of_a_disk(int fd)
{
	struct stat	st;
	int		saved = errno, yes;

	yes = look_at(fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
	errno = saved;
	return yes;
}

#define FSTAT(name, type)						\
int									\
name(int fd, struct type *st)						\
{									\
	static int	(*real)(int, struct type *);			\
									\
	if (shim_counts("stat") && is_of_a_disk(fd) && FAILS("stat"))	\
		return -1;						\
	if (real == NULL)						\
		real = (int (*)(int, struct type *))shim_next(#name);	\
	return real(fd, st);						\
}

FSTAT(fstat, stat)
FSTAT(fstat64, stat64)
CALL(int, poll, (struct pollfd *p, nfds_t n, int ms), (p, n, ms))
CALL(int, ppoll, (struct pollfd *p, nfds_t n, const struct timespec *t,
    const sigset_t *s), (p, n, t, s))
CALL(pid_t, waitpid, (pid_t pid, int *status, int how), (pid, status, how))
CALL(int, fsync, (int fd), (fd))
CALL(int, fdatasync, (int fd), (fd))
CALL(int, syncfs, (int fd), (fd))
CALL(int, ftruncate, (int fd, off_t n), (fd, n))
CALL(int, ftruncate64, (int fd, off_t n), (fd, n))
CALL(int, flock, (int fd, int how), (fd, how))
CALL(int, rename, (const char *a, const char *b), (a, b))
CALL(int, renameat, (int d, const char *a, int e, const char *b),
    (d, a, e, b))
CALL(int, renameat2, (int d, const char *a, int e, const char *b,
    unsigned how), (d, a, e, b, how))
CALL(int, link, (const char *a, const char *b), (a, b))
CALL(int, unlink, (const char *a), (a))
CALL(int, unlinkat, (int d, const char *a, int how), (d, a, how))
CALL(int, mkdir, (const char *a, mode_t mode), (a, mode))
CALL(int, mkdirat, (int d, const char *a, mode_t mode), (d, a, mode))
CALL(int, mkostemp, (char *a, int flags), (a, flags))
CALL(int, accept, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
CALL(int, accept4, (int fd, struct sockaddr *a, socklen_t *n, int f),
    (fd, a, n, f))
CALL(int, connect, (int fd, const struct sockaddr *a, socklen_t n),
    (fd, a, n))
CALL(int, socket, (int domain, int type, int proto), (domain, type, proto))
CALL(int, socketpair, (int domain, int type, int proto, int fd[2]),
    (domain, type, proto, fd))
CALL(ssize_t, recv, (int fd, void *b, size_t n, int how),
    (fd, b, shim_shorter(n), how))
CALL(ssize_t, send, (int fd, const void *b, size_t n, int how),
    (fd, b, shim_shorter(n), how))
CALL(ssize_t, sendto, (int fd, const void *b, size_t n, int how,
    const struct sockaddr *a, socklen_t len), (fd, b, n, how, a, len))
CALL(int, pipe2, (int fd[2], int how), (fd, how))
CALL(pid_t, fork, (void), ())
CALL(int, memfd_create, (const char *name, unsigned how), (name, how))
CALL(int, timerfd_create, (clockid_t id, int how), (id, how))
CALL(int, pidfd_open, (pid_t pid, unsigned how), (pid, how))
CALL(int, dup2, (int a, int b), (a, b))
CALL(int, usleep, (useconds_t us), (us))

/* A part of the first piece is a legal answer. */
ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	static ssize_t	(*real)(int, const struct iovec *, int);
	struct iovec	one;

	if (FAILS("writev"))
		return -1;
	if (real == NULL)
		real = (ssize_t (*)(int, const struct iovec *, int))
		    shim_next("writev");
	if (n > 0) {
		one = iov[0];
		one.iov_len = shim_shorter(one.iov_len);
		if (one.iov_len < iov[0].iov_len)
			return real(fd, &one, 1);
	}
	return real(fd, iov, n);
}

/* These return their error. */
#define SPAWN(name)							\
int									\
name(pid_t *pid, const char *path,					\
    const posix_spawn_file_actions_t *fa, const posix_spawnattr_t *at,	\
    char *const argv[], char *const env[])				\
{									\
	static int (*real)(pid_t *, const char *,			\
	    const posix_spawn_file_actions_t *,				\
	    const posix_spawnattr_t *, char *const[], char *const[]);	\
									\
	if (FAILS(#name))						\
		return errno;						\
	if (real == NULL)						\
		real = (__typeof__(real))shim_next(#name);		\
	return real(pid, path, fa, at, argv, env);			\
}

SPAWN(posix_spawn)
SPAWN(posix_spawnp)

/* The mode, where there is one. */
#define MODE(flags, last)						\
	__extension__ ({						\
		va_list	ap_;						\
		int	mode_ = 0;					\
									\
		if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {		\
			va_start(ap_, last);				\
			mode_ = va_arg(ap_, int);			\
			va_end(ap_);					\
		}							\
		mode_;							\
	})
#define OPEN_FAILS(flags)						\
	(FAILS("open") || (((flags) & O_CREAT) != 0 && FAILS("create")))

#define OPEN(name)							\
int									\
name(const char *path, int flags, ...)					\
{									\
	static int	(*real)(const char *, int, ...);		\
	int		mode = MODE(flags, flags);			\
									\
	if (OPEN_FAILS(flags))						\
		return -1;						\
	if (real == NULL)						\
		real = (int (*)(const char *, int, ...))shim_next(#name);\
	return real(path, flags, mode);					\
}
#define OPENAT(name)							\
int									\
name(int dir, const char *path, int flags, ...)				\
{									\
	static int	(*real)(int, const char *, int, ...);		\
	int		mode = MODE(flags, flags);			\
									\
	if (OPEN_FAILS(flags))						\
		return -1;						\
	if (real == NULL)						\
		real = (int (*)(int, const char *, int, ...))		\
		    shim_next(#name);					\
	return real(dir, path, flags, mode);				\
}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* NULL with errno as it was is the end; so an error has to set it. */
#define READDIR(name, entry)						\
struct entry *								\
name(DIR *d)								\
{									\
	static struct entry	*(*real)(DIR *);			\
									\
	if (FAILS("readdir"))						\
		return NULL;						\
	if (real == NULL)						\
		real = (struct entry *(*)(DIR *))shim_next(#name);	\
	return real(d);							\
}

READDIR(readdir, dirent)
READDIR(readdir64, dirent64)

FILE *
fopen(const char *restrict path, const char *restrict how)
{
	static FILE	*(*real)(const char *, const char *);

	if (FAILS("open") || (how[0] != 'r' && FAILS("create")))
		return NULL;
	if (real == NULL)
		real = (FILE *(*)(const char *, const char *))
		    shim_next("fopen");
	return real(path, how);
}

static int
locks(int cmd)
{
	return cmd == F_SETLK || cmd == F_SETLKW || cmd == F_OFD_SETLK ||
	    cmd == F_OFD_SETLKW;
}

/* Its argument is a number or an address. */
#define FCNTL(name)							\
int									\
name(int fd, int cmd, ...)						\
{									\
	static int	(*real)(int, int, ...);				\
	va_list		ap;						\
	void		*arg;						\
									\
	va_start(ap, cmd);						\
	arg = va_arg(ap, void *);					\
	va_end(ap);							\
	if (locks(cmd) ? FAILS("lock") : FAILS("fcntl"))		\
		return -1;						\
	if (real == NULL)						\
		real = (int (*)(int, int, ...))shim_next(#name);	\
	return real(fd, cmd, arg);					\
}

FCNTL(fcntl)
FCNTL(fcntl64)

/* openat2(2) has no wrapper; its flags begin what its third argument is. */
static int
openat2_fails(long number, const void *how, const void *caller)
{
	if (number != SYS_openat2)
		return 0;
	return shim_fails("open", caller) ||
	    ((*(const unsigned long long *)how & O_CREAT) != 0 &&
	    shim_fails("create", caller));
}

long
syscall(long number, ...)
{
	static long	(*real)(long, ...);
	long		a[6];
	va_list		ap;
	int		i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (openat2_fails(number, (const void *)a[2],
	    __builtin_return_address(0)))
		return -1;
	if (real == NULL)
		real = (long (*)(long, ...))shim_next("syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
