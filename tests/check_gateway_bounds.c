/* links: tests/gateway_scene.c tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */
/*
 * The running gateway and what has no end: headers, a reply, a silence.  It
 * takes no more than it has to, leaves and hangs up when it is told to, and
 * many streams at once are as good as one.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/monotime.h"
#include "tests/check_main.h"
#include "tests/gateway_scene.h"

/* 72 KB of headers: refused before the body, and the next request works. */
START_TEST(headers_without_end)
{
	char		 value[9001], rule[8 * 9100] = "text=a";
	const char	*rules[] = { rule, "stage_one", NULL };
	size_t		 len = strlen(rule);
	struct msg	 m;
	int		 i;

	memset(value, 'h', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (i = 0; i < 8; i++)
		len += (size_t)snprintf(rule + len, sizeof(rule) - len,
		    " header=\"x-%d: %s\"", i, value);
	begin("responses", rules);
	gateway_try(&gw, &m);
	ck_assert_str_eq(json_str(m.body, "error"), "protocol");
	ck_assert_str_eq(json_str(m.body, "message"),
	    "the headers are larger than 64 KiB");
	msg_release(&m);
	gateway_try_for(&gw, "ok");
	finish();
}
END_TEST

/* Comments show that a server lives; the deadline is for the whole. */
START_TEST(deadline_of_the_whole)
{
	static const char *const rules[] = {
		"fill=200000 events=1 drip=100",
		"fill=2000 delta=16 comments cut=8000 split=20 drip=25",
		"stage_one", NULL
	};
	json_object	*body;
	struct msg	 m;
	int64_t		 began;
	int		 i;

	begin("responses", rules);
	for (i = 0; i < 2; i++) {
		body = gateway_body();
		json_set_int(body, "idle_ms", 1500);
		json_set_int(body, "deadline_ms", 2500);
		began = mono_ms();
		gateway_ask(&gw, body, gateway_payload());
		gateway_next(&gw, &m);
		ck_assert_str_eq(json_str(m.body, "error"), "transport");
		ck_assert_int_ge(mono_ms() - began, 2400);
		ck_assert_int_lt(mono_ms() - began, 10000);
		msg_release(&m);
		/* It hangs up: nothing goes on being paid for. */
		ck_assert_str_eq(fake_ending(&fake, i + 1), "gone");
	}
	gateway_try_for(&gw, "ok");
	finish();
}
END_TEST

START_TEST(cancelled_in_mid_stream)
{
	static const char *const rules[] = {
		"text=" SAID " cut=600 end=silence", "status=0 end=silence",
		"stage_one", NULL
	};
	json_object	*body;
	struct msg	 m;
	int64_t		 serial;
	int		 i;

	begin(apis[_i], rules);
	for (i = 0; i < 2; i++) {
		body = gateway_body();
		json_set_int(body, "idle_ms", 20000);
		serial = gateway_ask(&gw, body, gateway_payload());
		json_object_put(fake_request(&fake, i + 1));
		body = json_object_new_object();
		json_set_int(body, "request", serial);
		gateway_send(&gw, MSG_CANCEL, body);
		gateway_next(&gw, &m);
		ck_assert_int_eq(m.serial, serial);
		ck_assert_str_eq(json_str(m.body, "error"), "cancelled");
		msg_release(&m);
		ck_assert_str_eq(fake_ending(&fake, i + 1), "gone");
	}
	/* Nobody knows that one any more: nothing happens. */
	body = json_object_new_object();
	json_set_int(body, "request", serial);
	gateway_send(&gw, MSG_CANCEL, body);
	gateway_try_for(&gw, "ok");
	finish();
}
END_TEST

/* What it may take; a sanitizer takes much more, for itself. */
#ifdef __SANITIZE_ADDRESS__
#define PEAK_KB(kb) LONG_MAX
#else
#define PEAK_KB(kb) (kb)
#endif

static long
peak_kb(pid_t pid)
{
	char	 path[64], line[256];
	long	 kb = -1;
	FILE	*f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	fclose(f);
	ck_assert_int_gt(kb, 0);
	return kb;
}

START_TEST(a_reply_of_200_megabytes)
{
	static const char *const rules[] = { "fill=200000000",
	    "big=50000000", "stage_one", NULL };
	struct msg	m;
	json_object	*body;
	int		i;

	begin(apis[_i], rules);
	for (i = 0; i < 2; i++) {
		body = gateway_body();
		json_set_int(body, "idle_ms", 20000);
		gateway_ask(&gw, body, gateway_payload());
		gateway_next(&gw, &m);
		ck_assert_str_eq(json_str(m.body, "error"), "protocol");
		ck_assert_int_lt(json_int(m.body, "received_bytes", 0),
		    20000000);
		msg_release(&m);
		ck_assert_str_eq(fake_ending(&fake, i + 1), "gone");
	}
	ck_assert_int_lt(peak_kb(gw.pid), PEAK_KB(40000));
	gateway_try_for(&gw, "ok");
	finish();
}
END_TEST

#define STREAMS 64

/* All are open before one is answered; then all are answered. */
START_TEST(sixty_four_streams_at_once)
{
	char		 rule[400], go[300];
	const char	*rules[] = { rule, NULL };
	int		 answered[STREAMS + 2] = { 0 }, i;
	char		*said;
	struct msg	 m;
	json_object	*body;
	FILE		*f;

	snprintf(go, sizeof(go), "%s/go-streams.%d",
	    getenv("B") == NULL ? "." : getenv("B"), (int)getpid());
	unlink(go);
	snprintf(rule, sizeof(rule), "times=0 hold=%s text=\"reply $N\" "
	    "fill=20000 events=1 drip=5", go);
	begin(apis[_i], rules);
	for (i = 0; i < STREAMS; i++) {
		body = gateway_body();
		json_set_int(body, "idle_ms", 20000);
		gateway_ask(&gw, body, gateway_payload());
	}
	json_object_put(fake_request(&fake, STREAMS));
	f = fopen(go, "we");
	ck_assert_ptr_nonnull(f);
	fclose(f);
	for (i = 0; i < STREAMS; i++) {
		gateway_next(&gw, &m);
		ck_assert_str_eq(json_str(m.body, "outcome"), "ok");
		said = reply_said(&m);
		ck_assert(strncmp(said, "reply ", 6) == 0);
		ck_assert_uint_gt(strlen(said), 20000);
		ck_assert(m.serial > 0 && m.serial < STREAMS + 2);
		ck_assert_int_eq(answered[m.serial]++, 0);
		free(said);
		msg_release(&m);
	}
	unlink(go);
	ck_assert_int_lt(peak_kb(gw.pid), PEAK_KB(24 * 1024));
	finish();
}
END_TEST

/* A shutdown does not wait for a silent provider. */
START_TEST(stops_in_mid_stream)
{
	static const char *const rules[] = { "text=" SAID " cut=600 end=silence",
	    NULL };
	json_object	*body = gateway_body();
	int64_t		 began;

	begin("responses", rules);
	json_set_int(body, "idle_ms", 20000);
	gateway_ask(&gw, body, gateway_payload());
	json_object_put(fake_request(&fake, 1));
	began = mono_ms();
	finish();
	ck_assert_int_lt(mono_ms() - began, 5000);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_bounds");
	TCase	*tc = tcase_create("gateway_bounds");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, headers_without_end);
	tcase_add_test(tc, deadline_of_the_whole);
	tcase_add_loop_test(tc, cancelled_in_mid_stream, 0, 3);
	tcase_add_loop_test(tc, a_reply_of_200_megabytes, 0, 3);
	tcase_add_loop_test(tc, sixty_four_streams_at_once, 0, 3);
	tcase_add_test(tc, stops_in_mid_stream);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
