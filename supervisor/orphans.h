#ifndef MNEMOD_ORPHANS_H
#define MNEMOD_ORPHANS_H

#include "common/buf.h"

/*
 * Append "pid 12 (mnemod-agent), pid 15 (mnemod-extract)" for every process
 * that has the file of descriptor `fd' open, this one excepted.  A worker
 * hides its descriptors from all but root; a process that does, and is
 * called like a worker, is named with "perhaps".
 */
void orphans_name(int fd, struct buf *names);

#endif
