/* Money as people write it. */

#include <stdio.h>
#include <string.h>

#include "supervisor/mnemoctl/money.h"

#define DECIMALS_MIN 2

const char *
money_text(char buf[MONEY_TEXT], int64_t millionths)
{
	size_t	 n, least;

	snprintf(buf, MONEY_TEXT, "%lld.%06lld",
	    (long long)(millionths / 1000000),
	    (long long)(millionths % 1000000));
	least = strcspn(buf, ".") + 1 + DECIMALS_MIN;
	for (n = strlen(buf); n > least && buf[n - 1] == '0'; n--)
		buf[n - 1] = '\0';
	return buf;
}
