#ifndef MNEMOD_CONTROL_CLIENT_H
#define MNEMOD_CONTROL_CLIENT_H

#include <sys/queue.h>
#include "supervisor/control_address.h"
#include "supervisor/supervisor.h"

/* The connections of control.c: a request each, and its answers. */

struct client;

struct clients {
	struct supervisor	*sv;
	char			 state[CONTROL_STATE_SIZE];	/* or "" */
	TAILQ_HEAD(client_list, client) list;
	unsigned		 n;
};

void clients_init(struct clients *, struct supervisor *);

/*
 * Who has not asked yet is told that we stop.  Write what can be written at
 * once, and close all.
 */
void clients_release(struct clients *);

/* A new connection: takes over the descriptor, which does not block. */
void client_new(struct clients *, int fd);

/* What an unread answer may take of all, in bytes; more is not queued. */
#define CONTROL_UNREAD_MAX (32u * 1024 * 1024)

#endif
