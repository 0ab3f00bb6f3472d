#ifndef MNEMOD_BUILTIN_PROFILE_H
#define MNEMOD_BUILTIN_PROFILE_H

#include "buf.h"
#include "builtin_input.h"

/* Append "## User Profile": folders, kinds of files, languages. */
void profile_write(struct buf *, const struct inputs *);

/*
 * Append "## General Tips": what is so of this machine, dated.  A program
 * that was not found is left out from the moment that a session ran it.
 */
void tips_write(struct buf *, const struct inputs *);

#endif
