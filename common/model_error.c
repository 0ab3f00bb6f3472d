#include <string.h>

#include "log.h"
#include "model_error.h"

static const char *const names[] = {
	[MODEL_NONE]		= "none",
	[MODEL_AUTH]		= "auth",
	[MODEL_QUOTA]		= "quota",
	[MODEL_RATE_LIMIT]	= "rate_limit",
	[MODEL_OVERLOADED]	= "overloaded",
	[MODEL_CONTEXT_WINDOW]	= "context_window",
	[MODEL_INVALID_REQUEST]	= "invalid_request",
	[MODEL_REFUSAL]		= "refusal",
	[MODEL_TRANSPORT]	= "transport",
	[MODEL_PROTOCOL]	= "protocol",
	[MODEL_CANCELLED]	= "cancelled",
	[MODEL_OVER_BUDGET]	= "over_budget",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == MODEL_ERROR__MAX,
    "a name for each class");

const char *
model_error_name(enum model_error e)
{
	if (e >= MODEL_ERROR__MAX)
		BUG("model error %d", (int)e);
	return names[e];
}

enum model_error
model_error_by_name(const char *name)
{
	unsigned	i;

	for (i = 0; i < MODEL_ERROR__MAX; i++)
		if (strcmp(names[i], name) == 0)
			break;
	return (enum model_error)i;
}
