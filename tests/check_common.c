/* links: */
/*
 * The small helpers under everything: a title or a log line must never carry
 * an escape sequence of a transcript to a terminal, and a time read wrongly
 * makes a rollout eligible that is not.
 */
#include <string.h>
#include <time.h>

#include "check_main.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "common/nearest.h"
#include "common/role.h"
#include "common/uuid.h"

START_TEST(printable)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "plain", "plain" },
		{ "a\nb\033[31m", "a\\x0ab\\x1b[31m" },
		{ "\x7f", "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xc2\x9b", "\\u{009b}" },		/* C1 */
		{ "a\xe2\x80\xae" "b", "a\\u{202e}b" },	/* bidi override */
		{ "\xe2\x80\x8b", "\\u{200b}" },	/* zero width */
		{ "\xff\xc0\xaf", "\\xff\\xc0\\xaf" },	/* no UTF-8 */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	/* surrogate */
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};
	char	out[64];
	size_t	i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = log_printable(out, sizeof(out), cases[i].in,
		    strlen(cases[i].in));
		ck_assert_str_eq(out, cases[i].out);
		ck_assert_uint_eq(n, strlen(out));
	}
	/* Cut between characters, terminated, whatever the room. */
	for (i = 1; i < 8; i++) {
		n = log_printable(out, i, "\xc3\xbc\xc3\xbc\xc3\xbc", 6);
		ck_assert_uint_eq(n, (i - 1) / 2 * 2);
		ck_assert_uint_eq(strlen(out), n);
	}
}
END_TEST

START_TEST(times)
{
	static const struct { const char *s; int64_t ms; } good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-07-01T11:08:01+00:00", 1782904081000 },
		{ "2026-11-22T18:56:59.490Z", 1795373819490 },
		{ "2026-11-22T20:56:59.49+02:00", 1795373819490 },
		{ "2026-11-22T18-56-59", 1795373819000 },
		{ "2024-02-29T00:00:00Z", 1709164800000 },
	};
	static const char *const bad[] = {
		"", "x", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T",
		"2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+2",
	};
	char	out[RFC3339_SIZE];
	int64_t	ms;
	size_t	i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_int_eq(rfc3339_parse(good[i].s, &ms), 0);
		ck_assert_int_eq(ms, good[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(rfc3339_parse(bad[i], &ms), -1);
	rfc3339_format(out, 1782904081000);
	ck_assert_str_eq(out, "2026-07-01T11:08:01+00:00");
	/* Found by fuzz_ids: years before 1000 had less than four digits. */
	ck_assert_int_eq(rfc3339_parse("0026-11-22T18:56:59Z", &ms), 0);
	rfc3339_format(out, ms);
	ck_assert_str_eq(out, "0026-11-22T18:56:59+00:00");
}
END_TEST

/* Found by fuzz_answer: what others call a time need not be one. */
START_TEST(any_seconds_are_written)
{
	static const int64_t	s[] = { INT64_MIN, INT64_MIN / 1000, -1, 0, 1,
	    INT64_MAX / 1000, INT64_MAX };
	char			out[RFC3339_SIZE];
	size_t			i;

	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		rfc3339_format_s(out, s[i]);
		ck_assert_ptr_nonnull(strstr(out, "+00:00"));
	}
	ck_assert_str_eq(out, "1970-01-01T00:00:00+00:00");
	rfc3339_format_s(out, 1782904081);
	ck_assert_str_eq(out, "2026-07-01T11:08:01+00:00");
}
END_TEST

START_TEST(wall_offset_moves_now)
{
	int64_t	real = (int64_t)time(NULL);

	wall_set_offset(86400000);
	ck_assert_int_ge(wall_s(), real + 86400);
	ck_assert_int_le(wall_s(), real + 86410);
	wall_set_offset(0);
}
END_TEST

START_TEST(timeouts)
{
	ck_assert_int_eq(mono_timeout(-1, 5), -1);
	ck_assert_int_eq(mono_timeout(5, 5), 0);
	ck_assert_int_eq(mono_timeout(4, 5), 0);
	ck_assert_int_eq(mono_timeout(6, 5), 1);
	ck_assert_int_eq(mono_timeout(INT64_MAX, 5), 2147483647);
}
END_TEST

START_TEST(uuids)
{
	char	a[UUID_SIZE], b[UUID_SIZE];
	int64_t	before = wall_ms();

	uuid_v7(a);
	uuid_v7(b);
	ck_assert(uuid_valid(a) && uuid_valid(b));
	ck_assert_str_ne(a, b);
	ck_assert_int_eq(a[14], '7');
	ck_assert_int_ge(uuid_time_ms(a), before);
	ck_assert_int_le(uuid_time_ms(a), wall_ms());
	uuid_v4(a);
	ck_assert_int_eq(a[14], '4');
	ck_assert_int_eq(uuid_time_ms(a), -1);
	ck_assert_int_eq(uuid_time_ms("0194f5a6-89ab-7cde-8123-456789abcdef"),
	    1739288119723);
	ck_assert_int_eq(uuid_time_ms("c232ab00-9414-11ec-b3c8-9f6bdeced846"),
	    1645557742000);	/* RFC 9562 appendix A.1 */
	ck_assert_uint_eq(uuid_low32("0194f5a6-89ab-7cde-8123-456789abcdef"),
	    0x89abcdef);
	ck_assert(!uuid_valid("0194f5a6-89ab-7cde-8123-456789abcdeg"));
	ck_assert(!uuid_valid("0194f5a689ab7cde8123456789abcdef"));
	ck_assert(!uuid_valid(""));
}
END_TEST

START_TEST(buffers)
{
	struct buf	 b = BUF_INIT;
	char		*s;
	int		 i;

	ck_assert_str_eq(buf_str(&b), "");
	for (i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	ck_assert_uint_eq(b.len, strlen(b.data));
	buf_consume(&b, 4);
	ck_assert_int_eq(strncmp(b.data, "2,3,", 4), 0);
	buf_trim(&b);
	ck_assert_uint_eq(b.cap, b.len + 1);
	buf_truncate(&b, 3);
	ck_assert_str_eq(b.data, "2,3");
	s = buf_detach(&b);
	ck_assert_str_eq(s, "2,3");
	free(s);
	ck_assert_ptr_null(b.data);
	buf_release(&b);
}
END_TEST

START_TEST(json)
{
	static const char *const bad[] = {
		"", "{", "{\"a\":1}x", "{\"a\":tru}", "[1,]",
		"\"\xff\"",
	};
	static const char text[] =
	    "{\"s\":\"a/b\",\"n\":\"x\\u0000y\",\"i\":3} \n";
	json_object	*o;
	const char	*why;
	struct buf	 b = BUF_INIT;
	size_t		 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_ptr_null(json_parse(bad[i], strlen(bad[i]), 8, &why));
	ck_assert_ptr_null(json_parse("{\"a\":1}\0{", 9, 8, &why));
	ck_assert_ptr_null(json_parse("[[[1]]]", 7, 2, &why));
	o = json_parse("[[1]]", 5, 2, &why);
	ck_assert_ptr_nonnull(o);
	json_object_put(o);
	o = json_parse(text, strlen(text), 8, &why);
	ck_assert_ptr_nonnull(o);
	ck_assert_str_eq(json_str(o, "s"), "a/b");
	ck_assert_ptr_null(json_str(o, "n"));
	ck_assert_ptr_null(json_str(o, "i"));
	ck_assert_int_eq(json_int(o, "i", 0), 3);
	ck_assert_int_eq(json_int(o, "s", 9), 9);
	ck_assert(json_has_nul(o));
	json_object_object_del(o, "n");
	ck_assert(!json_has_nul(o));
	json_write(&b, o);
	ck_assert_str_eq(b.data, "{\"s\":\"a/b\",\"i\":3}");
	buf_release(&b);
	json_object_put(o);
}
END_TEST

START_TEST(roles)
{
	unsigned	i;

	for (i = 0; i < ROLE__MAX; i++) {
		ck_assert_int_eq(role_by_name(role_name((enum role)i)), (int)i);
		ck_assert_uint_le(strlen(role_comm((enum role)i)), 15);
	}
	ck_assert_int_eq(role_by_name("root"), ROLE__MAX);
}
END_TEST

/* Folders that lay deep were all equally near: what is long is cut. */
START_TEST(deep_folders_differ)
{
#define DEEP "/home/a-user/projects/of-a-customer/with-a-long-name/in-a-folder/"
	static const char *const	folders[] = {
		DEEP "src", DEEP "below", DEEP, "/tmp"
	};
	const char			*best = "none";
	size_t				 i, distance = SIZE_MAX;

	for (i = 0; i < 4; i++)
		nearest_try(DEEP "belwo", folders[i], &best, &distance);
	ck_assert_str_eq(best, DEEP "below");
	ck_assert_uint_eq(distance, 2);
}
END_TEST

static Suite *
common_suite(void)
{
	Suite	*s = suite_create("common");
	TCase	*t = tcase_create("common");

	tcase_add_test(t, printable);
	tcase_add_test(t, times);
	tcase_add_test(t, any_seconds_are_written);
	tcase_add_test(t, wall_offset_moves_now);
	tcase_add_test(t, timeouts);
	tcase_add_test(t, uuids);
	tcase_add_test(t, buffers);
	tcase_add_test(t, json);
	tcase_add_test(t, roles);
	tcase_add_test(t, deep_folders_differ);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(common_suite)
