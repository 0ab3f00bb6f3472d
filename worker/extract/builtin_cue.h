#ifndef MNEMOD_BUILTIN_CUE_H
#define MNEMOD_BUILTIN_CUE_H

#include <stddef.h>

/*
 * What the words of a sentence say, by small tables for English, German,
 * French, Spanish, Portuguese, Japanese, Chinese, Russian and Korean.  All
 * functions take one sentence in lower case (text_lower()).
 */

/* A rule that outlives the request: "always", "from now on", ... */
int cue_standing(const char *s);

/* The sentence takes back what was delivered: "no, ...", "I meant ...". */
int cue_correction(const char *s);

/* Thanks or praise without a "but". */
int cue_acceptance(const char *s);

/*
 * Constraints on how to work, "smallest change", "don't commit": 1 and the
 * bounds of the clauses that hold them.
 */
int cue_constraint(const char *s, size_t *from, size_t *to);

/* The next constraint that `s' holds, in the table's words, or NULL; *i
 * begins with 0. */
const char *cue_constraint_next(const char *s, size_t *i);

/* The rule holds everywhere; the rule holds in this place. */
int cue_everywhere(const char *s);
int cue_here(const char *s);

/*
 * An agent's acknowledgement: the bytes of its opening word and what
 * separates it ("Noted: "), 0 if it is none.
 */
size_t cue_acknowledged(const char *s);

/* An agent's final answer admits a part undone: the phrase, or NULL. */
const char *cue_undone(const char *s);

/*
 * A refusal in front ("stop,", "no."): its bytes with what separates it
 * from the words behind it, 0 if there is none or nothing behind it.
 */
size_t cue_refusal(const char *s);

/* The sentence asks for work: it opens with such a verb ("fix", "add"). */
int cue_work(const char *s);

/* A word points back at what was spoken of: "it", "again". */
int cue_back(const char *s);

/* A word that says nothing about a subject ("the", "please", "fix"). */
int cue_stopword(const char *word);

/*
 * Politeness and glue in front of a request ("please", "can you", "now"):
 * its length with the space behind it, else 0.
 */
size_t cue_preamble(const char *s);

#endif
