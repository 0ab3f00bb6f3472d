#include <sys/prctl.h>
#include <sys/syscall.h>
#include <errno.h>
#include <unistd.h>

#include "landlock_abi.h"
#include "sandbox.h"

/* The C library has no wrappers for Landlock. */

int
sandbox_landlock_abi(void)
{
	long	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
		    LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* Every right on files that a kernel of this ABI can withhold. */
static uint64_t
known_access(int abi)
{
	uint64_t	fs = LANDLOCK_ACCESS_FS_REFER - 1;

	if (abi >= 2)
		fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (abi >= 5)
		fs |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return fs;
}

static int
ruleset_open(int abi)
{
	struct landlock_ruleset	set = { 0, 0, 0 };

	set.handled_fs = known_access(abi);
	if (abi >= 4)
		set.handled_net = LANDLOCK_ACCESS_NET_BIND_TCP |
		    LANDLOCK_ACCESS_NET_CONNECT_TCP;
	if (abi >= 6)
		set.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET |
		    LANDLOCK_SCOPE_SIGNAL;
	return (int)syscall(SYS_landlock_create_ruleset, &set, sizeof(set), 0);
}

static int
ruleset_add(int ruleset, const struct sandbox_rule *rule, int abi)
{
	struct landlock_path_beneath_attr	attr = { 0 };

	attr.allowed_access = sandbox_access[rule->class] & known_access(abi);
	attr.parent_fd = rule->fd;
	return (int)syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &attr, 0);
}

static int
ruleset_add_port(int ruleset, uint16_t port)
{
	const struct sandbox_net_port	attr = {
		LANDLOCK_ACCESS_NET_CONNECT_TCP, port
	};

	return (int)syscall(SYS_landlock_add_rule, ruleset,
	    SANDBOX_RULE_NET_PORT, &attr, 0);
}

int
sandbox_landlock(const struct sandbox *sb, int abi)
{
	size_t	i;
	int	ruleset = ruleset_open(abi), r = 0, saved;

	if (ruleset == -1)
		return -1;
	for (i = 0; i < sb->nrules && r == 0; i++)
		r = ruleset_add(ruleset, &sb->rules[i], abi);
	for (i = 0; i < sb->nports && r == 0 && abi >= 4; i++)
		r = ruleset_add_port(ruleset, sb->ports[i]);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	saved = errno;
	close(ruleset);
	errno = saved;
	return r == 0 ? 0 : -1;
}
