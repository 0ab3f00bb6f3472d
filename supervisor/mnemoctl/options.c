/* The command line of mnemoctl(1). */

#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/options.h"

/* Alphabetical; usage, help and getopt(3) all come from here. */
static const struct option_row {
	int		 letter;
	const char	*name;
	const char	*arg;		/* NULL: takes none */
	const char	*text;
} rows[] = {
	{ 'd', "despite", "rule", "of accept: the rule that is let pass" },
	{ 'f', "config", "file", "read this configuration, - for standard "
	    "input" },
	{ 'h', "help", NULL, "print this help" },
	{ 'j', "json", NULL, "print JSON" },
	{ 'm', "memory", "memory", "the memory that is meant, if there are "
	    "several" },
	{ 'n', "dry-run", NULL, "of forget: say what would be done" },
	{ 'o', "option", "key=value", "override one key of the "
	    "configuration" },
	{ 'O', "outdated", NULL, "of extract: what an older generator made" },
	{ 'p', "purge", NULL, "of forget: from the history too" },
	{ 's', "state", "statedir", "look at the state in this directory" },
	{ 'v', "verbose", NULL, "say who answered, and more" },
	{ 'V', "version", NULL, "print the version" }
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))
#define WORD_MAX 64

/* Letters and names for getopt(3); ':' first: see refuse(). */
static void
make_table(char *letters, struct option *names)
{
	size_t	 i;

	memset(names, 0, (NROWS + 1) * sizeof(*names));
	*letters++ = ':';
	for (i = 0; i < NROWS; i++) {
		*letters++ = (char)rows[i].letter;
		if (rows[i].arg != NULL)
			*letters++ = ':';
		names[i].name = rows[i].name;
		names[i].has_arg = rows[i].arg != NULL ? required_argument :
		    no_argument;
		names[i].val = rows[i].letter;
	}
	*letters = '\0';
}

static void
take(struct ctl_options *o, int letter)
{
	switch (letter) {
	case 'd':
		o->despite = optarg;
		break;
	case 'f':
		o->file = optarg;
		break;
	case 'h':
		o->help = 1;
		break;
	case 'j':
		o->json = 1;
		break;
	case 'm':
		o->memory = optarg;
		break;
	case 'o':
		o->overrides = xreallocarray(o->overrides,
		    o->noverrides + 1, sizeof(o->overrides[0]));
		o->overrides[o->noverrides++] = optarg;
		break;
	case 'O':
		o->outdated = 1;
		break;
	case 'n':
		o->dry_run = 1;
		break;
	case 'p':
		o->purge = 1;
		break;
	case 's':
		o->state = optarg;
		break;
	case 'v':
		o->verbose = 1;
		break;
	case 'V':
		o->version = 1;
		break;
	default:
		BUG("option %d", letter);
	}
}

/* Always -1, for the caller to return. */
static int __attribute__((format(printf, 2, 3)))
wrong(struct ctl_options *o, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(o->why, sizeof(o->why), fmt, ap);
	va_end(ap);
	return -1;
}

/* What getopt(3) refused: ':' an argument is missing, '?' anything else. */
static int
refuse(struct ctl_options *o, int letter, char **argv)
{
	char	 word[WORD_MAX];
	size_t	 i;

	for (i = 0; i < NROWS; i++)
		if (letter == ':' && rows[i].letter == optopt)
			return wrong(o, "--%s: expected its argument, %s",
			    rows[i].name, rows[i].arg);
	if (optopt > ' ' && optopt < 0x7f)
		snprintf(word, sizeof(word), "-%c", optopt);
	else
		log_printable(word, sizeof(word), argv[optind - 1],
		    strlen(argv[optind - 1]));
	return wrong(o, "%s: no such option, or not in this form", word);
}

const char *
ctl_options_nearest(const struct ctl_command *c, const char *word)
{
	const char	*best = c->name;
	size_t		 least = SIZE_MAX;

	for (; c->name != NULL; c++)
		nearest_try(word, c->name, &best, &least);
	return best;
}

static const struct ctl_command *
find_command(const struct ctl_command *c, const char *name)
{
	for (; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* Options that mean something to some commands only. */
static int
check_flags(struct ctl_options *o)
{
	const char	*takes = o->command->flags;

	if (o->despite != NULL && (takes == NULL ||
	    strchr(takes, 'd') == NULL))
		return wrong(o, "%s: takes no --despite", o->command->name);
	if (o->dry_run && (takes == NULL || strchr(takes, 'n') == NULL))
		return wrong(o, "%s: takes no --dry-run", o->command->name);
	if (o->outdated && (takes == NULL || strchr(takes, 'O') == NULL))
		return wrong(o, "%s: takes no --outdated", o->command->name);
	if (!o->outdated && takes != NULL && strchr(takes, 'O') != NULL)
		return wrong(o, "%s: expected what to extract, --outdated",
		    o->command->name);
	if (o->purge && (takes == NULL || strchr(takes, 'p') == NULL))
		return wrong(o, "%s: takes no --purge", o->command->name);
	return 0;
}

/* The words that are no options: the command and its argument. */
static int
take_words(struct ctl_options *o, const struct ctl_command *commands,
    char **argv)
{
	char	 word[WORD_MAX];
	size_t	 n = 0;

	while (argv[n] != NULL)
		n++;
	if (n == 0)
		return wrong(o, "expected a command, for example %s",
		    commands->name);
	o->command = find_command(commands, argv[0]);
	if (o->command == NULL) {
		log_printable(word, sizeof(word), argv[0], strlen(argv[0]));
		return wrong(o, "%s: no such command; the nearest is %s",
		    word, ctl_options_nearest(commands, argv[0]));
	}
	if (n == 1 && o->command->argument != NULL &&
	    o->command->argument[0] != '[')
		return wrong(o, "%s: expected its argument, %s",
		    o->command->name, o->command->argument);
	if (n > (o->command->argument != NULL ? 2 : 1))
		return wrong(o, "%s: too many arguments", o->command->name);
	if (o->memory != NULL && o->command->collect != NULL)
		return wrong(o, "%s: takes no --memory", o->command->name);
	o->argument = argv[1];
	return check_flags(o);
}

/* Empty arguments are a script's unset variable. */
static int
check_empty(struct ctl_options *o)
{
	const char	*name = NULL;

	if (o->file != NULL && *o->file == '\0')
		name = "--config";
	if (o->state != NULL && *o->state == '\0')
		name = "--state";
	if (o->memory != NULL && *o->memory == '\0')
		name = "--memory";
	if (o->despite != NULL && *o->despite == '\0')
		name = "--despite";
	if (o->argument != NULL && *o->argument == '\0')
		name = o->command->name;
	if (name == NULL)
		return 0;
	return wrong(o, "%s: its argument is empty", name);
}

int
ctl_options_parse(struct ctl_options *o, const struct ctl_command *commands,
    char **argv)
{
	struct option	 names[NROWS + 1];
	char		 letters[2 * NROWS + 2];
	int		 argc = 0, letter;

	memset(o, 0, sizeof(*o));
	make_table(letters, names);
	while (argv[argc] != NULL)
		argc++;
	optind = 0;	/* start afresh */
	while ((letter = getopt_long(argc, argv, letters, names, NULL)) !=
	    -1) {
		if (letter == '?' || letter == ':')
			return refuse(o, letter, argv);
		take(o, letter);
	}
	if (o->help || o->version)
		return 0;
	if (take_words(o, commands, argv + optind) == -1)
		return -1;
	return check_empty(o);
}

void
ctl_options_release(struct ctl_options *o)
{
	free(o->overrides);
	o->overrides = NULL;
	o->noverrides = 0;
}

void
ctl_options_usage(FILE *fp)
{
	fputs("usage: mnemoctl [-hjnOpvV] [-d rule] [-f file] [-m memory] "
	    "[-o key=value] [-s statedir] command\n", fp);
}

void
ctl_options_help(FILE *fp, const struct ctl_command *c)
{
	char	 left[48];
	size_t	 i;

	ctl_options_usage(fp);
	for (i = 0; i < NROWS; i++) {
		snprintf(left, sizeof(left), "%s %s", rows[i].name,
		    rows[i].arg != NULL ? rows[i].arg : "");
		fprintf(fp, "  -%c, --%-18s %s\n", rows[i].letter, left,
		    rows[i].text);
	}
	fputs("commands:\n", fp);
	for (; c->name != NULL; c++) {
		snprintf(left, sizeof(left), "%s %s", c->name,
		    c->argument != NULL ? c->argument : "");
		fprintf(fp, "  %-24s %s\n", left, c->text);
	}
	fputs("See mnemoctl(1) and mnemod(8).\n", fp);
}
