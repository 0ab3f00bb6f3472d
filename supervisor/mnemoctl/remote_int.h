#ifndef MNEMOD_MNEMOCTL_REMOTE_INT_H
#define MNEMOD_MNEMOCTL_REMOTE_INT_H

#include "common/log.h"
#include "supervisor/mnemoctl/ctl.h"

/* Between remote.c, which asks, and remote_answer.c, which hears. */

/* One question and what became of it. */
struct remote {
	struct ctl	*ctl;
	const struct ctl_command *command;	/* NULL: a hold */
	json_object	*request;
	json_object	*doc;
	int		 answered;
	int		 stopping;	/* who was asked began nothing */
	int		 served;	/* here */
	enum ctl_exit	(*work)(void *); /* under a hold, or NULL */
	void		*arg;
	int		 left;		/* no more is wanted */
	enum ctl_exit	 exit;
};

/*
 * A sink of log lines, while a request is served here: what a supervisor
 * would write into its log is of no interest, unless asked for; warnings are.
 */
void remote_quiet(enum log_level, const char *line, void *arg);

/*
 * A frame of the answer, from either side; `arg' is a struct remote.  It may
 * lack, or have, anything: a supervisor of another version may have sent it.
 */
void remote_take(void *arg, json_object *frame, int last);

/*
 * Take frames from `fd' until the last one.  Returns 0, or -1 if the
 * connection ended before.
 */
int remote_read(struct remote *, int fd);

#endif
