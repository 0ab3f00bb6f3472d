#include <sys/random.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "known.h"
#include "log.h"
#include "mem.h"

#define FIRST_SLOTS	1024

/* An open table: a file is in the first free slot from its digest's on. */
struct slot {
	uint64_t	path;		/* digest; 0: the slot is free */
	uint64_t	stat:56;	/* digest; 0: read it again */
	uint64_t	part:2;
	uint64_t	met:1;		/* by the scan */
	uint64_t	gone:1;		/* forgotten, until the table grows */
};
_Static_assert(sizeof(struct slot) == 16, "what a file costs");
_Static_assert(SOURCE_PART__MAX < 4, "two bits for a part");

struct known {
	struct slot	*slots;
	size_t		 size;
	size_t		 used;		/* forgotten ones too */
	uint64_t	 key;
};

struct known *
known_new(void)
{
	struct known	*k = xcalloc(1, sizeof(*k));

	if (getrandom(&k->key, sizeof(k->key), 0) != sizeof(k->key))
		log_fatal("getrandom");
	known_reset(k);
	return k;
}

void
known_free(struct known *k)
{
	if (k == NULL)
		return;
	free(k->slots);
	free(k);
}

void
known_reset(struct known *k)
{
	free(k->slots);
	k->size = FIRST_SLOTS;
	k->used = 0;
	k->slots = xcalloc(k->size, sizeof(*k->slots));
}

void
known_stat(struct known_stat *k, const struct stat *st)
{
	k->dev = (int64_t)st->st_dev;
	k->ino = (int64_t)st->st_ino;
	k->size = st->st_size;
	k->mtime_ns = st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static uint64_t
path_digest(const struct known *k, const char *path)
{
	uint64_t	h = XXH3_64bits_withSeed(path, strlen(path), k->key);

	return h == 0 ? 1 : h;
}

static uint64_t
stat_digest(const struct known *k, const struct known_stat *st)
{
	uint64_t	h;

	if (st == NULL)
		return 0;
	h = XXH3_64bits_withSeed(st, sizeof(*st), k->key) >> 8;
	return h == 0 ? 1 : h;
}

/* The slot of this digest, or the free one where it would be. */
static struct slot *
find(const struct known *k, uint64_t path)
{
	size_t	i = (size_t)((unsigned __int128)path * k->size >> 64);

	while (k->slots[i].path != 0 && k->slots[i].path != path)
		i = i + 1 == k->size ? 0 : i + 1;
	return &k->slots[i];
}

/* Half as large again; forgotten ones stay behind. */
static void
grow(struct known *k)
{
	struct known	 old = *k;
	size_t		 i;

	k->size += k->size / 2;
	k->slots = xcalloc(k->size, sizeof(*k->slots));
	k->used = 0;
	for (i = 0; i < old.size; i++) {
		if (old.slots[i].path == 0 || old.slots[i].gone)
			continue;
		*find(k, old.slots[i].path) = old.slots[i];
		k->used++;
	}
	free(old.slots);
}

void
known_put(struct known *k, const char *path, enum source_part part,
    const struct known_stat *st)
{
	uint64_t	 digest = path_digest(k, path);
	struct slot	*s;

	if (k->used >= k->size / 8 * 7)
		grow(k);
	s = find(k, digest);
	k->used += s->path == 0;
	s->path = digest;
	s->stat = stat_digest(k, st) & ((UINT64_C(1) << 56) - 1);
	s->part = (unsigned)part & 3;
	s->met = 1;
	s->gone = 0;
}

void
known_begin(struct known *k)
{
	size_t	i;

	for (i = 0; i < k->size; i++)
		k->slots[i].met = 0;
}

enum known_file
known_meet(struct known *k, const char *path, const struct known_stat *st)
{
	struct slot	*s = find(k, path_digest(k, path));

	if (s->path == 0 || s->gone)
		return KNOWN_NEW;
	s->met = 1;
	return s->stat == stat_digest(k, st) ? KNOWN_SAME : KNOWN_CHANGED;
}

static int
is_unmet(const struct slot *s, unsigned parts)
{
	return s->path != 0 && !s->gone && !s->met &&
	    (parts & 1u << s->part) != 0;
}

size_t
known_unmet(const struct known *k, unsigned parts)
{
	size_t	i, n = 0;

	for (i = 0; i < k->size; i++)
		n += (size_t)is_unmet(&k->slots[i], parts);
	return n;
}

int
known_gone(struct known *k, const char *path, unsigned parts)
{
	struct slot	*s = find(k, path_digest(k, path));

	if (!is_unmet(s, parts))
		return 0;
	s->gone = 1;
	return 1;
}
