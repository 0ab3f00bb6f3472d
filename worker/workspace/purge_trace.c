#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/tree.h"

#define PIECE	((size_t)64 << 10)
#define RAW_MAX	((size_t)256 << 20)	/* larger is no raw_memories.md */

/* A blob that was looked at once; most stand in many trees. */
struct seen {
	git_oid	id;
	int	traced;
};

static int
by_id(const void *a, const void *b)
{
	const struct seen	*x = a, *y = b;

	return git_oid_cmp(&x->id, &y->id);
}

static int
text_traced(const struct purge *p, const struct buf *text)
{
	const char	*id;
	size_t		 i;

	for (i = 0; i < json_object_array_length(p->threads); i++) {
		id = json_object_get_string(
		    json_object_array_get_idx(p->threads, i));
		if (memmem(buf_str(text), text->len, id, strlen(id)) != NULL)
			return 1;
	}
	return 0;
}

/* A part of its own there; what others say of the thread is theirs. */
static int
part_traced(const struct purge *p, const struct buf *text)
{
	char	 head[sizeof("## Thread ``") + UUID_SIZE];
	size_t	 i;

	for (i = 0; i < json_object_array_length(p->threads); i++) {
		snprintf(head, sizeof(head), "## Thread `%s`",
		    json_object_get_string(json_object_array_get_idx(
		    p->threads, i)));
		if (memmem(buf_str(text), text->len, head,
		    strlen(head)) != NULL)
			return 1;
	}
	return 0;
}

int
purge_raw_traced(struct purge *p)
{
	struct buf	text = BUF_INIT;
	int		fd = openat(p->ws->root, TREE_RAW, O_RDONLY |
			    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t		n = -1;
	int		r = -1;

	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	do {
		buf_grow(&text, PIECE);
		n = fd_read(fd, text.data + text.len, PIECE);
		text.len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && text.len < RAW_MAX);
	if (n > 0)
		errno = EFBIG;
	if (n == 0) {
		buf_truncate(&text, text.len);
		r = part_traced(p, &text);
	}
	fd_close(&fd);
	buf_wipe(&text);
	return r;
}

static int
blob_traced(struct purge *p, const git_oid *id)
{
	struct seen	 key, *s, **found;
	struct buf	 text = BUF_INIT;
	int		 r;

	git_oid_cpy(&key.id, id);
	found = tfind(&key, &p->seen, by_id);
	if (found != NULL)
		return (*found)->traced;
	r = history_blob_read(&p->ws->history, id, &text);
	if (r == 0) {
		s = xcalloc(1, sizeof(*s));
		git_oid_cpy(&s->id, id);
		r = s->traced = text_traced(p, &text);
		if (tsearch(s, &p->seen, by_id) == NULL)
			free(s);	/* then it is read again */
	}
	buf_wipe(&text);
	return r;
}

int
purge_tree_traced(struct purge *p, const git_oid *tree)
{
	git_index	*index = NULL;
	size_t		 i;
	int		 r = 0;

	if (tree_load(&p->ws->history, tree, &index) < 0)
		return -1;
	for (i = 0; r == 0 && i < git_index_entrycount(index); i++)
		r = blob_traced(p, &git_index_get_byindex(index, i)->id);
	git_index_free(index);
	workspace_tick(p->ws);
	return r;
}

int
purge_commit_traced(struct purge *p, const git_oid *commit)
{
	git_oid	tree;

	return history_tree_of(&p->ws->history, commit, &tree) < 0 ? -1 :
	    purge_tree_traced(p, &tree);
}

void
purge_release(struct purge *p)
{
	tdestroy(p->seen, free);
	p->seen = NULL;
}
