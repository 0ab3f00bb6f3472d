#ifndef MNEMOD_MNEMOCTL_MONEY_H
#define MNEMOD_MNEMOCTL_MONEY_H

#include <stdint.h>

#define MONEY_TEXT 32

/* "1.25" of millionths; two digits at least, no more than it takes. */
const char *money_text(char buf[MONEY_TEXT], int64_t millionths);

#endif
