#ifndef MNEMOD_SCAN_LIST_H
#define MNEMOD_SCAN_LIST_H

#include "supervisor/child.h"
#include "supervisor/store.h"

/*
 * The files of a source that are in the store, told to an extract worker
 * piece by piece: the next when the last was answered, so that a hundred
 * thousand of them are never in a queue.
 */
enum scan_list_kind {
	LIST_KNOWN,		/* all that is there; the worker forgets first */
	LIST_AGAIN,		/* what must be read again */
	LIST_COMPARE		/* which of them has the scan not met? */
};

struct scan_list {
	struct store		*store;
	struct child		*child;
	const char		*source;	/* name */
	enum scan_list_kind	 kind;
	char			*after;		/* the last path told, or NULL */
	int			 told;		/* anything */
};

enum scan_list_status {
	LIST_WAITS,		/* for the answer to a piece */
	LIST_DONE,		/* everything is told */
	LIST_FAILED		/* logged */
};

/* Begin; `source' must stay until scan_list_end(). */
enum scan_list_status scan_list_begin(struct scan_list *,
    enum scan_list_kind, const char *source);
/* A piece was answered. */
enum scan_list_status scan_list_next(struct scan_list *);
/* Leave it where it is; harmless if repeated. */
void scan_list_end(struct scan_list *);

#endif
