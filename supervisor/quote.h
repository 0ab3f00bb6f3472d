#ifndef MNEMOD_QUOTE_H
#define MNEMOD_QUOTE_H

#include "common/buf.h"

/* Strings as they stand in a configuration file, see mnemod.conf(5). */

/* 1 if `s' is valid UTF-8 and holds nothing that is not printable. */
int quote_clean(const char *s);

/* Append `s' in double quotes, so that reading it gives `s' again. */
void quote_add(struct buf *, const char *s);

#endif
