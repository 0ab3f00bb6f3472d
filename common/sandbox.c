#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "log.h"
#include "sandbox.h"

#define MIB (1024ull * 1024ull)

/* What a later Landlock ABI brings, as `ready' names it when missing. */
static const struct {
	int		 abi;
	const char	*name;
} landlock_extras[] = {
	{ 3, "landlock truncate" },
	{ 4, "landlock tcp" },
	{ 5, "landlock ioctl" },
	{ 6, "landlock scope" },
};
#define NEXTRAS (sizeof(landlock_extras) / sizeof(landlock_extras[0]))

int
sandbox_mode_parse(const char *word, enum sandbox_mode *mode)
{
	static const char *const words[] = {
		[SANDBOX_REQUIRED] = "required",
		[SANDBOX_BEST_EFFORT] = "best-effort",
		[SANDBOX_OFF] = "off",
	};
	unsigned	i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) == 0) {
			*mode = (enum sandbox_mode)i;
			return 0;
		}
	}
	return -1;
}

void
sandbox_init(struct sandbox *sb, const struct sandbox_rights *rights,
    enum sandbox_mode mode)
{
	memset(sb, 0, sizeof(*sb));
	sb->rights = rights;
	sb->mode = mode;
	sb->abi_limit = INT_MAX;
}

void
sandbox_release(struct sandbox *sb)
{
	while (sb->nrules > 0)
		fd_close(&sb->rules[--sb->nrules].fd);
}

/* Take over `fd' as a rule, or close it. */
static int
rule_add(struct sandbox *sb, enum sandbox_class class, int fd)
{
	struct stat	st;
	int		err = 0;

	if ((sb->rights->classes & 1u << class) == 0)
		BUG("%s asks for sandbox class %d", sb->rights->name,
		    (int)class);
	if (sb->nrules == SANDBOX_RULES_MAX)
		err = E2BIG;
	else if (fstat(fd, &st) == -1)
		err = errno;
	else if (class == SANDBOX_READ_FILE && S_ISDIR(st.st_mode))
		err = EISDIR;
	else if (class != SANDBOX_READ_FILE && !S_ISDIR(st.st_mode))
		err = ENOTDIR;
	if (err != 0) {
		close(fd);
		errno = err;
		return -1;
	}
	sb->rules[sb->nrules].class = class;
	sb->rules[sb->nrules++].fd = fd;
	return 0;
}

int
sandbox_allow(struct sandbox *sb, enum sandbox_class class, const char *path)
{
	int	fd = open(path, O_PATH | O_CLOEXEC);

	return fd == -1 ? -1 : rule_add(sb, class, fd);
}

int
sandbox_allow_fd(struct sandbox *sb, enum sandbox_class class, int fd)
{
	int	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy == -1 ? -1 : rule_add(sb, class, copy);
}

void
sandbox_allow_port(struct sandbox *sb, uint16_t port)
{
	size_t	i;

	if ((sb->rights->calls & CALLS_NET) == 0)
		BUG("%s asks for a port", sb->rights->name);
	for (i = 0; i < sb->nports; i++)
		if (sb->ports[i] == port)
			return;
	if (sb->nports == SANDBOX_PORTS_MAX)
		BUG("more than %d ports", SANDBOX_PORTS_MAX);
	sb->ports[sb->nports++] = port;
}

/* Lower a limit, soft and hard; what is lower already stays. */
static int
limit(__rlimit_resource_t what, rlim_t max)
{
	struct rlimit	rl;

	if (getrlimit(what, &rl) == -1)
		return -1;
	if (rl.rlim_max < max)
		max = rl.rlim_max;
	rl.rlim_cur = rl.rlim_max = max;
	return setrlimit(what, &rl);
}

/*
 * RLIMIT_DATA counts what is written to; RLIMIT_AS would count mappings
 * that cost nothing.  A sanitizer's shadow memory fits neither.
 * RLIMIT_NPROC counts threads, and those of all processes of the user.
 */
static int
limits_apply(const struct sandbox_rights *rights)
{
	if ((rights->calls & CALLS_NET) == 0 && limit(RLIMIT_NPROC, 0) == -1)
		return -1;
	if (limit(RLIMIT_CORE, 0) == -1 ||
	    limit(RLIMIT_NOFILE, rights->nofile) == -1 ||
	    limit(RLIMIT_FSIZE, rights->fsize_mib * MIB) == -1)
		return -1;
	return SANDBOX_SANITIZED ? 0 :
	    limit(RLIMIT_DATA, rights->data_mib * MIB);
}

static void
report_missing(struct sandbox_report *report, const char *name)
{
	if (report->nmissing < SANDBOX_MISSING_MAX)
		report->missing[report->nmissing++] = name;
}

/*
 * ABI 1 refuses every rename from one directory to another, which writing
 * history needs; so it counts as none.
 */
static int
landlock_apply(struct sandbox *sb, struct sandbox_report *report, char *why,
    size_t whysize)
{
	int	abi = sandbox_landlock_abi();
	size_t	i;

	if (abi > sb->abi_limit)
		abi = sb->abi_limit;
	if (abi < SANDBOX_ABI_REQUIRED) {
		snprintf(why, whysize, "Landlock ABI %d, %d is needed", abi,
		    SANDBOX_ABI_REQUIRED);
		report_missing(report, "landlock");
		return -1;
	}
	if (sandbox_landlock(sb, abi) == -1) {
		snprintf(why, whysize, "Landlock: %s", strerror(errno));
		report_missing(report, "landlock");
		return -1;
	}
	report->landlock = abi;
	for (i = 0; i < NEXTRAS; i++)
		if (abi < landlock_extras[i].abi)
			report_missing(report, landlock_extras[i].name);
	return 0;
}

static int
seccomp_apply(struct sandbox *sb, struct sandbox_report *report, char *why,
    size_t whysize)
{
	if (sandbox_seccomp(sb->rights->calls) == -1) {
		snprintf(why, whysize, "seccomp: %s", strerror(errno));
		report_missing(report, "seccomp");
		return -1;
	}
	report->seccomp = 1;
	return 0;
}

/* What every kernel has; failing here is an error in every mode. */
static int
basics_apply(const struct sandbox *sb, char *why, size_t whysize)
{
	umask(077);
	if (limits_apply(sb->rights) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1) {
		snprintf(why, whysize, "cannot limit myself: %s",
		    strerror(errno));
		return -1;
	}
	return 0;
}

/* In the mode `off': nothing, but only where a sanitizer needs it. */
static int
off_apply(struct sandbox_report *report, char *why, size_t whysize)
{
	umask(077);
	report_missing(report, "landlock");
	report_missing(report, "seccomp");
	if (SANDBOX_SANITIZED)
		return 0;
	snprintf(why, whysize,
	    "sandbox = off is for sanitizer builds; use best-effort");
	return -1;
}

/* Landlock, then seccomp, which takes away the calls that build the rest. */
static int
layers_apply(struct sandbox *sb, struct sandbox_report *report, char *why,
    size_t whysize)
{
	int	landlock, seccomp;

	landlock = landlock_apply(sb, report, why, whysize);
	if (landlock == -1 && sb->mode == SANDBOX_REQUIRED)
		return -1;
	sandbox_release(sb);
	seccomp = seccomp_apply(sb, report, why, whysize);
	return sb->mode == SANDBOX_REQUIRED ? seccomp : 0;
}

int
sandbox_apply(struct sandbox *sb, struct sandbox_report *report, char *why,
    size_t whysize)
{
	char	lack[128] = "";
	int	r;

	memset(report, 0, sizeof(*report));
	if (sb->mode == SANDBOX_OFF)
		r = off_apply(report, why, whysize);
	else if (basics_apply(sb, why, whysize) == -1)
		r = -1;
	else {
		r = layers_apply(sb, report, lack, sizeof(lack));
		if (r == -1)
			snprintf(why, whysize, "%s; `sandbox = best-effort' "
			    "in mnemod.conf goes on without", lack);
	}
	sandbox_release(sb);
	return r;
}
