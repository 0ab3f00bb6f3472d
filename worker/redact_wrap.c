#include <ctype.h>
#include <string.h>

#include "worker/redact_wrap.h"

#define WIDTH_MIN	60	/* of a line that was broken */
#define WIDTH_MAX	400
#define BLANKS_MAX	40	/* before a piece */

/* A way in which a line was broken. */
enum brk {
	BRK_NONE,
	BRK_WIDTH,		/* it was full */
	BRK_MARKED		/* it says so: a backslash, two strings */
};

/* What is looked at. */
struct look {
	const char	*text;
	size_t		 len;
	int		 dots;	/* the token has dots in it */
	int		 hex;	/* and nothing but such digits */
};

static int
is_token_char(char c, int dots)
{
	return isalnum((unsigned char)c) || (c != '\0' &&
	    strchr("_-+/", c) != NULL) || (dots && c == '.');
}

static size_t
run_end(const struct look *l, size_t pos)
{
	size_t	end = pos;

	while (end < l->len && is_token_char(l->text[end], l->dots))
		end++;
	/* Padding ends it. */
	while (end < l->len && end > pos && end < pos + WIDTH_MAX &&
	    l->text[end] == '=' && (end + 1 == l->len ||
	    !is_token_char(l->text[end + 1], 1)))
		end++;
	return end;
}

size_t
wrap_run(const char *text, size_t len, size_t pos)
{
	struct look	l = { .text = text, .len = len, .dots = 1 };

	return run_end(&l, pos);
}

/* Past backslashes at `pos'. */
static size_t
skip_escapes(const struct look *l, size_t pos)
{
	while (pos < l->len && l->text[pos] == '\\')
		pos++;
	return pos;
}

/*
 * Past one end of line, as it is or escaped: "\n", "\r\n".  Returns `pos' if
 * there is none.
 */
static size_t
skip_newline(const struct look *l, size_t pos)
{
	size_t	at = pos, past;
	int	i;

	for (i = 0; i < 2 && at < l->len; i++) {
		if (l->text[at] == '\n')
			return at + 1;
		if (l->text[at] == '\r') {
			at++;
			continue;
		}
		past = skip_escapes(l, at);
		if (past == at || past >= l->len)
			return pos;
		if (l->text[past] == 'n')
			return past + 1;
		if (l->text[past] != 'r')
			return pos;
		at = past + 1;
	}
	return pos;
}

static size_t
skip_blanks(const struct look *l, size_t pos)
{
	size_t	end = pos, past;

	while (end < l->len && end - pos < BLANKS_MAX) {
		past = skip_escapes(l, end);
		if (past > end && past < l->len && l->text[past] == 't')
			end = past + 1;
		else if (l->text[end] == ' ' || l->text[end] == '\t')
			end++;
		else
			break;
	}
	return end;
}

/* Past a quote with its backslashes, or `pos'. */
static size_t
skip_quote(const struct look *l, size_t pos)
{
	size_t	end = skip_escapes(l, pos);

	if (end < l->len && (l->text[end] == '"' || l->text[end] == '\''))
		return end + 1;
	return pos;
}

/* How far the line goes back from `end', at most WIDTH_MAX. */
static size_t
width_before(const struct look *l, size_t end)
{
	size_t	n;

	for (n = 0; n < end && n < WIDTH_MAX; n++) {
		if (l->text[end - n - 1] == '\n')
			break;
		if (n > 0 && l->text[end - n - 1] == '\\' &&
		    l->text[end - n] == 'n')
			return n - 1;
	}
	return n;
}

/* `"abc" +\n  "def"': where the next string begins, or `pos'. */
static size_t
next_string(const struct look *l, size_t pos)
{
	size_t	quote = skip_quote(l, pos), at, line, open;

	if (quote == pos)
		return pos;
	at = skip_blanks(l, quote);
	if (at < l->len && strchr("+.", l->text[at]) != NULL &&
	    l->text[at] != '\0')
		at = skip_blanks(l, at + 1);
	else if (at + 1 < l->len && l->text[at] == '\\' &&
	    skip_newline(l, at) == at)
		at = skip_escapes(l, at);
	line = skip_newline(l, at);
	line = skip_blanks(l, line);
	open = skip_quote(l, line);
	/* The same quote: all of it up to the token is alike. */
	if (open == line || open - line != quote - pos ||
	    memcmp(l->text + pos, l->text + line, quote - pos) != 0)
		return pos;
	return open;
}

/*
 * A backslash that is the line's last character.  Escaped once, it is two
 * and "\n" follows: three in all, and twice that each time more.
 */
static size_t
next_continued(const struct look *l, size_t pos)
{
	size_t	at = skip_escapes(l, pos), n = at - pos;

	if (at == l->len)
		return pos;
	if (n == 1 && l->text[at] == '\n')
		return at + 1;
	return l->text[at] == 'n' && (n == 3 || n == 6 || n == 12) ? at + 1 :
	    pos;
}

/* Where the next piece would begin, and why. */
static enum brk
next_piece(const struct look *l, size_t end, size_t *next)
{
	size_t	at;

	if ((at = next_string(l, end)) != end) {
		*next = at;
		return BRK_MARKED;
	}
	if ((at = next_continued(l, end)) != end) {
		*next = skip_blanks(l, at);
		return BRK_MARKED;
	}
	if ((at = skip_newline(l, end)) != end) {
		*next = skip_blanks(l, at);
		return width_before(l, end) >= WIDTH_MIN ? BRK_WIDTH :
		    BRK_NONE;
	}
	return BRK_NONE;
}

struct kinds {
	size_t	digits, lowers, uppers, joints, hex, len;
};

static struct kinds
kinds_of(const struct look *l, size_t start, size_t end)
{
	struct kinds	k = { .len = end - start };
	size_t		i;
	unsigned char	c;

	for (i = start; i < end; i++) {
		c = (unsigned char)l->text[i];
		k.digits += isdigit(c) != 0;
		k.lowers += islower(c) != 0;
		k.uppers += isupper(c) != 0;
		k.joints += c == '-' || c == '_';
		k.hex += isdigit(c) || (c >= 'a' && c <= 'f') || c == '-';
	}
	return k;
}

/* 1 if the line, or the string, ends here. */
static int
ends_here(const struct look *l, size_t pos)
{
	return pos == l->len || skip_newline(l, pos) != pos ||
	    skip_quote(l, pos) != pos;
}

/*
 * After a full line: is this the rest of a token, or does the next line just
 * begin?  A word, a hash, the name of a variable is not the rest of it.
 */
static int
is_rest(const struct look *l, size_t start, size_t end)
{
	struct kinds	k = kinds_of(l, start, end);
	int		mixed = k.digits > 0 && k.lowers + k.uppers > 0;

	if ((k.hex == k.len && !l->hex) || (k.joints > 0 && k.uppers == 0))
		return 0;
	if (end < l->len && strchr("=:([", l->text[end]) != NULL)
		return 0;
	if (ends_here(l, end))
		return (mixed && k.len >= 3) || (k.len >= 12 &&
		    k.uppers >= 2 && k.lowers >= 2);
	return k.digits > 0 && k.lowers > 0 && k.uppers > 0 && k.len >= 8;
}

size_t
wrap_find(struct wrap *w, const struct redact_value *token)
{
	struct look	l = { .text = token->text, .len = token->len };
	struct kinds	first;
	size_t		end = token->end, next = end, piece;
	enum brk	brk;

	l.dots = memchr(token->text + token->start, '.',
	    token->end - token->start) != NULL;
	first = kinds_of(&l, token->start, token->end);
	l.hex = first.hex == first.len;
	for (w->n = 0; w->n < WRAP_PIECES; w->n++) {
		brk = next_piece(&l, end, &next);
		if (brk == BRK_NONE)
			break;
		piece = run_end(&l, next);
		if (piece == next ||
		    (brk == BRK_WIDTH && !is_rest(&l, next, piece)))
			break;
		w->pieces[w->n].start = next;
		w->pieces[w->n].len = piece - next;
		end = piece;
	}
	return w->n;
}
