#ifndef MNEMOD_STAGED_H
#define MNEMOD_STAGED_H

#include <git2.h>
#include "common/buf.h"
#include "worker/workspace/workspace.h"

/*
 * What `prepare' wrote for one agent, kept in the history until the agent is
 * published or given up: the reference HISTORY_STAGED<thread_id> points to a
 * commit (parent: base) whose tree holds
 *
 *	tracked/		the memory as the agent found it
 *	generated/		the rollout summaries as written from rows
 *	raw_memories.md		as written from rows; absent: there is to be
 *				none, or without a digest of inputs the file
 *				stays as it is
 *
 * `publish' takes from it all that an agent may not write, and recovery can
 * finish a publication without the rows.
 */
struct staged {
	git_oid		 commit;
	git_oid		 base;
	git_oid		 tracked;		/* tree */
	git_oid		 generated;		/* tree */
	git_oid		 raw;			/* blob */
	int		 no_raw;		/* it has none */
	char		 inputs[HISTORY_TRAILER_MAX];	/* digest */
};

/*
 * In place of a digest: this publication is not made from inputs, and the
 * next consolidation compares with an earlier one.
 */
#define STAGED_NO_INPUTS "-"

/*
 * Write from base, tracked, generated, raw and inputs; sets commit.  An
 * earlier one of the same thread is replaced.  Returns 0 or -1.
 */
int staged_write(struct workspace *, const char *thread_id,
    struct staged *);

/* 1 if raw_memories.md is not its concern. */
int staged_leaves_raw(const struct staged *);

/* HISTORY_ERROR with workspace_fail() set. */
enum history_found staged_read(struct workspace *, const char *thread_id,
    struct staged *);

/* 1 if the thread has a folder in staging. */
int staged_folder(const struct workspace *, const char *thread_id);

/* Remove reference and folder of a thread, present or not: 0 or -1. */
int staged_drop(struct workspace *, const char *thread_id);

/*
 * The reference of `thread_id' stays, its folder goes: what the agent made is
 * in the history and waits for a person.  Returns 0 or -1.
 */
int staged_keep(struct workspace *, const char *thread_id);

/*
 * Remove the references of all agents but this one and those whose folder is
 * kept for a person, the supervisor's to remove: a memory has one agent at a
 * time, so the others are of runs that failed.  And of reviews: none waits
 * where an agent begins.  Returns 0 or -1.
 */
int staged_forget_others(struct workspace *, const char *thread_id);

#endif
