#include <stddef.h>

#include "worker/injection.h"
#include "worker/needle.h"
#include "worker/text.h"

static const char *const overrides[] = { "ignore previous",
	"ignore all previous",
	"ignore the previous", "ignore any previous", "ignore your",
	"disregard previous", "disregard all", "disregard the above",
	"new instructions", "override your", "ignoriere alle", NULL };

static const char *const addresses[] = {
	"in your memory", "to your memory", "your memory", "your instructions",
	"system prompt", "as an ai", "dear agent", "ai agent", "language model",
	"record in memory", "save to memory", "メモリに記録", NULL };

/* Said to an agent, and by a program to whoever runs it. */
static const char *const commands[] = { "remember that", "remember this",
	"you must", "you should always", NULL };

static int
holds_any(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (text_phrase(s, *list) != NULL)
			return 1;
	return 0;
}

static void
add_list(struct needle_set *set, const char *const *list)
{
	for (; *list != NULL; list++)
		needle_set_add_text(set, *list, 1);
}

void
injection_needles(struct needle_set *set)
{
	add_list(set, overrides);
	add_list(set, addresses);
	add_list(set, commands);
}

int
injection_overrides(const char *s)
{
	return holds_any(s, overrides);
}

int
injection_addresses(const char *s)
{
	return holds_any(s, overrides) || holds_any(s, addresses);
}

int
injection_commands(const char *s)
{
	return holds_any(s, commands);
}
