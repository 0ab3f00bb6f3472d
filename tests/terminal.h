#ifndef MNEMOD_TERMINAL_H
#define MNEMOD_TERMINAL_H

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>

/* A terminal; `*person' gets the end at which somebody sits. */
static inline int
terminal_open(int *person)
{
	int	tty;

	*person = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ne(*person, -1);
	ck_assert_int_eq(grantpt(*person), 0);
	ck_assert_int_eq(unlockpt(*person), 0);
	tty = open(ptsname(*person), O_RDWR | O_NOCTTY);
	ck_assert_int_ne(tty, -1);
	return tty;
}

#endif
