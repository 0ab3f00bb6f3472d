/* links: supervisor/guard.c */
/*
 * Background work ate most of an account's window before its owner sat down
 * to work.  The guard asks before each pass; what it cannot learn it does
 * not hold against anybody.
 */
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "supervisor/guard.h"
#include "supervisor/retry.h"

static struct guard_verdict
check(const char *state, int64_t remaining)
{
	struct guard_verdict	 v;
	json_object		*o = json_parse(state, strlen(state), 16, NULL);

	guard_check(o, remaining, &v);
	json_object_put(o);
	return v;
}

#define W(id, used, at) "{\"limit_id\":\"" id "\",\"used_percent\":" used	\
	",\"window_minutes\":300,\"resets_at\":" at "}"

START_TEST(threshold)
{
	static const char	s[] = "{\"windows\":[" W("codex", "89.9", "70")
				    "]}";

	ck_assert(check(s, 10).allowed);
	ck_assert(!check(s, 11).allowed);
	ck_assert_int_eq(check(s, 11).resets_at, 70);
	ck_assert(check("{\"windows\":[" W("codex", "75", "70") "]}",
	    25).allowed);
	ck_assert(!check("{\"windows\":[" W("codex", "75.1", "70") "]}",
	    25).allowed);
	ck_assert(check(s, 0).allowed);
	ck_assert(check(s, -7).allowed);
	ck_assert(!check(s, 4711).allowed);
}
END_TEST

START_TEST(each_window_counts)
{
	ck_assert(!check("{\"windows\":[" W("codex", "10", "70") ","
	    W("codex", "80", "90") "]}", 25).allowed);
	ck_assert(!check("{\"windows\":[" W("codex", "80", "70") ","
	    W("codex", "10", "90") "]}", 25).allowed);
	ck_assert_int_eq(check("{\"windows\":[" W("codex", "80", "70") ","
	    W("codex", "90", "90") "]}", 25).resets_at, 90);
}
END_TEST

START_TEST(the_limit_named_codex)
{
	ck_assert(check("{\"windows\":[" W("other", "99", "70") ","
	    W("codex", "10", "90") "]}", 25).allowed);
	ck_assert(!check("{\"windows\":[" W("other", "99", "70") ","
	    W("third", "10", "90") "]}", 25).allowed);
	ck_assert(check("{\"windows\":[" W("other", "10", "70") ","
	    W("third", "99", "90") "]}", 25).allowed);
}
END_TEST

/*
 * A window that begins anew in ten seconds, or never: a provider's number
 * overflowed when it was made milliseconds.
 */
START_TEST(a_hold_is_bounded)
{
	static const int64_t	far[] = { 1000 + 3601, 1000, 0, INT64_MAX,
	    INT64_MIN };
	struct guard_verdict	v = { 0, 1010, 0 };
	size_t			i;

	ck_assert_int_eq(guard_hold_ms(&v, 1000), 10000);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		v.resets_at = far[i];
		ck_assert_int_eq(guard_hold_ms(&v, 1000), RETRY_MAX_MS);
	}
}
END_TEST

START_TEST(reached)
{
	ck_assert(!check("{\"windows\":[" W("codex", "1", "70") "],"
	    "\"reached\":\"primary\"}", 0).allowed);
	ck_assert(!check("{\"windows\":[],\"reached\":\"x\"}", 0).allowed);
	ck_assert(check("{\"windows\":[],\"reached\":null}", 99).allowed);
}
END_TEST

START_TEST(fails_open)
{
	static const char *const	odd[] = { "{}", "[]", "1",
	    "{\"windows\":7}", "{\"windows\":[1,null,{},[]]}",
	    "{\"windows\":[{\"limit_id\":5,\"used_percent\":\"100\"}]}",
	    "{\"windows\":[{\"limit_id\":\"codex\"}]}" };
	size_t				i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		ck_assert_msg(check(odd[i], 100).allowed, "%s", odd[i]);
}
END_TEST

static Suite *
guard_suite(void)
{
	Suite	*s = suite_create("guard");
	TCase	*t = tcase_create("guard");

	tcase_add_test(t, threshold);
	tcase_add_test(t, each_window_counts);
	tcase_add_test(t, the_limit_named_codex);
	tcase_add_test(t, a_hold_is_bounded);
	tcase_add_test(t, reached);
	tcase_add_test(t, fails_open);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(guard_suite)
