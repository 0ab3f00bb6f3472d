#ifndef MNEMOD_JSON_H
#define MNEMOD_JSON_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "buf.h"

/*
 * json-c with the care that hostile text asks for:
 * strict, valid UTF-8, no trailing bytes, nesting below JSON_DEPTH.
 */
#define JSON_DEPTH 32

/*
 * Parse `len' bytes that hold one JSON text.  NULL on any error, with the
 * reason in *why (a constant) if `why' is not NULL.  The caller owns the
 * object (json_object_put()).  `depth' is the deepest nesting accepted.
 */
json_object *json_parse(const char *text, size_t len, int depth,
    const char **why);

/* Append the compact text of `o' to `b', slashes not escaped. */
void json_write(struct buf *b, json_object *o);

/*
 * Members of an object, safe on any `o' and any type: the string (NULL if
 * absent, of another type or with an embedded NUL), the same to be shown ("" if
 * absent), the integer (or `def'), the truth (or `def'), the array or object
 * (or NULL).  Borrowed.
 */
const char *json_str(json_object *o, const char *key);
const char *json_text(json_object *o, const char *key);
int64_t json_int(json_object *o, const char *key, int64_t def);
int json_flag(json_object *o, const char *key, int def);
json_object *json_arr(json_object *o, const char *key);
json_object *json_obj(json_object *o, const char *key);

/* How long an array is, 0 if it is NULL; and its string there, or "". */
size_t json_count(json_object *arr);
const char *json_text_at(json_object *arr, size_t i);

/* Set members.  json_set_str() with NULL sets null; it copies. */
void json_set_str(json_object *o, const char *key, const char *val);
void json_set_int(json_object *o, const char *key, int64_t val);
void json_set_bool(json_object *o, const char *key, int val);
/* Takes over the reference to `val' (may be NULL: null). */
void json_set(json_object *o, const char *key, json_object *val);
/*
 * Append to an array: a value whose reference is taken over (NULL: null), or
 * a copied string.  Without memory they end the process, as json_set() does:
 * a list that lacks an element is not known for what it is.
 */
void json_push(json_object *arr, json_object *val);
void json_push_str(json_object *arr, const char *val);

/* Overwrite every string value at and below `o', before it is freed. */
void json_wipe(json_object *o);

/* 1 if any string or key below `o' holds an embedded NUL. */
int json_has_nul(json_object *o);

#endif
