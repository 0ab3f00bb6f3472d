#ifndef MNEMOD_STORE_FILES_H
#define MNEMOD_STORE_FILES_H

#include <stdint.h>
#include "supervisor/store_base.h"
#include "supervisor/store_threads.h"

/*
 * The files that threads come from.
 */
struct store_file {
	const char	*source_name;
	const char	*path;			/* absolute */
	int64_t		 dev;
	int64_t		 ino;
	int64_t		 size;			/* -1: must be read again */
	int64_t		 mtime_ns;
	const char	*hash;
	const char	*thread_id;		/* NULL: unusable */
	int64_t		 updated_at_ms;		/* of this file's records */
	int64_t		 archived;
	int64_t		 compressed;
	const char	*reason;	/* why unusable ("empty") or NULL */
	int64_t		 missing_since;		/* 0: it is there */
	int64_t		 missing_last;		/* last scan without it */
	const char	*last_result;	/* "output", "failed: ..." or NULL */
	int64_t		 last_result_at;
	const char	*gave_up;	/* why redaction did then, or NULL */
};

typedef int store_file_cb(const struct store_file *, void *);

/*
 * A file that a scan found new or changed, with the thread it holds (NULL:
 * unusable, file->reason says why).  Of several files of one thread the
 * one with the newest record wins, then one that is not archived; the same
 * content keeps the thread's version whatever its times say.
 */
enum store_status store_file_put(struct store *, const struct store_file *,
    const struct store_thread *);
/*
 * Same path and content, other stat fields; brings a missing file back.
 * STORE_NONE: the path is not known with this content, or must be read
 * again: it is to be put.
 */
enum store_status store_file_moved(struct store *,
    const struct store_file *);
/* A scan did not find it: missing since `now'; nothing is forgotten. */
enum store_status store_file_vanished(struct store *,
    const char *source_name, const char *path, int64_t now);
/* A scan of all of a source ended: what is missing was so once more. */
enum store_status store_scan_ended(struct store *, const char *source_name,
    int64_t now);
/* Every file of a source, by path. */
enum store_status store_file_each(struct store *, const char *source_name,
    store_file_cb *, void *arg);
/* Some of them that are there, for lists that go out piece by piece. */
struct store_page {
	const char	*source_name;
	const char	*after;		/* the last path handed out, or "" */
	int64_t		 limit;
	int		 again;		/* those that must be read again only */
};
enum store_status store_file_page(struct store *, const struct store_page *,
    store_file_cb *, void *arg);
enum store_status store_file_count(struct store *, const char *source_name,
    int64_t *files, int64_t *missing);

/*
 * For on_missing = forget, when the source's folder is there and readable
 * on device `dev': forget files missing in two scans at least a day apart,
 * and threads that only they held.  If more than a tenth of the source's
 * files would go, none does.
 */
struct store_forget {
	const char	*source_name;
	int64_t		 dev;
	int64_t		 now;
	int64_t		 due;		/* result: gone for a day on `dev' */
	int64_t		 elsewhere;	/* result: and on other devices */
	int64_t		 forgotten;	/* result: of the due, all or none */
};
enum store_status store_file_forget(struct store *, struct store_forget *);

#endif
