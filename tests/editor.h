#ifndef MNEMOD_EDITOR_H
#define MNEMOD_EDITOR_H

#include "tests/wspace_scene.h"

/*
 * Somebody who edits the memory of the scene, in every way that editors know
 * and in the very moments in which it hurts.  Each save adds "<sN>" to what
 * the file says.  Who deletes a file has no claim on what it said then.
 */
#define SAVES		5000	/* in all, at most: in make check-long */

extern int		 in_all;	/* saves that are made */
extern char		*claimed;	/* of SAVES; processes share it */
extern int		 saves;		/* made so far */
extern unsigned		 seed;

#define NFILES 6
extern const char *const files[NFILES];	/* that are edited */

enum style { BY_RENAME, IN_PLACE, APPEND, CRLF, NO_NEWLINE, DELETE, TWICE,
	STYLES };

/* Begin and end a test, with the scene. */
void editor_setup(void);
void editor_teardown(void);

/* A small generator: the same sequence everywhere. */
unsigned chance(unsigned n);

void save(const char *path, enum style);
enum style any_style(void);

/* Save now and then while the workspace publishes; and no longer. */
void editor_sits_down(void);
void editor_leaves(void);

/* Call this for the number of each save that a text holds. */
void for_saves(const char *text, void (*each)(int, char *), char *arg);
/* The whole of a file below the root; NULL if it is not there. */
char *read_file(const char *path);

#endif
