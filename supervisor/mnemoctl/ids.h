#ifndef MNEMOD_MNEMOCTL_IDS_H
#define MNEMOD_MNEMOCTL_IDS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The ids of a listing: how much of them tells them apart.
 */
struct ids {
	char	**list;		/* owned */
	size_t	  n;
};
#define IDS_INIT { NULL, 0 }

/* Copies the id; the same one may come again. */
void ids_add(struct ids *, const char *id);

/* How many characters tell them apart, at least 8.  Frees them. */
int64_t ids_length(struct ids *);

#endif
