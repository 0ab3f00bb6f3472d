#include <string.h>

#include "supervisor/mnemoctl/options_table.h"

#define FIELD(member) offsetof(struct ctl_options, member)

const struct option_row option_rows[] = {
	{ 'a', OPTION_FLAG, "all", NULL, "retry",
	    "all that failed", FIELD(all) },
	{ 0, OPTION_TEXT, "by", "key", "usage",
	    "day, model, purpose or memory", FIELD(by) },
	{ 0, OPTION_NUMBER, "days", "n", "usage",
	    "so many days back", FIELD(days) },
	{ 'd', OPTION_TEXT, "despite", "rule", "accept",
	    "the rule that is let pass", FIELD(despite) },
	{ 'f', OPTION_TEXT, "config", "file", NULL,
	    "read this configuration, - for standard input", FIELD(file) },
	{ 0, OPTION_FLAG, "force", NULL, "backup restore",
	    "replace what is there", FIELD(force) },
	{ 'f', OPTION_FLAG, "follow", NULL, "log",
	    "go on with what comes", FIELD(follow) },
	{ 'h', OPTION_FLAG, "help", NULL, NULL,
	    "print this help", FIELD(help) },
	{ 'j', OPTION_FLAG, "json", NULL, NULL,
	    "print JSON", FIELD(json) },
	{ 'm', OPTION_TEXT, "memory", "memory", NULL,
	    "the memory that is meant, if there are several", FIELD(memory) },
	{ 'n', OPTION_FLAG, "dry-run", NULL, "forget",
	    "say what would be done", FIELD(dry_run) },
	{ 'n', OPTION_NUMBER, "lines", "n", "log",
	    "the last so many records", FIELD(lines) },
	{ 'n', OPTION_NUMBER, "limit", "number", "search",
	    "so many hits, not 20", FIELD(limit) },
	{ 'o', OPTION_LIST, "option", "key=value", NULL,
	    "override one key of the configuration", FIELD(overrides) },
	{ 'O', OPTION_FLAG, "outdated", NULL, "extract",
	    "what an older generator made", FIELD(outdated) },
	{ 'p', OPTION_FLAG, "purge", NULL, "forget",
	    "from the history too", FIELD(purge) },
	{ 0, OPTION_FLAG, "provider", NULL, "doctor",
	    "ask the provider, at no cost", FIELD(provider) },
	{ 's', OPTION_TEXT, "state", "statedir", NULL,
	    "look at the state in this directory", FIELD(state) },
	{ 'w', OPTION_FLAG, "wait", NULL, "extract",
	    "until it is done", FIELD(wait) },
	{ 'v', OPTION_FLAG, "verbose", NULL, NULL,
	    "say who answered, and more", FIELD(verbose) },
	{ 'V', OPTION_FLAG, "version", NULL, NULL,
	    "print the version", FIELD(version) }
};
_Static_assert(sizeof(option_rows) / sizeof(option_rows[0]) == OPTION_ROWS,
    "the number of options");

int
option_is_of(const struct option_row *row, const struct ctl_command *c)
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

const struct option_row *
option_by_letter(int letter, const struct ctl_command *c)
{
	const struct option_row	*any = NULL, *all = NULL;
	size_t			 i;

	for (i = 0; i < OPTION_ROWS; i++) {
		if (option_rows[i].letter != letter)
			continue;
		if (option_rows[i].of == NULL)
			all = &option_rows[i];
		else if (option_is_of(&option_rows[i], c))
			return &option_rows[i];
		else if (any == NULL)
			any = &option_rows[i];
	}
	return all != NULL ? all : any;
}

int
option_memory_is_of(const struct ctl_command *c)
{
	return c->collect == NULL || c->memory;
}
