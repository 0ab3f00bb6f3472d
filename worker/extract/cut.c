#include <string.h>
#include <strings.h>

#include "cut.h"

struct cut_rule {
	const char	*open;
	const char	*close;
	int		 cites;		/* holds ids of cited threads */
};

static const struct cut_rule cut_rules[] = {
	{ "<private>", "</private>", 0 },
	{ "<oai-mem-citation>", "</oai-mem-citation>", 1 },
	{ "========= MEMORY_SUMMARY BEGINS =========",
	    "========= MEMORY_SUMMARY ENDS =========", 0 }
};
#define NRULES (sizeof(cut_rules) / sizeof(cut_rules[0]))

void
cut_init(struct cut *c, enum cut_mode mode, struct citations *cited)
{
	c->mode = mode;
	c->cited = cited;
	c->rule = c->depth = 0;
}

static int
at_mark(const char *s, size_t len, const char *mark)
{
	size_t	n;

	/* The second byte tells most other tags apart, and rulers of '='. */
	if (len < 2 || s[0] != mark[0] || (s[1] | 0x20) != (mark[1] | 0x20))
		return 0;
	n = strlen(mark);
	return n <= len && strncasecmp(s, mark, n) == 0;
}

/* The next byte that can begin a mark, or `len'. */
static size_t
next_mark(const char *s, size_t len, size_t from)
{
	while (from < len && s[from] != '<' && s[from] != '=')
		from++;
	return from;
}

/*
 * The first passage in `s': its rule plus 1 and where it starts, or 0 and
 * `len'.  `dead' has a bit for each rule that is known not to close.
 */
static size_t
find_open(const char *s, size_t len, unsigned dead, size_t *at)
{
	size_t	i;

	for (*at = 0; (*at = next_mark(s, len, *at)) < len; (*at)++)
		for (i = 0; i < NRULES; i++)
			if (!(dead & 1u << i) &&
			    at_mark(s + *at, len - *at, cut_rules[i].open))
				return i + 1;
	return 0;
}

/*
 * Behind the mark that closes the open passage, or `len' if it stays open.
 * Blocks may stand in each other; the outermost counts.
 */
static size_t
find_close(struct cut *c, const char *s, size_t len)
{
	const struct cut_rule	*rule = &cut_rules[c->rule - 1];
	size_t			 at;

	for (at = 0; (at = next_mark(s, len, at)) < len; at++) {
		if (at_mark(s + at, len - at, rule->open))
			c->depth++;
		else if (at_mark(s + at, len - at, rule->close) &&
		    --c->depth == 0) {
			c->rule = 0;
			return at + strlen(rule->close);
		}
	}
	return len;
}

/*
 * A passage starts or goes on at `s'.  Returns its length here, 0 if it is
 * none because it does not close.
 */
static size_t
take_passage(struct cut *c, const char *s, size_t len)
{
	const struct cut_rule	*rule = &cut_rules[c->rule - 1];
	size_t			 n, skip = 0;

	if (c->depth == 0) {
		c->depth = 1;
		skip = strlen(rule->open);
	}
	n = skip + find_close(c, s + skip, len - skip);
	if (c->rule != 0 && c->mode == CUT_LOOSE) {
		c->rule = c->depth = 0;
		return 0;
	}
	if (rule->cites && c->cited != NULL)
		citations_block(c->cited, s, n);
	return n;
}

size_t
cut_text(struct cut *c, const char *s, size_t len, struct buf *out)
{
	size_t		pos = 0, at, n, rule, left_out = 0;
	unsigned	dead = 0;

	while (pos < len) {
		if (c->rule == 0) {
			c->rule = find_open(s + pos, len - pos, dead, &at);
			buf_add(out, s + pos, at);
			pos += at;
			if (c->rule == 0)
				break;
		}
		rule = c->rule;
		n = take_passage(c, s + pos, len - pos);
		if (n == 0)
			dead |= 1u << (rule - 1);
		pos += n;
		left_out += n;
	}
	return left_out;
}
