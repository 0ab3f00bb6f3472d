#ifndef MNEMOD_CONFIG_SCENE_H
#define MNEMOD_CONFIG_SCENE_H

#include "common/buf.h"
#include "supervisor/config.h"
#include "supervisor/paths.h"

/*
 * A user without any configuration, and what becomes of one.
 */
#define CONF "tests/data/conf/"

extern struct paths	paths;

/* Begin and end a test: none of the variables that paths come from is set. */
void config_setup(void);
void config_teardown(void);

/*
 * Read this file (NULL: the user's) with these overrides; the caller frees
 * the configuration.  NULL: what is wrong with it is in `why'.
 */
struct config *load(const char *file, const char *const *o, size_t n,
    struct buf *why);
/* With one override. */
struct config *load_with(const char *option, struct buf *why);

/* What config_print() gives, as a string to free. */
char *printed(const struct config *);

#endif
