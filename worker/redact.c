#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/utf8.h"
#include "worker/redact.h"
#include "worker/redact_code.h"
#include "worker/redact_effort.h"
#include "worker/redact_user.h"
#include "worker/needle.h"
#include "worker/redact_rules.h"
#include "worker/redact_spans.h"
#include "worker/redact_wrap.h"

/*
 * A rule sees this much of the text around its needle.  It bounds what one
 * needle can cost, so that hostile text cannot make the whole quadratic.
 */
#define WINDOW_BACK	64
#define WINDOW_AHEAD	16384

/* A token that is too short to be one has less than this in its first line. */
#define JOIN_MAX	256

/* Redaction can lay bare what was not seen before; this often at most. */
#define MAX_PASSES	16

struct redact {
	struct codes		*codes;
	struct needle_set	*needles;	/* of rules; of gates behind */
	struct effort		 effort;
};

/* The gate that the rule is behind, or redact_ngates. */
static size_t
gate_of(size_t rule)
{
	size_t	g = 0;

	while (g < redact_ngates &&
	    redact_gates[g].needles != redact_rules[rule].needles)
		g++;
	return g;
}

static void
add_needles(struct redact *r, const char *needles, const char *pattern,
    size_t id)
{
	needle_set_add(r->needles, needles, strncmp(pattern, "(?i)", 4) == 0,
	    (unsigned int)id);
}

/* Rules behind a gate follow each other, so the gate comes with the first. */
static void
add_rules(struct redact *r)
{
	size_t	i, g, last = redact_ngates;

	for (i = 0; i < redact_nrules; i++) {
		g = gate_of(i);
		if (g == redact_ngates)
			add_needles(r, redact_rules[i].needles,
			    redact_rules[i].pattern, i);
		else if (g != last)
			add_needles(r, redact_gates[g].needles,
			    redact_gates[g].pattern, redact_nrules + g);
		last = g;
	}
}

struct redact *
redact_new(const char *const *patterns, size_t n, char *why, size_t whysize)
{
	struct redact	*r = xcalloc(1, sizeof(*r));
	size_t		 i;

	r->codes = codes_new();
	r->needles = needle_set_new();
	effort_init(&r->effort);
	add_rules(r);
	for (i = 0; i < n; i++)
		if (codes_add_user(r->codes, patterns[i], why, whysize) ==
		    -1) {
			redact_free(r);
			return NULL;
		}
	return r;
}

void
redact_prepare(struct redact *r)
{
	codes_prepare(r->codes);
}

void
redact_set_tick(struct redact *r, int (*tick)(void *), void *arg)
{
	r->effort.tick = tick;
	r->effort.arg = arg;
}

void
redact_bound(struct redact *r, const char *what)
{
	effort_bound(&r->effort, what);
}

const char *
redact_gave_up(const struct redact *r)
{
	return r->effort.said[0] == '\0' ? NULL : r->effort.said;
}

void
redact_free(struct redact *r)
{
	if (r == NULL)
		return;
	codes_free(r->codes);
	needle_set_free(r->needles);
	free(r);
}

static int
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * What a pattern sees of the text around `pos', where a needle stands, whole
 * characters only.  Returns where it begins in the text.
 */
static size_t
window(struct redact_value *v, size_t pos, struct subject *s)
{
	size_t	from, to, n;

	from = pos > WINDOW_BACK ? pos - WINDOW_BACK : 0;
	while (from < pos && is_continuation(v->text[from]))
		from++;
	to = v->len - pos > WINDOW_AHEAD ? pos + WINDOW_AHEAD : v->len;
	while (to > pos && to < v->len && is_continuation(v->text[to]))
		to--;
	if (v->utf8 == REDACT_UNKNOWN)
		v->utf8 = utf8_run(v->text, v->len) == v->len ? REDACT_UTF8 :
		    REDACT_BYTES;
	if (v->utf8 == REDACT_BYTES) {
		while ((n = utf8_run(v->text + from, pos - from)) <
		    pos - from)
			from += n + 1;
		to = pos + utf8_run(v->text + pos, to - pos);
	}
	*s = (struct subject){ v->text + from, to - from, pos - from };
	return from;
}

/* The needle at `pos' is that of a mark which stands there already. */
static int
in_mark(const struct redact_value *v, size_t pos)
{
	size_t	at;

	for (at = 1; at < strlen(REDACT_MARK) && at <= pos; at++)
		if (v->len - pos >= strlen(REDACT_MARK) - at &&
		    memcmp(v->text + pos - at, REDACT_MARK,
		    strlen(REDACT_MARK)) == 0)
			return 1;
	return 0;
}

/* Match one rule at `pos'; 1: v->start and v->end are the secret. */
static int
match_rule(struct redact *r, size_t id, struct redact_value *v, size_t pos)
{
	struct subject		 s;
	const PCRE2_SIZE	*span;
	size_t			 from = window(v, pos, &s);

	switch (codes_match(r->codes, CODE_RULE, id, &s, &span)) {
	case CODE_NOT:
		return 0;
	case CODE_MATCHES:
		break;
	case CODE_GAVE_UP:
		if (in_mark(v, pos))
			return 0;
		/* All that it could have seen may be one. */
		v->start = pos;
		v->end = from + s.len;
		effort_gave_up(&r->effort, 0, v->len);
		return 1;
	}
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
	    wrap_find(&w, v) > 0)
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
match_joined(struct redact *r, size_t id, struct redact_value *v, size_t pos)
{
	struct redact_value	 j, line = *v;
	struct wrap		 w;
	struct buf		 text = BUF_INIT;
	size_t			 run, from, i;
	int			 found;

	run = wrap_run(v->text, v->len - pos > JOIN_MAX ? pos + JOIN_MAX :
	    v->len, pos);
	line.start = pos;
	line.end = run;
	if (wrap_find(&w, &line) == 0)
		return 0;
	from = pos > WINDOW_BACK ? pos - WINDOW_BACK : 0;
	while (from < pos && is_continuation(v->text[from]))
		from++;
	buf_add(&text, v->text + from, run - from);
	for (i = 0; i < w.n; i++)
		buf_add(&text, v->text + w.pieces[i].start, w.pieces[i].len);
	j = (struct redact_value){ .text = text.data, .len = text.len,
	    .utf8 = v->utf8 };
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
try_rule(struct redact *r, size_t id, struct redact_value *v, size_t pos)
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

/* The rules behind a gate, if it opens. */
static int
try_gate(struct redact *r, size_t gate, struct redact_value *v, size_t pos)
{
	const PCRE2_SIZE	*span;
	struct subject		 s;
	size_t			 i;

	(void)window(v, pos, &s);
	if (codes_match(r->codes, CODE_GATE, gate, &s, &span) == CODE_NOT)
		return 0;
	for (i = 0; i < redact_nrules; i++)
		if (gate_of(i) == gate && try_rule(r, i, v, pos))
			return 1;
	return 0;
}

/* What may be a secret, but nobody may look any more: all of the rest. */
static int
give_up(struct redact *r, struct redact_value *v, size_t pos)
{
	if (in_mark(v, pos))
		return 0;
	effort_gave_up(&r->effort, 0, v->len);
	v->start = pos;
	v->end = v->len;
	return 1;
}

/* The first rule that takes what stands at `pos' for a secret. */
static int
try_rules(struct redact *r, struct redact_value *v, size_t pos)
{
	struct needle_hit	hit = { 0 };

	while (needle_set_at(r->needles, v->text + pos, v->len - pos, &hit)) {
		if (!effort_spend(&r->effort, 1))
			return give_up(r, v, pos);
		if (hit.id < redact_nrules ? try_rule(r, hit.id, v, pos) :
		    try_gate(r, hit.id - redact_nrules, v, pos))
			return 1;
	}
	return 0;
}

/* One pass of the rules, left to right. */
static void
pass(struct redact *r, const char *in, size_t len, struct spans *found)
{
	struct redact_value	v = { .text = in, .len = len };
	size_t			taken = 0, pos = 0;

	while ((pos = needle_set_next(r->needles, in, len, pos)) < len) {
		if (!try_rules(r, &v, pos)) {
			pos++;
			continue;
		}
		if (v.start < taken)	/* began in the one before */
			v.start = taken;
		spans_add(found, v.start, v.end);
		taken = v.end;
		/* A secret may begin behind a key that holds a needle. */
		pos = v.end;
	}
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

/*
 * The rules and each pattern of the user, once.  Clean text, which is most,
 * is not copied.
 */
static size_t
run(struct redact *r, struct work *w)
{
	struct user	u = { r->codes, &r->effort };
	struct subject	s = { w->text, w->len, 0 };
	struct spans	found = SPANS_INIT;
	size_t		count, i;

	pass(r, w->text, w->len, &found);
	for (i = 0; i < codes_nuser(r->codes); i++)
		user_pass(&u, i, &s, &found);
	count = spans_mark(&found, w->text, w->len, &w->next);
	spans_release(&found);
	if (count > 0)
		work_take(w);
	return count;
}

size_t
redact_found(struct redact *r, const char *in, size_t len, struct buf *out)
{
	struct work	w = { in, len, BUF_INIT, BUF_INIT };
	size_t		count = 0, n, i;

	effort_text(&r->effort, len);
	/* Until nothing is left, so that doing it again changes nothing. */
	for (i = 0; i < MAX_PASSES && (n = run(r, &w)) > 0; i++)
		count += n;
	if (count > 0)
		buf_add(out, w.text, w.len);
	buf_wipe(&w.now);
	buf_wipe(&w.next);
	return count;
}

size_t
redact_text(struct redact *r, const char *in, size_t len, struct buf *out)
{
	size_t	n = redact_found(r, in, len, out);

	if (n == 0)
		buf_add(out, in, len);
	return n;
}

int
redact_key_check(struct redact *r, const char *key, size_t len,
    enum redact_check *check)
{
	const PCRE2_SIZE	*span;
	struct subject		 s = { key, len, 0 };
	size_t			 i;

	if (utf8_run(key, len) < len)
		return 0;
	for (i = 0; i < redact_nkeys; i++)
		if (codes_match(r->codes, CODE_KEY, i, &s, &span) !=
		    CODE_NOT) {
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
