#include <stdlib.h>
#include <string.h>

#include "builtin_cue.h"
#include "builtin_words.h"
#include "worker/text.h"

static int
any_phrase(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (text_phrase(s, *list) != NULL)
			return 1;
	return 0;
}

static int
any_opens(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (text_opens(s, *list))
			return 1;
	return 0;
}

/* Where the word or phrase of `list' begins that ends at `at', or NULL. */
static const char *
ends_in(const char *s, const char *at, const char *const *list)
{
	size_t n;

	for (; *list != NULL; list++) {
		n = strlen(*list);
		if ((size_t)(at - s) < n || strncmp(at - n, *list, n) != 0)
			continue;
		if (at - n == s || at[-(ptrdiff_t)n - 1] == ' ')
			return at - n;
	}
	return NULL;
}

/* "Tests must" lets a rule follow; "the parser must" asks for a parser. */
static int
leads(const char *s, const char *at)
{
	const char *start = at;

	if (ends_in(s, at, words_leads) == NULL)
		return 0;
	if (ends_in(s, at, words_modals) == NULL)
		return 1;
	while (start > s && strchr(",;:.", start[-1]) == NULL)
		start--;
	start += strspn(start, " ");
	return !any_opens(start + cue_preamble(start), words_things);
}

/*
 * 1 if a clause begins at `at': after a mark, after a leading word, or after
 * the place where the rule holds ("in this repo always ...").
 */
static int
begins_clause(const char *s, const char *at)
{
	static const char *const in[] = { "in", "for", "für", "en", "dans",
	    NULL };
	const char *place;

	for (;;) {
		while (at > s && at[-1] == ' ')
			at--;
		if (at == s || strchr(",;:.!-(\"'", at[-1]) != NULL ||
		    leads(s, at))
			return 1;
		if ((place = ends_in(s, at, words_here)) == NULL &&
		    (place = ends_in(s, at, words_everywhere)) == NULL)
			return 0;
		for (at = place; at > s && at[-1] == ' '; at--)
			continue;
		if ((place = ends_in(s, at, in)) != NULL)
			at = place;
	}
}

/* "Use tabs always": an imperative, and the cue still in its clause. */
static int
is_habit(const char *s, const char *at)
{
	char between[96];
	size_t skip = cue_preamble(s), n;

	if ((size_t)(at - s) < skip || !any_opens(s + skip, words_habits))
		return 0;
	n = (size_t)(at - s) - skip;
	if (n >= sizeof(between))
		return 0;
	memcpy(between, s + skip, n);
	between[n] = '\0';
	return strpbrk(between, ",;:") == NULL &&
	    !any_phrase(between, words_relatives);
}

static int
is_question(const char *s)
{
	static const char *const asks[] = { "why", "how", "what", "warum",
	    "wieso", "pourquoi", "por qué", "почему", "为什么", "なぜ", "왜",
	    NULL };
	size_t n = strlen(s);

	return (n > 0 && s[n - 1] == '?') || any_opens(s, asks) ||
	    (n > 3 && strcmp(s + n - 3, "？") == 0);
}

/* "Here" may be a place in a file; "in this repo" is none. */
static int
names_project(const char *s)
{
	const char *const *h;

	for (h = words_here; *h != NULL; h++)
		if (strlen(*h) > strlen("aquí") && text_phrase(s, *h) != NULL)
			return 1;
	return any_phrase(s, words_everywhere);
}

/* "From now on the job runs hourly": a thing's doing, nobody's rule. */
static int
tells_of_thing(const char *at, const char *phrase)
{
	static const char *const things[] = { "the", "it", "me", NULL };
	static const char *const persons[] = { "i", "we", "prefer", "my",
	    "our", "all our", "i'd", "stick to", NULL };
	const char *rest = at + strlen(phrase);

	if (any_opens(phrase, persons))
		return 0;
	rest += strspn(rest, " ,");
	return any_opens(rest, things);
}

static int
is_in_place(enum place place, const char *s, const char *at)
{
	switch (place) {
	case ANYWHERE:
		return 1;
	case SCOPED:
		if (!names_project(s))
			return 0;
		break;
	case CLAUSE:
		break;
	}
	return begins_clause(s, at) || is_habit(s, at);
}

int
cue_standing(const char *s)
{
	const struct cue *c;
	const char *at;

	if (any_phrase(s, words_no_rule) || is_question(s))
		return 0;
	for (c = words_standing; c->phrase != NULL; c++)
		for (at = s; (at = text_phrase(at, c->phrase)) != NULL; at++)
			if (is_in_place(c->place, s, at) &&
			    !tells_of_thing(at, c->phrase))
				return 1;
	return 0;
}

int
cue_correction(const char *s)
{
	s += cue_preamble(s);
	/* "Instead of a list, could it be ...?" asks; "no, could ...?" not. */
	if (is_question(s) && !text_opens(s, "no*"))
		return 0;
	return any_opens(s, words_corrections) &&
	    !any_opens(s, words_no_correction);
}

int
cue_acceptance(const char *s)
{
	s += cue_preamble(s);
	return any_opens(s, words_acceptances) && !is_question(s) &&
	    !any_phrase(s, words_acceptance_buts);
}

const char *
cue_constraint_next(const char *s, size_t *i)
{
	const char *phrase;

	while ((phrase = words_constraints[*i]) != NULL) {
		(*i)++;
		if (text_phrase(s, phrase) != NULL)
			return phrase;
	}
	return NULL;
}

int
cue_constraint(const char *s, size_t *from, size_t *to)
{
	const char *phrase, *at, *first = NULL, *last = NULL;
	size_t i = 0;

	while ((phrase = cue_constraint_next(s, &i)) != NULL) {
		at = text_phrase(s, phrase);
		if (first == NULL || at < first)
			first = at;
		if (last == NULL || at > last)
			last = at;
	}
	if (first == NULL)
		return 0;
	while (first > s && strchr(",;:", first[-1]) == NULL)
		first--;
	first += strspn(first, " ");
	*from = (size_t)(first - s);
	*to = (size_t)(last - s) + strcspn(last, ",;.");
	return 1;
}

int
cue_everywhere(const char *s)
{
	return any_phrase(s, words_everywhere);
}

int
cue_here(const char *s)
{
	return any_phrase(s, words_here);
}

/* The bytes up to and with the first mark that ends a clause. */
static size_t
acknowledged_to(const char *s)
{
	static const char *const marks[] = { "。", "、", "，", ", ", ". ", NULL };
	const char *const *m;
	const char *at;
	size_t n = strlen(s);

	for (m = marks; *m != NULL; m++)
		if ((at = strstr(s, *m)) != NULL &&
		    (size_t)(at - s) + strlen(*m) < n)
			n = (size_t)(at - s) + strlen(*m);
	return n;
}

size_t
cue_acknowledged(const char *s)
{
	const char *const *a;
	size_t n, seps;

	for (a = words_acks; *a != NULL; a++) {
		if (!text_opens(s, *a))
			continue;
		n = strlen(*a);
		if ((*a)[n - 1] == '*')	/* an ending follows, then a mark */
			return acknowledged_to(s);
		seps = strspn(s + n, " :,.!-");
		return n + seps;
	}
	return 0;
}

const char *
cue_undone(const char *s)
{
	const char *const *u;
	const char *at;

	for (u = words_undone; *u != NULL; u++)
		if ((at = text_phrase(s, *u)) != NULL)
			return at;
	return NULL;
}

size_t
cue_refusal(const char *s)
{
	const char *const *r;
	const char *p;

	for (r = words_refusals; *r != NULL; r++) {
		if (!text_opens(s, *r))
			continue;
		p = s + strlen(*r);
		if (strncmp(p, "。", 3) == 0 || strncmp(p, "、", 3) == 0 ||
		    strncmp(p, "，", 3) == 0)
			p += 3;
		else if (*p == '\0' || strchr(",.:;!-", *p) == NULL)
			continue;
		p += strspn(p, " ,.:;!-");
		return *p == '\0' ? 0 : (size_t)(p - s);
	}
	return 0;
}

int
cue_work(const char *s)
{
	s += cue_preamble(s);
	return any_opens(s, words_work);
}

int
cue_back(const char *s)
{
	return any_phrase(s, words_back);
}

int
cue_stopword(const char *word)
{
	const char *const *w;

	for (w = words_stopwords; *w != NULL; w++)
		if (strcmp(word, *w) == 0)
			return 1;
	return 0;
}

size_t
cue_preamble(const char *s)
{
	const char *const *p;
	size_t n;

	for (p = words_preambles; *p != NULL; p++) {
		if (!text_opens(s, *p))
			continue;
		n = strlen(*p);
		n += strspn(s + n, " ,:");
		if (s[n] != '\0' && n > strlen(*p))
			return n;
	}
	return 0;
}
