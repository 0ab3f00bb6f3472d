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

const char *
hook_env(void)
{
	return NULL;
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
