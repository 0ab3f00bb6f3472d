#ifndef MNEMOD_BUILTIN_ADOPTED_H
#define MNEMOD_BUILTIN_ADOPTED_H

#include "builtin_blocks.h"
#include "builtin_input.h"

/*
 * What came with an adopted folder, before anything is written.
 *
 * A block of ours one of whose threads is known by what the folder told of it
 * alone, or has a raw memory that says nothing, is BLOCK_KEPT: there are no
 * facts to write it anew from.
 *
 * Of the folder's sessions only those remain in the inputs that such blocks
 * name: our part of the summary told of them, too, and is written anew.  Of
 * their preferences those remain that stand there: others were replaced.
 */
void adopted_settle(struct blocks *, struct inputs *);

#endif
