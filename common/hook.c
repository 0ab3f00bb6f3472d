#include <stddef.h>

#include "hook.h"

int
hook_testing(void)
{
	return 0;
}

int64_t
hook_grace_ms(void)
{
	return 10000;
}

int64_t
hook_ms(const char *name, int64_t ms)
{
	(void)name;
	return ms;
}

const char *const *
hook_env(void)
{
	static const char *const	none[] = { NULL };

	return none;
}

int64_t
hook_clock_ms(enum hook_clock which)
{
	(void)which;
	return 0;
}

unsigned long
hook_fs_type(const char *path, unsigned long type)
{
	(void)path;
	return type;
}

const char *
hook_power_supply(void)
{
	return "/sys/class/power_supply";
}

int64_t
hook_metrics_ms(void)
{
	return 10000;
}

void
hook_crash(const char *name)
{
	(void)name;
}

void
hook_crash_at(const char *name)
{
	(void)name;
}
