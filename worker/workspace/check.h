#ifndef MNEMOD_CHECK_H
#define MNEMOD_CHECK_H

#include <json-c/json.h>
#include "worker/workspace/workspace.h"

/*
 * The validator on a folder by itself, whoever made it: no history, no rows,
 * nothing is written.  Whatever the folder holds, links are not followed and
 * no more is read than CHECK_BYTES.
 */
#define CHECK_BYTES	268435456u	/* of all files together */
#define CHECK_MAX	1000		/* violations that are told */

/*
 * Judge the folder that ws->root_path names.  Sets "files" (how many were
 * read), "violations" (mnemod-protocol(7), rejected) and "more" (there are
 * others) in `out'.  Returns 0, or -1 with workspace_fail().
 */
int check_folder(struct workspace *, json_object *out);

#endif
