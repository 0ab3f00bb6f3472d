#ifndef MNEMOD_BUILTIN_TALLY_H
#define MNEMOD_BUILTIN_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* Counts of strings, for "most" and "seen". */
struct count {
	const char	*name;		/* borrowed */
	const char	*value;		/* borrowed: the newest one's, or NULL */
	int64_t		 n;
	int64_t		 time;		/* newest */
};

struct tally {
	struct count	*v;
	size_t		 n;
};

/* Count `name' `n' times more at `time'.  The element, till the next call. */
struct count *tally_add(struct tally *, const char *name, int64_t n,
    int64_t time);
/* The element of that name, or NULL. */
const struct count *tally_find(const struct tally *, const char *name);
/* The most counted first; equal ones by name. */
void tally_sort(struct tally *);
void tally_clear(struct tally *);

#endif
