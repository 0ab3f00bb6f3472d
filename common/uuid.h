#ifndef MNEMOD_UUID_H
#define MNEMOD_UUID_H

#include <stdint.h>

#define UUID_SIZE 37	/* 36 characters and a NUL */

/* A new UUIDv7 (RFC 9562 section 5.7) of wall_ms(), lower case. */
void uuid_v7(char out[UUID_SIZE]);

/* A new random UUIDv4: ownership tokens of jobs. */
void uuid_v4(char out[UUID_SIZE]);

/* 1 if `s' is a UUID in its 36 character form, either case. */
int uuid_valid(const char *s);

/*
 * Milliseconds since 1970 in a UUIDv7, or in a UUIDv1's 100 ns count;
 * -1 for other versions and for what is no UUID.
 */
int64_t uuid_time_ms(const char *s);

/* The low 32 bits of the UUID as a 128-bit number; `s' must be valid. */
uint32_t uuid_low32(const char *s);

#endif
