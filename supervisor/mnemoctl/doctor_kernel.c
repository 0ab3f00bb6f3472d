/* mnemoctl doctor: what the kernel offers. */

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/mnemoctl/doctor.h"
#include "supervisor/provider.h"

/* Without a sandbox a model provider is refused, builtin is not. */
static enum doctor_level
without_sandbox(const struct doctor *d)
{
	const struct config	*c = d->ctl->config;

	return config_provider_used(c) != NULL &&
	    strcmp(config_sandbox_name(c), "required") == 0 ? DOCTOR_FAIL :
	    DOCTOR_WARN;
}

static void
check_landlock(struct doctor *d)
{
	int	abi = provider_landlock();

	if (abi >= PROVIDER_LANDLOCK)
		doctor_say(d, DOCTOR_OK, "Landlock ABI %d, %d is needed", abi,
		    PROVIDER_LANDLOCK);
	else {
		doctor_say(d, without_sandbox(d), "Landlock ABI %d, %d is "
		    "needed", abi, PROVIDER_LANDLOCK);
		doctor_advise(d, "boot a kernel of 5.19 or later with landlock "
		    "among its lsm=, or write sandbox = best-effort");
	}
}

static void
check_seccomp(struct doctor *d)
{
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != -1)
		doctor_say(d, DOCTOR_OK, "seccomp is there");
	else {
		doctor_say(d, without_sandbox(d), "seccomp: %s",
		    strerror(errno));
		doctor_advise(d, "boot a kernel with CONFIG_SECCOMP_FILTER, or "
		    "write sandbox = best-effort");
	}
}

/* Its two flags are what keeps an agent in its folder. */
static void
check_openat2(struct doctor *d)
{
	struct open_how	 how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS
	};
	long		 fd;

	fd = syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof(how));
	if (fd == -1 && (errno == ENOSYS || errno == EINVAL ||
	    errno == EPERM)) {
		doctor_say(d, DOCTOR_FAIL, "openat2: %s", strerror(errno));
		doctor_advise(d, "Linux 5.6 or later is needed; in a container "
		    "allow openat2");
		return;
	}
	if (fd != -1)
		close((int)fd);
	doctor_say(d, DOCTOR_OK, "openat2 is there");
}

static void
check_pidfd(struct doctor *d)
{
	long	fd = syscall(SYS_pidfd_open, getpid(), 0);

	if (fd == -1) {
		doctor_say(d, DOCTOR_FAIL, "pidfd_open: %s", strerror(errno));
		doctor_advise(d, "Linux 5.3 or later is needed; in a container "
		    "allow pidfd_open");
		return;
	}
	close((int)fd);
	doctor_say(d, DOCTOR_OK, "pidfd_open is there");
}

void
doctor_kernel(struct doctor *d)
{
	struct utsname	 u;

	if (uname(&u) == 0)
		doctor_say(d, DOCTOR_OK, "%s %s, %s", u.sysname, u.release,
		    u.machine);
	check_landlock(d);
	check_seccomp(d);
	check_openat2(d);
	check_pidfd(d);
}
