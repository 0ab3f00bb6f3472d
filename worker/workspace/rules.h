#ifndef MNEMOD_RULES_H
#define MNEMOD_RULES_H

#include <stddef.h>
#include "common/buf.h"
#include "worker/workspace/validate.h"

/* One file under judgement, and what was found in it. */
struct finding {
	const struct rule	*rule;
	int			 line;	/* from 1; 0: the file */
	char			*text;	/* the line, tells findings apart */
};

struct judged {
	const struct validation	*v;
	const char		*path;
	const struct buf	*text;
	const struct rule	*rule;	/* the one at work */
	struct finding		*list;
	size_t			 n;
};

struct rule {
	const char	*name;
	void		(*check)(struct judged *);
	const char	*message;	/* what is wrong and what to do */
};

extern const struct rule rules_table[];	/* ends: name NULL */

/* Note a finding of the rule at work; the text is copied. */
void rules_found(struct judged *, int line, const char *text, size_t len);

/* The schema of MEMORY.md; rules_handbook.c. */
void rules_headings(struct judged *);
void rules_group_head(struct judged *);
void rules_task_parts(struct judged *);
void rules_references(struct judged *);
void rules_citations(struct judged *);

/* One line of a text. */
struct line {
	const char	*s;
	size_t		 len;	/* without its end, CR included */
	int		 no;	/* from 1 */
};

/* Step to the next line; start with a zeroed struct.  0 at the end. */
int rules_next_line(const struct buf *, struct line *);
int rules_line_begins(const struct line *, const char *prefix);

#endif
