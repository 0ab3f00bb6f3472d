#ifndef MNEMOD_MNEMOCTL_UNTAR_H
#define MNEMOD_MNEMOCTL_UNTAR_H

#include "common/buf.h"

/*
 * Read an archive as `mnemoctl backup' writes it: ustar, POSIX.1-2017 pax,
 * "ustar Interchange Format"; folders and regular files, nothing else.  An
 * archive may come from anybody: links, devices, FIFOs, absolute names, names
 * with "..", names twice, other formats, damaged headers, and anything but
 * zeros behind the end are refused, and nothing is executed.
 */
enum untar_verdict { UNTAR_KEEP, UNTAR_SKIP, UNTAR_REFUSE };

/* What is to become of a member; the name has no '/' at its end. */
typedef enum untar_verdict untar_judge(const char *name, int is_dir);

/*
 * Extract what is kept below the directory `dir', which is empty and
 * nobody else's: folders get mode 0700, files 0600.  0; or -1 with one
 * printable line in `why'; what was extracted before stays.
 */
int untar(int fd, int dir, untar_judge *, struct buf *why);

#endif
