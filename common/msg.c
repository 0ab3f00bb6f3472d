#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "json.h"
#include "log.h"
#include "msg.h"

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
parse_envelope(struct msg *m, json_object *o)
{
	const char	*type = json_str(o, "type");

	m->serial = json_int(o, "id", -1);
	m->has_payload = json_flag(o, "payload", 0);
	if (type == NULL || m->serial < 0 || json_obj(o, "body") == NULL ||
	    envelope_uuid(o, "session_id", m->session_id) == -1 ||
	    envelope_uuid(o, "thread_id", m->thread_id) == -1) {
		snprintf(m->why, sizeof(m->why), "malformed envelope");
		return MSG_ENVELOPE;
	}
	/* One id alone stands for both. */
	if (m->thread_id[0] == '\0')
		memcpy(m->thread_id, m->session_id, UUID_SIZE);
	if (m->session_id[0] == '\0')
		memcpy(m->session_id, m->thread_id, UUID_SIZE);
	m->id = msg_by_name(type);
	if (m->id == MSG__MAX) {
		snprintf(m->why, sizeof(m->why), "unknown message %.32s", type);
		return MSG_UNKNOWN;
	}
	return MSG_OK;
}

enum msg_status
msg_parse(struct msg *m, const char *text, size_t len,
    const struct msg_place *at)
{
	const struct msg_type	*t;
	const struct msg_field	*f;
	const char		*reason = "no object";
	enum msg_status		 st = MSG_NOT_JSON;
	json_object		*o;

	memset(m, 0, sizeof(*m));
	o = json_parse(text, len, JSON_DEPTH, &reason);
	if (!json_object_is_type(o, json_type_object))
		snprintf(m->why, sizeof(m->why), "not JSON: %s", reason);
	else if (json_has_nul(o))
		snprintf(m->why, sizeof(m->why), "a string holds a NUL");
	else
		st = parse_envelope(m, o);
	if (st != MSG_OK)
		goto out;
	t = &msg_table[m->id];
	f = body_fault(t, json_obj(o, "body"));
	if (!msg_allows(m->id, at->dir, at->role) ||
	    (t->phases & 1u << at->phase) == 0) {
		snprintf(m->why, sizeof(m->why),
		    "message %s is not legal here", t->name);
		st = MSG_ILLEGAL;
	} else if (f != NULL) {
		snprintf(m->why, sizeof(m->why), "message %s: body key %s",
		    t->name, f->key);
		st = MSG_BODY;
	} else if (m->has_payload != wants_payload(t, json_obj(o, "body"))) {
		snprintf(m->why, sizeof(m->why), "message %s %s", t->name,
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
