/* The command line of mnemoctl(1). */

#include <bsd/stdlib.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "supervisor/mnemoctl/options_table.h"

#define WORD_MAX	64
#define LONG		1000	/* getopt(3): more than any letter */
#define NUMBER_MAX	1000000

_Static_assert(OPTION_ROWS <= 64, "a bit for each option");

/* Letters and names for getopt(3); ':' first: see refuse(). */
static void
make_table(char *letters, struct option *names, const struct ctl_command *c)
{
	const struct option_row	*row;
	int			 i;

	memset(names, 0, (OPTION_ROWS + 1) * sizeof(*names));
	if (c == NULL)
		*letters++ = '+';	/* up to the command */
	*letters++ = ':';
	for (i = 0; i < OPTION_ROWS; i++) {
		row = &option_rows[i];
		names[i].name = row->name;
		names[i].has_arg = row->arg != NULL ? required_argument :
		    no_argument;
		names[i].val = LONG + i;
		if (row->letter == 0 ||
		    option_by_letter(row->letter, c) != row)
			continue;
		*letters++ = (char)row->letter;
		if (row->arg != NULL)
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
	o->given |= UINT64_C(1) << (row - option_rows);
	switch (row->kind) {
	case OPTION_FLAG:
		*(int *)(void *)field = 1;
		break;
	case OPTION_TEXT:
		*(const char **)(void *)field = optarg;
		break;
	case OPTION_NUMBER:
		return take_number(o, row, (int64_t *)(void *)field);
	case OPTION_LIST:
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
	const char	*best = option_rows[0].name;
	size_t		 least = SIZE_MAX, i;

	for (i = 0; i < OPTION_ROWS; i++)
		nearest_try(word, option_rows[i].name, &best, &least);
	return best;
}

/* What getopt(3) refused: ':' an argument is missing, '?' anything else. */
static int
refuse(struct ctl_options *o, int letter, const char *last)
{
	const struct option_row	*row = NULL;
	char			 word[WORD_MAX];

	if (letter == ':')
		row = optopt >= LONG ? &option_rows[optopt - LONG] :
		    option_by_letter(optopt, o->command);
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

/* The command whose name is nearest to `word'. */
static const char *
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

	for (i = 0; i < OPTION_ROWS; i++)
		if ((o->given & UINT64_C(1) << i) != 0 &&
		    !option_is_of(&option_rows[i], o->command))
			return wrong(o, "%s: takes no --%s",
			    o->command->name, option_rows[i].name);
	return 0;
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
	if (o->memory != NULL && !option_memory_is_of(c))
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
	struct option		 names[OPTION_ROWS + 1];
	char			 letters[2 * OPTION_ROWS + 3];
	int			 argc = 0, letter;

	make_table(letters, names, o->command);
	while (argv[argc] != NULL)
		argc++;
	optind = 0;	/* start afresh */
	while ((letter = getopt_long(argc, argv, letters, names, NULL)) !=
	    -1) {
		if (letter == '?' || letter == ':')
			return refuse(o, letter, argv[optind - 1]);
		row = letter >= LONG ? &option_rows[letter - LONG] :
		    option_by_letter(letter, o->command);
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
