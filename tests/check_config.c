/* links: supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c tests/scratch.c */

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
#include "common/buf.h"
#include "common/mem.h"
#include "supervisor/config.h"
#include "supervisor/config_table.h"
#include "supervisor/paths.h"
#include "tests/scratch.h"

#define CONF "tests/data/conf/"

static struct paths	paths;

static void
set_up(void)
{
	setenv("HOME", "/nonexistent/home", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("CODEX_HOME");
	paths_init(&paths);
}

static void
tear_down(void)
{
	paths_release(&paths);
}

static struct config *
load(const char *file, const char *const *o, size_t n, struct buf *why)
{
	struct config_request	req = { .paths = &paths, .file = file,
	    .overrides = o, .noverrides = n };

	buf_reset(why);
	return config_load(&req, why);
}

/* With one override; the caller frees the configuration. */
static struct config *
load_with(const char *option, struct buf *why)
{
	const char	*o[1] = { option };

	return load(NULL, o, 1, why);
}

/* What config_print() gives, as a string to free. */
static char *
printed(const struct config *cfg)
{
	char	*text;
	size_t	 len;
	FILE	*fp;

	fp = open_memstream(&text, &len);
	ck_assert_ptr_nonnull(fp);
	config_print(cfg, fp);
	fclose(fp);
	return text;
}

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
	paths_init(&p);
	ck_assert_str_eq(p.config,
	    "/nonexistent/home/.config/mnemod/mnemod.conf");
	ck_assert_str_eq(p.state, "/x/state/mnemod");
	ck_assert_str_eq(p.runtime, "/run/user/7/mnemod");
	ck_assert_str_eq(p.codex_home, "/x/codex");
	paths_release(&p);
}
END_TEST

static Suite *
config_suite(void)
{
	Suite	*s = suite_create("config");
	TCase	*tc = tcase_create("config");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, test_defaults);
	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_loopback);
	tcase_add_test(tc, test_provider);
	tcase_add_test(tc, test_good_and_again);
	tcase_add_test(tc, test_bad);
	tcase_add_test(tc, test_every_cut);
	tcase_add_test(tc, test_missing_file);
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

CHECK_MAIN(config_suite)
