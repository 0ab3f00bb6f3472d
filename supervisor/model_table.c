#include <stddef.h>
#include <string.h>

#include "supervisor/model_table.h"

#define BYTES_PER_TOKEN	4

/*
 * Windows as the vendors publish them; 272,000 tokens at 95 % for the
 * family that stage one is made for.
 */
static const struct model_info table[] = {
	{ "gpt-6",		272000, 95, 1, NULL, "medium" },
	{ "gpt-5",		272000, 95, 1, NULL, "medium" },
	{ "gpt-4.1",		1000000, 90, 0, NULL, NULL },
	{ "gpt-4o",		128000, 90, 0, NULL, NULL },
	{ "o3",			200000, 90, 1, NULL, NULL },
	{ "o4",			200000, 90, 1, NULL, NULL },
	{ "gpt-oss",		131072, 90, 1, NULL, NULL },
	{ "claude-",		200000, 90, 0, NULL, NULL },
	{ "codex-mini",		200000, 90, 1, NULL, NULL },
};
#define NMODELS (sizeof(table) / sizeof(table[0]))

/* A model that nobody told us about: what small local ones have. */
static const struct model_info unknown = { "", 32768, 90, 0, NULL, NULL };

const struct model_info *
model_table_row(unsigned i)
{
	return i < NMODELS ? &table[i] : NULL;
}

const struct model_info *
model_table_find(const char *name)
{
	const struct model_info	*best = &unknown;
	size_t			 i, len;

	for (i = 0; i < NMODELS; i++) {
		len = strlen(table[i].prefix);
		if (strncmp(name, table[i].prefix, len) == 0 &&
		    len > strlen(best->prefix))
			best = &table[i];
	}
	return best;
}

int64_t
model_text_bytes(int64_t context_window, int64_t effective_percent)
{
	int64_t	effective = context_window / 100 * effective_percent +
		    context_window % 100 * effective_percent / 100;

	return effective * 7 / 10 * BYTES_PER_TOKEN;
}
