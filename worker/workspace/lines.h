#ifndef MNEMOD_LINES_H
#define MNEMOD_LINES_H

#include <json-c/json.h>
#include <stddef.h>
#include "worker/redact.h"

/*
 * The text as stage two is given it: an array of its first LINES_MAX lines,
 * each as text_oneline() makes it and of at most LINES_BYTES bytes.  The
 * caller owns it.
 */
#define LINES_MAX	512
#define LINES_BYTES	4096

json_object *lines_of(const char *s, size_t len);

/*
 * The same of a text that was redacted when it was stored, with an empty line
 * for each that holds a secret all the same: by a newer rule, or only once
 * what nobody sees is gone from it, or with what is put behind it in
 * MEMORY.md.  A mark put in now would stand where the evidence has none.
 * Empty if a secret spans lines.  `r' may be NULL.
 */
json_object *lines_redacted(struct redact *r, const char *s, size_t len);

#endif
