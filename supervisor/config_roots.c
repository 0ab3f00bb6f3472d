/*
 * Memory roots are apart from each other and from what is read or kept
 * elsewhere.  Each way up to the root directory is looked at once, against
 * a sorted list: there may be a thousand memories, in every command.
 */

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include "common/mem.h"
#include "supervisor/config_steps.h"
#include "supervisor/paths.h"
#include "supervisor/quote.h"

/*
 * What tells a folder, whatever its name: a bind mount is told by nothing
 * else.  One that is not there is told by its path.
 */
struct folder_key {
	dev_t		 dev;
	ino_t		 ino;
	const char	*path;		/* "" if it is there */
};

struct place {
	struct folder_key		 key;
	char				*real;
	const char			*what;
	const char			*name;		/* or NULL */
	const struct config_memory	*memory;	/* whose root; or NULL */
};

/* All of them in the order of the configuration, the roots last. */
struct places {
	struct place	 *v;
	struct place	**by_key;
	size_t		  n;
	/* The first that may not be: root `late' against place `early'. */
	const struct place *late, *early;
	const char	 *how;
};

static struct folder_key
key_of(const char *path)
{
	struct folder_key	 k = { .path = path };
	struct stat		 st;

	if (stat(path, &st) == -1)
		return k;
	k.dev = st.st_dev;
	k.ino = st.st_ino;
	k.path = "";
	return k;
}

static int
key_cmp(const struct folder_key *a, const struct folder_key *b)
{
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return strcmp(a->path, b->path);
}

static int
by_key(const void *a, const void *b)
{
	const struct place	*const *x = a, *const *y = b;

	return key_cmp(&(*x)->key, &(*y)->key);
}

static int
find_key(const void *key, const void *elem)
{
	const struct place	*const *p = elem;

	return key_cmp(key, &(*p)->key);
}

/* `path' becomes the list's. */
static struct place *
place_add(struct places *l, char *path, const char *what, const char *name)
{
	struct place	*p = &l->v[l->n];

	p->real = paths_real(path);
	free(path);
	p->key = key_of(p->real);
	p->what = what;
	p->name = name;
	l->by_key[l->n++] = p;
	return p;
}

static void
places_init(struct places *l, const struct config *cfg)
{
	size_t	n = 1 + 2 * cfg->nsources + cfg->nmemories, i;

	memset(l, 0, sizeof(*l));
	l->v = xcalloc(n, sizeof(*l->v));
	l->by_key = xcalloc(n, sizeof(*l->by_key));
	place_add(l, xstrdup(cfg->state), "the state directory", NULL);
	for (i = 0; i < cfg->nsources; i++) {
		place_add(l, xasprintf("%s/sessions", cfg->sources[i].path),
		    "the sessions of source", cfg->sources[i].name);
		place_add(l, xasprintf("%s/archived_sessions",
		    cfg->sources[i].path),
		    "the archived sessions of source", cfg->sources[i].name);
	}
	for (i = 0; i < cfg->nmemories; i++)
		place_add(l, xstrdup(cfg->memories[i].root),
		    "the root of memory", cfg->memories[i].name)->memory =
		    &cfg->memories[i];
	qsort(l->by_key, l->n, sizeof(*l->by_key), by_key);
}

static void
places_release(struct places *l)
{
	while (l->n > 0)
		free(l->v[--l->n].real);
	free(l->v);
	free(l->by_key);
}

/* Place `a' lies in `b'. */
static void
meet(struct places *l, const struct place *a, const struct place *b)
{
	const struct place	*late = a > b ? a : b;
	const struct place	*early = a > b ? b : a;

	if (a == b || late->memory == NULL)
		return;
	if (l->late != NULL && (late > l->late ||
	    (late == l->late && early >= l->early)))
		return;
	l->late = late;
	l->early = early;
	l->how = key_cmp(&a->key, &b->key) == 0 ? "is" :
	    late == a ? "lies in" : "holds";
}

/* Place `a' lies in whatever has this key. */
static void
meet_all(struct places *l, const struct place *a, struct folder_key k)
{
	struct place	**b, **end = l->by_key + l->n;

	b = bsearch(&k, l->by_key, l->n, sizeof(*l->by_key), find_key);
	if (b == NULL)
		return;
	while (b > l->by_key && find_key(&k, b - 1) == 0)
		b--;
	for (; b < end && find_key(&k, b) == 0; b++)
		meet(l, a, *b);
}

static void
go_up(struct places *l, const struct place *a)
{
	char	*way = xstrdup(a->real), *slash;

	do {
		meet_all(l, a, key_of(*way == '\0' ? "/" : way));
		slash = strrchr(way, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (slash != NULL);
	free(way);
}

static void
complain(const struct config *cfg, const struct places *l, struct buf *why)
{
	const struct config_memory	*m = l->late->memory;

	config_complain(cfg, m->line, why);
	buf_addf(why, "memory \"%s\": root ", m->name);
	quote_add(why, m->root);
	buf_addf(why, " %s %s", l->how, l->early->what);
	if (l->early->name != NULL)
		buf_addf(why, " \"%s\"", l->early->name);
	buf_addstr(why, ": expected a folder apart from it");
}

int
config_check_roots(const struct config *cfg, struct buf *why)
{
	struct places	l;
	size_t		i;
	int		rc = 0;

	places_init(&l, cfg);
	for (i = 0; i < l.n; i++)
		go_up(&l, &l.v[i]);
	if (l.late != NULL) {
		complain(cfg, &l, why);
		rc = -1;
	}
	places_release(&l);
	return rc;
}
