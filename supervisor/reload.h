#ifndef MNEMOD_RELOAD_H
#define MNEMOD_RELOAD_H

#include "supervisor/supervisor.h"

/*
 * SIGHUP: parse first, keep the old configuration on any error.  Called
 * when nothing is under way; the extract worker is replaced before the next
 * pass, the memories are made anew.  A key that needs a restart says so.
 */
void reload_config(struct supervisor *);

#endif
