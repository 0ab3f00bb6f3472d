#ifndef MNEMOD_API_H
#define MNEMOD_API_H

#include <json-c/json.h>
#include <stdint.h>
#include "headers.h"
#include "neutral.h"
#include "provider.h"
#include "reply.h"
#include "sse.h"

/*
 * A provider's API, a file each: how a request is written and its events are
 * read.  All of it is pure; stream.c carries the bytes.  Another API is
 * another file and a row of api_table[].
 */

/* What is asked: the body of model_request, and its payload.  Borrowed. */
struct api_call {
	const struct provider	*provider;
	struct neutral		 neutral;
	int			 agent;		/* purpose: 0 is stage one */
	const char		*model;
	const char		*effort;		/* NULL: not sent */
	const char		*reasoning_summary;	/* the same ... */
	const char		*verbosity;
	const char		*service_tier;
	const char		*cache_key;
	const char		*session_id;
	const char		*thread_id;
	json_object		*turn_metadata;
	int64_t			 max_output_tokens;	/* 0: not sent */
};

enum api_step {
	API_MORE,	/* the reply goes on */
	API_DONE	/* it is whole, or its failure is set */
};

struct api {
	const char	*name;		/* `api' in mnemod.conf(5) */
	const char	*path;		/* below base_url */

	/* The body of the request; the caller owns it. */
	json_object	*(*body)(const struct api_call *);

	/* Headers besides content-type, accept and user-agent. */
	void		 (*headers)(const struct api_call *, struct headers *);

	/* Take one event; what is no JSON or not known is passed over. */
	enum api_step	 (*event)(struct reply *, const struct sse_event *);

	/* The stream ended without API_DONE: set the failure, or not. */
	void		 (*close)(struct reply *);
};

extern const struct api api_responses, api_chat, api_messages;
extern const struct api *const api_table[];	/* ends: NULL */

/* The row called `name', or NULL. */
const struct api *api_by_name(const char *name);

/*
 * For the files of APIs: an event's data as an object, NULL if it is none; a
 * member of any type, borrowed or NULL; the common end of api.close(); what
 * follows an event that completes nothing.
 */
json_object *api_event_json(const struct sse_event *);
json_object *api_member(json_object *, const char *key);
void api_close(struct reply *);
enum api_step api_go_on(const struct reply *);

/* What an event of a type does. */
struct api_type {
	const char	*type;
	enum api_step	(*take)(struct reply *, json_object *);
};

/* api.event() where the data has a "type"; the table ends with NULL. */
enum api_step api_dispatch(struct reply *, const struct sse_event *,
    const struct api_type *);

/* The object {"type":TYPE}; the caller owns it. */
json_object *api_typed(const char *type);

#endif
