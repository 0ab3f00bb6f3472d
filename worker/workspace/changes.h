#ifndef MNEMOD_CHANGES_H
#define MNEMOD_CHANGES_H

#include <git2.h>
#include <stddef.h>

/* What differs between two trees, path by path. */
enum change_kind {
	CHANGE_ADDED,
	CHANGE_MODIFIED,
	CHANGE_DELETED
};

struct change {
	char			*path;
	enum change_kind	 kind;
};

struct changes {
	struct change	*list;
	size_t		 n;
	size_t		 count[3];	/* by kind */
};

/*
 * All changes from `from' to `to', in path order.  Owns its memory:
 * changes_release().
 */
void changes_between(struct changes *, git_index *from, git_index *to);
void changes_release(struct changes *);

/*
 * Order for a reader who may look at any moment: what others refer to comes
 * first.  Rollout summaries, other files, MEMORY.md, memory_summary.md;
 * deletions last.
 */
void changes_order(struct changes *);

#endif
