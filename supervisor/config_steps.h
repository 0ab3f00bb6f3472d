#ifndef MNEMOD_CONFIG_STEPS_H
#define MNEMOD_CONFIG_STEPS_H

#include "common/buf.h"
#include "supervisor/config.h"
#include "supervisor/config_table.h"
#include "supervisor/paths.h"

/*
 * The steps of config_load(), in this order.  Each returns 0, or -1 with a
 * message in `why'.
 */

/*
 * Read the file of the request into `cfg', which has its defaults.  The
 * default file may be absent; one that was named (-f) not.
 */
int config_read(struct config *cfg, const struct config_request *,
    struct buf *why);

/* Apply one `-o key=value'. */
int config_override(struct config *, const char *option,
    const struct paths *, struct buf *why);

/* Values against each other, and what this version refuses. */
int config_check(const struct config *, struct buf *why);

/* Of these: the provider sections, and the one that is used. */
int config_check_providers(const struct config *, struct buf *why);

/*
 * And the memory roots: none may be, hold or lie in another, what a source
 * reads or the state directory.  Roots are looked at on the disk.
 */
int config_check_roots(const struct config *, struct buf *why);

/* And where telemetry goes. */
int config_check_telemetry(const struct config *, struct buf *why);

/* Begin a message of config_check(): the file and, if known, the line. */
void config_complain(const struct config *, int line, struct buf *why);

#endif
