#ifndef MNEMOD_REDACT_RULES_H
#define MNEMOD_REDACT_RULES_H

#include <stddef.h>

/* Private to redact*.c: the table of rules and the judgement of values. */

/* What a match must be besides matching, see redact_value.c. */
enum redact_check {
	REDACT_SHAPE,		/* nothing: the shape is proof enough */
	REDACT_BEHIND,		/* the same, and group 1 before the needle */
	REDACT_VALUE,		/* not a placeholder or a reference */
	REDACT_RANDOM,		/* REDACT_VALUE, and letters and digits */
	REDACT_PASSWORD,	/* what a password may be */
	REDACT_TOKEN,		/* what a machine made */
	REDACT_PROSE		/* a word that cannot be one of a sentence */
};

/*
 * A rule is tried only where one of its needles stands.  `needles' are
 * separated by spaces, at least three characters each; [abc] stands for one
 * of several.  `pattern' is matched from the needle's first byte on; what it
 * matches (after \K, if it has one) is the secret.
 */
struct redact_rule {
	const char		*name;
	const char		*needles;
	enum redact_check	 check;
	const char		*pattern;
};

extern const struct redact_rule	redact_rules[];
extern const size_t		redact_nrules;

/*
 * Names of the rules that may go on looking far behind each needle, only to
 * find nothing: text made of their needles is what costs most.
 */
extern const char *const	redact_far[];	/* ends: NULL */

/*
 * What several rules begin with: the rules that have the very same array of
 * needles follow each other, and are tried only where this matches.
 */
struct redact_gate {
	const char	*needles;
	const char	*pattern;
};

extern const struct redact_gate	redact_gates[];
extern const size_t		redact_ngates;

/*
 * Keys of JSON objects and long options of commands: the whole of the key is
 * to be matched.  The check is for the value.
 */
struct redact_key {
	enum redact_check	 check;
	const char		*pattern;
};

extern const struct redact_key	redact_keys[];
extern const size_t		redact_nkeys;

/* Whether a text is UTF-8: looked at once, and only where it matters. */
enum redact_encoding {
	REDACT_UNKNOWN,
	REDACT_UTF8,
	REDACT_BYTES		/* here and there it is not */
};

/* A part of a text that a rule takes for a secret. */
struct redact_value {
	const char		*text;
	size_t			 len;
	size_t			 start;
	size_t			 end;
	enum redact_encoding	 utf8;
};

/* 1 if the value passes the check, 0 if it must stay as it is. */
int redact_value_ok(const struct redact_value *, enum redact_check);

/*
 * 1 if `key', as the key of a JSON object or a long option, says that its
 * value is a secret; *check is then what the value must pass.
 */
struct redact;
int redact_key_check(struct redact *, const char *key, size_t len,
    enum redact_check *check);

/* 0 if no rule can begin in the text: most keys, told cheaply. */
int redact_may_begin(struct redact *, const char *text, size_t len);

#endif
