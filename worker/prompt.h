#ifndef MNEMOD_PROMPT_H
#define MNEMOD_PROMPT_H

#include <stddef.h>
#include "common/buf.h"

/*
 * The texts of prompts/, built into the program: prompts/NAME.md is
 * prompt_NAME.  When what stage one's ask for changes, GENERATOR_PROMPT of
 * common/generator.h does too.
 */
extern const char prompt_stage_one_system[];
extern const char prompt_stage_one_input[];
extern const char prompt_consolidate_system[];

/* What stands for `{{ name }}' in a text. */
struct prompt_value {
	const char	*name;
	const char	*text;		/* as it is; not looked at again */
	size_t		 len;
};

/*
 * Append the text with its `n' values put in.  A name that is none of them
 * is our own error: BUG().
 */
void prompt_render(struct buf *, const char *text,
    const struct prompt_value *, size_t n);

#endif
