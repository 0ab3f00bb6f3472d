/* The command line of mnemoctl(1). */

#include <bsd/stdlib.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/options.h"

enum kind { FLAG, TEXT, NUMBER, LIST };

#define FIELD(member) offsetof(struct ctl_options, member)

/*
 * Alphabetical; usage, help and getopt(3) all come from here.  Behind a
 * command that an option is of, its letter means that option; before the
 * command, the first of several.
 */
static const struct option_row {
	int		 letter;	/* 0: it has none */
	enum kind	 kind;
	const char	*name;
	const char	*arg;		/* NULL: takes none */
	const char	*of;		/* commands; NULL: all */
	const char	*text;
	size_t		 field;
} rows[] = {
	{ 'a', FLAG, "all", NULL, "retry",
	    "all that failed", FIELD(all) },
	{ 0, TEXT, "by", "key", "usage",
	    "day, model, purpose or memory", FIELD(by) },
	{ 0, NUMBER, "days", "n", "usage",
	    "so many days back", FIELD(days) },
	{ 'd', TEXT, "despite", "rule", "accept",
	    "the rule that is let pass", FIELD(despite) },
	{ 'f', TEXT, "config", "file", NULL,
	    "read this configuration, - for standard input", FIELD(file) },
	{ 0, FLAG, "force", NULL, "backup restore",
	    "replace what is there", FIELD(force) },
	{ 'f', FLAG, "follow", NULL, "log",
	    "go on with what comes", FIELD(follow) },
	{ 'h', FLAG, "help", NULL, NULL,
	    "print this help", FIELD(help) },
	{ 'j', FLAG, "json", NULL, NULL,
	    "print JSON", FIELD(json) },
	{ 'm', TEXT, "memory", "memory", NULL,
	    "the memory that is meant, if there are several", FIELD(memory) },
	{ 'n', FLAG, "dry-run", NULL, "forget",
	    "say what would be done", FIELD(dry_run) },
	{ 'n', NUMBER, "lines", "n", "log",
	    "the last so many records", FIELD(lines) },
	{ 'n', NUMBER, "limit", "number", "search",
	    "so many hits, not 20", FIELD(limit) },
	{ 'o', LIST, "option", "key=value", NULL,
	    "override one key of the configuration", FIELD(overrides) },
	{ 'O', FLAG, "outdated", NULL, "extract",
	    "what an older generator made", FIELD(outdated) },
	{ 'p', FLAG, "purge", NULL, "forget",
	    "from the history too", FIELD(purge) },
	{ 0, FLAG, "provider", NULL, "doctor",
	    "ask the provider, at no cost", FIELD(provider) },
	{ 's', TEXT, "state", "statedir", NULL,
	    "look at the state in this directory", FIELD(state) },
	{ 'w', FLAG, "wait", NULL, "extract",
	    "until it is done", FIELD(wait) },
	{ 'v', FLAG, "verbose", NULL, NULL,
	    "say who answered, and more", FIELD(verbose) },
	{ 'V', FLAG, "version", NULL, NULL,
	    "print the version", FIELD(version) }
};

#define NROWS		(sizeof(rows) / sizeof(rows[0]))
#define WORD_MAX	64
#define LONG		1000	/* getopt(3): more than any letter */
#define NUMBER_MAX	1000000

_Static_assert(NROWS <= 64, "a bit for each option");

/* 1 if the option means something to the command. */
static int
is_of(const struct option_row *row, const struct ctl_command *c)
{
	const char	*p = row->of;
	size_t		 n;

	if (p == NULL || c == NULL)
		return p == NULL;
	for (n = strlen(c->name); p != NULL; p = strchr(p, ' ')) {
		p += *p == ' ';
		if (strncmp(p, c->name, n) == 0 &&
		    (p[n] == '\0' || p[n] == ' '))
			return 1;
	}
	return 0;
}

/* What a letter means to a command; before it is known (NULL): to most. */
static const struct option_row *
find_letter(int letter, const struct ctl_command *c)
{
	const struct option_row	*any = NULL, *all = NULL;
	size_t			 i;

	for (i = 0; i < NROWS; i++) {
		if (rows[i].letter != letter)
			continue;
		if (rows[i].of == NULL)
			all = &rows[i];
		else if (is_of(&rows[i], c))
			return &rows[i];
		else if (any == NULL)
			any = &rows[i];
	}
	return all != NULL ? all : any;
}

/* Letters and names for getopt(3); ':' first: see refuse(). */
static void
make_table(char *letters, struct option *names, const struct ctl_command *c)
{
	size_t	 i;

	memset(names, 0, (NROWS + 1) * sizeof(*names));
	if (c == NULL)
		*letters++ = '+';	/* up to the command */
	*letters++ = ':';
	for (i = 0; i < NROWS; i++) {
		names[i].name = rows[i].name;
		names[i].has_arg = rows[i].arg != NULL ? required_argument :
		    no_argument;
		names[i].val = LONG + (int)i;
		if (rows[i].letter == 0 ||
		    find_letter(rows[i].letter, c) != &rows[i])
			continue;
		*letters++ = (char)rows[i].letter;
		if (rows[i].arg != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
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

static int
take_number(struct ctl_options *o, const struct option_row *row,
    int64_t *number)
{
	char		 word[WORD_MAX];
	const char	*err;

	*number = strtonum(optarg, 1, NUMBER_MAX, &err);
	if (err == NULL)
		return 0;
	log_printable(word, sizeof(word), optarg, strlen(optarg));
	return wrong(o, "--%s: %s is no number from 1 to %d", row->name, word,
	    NUMBER_MAX);
}

static int
take(struct ctl_options *o, const struct option_row *row)
{
	char	*field = (char *)o + row->field;

	if (row->arg != NULL && *optarg == '\0')
		return wrong(o, "--%s: its argument is empty", row->name);
	o->given |= UINT64_C(1) << (row - rows);
	switch (row->kind) {
	case FLAG:
		*(int *)(void *)field = 1;
		break;
	case TEXT:
		*(const char **)(void *)field = optarg;
		break;
	case NUMBER:
		return take_number(o, row, (int64_t *)(void *)field);
	case LIST:
		o->overrides = xreallocarray(o->overrides,
		    o->noverrides + 1, sizeof(o->overrides[0]));
		o->overrides[o->noverrides++] = optarg;
		break;
	}
	return 0;
}

static const char *
nearest_option(const char *word)
{
	const char	*best = rows[0].name;
	size_t		 least = SIZE_MAX, i;

	for (i = 0; i < NROWS; i++)
		nearest_try(word, rows[i].name, &best, &least);
	return best;
}

/* What getopt(3) refused: ':' an argument is missing, '?' anything else. */
static int
refuse(struct ctl_options *o, int letter, const char *last)
{
	const struct option_row	*row = NULL;
	char			 word[WORD_MAX];

	if (letter == ':')
		row = optopt >= LONG ? &rows[optopt - LONG] :
		    find_letter(optopt, o->command);
	if (row != NULL)
		return wrong(o, "--%s: expected its argument, %s", row->name,
		    row->arg);
	log_printable(word, sizeof(word), last, strlen(last));
	if (strncmp(last, "--", 2) == 0)
		return wrong(o, "%s: no such option, or not in this form; "
		    "the nearest is --%s", word, nearest_option(last + 2));
	if (optopt > ' ' && optopt < 0x7f)
		snprintf(word, sizeof(word), "-%c", optopt);
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

/* The first word that is no option. */
static int
take_command(struct ctl_options *o, const struct ctl_command *commands,
    const char *name)
{
	char	 word[WORD_MAX];

	if (name == NULL)
		return wrong(o, "expected a command, for example %s",
		    commands->name);
	o->command = find_command(commands, name);
	if (o->command != NULL)
		return 0;
	log_printable(word, sizeof(word), name, strlen(name));
	return wrong(o, "%s: no such command; the nearest is %s; -h lists "
	    "all", word, ctl_options_nearest(commands, name));
}

/* Options that the command does not have, before or behind it. */
static int
check_given(struct ctl_options *o)
{
	size_t	 i;

	for (i = 0; i < NROWS; i++)
		if ((o->given & UINT64_C(1) << i) != 0 &&
		    !is_of(&rows[i], o->command))
			return wrong(o, "%s: takes no --%s",
			    o->command->name, rows[i].name);
	return 0;
}

static int
takes_memory(const struct ctl_command *c)
{
	return c->collect == NULL || c->memory;
}

/* The words with a blank between them, allocated. */
static char *
join(char **words)
{
	struct buf	 b = BUF_INIT;

	for (; *words != NULL; words++)
		buf_addf(&b, "%s%s", b.len > 0 ? " " : "", *words);
	return buf_detach(&b);
}

/* The words behind the command. */
static int
take_argument(struct ctl_options *o, char **argv)
{
	const struct ctl_command	*c = o->command;

	if (argv[0] == NULL && c->argument != NULL && c->argument[0] != '[')
		return wrong(o, "%s: expected its argument, %s", c->name,
		    c->argument);
	if (argv[0] != NULL && (c->argument == NULL || (argv[1] != NULL &&
	    !c->words)))
		return wrong(o, "%s: too many arguments", c->name);
	if (o->memory != NULL && !takes_memory(c))
		return wrong(o, "%s: takes no --memory", c->name);
	if (strcmp(c->name, "extract") == 0 && o->outdated == (argv[0] != NULL))
		return wrong(o, "%s: expected either a thread or --outdated",
		    c->name);
	/* A script's unset variable. */
	if (argv[0] != NULL && argv[0][0] == '\0')
		return wrong(o, "%s: its argument is empty", c->name);
	o->argument = argv[0];
	if (argv[0] != NULL && argv[1] != NULL)
		o->argument = o->joined = join(argv);
	return 0;
}

/* Options: up to the command while it is NULL, then all. */
static int
take_options(struct ctl_options *o, char **argv)
{
	const struct option_row	*row;
	struct option		 names[NROWS + 1];
	char			 letters[2 * NROWS + 3];
	int			 argc = 0, letter;

	make_table(letters, names, o->command);
	while (argv[argc] != NULL)
		argc++;
	optind = 0;	/* start afresh */
	while ((letter = getopt_long(argc, argv, letters, names, NULL)) !=
	    -1) {
		if (letter == '?' || letter == ':')
			return refuse(o, letter, argv[optind - 1]);
		row = letter >= LONG ? &rows[letter - LONG] :
		    find_letter(letter, o->command);
		if (take(o, row) == -1)
			return -1;
	}
	return 0;
}

int
ctl_options_parse(struct ctl_options *o, const struct ctl_command *commands,
    char **argv)
{
	memset(o, 0, sizeof(*o));
	if (take_options(o, argv) == -1)
		return -1;
	if (o->help || o->version)
		return 0;
	argv += optind;
	if (take_command(o, commands, argv[0]) == -1 ||
	    take_options(o, argv) == -1)
		return -1;
	if (o->help || o->version)
		return 0;
	if (check_given(o) == -1)
		return -1;
	return take_argument(o, argv + optind);
}

void
ctl_options_release(struct ctl_options *o)
{
	free(o->joined);
	o->joined = NULL;
	free(o->overrides);
	o->overrides = NULL;
	o->noverrides = 0;
}

void
ctl_options_usage(FILE *fp)
{
	fputs("usage: mnemoctl [-hjvV] [-f file] [-m memory] [-o key=value] "
	    "[-s statedir] command [argument]\n", fp);
}

static void
help_option(FILE *fp, const struct option_row *row)
{
	char	 left[48], letter[8] = "";

	snprintf(left, sizeof(left), "%s %s", row->name, row->arg != NULL ?
	    row->arg : "");
	if (row->letter != 0)
		snprintf(letter, sizeof(letter), "-%c,", row->letter);
	fprintf(fp, "  %-3s --%-18s %s%s%s\n", letter, left,
	    row->of == NULL ? "" : row->of, row->of == NULL ? "" : ": ",
	    row->text);
}

void
ctl_options_help_command(FILE *fp, const struct ctl_command *c)
{
	size_t	 i;

	fprintf(fp, "usage: mnemoctl [options] %s%s%s\n%s\n", c->name,
	    c->argument != NULL ? " " : "", c->argument != NULL ?
	    c->argument : "", c->text);
	for (i = 0; i < NROWS; i++)
		if (is_of(&rows[i], c) && (rows[i].field != FIELD(memory) ||
		    takes_memory(c)))
			help_option(fp, &rows[i]);
	fprintf(fp, "See %s in mnemoctl(1).\n", c->name);
}

void
ctl_options_help(FILE *fp, const struct ctl_command *c)
{
	char	 left[48];
	size_t	 i;

	ctl_options_usage(fp);
	for (i = 0; i < NROWS; i++)
		help_option(fp, &rows[i]);
	fputs("commands:\n", fp);
	for (; c->name != NULL; c++) {
		snprintf(left, sizeof(left), "%s %s", c->name,
		    c->argument != NULL ? c->argument : "");
		fprintf(fp, "  %-24s %s\n", left, c->text);
	}
	fputs("See mnemoctl(1) and mnemod(8).\n", fp);
}
