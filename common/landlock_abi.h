#ifndef MNEMOD_LANDLOCK_ABI_H
#define MNEMOD_LANDLOCK_ABI_H

#include <linux/landlock.h>
#include <stdint.h>

/*
 * Landlock up to ABI 7 (landlock(7), the kernel's landlock.rst).  Headers of
 * older systems end earlier; a kernel without a bit is never asked for it.
 */
#ifndef LANDLOCK_ACCESS_FS_REFER		/* ABI 2 */
#define LANDLOCK_ACCESS_FS_REFER		(1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE		/* ABI 3 */
#define LANDLOCK_ACCESS_FS_TRUNCATE		(1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP		/* ABI 4 */
#define LANDLOCK_ACCESS_NET_BIND_TCP		(1ULL << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP		(1ULL << 1)
#endif
/* enum landlock_rule_type of ABI 4, and what its rule is. */
#define SANDBOX_RULE_NET_PORT	2
struct sandbox_net_port {
	uint64_t	allowed_access;
	uint64_t	port;
};
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV		/* ABI 5 */
#define LANDLOCK_ACCESS_FS_IOCTL_DEV		(1ULL << 15)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET	/* ABI 6 */
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET	(1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL			(1ULL << 1)
#endif

/*
 * struct landlock_ruleset_attr of ABI 6 under a name of our own.  The
 * kernel takes a longer struct than it knows if the rest is zero.
 */
struct landlock_ruleset {
	uint64_t	handled_fs;
	uint64_t	handled_net;	/* ABI 4 */
	uint64_t	scoped;		/* ABI 6 */
};

#endif
