#ifndef MNEMOD_MODEL_TABLE_H
#define MNEMOD_MODEL_TABLE_H

#include <stdint.h>

/*
 * What is known of models: mnemod.conf(5), MODELS.  A model that is not in
 * the table is taken for a careful guess; the provider's keys go first.
 */
struct model_info {
	const char	*prefix;	/* of the name; the longest wins */
	int64_t		 context_window;	/* tokens */
	int64_t		 effective_percent;	/* of it, for the input */
	int		 reasoning;		/* takes an effort */
	const char	*reasoning_summary;	/* default, or NULL: none */
	const char	*verbosity;		/* default; NULL: takes none */
};

/* Never NULL: the guess has the prefix "". */
const struct model_info *model_table_find(const char *name);

/* The i-th row, NULL after the last. */
const struct model_info *model_table_row(unsigned i);

/*
 * How many bytes of a rollout's text go into one request: seven tenths of
 * the effective window, four bytes a token.
 */
int64_t model_text_bytes(int64_t context_window, int64_t effective_percent);

#endif
