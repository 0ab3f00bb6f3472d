/* Tokens of a configuration file, cut as libconfuse would cut them. */

#include <stdlib.h>
#include <string.h>
#include "common/mem.h"
#include "supervisor/config_token.h"
#include "supervisor/quote.h"

int
tokens_error(struct tokens *s, int line)
{
	buf_addf(s->why, "%s:%d: ", s->file, line);
	return -1;
}

/* One byte goes to the clean text as it is. */
static void
take(struct tokens *s)
{
	if (*s->p == '\n')
		s->line++;
	buf_addch(s->clean, *s->p++);
}

static int
at(const struct tokens *s, const char *what)
{
	size_t	n;

	n = strlen(what);
	return (size_t)(s->end - s->p) >= n && memcmp(s->p, what, n) == 0;
}

/* Comments are blanked out; 0, or -1 if one does not end. */
static int
skip_comment(struct tokens *s)
{
	int	line;

	line = s->line;
	if (!at(s, "/*")) {
		while (s->p < s->end && *s->p != '\n')
			s->p++;
		return 0;
	}
	for (s->p += 2; s->p < s->end && !at(s, "*/");) {
		if (*s->p == '\n')
			take(s);
		else
			s->p++;
	}
	if (s->p == s->end) {
		tokens_error(s, line);
		buf_addstr(s->why, "this comment is not closed: expected */");
		return -1;
	}
	s->p += 2;
	buf_addch(s->clean, ' ');
	return 0;
}

/*
 * A backslash in a string.  In double quotes libconfuse makes "\b" a
 * backspace and ends the value at "\0": neither is ever meant.
 */
static int
take_backslash(struct tokens *s, char quote)
{
	char	next;

	next = s->p + 1 < s->end ? s->p[1] : '\n';
	if (next == '\n' ||
	    (quote == '"' && strchr("\"\\$", next) == NULL)) {
		tokens_error(s, s->line);
		buf_addstr(s->why, "a lone backslash: expected two of them, "
		    "or single quotes");
		return -1;
	}
	buf_addch(&s->word, *s->p);
	take(s);
	return 0;
}

/* A quoted string; in double quotes a dollar sign is made harmless. */
static enum token
take_quoted(struct tokens *s, char quote)
{
	take(s);
	while (s->p < s->end && *s->p != quote && *s->p != '\n') {
		if (quote == '"' && *s->p == '$')
			buf_addch(s->clean, '\\');
		if (*s->p == '\\' && take_backslash(s, quote) == -1)
			return TOK_ERROR;
		buf_addch(&s->word, *s->p);
		take(s);
	}
	if (s->p == s->end || *s->p != quote) {
		tokens_error(s, s->word_line);
		buf_addf(s->why, "this string is not closed: expected %c on "
		    "the same line", quote);
		return TOK_ERROR;
	}
	take(s);
	return TOK_WORD;
}

/* What libconfuse takes for a word without quotes. */
static enum token
take_bare(struct tokens *s)
{
	while (s->p < s->end && strchr(" \t\n\r={}(),", *s->p) == NULL) {
		if (strchr("#\"'$*\\+", *s->p) != NULL || at(s, "//")) {
			tokens_error(s, s->line);
			buf_addf(s->why, "`%c' in a word without quotes: "
			    "expected \"...\" around it", *s->p);
			return TOK_ERROR;
		}
		buf_addch(&s->word, *s->p);
		take(s);
	}
	return TOK_WORD;
}

static enum token
take_sign(struct tokens *s)
{
	char	c;

	c = *s->p;
	if (c == '+') {
		tokens_error(s, s->line);
		buf_addstr(s->why, "`+' does nothing here: expected `=' and "
		    "the whole list, or the string in quotes");
		return TOK_ERROR;
	}
	take(s);
	switch (c) {
	case '{':
		return TOK_OPEN;
	case '}':
		return TOK_CLOSE;
	case '=':
		return TOK_EQUAL;
	default:
		return TOK_OTHER;
	}
}

enum token
tokens_next(struct tokens *s)
{
	for (;;) {
		while (s->p < s->end && strchr(" \t\r\n", *s->p) != NULL)
			take(s);
		if (s->p == s->end)
			return TOK_END;
		if (*s->p != '#' && !at(s, "//") && !at(s, "/*"))
			break;
		if (skip_comment(s) == -1)
			return TOK_ERROR;
	}
	buf_reset(&s->word);
	s->word_line = s->line;
	if (*s->p == '"' || *s->p == '\'')
		return take_quoted(s, *s->p);
	if (strchr("={}()+,", *s->p) != NULL)
		return take_sign(s);
	return take_bare(s);
}

int
tokens_check(struct tokens *s)
{
	const char	*p, *nl;
	char		*copy, *c;
	int		 line, ok;

	line = 1;
	for (p = s->p; p < s->end; p = nl + 1, line++) {
		nl = memchr(p, '\n', (size_t)(s->end - p));
		if (nl == NULL)
			nl = s->end;
		copy = xstrndup(p, (size_t)(nl - p));
		ok = strlen(copy) == (size_t)(nl - p);
		for (c = copy; *c != '\0'; c++) {
			if (*c == '\t' || (*c == '\r' && c[1] == '\0'))
				*c = ' ';
		}
		ok = ok && quote_clean(copy);
		free(copy);
		if (!ok) {
			tokens_error(s, line);
			buf_addstr(s->why, "a control character, an "
			    "invisible one or bad UTF-8: expected plain "
			    "text");
			return -1;
		}
	}
	return 0;
}
