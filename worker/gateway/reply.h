#ifndef MNEMOD_REPLY_H
#define MNEMOD_REPLY_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"
#include "errors.h"
#include "glance.h"

/*
 * A model's reply in the making, in our own neutral form: each API adds the
 * pieces that its events bring.  Pieces are kept in the order in which they
 * first came, and are told apart by kind and the index that the API gives.
 */

#define REPLY_MAX	((size_t)4 * 1024 * 1024)	/* a payload's cap */
#define REPLY_PIECES	512	/* of one reply */

enum piece_kind {
	PIECE_TEXT,
	PIECE_REASONING,	/* kept to be sent back as it is */
	PIECE_CALL		/* of a function tool */
};

struct piece {
	enum piece_kind	 kind;
	int64_t		 index;
	struct buf	 text;		/* or the call's arguments */
	struct buf	 sign;		/* reasoning: Anthropic's signature */
	char		*id;		/* call, or NULL */
	char		*name;		/* call, or NULL */
	json_object	*opaque;	/* reasoning, or NULL */
};

enum reply_stop {
	STOP_NONE,		/* not told yet */
	STOP_END,
	STOP_TOOL,
	STOP_LENGTH
};

struct reply_usage {
	int		known;		/* of the whole reply, input and output */
	int		has_input;	/* it was told, and may be all */
	int64_t		input;		/* with what was cached */
	int64_t		cached_input;
	int64_t		output;		/* with reasoning */
	int64_t		reasoning_output;
	int64_t		total;
};

struct reply {
	struct piece		*pieces;
	size_t			 npieces;
	size_t			 bytes;		/* in all pieces */
	enum reply_stop		 stop;
	struct reply_usage	 usage;
	struct buf		 refusal;
	char			*model;		/* as the server says */
	struct failure		 failure;	/* class MODEL_NONE: none */
	const char		*schema_tool;	/* this call is the text */
};

void reply_init(struct reply *);
void reply_release(struct reply *);

/*
 * The piece of this kind and index, made if it is new; NULL if there are too
 * many, which sets the failure.  Valid until the next call.
 */
struct piece *reply_piece(struct reply *, enum piece_kind, int64_t index);

/* The same, but NULL if there is none. */
struct piece *reply_find(struct reply *, enum piece_kind, int64_t index);

/*
 * Append the string `v' (anything else: nothing) to the piece's text or
 * signature, without its NULs.  Returns 1 if something came.  Over REPLY_MAX
 * the failure is set.
 */
int reply_add(struct reply *, struct buf *, json_object *v);

/* Append `o' as JSON text: arguments that came as an object. */
void reply_add_json(struct reply *, struct buf *, json_object *o);

/*
 * The same with what a glance saw.  -1, and nothing happened, if json_parse()
 * must look at it.
 */
int reply_add_glance(struct reply *, struct buf *, const struct glance *);

/* Replace the text: an API that repeats it whole at the end. */
void reply_replace(struct reply *, struct buf *, json_object *v);

/* Keep a piece of reasoning as it came; takes a reference. */
void reply_opaque(struct reply *, int64_t index, json_object *);

/* 1 if some text came. */
int reply_has_text(const struct reply *);

/* Copy a string over *slot if it came and *slot is NULL. */
void reply_keep(char **slot, const char *s);

/* A count of tokens as a server gives it: 0 if absent, none below 0. */
int64_t reply_tokens(json_object *o, const char *key);
/* 1 if it is told: what is not is no nought, and may have cost anything. */
int reply_counts(json_object *o, const char *key);

/*
 * The neutral payload, appended to `out'.  Returns 0, or -1 and the failure
 * is set: a refusal, or over REPLY_MAX when written as JSON.
 */
int reply_write(struct reply *, struct buf *out);

/* The usage for model_response, or NULL (null) if it is not known. */
json_object *reply_usage_json(const struct reply_usage *);

#endif
