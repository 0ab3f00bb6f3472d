/* The command line. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/options.h"

/* Options without a letter. */
enum {
	OPT_ADOPT = 256,
	OPT_DRY_RUN,
	OPT_YES
};

/* Alphabetical; usage, help and getopt(3) all come from here. */
static const struct option_row {
	int		 letter;	/* or OPT_ */
	const char	*name;
	const char	*arg;		/* NULL: takes none; "[=x]": may */
	const char	*text;
} rows[] = {
	{ '1', "once", NULL, "one pass, then end" },
	{ OPT_ADOPT, "adopt", "[=memory]", "adopt folders that are not ours, "
	    "or that of one memory" },
	{ OPT_DRY_RUN, "dry-run", NULL, "say what would be done, write "
	    "nothing" },
	{ 'f', "config", "file", "read this configuration, - for standard "
	    "input" },
	{ 'h', "help", NULL, "print this help" },
	{ 'n', "check", NULL, "check the configuration and print it" },
	{ 'o', "option", "key=value", "override one key of the "
	    "configuration" },
	{ 'p', "preview", "rollout", "print the text that stage one would "
	    "hand on" },
	{ 's', "state", "statedir", "keep state in this directory" },
	{ 'V', "version", NULL, "print the version" },
	{ 'v', "verbose", NULL, "log details too" },
	{ OPT_YES, "yes", NULL, "answer the first start's question with "
	    "yes" },
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

static const struct option_row *
find_row(int letter)
{
	size_t	i;

	for (i = 0; i < NROWS; i++) {
		if (rows[i].letter == letter)
			return &rows[i];
	}
	return NULL;
}

/* Letters for getopt(3); ":" first: it returns ':' for a missing argument. */
static void
make_letters(char *out)
{
	size_t	i;

	*out++ = '+';
	*out++ = ':';
	for (i = 0; i < NROWS; i++) {
		if (rows[i].letter >= OPT_ADOPT)
			continue;
		*out++ = (char)rows[i].letter;
		if (rows[i].arg != NULL)
			*out++ = ':';
	}
	*out = '\0';
}

static int
arg_of(const struct option_row *row)
{
	if (row->arg == NULL)
		return no_argument;
	return row->arg[0] == '[' ? optional_argument : required_argument;
}

static void
make_names(struct option *out)
{
	size_t	i;

	memset(out, 0, (NROWS + 1) * sizeof(*out));
	for (i = 0; i < NROWS; i++) {
		out[i].name = rows[i].name;
		out[i].has_arg = arg_of(&rows[i]);
		out[i].val = rows[i].letter;
	}
}

/* The act that an option stands for, ACT_RUN for none. */
static enum options_act
act_of(int letter)
{
	switch (letter) {
	case '1':
		return ACT_ONCE;
	case 'h':
		return ACT_HELP;
	case 'n':
		return ACT_CHECK;
	case 'p':
		return ACT_PREVIEW;
	case 'V':
		return ACT_VERSION;
	case OPT_DRY_RUN:
		return ACT_DRY_RUN;
	default:
		return ACT_RUN;
	}
}

static const char *
name_of_act(enum options_act act)
{
	size_t	i;

	for (i = 0; i < NROWS; i++) {
		if (act_of(rows[i].letter) == act)
			return rows[i].name;
	}
	return "run";
}

/* Help and version are always heeded; of the others one may be given. */
static int
set_act(struct options *o, enum options_act act, struct buf *why)
{
	if (act == ACT_RUN || o->act == act || o->act == ACT_HELP ||
	    o->act == ACT_VERSION)
		return 0;
	if (o->act != ACT_RUN && act != ACT_HELP && act != ACT_VERSION) {
		buf_addf(why, "--%s and --%s exclude each other: "
		    "expected one of them", name_of_act(o->act),
		    name_of_act(act));
		return -1;
	}
	o->act = act;
	return 0;
}

static void
take_adopt(struct options *o, const char *name)
{
	if (name == NULL) {
		o->adopt_all = 1;
		return;
	}
	o->adopt = xreallocarray(o->adopt, o->nadopt + 1,
	    sizeof(o->adopt[0]));
	o->adopt[o->nadopt++] = name;
}

/* One option with its argument. */
static int
take(struct options *o, int letter, struct buf *why)
{
	switch (letter) {
	case 'f':
		o->file = optarg;
		break;
	case 'o':
		o->overrides = xreallocarray(o->overrides,
		    o->noverrides + 1, sizeof(o->overrides[0]));
		o->overrides[o->noverrides++] = optarg;
		break;
	case 'p':
		o->preview = optarg;
		break;
	case 's':
		o->state = optarg;
		break;
	case 'v':
		o->verbose = 1;
		break;
	case OPT_YES:
		o->yes = 1;
		break;
	case OPT_ADOPT:
		take_adopt(o, optarg);
		break;
	default:
		break;
	}
	return set_act(o, act_of(letter), why);
}

/* What getopt(3) refused. */
static int
refuse(int letter, char **argv, struct buf *why)
{
	const struct option_row	*row;
	char			 word[64];

	if (letter == ':' && (row = find_row(optopt)) != NULL) {
		buf_addf(why, "--%s: expected its argument, %s",
		    row->name, row->arg);
		return -1;
	}
	if (optopt > 0 && optopt < OPT_ADOPT && find_row(optopt) == NULL)
		snprintf(word, sizeof(word), "-%c", optopt);
	else
		log_printable(word, sizeof(word), argv[optind - 1],
		    strlen(argv[optind - 1]));
	buf_addf(why, "%s: no such option, or not in this form",
	    word);
	return -1;
}

/* Empty arguments are a script's unset variable. */
static int
check_empty(const struct options *o, struct buf *why)
{
	const char	*name;

	name = NULL;
	if (o->file != NULL && *o->file == '\0')
		name = "config";
	if (o->preview != NULL && *o->preview == '\0')
		name = "preview";
	if (o->state != NULL && *o->state == '\0')
		name = "state";
	if (name == NULL)
		return 0;
	buf_addf(why, "--%s: its argument is empty: expected a path",
	    name);
	return -1;
}

int
options_parse(struct options *o, int argc, char **argv, struct buf *why)
{
	struct option	names[NROWS + 1];
	char		letters[2 * NROWS + 3], word[64];
	int		letter;

	memset(o, 0, sizeof(*o));
	make_letters(letters);
	make_names(names);
	optind = 0;	/* start afresh */
	while ((letter = getopt_long(argc, argv, letters, names, NULL)) !=
	    -1) {
		if (letter == '?' || letter == ':')
			return refuse(letter, argv, why);
		if (take(o, letter, why) == -1)
			return -1;
	}
	if (optind < argc) {
		log_printable(word, sizeof(word), argv[optind],
		    strlen(argv[optind]));
		buf_addf(why, "%s: expected no argument without an "
		    "option", word);
		return -1;
	}
	return check_empty(o, why);
}

void
options_release(struct options *o)
{
	free(o->overrides);
	o->overrides = NULL;
	o->noverrides = 0;
	free(o->adopt);
	o->adopt = NULL;
	o->nadopt = 0;
}

void
options_usage(FILE *fp)
{
	fputs("usage: mnemod [-1hnVv] [-f file] [-o key=value] [-p rollout] "
	    "[-s statedir]\n"
	    "              [--adopt[=memory]] [--dry-run] [--yes]\n", fp);
}

void
options_help(FILE *fp)
{
	const struct option_row	*row;
	char			 left[48];
	size_t			 i;

	options_usage(fp);
	for (i = 0; i < NROWS; i++) {
		row = &rows[i];
		snprintf(left, sizeof(left), "%s%s%s",
		    row->name, arg_of(row) == required_argument ? " " : "",
		    row->arg != NULL ? row->arg : "");
		if (row->letter < OPT_ADOPT)
			fprintf(fp, "  -%c, --%-20s %s\n", row->letter, left,
			    row->text);
		else
			fprintf(fp, "      --%-20s %s\n", left, row->text);
	}
	fputs("Without -1, -n, -p and --dry-run mnemod stays in the "
	    "foreground.\nSee mnemod(8) and mnemod.conf(5).\n", fp);
}
