#ifndef MNEMOD_CODEX_ROWS_H
#define MNEMOD_CODEX_ROWS_H

#include <json-c/json.h>

/*
 * Stage-one rows of Codex CLI's own databases, for adoption: usage counts
 * and raw memories that its folder does not tell.
 *
 * Append to `rows' what is found below `home', newest first, as entries of
 * `input' (mnemod-protocol(7)) with usage_count, last_usage and memory_mode
 * besides.  The databases are read from copies below `state'.  All of it is
 * another program's: texts are bounded, but not redacted.  What is damaged is
 * logged and left out: 0.  -1: the system could not read it now, nor tell
 * what may not be remembered; it is to be tried again.
 */
int codex_rows_read(const char *home, const char *state, json_object *rows);

#endif
