#ifndef MNEMOD_TOOLS_FUZZ_H
#define MNEMOD_TOOLS_FUZZ_H

#include <json-c/json.h>

/*
 * One call of an agent's tool, in a folder of its own that has files of both
 * kinds, links that lead out and something outside that must stay as it is.
 * Ends the process if
 *
 *	the call changed what is not the agent's, or anything outside,
 *	it was refused and a file is another one than before,
 *	it broke, though nothing in the folder failed, or
 *	what the model is told is nothing, too much or no UTF-8.
 */
void tools_fuzz_call(const char *tool, const char *arguments);

/* The text that MEMORY.md has when the call is made; kept, not copied. */
void tools_fuzz_memory(const char *text, size_t len);

#endif
