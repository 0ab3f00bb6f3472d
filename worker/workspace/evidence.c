#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "worker/text.h"
#include "worker/workspace/evidence.h"
#include "worker/workspace/handbook.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/tree.h"

#define ELLIPSIS	"\xe2\x80\xa6"
#define HOLE_MAX	200	/* bytes that "<name>" may stand for */

void
evidence_plain(struct buf *out, const char *s, size_t len)
{
	size_t	at = out->len;

	text_oneline(out, s, len, len + sizeof(ELLIPSIS));
	for (; at < out->len; at++)
		if (out->data[at] == '"')
			out->data[at] = '\'';
}

/* A thing of its own in the text: no word that it is part of. */
static void
add(struct buf *out, const char *s, size_t len)
{
	evidence_plain(out, s, len);
	buf_addch(out, '\n');
}

/*
 * The same, unless the text holds it already: a thread's summary and its raw
 * memory are told by its row and by a file, and so much text is kept once.
 */
static void
add_new(struct buf *out, const char *s, size_t len)
{
	struct buf	plain = BUF_INIT;

	evidence_plain(&plain, s, len);
	if (plain.len > 0 && memmem(buf_str(out), out->len, plain.data,
	    plain.len) == NULL) {
		buf_add(out, plain.data, plain.len);
		buf_addch(out, '\n');
	}
	buf_wipe(&plain);
}

/* Where the thread is, or would be. */
static size_t
place_of(const struct evidence *e, const char *id)
{
	size_t	low = 0, high = e->n, mid;

	/* Rows come in the order of their ids: look at the end first. */
	if (e->n > 0 && strcmp(e->thread[e->n - 1].id, id) < 0)
		return e->n;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(e->thread[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct evidence_thread *
thread_of(struct evidence *e, const char *id)
{
	size_t	i = place_of(e, id);

	if (i < e->n && strcmp(e->thread[i].id, id) == 0)
		return &e->thread[i];
	e->thread = xreallocarray(e->thread, e->n + 1, sizeof(*e->thread));
	memmove(&e->thread[i + 1], &e->thread[i],
	    (e->n - i) * sizeof(*e->thread));
	memset(&e->thread[i], 0, sizeof(*e->thread));
	memcpy(e->thread[i].id, id, UUID_SIZE);
	e->n++;
	return &e->thread[i];
}

const struct evidence_thread *
evidence_find(const struct evidence *e, const char *id)
{
	size_t	i = place_of(e, id);

	return i < e->n && strcmp(e->thread[i].id, id) == 0 ?
	    &e->thread[i] : NULL;
}

/* "cwd: /a" in the head of a rollout summary; the caller frees it. */
static char *
header_cwd(const struct buf *text)
{
	static const char	key[] = "\ncwd: ";
	const char		*s = buf_str(text), *end, *p;

	end = strstr(s, "\n\n");
	p = strstr(s, key);
	if (p == NULL || (end != NULL && p > end))
		return NULL;
	p += sizeof(key) - 1;
	return xstrndup(p, strcspn(p, "\r\n"));
}

/*
 * What the thread's row says in its summary, which is mostly what the file
 * says.  The row does not keep it: all that there are would be held twice.
 */
static void
take_row_summary(struct evidence_thread *t)
{
	const char	*s = json_str(t->row, "rollout_summary");

	if (s == NULL)
		return;
	add_new(&t->text, s, strlen(s));
	json_object_object_del(t->row, "rollout_summary");
}

/* One rollout summary of M or A. */
static int
add_summary(struct evidence *e, const struct validation *v, git_index *tree,
    const git_index_entry *entry)
{
	const git_index_entry	*before = tree_get(v->live, entry->path);
	struct evidence_thread	*t;
	struct buf		 text = BUF_INIT;
	char			 id[UUID_SIZE];
	int			 r;

	r = tree_text(tree, v->history, entry->path, &text);
	if (r > 0 && raw_memories_thread(&text, id)) {
		t = thread_of(e, id);
		if (t->cwd == NULL)
			t->cwd = header_cwd(&text);
		t->fresh |= !tree_same_entry(before, entry);
		add(&t->text, text.data, text.len);
		take_row_summary(t);
		buf_trim(&t->text);
	} else if (r > 0)
		add(&e->common, text.data, text.len);
	buf_wipe(&text);
	return r < 0 ? -1 : 0;
}

static int
add_summaries(struct evidence *e, const struct validation *v, git_index *tree,
    git_index *unless)
{
	const git_index_entry	*entry;
	size_t			 i;
	int			 r = 0;

	for (i = 0; r == 0 && i < git_index_entrycount(tree); i++) {
		entry = git_index_get_byindex(tree, i);
		if (tree_below(entry->path, TREE_SUMMARIES) &&
		    (unless == NULL || !tree_same_entry(entry,
		    tree_get(unless, entry->path))))
			r = add_summary(e, v, tree, entry);
	}
	return r;
}

/* Every string below `o', each by itself. */
static void
add_strings(struct buf *out, json_object *o)
{
	struct json_object_iterator	at, end;
	size_t				i;

	if (json_object_is_type(o, json_type_string)) {
		add_new(out, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
	} else if (json_object_is_type(o, json_type_array)) {
		for (i = 0; i < json_object_array_length(o); i++)
			add_strings(out, json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		at = json_object_iter_begin(o);
		end = json_object_iter_end(o);
		for (; !json_object_iter_equal(&at, &end);
		    json_object_iter_next(&at))
			add_strings(out, json_object_iter_peek_value(&at));
	}
}

static void
add_row(struct evidence *e, json_object *row)
{
	const char		*id = json_str(row, "thread_id");
	struct evidence_thread	*t;

	if (strlen(id) != UUID_SIZE - 1)
		return;
	t = thread_of(e, id);
	if (json_str(row, "cwd") != NULL) {
		free(t->cwd);
		t->cwd = xstrdup(json_str(row, "cwd"));
	}
	t->row = row;
	if (t->group == NULL && json_str(row, "group") != NULL)
		t->group = xstrdup(json_str(row, "group"));
}

static void
add_inputs(struct evidence *e, const struct inputs *in)
{
	size_t	i;

	for (i = 0; in != NULL && i < in->nrows; i++)
		add_row(e, in->rows[i]);
	for (i = 0; in != NULL && i < in->ntombstones; i++)
		if (strlen(in->tombstones[i]) == UUID_SIZE - 1)
			thread_of(e, in->tombstones[i])->buried = 1;
}

/* What the rows say besides. */
static void
add_row_texts(struct evidence *e, const struct inputs *in)
{
	const char	*id;
	size_t		 i;

	for (i = 0; in != NULL && i < in->nrows; i++) {
		id = json_str(in->rows[i], "thread_id");
		if (evidence_find(e, id) != NULL)
			add_strings(&thread_of(e, id)->text, in->rows[i]);
	}
}

/*
 * raw_memories.md: a part for each thread.  A raw memory may hold a line that
 * looks like the next one's heading, so nothing is made known by it that is
 * not known already.
 */
static void
add_raw(struct evidence *e, const struct buf *raw)
{
	static const char	 head[] = "## Thread `";
	struct evidence_thread	*t = NULL;
	struct line		 l = { .no = 0 };
	const char		*part = buf_str(raw), *end = part + raw->len;
	char			 id[UUID_SIZE];

	while (line_next(raw, &l)) {
		if (!line_begins(&l, head) ||
		    l.len != sizeof(head) - 1 + UUID_SIZE)
			continue;
		if (t != NULL)
			add_new(&t->text, part, (size_t)(l.s - part));
		memcpy(id, l.s + sizeof(head) - 1, UUID_SIZE - 1);
		id[UUID_SIZE - 1] = '\0';
		t = evidence_find(e, id) == NULL ? NULL : thread_of(e, id);
		part = l.s;
	}
	if (t != NULL)
		add_new(&t->text, part, (size_t)(end - part));
}

/* What no thread tells: notes, and what the agent's files said before. */
static int
add_common(struct evidence *e, const struct validation *v)
{
	git_index	*trees[] = { v->merged, v->live };
	struct buf	 text = BUF_INIT;
	const char	*path;
	size_t		 i, n;
	int		 r = 0;

	for (n = 0; n < 2; n++)
		for (i = 0; r >= 0 && i < git_index_entrycount(trees[n]);
		    i++) {
			path = git_index_get_byindex(trees[n], i)->path;
			if (n == 0 ? !tree_below(path, TREE_EXTENSIONS) :
			    !tree_agents(path))
				continue;
			buf_reset(&text);
			r = tree_text(trees[n], v->history, path, &text);
			add(n == 0 ? &e->notes : &e->common, text.data,
			    text.len);
		}
	buf_wipe(&text);
	return r < 0 ? -1 : 0;
}

int
evidence_gather(struct evidence *e, const struct validation *v)
{
	struct buf	raw = BUF_INIT;
	int		r;

	memset(e, 0, sizeof(*e));
	add_inputs(e, v->inputs);
	r = add_summaries(e, v, v->merged, NULL);
	if (r == 0 && v->agents != NULL)
		r = add_summaries(e, v, v->agents, v->merged);
	if (r == 0 && v->raw != NULL) {
		r = history_blob_read(v->history, v->raw, &raw);
		add_raw(e, &raw);
	}
	if (r == 0)
		add_row_texts(e, v->inputs);
	if (r == 0)
		r = add_common(e, v);
	buf_wipe(&raw);
	return r;
}

void
evidence_release(struct evidence *e)
{
	size_t	i;

	for (i = 0; i < e->n; i++) {
		free(e->thread[i].cwd);
		free(e->thread[i].group);
		buf_wipe(&e->thread[i].text);
	}
	free(e->thread);
	buf_wipe(&e->notes);
	buf_wipe(&e->common);
	memset(e, 0, sizeof(*e));
}

/* Without what says that it was cut. */
static size_t
uncut(const char *s, size_t len)
{
	size_t	n = sizeof(ELLIPSIS) - 1;

	if (len > n && memcmp(s + len - n, ELLIPSIS, n) == 0)
		len -= n;
	else if (len > 3 && memcmp(s + len - 3, "...", 3) == 0)
		len -= 3;
	return len;
}

/* The first piece of a pattern up to a "<name>": its length; *next behind. */
static size_t
piece(const char *s, size_t len, size_t *next)
{
	const char	*open = s, *close;

	while ((open = memchr(open, '<', len - (size_t)(open - s))) != NULL) {
		close = open + 1;
		while (close < s + len && *close != '>' && *close != '<' &&
		    *close != ' ')
			close++;
		if (close < s + len && *close == '>' && close > open + 1) {
			*next = (size_t)(close - s) + 1;
			return (size_t)(open - s);
		}
		open++;
	}
	*next = len;
	return len;
}

/* Do the pieces behind the first follow, each near the one before? */
static int
rest_follows(const char *at, const char *end, const char *what, size_t len)
{
	size_t	n, next, room;

	while (len > 0) {
		n = piece(what, len, &next);
		room = (size_t)(end - at);
		if (room > n + HOLE_MAX)
			room = n + HOLE_MAX;
		if (n > 0 && (at = memmem(at, room, what, n)) == NULL)
			return 0;
		at += n;
		what += next;
		len -= next;
	}
	return 1;
}

int
evidence_holds(const struct buf *text, const char *what)
{
	const char	*at = buf_str(text), *end = at + text->len;
	size_t		 len = uncut(what, strlen(what)), n, next;

	n = piece(what, len, &next);
	if (n == 0)
		return 0;
	while ((at = memmem(at, (size_t)(end - at), what, n)) != NULL) {
		if (rest_follows(at + n, end, what + next, len - next))
			return 1;
		at++;
	}
	return 0;
}
