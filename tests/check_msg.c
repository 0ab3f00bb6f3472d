/* links: */
/*
 * A worker that is taken over says what it likes.  Whatever is not legal by
 * its row of the message table, in this phase, for this role, ends it.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/msg.h"

#define ID "0194f5a6-89ab-7cde-8123-456789abcdef"

static enum msg_status
parse(const char *text, enum msg_dir dir, enum role role,
    enum msg_phase phase)
{
	const struct msg_place	at = { dir, role, phase };
	struct msg		m;
	enum msg_status		st;

	st = msg_parse(&m, text, strlen(text), &at);
	if (st == MSG_OK) {
		ck_assert_ptr_nonnull(m.body);
		msg_release(&m);
	} else
		ck_assert_str_ne(m.why, "");
	return st;
}

static enum msg_status
from_extract(const char *text)
{
	return parse(text, MSG_FROM_WORKER, ROLE_EXTRACT, PHASE_READY);
}

/* A body with every required key of the row. */
static json_object *
full_body(const struct msg_type *t)
{
	const struct msg_field	*f;
	json_object		*b = json_object_new_object();

	for (f = t->fields; f->key != NULL; f++)
		switch (f->kind) {
		case KIND_STR:
			json_set_str(b, f->key, strcmp(f->key, "outcome") == 0 ?
			    "ok" : "x");
			break;
		case KIND_INT:
			json_set_int(b, f->key, 1);
			break;
		case KIND_BOOL:
			json_set_bool(b, f->key, 1);
			break;
		case KIND_ARR:
			json_set(b, f->key, json_object_new_array());
			break;
		case KIND_OBJ:
			json_set(b, f->key, json_object_new_object());
			break;
		}
	return b;
}

static char *
text_of(unsigned id, json_object *body)
{
	struct buf	 b = BUF_INIT;
	json_object	*o = json_object_new_object();

	json_set_str(o, "type", msg_table[id].name);
	json_set_int(o, "id", 7);
	json_set(o, "body", body);
	if (msg_table[id].payload != PAYLOAD_NEVER)
		json_set_bool(o, "payload", 1);
	json_write(&b, o);
	json_object_put(o);
	return buf_detach(&b);
}

/* Row 42: type x direction x role x phase, every cell. */
START_TEST(every_cell)
{
	const struct msg_type	*t = &msg_table[_i];
	char			*text = text_of((unsigned)_i, full_body(t));
	unsigned		 dir, role, phase;
	int			 legal;

	for (dir = 0; dir < 2; dir++)
		for (role = 0; role < ROLE__MAX; role++)
			for (phase = 0; phase < PHASE__MAX; phase++) {
				legal = ((dir == MSG_TO_WORKER ? t->to :
				    t->from) >> role & 1) != 0 &&
				    (t->phases >> phase & 1) != 0;
				ck_assert_int_eq(parse(text, (enum msg_dir)dir,
				    (enum role)role, (enum msg_phase)phase),
				    legal ? MSG_OK : MSG_ILLEGAL);
			}
	free(text);
}
END_TEST

/* Each required key missing, each key mistyped. */
START_TEST(every_key)
{
	const struct msg_type	*t = &msg_table[_i];
	const struct msg_field	*f;
	json_object		*b;
	unsigned		 role, phase;
	char			*text;
	enum msg_dir		 dir = t->to != 0 ? MSG_TO_WORKER :
				    MSG_FROM_WORKER;

	for (role = 0; ((t->to | t->from) >> role & 1) == 0 ||
	    !msg_allows((enum msg_id)_i, dir, (enum role)role); role++)
		continue;
	for (phase = 0; (t->phases >> phase & 1) == 0; phase++)
		continue;
	for (f = t->fields; f->key != NULL; f++) {
		b = full_body(t);
		json_object_object_del(b, f->key);
		text = text_of((unsigned)_i, b);
		ck_assert_int_eq(parse(text, dir, (enum role)role,
		    (enum msg_phase)phase), f->required ? MSG_BODY : MSG_OK);
		free(text);
		b = full_body(t);
		json_set(b, f->key, json_object_new_double(1.5));
		text = text_of((unsigned)_i, b);
		ck_assert_int_eq(parse(text, dir, (enum role)role,
		    (enum msg_phase)phase), MSG_BODY);
		free(text);
	}
}
END_TEST

/* Row 41: what is no message. */
START_TEST(hostile)
{
	static const char *const bad[] = {
		"", " ", "x", "1", "\"alive\"", "[]", "{", "{}x",
		"{\"type\":\"alive\",\"id\":1,\"body\":{\"progress\":1}} x",
		"{\"type\":\"alive\",\"id\":1,\"body\":{\"x\":\"a\\u0000b\","
		    "\"progress\":1}}",
		"{\"type\":\"alive\",\"id\":1,\"body\":{\"progress\":1,"
		    "\"x\":\"\xff\"}}",
	};
	char	deep[20200] = "";
	size_t	i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(from_extract(bad[i]), MSG_NOT_JSON);
	memset(deep, '[', 10000);
	memset(deep + 10000, ']', 10000);
	ck_assert_int_eq(from_extract(deep), MSG_NOT_JSON);
}
END_TEST

/* A body with a member that is nested so deep, below two objects. */
static enum msg_status
nested(int arrays)
{
	struct buf		b = BUF_INIT;
	enum msg_status		st;
	int			i;

	buf_addstr(&b, "{\"type\":\"alive\",\"id\":1,\"body\":"
	    "{\"progress\":1,\"x\":");
	for (i = 0; i < arrays; i++)
		buf_addch(&b, '[');
	buf_addch(&b, '1');
	for (i = 0; i < arrays; i++)
		buf_addch(&b, ']');
	buf_addstr(&b, "}}");
	st = from_extract(b.data);
	buf_release(&b);
	return st;
}

/* Row 41: in the place where any member may stand. */
START_TEST(nesting_ends)
{
	ck_assert_int_eq(nested(JSON_DEPTH - 2), MSG_OK);
	ck_assert_int_eq(nested(JSON_DEPTH - 1), MSG_NOT_JSON);
	ck_assert_int_eq(nested(10000), MSG_NOT_JSON);
}
END_TEST

/* The progress that such a number is taken for, and its envelope's id. */
static int64_t
taken(const char *id, const char *number, int64_t *serial)
{
	const struct msg_place	at = { MSG_FROM_WORKER, ROLE_EXTRACT,
				    PHASE_READY };
	struct msg		m;
	char			text[256];
	int64_t			n;

	snprintf(text, sizeof(text), "{\"type\":\"alive\",\"id\":%s,"
	    "\"body\":{\"progress\":%s}}", id, number);
	ck_assert_int_eq(msg_parse(&m, text, strlen(text), &at), MSG_OK);
	n = json_int(m.body, "progress", 0);
	*serial = m.serial;
	msg_release(&m);
	return n;
}

/*
 * Row 41: of a key that comes twice the last counts, for all who look; an
 * integer beyond 64 bits is the last one within; what is no integer is
 * mistyped.
 */
START_TEST(duplicates_and_huge_numbers)
{
	static const char *const	odd[] = { "1e400", "1.5", "1e3", "-",
	    "0x10", "NaN", "-Infinity", "01" };
	char				text[256];
	int64_t				serial;
	size_t				i;

	ck_assert_int_eq(taken("5,\"id\":6", "1,\"progress\":7", &serial), 7);
	ck_assert_int_eq(serial, 6);
	ck_assert_int_eq(taken("99999999999999999999",
	    "99999999999999999999", &serial), INT64_MAX);
	ck_assert_int_eq(serial, INT64_MAX);
	ck_assert_int_eq(taken("9223372036854775807",
	    "-99999999999999999999", &serial), INT64_MIN);
	ck_assert_int_eq(serial, INT64_MAX);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(text, sizeof(text), "{\"type\":\"alive\",\"id\":1,"
		    "\"body\":{\"progress\":%s}}", odd[i]);
		ck_assert_msg(from_extract(text) != MSG_OK, "%s", odd[i]);
		snprintf(text, sizeof(text), "{\"type\":\"alive\",\"id\":%s,"
		    "\"body\":{\"progress\":1}}", odd[i]);
		ck_assert_msg(from_extract(text) != MSG_OK, "%s", odd[i]);
	}
}
END_TEST

START_TEST(envelope)
{
	static const char *const bad[] = {
		"{}", "{\"type\":\"alive\"}", "{\"type\":\"alive\",\"id\":-1,"
		    "\"body\":{\"progress\":1}}",
		"{\"type\":\"alive\",\"id\":\"1\",\"body\":{\"progress\":1}}",
		"{\"type\":\"alive\",\"id\":1,\"body\":[]}",
		"{\"type\":\"alive\",\"id\":1,\"thread_id\":\"../x\","
		    "\"body\":{\"progress\":1}}",
		"{\"type\":\"alive\",\"id\":1,\"thread_id\":5,"
		    "\"body\":{\"progress\":1}}",
	};
	size_t	i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(from_extract(bad[i]), MSG_ENVELOPE);
	ck_assert_int_eq(from_extract("{\"type\":\"exec\",\"id\":1,"
	    "\"body\":{}}"), MSG_UNKNOWN);
	/* Unknown keys of the body are ignored. */
	ck_assert_int_eq(from_extract("{\"type\":\"alive\",\"id\":1,"
	    "\"body\":{\"progress\":1,\"more\":[{}]}}"), MSG_OK);
}
END_TEST

/* One id alone stands for both. */
START_TEST(ids)
{
	struct frame_writer	 w;
	struct msg_head		 head = { .id = MSG_EXTRACT, .serial = 3,
				    .thread_id = ID };
	struct msg		 m;
	json_object		*b = full_body(&msg_table[MSG_EXTRACT]);
	const struct msg_place	 at = { MSG_TO_WORKER, ROLE_EXTRACT,
				    PHASE_READY };

	frame_writer_init(&w);
	ck_assert_int_eq(msg_send(&w, &head, b), FRAME_OK);
	ck_assert_int_eq(msg_parse(&m, w.out.data + FRAME_HEADER,
	    w.out.len - FRAME_HEADER, &at), MSG_OK);
	ck_assert_int_eq(m.serial, 3);
	ck_assert_str_eq(m.thread_id, ID);
	ck_assert_str_eq(m.session_id, ID);
	msg_release(&m);
	frame_writer_release(&w);
}
END_TEST

/* A type that goes both ways goes between these roles only. */
START_TEST(both_ways)
{
	unsigned	i;

	for (i = 0; i < MSG__MAX; i++) {
		if (msg_table[i].to == 0 || msg_table[i].from == 0)
			continue;
		ck_assert_uint_eq(msg_table[i].to & msg_table[i].from, 0);
	}
	ck_assert_int_eq(msg_allows(MSG_MODEL_REQUEST, MSG_FROM_WORKER,
	    ROLE_CONSOLIDATE), 1);
	ck_assert_int_eq(msg_allows(MSG_MODEL_REQUEST, MSG_TO_WORKER,
	    ROLE_GATEWAY), 1);
	ck_assert_int_eq(msg_allows(MSG_MODEL_REQUEST, MSG_FROM_WORKER,
	    ROLE_GATEWAY), 0);
	ck_assert_int_eq(msg_allows(MSG_MODEL_REQUEST, MSG_TO_WORKER,
	    ROLE_CONSOLIDATE), 0);
	ck_assert_int_eq(msg_allows(MSG_MODEL_REQUEST, MSG_FROM_WORKER,
	    ROLE_WORKSPACE), 0);
}
END_TEST

static enum msg_status
response(const char *outcome, const char *payload)
{
	char	text[256];

	snprintf(text, sizeof(text), "{\"type\":\"model_response\",\"id\":3,"
	    "\"body\":{\"outcome\":\"%s\"}%s}", outcome, payload);
	return parse(text, MSG_FROM_WORKER, ROLE_GATEWAY, PHASE_READY);
}

/* A payload is where its row wants one, and nowhere else. */
START_TEST(payload_rule)
{
	static const char	yes[] = ",\"payload\":true";

	ck_assert_int_eq(response("ok", yes), MSG_OK);
	ck_assert_int_eq(response("ok", ""), MSG_BAD_PAYLOAD);
	ck_assert_int_eq(response("ok", ",\"payload\":1"), MSG_BAD_PAYLOAD);
	ck_assert_int_eq(response("error", ""), MSG_OK);
	ck_assert_int_eq(response("error", ",\"payload\":false"), MSG_OK);
	ck_assert_int_eq(response("error", yes), MSG_BAD_PAYLOAD);
	ck_assert_int_eq(from_extract("{\"type\":\"alive\",\"id\":1,"
	    "\"payload\":true,\"body\":{\"progress\":1}}"),
	    MSG_BAD_PAYLOAD);
	ck_assert_int_eq(from_extract("{\"type\":\"model_request\",\"id\":1,"
	    "\"body\":{\"purpose\":\"stage_one\"}}"), MSG_BAD_PAYLOAD);
}
END_TEST

static enum frame_status
send_request(struct frame_writer *w, size_t len)
{
	struct buf	 payload = BUF_INIT;
	struct msg_head	 head = { .id = MSG_MODEL_RESPONSE, .serial = 9,
			    .payload = &payload };
	json_object	*body = json_object_new_object();
	enum frame_status st;

	json_set_str(body, "outcome", "ok");
	buf_grow(&payload, len + 1);
	memset(payload.data, 'x', len);
	payload.len = len;
	st = msg_send(w, &head, body);
	buf_release(&payload);
	return st;
}

/* Envelope and payload: both are queued, or neither. */
START_TEST(payload_sent)
{
	struct frame_writer	 w;
	struct frame_reader	 r;
	struct msg		 m;
	const char		*text;
	size_t			 len;
	const struct msg_place	 at = { MSG_FROM_WORKER, ROLE_GATEWAY,
				    PHASE_READY };

	frame_writer_init(&w);
	ck_assert_int_eq(send_request(&w, 0), FRAME_EMPTY);
	ck_assert_int_eq(send_request(&w, MSG_RESPONSE_MAX + 1), FRAME_TOOBIG);
	ck_assert_uint_eq(frame_writer_pending(&w), 0);
	ck_assert_int_eq(send_request(&w, MSG_RESPONSE_MAX), FRAME_OK);
	frame_reader_init(&r);
	frame_reader_feed(&r, w.out.data, w.out.len);
	ck_assert_int_eq(frame_reader_next(&r, &text, &len), FRAME_OK);
	ck_assert_int_eq(msg_parse(&m, text, len, &at), MSG_OK);
	ck_assert_int_eq(m.has_payload, 1);
	ck_assert_uint_eq(m.payload.len, 0);
	ck_assert_int_eq(frame_reader_next(&r, &text, &len), FRAME_OK);
	msg_set_payload(&m, text, len);
	ck_assert_uint_eq(m.payload.len, MSG_RESPONSE_MAX);
	ck_assert_int_eq(m.payload.data[MSG_RESPONSE_MAX - 1], 'x');
	ck_assert_int_eq(frame_reader_next(&r, &text, &len), FRAME_MORE);
	msg_release(&m);
	frame_reader_release(&r);
	frame_writer_release(&w);
}
END_TEST

START_TEST(names)
{
	unsigned	i, j;

	for (i = 0; i < MSG__MAX; i++) {
		ck_assert_int_eq(msg_by_name(msg_table[i].name), (int)i);
		for (j = 0; j < i; j++)
			ck_assert_str_ne(msg_table[i].name, msg_table[j].name);
		ck_assert_uint_ne(msg_table[i].to | msg_table[i].from, 0);
		ck_assert_int_eq(msg_table[i].payload == PAYLOAD_NEVER,
		    msg_table[i].payload_max == 0);
		ck_assert_uint_le(msg_table[i].payload_max, FRAME_MAX);
		ck_assert_uint_ne(msg_table[i].phases, 0);
	}
	ck_assert_int_eq(msg_by_name("nonsense"), MSG__MAX);
}
END_TEST

static Suite *
msg_suite(void)
{
	Suite	*s = suite_create("msg");
	TCase	*t = tcase_create("msg");

	tcase_add_loop_test(t, every_cell, 0, MSG__MAX);
	tcase_add_loop_test(t, every_key, 0, MSG__MAX);
	tcase_add_test(t, hostile);
	tcase_add_test(t, nesting_ends);
	tcase_add_test(t, duplicates_and_huge_numbers);
	tcase_add_test(t, envelope);
	tcase_add_test(t, ids);
	tcase_add_test(t, both_ways);
	tcase_add_test(t, payload_rule);
	tcase_add_test(t, payload_sent);
	tcase_add_test(t, names);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(msg_suite)
