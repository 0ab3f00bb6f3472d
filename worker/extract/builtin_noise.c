#include <stdlib.h>
#include <string.h>

#include "builtin_noise.h"
#include "mem.h"
#include "worker/text.h"

#define SLOTS		4096	/* power of two */
#define PROBES		8
#define LINES		60	/* at the front of each output */
#define LINE_SHOWN	200	/* bytes of a line */

struct slot {
	uint64_t	 line;		/* hash, 0: free */
	uint64_t	 key;		/* hash of the first command */
	uint32_t	 outputs;
	uint32_t	 last;		/* output that counted last */
	int		 several;	/* different commands */
};

struct noise {
	struct slot	 slot[SLOTS];
	uint32_t	 outputs;
};

struct noise *
noise_new(void)
{
	return xcalloc(1, sizeof(struct noise));
}

void
noise_free(struct noise *n)
{
	free(n);
}

/* The line as it is compared: as builtin_result.c shows it. */
static uint64_t
line_hash(const char *line, size_t len)
{
	struct buf b = BUF_INIT;
	uint64_t h;

	if (len > 0 && len <= LINE_SHOWN && text_is_line(line, len))
		return text_hash(line, len) | 1;
	text_oneline(&b, line, len, LINE_SHOWN);
	h = b.len == 0 ? 0 : text_hash(b.data, b.len) | 1;
	buf_release(&b);
	return h;
}

/* The line's slot, a free one for it, or NULL if its places are taken. */
static struct slot *
find(const struct noise *n, uint64_t h)
{
	const struct slot *s;
	size_t i;

	for (i = 0; i < PROBES; i++) {
		s = &n->slot[(h + i) % SLOTS];
		if (s->line == h || s->line == 0)
			return (struct slot *)(uintptr_t)s;
	}
	return NULL;
}

static void
count(struct noise *n, uint64_t h, uint64_t key)
{
	struct slot *s;

	if (h == 0 || (s = find(n, h)) == NULL)
		return;
	if (s->line == 0) {
		s->line = h;
		s->key = key;
	} else if (s->last == n->outputs) {
		return;
	}
	s->outputs++;
	s->last = n->outputs;
	if (s->key != key)
		s->several = 1;
}

void
noise_output(struct noise *n, const char *key, const char *body, size_t len)
{
	uint64_t k = text_hash(key, strlen(key));
	const char *p = body, *nl;
	size_t left = len, size, lines;

	n->outputs++;
	for (lines = 0; left > 0 && lines < LINES; lines++) {
		nl = memchr(p, '\n', left);
		size = nl == NULL ? left : (size_t)(nl - p);
		count(n, line_hash(p, size), k);
		size += nl != NULL;
		p += size;
		left -= size;
	}
}

int
noise_is(const struct noise *n, const char *line)
{
	const struct slot *s;
	uint64_t h = line_hash(line, strlen(line));

	s = find(n, h);
	if (s == NULL || s->line != h || !s->several)
		return 0;
	return s->outputs >= 3 || s->outputs * 2 >= n->outputs;
}
