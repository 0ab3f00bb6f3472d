/* mnemoctl search: published memory and stage-one rows, by words. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/folder.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "supervisor/group.h"
#include "supervisor/match.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/fts.h"
#include "supervisor/mnemoctl/memory_files.h"
#include "supervisor/mnemoctl/search_texts.h"

#define LIMIT	20	/* hits, unless told */

/* What a hit is about: all that its text alone does not say. */
struct place {
	const char	*memory;	/* "" for a row; borrowed */
	const char	*kind;		/* a constant */
	char		*path;		/* "" for a row */
	char		*heading;
	char		*group;
	char		 thread_id[UUID_SIZE];
};

struct search {
	struct ctl	*ctl;
	struct fts	*fts;
	struct place	*places;
	size_t		 nplaces;
	char		**published;	/* thread ids, sorted */
	size_t		 npublished;
	int		 full;		/* something did not fit */
	json_object	*hits;
	/* of the file that is read in */
	const char	*memory;
	const char	*path;
};

static struct place *
place_new(struct search *s)
{
	if ((s->nplaces & (s->nplaces + 1)) == 0)
		s->places = xreallocarray(s->places, 2 * (s->nplaces + 1),
		    sizeof(*s->places));
	return &s->places[s->nplaces++];
}

static void
search_release(struct search *s)
{
	size_t	i;

	for (i = 0; i < s->nplaces; i++) {
		free(s->places[i].path);
		free(s->places[i].heading);
		free(s->places[i].group);
	}
	free(s->places);
	while (s->npublished > 0)
		free(s->published[--s->npublished]);
	free(s->published);
	fts_free(s->fts);
}

/*
 * A rollout summary's group is that of its thread, which the state knows
 * better than the file: clones of one repository are one group.
 */
static char *
group_of_text(struct search *s, const struct search_text *t)
{
	struct store_thread	*row = NULL;
	char			*group;

	if (*t->group != '\0' || *t->cwd == '\0')
		return xstrdup(t->group);
	if (*t->thread_id != '\0' && store_thread_get(s->ctl->store,
	    t->thread_id, &row) == STORE_OK)
		group = group_of(row->git_origin_url, row->cwd);
	else
		group = group_of(NULL, t->cwd);
	store_thread_free(row);
	return group;
}

static void
take_text(const struct search_text *t, void *arg)
{
	struct search	*s = arg;
	struct place	*p = place_new(s);
	struct fts_text	 f = { t->heading, t->body, t->len, t->line,
			    s->nplaces - 1 };

	p->memory = s->memory;
	p->kind = t->kind;
	p->path = xstrdup(s->path);
	p->heading = xstrdup(t->heading);
	p->group = group_of_text(s, t);
	snprintf(p->thread_id, sizeof(p->thread_id), "%s", t->thread_id);
	if (fts_add(s->fts, &f) == -1)
		s->full = 1;
}

static void
take_file(struct search *s, int root, const char *path)
{
	struct buf		b = BUF_INIT;
	enum folder_read	r = folder_read_file(root, path, &b, NULL);

	s->path = path;
	if (r != FOLDER_OK && r != FOLDER_ABSENT)
		log_warnx("memory %s: %s %s; it is not searched", s->memory,
		    path, folder_read_text(r));
	else if (b.len > 0 && memchr(b.data, '\0', b.len) == NULL)
		search_texts(path, &b, take_text, s);
	buf_release(&b);
}

/* A root that is not there has nothing to find; any other is told of. */
static void
take_memory(struct search *s, const struct config_memory *m)
{
	struct memory_files	f;
	size_t			i;
	int			root = open(m->root, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);

	if (root == -1) {
		if (errno != ENOENT)
			log_warn("memory %s: %s is not searched", m->name,
			    m->root);
		return;
	}
	s->memory = m->name;
	if (memory_files_walk(&f, root, "") == -1)
		log_warn("memory %s: not all of %s is searched", m->name,
		    m->root);
	s->full |= f.full;
	for (i = 0; i < f.n; i++)
		take_file(s, root, f.v[i].path);
	memory_files_clear(&f);
	close(root);
}

/* With -m: 1 if that memory takes the row's thread. */
static int
row_wanted(struct search *s, const struct store_row *row)
{
	const struct config	*c = s->ctl->config;
	struct store_thread	*t = NULL;
	const struct config_source *source;
	int			 yes = 0;

	if (s->ctl->opt->memory == NULL)
		return 1;
	if (store_thread_get(s->ctl->store, row->thread_id, &t) == STORE_OK) {
		source = config_source(c, t->source_name);
		yes = source != NULL && match_memory(config_memory(c,
		    s->ctl->opt->memory), source, t->cwd);
	}
	store_thread_free(t);
	return yes;
}

static void
take_row_text(struct search *s, const struct store_row *row,
    const char *kind, const char *text)
{
	struct place	*p = place_new(s);
	struct fts_text	 f = { row->title, text, strlen(text), 1,
			    s->nplaces - 1 };

	p->memory = "";
	p->kind = kind;
	p->path = xstrdup("");
	p->heading = xstrdup(row->title);
	p->group = group_of(row->git_origin_url, row->cwd);
	snprintf(p->thread_id, sizeof(p->thread_id), "%s", row->thread_id);
	if (fts_add(s->fts, &f) == -1)
		s->full = 1;
}

static int
by_id(const void *a, const void *b)
{
	const char	*const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The threads whose summaries are published: a row repeats them. */
static void
note_published(struct search *s)
{
	size_t	i;

	s->published = xcalloc(s->nplaces + 1, sizeof(*s->published));
	for (i = 0; i < s->nplaces; i++)
		if (strcmp(s->places[i].kind, "rollout_summary") == 0)
			s->published[s->npublished++] =
			    xstrdup(s->places[i].thread_id);
	qsort(s->published, s->npublished, sizeof(*s->published), by_id);
}

static int
is_published(const struct search *s, const char *thread_id)
{
	return bsearch(&thread_id, s->published, s->npublished,
	    sizeof(*s->published), by_id) != NULL;
}

static int
take_row(const struct store_row *row, void *arg)
{
	struct search	*s = arg;

	if (!row_wanted(s, row))
		return 0;
	take_row_text(s, row, "raw_memory", row->raw_memory);
	if (!is_published(s, row->thread_id))
		take_row_text(s, row, "rollout_summary",
		    row->rollout_summary);
	return 0;
}

static void
take_hit(const struct fts_hit *hit, void *arg)
{
	struct search		*s = arg;
	const struct place	*p = &s->places[hit->tag];
	json_object		*o = ctl_push(s->hits);
	char			 id[UUID_SIZE];

	json_set_str(o, "kind", p->kind);
	json_set_str(o, "memory", *p->memory == '\0' ? NULL : p->memory);
	json_set_str(o, "path", *p->path == '\0' ? NULL : p->path);
	json_set_int(o, "line", (int64_t)hit->line);
	json_set_str(o, "heading", *p->heading == '\0' ? NULL : p->heading);
	json_set_str(o, "group", *p->group == '\0' ? NULL : p->group);
	if (!search_thread(hit->text, strlen(hit->text), "thread_id=", id))
		snprintf(id, sizeof(id), "%s", p->thread_id);
	json_set_str(o, "thread_id", *id == '\0' ? NULL : id);
	json_set(o, "score", json_object_new_double(hit->score));
	json_set_str(o, "snippet", hit->snippet);
}

/* Everything there is, then the question. */
static enum ctl_exit
find(struct search *s, const char *match, json_object *doc)
{
	const struct config		*c = s->ctl->config;
	const struct fts_question	 q = { match, s->ctl->opt->limit > 0 ?
					    (int)s->ctl->opt->limit : LIMIT };
	enum ctl_exit			 e;
	size_t				 i;
	long				 n;

	for (i = 0; i < c->nmemories; i++)
		if (s->ctl->opt->memory == NULL ||
		    strcmp(c->memories[i].name, s->ctl->opt->memory) == 0)
			take_memory(s, &c->memories[i]);
	note_published(s);
	e = ctl_exit_of(store_output_each(s->ctl->store, take_row, s));
	if (e != CTL_OK)
		return e;
	if (s->full)
		log_warnx("there is more text than is searched at once; name "
		    "one memory with -m");
	n = fts_find(s->fts, &q, take_hit, s);
	if (n < 0)
		return CTL_STATE;
	json_set_int(doc, "found", n);
	json_set_bool(doc, "whole", !s->full);
	s->ctl->verdict = n == 0 ? CTL_NOT_FOUND : CTL_OK;
	return CTL_OK;
}

/* FTS_WORDS_MAX bounds the expression. */
static enum ctl_exit
check_words(const char *words, struct buf *match)
{
	switch (fts_match(words, match)) {
	case -1:
		log_warnx("search: more than %d words", FTS_WORDS_MAX);
		return CTL_USAGE;
	case 0:
		log_warnx("search: there is no word in that; letters and "
		    "digits are searched");
		return CTL_USAGE;
	}
	return CTL_OK;
}

enum ctl_exit
search_collect(struct ctl *ctl, json_object *doc)
{
	struct search	 s = { .ctl = ctl };
	struct buf	 match = BUF_INIT;
	enum ctl_exit	 e = check_words(ctl->opt->argument, &match);

	if (e == CTL_OK && ctl->opt->memory != NULL)
		e = ctl_memory_known(ctl, ctl->opt->memory);
	if (e == CTL_OK) {
		json_set_str(doc, "query", ctl->opt->argument);
		s.hits = ctl_set_array(doc, "hits");
		s.fts = fts_new();
		e = s.fts == NULL ? CTL_STATE : find(&s, buf_str(&match),
		    doc);
		search_release(&s);
	}
	buf_release(&match);
	return e;
}
