#ifndef MNEMOD_CONFIG_VALUE_H
#define MNEMOD_CONFIG_VALUE_H

#include "common/buf.h"
#include "supervisor/config_table.h"
#include "supervisor/paths.h"

/* Amounts of money are whole numbers of these. */
#define CONFIG_MILLIONTHS 1000000

/* One value: from text, to text, compared, released; all by its row. */

/* A key of one section, whose struct is at `base'. */
struct config_field {
	void			*base;
	const struct config_key	*key;
};

/*
 * Set a key that is no list from its text.  Returns 0, or -1 with the reason
 * in `why' ("expected a number from 0 to 48"); then nothing changed.
 */
int config_value_set(const struct config_field *, const char *text,
    const struct paths *, struct buf *why);

/* Replace a list; the same. */
int config_value_set_list(const struct config_field *,
    const struct strlist *, const struct paths *, struct buf *why);

/* Give the key its row's default; a computed one is left unset. */
void config_value_default(void *base, const struct config_key *);

/* Append the value as it stands in a file: `"x"', `6', `{"a", "b"}'. */
void config_value_write(struct buf *, const void *base,
    const struct config_key *);

/* 1 if both hold the same value. */
int config_value_same(const void *a, const void *b,
    const struct config_key *);

/* Free what the value holds. */
void config_value_release(void *base, const struct config_key *);

/* 1 for the types that hold a struct strlist. */
int config_value_is_list(const struct config_key *);

#endif
