#ifndef MNEMOD_RELAY_SCENE_H
#define MNEMOD_RELAY_SCENE_H

#include "supervisor/relay.h"

/*
 * A relay between children and a clerk that are stand-ins: what it does with
 * them is written down here.
 */
#define ASKERS 12

struct child {
	enum role		 role;
	enum child_state	 state;
	size_t			 pending;
	unsigned		 refused;
	/* The asker's view: numbers of open questions. */
	int64_t			 last;
	int			 open[4000];	/* by number: 1 it waits */
	unsigned		 answered, progress;
	enum model_error	 error;		/* of the last answer */
	int64_t			 retry_ms;	/* of it; -1: none */
	size_t			 payload;
	/* The gateway's view. */
	int64_t			 serial;
	char			 order[256];	/* "A1 B1 ..." */
	unsigned		 cancelled, stops, starts;
	int			 mine[20000];	/* 1 by serial: to be answered */
};

extern struct child		 askers[ASKERS], gateway;	/* 0: extract */
extern struct relay		*relay;
extern struct children_desk	 desk;		/* the relay, for children */
extern struct loop_timer	*rest;		/* after a gateway that fails */

/* What the clerk saw. */
extern unsigned	admitted;	/* orders */
extern unsigned	settled;	/* ends of them */
extern unsigned	lost;		/* of these without an answer */
extern unsigned	replies;	/* to what is no model request */
extern unsigned	readies;	/* gateways that came up */
/* What it says. */
extern int	refuse;		/* no */
extern int	later;		/* later, while one is under way */
extern unsigned	credits;	/* of extract */

/* Begin and end a test; whatever is left ends, and nothing may be left. */
void relay_setup(void);
void relay_teardown(void);

/* A question with this number, for this job. */
void question(struct child *, int64_t serial, int64_t job);
/* The next question of this asker. */
void ask(struct child *);
void cancel(struct child *, int64_t serial);

/* The gateway answers the request, with an error or (NULL) without. */
void respond(enum msg_id, int64_t serial, const char *error);
/* It has read all that was written to it. */
void drained(void);
void gateway_dies(enum child_next);
void gateway_comes(void);

#endif
