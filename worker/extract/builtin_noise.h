#ifndef MNEMOD_BUILTIN_NOISE_H
#define MNEMOD_BUILTIN_NOISE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Lines that come with every output ("cannot rehash ..."): seen in three
 * outputs of a thread, or in half of them, whatever the exit code.  A
 * failing test that is run again and again is none, so outputs of different
 * commands count.
 */
struct noise;

struct noise *noise_new(void);
void noise_free(struct noise *);

/* Count the lines of one output of the command that `key' names. */
void noise_output(struct noise *, const char *key, const char *body,
    size_t len);

/* 1 if the line (white space trimmed) is noise by what was seen so far. */
int noise_is(const struct noise *, const char *line);

#endif
