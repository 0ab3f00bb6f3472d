#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json_long.h"
#include "json_text.h"
#include "log.h"
#include "mem.h"

#define LONG	192		/* bytes that are worth the trouble */

/*
 * A mark is a NUL and a number.  A string of the text that begins with a NUL
 * is taken out too, if it can be, so none of them is mistaken for a mark.
 */
#define NUL	"\\u0000"

void
json_long_init(struct json_long *l)
{
	buf_init(&l->text);
	l->ends = NULL;
	l->n = 0;
}

void
json_long_release(struct json_long *l)
{
	buf_wipe(&l->text);
	free(l->ends);
	json_long_init(l);
}

/* The quote that ends the string that begins at `s'; NULL: it has no end. */
static const char *
string_end(const char *s, const char *end)
{
	const char	*q = s, *b;

	while ((q = memchr(q, '"', (size_t)(end - q))) != NULL) {
		for (b = q; b > s && b[-1] == '\\'; b--)
			continue;
		if ((q - b) % 2 == 0)
			return q;
		q++;
	}
	return NULL;
}

/* A key stays where it is. */
static int
is_key(const char *quote, const char *end)
{
	const char	*p = quote + 1;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' ||
	    *p == '\n'))
		p++;
	return p < end && *p == ':';
}

static int
is_wanted(const char *s, size_t len)
{
	return len >= LONG || (len >= strlen(NUL) &&
	    memcmp(s, NUL, strlen(NUL)) == 0);
}

static int
take(struct json_long *l, const char *s, size_t len)
{
	if (!json_text_read(&l->text, s, len))
		return 0;
	l->ends = xreallocarray(l->ends, l->n + 1, sizeof(*l->ends));
	l->ends[l->n++] = l->text.len;
	return 1;
}

int
json_long_take(struct json_long *l, const char *text, size_t len,
    struct buf *thin)
{
	const char	*end = text + len, *p = text, *copied = text, *s;

	while ((p = memchr(p, '"', (size_t)(end - p))) != NULL) {
		s = p + 1;
		p = string_end(s, end);
		if (p == NULL)
			break;
		if (is_wanted(s, (size_t)(p - s)) && !is_key(p, end) &&
		    take(l, s, (size_t)(p - s))) {
			buf_add(thin, copied, (size_t)(s - copied));
			buf_addf(thin, NUL "%zu", l->n - 1);
			copied = p;
		}
		p++;
	}
	if (l->n == 0)
		return 0;
	buf_add(thin, copied, (size_t)(end - copied));
	return 1;
}

/* The number of a mark; l->n: it is none. */
static size_t
mark_of(const struct json_long *l, json_object *o)
{
	const char	*s = json_object_get_string(o);
	size_t		 len = (size_t)json_object_get_string_len(o), i, v = 0;

	if (len < 2 || s[0] != '\0')
		return l->n;
	for (i = 1; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' || v >= l->n)
			return l->n;
		v = v * 10 + (size_t)(s[i] - '0');
	}
	return v < l->n ? v : l->n;
}

/*
 * The string in whose place `o' stands; NULL: it is no mark.  A new one, as a
 * mark that is made longer, and later empty, is lost to json-c 0.16: it leaks
 * the text and takes its address for one.
 */
static json_object *
string_of(const struct json_long *l, json_object *o)
{
	json_object	*v;
	size_t		 i = l->n, at;

	if (json_object_is_type(o, json_type_string))
		i = mark_of(l, o);
	if (i == l->n)
		return NULL;
	at = i == 0 ? 0 : l->ends[i - 1];
	v = json_object_new_string_len(l->text.data + at,
	    (int)(l->ends[i] - at));
	if (v == NULL)
		log_fatalx("cannot allocate JSON");
	return v;
}

static void	put_below(const struct json_long *, json_object *);

static void
put_in_array(const struct json_long *l, json_object *o)
{
	json_object	*v, *s;
	size_t		 i, n = json_object_array_length(o);

	for (i = 0; i < n; i++) {
		v = json_object_array_get_idx(o, i);
		s = string_of(l, v);
		if (s == NULL)
			put_below(l, v);
		else if (json_object_array_put_idx(o, i, s) != 0)
			log_fatalx("cannot allocate JSON");
	}
}

static void
put_in_object(const struct json_long *l, json_object *o)
{
	json_object	*s;

	json_object_object_foreach(o, key, v) {
		s = string_of(l, v);
		if (s == NULL)
			put_below(l, v);
		else if (json_object_object_add(o, key, s) != 0)
			log_fatalx("cannot allocate JSON");
	}
}

static void
put_below(const struct json_long *l, json_object *o)
{
	if (json_object_is_type(o, json_type_array))
		put_in_array(l, o);
	else if (json_object_is_type(o, json_type_object))
		put_in_object(l, o);
}

json_object *
json_long_put(const struct json_long *l, json_object *o)
{
	json_object	*s = string_of(l, o);

	if (s == NULL) {
		put_below(l, o);
		return o;
	}
	json_object_put(o);
	return s;
}
