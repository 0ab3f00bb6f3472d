#ifndef MNEMOD_EXCHANGE_H
#define MNEMOD_EXCHANGE_H

#include "errors.h"
#include "gateway.h"

/*
 * One small HTTP request and its whole reply, for what is no model request:
 * quota.c, export.c and reach.c.  Each is answered once, by its `finish'.
 */
#define EXCHANGE_MS		30000		/* for all of it */
#define EXCHANGE_REPLY_MAX	((size_t)1024 * 1024)

struct exchange {
	LIST_ENTRY(exchange)	 entry;
	struct gateway		*gateway;
	struct msg		 request;	/* ids and serial */
	struct transfer		*transfer;
	struct headers		 headers;
	char			*url;
	struct buf		 body;		/* empty: GET */
	struct buf		 text;		/* of the reply */
	int			 status;	/* of HTTP, 0: none */
	struct failure		 failure;	/* class MODEL_NONE: it came */
	int64_t			 deadline_at;	/* boot_ms() */

	/* Answer the request; must not free. */
	void			(*finish)(struct exchange *);
};

/* A new one for `request'; fill url, headers and body, then start it. */
struct exchange *exchange_new(struct gateway *, const struct msg *request,
    void (*finish)(struct exchange *));
void exchange_start(struct exchange *);

/* Finish without starting: the failure is set. */
void exchange_refuse(struct exchange *);

/* End what is over its time.  Returns ms until the next one, -1: none. */
int exchange_timers(struct gateway *);

/* Free all without a word. */
void exchange_free_all(struct gateway *);

/* The requests. */
void gateway_quota(struct gateway *, const struct msg *);
void gateway_export(struct gateway *, const struct msg *);
void gateway_reach(struct gateway *, const struct msg *);

/*
 * The body of quota_state from the reply of ChatGPT's usage endpoint (NULL:
 * none came): pure.  The caller owns it.
 */
json_object *quota_state(json_object *usage);

#endif
