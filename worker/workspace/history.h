#ifndef MNEMOD_HISTORY_H
#define MNEMOD_HISTORY_H

#include <git2.h>
#include <stddef.h>
#include "common/buf.h"
#include "worker/workspace/batch.h"
#include "worker/workspace/cut.h"
#include "worker/workspace/lastread.h"

/*
 * The history of one memory: a bare git repository in the state directory.
 * Its references are the journal of publishing (publish.h).  No
 * configuration of the user is read, every write is synchronised, and
 * nothing is ever checked out by libgit2 itself.  New objects are on the disk
 * when a reference moves, and not before unless they are many (batch.h).
 *
 * Functions that return int give 0, or -1 with the reason in
 * history_error().
 */
#define HISTORY_LIVE		"refs/mnemod/live"
#define HISTORY_NEXT		"refs/mnemod/next"
#define HISTORY_GENERATED	"refs/mnemod/generated"
#define HISTORY_ADOPTED		"refs/mnemod/adopted"
#define HISTORY_STAGED		"refs/mnemod/staged/"
#define HISTORY_REVIEW		"refs/mnemod/review/"

/* Who makes the commits. */
#define HISTORY_AUTHOR		"mnemod"
#define HISTORY_EMAIL		"mnemod@localhost"

#define HISTORY_TRAILER_MAX 80	/* a trailer's value, its NUL included */

struct history {
	git_repository	*repo;
	struct batch	*batch;		/* objects not written yet, or NULL */
	struct lastread	 last;		/* files that are blobs in it */
	struct cut	 cut;
	size_t		 room;		/* bytes left; history_open_memory() */
	int		 in_memory;
};

enum history_found {
	HISTORY_FOUND,
	HISTORY_ABSENT,
	HISTORY_ERROR
};

/*
 * Set libgit2 up for this process: no search paths, no templates, everything
 * synchronised.
 */
int history_start(void);
void history_stop(void);

/*
 * Open the repository at `path', an existing directory; an empty one becomes
 * a repository.  history_close() releases it and may be called twice.
 */
int history_open(struct history *, const char *path);
void history_close(struct history *);

/*
 * A repository in memory, for blobs of at most `max' bytes in all; it has no
 * references.
 */
int history_open_memory(struct history *, size_t max);

/*
 * Keep what is written from now on in memory only: for a worker that reads.
 * Returns 0 or -1.
 */
int history_volatile(struct history *);

/*
 * What libgit2 said about the last failure, or that descriptors or memory are
 * short; a static text if nothing.
 */
const char *history_error(void);
/* 1 if it came from the system, which says nothing of the history. */
int history_failed_outside(void);

/* The object that the reference `name' points to. */
enum history_found history_ref(struct history *, const char *name,
    git_oid *out);

/*
 * Compare and swap: `name' goes from `from' (NULL: it must not exist) to `to'
 * (NULL: it is deleted).  It is an error if the reference was elsewhere.
 */
int history_move_ref(struct history *, const char *name, const git_oid *from,
    const git_oid *to);

/* `name' is deleted, wherever it is. */
int history_remove_ref(struct history *, const char *name);

struct history_commit {
	const char	*subject;
	const char	*thread_id;	/* trailer "Thread", NULL: none */
	const char	*inputs;	/* trailer "Inputs", NULL: none */
	const char	*despite;	/* trailer "Despite", NULL: none */
	git_oid		 tree;
	git_oid		 parents[2];
	size_t		 nparents;
};

/* Write a commit of now, by mnemod <mnemod@localhost>. */
int history_commit(struct history *, const struct history_commit *,
    git_oid *out);

/* How many parents of a commit are there: none where the history was cut. */
unsigned history_parents(const struct history *, const git_commit *);

/* The n-th parent of a commit (from 0), which need not have so many. */
enum history_found history_parent(struct history *, const git_oid *commit,
    unsigned n, git_oid *parent);

/* The tree of a commit; its n-th parent, which it must have. */
int history_tree_of(struct history *, const git_oid *commit, git_oid *tree);
int history_parent_of(struct history *, const git_oid *commit, unsigned n,
    git_oid *parent);

/* The value of the trailer `key' of a commit. */
enum history_found history_trailer(struct history *, const git_oid *commit,
    const char *key, char out[HISTORY_TRAILER_MAX]);

/* The first line of its message, cut to the size. */
int history_subject(struct history *, const git_oid *commit,
    char out[HISTORY_TRAILER_MAX]);

/*
 * The newest commit on the line of first parents from `from': that was made
 * of inputs (it has the trailer "Inputs"); that is of a thread.
 */
enum history_found history_last_given(struct history *, const git_oid *from,
    git_oid *out);
enum history_found history_last_of(struct history *, const git_oid *from,
    const char *thread_id, git_oid *out);

/* 1 if it has the object. */
int history_has(struct history *, const git_oid *);

/*
 * After a commit was made: 0 if it is there, else -1 with the error of
 * libgit2, whose git_commit_create_from_ids() gives 0 (at least to 1.5) for one
 * that could not be written.
 */
int history_is_written(struct history *, const git_oid *);

int history_blob_write(struct history *, const void *data, size_t len,
    git_oid *out);
/* Append the contents of a blob to `out'. */
int history_blob_read(struct history *, const git_oid *, struct buf *out);

#endif
