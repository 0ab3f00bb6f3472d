#ifndef MNEMOD_GATEWAY_H
#define MNEMOD_GATEWAY_H

#include <sys/queue.h>
#include "http.h"
#include "provider.h"
#include "scrub.h"
#include "worker/worker.h"

/*
 * The gateway role: the only worker with a network and with keys.  It knows
 * the APIs; who may ask for what was decided by the supervisor.  role.c has
 * its table; stream.c a request for a model, from its message to its answer.
 */
extern const struct worker_role gateway_role;

struct stream;
struct exchange;

/* worker_data() of the role. */
struct gateway {
	struct worker		*worker;
	struct provider		 provider;
	struct endpoint		 telemetry;	/* url NULL: none */
	char			*email;		/* of the login, or NULL */
	int			 log_prompts;	/* their beginnings, with -v */
	struct http		*http;
	struct scrub		 scrub;
	LIST_HEAD(, stream)	 streams;
	LIST_HEAD(, exchange)	 exchanges;	/* quota and export */
	size_t			 open;		/* not yet answered */
	size_t			 shown;		/* of them, in the title */
};

/* More at once than this are answered without being sent. */
#define GATEWAY_STREAMS_MAX	400

/* Ask a worker's rights for what the gateway needs; rights.c. */
void gateway_rights(struct worker *, struct sandbox *);

/*
 * Look the hosts up that the settings name, so that the resolver's modules
 * are mapped before the sandbox closes; rights.c.
 */
void gateway_resolve(const struct gateway *);

#endif
