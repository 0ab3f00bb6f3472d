/* One value of the configuration: from text, by default, freed. */

#include <bsd/stdlib.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "supervisor/config_value.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "common/utf8.h"
#include "supervisor/quote.h"

/* Where the value of a key is in its section's struct. */
static void *
field(void *base, const struct config_key *key)
{
	return (char *)base + key->offset;
}

int
config_value_is_list(const struct config_key *key)
{
	return key->type == TYPE_LIST || key->type == TYPE_NAMES ||
	    key->type == TYPE_PATTERNS;
}

static void
expected_words(struct buf *out, const struct config_key *key)
{
	size_t	i;

	for (i = 0; key->words[i] != NULL; i++) {
		if (i > 0)
			buf_addstr(out, key->words[i + 1] == NULL ? " or " :
			    ", ");
		buf_addstr(out, key->words[i]);
	}
}

/* Append what a value must be: "a number from 0 to 48". */
static void
config_value_expected(struct buf *out, const struct config_key *key)
{
	switch (key->type) {
	case TYPE_INT:
		buf_addf(out, "a number from %lld to %lld",
		    (long long)key->min, (long long)key->max);
		break;
	case TYPE_MONEY:
		buf_addf(out, "an amount from %lld to %lld, such as 0.25",
		    (long long)key->min, (long long)key->max);
		break;
	case TYPE_BOOL:
		buf_addstr(out, "yes or no");
		break;
	case TYPE_WORD:
		expected_words(out, key);
		break;
	case TYPE_TIME:
		buf_addstr(out, "a time such as 2026-07-01T11:08:01Z");
		break;
	case TYPE_NAME:
	case TYPE_NAMES:
		buf_addstr(out, "a name of at most 32 of a-z 0-9 _ -");
		break;
	case TYPE_PATH:
		buf_addstr(out, "a path in UTF-8");
		break;
	case TYPE_STR:
	case TYPE_LIST:
	case TYPE_PATTERNS:
		buf_addstr(out, "printable UTF-8");
		break;
	}
}

/* Digits with up to six after the point; returns 0 or -1. */
static int
parse_money(const char *text, const struct config_key *key, int64_t *out)
{
	const char	*p, *err;
	char		 whole[16];
	int64_t		 n, unit;
	size_t		 len;

	len = strspn(text, "0123456789");
	if (len == 0 || len >= sizeof(whole))
		return -1;
	memcpy(whole, text, len);
	whole[len] = '\0';
	n = strtonum(whole, key->min, key->max, &err) * CONFIG_MILLIONTHS;
	if (err != NULL)
		return -1;
	p = text + len;
	if (*p == '.') {
		unit = CONFIG_MILLIONTHS / 10;
		for (p++; isdigit((unsigned char)*p) && unit > 0; p++) {
			n += (*p - '0') * unit;
			unit /= 10;
		}
	}
	if (*p != '\0' || n > key->max * CONFIG_MILLIONTHS)
		return -1;
	*out = n;
	return 0;
}

static int
parse_bool(const char *text, int *out)
{
	static const char	*const names[] = { "no", "yes", "false", "true",
	    "off", "on" };
	size_t			 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*out = (int)(i % 2);
			return 0;
		}
	}
	return -1;
}

static int
parse_word(const char *text, const struct config_key *key, int *out)
{
	int	i;

	for (i = 0; key->words[i] != NULL; i++) {
		if (strcmp(text, key->words[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	return -1;
}

static int
parse_int(const char *text, const struct config_key *key, int64_t *out)
{
	const char	*err;
	int64_t		 n;

	/* strtonum() itself takes leading blanks and a plus sign. */
	if (strspn(text, "0123456789") != strlen(text) || *text == '\0')
		return -1;
	n = strtonum(text, key->min, key->max, &err);
	if (err != NULL)
		return -1;
	*out = n;
	return 0;
}

/* From 1970 on. */
static int
parse_time(const char *text, int64_t *out)
{
	int64_t	ms;

	ms = CONFIG_NOW_UNSET;
	if (*text != '\0' && (rfc3339_parse(text, &ms) == -1 || ms < 0))
		return -1;
	*out = ms;
	return 0;
}

/* Take over `s' as the string value. */
static void
put_str(void *base, const struct config_key *key, char *s)
{
	char	**p;

	p = field(base, key);
	free(*p);
	*p = s;
}

static int
parse_str(void *base, const struct config_key *key, const char *text,
    const struct paths *paths)
{
	char	*s;

	if (!quote_clean(text))
		return -1;
	if (key->type == TYPE_NAME && !config_name_valid(text))
		return -1;
	s = key->type == TYPE_PATH && *text != '\0' ?
	    paths_expand(paths, text) : xstrdup(text);
	put_str(base, key, s);
	/* The working directory may be part of it. */
	return utf8_is(s) ? 0 : -1;
}

static int
parse_scalar(void *base, const struct config_key *key, const char *text,
    const struct paths *paths)
{
	switch (key->type) {
	case TYPE_INT:
		return parse_int(text, key, field(base, key));
	case TYPE_MONEY:
		return parse_money(text, key, field(base, key));
	case TYPE_BOOL:
		return parse_bool(text, field(base, key));
	case TYPE_WORD:
		return parse_word(text, key, field(base, key));
	case TYPE_TIME:
		return parse_time(text, field(base, key));
	case TYPE_STR:
	case TYPE_NAME:
	case TYPE_PATH:
		return parse_str(base, key, text, paths);
	case TYPE_LIST:
	case TYPE_NAMES:
	case TYPE_PATTERNS:
		break;
	}
	return -1;
}

static void
say_why(struct buf *why, const struct config_key *key, const char *text)
{
	buf_addf(why, "%s = ", key->name);
	quote_add(why, text);
	buf_addstr(why, ": expected ");
	config_value_expected(why, key);
}

int
config_value_set(const struct config_field *f, const char *text,
    const struct paths *paths, struct buf *why)
{
	if (parse_scalar(f->base, f->key, text, paths) == 0)
		return 0;
	say_why(why, f->key, text);
	return -1;
}

int
config_value_set_list(const struct config_field *f, const struct strlist *in,
    const struct paths *paths, struct buf *why)
{
	struct strlist	 out = { NULL, 0 }, *list;
	char		*s;
	size_t		 i;

	for (i = 0; i < in->n; i++) {
		if (!quote_clean(in->v[i]) || in->v[i][0] == '\0' ||
		    (f->key->type == TYPE_NAMES &&
		    !config_name_valid(in->v[i]))) {
			say_why(why, f->key, in->v[i]);
			strlist_clear(&out);
			return -1;
		}
		if (f->key->type == TYPE_PATTERNS)
			s = paths_tilde(paths, in->v[i]);
		else
			s = xstrdup(in->v[i]);
		strlist_add(&out, s);
		free(s);
	}
	list = field(f->base, f->key);
	strlist_clear(list);
	*list = out;
	return 0;
}

void
config_value_default(void *base, const struct config_key *key)
{
	const struct config_field	f = { base, key };
	struct strlist			one = { NULL, 0 };
	struct buf			why = BUF_INIT;
	int				rc;

	if (key->flags & KEY_COMPUTED)
		return;
	if (config_value_is_list(key)) {
		if (*key->def != '\0')
			strlist_add(&one, key->def);
		rc = config_value_set_list(&f, &one, NULL, &why);
		strlist_clear(&one);
	} else
		rc = config_value_set(&f, key->def, NULL, &why);
	if (rc != 0)
		BUG("default of %s", buf_str(&why));
	buf_release(&why);
}

void
config_value_release(void *base, const struct config_key *key)
{
	switch (key->type) {
	case TYPE_STR:
	case TYPE_NAME:
	case TYPE_PATH:
		put_str(base, key, NULL);
		break;
	case TYPE_LIST:
	case TYPE_NAMES:
	case TYPE_PATTERNS:
		strlist_clear(field(base, key));
		break;
	case TYPE_INT:
	case TYPE_MONEY:
	case TYPE_BOOL:
	case TYPE_WORD:
	case TYPE_TIME:
		break;
	}
}
