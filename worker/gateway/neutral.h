#ifndef MNEMOD_NEUTRAL_H
#define MNEMOD_NEUTRAL_H

#include <json-c/json.h>
#include <stddef.h>
#include "worker/model_tools.h"

/*
 * The payload of model_request: what is to be said to a model, whatever API
 * carries it (mnemod-protocol(7), PAYLOADS).  It comes from a worker that
 * reads strangers' text.  So all of it is checked first, and only what is
 * named here is ever looked at: no model, no effort, no provider's tool.
 */
struct neutral {
	json_object			*instructions;	/* string or NULL */
	json_object			*messages;	/* checked array */
	unsigned			 tools;		/* 1u << model_tool_id */
	const struct model_schema	*schema;	/* or NULL */
};

/*
 * Check; everything is borrowed from `payload'.  Returns 0, or -1 with the
 * reason (which quotes nothing) in *why, a constant.
 */
int neutral_parse(struct neutral *, json_object *payload, const char **why);

/*
 * The conversation in its order.  `user' and `tool' get the message, `text'
 * and `call' an item of an assistant's message, `reasoning' its opaque
 * object; `turn' says that an assistant's message begins (1) or ends (0) and
 * may be NULL, like `reasoning'.
 */
struct neutral_visit {
	void	(*user)(void *arg, json_object *message);
	void	(*turn)(void *arg, int begins);
	void	(*text)(void *arg, json_object *item);
	void	(*reasoning)(void *arg, json_object *opaque);
	void	(*call)(void *arg, json_object *item);
	void	(*tool)(void *arg, json_object *message);
};
void neutral_each(const struct neutral *, const struct neutral_visit *,
    void *arg);

/* Set o[key] to the value of from[name] itself: text is not copied. */
void neutral_share(json_object *o, const char *key, json_object *from,
    const char *name);

#endif
