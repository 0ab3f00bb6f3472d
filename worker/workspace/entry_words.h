#ifndef MNEMOD_ENTRY_WORDS_H
#define MNEMOD_ENTRY_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include "worker/workspace/handbook.h"

/*
 * The entries of one MEMORY.md as sets of words, to find out which of an
 * older one still stand, and which another entry says in other words.
 */
struct words;

struct entry_words {
	const struct handbook	*book;	/* borrowed */
	struct words		*words;
	uint64_t		*whole;	/* hash of each entry's body */
	size_t			 n;	/* entries; more than 5000 are left */
};

void entry_words_init(struct entry_words *, const struct handbook *);
void entry_words_release(struct entry_words *);

/* 1 if `now' has the i-th entry of `old' word for word. */
int entry_words_stand(const struct entry_words *old, size_t i,
    const struct entry_words *now);

/*
 * The entry of `now' that says the i-th of `old' in other words: half of its
 * words and more; or ENTRY_NONE.
 */
#define ENTRY_NONE ((size_t)-1)
size_t entry_words_like(const struct entry_words *old, size_t i,
    const struct entry_words *now);

#endif
