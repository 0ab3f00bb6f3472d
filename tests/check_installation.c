/* links: supervisor/model_order.c supervisor/model_table.c supervisor/settings.c supervisor/provider.c supervisor/secret.c supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * The id by which a provider knows this installation was made anew, and the
 * old one overwritten, because for want of a descriptor it could not be read.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/model.h"
#include "supervisor/provider.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static struct supervisor	sv;
static struct config		config;
static struct config_provider	provider;
static int			blind;	/* open(2) of it fails */

/* The program's own comes before that of the C library. */
int
open(const char *path, int flags, ...)
{
	static int	(*real)(const char *, int, ...);
	mode_t		mode;
	va_list		ap;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (blind && strstr(path, "installation_id") != NULL) {
		blind--;
		errno = EMFILE;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "open");
	return real(path, flags, mode);
}

static void
setup(void)
{
	store_setup();
	memset(&provider, 0, sizeof(provider));
	provider.name = xstrdup("openai");
	provider.api = API_RESPONSES;
	provider.key_env = provider.key_file = provider.base_url =
	    provider.proxy = provider.ca_file = xstrdup("");
	memset(&config, 0, sizeof(config));
	config.use_provider = provider.name;
	config.providers = &provider;
	config.nproviders = 1;
	config.telemetry.endpoint = provider.proxy;
	memset(&sv, 0, sizeof(sv));
	sv.config = &config;
	sv.state.path = st_dir;
	sv.store = st;
}

static void
teardown(void)
{
	free(provider.name);
	free(provider.proxy);
	store_teardown();
}

/* What a gateway that starts now is told; to be freed. */
static char *
id_of_a_start(void)
{
	struct model	*m = xcalloc(1, sizeof(*m));
	json_object	*o;
	char		*id;

	m->sv = &sv;
	o = model_settings(m);
	ck_assert_ptr_nonnull(json_str(o, "installation_id"));
	id = xstrdup(json_str(o, "installation_id"));
	json_object_put(o);
	free(m);
	return id;
}

START_TEST(always_the_same)
{
	char	*first = id_of_a_start(), *now, *then;

	blind = 1;
	now = id_of_a_start();
	ck_assert_int_eq(blind, 0);
	then = id_of_a_start();
	ck_assert_str_ne(first, now);
	ck_assert_str_eq(first, then);
	free(first);
	free(now);
	free(then);
}
END_TEST

/* A key file that could not be looked at was one that had been replaced. */
START_TEST(a_key_file_that_cannot_be_looked_at)
{
	struct provider_file	 f;
	char			*none = xasprintf("%s/none", st_dir);
	char			*loop = xasprintf("%s/loop", st_dir);

	ck_assert_int_eq(symlink("loop", loop), 0);
	provider.key_file = none;
	ck_assert_int_eq(provider_file_look(&config, &f), 0);
	ck_assert_int_eq(f.mtime_ns, 0);
	provider.key_file = loop;
	ck_assert_int_eq(provider_file_look(&config, &f), -1);
	free(none);
	free(loop);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("installation");
	TCase	*t = tcase_create("installation");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, always_the_same);
	tcase_add_test(t, a_key_file_that_cannot_be_looked_at);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
