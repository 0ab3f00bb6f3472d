#ifndef MNEMOD_CONFIG_TABLE_H
#define MNEMOD_CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include "supervisor/config.h"

/*
 * The table of all keys of mnemod.conf(5), and the sections they live in.
 */

enum config_section_id {
	SEC_TOP,
	SEC_SOURCE,		/* titled */
	SEC_MEMORY,		/* titled */
	SEC_PIPELINE,
	SEC_BUDGET,
	SEC_PROVIDER,		/* titled */
	SEC_TELEMETRY,
	SEC_RETENTION,
	SEC__MAX
};

enum config_type {
	TYPE_INT,		/* int64_t */
	TYPE_BOOL,		/* int */
	TYPE_WORD,		/* int: index into `words' */
	TYPE_MONEY,		/* int64_t, millionths */
	TYPE_TIME,		/* int64_t, ms; CONFIG_NOW_UNSET for "" */
	TYPE_STR,		/* char * */
	TYPE_NAME,		/* char *, a section's name */
	TYPE_PATH,		/* char *, made absolute; "" stays */
	TYPE_LIST,		/* struct strlist */
	TYPE_NAMES,		/* struct strlist of sections' names */
	TYPE_PATTERNS		/* struct strlist, `~' expanded */
};

/* Cannot change while mnemod runs. */
#define KEY_RESTART	0x1
/* For tests: printed only when set. */
#define KEY_TEST	0x2
/* The default depends on other things: config_complete(). */
#define KEY_COMPUTED	0x4

struct config_key {
	enum config_section_id	 section;
	const char		*name;
	enum config_type	 type;
	size_t			 offset;	/* in the section's struct */
	const char		*def;		/* as in a file */
	int64_t			 min;
	int64_t			 max;
	const char *const	*words;		/* TYPE_WORD, ends with NULL */
	unsigned		 flags;
};

extern const struct config_key config_keys[];
extern const size_t config_nkeys;

/* "source"; "" for the top level. */
const char *config_section_name(enum config_section_id);
int config_section_titled(enum config_section_id);
/* The section called `name', or SEC__MAX; "" is no name here. */
enum config_section_id config_section_by_name(const char *name);

/* The row, or NULL. */
const struct config_key *config_key_find(enum config_section_id,
    const char *name);

/*
 * What was probably meant by `name' in this section: a key, or at the top
 * level a section too.  NULL if nothing is near.
 */
const char *config_key_near(enum config_section_id, const char *name);

/* 1 if `s' is [a-z0-9][a-z0-9_-]{0,31}. */
int config_name_valid(const char *s);

/*
 * The struct that holds a section's values: of a titled section the one
 * with this title, NULL if there is none.  `title' is unused otherwise.
 */
void *config_section_find(struct config *, enum config_section_id,
    const char *title);

/* The i-th of a titled section (with its title), or NULL past the end. */
void *config_section_at(const struct config *, enum config_section_id, size_t i,
    const char **title);

/* Append a titled section with the defaults of its keys. */
void *config_section_add(struct config *, enum config_section_id,
    const char *title, int line);

#endif
