#ifndef MNEMOD_BYTES_H
#define MNEMOD_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/*
 * Eight bytes of a text looked at in one go.  What is told is told of all
 * eight together: nearly all text is plain, and is passed over so.
 */

/* Eight times the byte `c'. */
#define BYTES(c)	((uint64_t)(c) * 0x0101010101010101u)

static inline uint64_t
bytes_at(const char *s)
{
	uint64_t	word;

	memcpy(&word, s, sizeof(word));
	return word;
}

/* Not zero if one is beyond ASCII. */
static inline uint64_t
bytes_high(uint64_t word)
{
	return word & BYTES(0x80);
}

/* Not zero if one is below `c', which is 128 at most. */
static inline uint64_t
bytes_below(uint64_t word, unsigned char c)
{
	return (word - BYTES(c)) & ~word & BYTES(0x80);
}

/* Not zero if one is `c'. */
static inline uint64_t
bytes_equal(uint64_t word, unsigned char c)
{
	return bytes_below(word ^ BYTES(c), 1);
}

/*
 * How many bytes stand before the first one that the functions above tell of,
 * asked about le64toh(bytes_at()): only what is behind it may be told wrongly.
 * Eight if there is none.
 */
static inline size_t
bytes_before(uint64_t told)
{
	return told == 0 ? sizeof(told) : (size_t)__builtin_ctzll(told) / 8;
}

/* A bit for each that is `c', exactly. */
static inline uint64_t
bytes_which(uint64_t word, unsigned char c)
{
	word ^= BYTES(c);
	return ~(((word & BYTES(0x7f)) + BYTES(0x7f)) | word) & BYTES(0x80);
}

#endif
