/* links: supervisor/model_hold.c supervisor/budget.c supervisor/retry.c supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c supervisor/provider.c supervisor/secret.c supervisor/ledger.c supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * A provider asked for an hour of peace.  After a restart it was asked at
 * once, because the row that said so could not be read just then.
 */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/model.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static struct supervisor	sv;
static struct config		config;
static struct config_provider	provider;

void	relay_replace(struct relay *r) { (void)r; }

START_TEST(a_hold_that_could_not_be_read_is_read_later)
{
	struct store_hold	h = { .reason = (char[]){ "rate_limit" },
	    .message = (char[]){ "slow down" } };
	struct model		m;

	provider.name = xstrdup("openai");
	config.use_provider = provider.name;
	config.providers = &provider;
	config.nproviders = 1;
	sv.config = &config;
	sv.store = st;
	memset(&m, 0, sizeof(m));
	m.sv = &sv;
	h.provider = provider.name;
	h.until = wall_s() + 1000;
	ck_assert_int_eq(store_hold_set(st, &h), STORE_OK);
	tell("ALTER TABLE provider_holds RENAME TO away");
	model_hold_load(&m);
	ck_assert_int_eq(m.hold_unknown, 1);
	tell("ALTER TABLE away RENAME TO provider_holds");
	model_hold_load(&m);
	ck_assert_int_eq(m.hold_unknown, 0);
	ck_assert_int_gt(model_hold_left(&m), 0);
	free(provider.name);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("hold");
	TCase	*t = tcase_create("hold");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, a_hold_that_could_not_be_read_is_read_later);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
