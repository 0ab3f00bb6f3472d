#ifndef MNEMOD_SANDBOX_H
#define MNEMOD_SANDBOX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What a process keeps of the rights of its user: mnemod-worker(8), SANDBOX.
 * A sandbox is filled with the directories that are worked on, then applied
 * once, for the life of the process: limits, umask 077, no new privileges,
 * not dumpable, Landlock, and last a seccomp allow-list.  What it may be
 * filled with is its struct sandbox_rights: a row of sandbox_table[] for each
 * role of a worker (worker/sandbox_table.h).
 */

/* What a rule on a path gives. */
enum sandbox_class {
	SANDBOX_READ_TREE,	/* list and read below a directory */
	SANDBOX_WRITE_TREE,	/* that, and make, write, rename, remove
				   plain files and directories below it */
	SANDBOX_READ_FILE,	/* read this one file */
	SANDBOX_CLASS__MAX
};

enum sandbox_mode {
	SANDBOX_REQUIRED,	/* Landlock ABI 2 and seccomp, or fail */
	SANDBOX_BEST_EFFORT,	/* what the kernel has; the rest reported */
	SANDBOX_OFF		/* nothing: sanitizer builds only */
};

/* 1 in a build with AddressSanitizer (gcc's way to tell, then clang's). */
#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/* The oldest Landlock ABI that is enough for SANDBOX_REQUIRED. */
#define SANDBOX_ABI_REQUIRED	2
/* The newest Landlock ABI whose rights this program knows. */
#define SANDBOX_ABI_KNOWN	7

struct sandbox_rule {
	enum sandbox_class	 class;
	int			 fd;	/* O_PATH; owned */
};

#define SANDBOX_RULES_MAX 64
#define SANDBOX_PORTS_MAX 8

/* A sandbox in the making.  Owns the descriptors of its rules. */
struct sandbox {
	const struct sandbox_rights	*rights;	/* borrowed */
	enum sandbox_mode	 mode;
	int			 abi_limit;	/* tests: as if this ABI */
	struct sandbox_rule	 rules[SANDBOX_RULES_MAX];
	size_t			 nrules;
	uint16_t		 ports[SANDBOX_PORTS_MAX];
	size_t			 nports;
};

#define SANDBOX_MISSING_MAX 8

/* What came into force. */
struct sandbox_report {
	int		 landlock;	/* ABI, 0: none */
	int		 seccomp;	/* 1: the filter is on */
	const char	*missing[SANDBOX_MISSING_MAX];	/* constants */
	size_t		 nmissing;
};

/* An empty sandbox.  Costs nothing until the first rule. */
void sandbox_init(struct sandbox *, const struct sandbox_rights *,
    enum sandbox_mode);
/* Close the descriptors of the rules. */
void sandbox_release(struct sandbox *);

/*
 * Add a rule for what `path' is now; a rule stays with the inode.  A final
 * symbolic link is followed.  Returns 0, or -1 with errno: ENOENT (a path
 * that does not exist cannot be a rule), ENOTDIR, EISDIR (the class does
 * not fit), E2BIG (more than SANDBOX_RULES_MAX) or what open(2) says.  A
 * class that the rights do not have is our own error.
 */
int sandbox_allow(struct sandbox *, enum sandbox_class, const char *path);

/* The same for an open descriptor, which stays the caller's. */
int sandbox_allow_fd(struct sandbox *, enum sandbox_class, int fd);

/*
 * Let the process, which must have CALLS_NET, connect to this TCP port; where
 * the kernel's Landlock is older than ABI 4, it can connect to all.
 */
void sandbox_allow_port(struct sandbox *, uint16_t port);

/*
 * Close the sandbox around this process, for good.  Returns 0, or -1 with a
 * sentence in `why' that says what is missing and which line to change;
 * part of it may then be in force, so leave.  Releases the rules.
 */
int sandbox_apply(struct sandbox *, struct sandbox_report *, char *why,
    size_t whysize);

/* "required", "best-effort", "off"; returns 0, or -1 for other words. */
int sandbox_mode_parse(const char *word, enum sandbox_mode *);

/* The Landlock ABI of the running kernel; 0 if there is none. */
int sandbox_landlock_abi(void);

/*
 * Rights.
 */

/* Groups of system calls; their members are in sandbox_calls[]. */
#define CALLS_BASE	0x1u	/* memory, time, signals to oneself, pipes */
#define CALLS_READ	0x2u	/* open, list, stat and read files */
#define CALLS_WRITE	0x4u	/* make, rename, remove; by descriptor: sync,
				   truncate, chmod, lock */
#define CALLS_NET	0x8u	/* connect to the internet; threads, in which
				   names are looked up */

#define CALLS_WAIT	0x10u	/* for a child made before */

/* One argument of a call that decides; the others are free. */
enum call_check {
	CHECK_NONE,		/* allowed whatever its arguments */
	CHECK_NO_EXEC,		/* the third has no PROT_EXEC */
	CHECK_SELF,		/* the first is our own pid */
	CHECK_FCNTL,		/* the second is in sandbox_fcntls[] */
	CHECK_READ_LIMIT,	/* the first is 0, the third NULL */
	CHECK_INET,		/* TCP or UDP over IPv4 or IPv6 */
	CHECK_PAIR,		/* the first is AF_UNIX: to oneself */
	CHECK_THREAD		/* a thread in the same namespaces */
};

struct sandbox_call {
	const char	*name;
	unsigned	 group;
	enum call_check	 check;
};

struct sandbox_rights {
	const char	*name;		/* whose, for messages */
	unsigned	 classes;	/* 1u << enum sandbox_class */
	unsigned	 calls;		/* CALLS_* */
	unsigned	 data_mib;	/* RLIMIT_DATA */
	unsigned	 fsize_mib;	/* RLIMIT_FSIZE, 0: writes no file */
	unsigned	 nofile;	/* RLIMIT_NOFILE */
};

extern const struct sandbox_call sandbox_calls[];	/* ends: name NULL */
extern const int sandbox_fcntls[];			/* ends: -1 */

/* The Landlock rights on files of a class, as of the newest known ABI. */
extern const uint64_t sandbox_access[SANDBOX_CLASS__MAX];

/*
 * Load the allow-list of `calls', sandbox_seccomp.c.  A call that is not on
 * it fails with EPERM; clone3 with ENOSYS, so that libraries try what came
 * before it.  Returns 0, or -1 with errno.
 */
int sandbox_seccomp(unsigned calls);

/*
 * Enter a domain in which the rules alone give access, as a kernel of the
 * given ABI would; sandbox_landlock.c.  Returns 0, or -1 with errno.
 */
int sandbox_landlock(const struct sandbox *, int abi);

#endif
