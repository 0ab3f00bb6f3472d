#ifndef MNEMOD_BUILTIN_GROUP_H
#define MNEMOD_BUILTIN_GROUP_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "builtin_input.h"

/*
 * Threads gathered: a group is a repository or a folder, a topic is one
 * request, made in one session or in several.
 */
#define TOPIC_REFS	16	/* sessions of one request that are named */

struct ref {
	const struct row *row;
	json_object	*task;		/* in the row's facts */
};

struct topic {
	struct ref	 ref[TOPIC_REFS];	/* by thread, oldest first */
	size_t		 n;
	int64_t		 newest;
	int		 told;		/* the summary tells of it */
};

struct group {
	const char	*key;
	const char	*cwd;		/* shortest of its folders */
	char		*name;		/* unique among the groups */
	const char	*dirs[8];	/* its other folders */
	size_t		 ndirs;
	struct topic	*topic;		/* by first thread */
	size_t		 n;
	void		*by_key;	/* tsearch(3), while they are gathered */
	int64_t		 newest;
	size_t		 hidden;	/* topics without room in MEMORY.md */
	size_t		 told;		/* topics that the summary tells of */
};

struct groups {
	struct group	*group;
	size_t		 n;
};

/*
 * Group the rows; `skip' (may be NULL) says which threads are someone
 * else's.  A folder below another group's joins it if a thread of each saw
 * the same commit: they are one repository.  Borrows from `in'.
 */
typedef int group_skip(const char *thread_id, void *arg);
void groups_make(struct groups *, const struct inputs *in, group_skip *skip,
    void *arg);
void groups_clear(struct groups *);

/* The newest session's task: what the topic is called by. */
const struct ref *topic_latest(const struct topic *);

/* 1 if `cwd' is one of the group's folders. */
int group_is_in(const struct group *, const char *cwd);

#endif
