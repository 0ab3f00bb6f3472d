#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "worker/redact.h"
#include "worker/redact_rules.h"

/*
 * A rule says where a secret would stand; here is judged whether what stands
 * there is one.  Code, documentation and messages are full of words in the
 * same places: names of types, variables, placeholders, sentences.
 */

#define MARK_LEN	(sizeof(REDACT_MARK) - 1)

/* Characters of a value by kind. */
struct census {
	size_t	len;
	size_t	digits;
	size_t	lowers;
	size_t	uppers;
	size_t	spaces;
	size_t	words;		/* _ - . */
	size_t	others;
};

/* What stands for a value without being one, in lower case. */
static const char *const	stand_ins[] = {
	"any", "array", "auto", "blank", "bool", "boolean", "buffer", "byte",
	"bytes", "change", "changeme", "default", "dict", "disabled", "dummy",
	"empty", "enabled", "env", "error", "expired", "failed", "false",
	"file", "foobar", "generate", "generated", "hidden", "identifier",
	"incorrect", "inherit", "input", "int", "integer", "invalid",
	"keyword", "missing", "name", "never", "nil", "nocheck", "none",
	"not", "null", "number", "object", "omitted", "optional", "output",
	"pending", "plain", "plaintext", "private", "prompt", "public",
	"readonly", "redacted", "refresh", "removed", "required", "reset",
	"revoked", "sensitive", "some", "str", "string", "stringliteral",
	"symbol", "test", "text", "the", "true", "type", "undefined", "unit",
	"unknown", "unset", "update", "user", "username", "valid", "value",
	"varchar", "void", "wrong",
	"base64", "md5", "sha1", "sha256", "sha-256", "sha512", "utf8",
	"utf-8", "utf16", "oauth2", "int32", "int64", "uint8", "uint32",
	"uint64", "f32", "f64", "bcrypt", "argon2", "x509", "pkcs8",
};

/* Parts of the names of variables and of placeholders. */
static const char *const	naming[] = {
	"pass", "pwd", "secret", "token", "key", "credential", "auth", "your",
	"example", "placeholder", "redact", "change", "insert", "replace",
	"config", "setting", "option", "param", "arg", "input", "value",
};

/* Unlike strchr(3), no set holds the NUL. */
static int
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static int
has_one_of(const char *s, size_t len, const char *set)
{
	size_t	i;

	for (i = 0; i < len; i++)
		if (is_one_of(s[i], set))
			return 1;
	return 0;
}

static int
starts(const char *s, size_t len, const char *with)
{
	size_t	n = strlen(with);

	return len >= n && memcmp(s, with, n) == 0;
}

static struct census
count(const char *s, size_t len)
{
	struct census	c = { .len = len };
	size_t		i;

	for (i = 0; i < len; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			c.digits++;
		else if (s[i] >= 'a' && s[i] <= 'z')
			c.lowers++;
		else if (s[i] >= 'A' && s[i] <= 'Z')
			c.uppers++;
		else if (s[i] == ' ' || s[i] == '\t')
			c.spaces++;
		else if (s[i] == '_' || s[i] == '-' || s[i] == '.')
			c.words++;
		else
			c.others++;
	}
	return c;
}

static int
has_letters(const struct census *c)
{
	return c->lowers + c->uppers > 0;
}

/* Letters and joints only: a name or a word, in some spelling. */
static int
is_name(const struct census *c)
{
	return c->digits == 0 && c->others == 0 && c->spaces == 0 &&
	    has_letters(c);
}

static int
contains(const char *s, size_t len, const char *part)
{
	size_t	n = strlen(part), i;

	for (i = 0; i + n <= len; i++)
		if (strncasecmp(s + i, part, n) == 0)
			return 1;
	return 0;
}

static int
is_base64(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) &&
		    !is_one_of(s[i], "+/=_-"))
			return 0;
	return 1;
}

static int
names_something(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i < sizeof(naming) / sizeof(naming[0]); i++)
		if (contains(s, len, naming[i]))
			return 1;
	return 0;
}

static int
is_stand_in(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++)
		if (strlen(stand_ins[i]) == len &&
		    strncasecmp(s, stand_ins[i], len) == 0)
			return 1;
	return 0;
}

/* xxxxxxxx, ********, ........, also with other ends: xxxx-xxxx. */
static int
is_filler(const char *s, size_t len)
{
	size_t	i, same = 0;

	for (i = 0; i < len; i++)
		same += s[i] == s[0] || s[i] == '-' || s[i] == '.';
	return same == len && len > 1;
}

/* $NAME, ${..}, $(..), {{..}}, {name}, <..>, [..], %s, %NAME%. */
static int
is_reference(const char *s, size_t len)
{
	char	last = s[len - 1];
	size_t	i;

	if (s[0] == '$' && len > 1 && is_one_of(s[1], "({"))
		return 1;
	if (s[0] == '$') {
		for (i = 1; i < len; i++)
			if (!isalnum((unsigned char)s[i]) && s[i] != '_' &&
			    !is_one_of(s[i], ":/."))
				return 0;
		return len > 1 && !isdigit((unsigned char)s[1]);
	}
	if (len > 2 && memmem(s, len, "${", 2) != NULL)
		return 1;
	return (s[0] == '{' && (last == '}' || len < 3 || s[1] == '{')) ||
	    (s[0] == '<' && (last == '>' || last == '<' || s[1] == '/' ||
	    s[1] == '|')) ||
	    (s[0] == '[' && last == ']') ||
	    (s[0] == '%' && (last == '%' || len <= 3 || s[1] == '('));
}

/* A path or an address tells where a secret is kept. */
static int
is_place(const char *s, size_t len, const struct census *c)
{
	if (memmem(s, len, "://", 3) != NULL ||
	    starts(s, len, "arn:"))
		return 1;
	if (!starts(s, len, "/") && !starts(s, len, "./") &&
	    !starts(s, len, "../") && !starts(s, len, "~/"))
		return 0;
	return c->digits == 0 || c->uppers == 0 || c->lowers == 0;
}

static int
in_quotes(const struct redact_value *v)
{
	return v->start > 0 && is_one_of(v->text[v->start - 1], "\"'`");
}

/* `name(', `a[', `a->b', `a::b', `A<b>', without quotes: code. */
static int
is_code(const char *s, const struct redact_value *v, const struct census *c)
{
	char	next = v->end < v->len ? v->text[v->end] : '\0';

	if (memchr(s, '(', c->len) != NULL || memchr(s, '[', c->len) != NULL ||
	    memchr(s, '<', c->len) != NULL || memchr(s, '>', c->len) != NULL ||
	    memmem(s, c->len, "::", 2) != NULL)
		return 1;
	if (next == '(' || next == '[' || next == '{')
		return 1;
	if ((next == '"' || next == '\'') && c->len <= 2)
		return 1;
	return s[0] == '&' || s[0] == '*' || s[0] == '+';
}

static int
overlaps_mark(const struct redact_value *v)
{
	size_t	from, to;

	from = v->start < MARK_LEN ? 0 : v->start - MARK_LEN + 1;
	to = v->len - v->end < MARK_LEN ? v->len : v->end + MARK_LEN - 1;
	return memmem(v->text + from, to - from, REDACT_MARK, MARK_LEN) !=
	    NULL;
}

static int
is_placeholder(const struct redact_value *v, const struct census *c)
{
	const char	*s = v->text + v->start;

	if (is_filler(s, c->len) || is_reference(s, c->len) ||
	    is_stand_in(s, c->len) || is_place(s, c->len, c))
		return 1;
	/* A quote that in truth closed something: `"key: ") + x("'. */
	if (is_one_of(s[0], " ),;}+"))
		return 1;
	if (is_name(c) && (contains(s, c->len, "your") ||
	    contains(s, c->len, "example") ||
	    contains(s, c->len, "placeholder") ||
	    contains(s, c->len, "redacted") || contains(s, c->len, "...")))
		return 1;
	return !in_quotes(v) && is_code(s, v, c);
}

/* Set without spaces, as in the environment and in addresses. */
static int
is_tight(const struct redact_value *v)
{
	return v->start > 1 && v->text[v->start - 1] == '=' &&
	    !is_one_of(v->text[v->start - 2], " \t=!");
}

/* KEY=word at the end of something, or `key: word' up to the line's end. */
static int
stands_alone(const struct redact_value *v)
{
	char	before, next = v->end < v->len ? v->text[v->end] : '\n';
	size_t	i = v->start;

	if (is_tight(v)) {
		before = v->text[v->start - 2];
		return (before >= 'A' && before <= 'Z') || next == '\n' ||
		    next == '&' || next == ' ' || next == '\r';
	}
	while (i > 0 && v->text[i - 1] == ' ')
		i--;
	return i > 0 && v->text[i - 1] == ':' &&
	    (next == '\n' || next == '\r' || next == '\\');
}

static int
is_password(const struct redact_value *v, const struct census *c)
{
	const char	*s = v->text + v->start;

	if (c->len < 4 || c->spaces > 2 || (c->spaces > 0 && c->digits == 0))
		return 0;
	if (in_quotes(v))
		return !is_name(c) || !names_something(s, c->len);
	if (is_name(c))
		return c->len >= 8 && (c->words == 0 || is_tight(v)) &&
		    !names_something(s, c->len) &&
		    (c->uppers == 0 || is_tight(v)) && stands_alone(v);
	if (c->digits == 0 && c->lowers == 0 && c->uppers == 0)
		return 0;
	if (c->digits == 0 && c->others > 0 && has_one_of(s, c->len, "|?;,"))
		return 0;
	return has_letters(c) || is_tight(v) ? c->len >= 5 : c->len >= 6;
}

/*
 * Letters alone: a name in camel case has few capitals, what a machine made
 * has as many as small letters, or none.
 */
static int
is_random_name(const struct redact_value *v, const struct census *c)
{
	const char	*s = v->text + v->start;

	if (names_something(s, c->len) && c->len < 24)
		return 0;
	if (c->words > 0 && !in_quotes(v))
		return 0;
	if (is_tight(v) && c->words == 0 && c->len >= 10)
		return stands_alone(v);
	return c->len >= 20 && (c->uppers * 4 >= c->len ||
	    (c->uppers == 0 && c->words == 0)) && c->lowers > 0;
}

static int
is_token(const struct redact_value *v, const struct census *c)
{
	const char	*s = v->text + v->start;

	if (c->len < 8 || c->spaces > 0)
		return 0;
	if (is_name(c))
		return is_random_name(v, c);
	if (!has_letters(c))
		return c->len >= 10 && c->digits == c->len;
	if (c->digits == 0)
		return c->len >= 16 && c->lowers > 0 &&
		    c->uppers * 5 >= c->len && is_base64(s, c->len);
	/* token_2, arg_10: the name of a variable. */
	return c->len >= 12 || !names_something(s, c->len);
}

static int
is_no_word(const struct redact_value *v, const struct census *c)
{
	const char	*s = v->text + v->start;

	if (!has_letters(c))
		return c->len >= 6 && c->digits == c->len;
	if (c->digits > 0)
		return c->words == 0 || c->uppers > 0 || c->others > 0 ||
		    c->len >= 10;
	/* A mark amid letters: P@ssword, but not and/or. */
	return has_one_of(s + 1, c->len - 1, "@!#$%^&*");
}

int
redact_value_ok(const struct redact_value *v, enum redact_check check)
{
	struct census	c = count(v->text + v->start, v->end - v->start);

	if (c.len == 0 || overlaps_mark(v))
		return 0;
	if (check == REDACT_SHAPE || check == REDACT_BEHIND)
		return 1;
	if (is_placeholder(v, &c))
		return 0;
	switch (check) {
	case REDACT_SHAPE:
	case REDACT_BEHIND:
	case REDACT_VALUE:
		return 1;
	case REDACT_RANDOM:
		return has_letters(&c) && c.digits > 0;
	case REDACT_PASSWORD:
		return is_password(v, &c);
	case REDACT_TOKEN:
		return is_token(v, &c);
	case REDACT_PROSE:
		return is_no_word(v, &c);
	}
	return 0;
}
