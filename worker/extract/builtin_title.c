#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "builtin_cue.h"
#include "builtin_human.h"
#include "builtin_state.h"
#include "mem.h"
#include "worker/text.h"

#define TITLE_BYTES	120
#define SLUG_BYTES	60
#define SLUG_WORDS	3	/* a clause shorter than this is no slug */
#define NAME_MAX_LEN	48
#define KEYWORDS	12
#define ERROR_NAMES	2	/* of one failure */

/* Drops "please", "can you", "now" at the front, as often as they come. */
static const char *
without_preamble(const char *s)
{
	struct buf low = BUF_INIT;
	size_t n;

	for (;;) {
		buf_reset(&low);
		text_lower(&low, s);
		n = low.len == strlen(s) ? cue_preamble(buf_str(&low)) : 0;
		if (n == 0)
			break;
		s += n;
	}
	buf_release(&low);
	return s;
}

/* "Stop. Use the other table." asks for the other table. */
static const char *
without_refusal(const char *s)
{
	struct buf low = BUF_INIT;
	size_t n;

	text_lower(&low, s);
	n = low.len == strlen(s) ? cue_refusal(buf_str(&low)) : 0;
	buf_release(&low);
	return s + n;
}

/* What the task is called by: the user's last word on what was wanted. */
static const char *
title_source(const struct task *t)
{
	if (t->wanted != NULL)
		return t->wanted;
	if (t->nprefs > 0 && t->nedits == 0 && t->nruns == 0 &&
	    t->nfailures == 0 && t->prefs[0].kind != PREF_REQUEST)
		return t->prefs[0].text;
	return t->request;
}

char *
title_make(const struct task *t)
{
	const char *source = title_source(t), *at, *start;
	char *title, *cut;
	size_t len;

	source = without_preamble(without_refusal(source));
	at = source;
	if (!human_sentence(&at, &start, &len))
		return xstrdup("untitled");
	title = xstrndup(start, len);
	if ((cut = strstr(title, " (")) != NULL && cut - title > 8)
		*cut = '\0';
	cut = title;
	title = text_line(cut, TITLE_BYTES);
	free(cut);
	len = strlen(title);
	if (len > 0 && strchr(".!", title[len - 1]) != NULL)
		title[len - 1] = '\0';
	else if (len > 3 && strcmp(title + len - 3, "。") == 0)
		title[len - 3] = '\0';
	if (source != t->request && title[0] != '\0')
		title[0] = (char)toupper((unsigned char)title[0]);
	return title;
}

/* The first clause, if it is more than a word or two. */
static size_t
clause(const char *title)
{
	static const char *const ends[] = { ", ", "; ", ": ", " and ", " so ",
	    " (", NULL };
	const char *const *e;
	const char *p;
	size_t len = strlen(title);
	char *head;

	for (e = ends; *e != NULL; e++) {
		if ((p = strstr(title, *e)) == NULL ||
		    (size_t)(p - title) >= len)
			continue;
		head = xstrndup(title, (size_t)(p - title));
		if (text_words(head) >= SLUG_WORDS)
			len = (size_t)(p - title);
		free(head);
	}
	return len;
}

char *
title_slug(const char *title)
{
	struct buf b = BUF_INIT;
	size_t len = clause(title), i;

	for (i = 0; i < len && b.len <= SLUG_BYTES; i++) {
		unsigned char c = (unsigned char)title[i];

		if (isalnum(c) && c < 0x80)
			buf_addch(&b, (char)tolower(c));
		else if (b.len > 0 && b.data[b.len - 1] != '_')
			buf_addch(&b, '_');
	}
	if (b.len > SLUG_BYTES)	/* not in the middle of a word */
		while (b.len > 0 && b.data[b.len - 1] != '_')
			buf_truncate(&b, b.len - 1);
	while (b.len > 0 && b.data[b.len - 1] == '_')
		buf_truncate(&b, b.len - 1);
	if (b.len < 3) {
		buf_release(&b);
		return NULL;
	}
	return buf_detach(&b);
}

/* A path, a file name, an identifier, a version: not a word of prose. */
static int
is_name(const char *s, size_t n)
{
	size_t i, upper = 0, lower = 0, digit = 0;
	int joined = 0;

	if (n < 3 || n > NAME_MAX_LEN || strstr(s, "://") != NULL)
		return 0;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x80)
			return 0;
		upper += i > 0 && isupper(c);
		lower += islower(c) != 0;
		digit += isdigit(c) != 0;
		joined |= i > 0 && i + 1 < n && strchr("._/", c) != NULL;
	}
	return (joined && lower + digit + upper > 1) ||
	    (upper > 0 && lower > 1) || (n > 2 && strcmp(s + n - 2, "()") == 0);
}

static void
add_backticked(struct strs *l, const char *text)
{
	const char *p = text, *end;
	char *s;

	while ((p = strchr(p, '`')) != NULL &&
	    (end = strchr(p + 1, '`')) != NULL) {
		s = xstrndup(p + 1, (size_t)(end - p - 1));
		if (strlen(s) >= 2 && strlen(s) <= NAME_MAX_LEN / 2 &&
		    strchr(s, ' ') == NULL && isalpha((unsigned char)s[0]))
			(void)strs_add(l, s);
		free(s);
		p = end + 1;
	}
}

void
title_names(struct strs *l, const char *text)
{
	const char *p = text;
	char *word;
	size_t n;

	add_backticked(l, text);
	while (*p != '\0') {
		p += strspn(p, " \t\n\"'`(,;:!?<>[]{}");
		n = strcspn(p, " \t\n\"'`,;:!?<>[]{}");
		word = xstrndup(p, n);
		p += n;
		while (n > 0 && (word[n - 1] == '.' || (word[n - 1] == ')' &&
		    (n < 2 || word[n - 2] != '('))))
			word[--n] = '\0';
		if (is_name(word, n))
			(void)strs_add(l, word);
		free(word);
	}
}

/* Words of prose that may be a subject. */
static void
add_words(struct strs *l, const char *text, size_t max)
{
	struct buf low = BUF_INIT;
	const char *p;
	char *word;
	size_t n;

	text_lower(&low, text);
	for (p = buf_str(&low); *p != '\0' && l->n < max; p += n) {
		p += strspn(p, " \t\n\"'`(),;:!?<>[]{}.");
		n = strcspn(p, " \t\n\"'`(),;:!?<>[]{}");
		word = xstrndup(p, n);
		if (n > 0 && word[n - 1] == '.')
			word[n - 1] = '\0';
		if (strlen(word) > 3 && (unsigned char)word[0] < 0x80 &&
		    !cue_stopword(word) && strpbrk(word, "./_=\\") == NULL)
			(void)strs_add(l, word);
		free(word);
	}
	buf_release(&low);
}

/* 「…」: what a Japanese request sets off. */
static void
add_bracketed(struct strs *l, const char *text)
{
	const char *p = strstr(text, "「"), *end;
	char *s;

	while (p != NULL && (end = strstr(p, "」")) != NULL) {
		p += strlen("「");
		s = xstrndup(p, (size_t)(end - p));
		if (strlen(s) <= NAME_MAX_LEN)
			(void)strs_add(l, s);
		free(s);
		p = strstr(end, "「");
	}
}

/* "makefile" and "Makefile", "f" and "f()" find the same: one is enough. */
static void
add_limited(struct strs *l, const char *s)
{
	size_t i, n = strlen(s);

	if (n > 2 && strcmp(s + n - 2, "()") == 0)
		n -= 2;
	for (i = 0; i < l->n; i++)
		if (strncasecmp(l->v[i], s, n) == 0 && l->v[i][n] == '\0') {
			memcpy(l->v[i], s, n);	/* as it is written */
			return;
		}
	if (l->n < KEYWORDS)
		(void)strs_add(l, s);
}

/* 'strcpy': what a compiler sets off. */
static void
add_quoted(struct strs *l, const char *text)
{
	const char *p = text, *end;
	char *s;

	while ((p = strchr(p, '\'')) != NULL &&
	    (end = strchr(p + 1, '\'')) != NULL) {
		s = xstrndup(p + 1, (size_t)(end - p - 1));
		if (strlen(s) > 3 && strlen(s) <= NAME_MAX_LEN / 2 &&
		    strspn(s, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(s) &&
		    !cue_stopword(s))
			(void)strs_add(l, s);
		free(s);
		p = end + 1;
	}
}

/* "heap-buffer-overflow ... in f /x.c:6": the kind and the function. */
static void
add_report(struct strs *l, const char *text)
{
	const char *in = strstr(text, " in ");
	char *s = xstrndup(text, strcspn(text, " "));

	(void)strs_add(l, s);
	free(s);
	if (in == NULL)
		return;
	s = xstrndup(in + 4, strcspn(in + 4, " "));
	(void)strs_add(l, s);
	free(s);
}

/* What an error is looked up by; what is no name says nothing elsewhere. */
static void
add_errors(struct strs *l, const struct task *t)
{
	struct strs names = { { NULL }, 0 };
	const struct failure *f;
	size_t i, j;

	for (i = 0; i < t->nfailures; i++) {
		f = &t->failures[i];
		if (strncmp(f->key, "missing ", 8) == 0) {
			add_limited(l, f->key + 8);
			continue;
		}
		if (f->errors.n == 0)
			continue;
		if (f->kind == FAILURE_DIAGNOSIS)
			add_report(&names, f->errors.v[0]);
		else
			add_quoted(&names, f->errors.v[0]);
		for (j = 0; j < names.n && j < ERROR_NAMES; j++)
			add_limited(l, names.v[j]);
		strs_clear(&names);
	}
}

/* "make test", but "unittest" and the name of a script. */
static void
add_check(struct strs *l, const struct task *t)
{
	const struct run *check = task_last_check(t);
	const char *key, *last;

	if (check == NULL || check->keys.n == 0)
		return;
	key = check->keys.v[check->keys.n - 1];
	last = strrchr(key, ' ');
	add_limited(l, last != NULL && strpbrk(last, "./") != NULL ?
	    last + 1 : key);
}

/* The names of what was rejected come after those of what was wanted. */
static void
add_names(struct strs *l, const struct task *t, int rejected)
{
	size_t i;
	int is;

	for (i = 0; i < t->words.n; i++) {
		is = t->rejected != NULL &&
		    strstr(t->rejected, t->words.v[i]) != NULL;
		if (is == rejected)
			add_limited(l, t->words.v[i]);
	}
}

void
title_keywords(struct strs *l, const struct builtin *b, const struct task *t)
{
	const char *branch = b->meta->git_branch;
	char *title, *p;
	size_t i;

	title = title_make(t);
	add_bracketed(l, title);
	add_words(l, title, 5);
	add_names(l, t, 0);
	add_names(l, t, 1);
	for (i = 0; i < t->nedits; i++)
		add_limited(l, t->edits[i].file);
	add_check(l, t);
	add_errors(l, t);
	if (branch != NULL && strcmp(branch, "main") != 0 &&
	    strcmp(branch, "master") != 0)
		add_limited(l, branch);
	for (i = 0; i < l->n; i++)	/* the list is comma-separated */
		for (p = l->v[i]; (p = strchr(p, ',')) != NULL; )
			*p = ' ';
	free(title);
}
