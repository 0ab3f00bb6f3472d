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
	MSG_KNOWN, MSG_SCAN, MSG_SCANNED, MSG_EXTRACT, MSG_EXTRACTED,
	MSG_PREVIEW, MSG_PREVIEWED,
	/* consolidate */
	MSG_SUBMIT, MSG_STATUS, MSG_TOOL, MSG_REVISE, MSG_COMPLETED,
	/* workspace */
	MSG_INPUT, MSG_RECOVER, MSG_RECOVERED, MSG_PREPARE, MSG_PREPARED,
	MSG_PUBLISH, MSG_PUBLISHED, MSG_REJECTED,
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

struct msg_type {
	const char		*name;
	enum msg_dir		 dir;
	unsigned		 roles;		/* 1u << enum role */
	unsigned		 phases;	/* 1u << enum msg_phase */
	unsigned		 credits;	/* open at once; 0: no limit */
	const struct msg_field	*fields;	/* ends with key NULL */
	const char		*text;		/* one line for the manual */
};

extern const struct msg_type msg_table[MSG__MAX];

/* A received message.  Owns `body'. */
struct msg {
	enum msg_id	 id;
	int64_t		 serial;	/* pairs a reply with its request */
	char		 session_id[UUID_SIZE];	/* "" if null */
	char		 thread_id[UUID_SIZE];	/* "" if null */
	json_object	*body;		/* never NULL after MSG_OK */
	int		 payload;	/* a second frame follows */
};

enum msg_status {
	MSG_OK,
	MSG_NOT_JSON,		/* or no object, bad UTF-8, too deep, NUL */
	MSG_ENVELOPE,		/* the envelope's keys are wrong */
	MSG_UNKNOWN,		/* no such type */
	MSG_ILLEGAL,		/* wrong direction, role or phase */
	MSG_BODY		/* a key of the body is missing or mistyped */
};

/*
 * Parse and check one frame against its row.  On MSG_OK fills `m'
 * (msg_release() frees it); else writes the reason to `why'.  Unknown body
 * keys are ignored.
 */
enum msg_status msg_parse(struct msg *m, const char *text, size_t len,
    enum msg_dir dir, enum role role, enum msg_phase phase, char *why,
    size_t whysize);
void msg_release(struct msg *);

/* The id of the row named `name', or MSG__MAX. */
enum msg_id msg_by_name(const char *name);

/* What an outgoing message carries besides its body. */
struct msg_head {
	enum msg_id	 id;
	int64_t		 serial;
	const char	*session_id;	/* NULL: null */
	const char	*thread_id;	/* NULL: null */
};

/*
 * Queue one message.  Takes over the reference to `body' (NULL: {}).  A body
 * that its row does not allow is our own error: BUG().  Returns the writer's
 * status.
 */
enum frame_status msg_send(struct frame_writer *, const struct msg_head *,
    json_object *body);

#endif
