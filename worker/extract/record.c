#include <string.h>

#include "record.h"

/* What may stand between the strings of a JSON text. */
enum byte_class {
	BYTE_BAD,
	BYTE_PLAIN,		/* space, separators, numbers, literals */
	BYTE_QUOTE,
	BYTE_OPEN,
	BYTE_CLOSE
};

static const unsigned char byte_class[256] = {
	['\t'] = BYTE_PLAIN, [' '] = BYTE_PLAIN, ['\r'] = BYTE_PLAIN,
	[','] = BYTE_PLAIN, [':'] = BYTE_PLAIN,
	['0'] = BYTE_PLAIN, ['1'] = BYTE_PLAIN, ['2'] = BYTE_PLAIN,
	['3'] = BYTE_PLAIN, ['4'] = BYTE_PLAIN, ['5'] = BYTE_PLAIN,
	['6'] = BYTE_PLAIN, ['7'] = BYTE_PLAIN, ['8'] = BYTE_PLAIN,
	['9'] = BYTE_PLAIN, ['+'] = BYTE_PLAIN, ['-'] = BYTE_PLAIN,
	['.'] = BYTE_PLAIN, ['E'] = BYTE_PLAIN,
	/* true, false, null and exponents */
	['t'] = BYTE_PLAIN, ['r'] = BYTE_PLAIN, ['u'] = BYTE_PLAIN,
	['e'] = BYTE_PLAIN, ['f'] = BYTE_PLAIN, ['a'] = BYTE_PLAIN,
	['l'] = BYTE_PLAIN, ['s'] = BYTE_PLAIN, ['n'] = BYTE_PLAIN,
	['"'] = BYTE_QUOTE,
	['{'] = BYTE_OPEN, ['['] = BYTE_OPEN,
	['}'] = BYTE_CLOSE, [']'] = BYTE_CLOSE
};

struct cursor {
	const char		*p;
	const char		*end;
	size_t			 commas;	/* in nested values */
	enum record_status	 status;	/* why a step returned 0 */
};

/* The object's own outer keys that tell what a record is. */
struct outer {
	struct slice	 time, type, kind;
	int		 id, payload, record_type;
};

int
slice_is(const struct slice *slice, const char *s)
{
	return slice->text != NULL && slice->len == strlen(s) &&
	    memcmp(slice->text, s, slice->len) == 0;
}

static int
stop(struct cursor *c, enum record_status status)
{
	c->status = status;
	return 0;
}

static int
skip_space(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' ||
	    *c->p == '\r'))
		c->p++;
	return c->p < c->end ? 1 : stop(c, RECORD_TORN);
}

/* At an opening quote; behind the closing one after. */
static int
take_string(struct cursor *c, struct slice *out)
{
	const char	*start = ++c->p, *q, *b;

	for (;;) {
		q = memchr(c->p, '"', (size_t)(c->end - c->p));
		if (q == NULL)
			return stop(c, RECORD_TORN);
		c->p = q + 1;
		for (b = q; b > start && b[-1] == '\\'; b--)
			;
		if ((q - b) % 2 == 0)
			break;
	}
	if (out != NULL) {
		out->text = start;
		out->len = (size_t)(q - start);
	}
	return 1;
}

/* At an opening bracket; behind the one that closes it after. */
static int
skip_nested(struct cursor *c)
{
	size_t	depth = 0;

	while (c->p < c->end) {
		switch ((enum byte_class)byte_class[(unsigned char)*c->p]) {
		case BYTE_PLAIN:
			c->commas += *c->p == ',';
			c->p++;
			break;
		case BYTE_QUOTE:
			if (!take_string(c, NULL))
				return 0;
			break;
		case BYTE_OPEN:
			c->p++;
			depth++;
			break;
		case BYTE_CLOSE:
			c->p++;
			if (--depth == 0)
				return 1;
			break;
		case BYTE_BAD:
			return stop(c, RECORD_BROKEN);
		}
	}
	return stop(c, RECORD_TORN);
}

/* At a value; `out' gets it if it is a string. */
static int
skip_value(struct cursor *c, struct slice *out)
{
	const char	*start = c->p;

	switch ((enum byte_class)byte_class[(unsigned char)*c->p]) {
	case BYTE_QUOTE:
		return take_string(c, out);
	case BYTE_OPEN:
		return skip_nested(c);
	case BYTE_PLAIN:
		while (c->p < c->end && *c->p != ',' && *c->p != ':' &&
		    byte_class[(unsigned char)*c->p] == BYTE_PLAIN)
			c->p++;
		return c->p > start ? 1 : stop(c, RECORD_BROKEN);
	case BYTE_CLOSE:
	case BYTE_BAD:
		break;
	}
	return stop(c, RECORD_BROKEN);
}

/* At a key or a closing brace; after `1' at the key's value. */
static int
take_key(struct cursor *c, struct slice *key)
{
	if (!skip_space(c))
		return 0;
	if (*c->p != '"')
		return stop(c, RECORD_BROKEN);
	if (!take_string(c, key) || !skip_space(c))
		return 0;
	if (*c->p != ':')
		return stop(c, RECORD_BROKEN);
	c->p++;
	return skip_space(c);
}

/* Behind a value: 1 if another member follows, c->status if none. */
static int
more_members(struct cursor *c)
{
	if (!skip_space(c))
		return 0;
	if (*c->p == ',') {
		c->commas++;
		c->p++;
		return 1;
	}
	if (*c->p != '}')
		return stop(c, RECORD_BROKEN);
	c->p++;
	return stop(c, RECORD_OK);
}

static int
open_object(struct cursor *c)
{
	c->p++;
	if (!skip_space(c))
		return 0;
	if (*c->p != '}')
		return 1;
	c->p++;
	return stop(c, RECORD_OK);
}

/* At the payload's opening brace. */
static int
scan_payload(struct cursor *c, struct outer *o)
{
	struct slice	key;

	if (open_object(c))
		do
			if (!take_key(c, &key) || !skip_value(c,
			    slice_is(&key, "type") ? &o->type : NULL))
				return 0;
		while (more_members(c));
	return c->status == RECORD_OK;
}

/* At the value of an outer key. */
static int
scan_member(struct cursor *c, const struct slice *key, struct outer *o)
{
	if (slice_is(key, "timestamp"))
		return skip_value(c, &o->time);
	if (slice_is(key, "type"))
		return skip_value(c, &o->kind);
	if (slice_is(key, "payload")) {
		o->payload = 1;
		return *c->p == '{' ? scan_payload(c, o) :
		    skip_value(c, NULL);
	}
	if (slice_is(key, "id"))
		o->id = 1;
	else if (slice_is(key, "record_type"))
		o->record_type = 1;
	return skip_value(c, NULL);
}

static void
classify(struct record_head *h, const struct outer *o)
{
	h->kind = RECORD_OTHER;
	h->time = o->time;
	h->type = o->type;
	if (o->payload) {
		if (slice_is(&o->kind, "response_item"))
			h->kind = RECORD_ITEM;
		else if (slice_is(&o->kind, "event_msg"))
			h->kind = RECORD_EVENT;
		else if (slice_is(&o->kind, "turn_context"))
			h->kind = RECORD_TURN;
		else if (slice_is(&o->kind, "session_meta"))
			h->kind = RECORD_META;
		return;
	}
	/* The form before October 2025. */
	h->bare = 1;
	h->type = o->kind;
	if (o->kind.text != NULL)
		h->kind = RECORD_ITEM;
	else if (o->id && o->time.text != NULL && !o->record_type)
		h->kind = RECORD_META;
}

enum record_status
record_scan(const char *text, size_t len, struct record_head *h)
{
	struct cursor	 c = { text, text + len, 0, RECORD_OK };
	struct outer	 o;
	struct slice	 key;

	memset(h, 0, sizeof(*h));
	memset(&o, 0, sizeof(o));
	if (!skip_space(&c))
		return c.status;
	if (*c.p != '{')
		return RECORD_BROKEN;
	if (open_object(&c))
		do
			if (!take_key(&c, &key) || !scan_member(&c, &key, &o))
				return c.status;
		while (more_members(&c));
	h->len = (size_t)(c.p - text);
	h->values = c.commas + 1;
	classify(h, &o);
	return c.status;
}

size_t
record_resync(const char *text, size_t len, size_t from)
{
	static const char	 mark[] = "{\"timestamp\":\"";
	const char		*p;

	if (from >= len)
		return len;
	p = memmem(text + from, len - from, mark, sizeof(mark) - 1);
	return p == NULL ? len : (size_t)(p - text);
}
