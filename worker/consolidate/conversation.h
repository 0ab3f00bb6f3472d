#ifndef MNEMOD_CONVERSATION_H
#define MNEMOD_CONVERSATION_H

#include <json-c/json.h>
#include <stddef.h>
#include "buf.h"

/*
 * What an agent and its model have said, in the neutral form of
 * mnemod-protocol(7), PAYLOADS.  Each turn sends all of it; when it fills the
 * model's context, what is oldest gives way to notes (conversation_shrink.c).
 */

#define CONVERSATION_CALLS_MAX	256	/* tool calls of one reply */

struct conversation {
	const char	*instructions;	/* borrowed */
	json_object	*messages;
};

/* One tool call of a reply; borrowed from the conversation. */
struct call {
	const char	*id;
	const char	*name;
	const char	*arguments;
};

struct reply {
	struct call	 calls[CONVERSATION_CALLS_MAX];
	size_t		 ncalls;
	size_t		 dropped;	/* calls beyond that */
	const char	*text;		/* the last text item, or "" */
	int		 cut;		/* the model ran out of output */
};

void conversation_init(struct conversation *, const char *instructions);
void conversation_release(struct conversation *);

/* What the supervisor says to the model. */
void conversation_user(struct conversation *, const char *text);

/*
 * Take a reply payload, `text' of `len' bytes: its items become the model's
 * part of the conversation, as they are.  Returns 0, or -1 with a reason if
 * it is not of the form.
 */
int conversation_reply(struct conversation *, struct reply *,
    const struct buf *payload, const char **why);

/* The result of a call. */
void conversation_result(struct conversation *, const char *id,
    const char *output, int failed);

/*
 * Bring the conversation down to `max' bytes of JSON, if it is larger: what
 * was given to tools, said and found gives way to notes, oldest first; then
 * what the last reply gave to tools; then the results that the model has not
 * seen yet are cut, to half as often as it takes.  Reasoning and what the
 * supervisor said stay.  Returns the size then, which may still be larger.
 */
size_t conversation_shrink(struct conversation *, size_t max);

/* The request payload, for the tools of model_tools[]. */
void conversation_payload(const struct conversation *, struct buf *out);

#endif
