#ifndef MNEMOD_MSG_H
#define MNEMOD_MSG_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "frame.h"
#include "role.h"
#include "uuid.h"

/*
 * Messages between the supervisor and its workers: mnemod-protocol(7).  Each
 * type is one row of msg_table[] in msg.c; what is not legal by its row is a
 * protocol error.
 */
#define MSG_PROTOCOL 1		/* bump when a row changes its meaning */

enum msg_id {
	/* life */
	MSG_HELLO, MSG_CONFIGURE, MSG_READY, MSG_ALIVE, MSG_LOG, MSG_METRIC,
	MSG_PROBE, MSG_SHUTDOWN, MSG_BYE, MSG_FAILED,
	/* extract */
	MSG_KNOWN, MSG_NOTED, MSG_SCAN, MSG_SCANNED, MSG_COMPARE,
	MSG_COMPARED, MSG_EXTRACT, MSG_READING, MSG_EXTRACTED, MSG_PREVIEW,
	MSG_PREVIEWED,
	/* model */
	MSG_MODEL_REQUEST, MSG_MODEL_PROGRESS, MSG_MODEL_RESPONSE, MSG_CANCEL,
	MSG_QUOTA, MSG_QUOTA_STATE, MSG_EXPORT, MSG_EXPORTED, MSG_REACH,
	MSG_REACHED,
	/* consolidate */
	MSG_SUBMIT, MSG_STATUS, MSG_TOOL, MSG_REVISE, MSG_COMPLETED,
	/* workspace */
	MSG_INPUT, MSG_RECOVER, MSG_RECOVERED, MSG_PREPARE, MSG_PREPARED,
	MSG_PUBLISH, MSG_PUBLISHED, MSG_REJECTED, MSG_HELD,
	MSG_HISTORY, MSG_COMMITS, MSG_DIFF, MSG_DIFFED, MSG_AUDIT, MSG_AUDITED,
	MSG_REVERT, MSG_NOTE, MSG_REVIEW, MSG_REVIEWED, MSG_ACCEPT,
	MSG_DISCARD, MSG_DISCARDED,
	MSG_CHECK, MSG_CHECKED, MSG_VERIFY, MSG_VERIFIED,
	MSG_PURGE, MSG_PURGED,
	MSG_ADOPT, MSG_ADOPTED_THREAD, MSG_ADOPTED,
	MSG__MAX
};

enum msg_dir { MSG_TO_WORKER, MSG_FROM_WORKER };

/* Where in its life a worker is, as far as messages are concerned. */
enum msg_phase {
	PHASE_STARTING,		/* executed, no hello yet */
	PHASE_GREETED,		/* hello came, configure is on its way */
	PHASE_READY,
	PHASE_STOPPING,
	PHASE__MAX
};

enum msg_kind { KIND_STR, KIND_INT, KIND_BOOL, KIND_ARR, KIND_OBJ };

struct msg_field {
	const char	*key;
	enum msg_kind	 kind;
	int		 required;	/* 0: may be absent or null */
};

/*
 * The bulk of a message travels as a second frame right behind its envelope:
 * JSON that whoever forwards it counts and does not read.
 */
#define MSG_REQUEST_MAX		((size_t)FRAME_MAX)	/* model_request */
#define MSG_RESPONSE_MAX	((size_t)4 * 1024 * 1024) /* model_response */

/* Which messages of a row have such a frame; all others must not. */
enum msg_payload {
	PAYLOAD_NEVER,
	PAYLOAD_ALWAYS,
	PAYLOAD_IF_OK		/* where `outcome' of the body is "ok" */
};

/*
 * A type may go both ways: from a worker to the supervisor, which sends one
 * of the same type on to another.
 */
struct msg_type {
	const char		*name;
	unsigned		 to;		/* to whom: 1u << enum role */
	unsigned		 from;		/* from whom */
	unsigned		 phases;	/* 1u << enum msg_phase */
	unsigned		 credits;	/* open at once; 0: no limit */
	const struct msg_field	*fields;	/* ends with key NULL */
	const char		*text;		/* one line for the manual */
	enum msg_payload	 payload;
	size_t			 payload_max;	/* bytes; at least 1 is there */
};

extern const struct msg_type msg_table[MSG__MAX];

/* May a message of this type go that way to or from this role? */
int msg_allows(enum msg_id, enum msg_dir, enum role);

/* Where a message comes in: what is legal there. */
struct msg_place {
	enum msg_dir	dir;
	enum role	role;
	enum msg_phase	phase;
};

#define MSG_WHY	128

/* A received message.  Owns `body' and `payload'. */
struct msg {
	enum msg_id	 id;
	int64_t		 serial;	/* pairs a reply with its request */
	char		 session_id[UUID_SIZE];	/* "" if null */
	char		 thread_id[UUID_SIZE];	/* "" if null */
	json_object	*body;		/* never NULL after MSG_OK */
	int		 has_payload;	/* a second frame belongs to it */
	struct buf	 payload;	/* its bytes; empty until it came */
	char		 why[MSG_WHY];	/* what is wrong; "" after MSG_OK */
};

enum msg_status {
	MSG_OK,
	MSG_NOT_JSON,		/* or no object, bad UTF-8, too deep, NUL */
	MSG_ENVELOPE,		/* the envelope's keys are wrong */
	MSG_UNKNOWN,		/* no such type */
	MSG_ILLEGAL,		/* wrong direction, role or phase */
	MSG_BODY,		/* a key of the body is missing or mistyped */
	MSG_BAD_PAYLOAD		/* one is missing, or one is announced */
};

/*
 * Parse and check one frame against its row.  On MSG_OK fills `m'
 * (msg_release() frees it); else its `why' is the reason, and nothing is to be
 * freed.  Unknown body keys are ignored.  With has_payload set, the message is
 * whole only when the next frame came: limit it with frame_reader_limit() to
 * the row's payload_max and hand it to msg_set_payload().
 */
enum msg_status msg_parse(struct msg *m, const char *text, size_t len,
    const struct msg_place *);

/* The bytes of the second frame; copied. */
void msg_set_payload(struct msg *, const char *data, size_t len);

/* Frees body and payload; the payload is overwritten first. */
void msg_release(struct msg *);

/* The id of the row named `name', or MSG__MAX. */
enum msg_id msg_by_name(const char *name);

/* What an outgoing message carries besides its body. */
struct msg_head {
	enum msg_id	 id;
	int64_t		 serial;
	const char	*session_id;	/* NULL: null */
	const char	*thread_id;	/* NULL: null */
	const struct buf *payload;	/* borrowed; NULL: none */
};

/*
 * Queue one message, with its payload in the same step: both or nothing.
 * Takes over the reference to `body' (NULL: {}).  A body that its row does
 * not allow and a payload too many or missing are our own errors: BUG().
 * Returns the writer's status; FRAME_TOOBIG for a payload over the row's
 * payload_max too.
 */
enum frame_status msg_send(struct frame_writer *, const struct msg_head *,
    json_object *body);

#endif
