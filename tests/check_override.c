/* links: tests/config_scene.c supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c */

/*
 * An option on the command line overrides one key, wherever it stands, and a
 * mistake in one is refused as it is in a file; where no option says it the
 * paths come from the environment.
 */

#include <stdlib.h>
#include <string.h>
#include "check_main.h"
#include "supervisor/config_table.h"
#include "tests/config_scene.h"

/* Every key of the table can be overridden, with its own default at least. */
START_TEST(test_override_every_key)
{
	const char		*file = CONF "good-full.conf", *o[1];
	const struct config_key	*key;
	struct buf		 why = BUF_INIT, opt = BUF_INIT;
	struct config		*cfg;
	size_t			 i;

	for (i = 0; i < config_nkeys; i++) {
		key = &config_keys[i];
		buf_reset(&opt);
		if (key->section != SEC_TOP)
			buf_addf(&opt, "%s.",
			    config_section_name(key->section));
		if (config_section_titled(key->section))
			buf_addf(&opt, "%s.",
			    key->section == SEC_PROVIDER ? "local" : "codex");
		buf_addf(&opt, "%s=%s", key->name,
		    key->type == TYPE_NAMES ? "codex" :
		    key->def == NULL ? "/srv/elsewhere" : key->def);
		o[0] = buf_str(&opt);
		cfg = load(file, o, 1, &why);
		ck_assert_msg(cfg != NULL, "%s: %s", o[0], buf_str(&why));
		config_free(cfg);
	}
	buf_release(&why);
	buf_release(&opt);
}
END_TEST

/* An override leaves the titled sections of the file as they are. */
START_TEST(test_override_keeps_sections)
{
	const char	*o[3] = { "provider.local.base_url=http://[::1]/v1=",
	    "memory.codex.root=/srv/new", "memory.codex.cwd=/a\\,b,~/c" };
	struct buf	 why = BUF_INIT;
	struct config	*cfg;

	cfg = load(CONF "good-full.conf", o, 3, &why);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
	ck_assert_uint_eq(cfg->nmemories, 2);
	ck_assert_uint_eq(cfg->nsources, 2);
	ck_assert_str_eq(cfg->providers[0].base_url, "http://[::1]/v1=");
	ck_assert_str_eq(cfg->memories[0].root, "/srv/new");
	ck_assert_uint_eq(cfg->memories[0].cwd.n, 2);
	ck_assert_str_eq(cfg->memories[0].cwd.v[0], "/a,b");
	ck_assert_str_eq(cfg->memories[0].cwd.v[1], "/nonexistent/home/c");
	ck_assert_str_eq(cfg->memories[1].root, "/srv/memory");
	config_free(cfg);
	buf_release(&why);
}
END_TEST

/*
 * What mnemod -n prints is a list in braces; given to -o, it became one
 * pattern that began with a brace, and nothing was excluded.
 */
START_TEST(test_override_lists)
{
	static const struct {
		const char	*option;
		size_t		 n;
		const char	*first, *last;
	} lists[] = {
		{ "source.codex.exclude={\"/a*\", \"~/b,c\"}", 2, "/a*",
		  "/nonexistent/home/b,c" },
		{ "source.codex.exclude={ '/it\\'s' , /b , }", 2, "/it's",
		  "/b" },
		{ "source.codex.exclude={\"a\\\\b\\\"\\$\"}", 1, "a\\b\"$",
		  "a\\b\"$" },
		{ "source.codex.exclude={}", 0, NULL, NULL },
		{ "source.codex.exclude=", 0, NULL, NULL },
		{ "source.codex.exclude=/a,/b,/c", 3, "/a", "/c" },
	};
	const struct strlist	*got;
	struct buf		 why = BUF_INIT;
	struct config		*cfg;
	size_t			 i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		cfg = load_with(lists[i].option, &why);
		ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
		got = &cfg->sources[0].exclude;
		ck_assert_uint_eq(got->n, lists[i].n);
		if (got->n > 0) {
			ck_assert_str_eq(got->v[0], lists[i].first);
			ck_assert_str_eq(got->v[got->n - 1], lists[i].last);
		}
		config_free(cfg);
	}
	/* Every type of list. */
	cfg = load_with("memory.codex.sources={\"codex\"}", &why);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
	config_free(cfg);
	cfg = load_with("redact={\"AB-[0-9]{4}\", 'x{2,3}'}", &why);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
	ck_assert_uint_eq(cfg->redact.n, 2);
	ck_assert_str_eq(cfg->redact.v[1], "x{2,3}");
	config_free(cfg);
	buf_release(&why);
}
END_TEST

START_TEST(test_override_errors)
{
	static const struct {
		const char	*option, *want;
	} bad[] = {
		{ "scan_interval", "expected KEY=VALUE" },
		{ "scan_intervall=3", "expected scan_interval?" },
		{ "scan_interval=0", "expected a number from 1 to 86400" },
		{ "pipelin.max_unused_days=1", "expected pipeline?" },
		{ "pipeline.max_unused=1", "expected max_unused_days?" },
		{ "pipeline.x.max_unused_days=1", "expected pipeline.KEY" },
		{ "memory.root=/x", "expected memory.NAME.KEY=VALUE" },
		{ "memory.work.root=/x", "there is no memory \"work\": "
		    "expected codex" },
		{ "provider.openai.api=chat", "in the file" },
		{ "state=/a\033b", "expected a path" },
		{ "use_provider=Open AI", "expected a name" },
		{ "=", "unknown key" },
		{ "redact={\"a\"", "expected {\"a\", \"b\"}" },
		{ "redact={\"a\"} x", "expected {\"a\", \"b\"}" },
		{ "redact={\"a\" \"b\"}", "expected {\"a\", \"b\"}" },
		{ "redact={{a}}", "expected {\"a\", \"b\"}" },
		{ "redact={\"a}", "this string is not closed" },
		{ "redact={\"\"}", "expected printable UTF-8" },
	};
	struct buf	 why = BUF_INIT;
	struct config	*cfg;
	size_t		 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cfg = load_with(bad[i].option, &why);
		ck_assert_msg(cfg == NULL, "%s", bad[i].option);
		ck_assert_msg(strncmp(buf_str(&why), "-o ", 3) == 0 &&
		    strstr(buf_str(&why), bad[i].want) != NULL, "%s: %s",
		    bad[i].option, buf_str(&why));
	}
	buf_release(&why);
}
END_TEST

START_TEST(test_state_option)
{
	struct config_request	 req = { .paths = &paths, .state = "/s//t/" };
	struct buf		 why = BUF_INIT;
	struct config		*a, *b;

	a = config_load(&req, &why);
	ck_assert_ptr_nonnull(a);
	ck_assert_str_eq(a->state, "/s/t");
	b = load_with("state=/s/u", &why);
	ck_assert_str_eq(config_restart_key(a, b), "state");
	config_free(b);
	b = load_with("scan_interval=7", &why);
	ck_assert_str_eq(config_restart_key(a, b), "state");
	ck_assert_ptr_null(config_restart_key(b, b));
	config_free(a);
	config_free(b);
	buf_release(&why);
}
END_TEST

START_TEST(test_paths)
{
	static const char *const rows[][2] = {
		{ "~", "/nonexistent/home" },
		{ "~/a/", "/nonexistent/home/a" },
		{ "/a//b/./c/../d", "/a/b/d" },
		{ "/../..", "/" },
		{ "/", "/" },
		{ "/~", "/~" },
	};
	char	*got;
	size_t	 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = paths_expand(&paths, rows[i][0]);
		ck_assert_str_eq(got, rows[i][1]);
		free(got);
	}
	got = paths_tilde(&paths, "~other/x");
	ck_assert_str_eq(got, "~other/x");
	free(got);
	ck_assert(paths_within("/a", "/a"));
	ck_assert(paths_within("/a", "/a/b"));
	ck_assert(!paths_within("/a", "/ab"));
	ck_assert(paths_within("/", "/ab"));
}
END_TEST

START_TEST(test_paths_environment)
{
	struct paths	 p;

	setenv("XDG_CONFIG_HOME", "relative", 1);
	setenv("XDG_STATE_HOME", "/x/state/", 1);
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	setenv("CODEX_HOME", "/x/codex", 1);
	(void)paths_init(&p);
	ck_assert_str_eq(p.config,
	    "/nonexistent/home/.config/mnemod/mnemod.conf");
	ck_assert_str_eq(p.state, "/x/state/mnemod");
	ck_assert_str_eq(p.runtime, "/run/user/7/mnemod");
	ck_assert_str_eq(p.codex_home, "/x/codex");
	paths_release(&p);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("override");
	TCase	*tc = tcase_create("override");

	tcase_add_checked_fixture(tc, config_setup, config_teardown);
	tcase_add_test(tc, test_override_every_key);
	tcase_add_test(tc, test_override_keeps_sections);
	tcase_add_test(tc, test_override_lists);
	tcase_add_test(tc, test_override_errors);
	tcase_add_test(tc, test_state_option);
	tcase_add_test(tc, test_paths);
	tcase_add_test(tc, test_paths_environment);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
