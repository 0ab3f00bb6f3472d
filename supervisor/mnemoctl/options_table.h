#ifndef MNEMOD_MNEMOCTL_OPTIONS_TABLE_H
#define MNEMOD_MNEMOCTL_OPTIONS_TABLE_H

#include <stddef.h>

#include "supervisor/mnemoctl/ctl.h"

/*
 * The options of mnemoctl(1), alphabetical; usage, help and getopt(3) all come
 * from here.  Behind a command that an option is of, its letter means that
 * option; before the command, the first of several.
 */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_LIST };

struct option_row {
	int		 letter;	/* 0: it has none */
	enum option_kind kind;
	const char	*name;
	const char	*arg;		/* NULL: takes none */
	const char	*of;		/* commands; NULL: all */
	const char	*text;
	size_t		 field;		/* of struct ctl_options */
};

#define OPTION_ROWS	21
extern const struct option_row option_rows[];

/* 1 if the option means something to the command; NULL: to all of them. */
int option_is_of(const struct option_row *, const struct ctl_command *);

/* What a letter means to a command; before it is known (NULL): to most. */
const struct option_row *option_by_letter(int letter,
    const struct ctl_command *);

/* 1 if -m means something to it. */
int option_memory_is_of(const struct ctl_command *);

#endif
