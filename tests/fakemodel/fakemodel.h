#ifndef MNEMOD_FAKEMODEL_H
#define MNEMOD_FAKEMODEL_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

/*
 * fakemodel: a scripted model server for tests; main.c tells how to use it.
 * A request is recorded (record.c), finds its rule (script.c), its reply is
 * composed as a list of events (reply.c, api_*.c) and sent in the way that
 * the rule asks for (stream.c, transfer.c, server.c).
 */

/* What a model says, in the order of the script. */
enum item_kind {
	ITEM_TEXT,
	ITEM_ANSWER,		/* text for a schema: the three keys */
	ITEM_REASONING,		/* text is what is to be replayed */
	ITEM_CALL		/* name, text = arguments */
};

struct item {
	enum item_kind	 kind;
	char		*name;		/* NULL but for a call */
	char		*text;		/* owned */
	size_t		 fill;		/* so many bytes of filler instead */
	int		 repeat;	/* times, at least 1 */
};

/* How a reply ends after all of it, or what `cut' leaves, was sent. */
enum ending {
	END_CLEAN,
	END_CLOSE,		/* in the middle of a chunked body */
	END_RESET,		/* a TCP reset */
	END_SILENCE,		/* nothing, until the client goes */
	END_CHUNK		/* half a chunk, then close */
};

struct usage {
	int64_t	input, cached, output, reasoning;
	int	absent;
};

/* One line of the script.  Owns its strings. */
struct rule {
	int		 line;
	int		 left;		/* uses left; -1: no limit */
	/* which requests */
	char		*path, *model, *has;
	/* what is said */
	int		 status;	/* 0: no head at all */
	char		*type, *json, *raw, *message, *code;
	char		*headers[8];
	size_t		 nheaders;
	struct item	*items;
	size_t		 nitems;
	char		*refusal, *failed, *error, *incomplete;
	struct usage	 usage;
	/* how it is said */
	int		 wait_ms, drip_ms;
	char		*hold;		/* wait for this file */
	size_t		 delta, split, big;
	int		 events;	/* in one write; 0: what fits */
	int		 crlf, cr, bom, comments, lines, garbage, gzip, half;
	int		 no_end, no_deltas, no_ids, whole_calls;
	int64_t		 cut;		/* bytes of the body, -1: all */
	enum ending	 end;
};

/* A request, as it came.  Owns everything. */
struct request {
	int		 n, connection;
	char		*method, *path, *protocol;
	json_object	*headers;	/* names in lower case */
	struct buf	 body;		/* as sent */
	json_object	*json;		/* decoded; NULL: no JSON */
	struct buf	 plain;		/* decoded text */
	char		*key;		/* the secret of its auth header */
};

/* script.c */

/* Read a script; ends the process with the line of an error. */
void script_read(const char *path);
/* One rule, as if it were the next line. */
void script_line(const char *text);
/* The rule for this request, one use taken; NULL: none is left. */
const struct rule *script_take(const struct request *);
/* 1 if the path is a telemetry endpoint's: only rules with a path match. */
int script_telemetry(const char *path);


/* record.c */

/* Append to these files (NULL: none); ends the process on an error. */
void record_open(const char *requests, const char *ends);
/* Decode the body and append the request. */
void record_request(struct request *);
/* How it ended: "complete", "gone" (the client went first). */
void record_end(const struct request *, uint64_t sent, const char *how);
void request_free(struct request *);

/* stream.c: the body of a reply as steps, each sent `times' times. */
struct step {
	char	*data;
	size_t	 len, times;
};

struct stream {
	const struct rule	*how;
	const struct request	*req;
	struct step		*steps;
	size_t			 nsteps;
	int64_t			 sequence;	/* of the next event */
};

void stream_init(struct stream *, const struct rule *,
    const struct request *);
void stream_release(struct stream *);
/* Bytes of all steps. */
uint64_t stream_size(const struct stream *);
/* A step of plain bytes, which are copied. */
void stream_bytes(struct stream *, const void *, size_t);
/*
 * An event, `name' NULL for none; the data comes from a template with
 *	%q	const char *, a JSON string; NULL: null
 *	%s	const char *, as it is
 *	%d	int64_t
 */
void stream_event(struct stream *, const char *name, const char *tmpl, ...);
/* Send the last event so many times instead of once. */
void stream_repeat(struct stream *, size_t times);
/* Apply what the rule asks of the whole: big, garbage, bom, gzip. */
void stream_finish(struct stream *);
/* The same template language, appended. */
void tmpl_add(struct buf *, const char *tmpl, ...);

/* reply.c */

/* Which API a path belongs to; NULL: none. */
struct api {
	const char	*suffix;	/* of the path */
	/* The events of a good reply. */
	void		(*events)(struct stream *);
	/* The body of an HTTP error. */
	void		(*error)(struct buf *, const struct rule *,
			    const char *message);
};
extern const struct api api_responses, api_chat, api_messages;

/* Fill the stream; returns its content type. */
const char *reply_compose(struct stream *);
/* `text' with $N, $KEY and $BODY replaced; the caller's. */
char *reply_expand(const struct request *, const char *text);
/*
 * Call fn for each piece of the item's text: expanded, `delta' bytes at a
 * time on character boundaries; filler comes once, with the number of times.
 */
void reply_pieces(struct stream *, const struct item *,
    void (*fn)(struct stream *, const char *piece, size_t times, void *),
    void *arg);
/* The item's whole text; "" for filler.  The caller's. */
char *reply_text(const struct stream *, const struct item *);
/* The name of the model that was asked for. */
const char *reply_model(const struct stream *);

/* server.c */

/* Serve on this descriptor for ever; pem texts NULL: no TLS. */
void server_run(int fd, const char *cert, const char *key);

#endif
