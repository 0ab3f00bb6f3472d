/* links: tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c tests/sandbox_names.c */

/*
 * A name server that did not answer held the whole gateway up: libcurl waited
 * for the thread of its resolver wherever a transfer ended early, ten seconds
 * for a cancel, an idle time-out, the order to leave, and all that time every
 * other stream stood still.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/monotime.h"
#include "gateway_peer.h"
#include "sandbox_names.h"

/* The resolver itself gives up after ten. */
#define AT_ONCE_MS	5000

static struct gateway	gw;

/* Ask for what will hang at its name; then do `end'; the class must be this. */
static void
hang(int64_t idle_ms, void (*end)(int64_t serial), const char *class)
{
	json_object	*body = gateway_body();
	int64_t		 serial, start;
	struct msg	 m;

	json_set_int(body, "idle_ms", idle_ms);
	json_set_int(body, "deadline_ms", 60000);
	start = mono_ms();
	serial = gateway_ask(&gw, body, gateway_payload());
	if (end != NULL)
		end(serial);
	gateway_next(&gw, &m);
	ck_assert_int_eq(m.id, MSG_MODEL_RESPONSE);
	ck_assert_str_eq(json_str(m.body, "error"), class);
	ck_assert_int_lt(mono_ms() - start, AT_ONCE_MS);
	msg_release(&m);
}

static void
cancel(int64_t serial)
{
	json_object	*body = json_object_new_object();

	json_set_int(body, "request", serial);
	gateway_send(&gw, MSG_CANCEL, body);
}

/* Requests are taken in their order: an answer to a later one says so. */
static void
leave(int64_t serial)
{
	struct msg	m;

	(void)serial;
	gateway_send(&gw, MSG_QUOTA, NULL);
	gateway_next(&gw, &m);
	ck_assert_int_eq(m.id, MSG_QUOTA_STATE);
	msg_release(&m);
	gateway_send(&gw, MSG_SHUTDOWN, NULL);
}

START_TEST(a_silent_name_server_holds_nothing_up)
{
	const struct gateway_setup	s = { .api = "responses",
	    .base_url = "https://model.example.test/v1" };
	struct msg			m;

	if (names_enter_silence() == -1) {
		printf("skip: a silent name server: %s\n", strerror(errno));
		return;
	}
	gateway_start(&gw, &s);
	hang(30000, cancel, "cancelled");
	hang(500, NULL, "transport");
	hang(30000, leave, "cancelled");
	gateway_next(&gw, &m);
	ck_assert_int_eq(m.id, MSG_BYE);
	msg_release(&m);
	gateway_release(&gw);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_names");
	TCase	*tc = tcase_create("names");

	tcase_set_timeout(tc, 90);
	tcase_add_test(tc, a_silent_name_server_holds_nothing_up);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
