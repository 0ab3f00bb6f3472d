/* links: supervisor/options.c supervisor/dryrun.c supervisor/root.c supervisor/root_text.c supervisor/paths.c supervisor/config.c supervisor/config_?*.c supervisor/quote.c */

/*
 * A typing error on the command line must not start a supervisor that runs
 * for days with other settings than were meant; and what a transcript says
 * of itself must not reach the terminal through --dry-run.
 */

#include <string.h>
#include <unistd.h>
#include "check_main.h"
#include "common/fd.h"
#include "supervisor/config.h"
#include "supervisor/dryrun.h"
#include "supervisor/options.h"
#include "supervisor/paths.h"
#include "tests/terminal.h"

static struct buf	why;

/* Parse words up to NULL, the program's name not among them. */
static int
parse(struct options *o, const char *const *words)
{
	static char	 text[16][64];
	char		*argv[17];
	int		 argc;

	argv[0] = strcpy(text[0], "mnemod");
	for (argc = 1; words[argc - 1] != NULL; argc++) {
		snprintf(text[argc], sizeof(text[0]), "%s", words[argc - 1]);
		argv[argc] = text[argc];
	}
	argv[argc] = NULL;
	buf_reset(&why);
	return options_parse(o, argc, argv, &why);
}

#define PARSE(o, ...) parse((o), (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(test_good)
{
	struct options	o;

	ck_assert_int_eq(parse(&o, (const char *const[]){ NULL }), 0);
	ck_assert_int_eq(o.act, ACT_RUN);
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "-1v", "-f", "x.conf", "-o", "a=1", "-oc=d",
	    "-s", "/s", "--yes"), 0);
	ck_assert_int_eq(o.act, ACT_ONCE);
	ck_assert_int_eq(o.verbose, 1);
	ck_assert_int_eq(o.yes, 1);
	ck_assert_str_eq(o.file, "x.conf");
	ck_assert_str_eq(o.state, "/s");
	ck_assert_uint_eq(o.noverrides, 2);
	ck_assert_str_eq(o.overrides[0], "a=1");
	ck_assert_str_eq(o.overrides[1], "c=d");
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "--once", "--config=y", "--option",
	    "k=v=w", "--state", "t", "--verbose"), 0);
	ck_assert_int_eq(o.act, ACT_ONCE);
	ck_assert_str_eq(o.overrides[0], "k=v=w");
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "-p", "r.jsonl"), 0);
	ck_assert_int_eq(o.act, ACT_PREVIEW);
	ck_assert_str_eq(o.preview, "r.jsonl");
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "--dry-run"), 0);
	ck_assert_int_eq(o.act, ACT_DRY_RUN);
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "--adopt"), 0);
	ck_assert_int_eq(o.adopt_all, 1);
	ck_assert_uint_eq(o.nadopt, 0);
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "--adopt=a", "-1", "--adopt=b"), 0);
	ck_assert_int_eq(o.adopt_all, 0);
	ck_assert_uint_eq(o.nadopt, 2);
	ck_assert_str_eq(o.adopt[0], "a");
	ck_assert_str_eq(o.adopt[1], "b");
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "-n"), 0);
	ck_assert_int_eq(o.act, ACT_CHECK);
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "-1", "-h"), 0);
	ck_assert_int_eq(o.act, ACT_HELP);
	options_release(&o);
	ck_assert_int_eq(PARSE(&o, "--version", "-1"), 0);
	ck_assert_int_eq(o.act, ACT_VERSION);
	options_release(&o);
}
END_TEST

#define BAD(want, ...) do {						\
	struct options	o;						\
	ck_assert_int_eq(PARSE(&o, __VA_ARGS__), -1);			\
	ck_assert_msg(strstr(buf_str(&why), (want)) != NULL, "%s",	\
	    buf_str(&why));						\
	options_release(&o);						\
} while (0)

START_TEST(test_bad)
{
	BAD("-x: no such option", "-x");
	BAD("-x: no such option", "-1x");
	BAD("--onse: no such option", "--onse");
	BAD("--once=3: no such option", "--once=3");
	BAD("--config: expected its argument, file", "-f");
	BAD("--option: expected its argument, key=value", "--option");
	BAD("--state: its argument is empty", "-s", "");
	BAD("extra: expected no argument", "-1", "extra");
	BAD("extra: expected no argument", "--", "extra");
	BAD("--once and --check exclude each other", "-1", "-n");
	BAD("--preview and --dry-run exclude", "-p", "x", "--dry-run");
	BAD("\\x1b", "\033[31m");
	BAD("\\x1b", "--\033[31m");
}
END_TEST

/* The text of a function that prints, to be freed. */
static char *
printed(void (*print)(FILE *))
{
	char	*text;
	size_t	 len;
	FILE	*fp = open_memstream(&text, &len);

	print(fp);
	fclose(fp);
	return text;
}

START_TEST(test_help_names_all)
{
	static const char *const names[] = { "-1, --once", "--adopt[=memory]",
	    "--dry-run", "-f, --config file", "-h, --help", "-n, --check",
	    "-o, --option key=value", "-p, --preview rollout",
	    "-s, --state statedir", "-V, --version", "-v, --verbose",
	    "--yes" };
	char	*help = printed(options_help);
	size_t	 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(strstr(help, names[i]) != NULL, "%s",
		    names[i]);
	ck_assert_int_eq(strncmp(help, "usage: mnemod [-1hnVv] [-f file] "
	    "[-o key=value] [-p rollout] [-s statedir]\n", 74), 0);
	free(help);
}
END_TEST

START_TEST(test_dry_run)
{
	struct paths		 paths;
	struct config_request	 req = { .paths = &paths };
	struct buf		 err = BUF_INIT;
	struct config		*cfg;
	struct dryrun_source	 src = { "codex", "/h/.codex", 1, 0, 12, 3,
	    1 };
	struct dryrun_memory	 mem = { "codex", "/h/m", ROOT_FOREIGN,
	    "memory \"codex\": /h/m holds files", 4, 0 };
	struct dryrun_count	 why_not[] = { { "not yet idle", 2 } };
	struct dryrun_count	 dirs[] = { { "/w/\033]0;x\007", 1 },
	    { "", 3 } };
	struct dryrun		 d = { NULL, &src, 1, &mem, 1, 4, 5, why_not,
	    1, dirs, 2, { NULL, 0, 0, 0 }, "Codex will not read the result" };
	char			*text;
	size_t			 len;
	FILE			*fp;

	setenv("HOME", "/nonexistent", 1);
	(void)paths_init(&paths);
	cfg = config_load(&req, &err);
	ck_assert_msg(cfg != NULL, "%s", buf_str(&err));
	d.config = cfg;
	fp = open_memstream(&text, &len);
	dryrun_print(&d, fp);
	fclose(fp);
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_nonnull(strstr(text,
	    "source codex: /h/.codex: 12 rollouts, 3 archived, 1 unusable"));
	ck_assert_ptr_nonnull(strstr(text, "threads: 4 due, 5 up to date"));
	ck_assert_ptr_nonnull(strstr(text, "2 not due: not yet idle"));
	ck_assert_ptr_nonnull(strstr(text, "1 /w/\\x1b]0;x\\x07"));
	ck_assert_ptr_nonnull(strstr(text, "3 (unknown)"));
	ck_assert_ptr_nonnull(strstr(text, "would not be written"));
	ck_assert_ptr_nonnull(strstr(text, "provider: builtin (no model"));
	ck_assert_ptr_nonnull(strstr(text, "Codex will not read"));
	ck_assert_ptr_null(strstr(text, "model:"));
	free(text);
	/* What a model would cost; without prices, no money is made up. */
	d.model = (struct dryrun_model){ "m\033", 4, 9000, 1250000 };
	fp = open_memstream(&text, &len);
	dryrun_print(&d, fp);
	fclose(fp);
	ck_assert_ptr_nonnull(strstr(text, "model: about 4 requests to "
	    "m\\x1b, at most 9000 tokens, at most 1.250000 in money\n"
	    "  in 24 hours never more than 200 requests and 500000 tokens"));
	free(text);
	d.model.money = 0;
	fp = open_memstream(&text, &len);
	dryrun_print(&d, fp);
	fclose(fp);
	ck_assert_ptr_null(strstr(text, "money"));
	free(text);
	config_free(cfg);
	paths_release(&paths);
	buf_release(&err);
}
END_TEST

START_TEST(test_ask)
{
	int	fds[2];

	ck_assert_int_eq(fd_pipe(fds), 0);
	ck_assert_int_eq(dryrun_ask(fds[0], fds[1], 1), ANSWER_YES);
	ck_assert_int_eq(dryrun_ask(fds[0], fds[1], 0), ANSWER_NOT_ASKED);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* What the question on a terminal gives for this answer. */
static enum dryrun_answer
answer(const char *text)
{
	enum dryrun_answer	got;
	int			pt, tty = terminal_open(&pt);

	ck_assert_int_eq(fd_write_all(pt, text, strlen(text)), 0);
	got = dryrun_ask(tty, tty, 0);
	close(tty);
	close(pt);
	return got;
}

START_TEST(test_ask_terminal)
{
	ck_assert_int_eq(answer("y\n"), ANSWER_YES);
	ck_assert_int_eq(answer("YES\n"), ANSWER_YES);
	ck_assert_int_eq(answer("\n"), ANSWER_NO);
	ck_assert_int_eq(answer("n\n"), ANSWER_NO);
	ck_assert_int_eq(answer("yesterday is too long for it\n"), ANSWER_NO);
	ck_assert_int_eq(answer("\004"), ANSWER_NO);
}
END_TEST

static Suite *
options_suite(void)
{
	Suite	*s = suite_create("options");
	TCase	*tc = tcase_create("options");

	tcase_add_test(tc, test_good);
	tcase_add_test(tc, test_bad);
	tcase_add_test(tc, test_help_names_all);
	tcase_add_test(tc, test_dry_run);
	tcase_add_test(tc, test_ask);
	tcase_add_test(tc, test_ask_terminal);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(options_suite)
