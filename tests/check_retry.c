/* links: supervisor/retry.c */
/*
 * A client that asked again at once, and one that asked every thread's
 * provider at the same moment, have both taken a service down and a day's
 * budget with it.  When and whether a model is asked again is one function
 * of the failure, and here it is held to what the manual says.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "supervisor/retry.h"

static struct retry_plan
plan(enum model_error e, int64_t attempt, int64_t server_ms, uint32_t random)
{
	struct retry_case	c = { e, attempt, 0, server_ms, random };
	struct retry_plan	p;

	retry_plan(&c, &p);
	return p;
}

/* The delay doubles, and is spread over its upper half. */
START_TEST(grows_and_is_spread)
{
	int64_t	n, full;

	for (n = 0, full = 1000; n < 4; n++, full *= 2) {
		ck_assert_int_eq(plan(MODEL_TRANSPORT, n, -1, 0).asker_ms,
		    full / 2);
		ck_assert_int_eq(plan(MODEL_TRANSPORT, n, -1,
		    UINT32_MAX).asker_ms, full);
		ck_assert_int_eq(plan(MODEL_TRANSPORT, n, -1, 7).hold_ms, 0);
	}
}
END_TEST

/* After some attempts the work goes back and the provider rests. */
START_TEST(gives_up_and_holds)
{
	struct retry_case	c = { MODEL_TRANSPORT, 4, 0, -1, UINT32_MAX };
	struct retry_plan	p;

	retry_plan(&c, &p);
	ck_assert_int_eq(p.asker_ms, RETRY_NEVER);
	ck_assert_int_eq(p.hold_ms, 60000);
	c.rounds = 3;
	retry_plan(&c, &p);
	ck_assert_int_eq(p.hold_ms, 480000);
	c.rounds = 1000000;
	retry_plan(&c, &p);
	ck_assert_int_eq(p.hold_ms, RETRY_MAX_MS);
	c.attempt = INT64_MAX - 1;
	retry_plan(&c, &p);
	ck_assert_int_eq(p.asker_ms, RETRY_NEVER);
}
END_TEST

/* What the server says is obeyed to the millisecond, up to an hour. */
START_TEST(server_is_obeyed)
{
	struct retry_plan	p = plan(MODEL_RATE_LIMIT, 0, 7000, 123);

	ck_assert_int_eq(p.asker_ms, 7000);
	ck_assert_int_eq(p.hold_ms, 7000);
	p = plan(MODEL_RATE_LIMIT, 0, 0, 123);
	ck_assert_int_eq(p.asker_ms, 0);
	p = plan(MODEL_RATE_LIMIT, 0, RETRY_ASKER_MAX_MS + 1, 123);
	ck_assert_int_eq(p.asker_ms, RETRY_NEVER);
	ck_assert_int_eq(p.hold_ms, RETRY_ASKER_MAX_MS + 1);
	p = plan(MODEL_RATE_LIMIT, 0, INT64_MAX, 123);
	ck_assert_int_eq(p.hold_ms, RETRY_MAX_MS);
	p = plan(MODEL_RATE_LIMIT, 9, INT64_MAX, 123);
	ck_assert_int_eq(p.hold_ms, RETRY_MAX_MS);
	p = plan(MODEL_OVERLOADED, 0, 9000, 123);
	ck_assert_int_eq(p.asker_ms, 9000);
	ck_assert_int_eq(p.hold_ms, 0);
}
END_TEST

/* A 429 concerns every asker of the provider. */
START_TEST(rate_limit_holds_all)
{
	struct retry_plan	p = plan(MODEL_RATE_LIMIT, 0, -1, UINT32_MAX);

	ck_assert_int_eq(p.asker_ms, 5000);
	ck_assert_int_eq(p.hold_ms, 5000);
}
END_TEST

/* What would fail again is not asked again; nobody else waits for it. */
START_TEST(request_at_fault)
{
	static const enum model_error	at_fault[] = { MODEL_INVALID_REQUEST,
	    MODEL_REFUSAL, MODEL_CANCELLED, MODEL_OVER_BUDGET };
	struct retry_plan		p;
	size_t				i;

	for (i = 0; i < sizeof(at_fault) / sizeof(at_fault[0]); i++) {
		p = plan(at_fault[i], 0, -1, 99);
		ck_assert_int_eq(p.asker_ms, RETRY_NEVER);
		ck_assert_int_eq(p.hold_ms, 0);
	}
	ck_assert_int_eq(retry_is_providers(MODEL_INVALID_REQUEST), 0);
	ck_assert_int_eq(retry_is_providers(MODEL_REFUSAL), 0);
	ck_assert_int_eq(retry_is_providers(MODEL_PROTOCOL), 0);
	ck_assert_int_eq(retry_is_providers(MODEL_CONTEXT_WINDOW), 0);
	ck_assert_int_eq(retry_is_providers(MODEL_TRANSPORT), 1);
	ck_assert_int_eq(retry_is_providers(MODEL_AUTH), 1);
	ck_assert_int_eq(retry_is_providers(MODEL_OVER_BUDGET), 1);
}
END_TEST

/* Too long an input: at once, halved by the asker, four times at most. */
START_TEST(context_window)
{
	int64_t	n;

	for (n = 0; n < 4; n++)
		ck_assert_int_eq(plan(MODEL_CONTEXT_WINDOW, n, -1,
		    UINT32_MAX).asker_ms, 0);
	ck_assert_int_eq(plan(MODEL_CONTEXT_WINDOW, 4, -1, 5).asker_ms,
	    RETRY_NEVER);
	ck_assert_int_eq(plan(MODEL_CONTEXT_WINDOW, 4, -1, 5).hold_ms, 0);
}
END_TEST

/* A key that is refused is not tried in a loop. */
START_TEST(auth_and_quota_rest)
{
	ck_assert_int_eq(plan(MODEL_AUTH, 0, -1, 1).asker_ms, RETRY_NEVER);
	ck_assert_int_ge(plan(MODEL_AUTH, 0, -1, 0).hold_ms, 60000);
	ck_assert_int_eq(plan(MODEL_QUOTA, 0, -1, 1).asker_ms, RETRY_NEVER);
	ck_assert_int_ge(plan(MODEL_QUOTA, 0, -1, 0).hold_ms, 600000);
}
END_TEST

/* Whatever comes: within bounds, and never a spin of claim and failure. */
START_TEST(bounds)
{
	static const int64_t	server[] = { -1, 0, 1, 59999, 60001,
	    3600000, INT64_MAX };
	enum model_error	e = (enum model_error)_i;
	struct retry_plan	p;
	int64_t			a;
	size_t			s;

	for (a = 0; a < 12; a++)
		for (s = 0; s < sizeof(server) / sizeof(server[0]); s++) {
			p = plan(e, a, server[s], 0x80000000);
			ck_assert_int_ge(p.asker_ms, RETRY_NEVER);
			ck_assert_int_le(p.asker_ms, RETRY_ASKER_MAX_MS);
			ck_assert_int_ge(p.hold_ms, 0);
			ck_assert_int_le(p.hold_ms, RETRY_MAX_MS);
		}
}
END_TEST

/* mnemod(8) says as often as it is. */
START_TEST(manual)
{
	static char		 page[256 * 1024];
	char			 row[64];
	FILE			*fp = fopen("man/mnemod.8", "re");
	enum model_error	 e = (enum model_error)_i;
	int64_t			 n = 0;
	size_t			 len;

	ck_assert_ptr_nonnull(fp);
	len = fread(page, 1, sizeof(page) - 1, fp);
	page[len] = '\0';
	fclose(fp);
	while (plan(e, n, -1, 1).asker_ms != RETRY_NEVER)
		n++;
	/* Nobody asks for what nobody waits for. */
	if (e == MODEL_CANCELLED)
		return;
	snprintf(row, sizeof(row), "\n.It %s Ta %lld Ta ",
	    model_error_name(e), (long long)n + 1);
	ck_assert_msg(strstr(page, row) != NULL, "%s", row);
}
END_TEST

static Suite *
retry_suite(void)
{
	Suite	*s = suite_create("retry");
	TCase	*t = tcase_create("retry");

	tcase_add_test(t, grows_and_is_spread);
	tcase_add_test(t, gives_up_and_holds);
	tcase_add_test(t, server_is_obeyed);
	tcase_add_test(t, rate_limit_holds_all);
	tcase_add_test(t, request_at_fault);
	tcase_add_test(t, context_window);
	tcase_add_test(t, auth_and_quota_rest);
	tcase_add_loop_test(t, bounds, MODEL_NONE + 1, MODEL_ERROR__MAX);
	tcase_add_loop_test(t, manual, MODEL_NONE + 1, MODEL_ERROR__MAX);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(retry_suite)
