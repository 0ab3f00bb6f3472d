#ifndef MNEMOD_FORGET_FIND_H
#define MNEMOD_FORGET_FIND_H

#include <stddef.h>
#include "common/uuid.h"
#include "supervisor/paths.h"
#include "supervisor/store.h"

/*
 * Which threads a word of mnemoctl(1) forget means: a thread id or the
 * beginning of one; the path of a rollout; else a pattern on the thread's
 * directory, as in mnemod.conf(5), where what matches a directory stands for
 * all that is below it.
 */
struct forget_thread {
	char	 id[UUID_SIZE];
	char	*cwd;
	char	*title;
};

struct forget_list {
	struct forget_thread	*v;
	size_t			 n;
	char			 why[512];	/* an id: why it is none */
};

enum forget_found {
	FORGET_FOUND,		/* at least one */
	FORGET_NONE,
	FORGET_AMBIGUOUS,	/* the beginning of more than one id */
	FORGET_ERROR		/* the state cannot be read; logged */
};

/* forget_list_release() in every case. */
enum forget_found forget_find(struct store *, const struct paths *,
    const char *word, struct forget_list *);
void forget_list_release(struct forget_list *);

#endif
