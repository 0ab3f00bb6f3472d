#ifndef MNEMOD_ROOT_H
#define MNEMOD_ROOT_H

#include <sys/types.h>
#include <stdint.h>

/*
 * A memory root before anything of ours touches it.  What is not ours is
 * never written to (mnemod(8), MEMORY ROOTS).
 */

enum root_state {
	ROOT_ABSENT,		/* may be created and published into */
	ROOT_EMPTY,		/* may be published into */
	ROOT_OURS,		/* the state database records this one */
	ROOT_VANISHED,		/* published, but absent or empty */
	ROOT_REPLACED,		/* published, but another folder now */
	ROOT_RELEASED,		/* ours once, given back */
	ROOT_FOREIGN,		/* somebody's files */
	ROOT_SYMLINK,
	ROOT_NOT_DIR,
	ROOT_UNWRITABLE,	/* permission, or a read-only file system */
	ROOT_NETWORK,		/* a network file system: locks lie there */
	ROOT_ERROR,		/* a call failed that may succeed later */
	ROOT__MAX
};

/* What the state database records of a root that is ours. */
struct root_record {
	const char	*real;		/* NULL: never was ours */
	dev_t		 dev;
	ino_t		 ino;
	int		 published;	/* something was published there */
	int		 released;	/* and given back */
};

/* May a folder that is not ours be taken? */
enum root_adopt {
	ADOPT_NONE,
	ADOPT_FOREIGN,		/* by the key: at the first contact */
	ADOPT_ANY		/* by the option: given back, replaced, too */
};

#define ROOT_TEXT 1024

struct root {
	enum root_state	 state;
	char		*real;		/* real path; NULL if absent */
	dev_t		 dev;
	ino_t		 ino;
	int		 fd;		/* the locked directory; -1 */
	int		 peer_fd;	/* Codex's memories.lock; -1 */
	int		 locked_by;	/* pid; 0: unknown; -1: nobody else */
	char		 text[ROOT_TEXT]; /* what is, and the ways on */
};

/* What to look at. */
struct root_query {
	const char		*name;	/* of the memory */
	const char		*path;	/* configured, absolute */
	const char		*codex_home;	/* of memories.lock; or NULL */
	struct root_record	 record;
	enum root_adopt		 adopt;
};

/*
 * Look without changing anything and without a lock (--dry-run): the
 * folder's own facts and the names in it, no file is opened.  Fills `r';
 * root_release() afterwards in every case.
 */
void root_look(struct root *r, const struct root_query *);

/*
 * Take a root that may be published into or adopted: create it (0700) if
 * absent, open and lock it, and Codex's lock where the root is
 * $CODEX_HOME/memories.
 * Returns 1 with r->fd (and peer_fd) held; 0 if the root may not be
 * written (r->state, r->text: exit status 7, unless root_unknown()); -1 if
 * another program holds a lock: wait, reason `locked_by', r->locked_by names
 * it.
 */
int root_take(struct root *r, const struct root_query *);

/* Give the locks back, free.  Safe to call twice. */
void root_release(struct root *r);

/* 1 if this state lets mnemod publish. */
int root_usable(enum root_state);

/*
 * 1 if nothing is known of the root: no descriptor or memory was left, or its
 * disk fails.  That says nothing against it: to be looked at again later.
 */
int root_unknown(enum root_state);

/* 1 if the query lets mnemod adopt a folder in this state. */
int root_adoptable(enum root_state, enum root_adopt);

/* The word for messages and the state database: "root_vanished". */
const char *root_state_name(enum root_state);

#endif
