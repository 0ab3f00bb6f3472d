#ifndef MNEMOD_WORKSPACE_H
#define MNEMOD_WORKSPACE_H

#include <stddef.h>
#include "worker/redact.h"
#include "worker/workspace/history.h"
#include "worker/workspace/inputs.h"

/*
 * What the parts of this role share: one memory, its root, its history and
 * its staging folder.  The strings are borrowed from the settings.
 */
struct workspace {
	const char	*memory;	/* name */
	const char	*generator;	/* of stage two: "builtin/1" */
	const char	*root_path;
	const char	*history_path;
	const char	*staging_path;	/* parent of staging/<thread_id> */
	int		 read_only;	/* root and history; no staging */
	int		 is_volatile;	/* new objects stay in memory */
	int		 review;	/* an agent's work waits for a person */
	int		 root;		/* descriptor, -1: absent */
	int		 staging;	/* descriptor */
	struct history	 history;	/* repo is NULL until first used */
	struct inputs	 inputs;
	struct redact	*redact;
	int		 model;		/* a model consolidates, not builtin */
	int		 skill_scripts;	/* agents may write skills/X/scripts/ */

	/* Called now and then in long work; NULL: not. */
	void		(*tick)(void *);
	void		*tick_arg;

	/*
	 * Tests: called between the last look at a live file and its move,
	 * the moment in which an editor can save.  NULL in programs.
	 */
	void		(*window)(void *, const char *path);
	/* The same between a move and the look at what came out. */
	void		(*window_after)(void *, const char *path);
	void		*window_arg;

	/* The last failure, as `failed' tells it. */
	const char	*reason;
	char		 problem[1024];
};

/* Reasons; mnemod-protocol(7), failed. */
#define REASON_FOREIGN		"foreign_root"
#define REASON_VANISHED		"root_vanished"
#define REASON_EDITED		"being_edited"
#define REASON_FILESYSTEM	"unsupported_filesystem"
#define REASON_READ_ONLY	"read_only"
#define REASON_IO		"io_error"
#define REASON_HISTORY		"no_history"
#define REASON_INPUT		"bad_input"
#define REASON_PUBLISHED	"still_published"
#define REASON_NO_COMMIT	"no_such_commit"
#define REASON_NO_REVIEW	"no_review"
#define REASON_TOKEN		"token_mismatch"

/* Everything absent; then fill in names, paths and `redact'. */
void workspace_init(struct workspace *);
/* Close what is open, drop the inputs; `redact' stays the caller's. */
void workspace_release(struct workspace *);

/*
 * Open what is not open yet: the root (by FD_ROOT where the supervisor gave
 * it, else by path; an absent root is no error), staging and history.
 * Returns 0 or -1.
 */
int workspace_open(struct workspace *);

/* Note a failure.  Returns -1, for the caller to pass on. */
int workspace_fail(struct workspace *, const char *reason, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* The same for a failed system call on the root: the reason is errno's. */
int workspace_fail_errno(struct workspace *, const char *object);
/* The same for a system call on a file of the history. */
int workspace_fail_state(struct workspace *);
/* The same for what libgit2 refused. */
int workspace_fail_history(struct workspace *, const char *doing);

/*
 * After libgit2 refused: 1 if a disk or a shortage is at fault, which says
 * nothing of the history; then workspace_fail() has told it.
 */
int workspace_failed_outside(struct workspace *, const char *doing);

void workspace_tick(struct workspace *);

#endif
