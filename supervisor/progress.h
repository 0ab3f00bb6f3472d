#ifndef MNEMOD_PROGRESS_H
#define MNEMOD_PROGRESS_H

#include <stdint.h>

/*
 * Progress of one pass (-1): on a terminal one line on standard error,
 * rewritten in place; elsewhere plain log lines, one when the stage
 * changes.  While the line stands, log records go through progress so that
 * they do not run into it.
 */
struct progress {
	int	 fd;
	int	 tty;
	int	 drawn;		/* a line stands without newline */
	int64_t	 last_ms;	/* when it was drawn */
	char	 stage[64];
	char	 line[256];
};

/* What progress_show() says; fields that are 0 are left out. */
struct progress_state {
	const char	*stage;	/* "scan", "stage one", "stage two" */
	int64_t		 done;
	int64_t		 total;
	int64_t		 failed;
	const char	*object; /* a file or a memory's name, or NULL */
};

/* On a terminal it also becomes the sink of the log (log_set_sink()). */
void progress_init(struct progress *, int fd);

/* At most ten times a second unless the stage changed. */
void progress_show(struct progress *, const struct progress_state *);

/* Erase the line, give the log back.  Safe to call twice. */
void progress_end(struct progress *);

#endif
