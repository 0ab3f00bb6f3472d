#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "common/hook.h"

/*
 * The test builds' side of common/hook.h: a shorter grace from the
 * environment, and a crash point.
 */
#define GRACE_ENV "MNEMOD_TEST_GRACE_MS"
#define EXCHANGE_ENV "MNEMOD_TEST_EXCHANGE_MS"

#define CRASH_POINTS	2

static struct crash {
	char		point[64];
	unsigned	left;	/* times that it is still passed by */
} crash[CRASH_POINTS];

int
hook_testing(void)
{
	return 1;
}

/* What is preloaded goes on where it says in which programs. */
const char *const *
hook_env(void)
{
	static const char *const	alone[] = { GRACE_ENV, EXCHANGE_ENV,
	    "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", NULL };
	static const char *const	with_shim[] = { GRACE_ENV, "LD_PRELOAD",
	    "SHIM_IN", "SHIM_FAIL", "SHIM_SHORT", "SHIM_SEEN", "SHIM_OURS",
	    NULL };

	return getenv("SHIM_IN") == NULL ? alone : with_shim;
}

int64_t
hook_ms(const char *name, int64_t ms)
{
	char		 env[64];
	const char	*v, *err;
	int64_t		 n;

	snprintf(env, sizeof(env), "MNEMOD_TEST_%s_MS", name);
	v = getenv(env);
	if (v == NULL)
		return ms;
	n = strtonum(v, 1, 3600000, &err);
	return err == NULL ? n : ms;
}

int64_t
hook_grace_ms(void)
{
	return hook_ms("GRACE", 10000);
}

int64_t
hook_metrics_ms(void)
{
	return hook_ms("METRICS", 10000);
}

int64_t
hook_clock_ms(enum hook_clock which)
{
	const char	*path = getenv("MNEMOD_TEST_CLOCK");
	long long	 wall = 0, boot = 0;
	FILE		*fp = path == NULL ? NULL : fopen(path, "re");

	if (fp != NULL) {
		if (fscanf(fp, "%lld %lld", &wall, &boot) != 2)
			wall = boot = 0;
		fclose(fp);
	}
	return which == HOOK_WALL ? wall : boot;
}

unsigned long
hook_fs_type(const char *path, unsigned long type)
{
	const char	*nfs = getenv("MNEMOD_TEST_NFS");

	return nfs != NULL && strncmp(path, nfs, strlen(nfs)) == 0 ? 0x6969 :
	    type;
}

const char *
hook_power_supply(void)
{
	const char	*dir = getenv("MNEMOD_TEST_POWER_SUPPLY");

	return dir == NULL ? "/sys/class/power_supply" : dir;
}

/*
 * "NAME" kills the process at that point, "stop:NAME" stops it, so that the
 * test can look at it, or kill others first; "NAME#N" when it comes by for the
 * Nth time; "ONE,OTHER" does both.
 */
static void
come_by(struct crash *c, const char *name)
{
	static const char	stop[] = "stop:";
	size_t			n = sizeof(stop) - 1;

	if (strcmp(name, c->point) == 0 && --c->left == 0)
		kill(getpid(), SIGKILL);
	else if (strncmp(c->point, stop, n) == 0 &&
	    strcmp(name, c->point + n) == 0)
		kill(getpid(), SIGSTOP);
}

void
hook_crash(const char *name)
{
	size_t	i;

	for (i = 0; i < CRASH_POINTS; i++)
		come_by(&crash[i], name);
}

static void
set_point(struct crash *c, const char *name, size_t len)
{
	char	*times;

	if (len >= sizeof(c->point))
		len = sizeof(c->point) - 1;
	memcpy(c->point, name, len);
	c->point[len] = '\0';
	times = strchr(c->point, '#');
	c->left = times == NULL ? 1 : (unsigned)atoi(times + 1);
	if (times != NULL)
		*times = '\0';
}

void
hook_crash_at(const char *name)
{
	const char	*p = name == NULL ? "" : name;
	size_t		 i;

	for (i = 0; i < CRASH_POINTS; i++) {
		set_point(&crash[i], p, strcspn(p, ","));
		p += strcspn(p, ",");
		p += *p == ',';
	}
}
