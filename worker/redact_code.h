#ifndef MNEMOD_REDACT_CODE_H
#define MNEMOD_REDACT_CODE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stddef.h>

/*
 * Private to redact*.c: the patterns as compiled code.
 *
 * Our own are compiled when they are first tried, and interpreted: few texts
 * hold what most of them look for, and to compile all of them, to machine
 * code too, would be most of what it costs to start a worker.  The patterns
 * of the user are tried everywhere, so they become machine code at once,
 * which has to be before the sandbox closes.
 */
struct codes;

struct codes *codes_new(void);
/* NULL is allowed. */
void codes_free(struct codes *);

/*
 * Add a pattern of the user.  Returns 0, or -1: `why' names it and the offset
 * of the error in it.
 */
int codes_add_user(struct codes *, const char *pattern, char *why,
    size_t whysize);

/* How many patterns of the user there are. */
size_t codes_nuser(const struct codes *);

/*
 * Machine code for redact_far[], for who reads a lot of what anybody may have
 * written; a millisecond, and before the sandbox closes too.
 */
void codes_prepare(struct codes *);

/* Where a pattern is matched. */
struct subject {
	const char	*text;
	size_t		 len;
	size_t		 at;
};

/* Our own patterns, redact_rules.h. */
enum code_kind {
	CODE_RULE,		/* redact_rules[], right at `at' */
	CODE_GATE,		/* redact_gates[], right at `at' */
	CODE_KEY,		/* redact_keys[] */
	CODE__KINDS
};

/*
 * Match the pattern of that index; the text must be UTF-8.  *spans is set as
 * pcre2_match(3) does, valid until the next match.  What gave up, for want of
 * memory or at a limit, says nothing of the text.
 */
enum code_match {
	CODE_NOT,
	CODE_MATCHES,
	CODE_GAVE_UP
};
enum code_match codes_match(struct codes *, enum code_kind, size_t i,
    const struct subject *, const PCRE2_SIZE **spans);

struct user_match {
	const PCRE2_SIZE	*spans;	/* valid until the next match */
	size_t			 began;	/* before any \K */
};

/*
 * Match a pattern of the user at `at' or later; bytes that are not UTF-8
 * never match.  Returns the number of spans, or what pcre2_match(3) says:
 * PCRE2_ERROR_NOMATCH, or why it gave up.
 */
int codes_user(struct codes *, size_t i, const struct subject *,
    struct user_match *);

#endif
