#ifndef MNEMOD_MODEL_ERROR_H
#define MNEMOD_MODEL_ERROR_H

/*
 * Why a model request failed: one taxonomy for gateway, supervisor and
 * askers, in messages by name (mnemod-protocol(7), key "error").  The class
 * decides what happens next; nothing looks at a provider's own words again.
 */
enum model_error {
	MODEL_NONE,		/* it did not */
	MODEL_AUTH,		/* the key is missing, wrong or not enough */
	MODEL_QUOTA,		/* paid for is used up; waiting may not help */
	MODEL_RATE_LIMIT,	/* too much at once: holds back every asker */
	MODEL_OVERLOADED,	/* the provider has trouble of its own */
	MODEL_CONTEXT_WINDOW,	/* the input is too long for the model */
	MODEL_INVALID_REQUEST,	/* the same request never succeeds */
	MODEL_REFUSAL,		/* the model declined */
	MODEL_TRANSPORT,	/* no connection, a broken or silent one */
	MODEL_PROTOCOL,		/* what came is no reply of this API */
	MODEL_CANCELLED,	/* the asker or the supervisor ended it */
	MODEL_OVER_BUDGET,	/* refused by the supervisor, never sent */
	MODEL_ERROR__MAX
};

/* "rate_limit"; "none" for MODEL_NONE.  Aborts on a value outside. */
const char *model_error_name(enum model_error);

/* The class called `name', or MODEL_ERROR__MAX. */
enum model_error model_error_by_name(const char *name);

#endif
