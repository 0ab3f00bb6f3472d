#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/mem.h"
#include "worker/redact.h"
#include "worker/redact_rules.h"

/* Longer keys are data, not names. */
#define KEY_MAX	128

/* Deeper values than any parser of ours lets through are left out. */
#define DEPTH_MAX	64

static size_t	redact_value_at(struct redact *, json_object *, int);

static size_t
redact_string(struct redact *r, json_object *o)
{
	struct buf	out = BUF_INIT;
	size_t		n;

	n = redact_found(r, json_object_get_string(o),
	    (size_t)json_object_get_string_len(o), &out);
	if (n > 0)
		json_object_set_string_len(o, buf_str(&out), (int)out.len);
	buf_release(&out);
	return n;
}

/*
 * A string that a name says is a secret: redacted whole where it can be one.
 * Else it is read behind its name, as a header is: {"Cookie":"a=b"}.
 */
static size_t
redact_named(struct redact *r, const char *name, json_object *o)
{
	const char		*text = json_object_get_string(o);
	size_t			 len = (size_t)json_object_get_string_len(o);
	size_t			 namelen = strlen(name), n;
	/* In quotes, as values of JSON are. */
	struct buf		 line = BUF_INIT, out = BUF_INIT;
	struct redact_value	 v;
	enum redact_check	 check;

	if (namelen > KEY_MAX || len == 0 ||
	    !redact_may_begin(r, name, namelen))
		return redact_string(r, o);
	buf_addf(&line, "%s:\"", name);
	buf_add(&line, text, len);
	v = (struct redact_value){ line.data, line.len, namelen + 2,
	    line.len, REDACT_UNKNOWN };
	if (redact_key_check(r, name, namelen, &check) &&
	    redact_value_ok(&v, check)) {
		json_object_set_string(o, REDACT_MARK);
		buf_wipe(&line);
		return 1;
	}
	n = redact_string(r, o);
	buf_wipe(&line);
	buf_addf(&line, "%s: ", name);
	buf_add(&line, json_object_get_string(o),
	    (size_t)json_object_get_string_len(o));
	if (redact_text(r, line.data, line.len, &out) > 0 &&
	    out.len > namelen + 2 &&
	    memcmp(out.data, line.data, namelen + 2) == 0) {
		json_object_set_string_len(o, out.data + namelen + 2,
		    (int)(out.len - namelen - 2));
		n++;
	}
	buf_wipe(&line);
	buf_release(&out);
	return n;
}

/*
 * {"password":123456}: a number that a name says is a secret.  The caller
 * puts the mark in its place.
 */
static int
is_secret_number(struct redact *r, const char *name, json_object *o)
{
	struct buf		 line = BUF_INIT;
	struct redact_value	 v;
	enum redact_check	 check;
	size_t			 namelen = strlen(name);
	int			 secret;

	if (!json_object_is_type(o, json_type_int) || namelen > KEY_MAX ||
	    !redact_may_begin(r, name, namelen) ||
	    !redact_key_check(r, name, namelen, &check) ||
	    check != REDACT_PASSWORD)
		return 0;
	buf_addf(&line, "%s:%s", name, json_object_to_json_string(o));
	v = (struct redact_value){ line.data, line.len, namelen + 1,
	    line.len, REDACT_UNKNOWN };
	secret = redact_value_ok(&v, check);
	buf_wipe(&line);
	return secret;
}

/* ["--password","x"]: an option names the element after it. */
static size_t
redact_array(struct redact *r, json_object *arr, int depth)
{
	json_object	*o;
	const char	*option = NULL;
	size_t		 n = 0, i;

	for (i = 0; i < json_object_array_length(arr); i++) {
		o = json_object_array_get_idx(arr, i);
		if (!json_object_is_type(o, json_type_string)) {
			option = NULL;
			n += redact_value_at(r, o, depth);
			continue;
		}
		n += option != NULL ? redact_named(r, option, o) :
		    redact_string(r, o);
		option = json_object_get_string(o);
		if (strncmp(option, "--", 2) != 0)
			option = NULL;
	}
	return n;
}

/*
 * The name that {"name":"PASSWORD","value":"x"} gives to its value, a copy:
 * it may be redacted first.
 */
static char *
name_of_value(json_object *obj)
{
	static const char *const	keys[] = { "name", "key", "Name", "Key" };
	json_object			*o;
	size_t				 i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_object_get_ex(obj, keys[i], &o) &&
		    json_object_is_type(o, json_type_string))
			return xstrdup(json_object_get_string(o));
	return NULL;
}

/* A key that is itself a secret gets its place in the object anew. */
static void
rename_key(struct redact *r, json_object *obj, const char *key)
{
	struct buf	out = BUF_INIT;

	(void)redact_text(r, key, strlen(key), &out);
	json_set(obj, buf_str(&out),
	    json_object_get(json_object_object_get(obj, key)));
	json_object_object_del(obj, key);
	buf_release(&out);
}

static size_t
redact_keys_of(struct redact *r, json_object *obj)
{
	struct buf	 out = BUF_INIT;
	size_t		 i, n = 0;
	char		**keys = NULL;

	json_object_object_foreach(obj, key, val) {
		(void)val;
		if (redact_found(r, key, strlen(key), &out) > 0) {
			keys = xreallocarray(keys, n + 1, sizeof(*keys));
			keys[n++] = xstrdup(key);
		}
	}
	for (i = 0; i < n; i++) {
		rename_key(r, obj, keys[i]);
		free(keys[i]);
	}
	free(keys);
	buf_release(&out);
	return n;
}

static size_t
redact_object(struct redact *r, json_object *obj, int depth)
{
	char	*name;
	size_t	 n;

	/* Keys first: they are context for the values, also the next time. */
	n = redact_keys_of(r, obj);
	name = name_of_value(obj);
	json_object_object_foreach(obj, key, val) {
		if (is_secret_number(r, key, val)) {
			json_set_str(obj, key, REDACT_MARK);
			n++;
		} else if (!json_object_is_type(val, json_type_string))
			n += redact_value_at(r, val, depth);
		else if (name != NULL && strcasecmp(key, "value") == 0)
			n += redact_named(r, name, val);
		else
			n += redact_named(r, key, val);
	}
	free(name);
	return n;
}

static size_t
redact_value_at(struct redact *r, json_object *o, int depth)
{
	if (json_object_is_type(o, json_type_string))
		return redact_string(r, o);
	if (depth >= DEPTH_MAX)
		return 0;
	if (json_object_is_type(o, json_type_array))
		return redact_array(r, o, depth + 1);
	if (json_object_is_type(o, json_type_object))
		return redact_object(r, o, depth + 1);
	return 0;
}

size_t
redact_json(struct redact *r, json_object *root)
{
	return redact_value_at(r, root, 0);
}
