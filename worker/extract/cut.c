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

/* The next bytes of each kind that can begin a mark, or the text's end. */
struct marks {
	const char	*end;
	const char	*tag;
	const char	*ruler;
};

static const char *
next_byte(const char *from, const char *end, char c)
{
	const char	*p = memchr(from, c, (size_t)(end - from));

	return p == NULL ? end : p;
}

static void
marks_init(struct marks *m, const char *s, size_t len)
{
	m->end = s + len;
	m->tag = next_byte(s, m->end, '<');
	m->ruler = next_byte(s, m->end, '=');
}

/* The first at `from' or behind, or the end. */
static const char *
next_mark(struct marks *m, const char *from)
{
	if (m->tag < from)
		m->tag = next_byte(from, m->end, '<');
	if (m->ruler < from)
		m->ruler = next_byte(from, m->end, '=');
	return m->tag < m->ruler ? m->tag : m->ruler;
}

/*
 * The first passage in `s': its rule plus 1 and where it starts, or 0 and
 * `len'.  `dead' has a bit for each rule that is known not to close.
 */
static size_t
find_open(const char *s, size_t len, unsigned dead, size_t *at)
{
	struct marks	 m;
	const char	*p = s;
	size_t		 i;

	marks_init(&m, s, len);
	for (; (p = next_mark(&m, p)) < m.end; p++)
		for (i = 0; i < NRULES; i++)
			if (!(dead & 1u << i) && at_mark(p,
			    (size_t)(m.end - p), cut_rules[i].open)) {
				*at = (size_t)(p - s);
				return i + 1;
			}
	*at = len;
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
	struct marks		 m;
	const char		*p = s;
	size_t			 left;

	marks_init(&m, s, len);
	for (; (p = next_mark(&m, p)) < m.end; p++) {
		left = (size_t)(m.end - p);
		if (at_mark(p, left, rule->open))
			c->depth++;
		else if (at_mark(p, left, rule->close) && --c->depth == 0) {
			c->rule = 0;
			return (size_t)(p - s) + strlen(rule->close);
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
