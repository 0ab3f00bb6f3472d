#include <string.h>

#include "conversation.h"
#include "json.h"
#include "worker/text.h"

/*
 * How a conversation that fills the model's context is made smaller.  Every
 * call keeps its result and every item its form, or the next request would
 * be invalid; arguments stay an object, with its short values, so that a path
 * can still be read.
 */

#define NOTE_MIN	256	/* bytes: a shorter text is no gain */
#define ARGUMENT_WAS	"[%zu bytes were here; they were carried out, or "	\
			"refused, as the result says]"

static size_t
size_of(const struct conversation *c)
{
	struct buf	b = BUF_INIT;
	size_t		n;

	json_write(&b, c->messages);
	n = b.len + strlen(c->instructions);
	buf_release(&b);
	return n;
}

/* Behind it are the results that the model has not seen yet. */
static size_t
last_reply(const struct conversation *c)
{
	size_t		 i = json_object_array_length(c->messages);
	const char	*role;

	while (i > 0) {
		role = json_str(json_object_array_get_idx(c->messages, --i),
		    "role");
		if (strcmp(role, "assistant") == 0)
			break;
	}
	return i;
}

/* Put the text in place of a longer one; the bytes that this saved. */
static size_t
replace(json_object *o, const char *key, const struct buf *text)
{
	const char	*old = json_str(o, key);
	size_t		 n = old == NULL ? 0 : strlen(old);

	if (n <= text->len)
		return 0;
	n -= text->len;
	json_set_str(o, key, buf_str(text));
	return n;
}

static size_t
length(json_object *o, const char *key)
{
	const char	*s = json_str(o, key);

	return s == NULL ? 0 : strlen(s);
}

/* A note in place of the text: what was there, and the advice behind it. */
static size_t
drop_text(json_object *o, const char *key, const char *what,
    const char *advice)
{
	size_t		n = length(o, key);
	struct buf	b = BUF_INIT;

	if (n < NOTE_MIN)
		return 0;
	buf_addf(&b, "[a %s of %zu bytes was here%s]", what, n, advice);
	n = replace(o, key, &b);
	buf_release(&b);
	return n;
}

/* The arguments without long strings and whatever else is no plain value. */
static json_object *
short_arguments(json_object *args)
{
	json_object	*o = json_object_new_object();
	struct buf	 b = BUF_INIT;
	size_t		 n;

	json_object_object_foreach(args, key, value) {
		n = length(args, key);
		if (n >= NOTE_MIN) {
			buf_reset(&b);
			buf_addf(&b, ARGUMENT_WAS, n);
			json_set_str(o, key, buf_str(&b));
		} else if (!json_object_is_type(value, json_type_object) &&
		    !json_object_is_type(value, json_type_array))
			json_set(o, key, json_object_get(value));
	}
	buf_release(&b);
	return o;
}

static size_t
drop_arguments(json_object *call)
{
	size_t		 n = length(call, "arguments");
	json_object	*args, *brief;
	struct buf	 b = BUF_INIT;

	if (n < NOTE_MIN)
		return 0;
	args = json_parse(json_str(call, "arguments"), n, JSON_DEPTH, NULL);
	brief = json_object_is_type(args, json_type_object) ?
	    short_arguments(args) : json_object_new_object();
	json_write(&b, brief);
	if (b.len > n / 2) {		/* many short ones */
		buf_reset(&b);
		buf_addstr(&b, "{}");
	}
	n = replace(call, "arguments", &b);
	json_object_put(args);
	json_object_put(brief);
	buf_release(&b);
	return n;
}

static size_t
drop_items(json_object *items)
{
	size_t		 i, n = json_object_array_length(items), saved = 0;
	json_object	*item;
	const char	*type;

	for (i = 0; i < n; i++) {
		item = json_object_array_get_idx(items, i);
		type = json_str(item, "type");
		if (strcmp(type, "call") == 0)
			saved += drop_arguments(item);
		else if (strcmp(type, "text") == 0)
			saved += drop_text(item, "text", "text", "");
	}
	return saved;
}

/* What one message gives way; what the supervisor said does not. */
static size_t
drop_message(json_object *m)
{
	json_object	*items = json_arr(m, "items");

	return items != NULL ? drop_items(items) : drop_text(m, "output",
	    "result", "; call the tool again if you need it");
}

static size_t
cut_result(json_object *m)
{
	size_t		 n = length(m, "output"), keep;
	const char	*output = json_str(m, "output");
	struct buf	 b = BUF_INIT;

	if (n < NOTE_MIN)
		return 0;
	keep = text_cut(output, n, n / 2);
	buf_add(&b, output, keep);
	buf_addf(&b, "\n[%zu bytes were cut: ask for less at once]",
	    n - keep);
	n = replace(m, "output", &b);
	buf_wipe(&b);
	return n;
}

/* The results from `i' on: half of each.  The bytes that this saved. */
static size_t
cut_results(struct conversation *c, size_t i)
{
	size_t	n = json_object_array_length(c->messages), saved = 0;

	for (; i < n; i++)
		saved += cut_result(json_object_array_get_idx(c->messages,
		    i));
	return saved;
}

size_t
conversation_shrink(struct conversation *c, size_t max)
{
	size_t	size = size_of(c), saved = 0, i, end = last_reply(c);

	if (size <= max)
		return size;
	for (i = 0; size > max + saved && i <= end; i++)
		saved += drop_message(json_object_array_get_idx(c->messages,
		    i));
	while ((size = size_of(c)) > max && cut_results(c, end + 1) > 0)
		continue;
	return size;
}
