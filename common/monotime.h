#ifndef MNEMOD_MONOTIME_H
#define MNEMOD_MONOTIME_H

#include <stdint.h>

/*
 * The three clocks.  Deadlines of processes are monotonic; waiting for a
 * peer counts suspended time too (boottime); eligibility is wall time.
 * All in milliseconds.
 */

/* CLOCK_MONOTONIC. */
int64_t mono_ms(void);

/* CLOCK_BOOTTIME: goes on while the machine is suspended. */
int64_t boot_ms(void);

/*
 * Wall time since 1970 plus the offset that tests and the demo set with
 * "now"; everything that means "now" asks this one function.
 */
int64_t wall_ms(void);

/* wall_ms() in seconds, rounded down. */
int64_t wall_s(void);

/* The offset that wall_ms() adds, in ms; workers get it by configure. */
void wall_set_offset(int64_t ms);
int64_t wall_offset(void);

/*
 * poll(2) time-out for an absolute deadline in mono_ms(): 0 if it passed,
 * -1 for `deadline' < 0 (none), never rounded down to a spin.
 */
int mono_timeout(int64_t deadline, int64_t now);

/*
 * RFC 3339 to ms since 1970: fraction optional, 'Z' or an offset.  Also
 * takes 2026-01-02T03-04-05 (UTC), the form of older rollouts.  Returns 0,
 * or -1 if `s' is no such time.
 */
int rfc3339_parse(const char *s, int64_t *ms);

#define RFC3339_SIZE 32
/* "2026-07-01T11:08:01+00:00", seconds, UTC. */
void rfc3339_format(char out[RFC3339_SIZE], int64_t ms);
/* The same for seconds, which may be anybody's: what no clock shows is 1970. */
void rfc3339_format_s(char out[RFC3339_SIZE], int64_t s);

#endif
