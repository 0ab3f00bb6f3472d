#include <string.h>

#include "api.h"
#include "common/json.h"
#include "common/log.h"

const struct api *const api_table[] = {
	&api_responses, &api_chat, &api_messages, NULL
};

const struct api *
api_by_name(const char *name)
{
	const struct api *const	*a;

	for (a = api_table; *a != NULL; a++)
		if (strcmp((*a)->name, name) == 0)
			break;
	return *a;
}

json_object *
api_event_json(const struct sse_event *ev)
{
	json_object	*o = json_parse(ev->data, ev->len, JSON_DEPTH, NULL);

	if (json_object_is_type(o, json_type_object))
		return o;
	log_debug("an event of %zu bytes is no JSON object; it is passed over",
	    ev->len);
	json_object_put(o);
	return NULL;
}

json_object *
api_member(json_object *o, const char *key)
{
	json_object	*v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

enum api_step
api_go_on(const struct reply *r)
{
	return r->failure.class != MODEL_NONE ? API_DONE : API_MORE;
}

enum api_step
api_dispatch(struct reply *r, const struct sse_event *ev,
    const struct api_type *t)
{
	json_object	*o = api_event_json(ev);
	const char	*type = json_str(o, "type");
	enum api_step	 step = API_MORE;

	while (t->type != NULL && (type == NULL || strcmp(t->type, type) != 0))
		t++;
	if (t->type != NULL)
		step = t->take(r, o);
	json_object_put(o);
	return r->failure.class != MODEL_NONE ? API_DONE : step;
}

void
api_close(struct reply *r)
{
	failure_set(&r->failure, MODEL_TRANSPORT,
	    "the stream ended before the reply was complete");
}

json_object *
api_typed(const char *type)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "type", type);
	return o;
}
