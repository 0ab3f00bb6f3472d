#ifndef MNEMOD_RELOAD_H
#define MNEMOD_RELOAD_H

#include "common/buf.h"
#include "supervisor/supervisor.h"

/*
 * SIGHUP: parse first, keep the old configuration on any error.  Called
 * when nothing is under way; the extract worker is replaced before the next
 * pass, the memories are made anew.  A key that needs a restart says so.
 * Returns 0, or -1, logged.
 */
int reload_config(struct supervisor *);

/*
 * What it would take over, for the caller to free; NULL with the reasons in
 * `why', a line each: what was read before cannot be read again, is wrong or
 * needs a restart.
 */
struct config *reload_read(struct supervisor *, struct buf *why);

#endif
