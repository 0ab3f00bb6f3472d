#include "worker/redact_code.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "worker/redact.h"
#include "worker/redact_rules.h"

/* Limits of one match: a rule comes nowhere near, a user's pattern may. */
#define MATCH_LIMIT	1000000
#define DEPTH_LIMIT	10000
#define JIT_STACK_START	(32 * 1024)
#define JIT_STACK_MAX	(1024 * 1024)

struct codes {
	pcre2_code		**own[CODE__KINDS];	/* NULL: not yet */
	pcre2_code		**user;
	size_t			  nuser;
	pcre2_match_context	 *context;
	pcre2_match_data	 *match;
	pcre2_jit_stack		 *stack;	/* NULL: no pattern needs it */
};

static pcre2_code *
compile(const char *pattern, uint32_t options, char *why, size_t whysize)
{
	pcre2_code	*code;
	PCRE2_UCHAR	 text[128];
	PCRE2_SIZE	 offset;
	int		 error;

	code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    options | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset,
	    NULL);
	if (code == NULL) {
		pcre2_get_error_message(error, text, sizeof(text));
		snprintf(why, whysize, "pattern \"%s\": offset %zu: %s",
		    pattern, (size_t)offset, (char *)text);
	}
	return code;
}

static size_t
number_of(enum code_kind kind)
{
	return kind == CODE_RULE ? redact_nrules :
	    kind == CODE_GATE ? redact_ngates : redact_nkeys;
}

static const char *
pattern_of(enum code_kind kind, size_t i)
{
	return kind == CODE_RULE ? redact_rules[i].pattern :
	    kind == CODE_GATE ? redact_gates[i].pattern :
	    redact_keys[i].pattern;
}

struct codes *
codes_new(void)
{
	struct codes	*c = xcalloc(1, sizeof(*c));
	unsigned int	 kind;

	for (kind = 0; kind < CODE__KINDS; kind++)
		c->own[kind] = xcalloc(number_of((enum code_kind)kind),
		    sizeof(pcre2_code *));
	c->context = pcre2_match_context_create(NULL);
	c->match = pcre2_match_data_create(8, NULL);
	if (c->context == NULL || c->match == NULL)
		log_fatalx("redaction: out of memory");
	pcre2_set_match_limit(c->context, MATCH_LIMIT);
	pcre2_set_depth_limit(c->context, DEPTH_LIMIT);
	return c;
}

static void
free_all(pcre2_code **codes, size_t n)
{
	while (n > 0)
		pcre2_code_free(codes[--n]);
	free(codes);
}

void
codes_free(struct codes *c)
{
	unsigned int	kind;

	if (c == NULL)
		return;
	for (kind = 0; kind < CODE__KINDS; kind++)
		free_all(c->own[kind], number_of((enum code_kind)kind));
	free_all(c->user, c->nuser);
	pcre2_match_data_free(c->match);
	pcre2_match_context_free(c->context);
	pcre2_jit_stack_free(c->stack);
	free(c);
}

/* Without machine code the interpreter does it, more slowly. */
static void
to_machine_code(struct codes *c, pcre2_code *code)
{
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	if (c->stack != NULL)
		return;
	c->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX,
	    NULL);
	if (c->stack == NULL)
		log_fatalx("redaction: out of memory");
	pcre2_jit_stack_assign(c->context, NULL, c->stack);
}

int
codes_add_user(struct codes *c, const char *pattern, char *why,
    size_t whysize)
{
	pcre2_code	*code;

	code = compile(pattern, PCRE2_MATCH_INVALID_UTF, why, whysize);
	if (code == NULL)
		return -1;
	to_machine_code(c, code);
	c->user = xreallocarray(c->user, c->nuser + 1, sizeof(pcre2_code *));
	c->user[c->nuser++] = code;
	return 0;
}

size_t
codes_nuser(const struct codes *c)
{
	return c->nuser;
}

/* Our own patterns compile, or the program is wrong. */
static pcre2_code *
own(struct codes *c, enum code_kind kind, size_t i)
{
	pcre2_code	**code = &c->own[kind][i];
	char		  why[512];

	if (*code == NULL)
		*code = compile(pattern_of(kind, i), kind == CODE_KEY ? 0 :
		    PCRE2_ANCHORED, why, sizeof(why));
	if (*code == NULL)
		BUG("%s", why);
	return *code;
}

void
codes_prepare(struct codes *c)
{
	size_t	i, k;

	for (i = 0; i < redact_nrules; i++)
		for (k = 0; redact_far[k] != NULL; k++)
			if (strcmp(redact_far[k], redact_rules[i].name) == 0)
				to_machine_code(c, own(c, CODE_RULE, i));
}

enum code_match
codes_match(struct codes *c, enum code_kind kind, size_t i,
    const struct subject *s, const PCRE2_SIZE **spans)
{
	int	n;

	n = pcre2_match(own(c, kind, i), (PCRE2_SPTR)s->text, s->len, s->at,
	    PCRE2_NO_UTF_CHECK, c->match, c->context);
	*spans = pcre2_get_ovector_pointer(c->match);
	if (n < 0)
		return n == PCRE2_ERROR_NOMATCH ? CODE_NOT : CODE_GAVE_UP;
	return CODE_MATCHES;
}

int
codes_user(struct codes *c, size_t i, const struct subject *s,
    struct user_match *m)
{
	int	n;

	n = pcre2_match(c->user[i], (PCRE2_SPTR)s->text, s->len, s->at, 0,
	    c->match, c->context);
	m->spans = pcre2_get_ovector_pointer(c->match);
	m->began = n >= 0 ? pcre2_get_startchar(c->match) : s->at;
	return n;
}

int
redact_pattern_ok(const char *pattern, char *why, size_t whysize)
{
	pcre2_code	*code;

	code = compile(pattern, PCRE2_MATCH_INVALID_UTF, why, whysize);
	pcre2_code_free(code);
	return code != NULL;
}
