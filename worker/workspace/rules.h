#ifndef MNEMOD_RULES_H
#define MNEMOD_RULES_H

#include <stddef.h>
#include "common/buf.h"
#include "worker/workspace/evidence.h"
#include "worker/workspace/handbook.h"
#include "worker/workspace/validate.h"

/*
 * The table of rules.  What a rule needs is gathered once and shared; what it
 * finds is told by a line, and by a text that is the same for the same fault
 * in another version of the file.
 *
 * Blocks that carry builtin's marker are made anew from rows by each run of
 * builtin/1, by limits that its manual tells; in such a run the rules that
 * keep a model from losing or mixing what was learnt pass over them, and so
 * they do in a folder by itself.
 */

/* Bytes of a detail. */
#define RULES_DETAIL_MAX 200

struct finding {
	const struct rule	*rule;
	int			 line;	/* from 1; 0: the file */
	char			*text;	/* tells findings apart */
	char			*detail; /* what is meant; NULL */
	int			 excused; /* it was there before */
};

/* One file under judgement, and what was found in it. */
struct judged {
	const struct validation	*v;
	const struct evidence	*evidence;
	const char		*path;
	git_index		*tree;	/* that the file is of */
	const struct buf	*text;
	const struct buf	*old;	/* L's text; NULL: this is L's, or
					   there was none */
	struct handbook		 book;	/* of MEMORY.md, else empty */
	struct handbook		 oldbook;
	int			 gone;	/* deleted: `text' is empty */
	const struct rule	*rule;	/* the one at work */
	int			*unread; /* set where a file was, so that
					    nothing that is found counts */
	struct finding		*list;
	size_t			 n;
};

struct rule {
	const char	*name;
	void		(*check)(struct judged *);
	int		 losses;	/* judges a deleted file too */
	const char	*message;	/* what is wrong and what to do */
};

extern const struct rule rules_table[];	/* ends: name NULL */

/* Note a finding of the rule at work; the text is copied. */
void rules_found(struct judged *, int line, const char *text, size_t len);
/* The same, and the message shows the text. */
void rules_found_text(struct judged *, int line, const char *text,
    size_t len);
void rules_found_at(struct judged *, const struct line *);

/* tree_text(), but 0 and j->unread where the file cannot be read. */
int rules_text(const struct judged *, git_index *, const char *path,
    struct buf *out);

/* For rules that take long. */
void rules_tick(const struct judged *);

int rules_is_handbook(const struct judged *);
/* 1 if builtin answers for the group, see above. */
int rules_is_builtins(const struct judged *, size_t group);

/* The schema of MEMORY.md; rules_handbook.c. */
void rules_headings(struct judged *);
void rules_group_head(struct judged *);
void rules_task_parts(struct judged *);
void rules_references(struct judged *);
void rules_citations(struct judged *);

/* skills/; rules_skill.c. */
void rules_skill_path(struct judged *);
void rules_skill_head(struct judged *);
/* 1 if the text's front matter says "pinned: yes". */
int rules_skill_pinned(const struct buf *);

/* Which session may stand where; rules_group.c. */
void rules_threads(struct judged *);
void rules_scope(struct judged *);
void rules_reach(struct judged *);

/* What must have been seen; rules_seen.c. */
void rules_links(struct judged *);
void rules_commands(struct judged *);

/* What must not get lost; rules_loss.c. */
void rules_pinned(struct judged *);
void rules_loss(struct judged *);
void rules_specifics(struct judged *);

/* The thread that a citation rests on: named, or by its file; "" if none. */
void rules_cited_thread(const struct judged *,
    const struct handbook_citation *, char id[UUID_SIZE]);

#endif
