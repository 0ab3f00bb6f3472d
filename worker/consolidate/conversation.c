#include <string.h>

#include "conversation.h"
#include "json.h"
#include "log.h"
#include "worker/model_tools.h"

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
		json_push(kept, json_object_get(item));
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
