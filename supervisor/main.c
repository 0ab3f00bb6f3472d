#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exitcode.h"
#include "fd.h"
#include "hook.h"
#include "log.h"
#include "monotime.h"
#include "nearest.h"
#include "title.h"
#include "supervisor/config.h"
#include "supervisor/dryrun.h"
#include "supervisor/options.h"
#include "supervisor/paths.h"
#include "supervisor/patterns.h"
#include "supervisor/preview.h"
#include "supervisor/provider.h"
#include "supervisor/supervisor.h"
#include "supervisor/survey.h"

/* mnemod(8): options, configuration, and which of its jobs to do. */

static struct config_memory *
find_memory(struct config *c, const char *name)
{
	size_t	i;

	for (i = 0; i < c->nmemories; i++)
		if (strcmp(c->memories[i].name, name) == 0)
			return &c->memories[i];
	return NULL;
}

/* --adopt holds for this start only: a re-read configuration has none. */
static int
apply_adopt(const struct options *opt, struct config *c)
{
	struct config_memory	*m;
	char			 word[NEAREST_MAX];
	const char		*near = "none";
	size_t			 i, d = SIZE_MAX;

	for (i = 0; opt->adopt_all && i < c->nmemories; i++)
		c->memories[i].adopt_now = 1;
	for (i = 0; i < opt->nadopt; i++) {
		m = find_memory(c, opt->adopt[i]);
		if (m == NULL)
			break;
		m->adopt_now = 1;
	}
	if (i >= opt->nadopt)
		return 0;
	log_printable(word, sizeof(word), opt->adopt[i],
	    strlen(opt->adopt[i]));
	for (m = c->memories; m < c->memories + c->nmemories; m++)
		nearest_try(word, m->name, &near, &d);
	log_warnx("--adopt=%s: no such memory; the nearest is %s", word,
	    near);
	return -1;
}

static void
say_lines(const struct buf *why)
{
	char	*line, *rest = why->data;

	while ((line = strsep(&rest, "\n")) != NULL)
		log_warnx("%s", line);
}

/*
 * A run needs what its provider needs.  Who only looks, perhaps without the
 * environment of the service, is told what is missing; a look at one
 * transcript has to do with no provider.
 */
static int
check_provider(const struct options *opt, const struct config *c,
    struct buf *why)
{
	if (opt->act == ACT_PREVIEW || provider_check(c, why) == 0)
		return 0;
	if (opt->act == ACT_RUN || opt->act == ACT_ONCE)
		return -1;
	say_lines(why);
	buf_reset(why);
	return 0;
}

static struct config *
load_config(const struct options *opt, const struct paths *paths)
{
	struct config_request	req = { paths, opt->file, opt->state,
				    opt->overrides, opt->noverrides };
	struct buf		why = BUF_INIT;
	struct config		*c = config_load(&req, &why);

	if (c != NULL && (patterns_check(c, &why) == -1 ||
	    check_provider(opt, c, &why) == -1)) {
		config_free(c);
		c = NULL;
	}
	if (c == NULL)
		say_lines(&why);
	else {
		if (c->now != CONFIG_NOW_UNSET)
			wall_set_offset(c->now - wall_ms());
		hook_crash_at(c->crash_at);
	}
	buf_release(&why);
	return c;
}

/* A first start on a terminal shows what would happen, and asks. */
static enum mnemod_exit
first_contact(const struct options *opt, const struct config *config, int *go)
{
	enum mnemod_exit	e;

	*go = 1;
	if (opt->yes || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO) ||
	    !survey_first_start(config))
		return EXIT_OK;
	e = survey_run(config, stderr);
	if (e != EXIT_OK)
		return e;
	*go = dryrun_ask(STDIN_FILENO, STDERR_FILENO, 0) != ANSWER_NO;
	return EXIT_OK;
}

static enum mnemod_exit
run(const struct options *opt, const struct paths *paths,
    struct config *config)
{
	enum mnemod_exit	e;
	int			go;

	e = first_contact(opt, config, &go);
	if (e == EXIT_OK && go)
		return supervisor_run(opt, paths, config);
	config_free(config);
	return e;
}

static enum mnemod_exit
act(const struct options *opt, const struct paths *paths)
{
	struct config		*config;
	enum mnemod_exit	 e;

	config = load_config(opt, paths);
	if (config == NULL)
		return EXIT_CONFIG;
	if (apply_adopt(opt, config) == -1) {
		config_free(config);
		return EXIT_USAGE;
	}
	switch (opt->act) {
	case ACT_RUN:
	case ACT_ONCE:
		return run(opt, paths, config);
	case ACT_CHECK:
		config_print(config, stdout);
		e = EXIT_OK;
		break;
	case ACT_PREVIEW:
		e = preview_run(config, opt->preview);
		break;
	case ACT_DRY_RUN:
		e = survey_run(config, stdout);
		break;
	case ACT_HELP:
	case ACT_VERSION:
	default:
		BUG("act %d", (int)opt->act);
	}
	config_free(config);
	return e;
}

int
main(int argc, char **argv, char **envp)
{
	struct options		opt;
	struct paths		paths;
	enum mnemod_exit	e;
	struct buf		why = BUF_INIT;

	log_init("mnemod");
	if (fd_sanitize_std() == -1) {
		log_warn("/dev/null");
		return EXIT_STATE;
	}
	title_reexec(argv);
	title_init(argc, argv, envp, "mnemod");
	umask(077);
	if (options_parse(&opt, argc, argv, &why) == -1) {
		log_warnx("%s", buf_str(&why));
		options_usage(stderr);
		buf_release(&why);
		options_release(&opt);
		return EXIT_USAGE;
	}
	log_verbose(opt.verbose);
	if (opt.act == ACT_HELP)
		options_help(stdout);
	else if (opt.act == ACT_VERSION)
		printf("mnemod %s\n", MNEMOD_VERSION);
	if (opt.act == ACT_HELP || opt.act == ACT_VERSION) {
		options_release(&opt);
		return EXIT_OK;
	}
	e = paths_init(&paths) == -1 ? EXIT_CONFIG : act(&opt, &paths);
	paths_release(&paths);
	options_release(&opt);
	if (fflush(stdout) == EOF && e == EXIT_OK) {
		log_warn("standard output");
		e = EXIT_JOB_FAILED;
	}
	return (int)e;
}
