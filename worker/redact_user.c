#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "worker/redact.h"
#include "worker/redact_user.h"

/*
 * How far one match sees: steps that the library does not count, as those
 * of a set that repeats, are quadratic in it.  Half of it is what a match
 * always has ahead.
 */
#define WINDOW	((size_t)32 << 10)

/* See redact_effort.h. */
#define LOOKS_PER_MS	16

static size_t
next_character(const struct subject *s, size_t at)
{
	while (at < s->len && ((unsigned char)s->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Match in a window of the text that begins at its `at'. */
static int
look(const struct user *u, size_t which, const struct subject *s,
    struct user_match *m)
{
	struct subject	w = *s;
	int64_t		begun = mono_ms();
	int		n;

	if (!effort_spend(u->effort, 1))
		return PCRE2_ERROR_MATCHLIMIT;
	if (s->len - s->at > WINDOW)
		w.len = next_character(s, s->at + WINDOW);
	n = codes_user(u->codes, which, &w, m);
	(void)effort_spend(u->effort,
	    (uint64_t)(mono_ms() - begun) * LOOKS_PER_MS);
	return n;
}

/*
 * The first match at or behind s->at, which moves on: the text before it
 * holds none.  Returns what pcre2_match() does.
 */
static int
next_match(const struct user *u, size_t which, struct subject *s,
    struct user_match *m)
{
	int	n;

	for (;;) {
		n = look(u, which, s, m);
		if (s->len - s->at <= WINDOW)
			return n;
		if (n == PCRE2_ERROR_NOMATCH)
			s->at = next_character(s, s->at + WINDOW / 2);
		else if (n >= 0 && m->began - s->at > WINDOW / 2)
			s->at = m->began;	/* let it see more */
		else
			return n;
	}
}

/* Where it matched: its first group if set, else all of it. */
static void
span(const struct user_match *m, int groups, struct redact_value *v)
{
	int	g = groups > 1 && m->spans[2] != PCRE2_UNSET;

	v->start = m->spans[2 * g];
	v->end = m->spans[2 * g + 1];
}

/* 1 if nothing but a mark stands there: it was given up before. */
static int
is_mark(const struct subject *s)
{
	return s->len - s->at == strlen(REDACT_MARK) &&
	    memcmp(s->text + s->at, REDACT_MARK, strlen(REDACT_MARK)) == 0;
}

void
user_pass(const struct user *u, size_t which, const struct subject *text,
    struct spans *found)
{
	struct redact_value	v = { .text = text->text, .len = text->len };
	struct subject		s = *text;
	struct user_match	m;
	size_t			taken = 0;
	int			n;

	while (s.at <= s.len && (n = next_match(u, which, &s, &m)) !=
	    PCRE2_ERROR_NOMATCH && (n >= 0 || !is_mark(&s))) {
		v.start = s.at;
		v.end = s.len;
		if (n >= 0)
			span(&m, n, &v);
		else
			effort_gave_up(u->effort, which + 1, s.len);
		s.at = v.end > s.at ? v.end : s.at + 1;
		if (v.start < taken || v.start >= v.end ||
		    (n >= 0 && !redact_value_ok(&v, REDACT_SHAPE)))
			continue;
		spans_add(found, v.start, v.end);
		taken = v.end;
	}
}

/* The strings of the array, for free(), or NULL and why. */
static const char **
strings_of(json_object *list, char *why, size_t whysize)
{
	const char	**texts = xcalloc(json_count(list) + 1,
			    sizeof(*texts));
	json_object	 *o;
	size_t		  i;

	for (i = 0; i < json_count(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (!json_object_is_type(o, json_type_string)) {
			snprintf(why, whysize, "redact: pattern %zu is no "
			    "text", i + 1);
			free(texts);
			return NULL;
		}
		texts[i] = json_object_get_string(o);
	}
	return texts;
}

struct redact *
redact_from_settings(json_object *settings, char *why, size_t whysize)
{
	json_object	 *list = json_arr(settings, "redact");
	const char	**patterns = strings_of(list, why, whysize);
	struct redact	 *r;

	if (patterns == NULL)
		return NULL;
	r = redact_new(patterns, json_count(list), why, whysize);
	free(patterns);
	return r;
}
