/* links: */
/*
 * Text and patterns that are made to be slow.  They cost a bounded time, in
 * which the worker lives, and what was not looked at for want of it goes.
 */
#include <string.h>

#include "check_main.h"
#include "log_sink.h"
#include "redact_fixture.h"

/* A pattern that gives up has left text unread: none of it may pass. */
START_TEST(exhausted_pattern_fails_closed)
{
	static const char *const	evil[] = { "(?:a+)+(?:a+)+b$" };
	struct redact			*r;
	struct buf			 in = BUF_INIT, out = BUF_INIT;
	char				 why[256];
	int				 i;

	r = redact_new(evil, 1, why, sizeof(why));
	ck_assert_ptr_nonnull(r);
	for (i = 0; i < 5000; i++)
		buf_addch(&in, 'a');
	buf_addstr(&in, "bc");
	redact_text(r, in.data, in.len, &out);
	ck_assert_msg(strcmp(buf_str(&out), REDACT_MARK) == 0, "%.100s",
	    out.data);
	buf_release(&in);
	buf_release(&out);
	redact_free(r);
}
END_TEST

/* Text made to be slow: each kind ends, long before the test is ended. */
static const char *const slow[] = { "password=", "://a:",
	"-----BEGIN PRIVATE KEY-----\n", "password: \"\\\\\\\"", "token for ",
	"eyJ", "cookie: a=b; ", "curl -u ", "\\", "sk-a",
	"passphrase: \"abc abc ", "key is ", "authorization: " };

START_TEST(hostile_text_ends)
{
	struct buf	in = BUF_INIT, out = BUF_INIT;

	while (in.len < 300000)
		buf_addstr(&in, slow[_i]);
	redact_text(redact, in.data, in.len, &out);
	ck_assert_uint_gt(out.len, 0);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

static size_t	ticks;

static int
count_tick(void *stop)
{
	ticks++;
	return stop != NULL;
}

static void
fill(struct buf *b, const char *with, size_t len)
{
	buf_reset(b);
	while (b->len < len)
		buf_addstr(b, with);
}

/*
 * A line of 6 MB made of `password is' held the worker for twenty seconds
 * without a sign of life; three such would have had it killed.
 */
START_TEST(hostile_text_ticks)
{
	struct buf	in = BUF_INIT, out = BUF_INIT;

	ticks = 0;
	redact_set_tick(redact, count_tick, NULL);
	fill(&in, "password is ", 300000);
	redact_text(redact, in.data, in.len, &out);
	ck_assert_uint_ge(ticks, 300000 / 12 / 256);
	ck_assert_uint_eq(out.len, in.len);
	/* Who leaves does not wait for the rest. */
	ticks = 0;
	redact_set_tick(redact, count_tick, redact);
	buf_reset(&out);
	redact_text(redact, in.data, in.len, &out);
	ck_assert_uint_eq(ticks, 1);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* Past its bound a rollout costs no more, and shows nothing either. */
START_TEST(bound_fails_closed)
{
	static const char	secret[] = "see it: password=hun" "ter2";
	struct buf		in = BUF_INIT, out = BUF_INIT;
	struct log_kept		said = { "" };

	redact_bound(redact, "/r/a.jsonl");
	fill(&in, "oy2 ", 4400000);
	buf_addstr(&in, secret);
	log_set_sink(log_keep, &said);
	redact_text(redact, in.data, in.len, &out);
	ck_assert_str_eq(buf_str(&out), REDACT_MARK);
	log_set_sink(NULL, NULL);
	ck_assert_ptr_nonnull(strstr(said.text, "/r/a.jsonl: a text of "));
	ck_assert_ptr_nonnull(strstr(said.text, redact_gave_up(redact)));
	buf_reset(&out);
	redact_text(redact, secret, strlen(secret), &out);
	ck_assert_str_eq(buf_str(&out), "see it: " REDACT_MARK);
	ck_assert_uint_eq(redact_found(redact, buf_str(&out), out.len, &in),
	    0);
	buf_reset(&out);
	redact_text(redact, "the build is green", 18, &out);
	ck_assert_str_eq(buf_str(&out), "the build is green");
	/* The next rollout has its own. */
	redact_bound(redact, "a test");
	ck_assert_ptr_null(redact_gave_up(redact));
	buf_reset(&out);
	redact_text(redact, secret, strlen(secret), &out);
	ck_assert_str_eq(buf_str(&out), "see it: password=" REDACT_MARK);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* A pattern sees a text by windows: nothing lies between two of them. */
START_TEST(user_pattern_at_any_place)
{
	static const char *const	patterns[] = { "(?<=id:)ACME-[0-9]{6}",
					    "key:\\K[a-z]{8,3000}" };
	static const char		hit[] = "id:ACME-123456 key:abcdefgh "
					    "\xe8\xaa\x9e ";
	struct redact			*r;
	struct buf			 in = BUF_INIT, out = BUF_INIT;
	char				 why[256];
	size_t				 n = 0;

	r = redact_new(patterns, 2, why, sizeof(why));
	ck_assert_ptr_nonnull(r);
	for (; in.len < 200000; n++)
		buf_add(&in, hit, sizeof(hit) - 1);
	ck_assert_uint_eq(redact_text(r, in.data, in.len, &out), 2 * n);
	ck_assert_ptr_null(strstr(buf_str(&out), "ACME"));
	ck_assert_ptr_null(strstr(buf_str(&out), "abc"));
	/* One that begins near the end of a window is seen whole. */
	fill(&in, ".", 31000);
	buf_addstr(&in, "key:");
	for (n = 0; n < 2900; n++)
		buf_addch(&in, 'k');
	for (n = 0; n < 60000; n++)
		buf_addch(&in, '.');
	buf_reset(&out);
	ck_assert_uint_eq(redact_text(r, in.data, in.len, &out), 1);
	ck_assert_ptr_null(strchr(strstr(buf_str(&out), "key:") + 4, 'k'));
	buf_release(&in);
	buf_release(&out);
	redact_free(r);
}
END_TEST

/*
 * Steps within a set that repeats count against no limit of the library: one
 * match of a megabyte would have taken minutes.
 */
START_TEST(user_pattern_ticks)
{
	static const char *const	evil[] = { "(?=\\w+@b)\\w" };
	struct redact			*r;
	struct buf			 in = BUF_INIT, out = BUF_INIT;
	char				 why[256];

	r = redact_new(evil, 1, why, sizeof(why));
	ck_assert_ptr_nonnull(r);
	ticks = 0;
	redact_set_tick(r, count_tick, NULL);
	fill(&in, "a", 70000);
	buf_addstr(&in, " @");
	redact_text(r, in.data, in.len, &out);
	ck_assert_uint_ge(ticks, 2);
	buf_release(&in);
	buf_release(&out);
	redact_free(r);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("redact_cost");
	TCase	*tc = tcase_create("redact_cost");

	tcase_set_timeout(tc, 240);
	tcase_add_checked_fixture(tc, redact_setup, redact_teardown);
	tcase_add_test(tc, exhausted_pattern_fails_closed);
	tcase_add_loop_test(tc, hostile_text_ends, 0,
	    sizeof(slow) / sizeof(slow[0]));
	tcase_add_test(tc, hostile_text_ticks);
	tcase_add_test(tc, bound_fails_closed);
	tcase_add_test(tc, user_pattern_at_any_place);
	tcase_add_test(tc, user_pattern_ticks);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
