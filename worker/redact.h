#ifndef MNEMOD_REDACT_H
#define MNEMOD_REDACT_H

#include <json-c/json.h>
#include <stddef.h>
#include "common/buf.h"

/*
 * Takes secrets out of text: API keys, tokens, private keys, passwords.
 * Each secret becomes REDACT_MARK; what tells the reader where it stood (key,
 * separator, opening quote) is kept, so that JSON text stays valid, also
 * where it is held, escaped once or twice, in a string of other JSON text.
 *
 * Redacting twice equals redacting once.  Valid UTF-8 stays valid; bytes that
 * are not UTF-8 are copied as they are and never match.  The time is linear
 * in the length of the text, whatever it holds.
 */

#define REDACT_MARK "[REDACTED_SECRET]"

struct redact;

/*
 * The rules and `n' patterns of the user (PCRE2 syntax, UTF-8, case
 * as written).  Where a user's pattern has a group, the first group is the
 * secret, else the whole match.  To be called before the sandbox closes:
 * their machine code is made here; where that is forbidden, matching is ten
 * times slower and the same.  NULL if a pattern is wrong: `why' then names it
 * and the offset of the error in it.
 */
struct redact *redact_new(const char *const *patterns, size_t n, char *why,
    size_t whysize);

/*
 * The same with the patterns of a worker's settings: the strings of their
 * array "redact", which may be absent.  An element that is no string is as
 * wrong as a pattern.
 */
struct redact *redact_from_settings(json_object *settings, char *why,
    size_t whysize);

/*
 * Spend a millisecond on making the rules faster that hostile text makes
 * slow: for who reads much.  To be called before the sandbox closes.
 */
void redact_prepare(struct redact *);

/*
 * Call `tick' every few milliseconds' work of looking for secrets in text
 * that is full of what may be some.  When it returns nonzero nobody will use
 * what comes of it, so the rest is done in no time: all of it goes.
 */
void redact_set_tick(struct redact *, int (*tick)(void *), void *arg);

/*
 * A rollout, or what is to cost no more, begins.  Without a bound, hostile
 * text costs some seconds for each megabyte.  From here on it costs some tens
 * of seconds, and one more for each 10 MB, up to minutes in all.  Then every
 * text goes from the first place on where a secret may stand, and whole if
 * the user has patterns; a warning says so, once, and calls what is read `what',
 * which is copied.
 */
void redact_bound(struct redact *, const char *what);

/*
 * Why not everything since redact_bound() was searched, as the warning says
 * it, or NULL: it was.  Valid until the next redact_bound().
 */
const char *redact_gave_up(const struct redact *);

/* 1 if redact_new() would take the user's pattern; else 0 and `why'. */
int redact_pattern_ok(const char *pattern, char *why, size_t whysize);

/*
 * Append the `len' bytes at `in' to `out' with their secrets redacted.
 * Returns how many there were.  `in' must not lie in `out'.
 */
size_t redact_text(struct redact *, const char *in, size_t len,
    struct buf *out);

/* The same, but where there was none nothing is appended either. */
size_t redact_found(struct redact *, const char *in, size_t len,
    struct buf *out);

/*
 * Redact, in place, every string value and every key at and below `root'
 * (may be NULL).  A key gives its value context, {"password":"x"}, and so do
 * {"name":"PASSWORD","value":"x"} and ["--password","x"].  Returns how many
 * secrets there were.  A root that is itself a string is redacted too.
 */
size_t redact_json(struct redact *, json_object *root);

/* NULL is allowed. */
void redact_free(struct redact *);

#endif
