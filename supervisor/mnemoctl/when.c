/* Times and spans as people say them. */

#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "supervisor/mnemoctl/when.h"

const char *
span_text(char buf[TIME_TEXT], int64_t seconds)
{
	static const struct {
		int64_t		 seconds;
		const char	*name;
	} units[] = {
		{ 365 * 86400LL, "year" }, { 86400, "day" },
		{ 3600, "hour" }, { 60, "minute" }, { 1, "second" }
	};
	size_t	 i = 0;
	int64_t	 n;

	while (i < 4 && seconds < 2 * units[i].seconds)
		i++;
	n = seconds / units[i].seconds;
	snprintf(buf, TIME_TEXT, "%lld %s%s", (long long)n, units[i].name,
	    n == 1 ? "" : "s");
	return buf;
}

/* From one time to a later one, whatever they are. */
static int64_t
between(int64_t from, int64_t to)
{
	int64_t	n;

	return __builtin_sub_overflow(to, from, &n) ? INT64_MAX : n;
}

const char *
time_text(char buf[TIME_TEXT], int64_t when, int64_t now)
{
	char	 span[TIME_TEXT];

	if (when == 0)
		snprintf(buf, TIME_TEXT, "-");
	else if (when == now)
		snprintf(buf, TIME_TEXT, "now");
	else if (when > now)
		snprintf(buf, TIME_TEXT, "in %.40s",
		    span_text(span, between(now, when)));
	else
		snprintf(buf, TIME_TEXT, "%.40s ago",
		    span_text(span, between(when, now)));
	return buf;
}

const char *
stamp_text(char buf[TIME_TEXT], int64_t when)
{
	time_t		t = (time_t)when;
	struct tm	tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, TIME_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "?";
	return buf;
}

const char *
day_text(char buf[TIME_TEXT], int64_t when)
{
	time_t		t = (time_t)when;
	struct tm	tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(buf, TIME_TEXT, "%Y-%m-%d", &tm) == 0)
		return "?";
	return buf;
}
