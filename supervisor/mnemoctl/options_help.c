#include <stddef.h>
#include <stdio.h>

#include "supervisor/mnemoctl/options_table.h"

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
	for (i = 0; i < OPTION_ROWS; i++)
		if (option_is_of(&option_rows[i], c) && (option_rows[i].field !=
		    offsetof(struct ctl_options, memory) ||
		    option_memory_is_of(c)))
			help_option(fp, &option_rows[i]);
	fprintf(fp, "See %s in mnemoctl(1).\n", c->name);
}

void
ctl_options_help(FILE *fp, const struct ctl_command *c)
{
	char	 left[48];
	size_t	 i;

	ctl_options_usage(fp);
	for (i = 0; i < OPTION_ROWS; i++)
		help_option(fp, &option_rows[i]);
	fputs("commands:\n", fp);
	for (; c->name != NULL; c++) {
		snprintf(left, sizeof(left), "%s %s", c->name,
		    c->argument != NULL ? c->argument : "");
		fprintf(fp, "  %-24s %s\n", left, c->text);
	}
	fputs("See mnemoctl(1) and mnemod(8).\n", fp);
}
