#include <string.h>

#include "log.h"
#include "role.h"

static const struct {
	const char	*name;
	const char	*comm;
} roles[] = {
	[ROLE_GATEWAY]		= { "gateway",		"mnemod-gateway" },
	[ROLE_EXTRACT]		= { "extract",		"mnemod-extract" },
	[ROLE_CONSOLIDATE]	= { "consolidate",	"mnemod-agent" },
	[ROLE_WORKSPACE]	= { "workspace",	"mnemod-wspace" },
};
_Static_assert(sizeof(roles) / sizeof(roles[0]) == ROLE__MAX,
    "a row for each role");

const char *
role_name(enum role r)
{
	if (r >= ROLE__MAX)
		BUG("role %d", (int)r);
	return roles[r].name;
}

const char *
role_comm(enum role r)
{
	if (r >= ROLE__MAX)
		BUG("role %d", (int)r);
	return roles[r].comm;
}

enum role
role_by_name(const char *name)
{
	unsigned	i;

	for (i = 0; i < ROLE__MAX; i++)
		if (strcmp(roles[i].name, name) == 0)
			break;
	return (enum role)i;
}
