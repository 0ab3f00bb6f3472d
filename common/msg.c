#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "msg.h"

#define R_GATEWAY	(1u << ROLE_GATEWAY)
#define R_EXTRACT	(1u << ROLE_EXTRACT)
#define R_AGENT		(1u << ROLE_CONSOLIDATE)
#define R_WSPACE	(1u << ROLE_WORKSPACE)
#define R_ASKERS	(R_EXTRACT | R_AGENT)
#define R_ALL		((1u << ROLE__MAX) - 1)

/* The two role masks of a row. */
#define TO(roles)	(roles), 0
#define FROM(roles)	0, (roles)

#define P_STARTING	(1u << PHASE_STARTING)
#define P_GREETED	(1u << PHASE_GREETED)
#define P_READY		(1u << PHASE_READY)
#define P_STOPPING	(1u << PHASE_STOPPING)
/* A worker's last words may cross the order to stop. */
#define P_WORK		(P_READY | P_STOPPING)

/* Requests that one extract worker may have open: max_stage_one_jobs. */
#define EXTRACT_CREDITS	64

/* Named, so that a row may end early: most have no payload. */
#define FIELDS(...) .fields = (const struct msg_field[]){ __VA_ARGS__, \
			{ NULL, 0, 0 } }
#define NO_FIELDS .fields = (const struct msg_field[]){ { NULL, 0, 0 } }
#define STR(k)		{ k, KIND_STR, 0 }
#define STR_(k)		{ k, KIND_STR, 1 }
#define INT(k)		{ k, KIND_INT, 0 }
#define INT_(k)		{ k, KIND_INT, 1 }
#define BOOL(k)		{ k, KIND_BOOL, 0 }
#define BOOL_(k)	{ k, KIND_BOOL, 1 }
#define ARR(k)		{ k, KIND_ARR, 0 }
#define ARR_(k)		{ k, KIND_ARR, 1 }
#define OBJ(k)		{ k, KIND_OBJ, 0 }
#define OBJ_(k)		{ k, KIND_OBJ, 1 }

const struct msg_type msg_table[MSG__MAX] = {
	[MSG_HELLO] = { "hello", FROM(R_ALL), P_STARTING, 0,
	    FIELDS(INT_("protocol"), STR_("version"), STR_("role"),
	    INT_("pid")), "the worker was executed and reads" },
	[MSG_CONFIGURE] = { "configure", TO(R_ALL), P_STARTING, 0,
	    FIELDS(STR_("role"), OBJ_("settings")),
	    "settings, before the sandbox closes" },
	[MSG_READY] = { "ready", FROM(R_ALL), P_GREETED, 0,
	    FIELDS(OBJ_("sandbox")), "the sandbox is closed; work may come" },
	[MSG_ALIVE] = { "alive", FROM(R_ALL), P_WORK, 0,
	    FIELDS(INT_("progress")), "sign of life; answer to probe" },
	[MSG_LOG] = { "log", FROM(R_ALL), P_GREETED | P_WORK, 0,
	    FIELDS(STR_("level"), STR_("text")), "one log record" },
	[MSG_METRIC] = { "metric", FROM(R_ALL), P_WORK, 0,
	    FIELDS(STR_("name"), INT_("value"), OBJ("tags")),
	    "one measured value" },
	[MSG_PROBE] = { "probe", TO(R_ALL), P_READY, 0,
	    NO_FIELDS, "are you alive" },
	[MSG_SHUTDOWN] = { "shutdown", TO(R_ALL),
	    P_STARTING | P_GREETED | P_WORK, 0, FIELDS(STR("reason")),
	    "end the work and leave" },
	[MSG_BYE] = { "bye", FROM(R_ALL),
	    P_STARTING | P_GREETED | P_WORK, 0, NO_FIELDS,
	    "the last message of a worker that was asked to leave" },
	[MSG_FAILED] = { "failed", FROM(R_ALL), P_WORK, 0,
	    FIELDS(STR_("reason"), STR_("message")),
	    "a request cannot be done" },

	[MSG_KNOWN] = { "known", TO(R_EXTRACT), P_READY, 1,
	    FIELDS(STR_("source"), ARR_("entries"), BOOL("reset")),
	    "files as they were at the last scan" },
	[MSG_NOTED] = { "noted", FROM(R_EXTRACT), P_WORK, 0,
	    NO_FIELDS, "more may come" },
	[MSG_SCAN] = { "scan", TO(R_EXTRACT), P_READY, 1,
	    FIELDS(STR_("source")), "look for new and changed files" },
	[MSG_SCANNED] = { "scanned", FROM(R_EXTRACT), P_WORK, 0,
	    FIELDS(STR_("source"), ARR_("entries"), BOOL_("last"),
	    INT("files"), INT("unchanged"), INT("unmet"), STR("state"),
	    INT("dev")), "a batch of the answer" },
	[MSG_COMPARE] = { "compare", TO(R_EXTRACT), P_READY, 1,
	    FIELDS(STR_("source"), ARR_("paths")),
	    "which files did the last scan not meet" },
	[MSG_COMPARED] = { "compared", FROM(R_EXTRACT), P_WORK, 0,
	    FIELDS(ARR_("vanished")), "these" },
	[MSG_EXTRACT] = { "extract", TO(R_EXTRACT), P_READY,
	    EXTRACT_CREDITS, FIELDS(STR_("source"), STR_("path"), STR("hash"),
	    INT_("budget_bytes")), "stage one of one rollout" },
	[MSG_READING] = { "reading", FROM(R_EXTRACT), P_WORK, 0,
	    FIELDS(INT_("request")),
	    "the rollout of that request is being read; 0: none is" },
	[MSG_EXTRACTED] = { "extracted", FROM(R_EXTRACT), P_WORK, 0,
	    FIELDS(STR_("outcome"), STR("raw_memory"), STR("rollout_summary"),
	    STR("rollout_slug"), OBJ("facts"), BOOL("keeps"), STR("cwd"),
	    STR("git_branch"),
	    STR("repository_url"), INT("updated_at_ms"), STR("hash"),
	    INT("items"), INT("redactions"), INT("cut_bytes"),
	    INT("bad_lines"), ARR("citations"), STR_("generator")),
	    "its outcome" },
	[MSG_PREVIEW] = { "preview", TO(R_EXTRACT), P_READY, 1,
	    FIELDS(STR_("path"), INT_("budget_bytes")),
	    "the text stage one would hand to a provider" },
	[MSG_PREVIEWED] = { "previewed", FROM(R_EXTRACT), P_WORK, 0,
	    FIELDS(STR_("text"), INT("items"), INT("redactions"),
	    INT("cut_bytes"), INT("bad_lines")), "that text" },

	[MSG_MODEL_REQUEST] = { "model_request", R_GATEWAY, R_ASKERS, P_WORK,
	    0, FIELDS(STR_("purpose"), INT("attempt"), INT("job"),
	    STR("model"), STR("effort"), STR("reasoning_summary"),
	    STR("verbosity"), STR("service_tier"), INT("max_output_tokens"),
	    STR("cache_key"), OBJ("turn_metadata"), INT("idle_ms"),
	    INT("deadline_ms")),
	    "one attempt to have a model answer", PAYLOAD_ALWAYS,
	    MSG_REQUEST_MAX },
	[MSG_MODEL_PROGRESS] = { "model_progress", R_ASKERS, R_GATEWAY, P_WORK,
	    0, FIELDS(INT_("bytes"), INT_("events")),
	    "the answer grows; at most one a second" },
	[MSG_MODEL_RESPONSE] = { "model_response", R_ASKERS, R_GATEWAY, P_WORK,
	    0, FIELDS(STR_("outcome"), STR("error"), STR("message"),
	    INT("http_status"), INT("server_delay_ms"), OBJ("usage"),
	    STR("model"), INT("sent_bytes"), INT("received_bytes"),
	    INT("retry_after_ms")), "the end of the attempt",
	    PAYLOAD_IF_OK, MSG_RESPONSE_MAX },
	[MSG_CANCEL] = { "cancel", R_GATEWAY, R_ASKERS, P_WORK, 0,
	    FIELDS(INT_("request")), "nobody waits for that request" },
	[MSG_QUOTA] = { "quota", TO(R_GATEWAY), P_READY, 1, NO_FIELDS,
	    "ask the provider what is left of the account's limits" },
	[MSG_QUOTA_STATE] = { "quota_state", FROM(R_GATEWAY), P_WORK, 0,
	    FIELDS(ARR_("windows"), STR("reached")), "what is left" },
	[MSG_EXPORT] = { "export", TO(R_GATEWAY), P_READY, 1,
	    FIELDS(STR_("url")), "send telemetry", PAYLOAD_ALWAYS,
	    MSG_RESPONSE_MAX },
	[MSG_EXPORTED] = { "exported", FROM(R_GATEWAY), P_WORK, 0,
	    FIELDS(STR_("outcome"), STR("message"), INT("http_status")),
	    "it was sent, or why not" },
	[MSG_REACH] = { "reach", TO(R_GATEWAY), P_READY, 1, NO_FIELDS,
	    "is the provider there; no model is asked" },
	[MSG_REACHED] = { "reached", FROM(R_GATEWAY), P_WORK, 0,
	    FIELDS(STR_("outcome"), STR("message"), INT("http_status")),
	    "it answered, or why not" },

	[MSG_SUBMIT] = { "submit", TO(R_AGENT), P_READY, 1,
	    FIELDS(ARR_("items"), ARR("environments")),
	    "the prompt; null environments mean the staging folder" },
	[MSG_STATUS] = { "status", FROM(R_AGENT), P_WORK, 0,
	    FIELDS(STR_("status"), STR("detail")), "the agent's status" },
	[MSG_TOOL] = { "tool", FROM(R_AGENT), P_WORK, 0,
	    FIELDS(OBJ_("record")), "one audit record" },
	[MSG_REVISE] = { "revise", TO(R_AGENT), P_READY, 1,
	    FIELDS(ARR_("violations")), "the validator refused; try again" },
	[MSG_COMPLETED] = { "completed", FROM(R_AGENT), P_WORK, 0,
	    FIELDS(STR_("message"), BOOL_("changed"), INT_("turns"),
	    OBJ("counts"), STR("capped")), "the agent's last message" },

	[MSG_INPUT] = { "input", TO(R_WSPACE), P_READY, 0,
	    FIELDS(ARR_("entries"), BOOL_("last")),
	    "selected rows and tombstones" },
	[MSG_RECOVER] = { "recover", TO(R_WSPACE), P_READY, 1,
	    FIELDS(ARR_("agents"), BOOL_("claimed")),
	    "finish what a crash left; look at the root" },
	[MSG_RECOVERED] = { "recovered", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("root"), STR("live"), INT("entries"), ARR("found"),
	    INT("moved"), ARR("published"), ARR("held"), OBJ("despite")),
	    "the state of the memory" },
	[MSG_PREPARE] = { "prepare", TO(R_WSPACE), P_READY, 1,
	    NO_FIELDS, "make the agent's private copy" },
	[MSG_PREPARED] = { "prepared", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(BOOL_("changed"), STR_("base"), STR_("staging"),
	    INT("added"), INT("modified"), INT("deleted"),
	    BOOL("hand_edited"), INT("again")),
	    "the copy and what changed" },
	[MSG_PUBLISH] = { "publish", TO(R_WSPACE), P_READY, 1,
	    FIELDS(STR_("base"), BOOL("capped")),
	    "merge, validate, publish" },
	[MSG_PUBLISHED] = { "published", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("commit"), INT_("files"), INT_("changed"),
	    ARR("conflicts"), INT("added"), INT("modified"), INT("deleted"),
	    STR("path"), STR("thread_id"), ARR("left")),
	    "the memory root equals this commit" },
	[MSG_REJECTED] = { "rejected", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(ARR_("violations")), "the validator refused" },
	[MSG_PURGE] = { "purge", TO(R_WSPACE), P_READY, 1,
	    FIELDS(ARR_("threads"), INT("limit")),
	    "take threads, or what is old, out of the history" },
	[MSG_PURGED] = { "purged", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("commit"), INT("files"), INT_("kept"),
	    INT_("dropped"), BOOL_("adopted")),
	    "the history without them" },
	[MSG_HELD] = { "held", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("commit"), INT_("files"), INT_("changed"),
	    ARR("conflicts"), INT("added"), INT("modified"), INT("deleted"),
	    ARR("left")), "it waits for a person" },
	[MSG_HISTORY] = { "history", TO(R_WSPACE), P_READY, 1,
	    FIELDS(INT_("limit")), "list the commits of the memory" },
	[MSG_COMMITS] = { "commits", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(ARR_("commits"), BOOL_("more")), "the newest first" },
	[MSG_CHECK] = { "check", TO(R_WSPACE), P_READY, 1,
	    NO_FIELDS, "judge a folder by itself" },
	[MSG_CHECKED] = { "checked", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(INT_("files"), ARR_("violations"), BOOL_("more")),
	    "what is wrong in it" },
	[MSG_VERIFY] = { "verify", TO(R_WSPACE), P_READY, 1,
	    NO_FIELDS, "read the whole history" },
	[MSG_VERIFIED] = { "verified", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(INT_("objects"), BOOL_("more")), "it is whole" },
	[MSG_DIFF] = { "diff", TO(R_WSPACE), P_READY, 1,
	    FIELDS(STR("commit")), "what a commit, or the user, changed" },
	[MSG_DIFFED] = { "diffed", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR("from"), STR("to"), STR_("diff"), BOOL_("truncated"),
	    INT("added"), INT("modified"), INT("deleted")),
	    "as a unified diff" },
	[MSG_AUDIT] = { "audit", TO(R_WSPACE), P_READY, 1,
	    FIELDS(INT_("weeks")), "what came and what was lost" },
	[MSG_AUDITED] = { "audited", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(ARR_("weeks")), "week by week, the newest first" },
	[MSG_REVERT] = { "revert", TO(R_WSPACE), P_READY, 1,
	    FIELDS(STR_("commit")), "publish what the memory was once" },
	[MSG_NOTE] = { "note", TO(R_WSPACE), P_READY, 1,
	    FIELDS(STR_("text")), "publish a note" },
	[MSG_REVIEW] = { "review", TO(R_WSPACE), P_READY, 1, NO_FIELDS,
	    "show what waits for a person" },
	[MSG_REVIEWED] = { "reviewed", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("thread_id"), STR_("commit"), INT_("time"),
	    STR_("token"), STR_("diff"), BOOL_("truncated"),
	    ARR("conflicts"), INT("added"), INT("modified"), INT("deleted")),
	    "what accepting would publish" },
	[MSG_ACCEPT] = { "accept", TO(R_WSPACE), P_READY, 1,
	    FIELDS(STR("token"), STR("despite")), "publish what waits, or was "
	    "refused" },
	[MSG_DISCARD] = { "discard", TO(R_WSPACE), P_READY, 1, NO_FIELDS,
	    "drop what waits" },
	[MSG_DISCARDED] = { "discarded", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("thread_id")), "nothing waits any more" },
	[MSG_ADOPT] = { "adopt", TO(R_WSPACE), P_READY, 1, NO_FIELDS,
	    "keep the folder as it is found, and read it" },
	[MSG_ADOPTED_THREAD] = { "adopted_thread", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(ARR_("entries"), BOOL_("last")),
	    "a batch of the threads that it tells of" },
	[MSG_ADOPTED] = { "adopted", FROM(R_WSPACE), P_WORK, 0,
	    FIELDS(STR_("commit"), STR_("live"), INT_("files"),
	    INT_("threads"), INT_("unread")), "the folder is in the history" },
};

enum msg_id
msg_by_name(const char *name)
{
	unsigned	i;

	for (i = 0; i < MSG__MAX; i++)
		if (strcmp(msg_table[i].name, name) == 0)
			break;
	return (enum msg_id)i;
}

static enum json_type
kind_type(enum msg_kind kind)
{
	static const enum json_type types[] = {
		[KIND_STR] = json_type_string,
		[KIND_INT] = json_type_int,
		[KIND_BOOL] = json_type_boolean,
		[KIND_ARR] = json_type_array,
		[KIND_OBJ] = json_type_object,
	};

	return types[kind];
}

/* The first field of the row that `body' breaks, or NULL. */
static const struct msg_field *
body_fault(const struct msg_type *t, json_object *body)
{
	const struct msg_field	*f;
	json_object		*v;

	for (f = t->fields; f->key != NULL; f++) {
		v = NULL;
		json_object_object_get_ex(body, f->key, &v);
		if (v == NULL ? f->required :
		    !json_object_is_type(v, kind_type(f->kind)))
			return f;
	}
	return NULL;
}

/* A member that is a UUID, null or absent. */
static int
envelope_uuid(json_object *o, const char *key, char out[UUID_SIZE])
{
	json_object	*v;
	const char	*s;

	out[0] = '\0';
	if (!json_object_object_get_ex(o, key, &v) || v == NULL)
		return 0;
	s = json_str(o, key);
	if (s == NULL || !uuid_valid(s))
		return -1;
	return strlcpy(out, s, UUID_SIZE) < UUID_SIZE ? 0 : -1;
}

/* Does the row ask for a payload with this body? */
static int
wants_payload(const struct msg_type *t, json_object *body)
{
	const char	*outcome = json_str(body, "outcome");

	return t->payload == PAYLOAD_ALWAYS || (t->payload == PAYLOAD_IF_OK &&
	    outcome != NULL && strcmp(outcome, "ok") == 0);
}

int
msg_allows(enum msg_id id, enum msg_dir dir, enum role role)
{
	const struct msg_type	*t = &msg_table[id];

	return ((dir == MSG_TO_WORKER ? t->to : t->from) & 1u << role) != 0;
}

static enum msg_status
parse_envelope(struct msg *m, json_object *o, char *why, size_t whysize)
{
	const char	*type = json_str(o, "type");

	m->serial = json_int(o, "id", -1);
	m->has_payload = json_flag(o, "payload", 0);
	if (type == NULL || m->serial < 0 || json_obj(o, "body") == NULL ||
	    envelope_uuid(o, "session_id", m->session_id) == -1 ||
	    envelope_uuid(o, "thread_id", m->thread_id) == -1) {
		snprintf(why, whysize, "malformed envelope");
		return MSG_ENVELOPE;
	}
	/* One id alone stands for both. */
	if (m->thread_id[0] == '\0')
		memcpy(m->thread_id, m->session_id, UUID_SIZE);
	if (m->session_id[0] == '\0')
		memcpy(m->session_id, m->thread_id, UUID_SIZE);
	m->id = msg_by_name(type);
	if (m->id == MSG__MAX) {
		snprintf(why, whysize, "unknown message %.32s", type);
		return MSG_UNKNOWN;
	}
	return MSG_OK;
}

enum msg_status
msg_parse(struct msg *m, const char *text, size_t len, enum msg_dir dir,
    enum role role, enum msg_phase phase, char *why, size_t whysize)
{
	const struct msg_type	*t;
	const struct msg_field	*f;
	const char		*reason = "no object";
	enum msg_status		 st = MSG_NOT_JSON;
	json_object		*o;

	memset(m, 0, sizeof(*m));
	o = json_parse(text, len, JSON_DEPTH, &reason);
	if (!json_object_is_type(o, json_type_object))
		snprintf(why, whysize, "not JSON: %s", reason);
	else if (json_has_nul(o))
		snprintf(why, whysize, "a string holds a NUL");
	else
		st = parse_envelope(m, o, why, whysize);
	if (st != MSG_OK)
		goto out;
	t = &msg_table[m->id];
	f = body_fault(t, json_obj(o, "body"));
	if (!msg_allows(m->id, dir, role) ||
	    (t->phases & 1u << phase) == 0) {
		snprintf(why, whysize, "message %s is not legal here", t->name);
		st = MSG_ILLEGAL;
	} else if (f != NULL) {
		snprintf(why, whysize, "message %s: body key %s", t->name,
		    f->key);
		st = MSG_BODY;
	} else if (m->has_payload != wants_payload(t, json_obj(o, "body"))) {
		snprintf(why, whysize, "message %s %s", t->name,
		    m->has_payload ? "carries a payload" :
		    "has no payload");
		st = MSG_BAD_PAYLOAD;
	} else
		m->body = json_object_get(json_obj(o, "body"));
out:
	json_object_put(o);
	return st;
}

void
msg_set_payload(struct msg *m, const char *data, size_t len)
{
	buf_reset(&m->payload);
	buf_grow(&m->payload, len);
	buf_add(&m->payload, data, len);
}

void
msg_release(struct msg *m)
{
	json_object_put(m->body);
	m->body = NULL;
	buf_wipe(&m->payload);
}

/* Our own message must be what its row allows. */
static void
check_own(const struct msg_head *head, json_object *body)
{
	const struct msg_type	*t = &msg_table[head->id];
	const struct msg_field	*f = body_fault(t, body);

	if (f != NULL)
		BUG("message %s: body key %s", t->name, f->key);
	if ((head->payload != NULL) != wants_payload(t, body))
		BUG("message %s: %s", t->name, head->payload != NULL ?
		    "a payload" : "no payload");
}

enum frame_status
msg_send(struct frame_writer *w, const struct msg_head *head,
    json_object *body)
{
	const struct buf	*payload = head->payload;
	enum frame_status	 st;
	json_object		*o;
	struct buf		 b = BUF_INIT;

	if (body == NULL)
		body = json_object_new_object();
	check_own(head, body);
	o = json_object_new_object();
	if (o == NULL)
		log_fatalx("cannot allocate JSON");
	json_set_str(o, "type", msg_table[head->id].name);
	json_set_int(o, "id", head->serial);
	json_set_str(o, "session_id", head->session_id);
	json_set_str(o, "thread_id", head->thread_id);
	json_set(o, "body", body);
	if (payload != NULL)
		json_set_bool(o, "payload", 1);
	json_write(&b, o);
	json_object_put(o);
	if (payload == NULL)
		st = frame_writer_push(w, b.data, b.len);
	else if (payload->len > msg_table[head->id].payload_max)
		st = FRAME_TOOBIG;
	else
		st = frame_writer_push_pair(w, &b, payload);
	buf_wipe(&b);
	return st;
}
