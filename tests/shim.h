#ifndef SHIM_H
#define SHIM_H

#include <stddef.h>

/*
 * What a kernel may do and hardly ever does, for LD_PRELOAD:
 *
 *	SHIM_SHORT=N	a read or write moves 1 to N bytes at a time
 *	SHIM_FAIL="CALL[,CALL...] ERROR[,ERROR...] WHEN"
 *			of these calls (see shim_calls.c; "malloc" is one)
 *			the K-th fails if WHEN is K, each from the K-th on
 *			if it is K+, and one in N of these, at no fixed
 *			distance, if it is K+N; the errors take turns
 *	SHIM_SEEN=FILE	processes count together in this file of 16 bytes:
 *			calls, then failures (uint64_t)
 *	SHIM_OURS=1	only calls of the program itself count, not those of
 *			its libraries
 *	SHIM_CLOCK=FILE	the wall clock is off by the seconds in FILE
 *	SHIM_IN=NAME[,NAME...]
 *			only in programs of these names, workers too
 */

/* 1 if this call, made from that address, is to fail; errno is set then. */
int shim_fails(const char *call, const void *caller);

/* 1 if SHIM_SHORT is set. */
int shim_short(void);

/* 1 if the program itself calls from there, not a library. */
int shim_is_ours(const void *caller);

/* 1 if this call is one of SHIM_FAIL. */
int shim_counts(const char *call);

/* How many of n bytes move: 1, 2, ... N, 1, ...: every length in its turn. */
size_t shim_shorter(size_t n);

/* The next definition of a function, our caller's being the first. */
void *shim_next(const char *name);

/* SHIM_CLOCK, empty if not set. */
const char *shim_clock_file(void);

#endif
