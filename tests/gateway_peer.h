#ifndef MNEMOD_GATEWAY_PEER_H
#define MNEMOD_GATEWAY_PEER_H

#include <sys/types.h>

#include "tests/wire.h"

/*
 * The supervisor's side of one gateway worker, the program itself.  All calls
 * block, with a bound and an assertion behind each.
 */

#define PEER_SESSION	"01a2ffff-0000-7000-8000-00000000005e"
#define PEER_THREAD	"01a2ffff-0000-7000-8000-00000000007d"
#define PEER_CACHE	"01a2ffff-0000-7000-8000-0000000000ca"
#define PEER_KEY	"sk-fake-4c1d9b7e20a84f55"
#define PEER_PROMPT	"The person wrote zebra-umbrella-9917 and went home."

/* libexec/mnemod-gateway beside the unit program. */
struct gateway {
	pid_t			 pid;
	struct wire		 wire;
	int			 sandboxed;
	enum msg_phase		 phase;
	int64_t			 serial;	/* of the last request */
	int			 progress;	/* model_progress that came */
	struct buf		 logs;		/* and standard error */
	char			 errors[300];	/* its file */
};

struct gateway_setup {
	const char	*api;		/* NULL: no provider */
	const char	*base_url;
	const char	*key, *key_file, *ca_file, *proxy;
	const char	*auth, *telemetry;	/* its endpoint */
	int		 account;		/* its key */
	int		 compression, off;	/* sandbox off */
};

void gateway_start(struct gateway *, const struct gateway_setup *);
/* Shutdown; it must end with 0 and no key in its `logs', which are kept. */
void gateway_end(struct gateway *);
void gateway_release(struct gateway *);

/* A body of model_request for stage one, with 20 s of patience; to change. */
json_object *gateway_body(void);
/* A payload with PEER_PROMPT for stage one; to change. */
json_object *gateway_payload(void);

/* Ask; takes over both objects.  Returns the serial. */
int64_t gateway_ask(struct gateway *, json_object *body,
    json_object *payload);
/* Have the payload (JSON text) sent to `url' as telemetry. */
void gateway_export_to(struct gateway *, const char *url,
    const char *payload);
/* Send something else. */
int64_t gateway_send(struct gateway *, enum msg_id, json_object *body);
/* The next message but alive, log, metric, progress; the caller releases. */
void gateway_next(struct gateway *, struct msg *);
/* Ask with the defaults and wait for the answer. */
void gateway_try(struct gateway *, struct msg *);
/* The same; the class of the outcome must be this one, or "ok". */
void gateway_try_for(struct gateway *, const char *class);

/* The text of all its pieces, of a reply; the caller's. */
char *reply_said(const struct msg *);

#endif
