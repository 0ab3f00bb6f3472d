#ifndef MNEMOD_HEADLINE_H
#define MNEMOD_HEADLINE_H

#include <stddef.h>
#include "supervisor/supervisor.h"

/*
 * What the supervisor does, in one line for a service manager: what is under
 * way in which stage and memory, or when the next pass is due.  Cheap enough
 * to be asked after every wake-up: it looks at nothing but memory.
 */
#define HEADLINE_MAX	200
void headline_write(const struct supervisor *, char *out, size_t size);

#endif
