#ifndef MNEMOD_METRICS_FILE_H
#define MNEMOD_METRICS_FILE_H

#include "common/buf.h"

/*
 * The file of key metrics_file: replaced whole, so that a reader never sees a
 * part of it.  A new one is for its owner alone (mode 0600), or, in a folder
 * that hands its group on (set-group-ID), for that group too (0640); one that
 * is there keeps its mode.  Anything but a regular file is left alone.
 *
 * Not flushed to the disk: what was lost with the machine is of no use after
 * its start.  NULL, or the reason why it was not written, to be used at once.
 */
const char *metrics_file_write(const char *path, const struct buf *text);

#endif
