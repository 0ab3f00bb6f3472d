#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "supervisor/forget_find.h"
#include "supervisor/idmatch.h"
#include "supervisor/match.h"

#define PREFIX_MIN 4	/* characters of an id that are no accident */

static void
add(struct forget_list *l, const char *id, const struct store_thread *t)
{
	struct forget_thread	*f;

	l->v = xreallocarray(l->v, l->n + 1, sizeof(*l->v));
	f = &l->v[l->n++];
	snprintf(f->id, sizeof(f->id), "%s", id);
	f->cwd = xstrdup(t == NULL ? "" : t->cwd);
	f->title = xstrdup(t == NULL ? "" : t->title);
}

void
forget_list_release(struct forget_list *l)
{
	size_t	i;

	for (i = 0; i < l->n; i++) {
		free(l->v[i].cwd);
		free(l->v[i].title);
	}
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

static int
is_prefix(const char *word)
{
	return strlen(word) >= PREFIX_MIN &&
	    word[strspn(word, "0123456789abcdefABCDEF-")] == '\0';
}

/* An id, whole or its beginning; a whole one may be unknown. */
static enum forget_found
find_id(struct store *s, const char *word, struct forget_list *l)
{
	struct store_thread	*t = NULL;
	struct idmatch		 m;

	if (idmatch_find(&m, s, IDMATCH_THREAD, word) != STORE_OK ||
	    (m.found == 1 && store_thread_get(s, m.id, &t) != STORE_OK))
		return FORGET_ERROR;
	if (m.found == 1)
		add(l, m.id, t);
	else if (m.found == 0 && uuid_valid(m.word))
		add(l, m.word, NULL);
	else
		snprintf(l->why, sizeof(l->why), "%s", m.why);
	store_thread_free(t);
	if (m.found > 1)
		return FORGET_AMBIGUOUS;
	return l->n == 0 ? FORGET_NONE : FORGET_FOUND;
}

struct search {
	struct forget_list	*list;
	struct strlist		 pattern;
	const char		*path;
};

static int
take_matching(const struct store_thread *t, void *arg)
{
	struct search	*s = arg;

	if (strcmp(t->rollout_path, s->path) == 0 ||
	    match_any(&s->pattern, t->cwd))
		add(s->list, t->id, t);
	return 0;
}

enum forget_found
forget_find(struct store *s, const struct paths *paths, const char *word,
    struct forget_list *l)
{
	struct search		f = { .list = l };
	enum store_status	st;
	char			*path;

	memset(l, 0, sizeof(*l));
	if (is_prefix(word))
		return find_id(s, word, l);
	path = paths_expand(paths, word);
	f.path = path;
	strlist_add(&f.pattern, path);
	st = store_thread_each(s, take_matching, &f);
	strlist_clear(&f.pattern);
	free(path);
	if (st != STORE_OK)
		return FORGET_ERROR;
	return l->n == 0 ? FORGET_NONE : FORGET_FOUND;
}
