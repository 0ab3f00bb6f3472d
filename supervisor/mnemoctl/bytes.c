/* Sizes as people read them. */

#include <stdio.h>

#include "supervisor/mnemoctl/bytes.h"

const char *
bytes_text(char buf[BYTES_TEXT], int64_t bytes)
{
	static const char	units[] = { 'k', 'M', 'G', 'T', 'P' };
	int64_t			tenths = bytes / 100;
	size_t			i = 0;

	if (bytes < 1000) {
		snprintf(buf, BYTES_TEXT, "%lld B", (long long)bytes);
		return buf;
	}
	while (tenths >= 10000 && i + 1 < sizeof(units)) {
		tenths /= 1000;
		i++;
	}
	if (tenths < 100)
		snprintf(buf, BYTES_TEXT, "%lld.%lld %cB",
		    (long long)tenths / 10, (long long)tenths % 10, units[i]);
	else
		snprintf(buf, BYTES_TEXT, "%lld %cB", (long long)tenths / 10,
		    units[i]);
	return buf;
}
