/* links: tests/config_scene.c supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c tests/scratch.c */

/*
 * A mistake in mnemod.conf that is taken in silence sends memories to the
 * wrong folder: libconfuse drops an open section at the end of the file,
 * keeps the last of two keys and lets the environment flow into strings.
 * Each file tests/data/conf/bad-*.conf must be refused with the words of its
 * first line, each good-*.conf read, and read the same again from what
 * mnemod -n prints.
 */

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include "check_main.h"
#include "common/mem.h"
#include "supervisor/config_table.h"
#include "tests/config_scene.h"
#include "tests/scratch.h"

START_TEST(test_defaults)
{
	struct buf	 why = BUF_INIT;
	struct config	*cfg;

	cfg = load(NULL, NULL, 0, &why);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
	ck_assert_ptr_null(cfg->file);
	ck_assert_str_eq(cfg->use_provider, "builtin");
	ck_assert_int_eq(cfg->sandbox, SANDBOX_REQUIRED);
	ck_assert_str_eq(cfg->state,
	    "/nonexistent/home/.local/state/mnemod");
	ck_assert_int_eq(cfg->scan_interval, 300);
	ck_assert(cfg->now == CONFIG_NOW_UNSET);
	ck_assert_uint_eq(cfg->nsources, 1);
	ck_assert_str_eq(cfg->sources[0].path, "/nonexistent/home/.codex");
	ck_assert_uint_eq(cfg->nmemories, 1);
	ck_assert_str_eq(cfg->memories[0].name, "codex");
	ck_assert_str_eq(cfg->memories[0].root,
	    "/nonexistent/home/.codex/memories");
	ck_assert_uint_eq(cfg->memories[0].cwd.n, 1);
	ck_assert_str_eq(cfg->memories[0].cwd.v[0], "*");
	ck_assert_uint_eq(cfg->memories[0].exclude.n, 0);
	ck_assert_int_eq(cfg->pipeline.min_rollout_idle_hours, 6);
	ck_assert_int_eq(cfg->pipeline.max_stage_one_jobs, 8);
	ck_assert_int_eq(cfg->budget.money_per_day, 0);
	ck_assert_str_eq(config_sandbox_name(cfg), "best-effort");
	ck_assert_str_eq(config_titles_name(cfg), "full");
	ck_assert(config_provider_offline(cfg));
	config_free(cfg);
	buf_release(&why);
}
END_TEST

START_TEST(test_full)
{
	struct buf		 why = BUF_INIT;
	struct config		*cfg;
	const struct config_memory *m;

	cfg = load(CONF "good-full.conf", NULL, 0, &why);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
	ck_assert_int_eq(cfg->sandbox, SANDBOX_BEST_EFFORT);
	ck_assert_uint_eq(cfg->redact.n, 2);
	ck_assert_str_eq(cfg->redact.v[0], "\\bACME-[0-9]{6}\\b");
	ck_assert_str_eq(cfg->redact.v[1], "x\\d+");
	ck_assert(cfg->now == 1782904081000);
	ck_assert_int_eq(cfg->agent_hold_ms, 250);
	ck_assert_uint_eq(cfg->nsources, 2);
	ck_assert_int_eq(cfg->sources[0].line, 10);
	ck_assert_str_eq(cfg->sources[0].exclude.v[0],
	    "/nonexistent/home/secret");
	m = config_memory(cfg, "codex");
	ck_assert_str_eq(m->root, "/nonexistent/home/.codex/memories");
	ck_assert_uint_eq(m->sources.n, 2);
	ck_assert_str_eq(m->cwd.v[0], "/nonexistent/home/work/*");
	ck_assert_ptr_nonnull(config_memory(cfg, "srv"));
	ck_assert_ptr_null(config_memory(cfg, "none"));
	ck_assert_str_eq(config_source(cfg, "other")->path,
	    "/srv/other/.codex");
	ck_assert_int_eq(cfg->pipeline.max_rollout_age_days, 0);
	ck_assert_int_eq(cfg->budget.money_per_day, 250000);
	ck_assert_int_eq(cfg->on_battery, BATTERY_PAUSE);
	config_free(cfg);
	buf_release(&why);
}
END_TEST

/* Nothing that only looks like this machine is taken for it. */
START_TEST(test_loopback)
{
	static const char *const	here[] = { "http://127.0.0.1/v1",
	    "http://localhost:80", "http://[::1]:8000/v1",
	    "https://localhost/" };
	static const char *const	there[] = { "", "localhost", "http://",
	    "http://localhost.example", "http://127.0.0.1.example/",
	    "http://127.0.0.11/", "http://localhost@h.example/",
	    "http://localhost:1@h.example/", "http://localhost#.h.example",
	    "http://[::1].example/", "http://[::11]/", "file://localhost/",
	    "http://h.example/http://localhost/" };
	size_t				i;

	for (i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		ck_assert_msg(config_is_loopback(here[i]), "%s", here[i]);
	for (i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		ck_assert_msg(!config_is_loopback(there[i]), "%s", there[i]);
}
END_TEST

START_TEST(test_provider)
{
	const struct config_provider	*p;
	struct buf			 why = BUF_INIT;
	struct config			*cfg;

	cfg = load(CONF "good-provider.conf", NULL, 0, &why);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
	ck_assert(!config_provider_offline(cfg));
	p = config_provider_used(cfg);
	ck_assert_str_eq(p->name, "local");
	ck_assert_str_eq(config_provider_word(p, "api"), "chat");
	ck_assert_str_eq(config_provider_word(p, "verbosity"), "low");
	ck_assert_str_eq(config_provider_word(p, "reasoning_summary"),
	    "concise");
	ck_assert_int_eq(p->price_input, 250000);
	ck_assert_int_eq(p->max_output_tokens, 4096);
	ck_assert_str_eq(p->extract_effort, "low");
	/* Workers with a model behind them are told what was asked for. */
	ck_assert_str_eq(config_sandbox_name(cfg), "required");
	config_free(cfg);
	buf_release(&why);
}
END_TEST

START_TEST(test_good_and_again)
{
	struct buf	 why = BUF_INIT;
	struct config	*cfg, *again;
	char		*one, *two, *name;
	glob_t		 g;
	size_t		 i;

	ck_assert_int_eq(glob(CONF "good-*.conf", 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++) {
		cfg = load(g.gl_pathv[i], NULL, 0, &why);
		ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
		one = printed(cfg);
		name = scratch_file(one);
		again = load(name, NULL, 0, &why);
		ck_assert_msg(again != NULL, "%s", buf_str(&why));
		two = printed(again);
		ck_assert_str_eq(one, two);
		remove(name);
		free(name);
		free(one);
		free(two);
		config_free(cfg);
		config_free(again);
	}
	globfree(&g);
	buf_release(&why);
}
END_TEST

/* The words after "# expect: ", to be freed. */
static char *
expectation(const char *file)
{
	char	 line[256], *cut;
	FILE	*fp;

	fp = fopen(file, "r");
	ck_assert_ptr_nonnull(fp);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), fp));
	fclose(fp);
	ck_assert_int_eq(strncmp(line, "# expect: ", 10), 0);
	cut = strchr(line, '\n');
	*cut = '\0';
	return xstrdup(line + 10);
}

START_TEST(test_bad)
{
	struct buf	 why = BUF_INIT;
	struct config	*cfg;
	char		*want;
	glob_t		 g;
	size_t		 i;

	ck_assert_int_eq(glob(CONF "bad-*.conf", 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++) {
		want = expectation(g.gl_pathv[i]);
		cfg = load(g.gl_pathv[i], NULL, 0, &why);
		ck_assert_msg(cfg == NULL, "%s was read", g.gl_pathv[i]);
		ck_assert_msg(strstr(buf_str(&why), want) != NULL,
		    "%s: \"%s\" lacks \"%s\"", g.gl_pathv[i], buf_str(&why),
		    want);
		ck_assert_msg(strncmp(buf_str(&why), g.gl_pathv[i],
		    strlen(g.gl_pathv[i])) == 0, "%s: no file in \"%s\"",
		    g.gl_pathv[i], buf_str(&why));
		free(want);
		/* After each failure libconfuse's lexer must be whole. */
		cfg = load(CONF "good-full.conf", NULL, 0, &why);
		ck_assert_msg(cfg != NULL, "%s", buf_str(&why));
		config_free(cfg);
	}
	ck_assert_uint_gt(g.gl_pathc, 30);
	globfree(&g);
	buf_release(&why);
}
END_TEST

/* A reader that mends only whole files would pass the others. */
START_TEST(test_every_cut)
{
	struct buf	 why = BUF_INIT;
	struct config	*cfg;
	char		 text[8192], *name;
	size_t		 len, i;
	FILE		*fp;

	fp = fopen(CONF "good-full.conf", "r");
	ck_assert_ptr_nonnull(fp);
	len = fread(text, 1, sizeof(text) - 1, fp);
	fclose(fp);
	for (i = len; i-- > 0;) {
		text[i] = '\0';
		name = scratch_file(text);
		cfg = load(name, NULL, 0, &why);
		ck_assert(cfg != NULL || why.len > 0);
		config_free(cfg);
		remove(name);
		free(name);
	}
	buf_release(&why);
}
END_TEST

START_TEST(test_missing_file)
{
	struct buf	 why = BUF_INIT;

	ck_assert_ptr_null(load("/nonexistent/x.conf", NULL, 0, &why));
	ck_assert_ptr_nonnull(strstr(buf_str(&why),
	    "/nonexistent/x.conf: cannot be read: No such file"));
	ck_assert_ptr_null(load("/", NULL, 0, &why));
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "Is a directory"));
	ck_assert_ptr_null(load("/dev/zero", NULL, 0, &why));
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "File too large"));
	buf_release(&why);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("config");
	TCase	*tc = tcase_create("config");

	tcase_add_checked_fixture(tc, config_setup, config_teardown);
	tcase_add_test(tc, test_defaults);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_loopback);
	tcase_add_test(tc, test_provider);
	tcase_add_test(tc, test_good_and_again);
	tcase_add_test(tc, test_bad);
	tcase_add_test(tc, test_every_cut);
	tcase_add_test(tc, test_missing_file);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
