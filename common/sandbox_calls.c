#include <fcntl.h>

#include "landlock_abi.h"
#include "sandbox.h"

/*
 * What the classes of rules and the groups of calls are:
 * tests/check_sandbox.c tries what they do not give.
 */

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/*
 * Without EXECUTE, MAKE_SYM, MAKE_FIFO, MAKE_SOCK, MAKE_CHAR, MAKE_BLOCK and
 * IOCTL_DEV: plain files and directories are all that a worker makes.
 */
const uint64_t sandbox_access[SANDBOX_CLASS__MAX] = {
	[SANDBOX_READ_TREE] = FS_READ,
	[SANDBOX_WRITE_TREE] = FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE |
	    LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER,
	[SANDBOX_READ_FILE] = LANDLOCK_ACCESS_FS_READ_FILE,
};

/*
 * F_SETOWN and F_SETSIG are missing on purpose: with them a pipe that gets
 * ready sends any signal to any process of the user.
 */
const int sandbox_fcntls[] = {
	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, -1
};

/*
 * Both spellings of a call are named where architectures differ; libseccomp
 * passes over the one that is not there.  What takes a path and changes what
 * it finds is not here at all: before ABI 3 Landlock does not see truncate,
 * and it never sees chmod, chown, setxattr and utime.
 */
const struct sandbox_call sandbox_calls[] = {
	/* memory */
	{ "brk",		CALLS_BASE,	CHECK_NONE },
	{ "madvise",		CALLS_BASE,	CHECK_NONE },
	{ "mmap",		CALLS_BASE,	CHECK_NO_EXEC },
	{ "mprotect",		CALLS_BASE,	CHECK_NO_EXEC },
	{ "mremap",		CALLS_BASE,	CHECK_NONE },
	{ "munmap",		CALLS_BASE,	CHECK_NONE },
	/* descriptors that are open */
	{ "close",		CALLS_BASE,	CHECK_NONE },
	{ "fcntl",		CALLS_BASE,	CHECK_FCNTL },
	{ "fstat",		CALLS_BASE,	CHECK_NONE },
	{ "lseek",		CALLS_BASE,	CHECK_NONE },
	{ "newfstatat",		CALLS_BASE,	CHECK_NONE },
	{ "poll",		CALLS_BASE,	CHECK_NONE },
	{ "ppoll",		CALLS_BASE,	CHECK_NONE },
	{ "pread64",		CALLS_BASE,	CHECK_NONE },
	{ "read",		CALLS_BASE,	CHECK_NONE },
	{ "readv",		CALLS_BASE,	CHECK_NONE },
	{ "write",		CALLS_BASE,	CHECK_NONE },
	{ "writev",		CALLS_BASE,	CHECK_NONE },
	/* oneself: abort(3) sends its signal with tgkill */
	{ "exit",		CALLS_BASE,	CHECK_NONE },
	{ "exit_group",		CALLS_BASE,	CHECK_NONE },
	{ "getegid",		CALLS_BASE,	CHECK_NONE },
	{ "geteuid",		CALLS_BASE,	CHECK_NONE },
	{ "getgid",		CALLS_BASE,	CHECK_NONE },
	{ "getpid",		CALLS_BASE,	CHECK_NONE },
	{ "getppid",		CALLS_BASE,	CHECK_NONE },
	{ "getrandom",		CALLS_BASE,	CHECK_NONE },
	{ "getrusage",		CALLS_BASE,	CHECK_NONE },
	{ "gettid",		CALLS_BASE,	CHECK_NONE },
	{ "getuid",		CALLS_BASE,	CHECK_NONE },
	{ "kill",		CALLS_BASE,	CHECK_SELF },
	{ "prlimit64",		CALLS_BASE,	CHECK_READ_LIMIT },
	{ "rt_sigaction",	CALLS_BASE,	CHECK_NONE },
	{ "rt_sigprocmask",	CALLS_BASE,	CHECK_NONE },
	{ "rt_sigreturn",	CALLS_BASE,	CHECK_NONE },
	{ "sigaltstack",	CALLS_BASE,	CHECK_NONE },
	{ "tgkill",		CALLS_BASE,	CHECK_SELF },
	/* time */
	{ "alarm",		CALLS_BASE,	CHECK_NONE },
	{ "clock_getres",	CALLS_BASE,	CHECK_NONE },
	{ "clock_gettime",	CALLS_BASE,	CHECK_NONE },
	{ "clock_nanosleep",	CALLS_BASE,	CHECK_NONE },
	{ "futex",		CALLS_BASE,	CHECK_NONE },
	{ "gettimeofday",	CALLS_BASE,	CHECK_NONE },
	{ "nanosleep",		CALLS_BASE,	CHECK_NONE },
	{ "restart_syscall",	CALLS_BASE,	CHECK_NONE },
	{ "sched_yield",	CALLS_BASE,	CHECK_NONE },
	{ "setitimer",		CALLS_BASE,	CHECK_NONE },
	{ "time",		CALLS_BASE,	CHECK_NONE },
	/* files, as far as Landlock lets them be opened */
	{ "access",		CALLS_READ,	CHECK_NONE },
	{ "dup",		CALLS_READ,	CHECK_NONE },
	{ "faccessat",		CALLS_READ,	CHECK_NONE },
	{ "faccessat2",		CALLS_READ,	CHECK_NONE },
	{ "fadvise64",		CALLS_READ,	CHECK_NONE },
	{ "fstatfs",		CALLS_READ,	CHECK_NONE },
	{ "getcwd",		CALLS_READ,	CHECK_NONE },
	{ "getdents64",		CALLS_READ,	CHECK_NONE },
	{ "lstat",		CALLS_READ,	CHECK_NONE },
	{ "open",		CALLS_READ,	CHECK_NONE },
	{ "openat",		CALLS_READ,	CHECK_NONE },
	{ "openat2",		CALLS_READ,	CHECK_NONE },
	{ "readlink",		CALLS_READ,	CHECK_NONE },
	{ "readlinkat",		CALLS_READ,	CHECK_NONE },
	{ "stat",		CALLS_READ,	CHECK_NONE },
	{ "statfs",		CALLS_READ,	CHECK_NONE },
	{ "statx",		CALLS_READ,	CHECK_NONE },
	/* changes: the new name is Landlock's, the rest by descriptor */
	{ "fchmod",		CALLS_WRITE,	CHECK_NONE },
	{ "fdatasync",		CALLS_WRITE,	CHECK_NONE },
	{ "flock",		CALLS_WRITE,	CHECK_NONE },
	{ "fsync",		CALLS_WRITE,	CHECK_NONE },
	{ "ftruncate",		CALLS_WRITE,	CHECK_NONE },
	{ "mkdir",		CALLS_WRITE,	CHECK_NONE },
	{ "mkdirat",		CALLS_WRITE,	CHECK_NONE },
	{ "pwrite64",		CALLS_WRITE,	CHECK_NONE },
	{ "rename",		CALLS_WRITE,	CHECK_NONE },
	{ "renameat",		CALLS_WRITE,	CHECK_NONE },
	{ "renameat2",		CALLS_WRITE,	CHECK_NONE },
	{ "rmdir",		CALLS_WRITE,	CHECK_NONE },
	{ "umask",		CALLS_WRITE,	CHECK_NONE },
	{ "unlink",		CALLS_WRITE,	CHECK_NONE },
	{ "unlinkat",		CALLS_WRITE,	CHECK_NONE },
	/* the internet, by name: no AF_UNIX, AF_NETLINK, bind or listen */
	{ "clone",		CALLS_NET,	CHECK_THREAD },
	{ "connect",		CALLS_NET,	CHECK_NONE },
	{ "eventfd2",		CALLS_NET,	CHECK_NONE },
	{ "getpeername",	CALLS_NET,	CHECK_NONE },
	{ "getsockname",	CALLS_NET,	CHECK_NONE },
	{ "getsockopt",		CALLS_NET,	CHECK_NONE },
	{ "recvfrom",		CALLS_NET,	CHECK_NONE },
	{ "recvmsg",		CALLS_NET,	CHECK_NONE },
	{ "rseq",		CALLS_NET,	CHECK_NONE },
	{ "sendmmsg",		CALLS_NET,	CHECK_NONE },
	{ "sendmsg",		CALLS_NET,	CHECK_NONE },
	{ "sendto",		CALLS_NET,	CHECK_NONE },
	{ "set_robust_list",	CALLS_NET,	CHECK_NONE },
	{ "setsockopt",		CALLS_NET,	CHECK_NONE },
	{ "shutdown",		CALLS_NET,	CHECK_NONE },
	{ "socket",		CALLS_NET,	CHECK_INET },
	{ "socketpair",		CALLS_NET,	CHECK_PAIR },
	{ "uname",		CALLS_NET,	CHECK_NONE },
	/* a child that was there before; none can be made */
	{ "wait4",		CALLS_WAIT,	CHECK_NONE },
	{ NULL,			0,		CHECK_NONE }
};
