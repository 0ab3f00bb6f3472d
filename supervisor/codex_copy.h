#ifndef MNEMOD_CODEX_COPY_H
#define MNEMOD_CODEX_COPY_H

#include <sqlite3.h>
#include <stdint.h>

/*
 * A database of Codex CLI, read from a copy: the file itself is neither
 * locked nor written, and what a hostile one does, it does to the copy.
 */
enum codex_trouble {
	CODEX_FINE,
	CODEX_DAMAGED,	/* or too large, or not ours to read: for good */
	CODEX_UNREAD	/* by the system; it may be read at the next pass */
};

struct codex_copy {
	char	*path;		/* of the copy, below the state directory */
	char	*origin;	/* for messages */
	sqlite3	*db;		/* NULL: not open */
	int64_t	 deadline;	/* mono_ms(), of all queries together */
	enum codex_trouble trouble;	/* the worst until now */
};

/*
 * Copy the newest "<prefix>_<number>.sqlite" below `home', with its -wal, to
 * "codex-<prefix>.import" below `state', and open the copy: nothing can be
 * written by it, views and triggers are off, sizes and time are bounded.  The
 * struct stays where it is until it is closed.  Returns 1; 0 if there is none;
 * -1, logged, with c->trouble.
 */
int codex_copy_open(struct codex_copy *, const char *home,
    const char *prefix, const char *state);

/* Close and remove the copy.  Safe to call twice. */
void codex_copy_close(struct codex_copy *);

/* Remove what a crash left of such copies below `state'. */
void codex_copy_sweep(const char *state);

/* 1 if `table' is an ordinary table there; 0 if not, or c->trouble tells. */
int codex_copy_has(struct codex_copy *, const char *table);

/* A query ended with this result of SQLite: c->trouble tells what it means. */
void codex_copy_ended(struct codex_copy *, int rc);

#endif
