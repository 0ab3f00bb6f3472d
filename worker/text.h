#ifndef MNEMOD_TEXT_H
#define MNEMOD_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "buf.h"

/*
 * UTF-8 text as stage one and stage two need it: cut on boundaries, made one
 * line, compared without case.  Nothing here allocates but struct buf.
 */

/*
 * Decode one character of the `len' > 0 bytes at `s' into *cp.  Returns the
 * bytes used, at least 1; a broken sequence gives U+FFFD and 1.
 */
size_t text_decode(const char *s, size_t len, uint32_t *cp);

/* Append one character; nothing for what is no scalar value. */
void text_encode(struct buf *, uint32_t cp);

/* The most bytes, at most `max', that end on a character boundary. */
size_t text_cut(const char *s, size_t len, size_t max);

/*
 * Append `len' bytes of `s' as one line of at most `max' bytes: white space
 * runs become one space, control and invisible characters vanish, curly
 * quotes become straight, the ends are trimmed.  What is longer ends in
 * U+2026, which counts.
 */
void text_oneline(struct buf *, const char *s, size_t len, size_t max);

/*
 * 1 if it is ASCII that text_oneline() with room for it would copy as it is.
 */
int text_is_line(const char *s, size_t len);

/* text_oneline() of a string, returned.  The caller frees it. */
char *text_line(const char *s, size_t max);

/*
 * The same, but a link or `code` that would be cut is left out whole: half of
 * one leads nowhere.
 */
char *text_brief(const char *s, size_t max);

/* Append `s' in lower case: ASCII, Latin-1 and Cyrillic letters. */
void text_lower(struct buf *, const char *s);

/*
 * Where `phrase' stands in `s', both in lower case, or NULL.  It must begin
 * and end at word borders, unless its script writes none (Chinese, Japanese,
 * Korean); a final '*' in the phrase lets any ending follow.
 */
const char *text_phrase(const char *s, const char *phrase);

/* 1 if `s' begins with `phrase', by the rules of text_phrase(). */
int text_opens(const char *s, const char *phrase);

/* 1 if the character can be part of a word: letters, digits, '_'. */
int text_wordchar(uint32_t cp);

/* Number of words in `s', a run of word characters each. */
size_t text_words(const char *s);

/* The string without its leading and trailing white space: bounds. */
void text_trim(const char **s, size_t *len);

/*
 * 1 if `s' begins with `prefix' and a decimal number of at most nine digits,
 * maybe with a minus: then it is in *n.
 */
int text_number(const char *s, const char *prefix, int *n);

/* 64 bits of FNV-1a over `len' bytes. */
uint64_t text_hash(const void *data, size_t len);

#endif
