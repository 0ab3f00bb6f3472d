#ifndef MNEMOD_EXTRACT_PATTERNS_H
#define MNEMOD_EXTRACT_PATTERNS_H

/*
 * `mnemod-extract -t': is each of the configuration's patterns one?  They
 * come on standard input, each ended by a NUL; for each a line goes to
 * standard output, "ok" or what is wrong with it.  The supervisor asks so
 * when it reads its configuration, for it has no pattern matcher of its own.
 * Returns the exit status.
 */
int patterns_check(void);

#endif
