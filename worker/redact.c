#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "worker/redact.h"
#include "worker/redact_needle.h"
#include "worker/redact_rules.h"
#include "worker/redact_wrap.h"

/*
 * A rule sees this much of the text around its needle.  It bounds what one
 * needle can cost, so that hostile text cannot make the whole quadratic.
 */
#define WINDOW_BACK	64
#define WINDOW_AHEAD	16384

/* A token that is too short to be one has less than this in its first line. */
#define JOIN_MAX	256

/* Limits of one match: a rule comes nowhere near, a user's pattern may. */
#define MATCH_LIMIT	1000000
#define DEPTH_LIMIT	10000
#define JIT_STACK_START	(32 * 1024)
#define JIT_STACK_MAX	(1024 * 1024)

/* Redaction can lay bare what was not seen before; this often at most. */
#define MAX_PASSES	16

struct redact {
	pcre2_code		**rules;	/* redact_nrules */
	pcre2_code		**keys;		/* redact_nkeys */
	pcre2_code		**user;
	size_t			  nuser;
	struct needle_set	 *needles;
	pcre2_match_context	 *context;
	pcre2_match_data	 *match;
	pcre2_jit_stack		 *stack;
};

static pcre2_code *
compile(const char *pattern, uint32_t options, char *why, size_t whysize)
{
	pcre2_code	*code;
	PCRE2_UCHAR	 text[128];
	PCRE2_SIZE	 offset;
	int		 error;

	code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    options | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
	    PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
	if (code == NULL) {
		pcre2_get_error_message(error, text, sizeof(text));
		snprintf(why, whysize, "pattern \"%s\": offset %zu: %s",
		    pattern, (size_t)offset, (char *)text);
		return NULL;
	}
	/* Without machine code the interpreter does it, more slowly. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

/* Our own patterns compile, or the program is wrong. */
static pcre2_code *
compile_own(const char *pattern, uint32_t options)
{
	pcre2_code	*code;
	char		 why[512];

	code = compile(pattern, options, why, sizeof(why));
	if (code == NULL)
		BUG("%s", why);
	return code;
}

static void
compile_rules(struct redact *r)
{
	const struct redact_rule	*rule;
	size_t				 i;

	r->rules = xcalloc(redact_nrules, sizeof(*r->rules));
	r->keys = xcalloc(redact_nkeys, sizeof(*r->keys));
	r->needles = needle_set_new();
	for (i = 0; i < redact_nrules; i++) {
		rule = &redact_rules[i];
		r->rules[i] = compile_own(rule->pattern, PCRE2_ANCHORED);
		needle_set_add(r->needles, rule->needles,
		    strncmp(rule->pattern, "(?i)", 4) == 0, (unsigned int)i);
	}
	for (i = 0; i < redact_nkeys; i++)
		r->keys[i] = compile_own(redact_keys[i].pattern, 0);
}

static void
make_context(struct redact *r)
{
	r->context = pcre2_match_context_create(NULL);
	r->match = pcre2_match_data_create(8, NULL);
	r->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX,
	    NULL);
	if (r->context == NULL || r->match == NULL || r->stack == NULL)
		log_fatalx("redaction: out of memory");
	pcre2_set_match_limit(r->context, MATCH_LIMIT);
	pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
	pcre2_jit_stack_assign(r->context, NULL, r->stack);
}

struct redact *
redact_new(const char *const *patterns, size_t n, char *why, size_t whysize)
{
	struct redact	*r = xcalloc(1, sizeof(*r));
	size_t		 i;

	make_context(r);
	compile_rules(r);
	r->user = xcalloc(n + 1, sizeof(*r->user));
	for (i = 0; i < n; i++) {
		r->user[i] = compile(patterns[i], 0, why, whysize);
		if (r->user[i] == NULL) {
			redact_free(r);
			return NULL;
		}
		r->nuser++;
	}
	return r;
}

int
redact_pattern_ok(const char *pattern, char *why, size_t whysize)
{
	pcre2_code	*code = compile(pattern, 0, why, whysize);

	pcre2_code_free(code);
	return code != NULL;
}

void
redact_free(struct redact *r)
{
	size_t	i;

	if (r == NULL)
		return;
	for (i = 0; i < redact_nrules; i++)
		pcre2_code_free(r->rules[i]);
	for (i = 0; i < redact_nkeys; i++)
		pcre2_code_free(r->keys[i]);
	for (i = 0; i < r->nuser; i++)
		pcre2_code_free(r->user[i]);
	free(r->rules);
	free(r->keys);
	free(r->user);
	needle_set_free(r->needles);
	pcre2_match_data_free(r->match);
	pcre2_match_context_free(r->context);
	pcre2_jit_stack_free(r->stack);
	free(r);
}

static int
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Match one rule at `pos'; 1: v->start and v->end are the secret. */
static int
match_rule(struct redact *r, unsigned int id, struct redact_value *v,
    size_t pos)
{
	size_t		 from, to;
	PCRE2_SIZE	*span;

	from = pos > WINDOW_BACK ? pos - WINDOW_BACK : 0;
	while (from < pos && is_continuation(v->text[from]))
		from++;
	to = v->len - pos > WINDOW_AHEAD ? pos + WINDOW_AHEAD : v->len;
	while (to > pos && to < v->len && is_continuation(v->text[to]))
		to--;
	if (pcre2_match(r->rules[id], (PCRE2_SPTR)v->text + from, to - from,
	    pos - from, 0, r->match, r->context) < 0)
		return 0;
	span = pcre2_get_ovector_pointer(r->match);
	v->start = from + span[redact_rules[id].check == REDACT_BEHIND ? 2 : 0];
	v->end = from + span[1];
	return v->end > v->start && redact_value_ok(v, redact_rules[id].check);
}

/* What a machine made, and may have been broken like any long word. */
static int
is_breakable(enum redact_check check)
{
	return check == REDACT_SHAPE || check == REDACT_BEHIND ||
	    check == REDACT_RANDOM || check == REDACT_TOKEN;
}

/* The end of a secret that goes on in the next lines. */
static void
extend(struct redact_value *v)
{
	struct wrap	w;

	if (wrap_run(v->text, v->end, v->start) == v->end &&
	    wrap_find(&w, v->text, v->len, v->start, v->end) > 0)
		v->end = w.pieces[w.n - 1].start + w.pieces[w.n - 1].len;
}

/* What a joined text becomes in the one that it was made of. */
static size_t
unjoin(const struct wrap *w, size_t past)
{
	size_t	i;

	for (i = 0; i + 1 < w->n && past > w->pieces[i].len; i++)
		past -= w->pieces[i].len;
	return w->pieces[i].start + past;
}

/* Too little of a token stands in this line: match it with the next ones. */
static int
match_joined(struct redact *r, unsigned int id, struct redact_value *v,
    size_t pos)
{
	struct redact_value	 j;
	struct wrap		 w;
	struct buf		 text = BUF_INIT;
	size_t			 run, from, i;
	int			 found;

	run = wrap_run(v->text, v->len - pos > JOIN_MAX ? pos + JOIN_MAX :
	    v->len, pos);
	if (wrap_find(&w, v->text, v->len, pos, run) == 0)
		return 0;
	from = pos > WINDOW_BACK ? pos - WINDOW_BACK : 0;
	while (from < pos && is_continuation(v->text[from]))
		from++;
	buf_add(&text, v->text + from, run - from);
	for (i = 0; i < w.n; i++)
		buf_add(&text, v->text + w.pieces[i].start, w.pieces[i].len);
	j = (struct redact_value){ .text = text.data, .len = text.len };
	found = match_rule(r, id, &j, pos - from) && j.end > run - from;
	if (found) {
		v->start = from + j.start;
		v->end = unjoin(&w, j.end - (run - from));
	}
	buf_wipe(&text);
	return found;
}

/*
 * Try one rule at `pos', where one of its needles stands.  1: *v is set to
 * the secret.
 */
static int
try_rule(struct redact *r, unsigned int id, struct redact_value *v, size_t pos)
{
	enum redact_check	check = redact_rules[id].check;

	if (match_rule(r, id, v, pos)) {
		if (is_breakable(check))
			extend(v);
		return 1;
	}
	return (check == REDACT_SHAPE || check == REDACT_RANDOM) &&
	    match_joined(r, id, v, pos);
}

/* The first rule that takes what stands at `pos' for a secret. */
static int
try_rules(struct redact *r, struct redact_value *v, size_t pos)
{
	unsigned int	id;
	size_t		cursor = 0;

	while (needle_set_at(r->needles, v->text + pos, v->len - pos, &cursor,
	    &id))
		if (try_rule(r, id, v, pos))
			return 1;
	return 0;
}

/*
 * One pass of the rules, left to right.  `out' gets nothing as long as
 * nothing was found: clean text, which is most, is not copied here.
 */
static size_t
pass(struct redact *r, const char *in, size_t len, struct buf *out)
{
	struct redact_value	v = { .text = in, .len = len };
	size_t			copied = 0, count = 0, pos = 0;

	while ((pos = needle_set_next(r->needles, in, len, pos)) < len) {
		if (!try_rules(r, &v, pos)) {
			pos++;
			continue;
		}
		if (v.start < copied)	/* began in the one before */
			v.start = copied;
		buf_add(out, in + copied, v.start - copied);
		buf_addstr(out, REDACT_MARK);
		copied = v.end;
		/* A secret may begin behind a key that holds a needle. */
		pos = v.end;
		count++;
	}
	if (count > 0)
		buf_add(out, in + copied, len - copied);
	return count;
}

/* Where a user's pattern matched: its first group if set, else all of it. */
static void
user_span(struct redact *r, int groups, struct redact_value *v)
{
	PCRE2_SIZE	*span = pcre2_get_ovector_pointer(r->match);
	int		 g = groups > 1 && span[2] != PCRE2_UNSET;

	v->start = span[2 * g];
	v->end = span[2 * g + 1];
}

/*
 * One pass of one pattern of the user, like pass().  Where matching gives up
 * at a limit, the rest of the text is unread, so it goes.
 */
static size_t
user_pass(struct redact *r, size_t which, const char *in, size_t len,
    struct buf *out)
{
	struct redact_value	v = { .text = in, .len = len };
	size_t			copied = 0, count = 0, pos = 0;
	int			n;

	while (pos <= len && (n = pcre2_match(r->user[which], (PCRE2_SPTR)in,
	    len, pos, 0, r->match, r->context)) != PCRE2_ERROR_NOMATCH) {
		v.start = pos;
		v.end = len;
		if (n >= 0)
			user_span(r, n, &v);
		else
			log_warnx("redaction: pattern %zu of the configuration"
			    " gave up on a text of %zu bytes, the rest of it "
			    "is redacted", which + 1, len);
		pos = v.end > pos ? v.end : pos + 1;
		if (v.start < copied || v.start >= v.end ||
		    (n >= 0 && !redact_value_ok(&v, REDACT_SHAPE)))
			continue;
		buf_add(out, in + copied, v.start - copied);
		buf_addstr(out, REDACT_MARK);
		copied = v.end;
		count++;
	}
	if (count > 0)
		buf_add(out, in + copied, len - copied);
	return count;
}

/* The text as it is by now: the caller's own until something was found. */
struct work {
	const char	*text;
	size_t		 len;
	struct buf	 now;
	struct buf	 next;
};

static void
work_take(struct work *w)
{
	struct buf	swap = w->now;

	w->now = w->next;
	w->next = swap;
	buf_reset(&w->next);
	w->text = w->now.data;
	w->len = w->now.len;
}

/* The rules, then each pattern of the user, once. */
static size_t
run(struct redact *r, struct work *w)
{
	size_t	count, n, i;

	count = pass(r, w->text, w->len, &w->next);
	if (count > 0)
		work_take(w);
	for (i = 0; i < r->nuser; i++) {
		n = user_pass(r, i, w->text, w->len, &w->next);
		if (n > 0)
			work_take(w);
		count += n;
	}
	return count;
}

size_t
redact_text(struct redact *r, const char *in, size_t len, struct buf *out)
{
	struct work	w = { in, len, BUF_INIT, BUF_INIT };
	size_t		count = 0, n, i;

	/* Until nothing is left, so that doing it again changes nothing. */
	for (i = 0; i < MAX_PASSES && (n = run(r, &w)) > 0; i++)
		count += n;
	buf_add(out, w.text, w.len);
	buf_wipe(&w.now);
	buf_wipe(&w.next);
	return count;
}

int
redact_key_check(struct redact *r, const char *key, size_t len,
    enum redact_check *check)
{
	size_t	i;

	for (i = 0; i < redact_nkeys; i++)
		if (pcre2_match(r->keys[i], (PCRE2_SPTR)key, len, 0, 0,
		    r->match, r->context) >= 0) {
			*check = redact_keys[i].check;
			return 1;
		}
	return 0;
}

int
redact_may_begin(struct redact *r, const char *text, size_t len)
{
	return needle_set_next(r->needles, text, len, 0) < len;
}
