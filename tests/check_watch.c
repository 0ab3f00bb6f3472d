/* links: supervisor/request.c supervisor/liveness.c supervisor/ratelimit.c supervisor/errlog.c */
/*
 * What is watched of a worker at work: that each reply answers something,
 * that it lives and gets on, and that it does not fill the log.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/log.h"
#include "supervisor/errlog.h"
#include "supervisor/liveness.h"
#include "supervisor/request.h"

static struct requests	requests;

static enum reply
reply(enum msg_id id, int64_t serial, int last)
{
	struct msg	m = { .id = id, .serial = serial };
	enum reply	r;

	m.body = json_object_new_object();
	if (last != -1)
		json_set_bool(m.body, "last", last);
	r = requests_reply(&requests, &m);
	msg_release(&m);
	return r;
}

START_TEST(replies_pair_by_serial_and_type)
{
	int64_t	a, b;

	requests_init(&requests);
	a = requests_open(&requests, MSG_EXTRACT);
	b = requests_open(&requests, MSG_PREVIEW);
	ck_assert_int_ne(a, b);
	ck_assert_uint_eq(requests.count, 2);
	ck_assert_int_eq(reply(MSG_EXTRACTED, b, -1), REPLY_STRAY);
	ck_assert_int_eq(reply(MSG_PREVIEWED, b, -1), REPLY_LAST);
	ck_assert_int_eq(reply(MSG_PREVIEWED, b, -1), REPLY_STRAY);
	ck_assert_int_eq(reply(MSG_EXTRACTED, a + 100, -1), REPLY_STRAY);
	ck_assert_int_eq(reply(MSG_FAILED, a, -1), REPLY_LAST);
	ck_assert_uint_eq(requests.count, 0);
	requests_clear(&requests);
}
END_TEST

START_TEST(lists_end_with_last)
{
	int64_t	s;

	requests_init(&requests);
	s = requests_open(&requests, MSG_SCAN);
	ck_assert_int_eq(reply(MSG_SCANNED, s, 0), REPLY_PART);
	ck_assert_int_eq(reply(MSG_SCANNED, s, 0), REPLY_PART);
	ck_assert_int_eq(reply(MSG_SCANNED, s, 1), REPLY_LAST);
	ck_assert_int_eq(reply(MSG_SCANNED, s, 1), REPLY_STRAY);
}
END_TEST

START_TEST(an_agent_reports_asked_and_unasked)
{
	int64_t	s;

	requests_init(&requests);
	s = requests_open(&requests, MSG_SUBMIT);
	ck_assert_int_eq(reply(MSG_STATUS, 0, -1), REPLY_UNASKED);
	ck_assert_int_eq(reply(MSG_TOOL, s, -1), REPLY_PART);
	ck_assert_int_eq(reply(MSG_COMPLETED, 0, -1), REPLY_STRAY);
	ck_assert_int_eq(reply(MSG_COMPLETED, s, -1), REPLY_LAST);
}
END_TEST

START_TEST(credits_bound_what_is_open)
{
	int64_t	s;

	requests_init(&requests);
	s = requests_open(&requests, MSG_PREPARE);
	ck_assert_int_gt(s, 0);
	ck_assert_int_eq(requests_open(&requests, MSG_PREPARE), -1);
	/* Another type has its own. */
	ck_assert_int_gt(requests_open(&requests, MSG_PUBLISH), 0);
	requests_cancel(&requests, s);
	ck_assert_int_gt(requests_open(&requests, MSG_PREPARE), 0);
	requests_clear(&requests);
	ck_assert_uint_eq(requests.count, 0);
}
END_TEST

START_TEST(one_way_messages_are_never_open)
{
	int64_t	s;

	requests_init(&requests);
	s = requests_open(&requests, MSG_INPUT);
	ck_assert_int_gt(s, 0);
	ck_assert_uint_eq(requests.count, 0);
	ck_assert_int_eq(reply(MSG_FAILED, s, -1), REPLY_REFUSED);
	ck_assert_int_eq(reply(MSG_FAILED, s + 1, -1), REPLY_STRAY);
	ck_assert_int_eq(reply(MSG_PREPARED, s, -1), REPLY_STRAY);
}
END_TEST

/* A new request type must say what answers it. */
START_TEST(every_request_with_credits_is_answered)
{
	const struct msg_type	*t = &msg_table[_i];

	if (t->to != 0 && t->credits > 0)
		ck_assert_msg(request_is_answered((enum msg_id)_i), "%s",
		    t->name);
}
END_TEST

static const struct liveness_limits limits = { 60000, 600000 };

START_TEST(silence_is_probed_once_then_ended)
{
	struct liveness	l = { 0 };
	int64_t		next;

	liveness_begin(&l, 1000);
	ck_assert_int_eq(liveness_check(&l, &limits, 1000, &next), LIVE_WELL);
	ck_assert_int_eq(next, 31000);
	ck_assert_int_eq(liveness_check(&l, &limits, next, &next),
	    LIVE_PROBE);
	ck_assert_int_eq(liveness_check(&l, &limits, next, &next), LIVE_WELL);
	ck_assert_int_eq(next, 61000);
	ck_assert_int_eq(liveness_check(&l, &limits, 60999, &next),
	    LIVE_WELL);
	ck_assert_int_eq(liveness_check(&l, &limits, 61000, &next),
	    LIVE_SILENT);
}
END_TEST

START_TEST(any_message_ends_silence)
{
	struct liveness	l = { 0 };
	int64_t		next;

	liveness_begin(&l, 0);
	liveness_check(&l, &limits, 30000, &next);
	liveness_heard(&l, 59999);
	ck_assert_int_eq(liveness_check(&l, &limits, 61000, &next),
	    LIVE_WELL);
	ck_assert_int_eq(next, 89999);
}
END_TEST

/* Ticks without progress end too; the same number is no progress. */
START_TEST(ticks_are_not_progress)
{
	struct liveness	l = { 0 };
	int64_t		now, next;

	liveness_begin(&l, 0);
	liveness_alive(&l, 7, 0);
	for (now = 10000; now < 600000; now += 10000) {
		liveness_heard(&l, now);
		liveness_alive(&l, 7, now);
		ck_assert_int_eq(liveness_check(&l, &limits, now, &next),
		    LIVE_WELL);
	}
	ck_assert_int_eq(next, 600000);
	liveness_heard(&l, now);
	ck_assert_int_eq(liveness_check(&l, &limits, now, &next),
	    LIVE_STUCK);
	liveness_alive(&l, 8, now);
	ck_assert_int_eq(liveness_check(&l, &limits, now, &next), LIVE_WELL);
	/* It fell: an overflow or a lie, and no progress. */
	liveness_alive(&l, 3, now + 1);
	ck_assert_int_eq(l.grown, now);
}
END_TEST

START_TEST(a_burst_passes_the_rest_is_counted)
{
	struct ratelimit	r;
	unsigned		missed, i, passed = 0;

	ratelimit_init(&r, 3, 1000);
	for (i = 0; i < 10; i++)
		passed += (unsigned)ratelimit_pass(&r, 5000 + i, &missed);
	ck_assert_uint_eq(passed, 3);
	ck_assert_uint_eq(missed, 0);
	ck_assert_int_eq(ratelimit_pass(&r, 6000, &missed), 1);
	ck_assert_uint_eq(missed, 7);
	ck_assert_int_eq(ratelimit_pass(&r, 6001, &missed), 1);
	ck_assert_uint_eq(missed, 0);
}
END_TEST

static char	lines[8][2100];
static unsigned	nlines;

static void
keep(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(lines[nlines++ % 8], sizeof(lines[0]), "%s", line);
}

START_TEST(stderr_is_cut_into_lines)
{
	struct errlog	e;
	size_t		i;

	log_set_sink(keep, NULL);
	nlines = 0;
	errlog_init(&e);
	for (i = 0; i < 10; i++)
		errlog_feed(&e, "x[1]", &"one\n\nt\033wo\n"[i], 1);
	errlog_feed(&e, "x[1]", "rest", 4);
	ck_assert_uint_eq(nlines, 2);
	ck_assert_str_eq(lines[0], "x[1]: stderr: one");
	ck_assert_str_eq(lines[1], "x[1]: stderr: t\\x1bwo");
	errlog_finish(&e, "x[1]");
	ck_assert_str_eq(lines[2], "x[1]: stderr: rest");
	log_set_sink(NULL, NULL);
}
END_TEST

START_TEST(a_line_without_end_is_bounded)
{
	struct errlog	e;
	char		data[3 * ERRLOG_LINE];

	log_set_sink(keep, NULL);
	nlines = 0;
	errlog_init(&e);
	memset(data, 'a', sizeof(data));
	data[5] = '\0';
	errlog_feed(&e, "x[1]", data, sizeof(data));
	ck_assert_uint_eq(nlines, 2);
	ck_assert_uint_eq(strlen(lines[0]), ERRLOG_LINE +
	    strlen("x[1]: stderr: "));
	log_set_sink(NULL, NULL);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("watch");
	TCase	*tc = tcase_create("core");

	tcase_add_test(tc, replies_pair_by_serial_and_type);
	tcase_add_test(tc, lists_end_with_last);
	tcase_add_test(tc, an_agent_reports_asked_and_unasked);
	tcase_add_test(tc, credits_bound_what_is_open);
	tcase_add_test(tc, one_way_messages_are_never_open);
	tcase_add_loop_test(tc, every_request_with_credits_is_answered, 0,
	    MSG__MAX);
	tcase_add_test(tc, silence_is_probed_once_then_ended);
	tcase_add_test(tc, any_message_ends_silence);
	tcase_add_test(tc, ticks_are_not_progress);
	tcase_add_test(tc, a_burst_passes_the_rest_is_counted);
	tcase_add_test(tc, stderr_is_cut_into_lines);
	tcase_add_test(tc, a_line_without_end_is_bounded);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
