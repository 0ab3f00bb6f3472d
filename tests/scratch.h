#ifndef MNEMOD_SCRATCH_H
#define MNEMOD_SCRATCH_H

#include <stddef.h>

/*
 * A directory for one test, inside the build directory ($T or $B, else the
 * current one), so that no test touches anything of the user's.
 */
void scratch_make(char *dir, size_t size);
void scratch_remove(const char *dir);
/* A file that holds `text', in the same place; its name is to be freed. */
char *scratch_file(const char *text);

#endif
