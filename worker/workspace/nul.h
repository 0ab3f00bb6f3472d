#ifndef MNEMOD_NUL_H
#define MNEMOD_NUL_H

#include <stddef.h>
#include "common/buf.h"

/*
 * 1 and where the text's first NUL stands, both counted from 1, or 0 if it
 * has none.
 */
int nul_find(const struct buf *, size_t *line, size_t *byte);

#endif
