#include <string.h>

#include "common/json.h"
#include "neutral.h"

/* 1 if all the keys, up to NULL, are strings of `o'. */
static int
strings(json_object *o, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (json_str(o, *keys) == NULL)
			return 0;
	return 1;
}

static int
item_ok(json_object *item)
{
	static const char *const text[] = { "text", NULL };
	static const char *const call[] = { "id", "name", "arguments", NULL };
	const char		*type = json_str(item, "type");

	if (type == NULL)
		return 0;
	if (strcmp(type, "text") == 0)
		return strings(item, text);
	if (strcmp(type, "call") == 0)
		return strings(item, call);
	return strcmp(type, "reasoning") == 0 &&
	    json_obj(item, "opaque") != NULL;
}

static int
items_ok(json_object *items)
{
	size_t	i, n = items == NULL ? 0 : json_object_array_length(items);

	for (i = 0; i < n; i++)
		if (!item_ok(json_object_array_get_idx(items, i)))
			return 0;
	return items != NULL;
}

static int
message_ok(json_object *m)
{
	static const char *const user[] = { "text", NULL };
	static const char *const tool[] = { "id", "output", NULL };
	const char		*role = json_str(m, "role");

	if (role == NULL)
		return 0;
	if (strcmp(role, "user") == 0)
		return strings(m, user);
	if (strcmp(role, "tool") == 0)
		return strings(m, tool);
	return strcmp(role, "assistant") == 0 &&
	    items_ok(json_arr(m, "items"));
}

static int
messages_ok(json_object *messages)
{
	size_t	i, n;

	n = messages == NULL ? 0 : json_object_array_length(messages);
	for (i = 0; i < n; i++)
		if (!message_ok(json_object_array_get_idx(messages, i)))
			return 0;
	return n > 0;
}

/* Names that are not ours, and whatever is no name, are passed over. */
static unsigned
tools_known(json_object *names)
{
	const struct model_tool	*t;
	json_object		*v;
	unsigned		 mask = 0;
	size_t			 i, n;

	n = names == NULL ? 0 : json_object_array_length(names);
	for (i = 0; i < n; i++) {
		v = json_object_array_get_idx(names, i);
		if (!json_object_is_type(v, json_type_string))
			continue;
		t = model_tool_by_name(json_object_get_string(v));
		if (t != NULL)
			mask |= 1u << (t - model_tools);
	}
	return mask;
}

int
neutral_parse(struct neutral *n, json_object *payload, const char **why)
{
	json_object	*schema = NULL;

	memset(n, 0, sizeof(*n));
	*why = "the payload is no object";
	if (!json_object_is_type(payload, json_type_object))
		return -1;
	*why = "a string of the payload holds a NUL";
	if (json_has_nul(payload))
		return -1;
	*why = "the payload's messages are malformed";
	n->messages = json_arr(payload, "messages");
	if (!messages_ok(n->messages))
		return -1;
	if (json_str(payload, "instructions") != NULL)
		json_object_object_get_ex(payload, "instructions",
		    &n->instructions);
	n->tools = tools_known(json_arr(payload, "tools"));
	json_object_object_get_ex(payload, "schema", &schema);
	if (schema == NULL)
		return 0;
	*why = "the payload's schema is unknown";
	if (json_object_is_type(schema, json_type_string))
		n->schema = model_schema_by_name(
		    json_object_get_string(schema));
	return n->schema == NULL ? -1 : 0;
}

static void
visit_item(json_object *item, const struct neutral_visit *v, void *arg)
{
	const char	*type = json_str(item, "type");

	if (strcmp(type, "text") == 0)
		v->text(arg, item);
	else if (strcmp(type, "call") == 0)
		v->call(arg, item);
	else if (v->reasoning != NULL)
		v->reasoning(arg, json_obj(item, "opaque"));
}

static void
visit_turn(json_object *m, const struct neutral_visit *v, void *arg)
{
	json_object	*items = json_arr(m, "items");
	size_t		 i;

	if (v->turn != NULL)
		v->turn(arg, 1);
	for (i = 0; i < json_object_array_length(items); i++)
		visit_item(json_object_array_get_idx(items, i), v, arg);
	if (v->turn != NULL)
		v->turn(arg, 0);
}

void
neutral_each(const struct neutral *n, const struct neutral_visit *v,
    void *arg)
{
	json_object	*m;
	const char	*role;
	size_t		 i;

	for (i = 0; i < json_object_array_length(n->messages); i++) {
		m = json_object_array_get_idx(n->messages, i);
		role = json_str(m, "role");
		if (strcmp(role, "user") == 0)
			v->user(arg, m);
		else if (strcmp(role, "tool") == 0)
			v->tool(arg, m);
		else
			visit_turn(m, v, arg);
	}
}

void
neutral_share(json_object *o, const char *key, json_object *from,
    const char *name)
{
	json_object	*v = NULL;

	json_object_object_get_ex(from, name, &v);
	json_set(o, key, json_object_get(v));
}
