#ifndef MNEMOD_USTAR_SCENE_H
#define MNEMOD_USTAR_SCENE_H

#include "common/buf.h"
#include "supervisor/mnemoctl/untar.h"

/*
 * An archive that grows in memory, good or bad in one respect, and a scratch
 * directory in which it is extracted.
 */

/* Fields of a header: POSIX.1-2017 pax, "ustar Interchange Format". */
enum ustar_field {
	NAME = 0,
	MODE = 100,
	SIZE = 124,
	CHKSUM = 148,
	TYPE = 156,
	LINK = 157,
	MAGIC = 257,
	VERSION = 263,
	PREFIX = 345,
	BLOCK = 512		/* of them all */
};

extern struct buf		 ar;		/* the archive */
extern int			 below;		/* the directory */
extern enum untar_verdict	 verdict;	/* on all members */
extern struct buf		 why;

/* Begin and end a test. */
void ustar_setup(void);
void ustar_teardown(void);

/* Append a header with these words as they are; returns where it is. */
size_t header(char type, const char *name, const char *size);
/* Change a field of the header at `at', and have its checksum fit again. */
void put(size_t at, enum ustar_field, const void *bytes, size_t len);
/* Append contents, padded; and blocks of zeros. */
void contents(const char *data, size_t len);
void zeros(int blocks);
/* Append a whole file. */
void file(const char *name, const char *data);

/* An untar_judge that says `verdict'. */
enum untar_verdict judge(const char *name, int is_dir);
/* Extract what there is: what untar() returns, the reason in `why'. */
int read_it(void);
/*
 * Append an end and extract: refused with `reason' among its words, or, for
 * NULL, taken.  Begins another archive; what was extracted stays.
 */
void ends_with(const char *reason);

int is_there(const char *name);
/* The file `name' is there, is ours alone and has these contents. */
void has_text(const char *name, const char *text);

/* One run of a test for each row of its table. */
#define LOOP(tcase, table, test)					\
	tcase_add_loop_test(tcase, test, 0,				\
	    (int)(sizeof(table) / sizeof((table)[0])))

#endif
