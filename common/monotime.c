#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hook.h"
#include "log.h"
#include "monotime.h"

static int64_t offset_ms;

static int64_t
clock_ms(clockid_t id)
{
	struct timespec	ts;

	if (clock_gettime(id, &ts) == -1)
		log_fatal("clock_gettime");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t
boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME) + hook_clock_ms(HOOK_BOOT);
}

int64_t
wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME) + hook_clock_ms(HOOK_WALL) + offset_ms;
}

int64_t
wall_s(void)
{
	int64_t	ms = wall_ms();

	return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
}

void
wall_set_offset(int64_t ms)
{
	offset_ms = ms;
}

int64_t
wall_offset(void)
{
	return offset_ms;
}

int
mono_timeout(int64_t deadline, int64_t now)
{
	if (deadline < 0)
		return -1;
	if (deadline <= now)
		return 0;
	if (deadline - now > INT_MAX)
		return INT_MAX;
	return (int)(deadline - now);
}

/* `n' digits at *p as a number; moves *p, or returns -1. */
static int
digits(const char **p, int n)
{
	int	v = 0;

	for (; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

/* One byte of `set' at *p; moves *p.  0, or -1. */
static int
expect(const char **p, const char *set)
{
	if (**p == '\0' || strchr(set, **p) == NULL)
		return -1;
	(*p)++;
	return 0;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t
days_from_civil(int y, int m, int d)
{
	int64_t	era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static int
parse_date(const char **p, int64_t *days)
{
	int	y, m, d;

	if ((y = digits(p, 4)) < 0 || expect(p, "-") < 0 ||
	    (m = digits(p, 2)) < 1 || m > 12 || expect(p, "-") < 0 ||
	    (d = digits(p, 2)) < 1 || d > 31)
		return -1;
	*days = days_from_civil(y, m, d);
	return 0;
}

static int
parse_clock(const char **p, int64_t *ms)
{
	int	h, m, s, scale = 100, frac = 0;

	if ((h = digits(p, 2)) < 0 || h > 23 || expect(p, ":-") < 0 ||
	    (m = digits(p, 2)) < 0 || m > 59 || expect(p, ":-") < 0 ||
	    (s = digits(p, 2)) < 0 || s > 60)
		return -1;
	if (**p == '.') {
		if (!isdigit((unsigned char)*++*p))
			return -1;
		for (; isdigit((unsigned char)**p); (*p)++, scale /= 10)
			frac += (**p - '0') * scale;
	}
	*ms = ((int64_t)h * 3600 + m * 60 + s) * 1000 + frac;
	return 0;
}

static int
parse_zone(const char **p, int64_t *ms)
{
	int	sign, h, m;

	*ms = 0;
	if (**p == '\0')
		return 0;
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		return 0;
	}
	sign = **p == '-' ? -1 : 1;
	if (expect(p, "+-") < 0 || (h = digits(p, 2)) < 0 || h > 23 ||
	    expect(p, ":") < 0 || (m = digits(p, 2)) < 0 || m > 59)
		return -1;
	*ms = sign * (h * 60 + m) * (int64_t)60000;
	return 0;
}

int
rfc3339_parse(const char *s, int64_t *ms)
{
	int64_t		 days, day_ms, zone_ms;

	if (parse_date(&s, &days) < 0 || expect(&s, "Tt ") < 0 ||
	    parse_clock(&s, &day_ms) < 0 || parse_zone(&s, &zone_ms) < 0 ||
	    *s != '\0')
		return -1;
	*ms = days * 86400000 + day_ms - zone_ms;
	return 0;
}

void
rfc3339_format(char out[RFC3339_SIZE], int64_t ms)
{
	struct tm	tm;
	time_t		t = (time_t)(ms / 1000 - (ms % 1000 < 0));
	int		n = -1;

	/* strftime(3) writes the year 26 with two digits. */
	if (gmtime_r(&t, &tm) != NULL)
		n = snprintf(out, RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d"
		    "+00:00", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		    tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (n < 0 || n >= RFC3339_SIZE)
		snprintf(out, RFC3339_SIZE, "1970-01-01T00:00:00+00:00");
}

void
rfc3339_format_s(char out[RFC3339_SIZE], int64_t s)
{
	int64_t	ms;

	rfc3339_format(out, __builtin_mul_overflow(s, 1000, &ms) ? 0 : ms);
}
