#ifndef MNEMOD_MNEMOCTL_WHEN_H
#define MNEMOD_MNEMOCTL_WHEN_H

#include <stdint.h>

/*
 * Times and spans as people say them.  All in seconds.
 */

#define TIME_TEXT 48

/* "in 2 hours", "3 days ago", "now"; "-" for 0. */
const char *time_text(char buf[TIME_TEXT], int64_t when, int64_t now);

/* "2026-11-23 12:00:00", of the reader's own zone; "?" if there is none. */
const char *stamp_text(char buf[TIME_TEXT], int64_t when);
/* "2026-11-23", in UTC. */
const char *day_text(char buf[TIME_TEXT], int64_t when);

/* "2 hours", "40 seconds": the largest unit that counts at least two. */
const char *span_text(char buf[TIME_TEXT], int64_t seconds);

#endif
