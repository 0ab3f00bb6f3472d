#ifndef MNEMOD_FRAGMENT_H
#define MNEMOD_FRAGMENT_H

#include <json-c/json.h>
#include <stddef.h>

/*
 * Text that a client puts into messages in the user's name, and what is left
 * of them: the words of a person.
 */

/*
 * 1 for instructions that never feed memory: a whole AGENTS.md or a skill,
 * whatever its case and the white space around it (Codex CLI's rule).
 */
int fragment_dropped(const char *s, size_t len);

/* 1 if there is only white space. */
int fragment_blank(const char *s, size_t len);

/*
 * The text of a part of a message's content, or of a content that is a
 * string; NULL if it has none.  Borrowed.
 */
json_object *fragment_text(json_object *part);

/*
 * The first words of a kept message that a person wrote, or NULL: context
 * that the client put in is passed over.  Borrowed from the item.
 */
const char *fragment_words(json_object *item);

#endif
