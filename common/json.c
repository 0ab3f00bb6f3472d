#include <limits.h>
#include <string.h>

#include "json.h"
#include "json_long.h"
#include "log.h"
#include "utf8.h"

static int
only_space(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
		    s[i] != '\n')
			return 0;
	return 1;
}

static int
is_null(const char *text, size_t len)
{
	size_t	at = 0;

	while (at < len && only_space(text + at, 1))
		at++;
	return len - at >= 4 && memcmp(text + at, "null", 4) == 0;
}

/*
 * How many members the text names at most: colons behind the end of a string.
 * (A string that begins with one counts as well.)
 */
static size_t
members_named(const char *text, size_t len)
{
	const char	*p = text, *end = text + len, *q;
	size_t		 n = 0;

	while ((p = memchr(p, ':', (size_t)(end - p))) != NULL) {
		for (q = p; q > text && strchr(" \t\r\n", q[-1]) != NULL; q--)
			;
		n += q > text && q[-1] == '"';
		p++;
	}
	return n;
}

static size_t
members_of(json_object *o)
{
	size_t	i, n = 0;

	if (json_object_is_type(o, json_type_array))
		for (i = 0; i < json_object_array_length(o); i++)
			n += members_of(json_object_array_get_idx(o, i));
	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, val) {
			(void)key;
			n += 1 + members_of(val);
		}
	}
	return n;
}

/* What json-c makes of the text; NULL: nothing, *why says for what reason. */
static json_object *
parse_once(const char *text, size_t len, int depth, const char **why)
{
	json_tokener		*tok;
	json_object		*o;
	enum json_tokener_error	 err;
	size_t			 end;

	/* The limit is exclusive: depth 1 allows no nesting at all. */
	tok = json_tokener_new_ex(depth + 1);
	if (tok == NULL)
		log_fatalx("cannot allocate a JSON parser");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text, (int)len);
	err = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	/* No error, and nothing: 0.16 has no word for want of memory. */
	if (o == NULL && err == json_tokener_success && !is_null(text, len))
		log_fatalx("cannot allocate JSON");
	if (err == json_tokener_continue)
		*why = "ends too early";
	else if (err != json_tokener_success)
		*why = json_tokener_error_desc(err);
	else if (!only_space(text + end, len - end)) {
		/* json-c ends at a NUL without complaint. */
		*why = "bytes after the end";
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

/*
 * json-c 0.16 goes on without a member that it found no memory for.  Where some
 * are missing they may have been given twice: then they are missing again.
 */
static json_object *
parse(const char *text, size_t len, int depth, const char **why)
{
	json_object	*o = parse_once(text, len, depth, why), *again;
	size_t		 n = members_of(o);

	if (o == NULL || n >= members_named(text, len))
		return o;
	again = parse_once(text, len, depth, why);
	if (members_of(again) != n)
		log_fatalx("cannot allocate JSON");
	json_object_put(again);
	return o;
}

json_object *
json_parse(const char *text, size_t len, int depth, const char **why)
{
	struct json_long	 l;
	struct buf		 thin = BUF_INIT;
	json_object		*o;
	const char		*dummy;

	if (why == NULL)
		why = &dummy;
	*why = "too long";
	if (len == 0 || len > INT_MAX)
		return NULL;
	/* json-c would look at this byte by byte. */
	*why = json_tokener_error_desc(json_tokener_error_parse_utf8_string);
	if (utf8_run(text, len) < len)
		return NULL;
	json_long_init(&l);
	if (json_long_take(&l, text, len, &thin)) {
		o = json_long_put(&l, parse(thin.data, thin.len, depth, why));
	} else
		o = parse(text, len, depth, why);
	json_long_release(&l);
	buf_wipe(&thin);
	return o;
}

static json_object *
member(json_object *o, const char *key, enum json_type type)
{
	json_object	*v;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &v) ||
	    !json_object_is_type(v, type))
		return NULL;
	return v;
}

const char *
json_str(json_object *o, const char *key)
{
	json_object	*v = member(o, key, json_type_string);
	const char	*s;

	if (v == NULL)
		return NULL;
	s = json_object_get_string(v);
	if (strlen(s) != (size_t)json_object_get_string_len(v))
		return NULL;
	return s;
}

const char *
json_text(json_object *o, const char *key)
{
	const char	*s = json_str(o, key);

	return s == NULL ? "" : s;
}

int64_t
json_int(json_object *o, const char *key, int64_t def)
{
	json_object	*v = member(o, key, json_type_int);

	return v == NULL ? def : json_object_get_int64(v);
}

int
json_flag(json_object *o, const char *key, int def)
{
	json_object	*v = member(o, key, json_type_boolean);

	return v == NULL ? def : json_object_get_boolean(v);
}

json_object *
json_arr(json_object *o, const char *key)
{
	return member(o, key, json_type_array);
}

json_object *
json_obj(json_object *o, const char *key)
{
	return member(o, key, json_type_object);
}

size_t
json_count(json_object *arr)
{
	return arr == NULL ? 0 : json_object_array_length(arr);
}

const char *
json_text_at(json_object *arr, size_t i)
{
	json_object	*v = i < json_count(arr) ?
			    json_object_array_get_idx(arr, i) : NULL;

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : "";
}

void
json_set(json_object *o, const char *key, json_object *val)
{
	/* NULL: so was the constructor's answer, for want of memory. */
	if (o == NULL || json_object_object_add(o, key, val) != 0)
		log_fatalx("cannot allocate JSON");
}

/* json-c's constructors return NULL without memory. */
static json_object *
made(json_object *v)
{
	if (v == NULL)
		log_fatalx("cannot allocate JSON");
	return v;
}

void
json_set_str(json_object *o, const char *key, const char *val)
{
	json_set(o, key,
	    val == NULL ? NULL : made(json_object_new_string(val)));
}

void
json_set_int(json_object *o, const char *key, int64_t val)
{
	json_set(o, key, made(json_object_new_int64(val)));
}

void
json_set_bool(json_object *o, const char *key, int val)
{
	json_set(o, key, made(json_object_new_boolean(val)));
}

void
json_push(json_object *arr, json_object *val)
{
	if (arr == NULL || json_object_array_add(arr, val) != 0)
		log_fatalx("cannot allocate JSON");
}

void
json_push_str(json_object *arr, const char *val)
{
	json_push(arr, made(json_object_new_string(val)));
}

static int
array_has_nul(json_object *o)
{
	size_t	i, n = json_object_array_length(o);

	for (i = 0; i < n; i++)
		if (json_has_nul(json_object_array_get_idx(o, i)))
			return 1;
	return 0;
}

int
json_has_nul(json_object *o)
{
	enum json_type	t = json_object_get_type(o);

	if (t == json_type_string)
		return strlen(json_object_get_string(o)) !=
		    (size_t)json_object_get_string_len(o);
	if (t == json_type_array)
		return array_has_nul(o);
	if (t == json_type_object) {
		json_object_object_foreach(o, key, val) {
			(void)key;	/* json-c cuts keys at a NUL */
			if (json_has_nul(val))
				return 1;
		}
	}
	return 0;
}

/* json-c's own buffer; it has no other way to reach it. */
static void
string_wipe(json_object *o)
{
	char	*p;
	size_t	 len = (size_t)json_object_get_string_len(o);

	if (len == 0)
		return;
	p = strchr(json_object_get_string(o), *json_object_get_string(o));
	explicit_bzero(p, len);
}

void
json_wipe(json_object *o)
{
	enum json_type	t = json_object_get_type(o);
	size_t		i, n = t == json_type_array ?
			    json_object_array_length(o) : 0;

	if (t == json_type_string)
		string_wipe(o);
	for (i = 0; i < n; i++)
		json_wipe(json_object_array_get_idx(o, i));
	if (t == json_type_object) {
		json_object_object_foreach(o, key, val) {
			(void)key;
			json_wipe(val);
		}
	}
}
