#include "sandbox_table.h"

/*
 * The rights of each role: mnemod-worker(8) prints this table, and
 * tests/check_sandbox.c tries what it does not give.
 */

#define C_READ		(1u << SANDBOX_READ_TREE)
#define C_WRITE		(1u << SANDBOX_WRITE_TREE)
#define C_FILE		(1u << SANDBOX_READ_FILE)

const struct sandbox_rights sandbox_table[ROLE__MAX] = {
	[ROLE_GATEWAY] = { "gateway", C_READ,
	    CALLS_BASE | CALLS_READ | CALLS_NET, 1024, 0, 1024 },
	[ROLE_EXTRACT] = { "extract", C_READ | C_FILE, CALLS_BASE | CALLS_READ,
	    512, 0, 64 },
	[ROLE_CONSOLIDATE] = { "consolidate", C_WRITE,
	    CALLS_BASE | CALLS_READ | CALLS_WRITE, 512, 8, 64 },
	[ROLE_WORKSPACE] = { "workspace", C_READ | C_WRITE,
	    CALLS_BASE | CALLS_READ | CALLS_WRITE, 1024, 2048, 256 },
};
