#ifndef MNEMOD_STORE_BASE_H
#define MNEMOD_STORE_BASE_H

/*
 * Opening and closing the state database, transactions, and what every
 * function of store.h returns.
 */
struct store;

enum store_status {
	STORE_OK,
	STORE_NONE,		/* no such row, or it is not ours any more */
	STORE_BUSY,		/* locked by another process for 5 s */
	STORE_FULL,		/* the disk is full: try again later */
	STORE_CORRUPT,		/* not a database, or damaged */
	STORE_NEWER,		/* made by a newer mnemod */
	STORE_ERROR		/* anything else */
};

enum store_mode {
	STORE_OWNER,		/* read and write; the caller holds `lock' */
	STORE_COPY,		/* a copy in memory: nothing on disk changes */
	STORE_READER		/* the file itself, beside its owner or not */
};

/* Word for messages: "corrupt". */
const char *store_status_name(enum store_status);

/*
 * Open `dir'/state.db, make or migrate it.  Refuses a network file system,
 * a damaged file and a newer schema: logged, with the way out; the process
 * should end with EXIT_STATE.  STORE_COPY without a database gives an
 * empty store.
 *
 * STORE_READER makes and migrates nothing: without a database STORE_NONE;
 * an older one is read from a copy in memory.  Transactions should be
 * short, for the owner's sake.
 */
enum store_status store_open(const char *dir, enum store_mode,
    struct store **);
void store_close(struct store *);
/*
 * 1 if a reader found the database at rest but its owner has begun to write
 * since: what was read may be torn and is to be read again, from a store
 * opened anew.
 */
int store_reader_stale(const struct store *);

/*
 * Transactions.  Every function of the store is one; these put several
 * of them into one (a scan's batch).  They nest.  After a store_begin()
 * that failed, store_rollback() has nothing to do and does nothing.
 */
enum store_status store_begin(struct store *);
enum store_status store_commit(struct store *);
void store_rollback(struct store *);

#endif
