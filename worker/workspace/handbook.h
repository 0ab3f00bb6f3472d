#ifndef MNEMOD_HANDBOOK_H
#define MNEMOD_HANDBOOK_H

#include <stddef.h>
#include "common/buf.h"
#include "common/uuid.h"

/*
 * MEMORY.md, taken apart (mnemod-memory(5)): task groups with a head and
 * tasks, then sections of bullets.  Any text can be read; what does not
 * follow the schema is left to the rules.  All slices and strings below
 * point into the text that was given, unless they are said to be owned.
 */

/* One line of a text. */
struct line {
	const char	*s;
	size_t		 len;	/* without its end, CR included */
	int		 no;	/* from 1 */
};

/* Step to the next line; start with a zeroed struct.  0 at the end. */
int line_next(const struct buf *, struct line *);
int line_begins(const struct line *, const char *prefix);

enum part {
	PART_NONE,		/* before the first group */
	PART_GROUP,		/* # Task Group: */
	PART_TASK,		/* ## Task N: */
	PART_FILES,		/* ### rollout_summary_files */
	PART_KEYWORDS,		/* ### keywords */
	PART_SECTION,		/* ## User preferences and its like */
	PART_UNKNOWN		/* a heading that is none of these */
};

/* A walk over the lines with the part that each is in. */
struct walk {
	const struct buf *text;
	struct line	 line;
	enum part	 part;
	int		 heading;	/* the line is one */
	int		 fence;		/* within ``` */
};

/* Start with the text alone set.  0 at the end. */
int walk_next(struct walk *);

/* Numbers of tasks are below this. */
#define HANDBOOK_TASKS	1000

/* "## Task 12: name": the number, else -1. */
int handbook_task(const struct line *);
/* The bullet ends in "[Task N]": N, else -1. */
int handbook_reference(const struct line *);
/*
 * The bullet without the references at its end: its length, spaces before
 * them not counted.  Each task (0 < n < HANDBOOK_TASKS) is passed to `found'
 * unless that is NULL.
 */
size_t handbook_body(const struct line *, void (*found)(void *, int task),
    void *arg);

/* What a group is: its heading and what its head says. */
struct handbook_group {
	struct line	 at;		/* the heading */
	size_t		 start, end;	/* offsets of the whole block */
	char		*name;		/* owned */
	char		*cwd;		/* owned; "" if none is told */
	int		 pinned;	/* "pinned: yes" */
	int		 marked;	/* "generator=builtin/" is in the head */
};

/* "- FILE (..., thread_id=UUID, ...)" below a task. */
struct handbook_citation {
	struct line	 at;
	size_t		 group;		/* HANDBOOK_NO_GROUP: before any */
	int		 task;		/* its number, -1: none */
	char		*path;		/* owned: rollout_summaries/X.md */
	char		 id[UUID_SIZE];	/* "" if none is named */
};

/* A bullet that is no citation. */
struct handbook_entry {
	struct line	 at;
	size_t		 group;		/* HANDBOOK_NO_GROUP: before any */
	size_t		 body;		/* see handbook_body() */
};

#define HANDBOOK_NO_GROUP ((size_t)-1)

struct handbook {
	const struct buf		*text;	/* borrowed */
	struct handbook_group		*group;
	struct handbook_citation	*citation;
	struct handbook_entry		*entry;
	size_t				 ngroups, ncitations, nentries;
};

void handbook_parse(struct handbook *, const struct buf *text);
void handbook_release(struct handbook *);

/*
 * The path and the thread that a citation's line names; `id' becomes "" if
 * it names none.  The caller frees the path.
 */
char *handbook_cited(const struct line *, char id[UUID_SIZE]);

#endif
