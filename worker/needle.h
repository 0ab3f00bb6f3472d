#ifndef MNEMOD_NEEDLE_H
#define MNEMOD_NEEDLE_H

#include <stddef.h>

/*
 * Finds where in a text any of many short strings stands, in one pass.  A
 * string of three bytes or more is looked for by hashes of its first bytes.
 */
struct needle_set;

struct needle_set *needle_set_new(void);

/*
 * Add the strings of `words' (separated by spaces; [abc] stands for one of
 * several) under `id', which is handed back when one is found.  `nocase':
 * ASCII letters match in either case.
 */
void needle_set_add(struct needle_set *, const char *words, int nocase,
    unsigned int id);

/*
 * Add one string as it stands, spaces and brackets included, of a long one
 * its first bytes: for needle_set_in().
 */
void needle_set_add_text(struct needle_set *, const char *text, int nocase);

/* 1 if any of the strings stands in the text. */
int needle_set_in(const struct needle_set *, const char *text, size_t len);

/* Position of the first candidate at or after `from', or `len' if none. */
size_t needle_set_next(const struct needle_set *, const char *text,
    size_t len, size_t from);

/* One of the strings that stand at a place. */
struct needle_hit {
	unsigned int	id;
	size_t		cursor;		/* where the set goes on */
};

/*
 * What stands at `p', which has `room' bytes, three at least, in the order of
 * adding: call with a hit of zeroes, then again until it returns 0.
 */
int needle_set_at(const struct needle_set *, const char *p, size_t room,
    struct needle_hit *);

void needle_set_free(struct needle_set *);

#endif
