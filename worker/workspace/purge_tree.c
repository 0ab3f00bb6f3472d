#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/tree.h"

/* One tree, and the names by which lines of it betray a thread. */
struct weeding {
	struct purge	*p;
	git_index	*index;
	const char	**names;	/* ids, then stems of summaries */
	char		**stems;	/* owned */
	size_t		 nstems;
	size_t		 nnames;
};

static void
collect_ids(struct weeding *w)
{
	size_t	i, n = json_object_array_length(w->p->threads);

	w->names = xcalloc(n + 1, sizeof(*w->names));
	for (i = 0; i < n; i++)
		w->names[w->nnames++] = json_object_get_string(
		    json_object_array_get_idx(w->p->threads, i));
}

static int
holds(const struct weeding *w, const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i < w->nnames; i++)
		if (memmem(s, len, w->names[i], strlen(w->names[i])) != NULL)
			return 1;
	return 0;
}

/* A summary is the thread's if its head, the first five lines, says so. */
static int
is_summary_of(const struct weeding *w, const struct buf *text)
{
	static const char	 key[] = "thread_id: ";
	const char		*s = buf_str(text), *nl;
	unsigned		 no;
	size_t			 len;

	for (no = 0; no < 5 && *s != '\0'; no++, s += len) {
		nl = strchr(s, '\n');
		len = nl == NULL ? strlen(s) : (size_t)(nl - s) + 1;
		if (strncmp(s, key, sizeof(key) - 1) == 0)
			return holds(w, s, len);
	}
	return 0;
}

static void
add_stem(struct weeding *w, const char *path)
{
	const char	*base = path + strlen(TREE_SUMMARIES);

	w->stems = xreallocarray(w->stems, w->nstems + 1, sizeof(*w->stems));
	w->stems[w->nstems++] = xstrndup(base, strlen(base) - strlen(".md"));
}

/* Summaries go whole; what they were called, other files say. */
static int
drop_summaries(struct weeding *w)
{
	const git_index_entry	*e;
	struct buf		 text = BUF_INIT;
	size_t			 i = 0;
	int			 r = 0, ours;

	while (r == 0 && i < git_index_entrycount(w->index)) {
		e = git_index_get_byindex(w->index, i);
		if (!tree_below(e->path, TREE_SUMMARIES)) {
			i++;
			continue;
		}
		buf_reset(&text);
		r = history_blob_read(&w->p->ws->history, &e->id, &text);
		ours = r == 0 && is_summary_of(w, &text);
		if (ours) {
			add_stem(w, e->path);
			r = tree_drop(w->index, e->path);
		} else
			i++;
	}
	buf_wipe(&text);
	return r;
}

static void
name_stems(struct weeding *w)
{
	size_t	i;

	w->names = xreallocarray(w->names, w->nnames + w->nstems + 1,
	    sizeof(*w->names));
	for (i = 0; i < w->nstems; i++)
		w->names[w->nnames++] = w->stems[i];
}

/*
 * Copy the lines that name none of the threads.  In raw_memories.md a block
 * reaches from its heading to the next one.
 */
static void
weed(const struct weeding *w, const struct buf *text, int blocks,
    struct buf *out)
{
	static const char	 head[] = "## Thread `";
	const char		*s = buf_str(text), *end = s + text->len, *nl;
	size_t			 len;
	int			 in = 0;

	for (; s < end; s += len) {
		nl = memchr(s, '\n', (size_t)(end - s));
		len = nl == NULL ? (size_t)(end - s) : (size_t)(nl - s) + 1;
		if (blocks && len >= sizeof(head) - 1 &&
		    memcmp(s, head, sizeof(head) - 1) == 0)
			in = holds(w, s, len);
		if (!in && !holds(w, s, len))
			buf_add(out, s, len);
	}
}

static int
weed_entry(struct weeding *w, const git_index_entry *e)
{
	struct history	*h = &w->p->ws->history;
	struct buf	 text = BUF_INIT, out = BUF_INIT;
	char		*path = xstrdup(e->path);
	uint32_t	 mode = e->mode;
	git_oid		 id;
	int		 r;

	r = history_blob_read(h, &e->id, &text);
	if (r == 0)
		weed(w, &text, strcmp(path, TREE_RAW) == 0, &out);
	if (r == 0 && out.len != text.len) {
		r = history_blob_write(h, buf_str(&out), out.len, &id);
		if (r == 0)
			r = tree_put(w->index, path, mode, &id);
	}
	buf_wipe(&text);
	buf_wipe(&out);
	free(path);
	return r;
}

static int
weed_all(struct weeding *w)
{
	size_t	i;
	int	r = 0;

	for (i = 0; r == 0 && i < git_index_entrycount(w->index); i++)
		r = weed_entry(w, git_index_get_byindex(w->index, i));
	return r;
}

int
purge_tree(struct purge *p, const git_oid *tree, git_oid *out)
{
	struct weeding	w = { .p = p };
	size_t		i;
	int		r;

	r = tree_load(&p->ws->history, tree, &w.index);
	if (r == 0) {
		collect_ids(&w);
		r = drop_summaries(&w);
	}
	if (r == 0) {
		name_stems(&w);
		r = weed_all(&w);
	}
	if (r == 0)
		r = tree_store(&p->ws->history, w.index, out);
	for (i = 0; i < w.nstems; i++)
		free(w.stems[i]);
	free(w.stems);
	free(w.names);
	git_index_free(w.index);
	return r;
}
