#include <sys/statvfs.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/power.h"
#include "supervisor/standstill.h"

#define MIB 1048576

/* statvfs(2) of the path, or of the nearest folder above it. */
static int
look_at_disk(const char *path, struct statvfs *fs)
{
	char	*copy = xstrdup(path), *slash;
	int	 r;

	while ((r = statvfs(copy, fs)) == -1 && errno == ENOENT &&
	    (slash = strrchr(copy, '/')) != NULL)
		slash[slash == copy] = '\0';	/* "/" is always there */
	free(copy);
	return r;
}

static int
is_low(const struct config *c, const char *path, struct standstill *s)
{
	struct statvfs	 fs;
	uint64_t	 free_bytes;
	char		 shown[256];

	s->reason = NULL;
	if (c->min_free_mb == 0 || look_at_disk(path, &fs) == -1)
		return 0;
	free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (free_bytes / MIB >= (uint64_t)c->min_free_mb)
		return 0;
	log_printable(shown, sizeof(shown), path, strlen(path));
	s->reason = LOW_DISK;
	snprintf(s->text, sizeof(s->text), "%s: %llu bytes are free on its "
	    "file system, min_free_mb asks for %lld", shown,
	    (unsigned long long)free_bytes,
	    (long long)c->min_free_mb * MIB);
	return 1;
}

int
standstill_look(const struct config *c, struct standstill *s)
{
	if (is_low(c, c->state, s))
		return 1;
	if (c->on_battery != BATTERY_PAUSE ||
	    !power_on_battery(hook_power_supply()))
		return 0;
	s->reason = ON_BATTERY;
	snprintf(s->text, sizeof(s->text), "the machine runs on battery, and "
	    "on_battery is pause");
	return 1;
}

int
standstill_root(const struct config *c, const char *root,
    struct standstill *s)
{
	return is_low(c, root, s);
}
