#ifndef MNEMOD_MNEMOCTL_BYTES_H
#define MNEMOD_MNEMOCTL_BYTES_H

#include <stdint.h>

#define BYTES_TEXT 32

/* "812 B", "34 kB", "1.5 MB", "120 GB": of a thousand, as disks have it. */
const char *bytes_text(char buf[BYTES_TEXT], int64_t bytes);

#endif
