#ifndef MNEMOD_EXTENSIONS_H
#define MNEMOD_EXTENSIONS_H

#include <git2.h>
#include <json-c/json.h>
#include <stdint.h>
#include "worker/workspace/workspace.h"

/*
 * What people and other programs put below extensions/ (mnemod-memory(5)):
 *
 *	extensions/ad_hoc/notes/X.md		what the user asked to remember
 *	extensions/NAME/instructions.md		for a model; makes NAME count
 *	extensions/NAME/resources/X.md		what NAME tells
 */
#define EXTENSIONS_NOTES	"extensions/ad_hoc/notes/"
#define EXTENSIONS_DAYS		7	/* that a resource lasts */

/*
 * Drop from `tree' the resources whose name begins with a time
 * ("2026-11-22T18-56-59", UTC) that is EXTENSIONS_DAYS before `now' (Unix
 * seconds) or earlier: of extensions with instructions alone, and none that
 * was adopted.  Returns their number, or -1 with workspace_fail().
 */
int extensions_age(struct workspace *, git_index *tree, int64_t now);

/*
 * Notes and resources as [{"path", "lines"}] in the order of their paths:
 * redacted, valid UTF-8, the newest if there are too many.  NULL with
 * workspace_fail().  The caller owns the array.
 */
json_object *extensions_describe(struct workspace *, git_index *tree);

#endif
