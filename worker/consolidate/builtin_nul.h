#ifndef MNEMOD_BUILTIN_NUL_H
#define MNEMOD_BUILTIN_NUL_H

#include "buf.h"

/*
 * A NUL that a person's editor left in the files: builtin works on strings,
 * which end there.  While it works, a byte that UTF-8 never has stands for
 * each, so that what is behind it is seen and kept.
 */

/* Such a byte that neither text holds, or 0 if they hold all of them. */
char nul_stand_in(const struct buf *, const struct buf *);

/* Each NUL becomes `byte', and the other way round. */
void nul_hide(struct buf *, char byte);
void nul_show(struct buf *, char byte);

#endif
