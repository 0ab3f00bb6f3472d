#ifndef MNEMOD_CONFIG_TOKEN_H
#define MNEMOD_CONFIG_TOKEN_H

#include "common/buf.h"

enum token {
	TOK_END,
	TOK_WORD,		/* quoted or not; its text is in `word' */
	TOK_OPEN,
	TOK_CLOSE,
	TOK_EQUAL,
	TOK_OTHER,		/* comma and the like: libconfuse judges */
	TOK_ERROR		/* the message is written */
};

/* Where a scan stands.  The caller fills it and releases `word'. */
struct tokens {
	const char	*file;		/* for messages */
	const char	*p;
	const char	*end;
	int		 line;
	int		 word_line;	/* where `word' begins */
	struct buf	 word;		/* of TOK_WORD, escapes as written */
	struct buf	*clean;		/* the text for libconfuse */
	struct buf	*why;
};

/*
 * The next token.  What was read goes to `clean' line by line as it was, but
 * without comments and with `$' made harmless.
 */
enum token tokens_next(struct tokens *);

/*
 * Look at the rest for NUL, control characters and bad UTF-8.  0, or -1
 * with a message.
 */
int tokens_check(struct tokens *);

/* Begin a message with file and line; returns -1. */
int tokens_error(struct tokens *, int line);

#endif
