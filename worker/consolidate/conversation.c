#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversation.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "worker/model_tools.h"
#include "worker/text.h"

#define NOTE_MIN	256	/* bytes: a shorter result is no gain */
#define DROPPED		"[a result of %zu bytes was here; call the tool "	\
			"again if you need it]"

static json_object *
push(struct conversation *c, const char *role)
{
	json_object	*o = json_object_new_object();

	if (o == NULL || json_object_array_add(c->messages, o) != 0)
		log_fatalx("cannot allocate JSON");
	json_set_str(o, "role", role);
	return o;
}

void
conversation_init(struct conversation *c, const char *instructions)
{
	c->instructions = instructions;
	c->messages = json_object_new_array();
	if (c->messages == NULL)
		log_fatalx("cannot allocate JSON");
}

void
conversation_release(struct conversation *c)
{
	json_object_put(c->messages);
	memset(c, 0, sizeof(*c));
}

void
conversation_user(struct conversation *c, const char *text)
{
	json_set_str(push(c, "user"), "text", text);
}

void
conversation_result(struct conversation *c, const char *id,
    const char *output, int failed)
{
	json_object	*o = push(c, "tool");

	json_set_str(o, "id", id);
	json_set_str(o, "output", output);
	json_set_bool(o, "failed", failed);
}

/* 1 if the item is one of the three forms; a call is noted in `r'. */
static int
take_item(struct reply *r, json_object *item)
{
	const char	*type = json_str(item, "type");
	struct call	*c;

	if (type == NULL)
		return 0;
	if (strcmp(type, "text") == 0) {
		r->text = json_str(item, "text");
		return r->text != NULL;
	}
	if (strcmp(type, "reasoning") == 0)
		return json_obj(item, "opaque") != NULL;
	if (strcmp(type, "call") != 0)
		return 0;
	if (r->ncalls == CONVERSATION_CALLS_MAX) {
		r->dropped++;
		return 1;
	}
	c = &r->calls[r->ncalls++];
	c->id = json_str(item, "id");
	c->name = json_str(item, "name");
	c->arguments = json_str(item, "arguments");
	return c->id != NULL && c->name != NULL && c->arguments != NULL;
}

/* Calls that get no result would make the next request invalid. */
static void
keep_items(struct conversation *c, json_object *items, size_t calls)
{
	json_object	*kept = json_object_new_array(), *item;
	const char	*type;
	size_t		 i;

	for (i = 0; i < json_object_array_length(items); i++) {
		item = json_object_array_get_idx(items, i);
		type = json_str(item, "type");
		if (strcmp(type, "call") == 0 && calls == 0)
			continue;
		calls -= strcmp(type, "call") == 0;
		json_object_array_add(kept, json_object_get(item));
	}
	json_set(push(c, "assistant"), "items", kept);
}

int
conversation_reply(struct conversation *c, struct reply *r,
    const struct buf *payload, const char **why)
{
	json_object	*o, *items;
	const char	*stop;
	size_t		 i;
	int		 ok;

	memset(r, 0, sizeof(*r));
	r->text = "";
	*why = "it is no object with items";
	o = json_parse(buf_str(payload), payload->len, JSON_DEPTH, why);
	items = json_arr(o, "items");
	ok = items != NULL && !json_has_nul(o);
	for (i = 0; ok && i < json_object_array_length(items); i++)
		ok = take_item(r, json_object_array_get_idx(items, i));
	stop = json_str(o, "stop");
	r->cut = stop != NULL && strcmp(stop, "length") == 0;
	if (ok)
		keep_items(c, items, r->ncalls);
	json_object_put(o);
	return ok ? 0 : -1;
}

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

/* The bytes that this saved. */
static size_t
drop_result(json_object *m)
{
	const char	*output = json_str(m, "output");
	size_t		 n = output == NULL ? 0 : strlen(output);
	char		*note;

	if (n < NOTE_MIN)
		return 0;
	note = xasprintf(DROPPED, n);
	json_set_str(m, "output", note);
	n -= strlen(note);
	free(note);
	return n;
}

size_t
conversation_shrink(struct conversation *c, size_t max)
{
	size_t	size = size_of(c), saved = 0, i, end = last_reply(c);

	for (i = 0; size > max + saved && i < end; i++)
		saved += drop_result(json_object_array_get_idx(c->messages,
		    i));
	return saved == 0 ? size : size_of(c);
}

static void
cut_result(json_object *m)
{
	const char	*output = json_str(m, "output");
	size_t		 n = output == NULL ? 0 : strlen(output), keep;
	struct buf	 b = BUF_INIT;

	if (n < NOTE_MIN)
		return;
	keep = text_cut(output, n, n / 2);
	buf_add(&b, output, keep);
	buf_addf(&b, "\n[%zu bytes were cut: ask for less at once]",
	    n - keep);
	json_set_str(m, "output", buf_str(&b));
	buf_wipe(&b);
}

size_t
conversation_cut(struct conversation *c)
{
	size_t	i, n = json_object_array_length(c->messages);

	for (i = last_reply(c); i < n; i++)
		cut_result(json_object_array_get_idx(c->messages, i));
	return size_of(c);
}

void
conversation_payload(const struct conversation *c, struct buf *out)
{
	json_object	*o = json_object_new_object();
	json_object	*tools = json_object_new_array();
	size_t		 i;

	for (i = 0; i < TOOL__MAX; i++)
		json_push_str(tools, model_tools[i].name);
	json_set_str(o, "instructions", c->instructions);
	json_set(o, "messages", json_object_get(c->messages));
	json_set(o, "tools", tools);
	json_set(o, "schema", NULL);
	json_write(out, o);
	json_object_put(o);
}
