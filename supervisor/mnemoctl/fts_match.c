/* The words of a person as an expression of FTS5. */

#include <ctype.h>
#include <string.h>

#include "supervisor/mnemoctl/fts.h"

/* What a tokenizer may take for a letter or a digit. */
static int
wordlike(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* U+3000 to U+DFFF, as UTF-8 begins it. */
static int
spaceless(const char *s, size_t len)
{
	return len >= 3 && (unsigned char)s[0] >= 0xe3 &&
	    (unsigned char)s[0] <= 0xed;
}

static int
ordinary(const char *s, size_t len)
{
	return ((unsigned char)*s >= 0x20 || *s == '\n') &&
	    !spaceless(s, len);
}

void
fts_prepare(struct buf *out, const char *s, size_t len)
{
	size_t	i = 0, run;

	buf_grow(out, len);
	while (i < len) {
		for (run = i; run < len && ordinary(s + run, len - run);
		    run++)
			;
		buf_add(out, s + i, run - i);
		i = run;
		if (i < len && spaceless(s + i, len - i)) {
			buf_addch(out, FTS_CUT);
			buf_add(out, s + i, 3);
			buf_addch(out, FTS_CUT);
			i += 3;
		} else if (i < len) {
			buf_addch(out, ' ');
			i++;
		}
	}
}

/* One term, between quotes: FTS5 looks for no operator there. */
static int
add_term(struct buf *match, const char *s, size_t len, int prefix)
{
	size_t	i, letters = 0;

	for (i = 0; i < len; i++)
		letters += wordlike(s[i]) != 0;
	if (letters == 0)
		return 0;
	buf_addstr(match, match->len > 0 ? " \"" : "\"");
	fts_prepare(match, s, len);
	buf_addstr(match, prefix ? "\"*" : "\"");
	return 1;
}

int
fts_match(const char *words, struct buf *match)
{
	const char	*s = words;
	size_t		 len;
	int		 n = 0, phrase;

	while (*s != '\0' && n <= FTS_WORDS_MAX) {
		if (isspace((unsigned char)*s)) {
			s++;
			continue;
		}
		phrase = *s == '"';
		if (phrase)
			s++;
		/* A quote that is never closed goes to the end. */
		len = phrase ? strcspn(s, "\"") : strcspn(s, " \t\r\n\v\f\"");
		n += add_term(match, s, len,
		    !phrase && len > 1 && s[len - 1] == '*');
		s += len;
		if (phrase && *s == '"')
			s++;
	}
	return n <= FTS_WORDS_MAX ? n : -1;
}
