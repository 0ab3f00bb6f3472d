#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "worker/needle.h"

#define HEAD_BYTES	3
#define MAP_BITS	17	/* 16 KiB: stays in the first cache */
#define LIKELY_BITS	14
#define NBUCKETS	1024

struct needle {
	char		 text[24];
	size_t		 len;
	int		 nocase;
	unsigned int	 id;
	size_t		 next;	/* index + 1 in the bucket's list, 0: end */
};

struct needle_set {
	uint64_t	 map[(1u << MAP_BITS) / 64];
	uint64_t	 likely[(1u << LIKELY_BITS) / 64];
	size_t		 bucket[NBUCKETS];
	struct needle	*needles;
	size_t		 n;
};

/*
 * The hash of three bytes, which may have any fourth one above them: the
 * factor moves that one out.
 */
static uint32_t
hash(uint32_t head)
{
	return (head * (0x9e3779b1u << 8)) >> (32 - MAP_BITS);
}

/* The first three bytes as a number. */
static uint32_t
head_of(const char *p)
{
	const unsigned char	*u = (const unsigned char *)p;

	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16;
}

/* The same for hash() where a fourth byte may be read: one load. */
static uint32_t
head_of4(const char *p)
{
	uint32_t	v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static int
is_mapped(const struct needle_set *set, uint32_t head)
{
	uint32_t	h = hash(head);

	return (set->map[h / 64] >> h % 64 & 1) != 0;
}

/*
 * A second look, at a fourth byte too: short words begin like many others.
 * Both cases of a letter are one here, and so are some that are no letters.
 */
static uint32_t
hash4(const char *p, unsigned char fourth)
{
	uint32_t	head = head_of(p) | (uint32_t)fourth << 24;

	return (head | 0x20202020u) * 0x9e3779b1u >> (32 - LIKELY_BITS);
}

/* Of a needle of three bytes; it may have any byte behind it. */
#define ANY	0xff

static int
is_likely(const struct needle_set *set, const char *p, size_t room)
{
	uint32_t	h = hash4(p, ANY);

	if ((set->likely[h / 64] >> h % 64 & 1) != 0)
		return 1;
	if (room <= HEAD_BYTES)
		return 0;
	h = hash4(p, (unsigned char)p[HEAD_BYTES]);
	return (set->likely[h / 64] >> h % 64 & 1) != 0;
}

/* Locale-free, unlike tolower(3). */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

struct needle_set *
needle_set_new(void)
{
	return xcalloc(1, sizeof(struct needle_set));
}

/* The bucket is the same whatever the case of the first bytes. */
static size_t
bucket_of(const char *p)
{
	char	head[HEAD_BYTES] = { lower(p[0]), lower(p[1]), lower(p[2]) };

	return hash(head_of(head)) % NBUCKETS;
}

static void
map_head(struct needle_set *set, const char *head)
{
	uint32_t	h = hash(head_of(head));

	set->map[h / 64] |= (uint64_t)1 << h % 64;
}

/* All spellings of the first bytes, by the bits of `mask'. */
static void
map_nocase(struct needle_set *set, const char *text)
{
	char		head[HEAD_BYTES];
	unsigned int	mask, i;

	for (mask = 0; mask < 1u << HEAD_BYTES; mask++) {
		for (i = 0; i < HEAD_BYTES; i++)
			head[i] = (mask & 1u << i) != 0 ? upper(text[i]) :
			    lower(text[i]);
		map_head(set, head);
	}
}

/* Lists are walked in the order of adding, so the new one goes last. */
static void
insert(struct needle_set *set, const struct needle *nd)
{
	size_t		*link = &set->bucket[bucket_of(nd->text)];
	uint32_t	 h = hash4(nd->text, nd->len == HEAD_BYTES ? ANY :
			    (unsigned char)nd->text[HEAD_BYTES]);

	set->likely[h / 64] |= (uint64_t)1 << h % 64;
	if (nd->nocase)
		map_nocase(set, nd->text);
	else
		map_head(set, nd->text);
	while (*link != 0)
		link = &set->needles[*link - 1].next;
	*link = set->n + 1;
	set->needles = xreallocarray(set->needles, set->n + 1,
	    sizeof(*set->needles));
	set->needles[set->n++] = *nd;
}

/* Spell out the classes of one word, which goes up to `end'. */
static void
expand(struct needle_set *set, struct needle nd, const char *word,
    const char *end)
{
	const char	*p, *close;

	for (; word < end && *word != '['; word++) {
		if (nd.len == sizeof(nd.text))
			BUG("needle too long: %s", word);
		nd.text[nd.len++] = nd.nocase ? lower(*word) : *word;
	}
	if (word == end) {
		if (nd.len < HEAD_BYTES)
			BUG("needle too short: %.*s", (int)nd.len, nd.text);
		insert(set, &nd);
		return;
	}
	close = memchr(word, ']', (size_t)(end - word));
	if (close == NULL || nd.len == sizeof(nd.text))
		BUG("bad class in a needle: %s", word);
	for (p = word + 1; p < close; p++) {
		nd.text[nd.len] = nd.nocase ? lower(*p) : *p;
		nd.len++;
		expand(set, nd, close + 1, end);
		nd.len--;
	}
}

void
needle_set_add(struct needle_set *set, const char *words, int nocase,
    unsigned int id)
{
	struct needle	 nd = { .nocase = nocase, .id = id };
	const char	*end;

	for (; *words != '\0'; words = end) {
		words += strspn(words, " ");
		end = words + strcspn(words, " ");
		if (end > words)
			expand(set, nd, words, end);
	}
}

void
needle_set_add_text(struct needle_set *set, const char *text, int nocase)
{
	struct needle	nd = { .nocase = nocase };

	while (nd.len < sizeof(nd.text) && text[nd.len] != '\0') {
		nd.text[nd.len] = nocase ? lower(text[nd.len]) : text[nd.len];
		nd.len++;
	}
	if (nd.len < HEAD_BYTES)
		BUG("needle too short: %s", text);
	insert(set, &nd);
}

size_t
needle_set_next(const struct needle_set *set, const char *text, size_t len,
    size_t from)
{
	if (len < HEAD_BYTES)
		return len;
	for (; from < len - HEAD_BYTES; from++)
		if (is_mapped(set, head_of4(text + from)) &&
		    is_likely(set, text + from, len - from))
			return from;
	if (from == len - HEAD_BYTES && is_mapped(set, head_of(text + from)) &&
	    is_likely(set, text + from, HEAD_BYTES))
		return from;
	return len;
}

static int
stands_at(const struct needle *nd, const char *p, size_t room)
{
	size_t	i;

	if (nd->len > room)
		return 0;
	if (!nd->nocase)
		return memcmp(nd->text, p, nd->len) == 0;
	for (i = 0; i < nd->len; i++)
		if (nd->text[i] != lower(p[i]))
			return 0;
	return 1;
}

int
needle_set_at(const struct needle_set *set, const char *p, size_t room,
    struct needle_hit *hit)
{
	const struct needle	*nd;
	size_t			 i;

	if (hit->cursor == SIZE_MAX)
		return 0;
	i = hit->cursor == 0 ? set->bucket[bucket_of(p)] :
	    set->needles[hit->cursor - 1].next;
	for (; i != 0; i = nd->next) {
		nd = &set->needles[i - 1];
		if (stands_at(nd, p, room)) {
			hit->cursor = i;
			hit->id = nd->id;
			return 1;
		}
	}
	hit->cursor = SIZE_MAX;
	return 0;
}

int
needle_set_in(const struct needle_set *set, const char *text, size_t len)
{
	struct needle_hit	hit;
	size_t			pos = 0;

	while ((pos = needle_set_next(set, text, len, pos)) < len) {
		hit = (struct needle_hit){ 0 };
		if (needle_set_at(set, text + pos, len - pos, &hit))
			return 1;
		pos++;
	}
	return 0;
}

void
needle_set_free(struct needle_set *set)
{
	if (set == NULL)
		return;
	free(set->needles);
	free(set);
}
