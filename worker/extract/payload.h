#ifndef MNEMOD_PAYLOAD_H
#define MNEMOD_PAYLOAD_H

#include <stddef.h>

#include "buf.h"

/*
 * A rollout as a question to a model, in the neutral form that only the
 * gateway turns into a body of some API (mnemod-protocol(7)).
 */
struct payload_input {
	const char	*path;		/* of the rollout */
	const char	*cwd;		/* its first, or NULL */
	const char	*contents;	/* see content.h */
	size_t		 len;
};

/*
 * Append the text of the user's message: prompts/stage_one_input.md with its
 * values.  The contents are JSON text, in which no line ends, so that
 * nothing in them can pass for the line behind them.
 */
void payload_message(struct buf *, const struct payload_input *);

/* Append the payload of `model_request', JSON. */
void payload_write(struct buf *, const struct payload_input *);

#endif
