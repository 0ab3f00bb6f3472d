#include <string.h>

#include "api_responses.h"
#include "common/json.h"

static int64_t
output_index(json_object *o)
{
	return json_int(o, "output_index", -1);
}

static enum api_step
text_delta(struct reply *r, json_object *o)
{
	struct piece	*p = reply_piece(r, PIECE_TEXT, output_index(o));

	if (p != NULL)
		reply_add(r, &p->text, api_member(o, "delta"));
	return API_MORE;
}

static enum api_step
arguments_delta(struct reply *r, json_object *o)
{
	struct piece	*p = reply_piece(r, PIECE_CALL, output_index(o));

	if (p != NULL)
		reply_add(r, &p->text, api_member(o, "delta"));
	return API_MORE;
}

static enum api_step
arguments_done(struct reply *r, json_object *o)
{
	struct piece	*p = reply_piece(r, PIECE_CALL, output_index(o));

	if (p != NULL)
		reply_replace(r, &p->text, api_member(o, "arguments"));
	return API_MORE;
}

static enum api_step
refusal_delta(struct reply *r, json_object *o)
{
	reply_add(r, &r->refusal, api_member(o, "delta"));
	return API_MORE;
}

static enum api_step
refusal_done(struct reply *r, json_object *o)
{
	reply_replace(r, &r->refusal, api_member(o, "refusal"));
	return API_MORE;
}

static void
take_call(struct reply *r, int64_t index, json_object *item)
{
	struct piece	*p = reply_piece(r, PIECE_CALL, index);

	if (p == NULL)
		return;
	reply_keep(&p->id, json_str(item, "call_id"));
	reply_keep(&p->name, json_str(item, "name"));
	if (json_str(item, "arguments") != NULL)
		reply_replace(r, &p->text, api_member(item, "arguments"));
}

/* The parts of a whole message, for a server that sent no deltas. */
static void
take_message(struct reply *r, int64_t index, json_object *item)
{
	json_object	*content = json_arr(item, "content"), *part;
	int		 texts = reply_has_text(r);
	struct piece	*p;
	size_t		 i, n;

	n = content == NULL ? 0 : json_object_array_length(content);
	for (i = 0; i < n; i++) {
		part = json_object_array_get_idx(content, i);
		if (json_str(part, "refusal") != NULL)
			reply_replace(r, &r->refusal, api_member(part, "refusal"));
		if (texts || json_str(part, "text") == NULL)
			continue;
		p = reply_piece(r, PIECE_TEXT, index);
		if (p != NULL)
			reply_add(r, &p->text, api_member(part, "text"));
	}
}

static void
take_item(struct reply *r, int64_t index, json_object *item)
{
	const char	*type = json_str(item, "type");

	if (type == NULL)
		return;
	if (strcmp(type, "message") == 0)
		take_message(r, index, item);
	else if (strcmp(type, "function_call") == 0)
		take_call(r, index, item);
	else if (strcmp(type, "reasoning") == 0 &&
	    json_str(item, "encrypted_content") != NULL)
		reply_opaque(r, index, item);
}

static enum api_step
item_added(struct reply *r, json_object *o)
{
	json_object	*item = json_obj(o, "item");
	const char	*type = json_str(item, "type");

	if (type != NULL && strcmp(type, "function_call") == 0)
		take_call(r, output_index(o), item);
	return API_MORE;
}

static enum api_step
item_done(struct reply *r, json_object *o)
{
	take_item(r, output_index(o), json_obj(o, "item"));
	return API_MORE;
}

static void
take_usage(struct reply *r, json_object *response)
{
	json_object		*o = json_obj(response, "usage");
	struct reply_usage	*u = &r->usage;

	reply_keep(&r->model, json_str(response, "model"));
	if (o == NULL)
		return;
	u->known = reply_counts(o, "input_tokens") &&
	    reply_counts(o, "output_tokens");
	u->input = reply_tokens(o, "input_tokens");
	u->cached_input = reply_tokens(json_obj(o, "input_tokens_details"),
	    "cached_tokens");
	u->output = reply_tokens(o, "output_tokens");
	u->reasoning_output = reply_tokens(json_obj(o,
	    "output_tokens_details"), "reasoning_tokens");
	u->total = reply_tokens(o, "total_tokens");
	if (u->total < u->input + u->output)
		u->total = u->input + u->output;
}

static enum api_step
completed(struct reply *r, json_object *o)
{
	json_object	*response = json_obj(o, "response");
	json_object	*output = json_arr(response, "output");
	size_t		 i, n;

	take_usage(r, response);
	r->stop = STOP_END;
	n = output == NULL || r->npieces > 0 ? 0 :
	    json_object_array_length(output);
	for (i = 0; i < n; i++)
		take_item(r, (int64_t)i, json_object_array_get_idx(output, i));
	return API_DONE;
}

static enum api_step
incomplete(struct reply *r, json_object *o)
{
	json_object	*response = json_obj(o, "response");
	const char	*reason = json_str(json_obj(response,
			    "incomplete_details"), "reason");

	take_usage(r, response);
	if (reason != NULL && strcmp(reason, "max_output_tokens") == 0)
		r->stop = STOP_LENGTH;
	else
		failure_set(&r->failure, reason != NULL &&
		    strcmp(reason, "content_filter") == 0 ? MODEL_REFUSAL :
		    MODEL_PROTOCOL, "the reply is incomplete: %s",
		    reason == NULL ? "no reason given" : reason);
	return API_DONE;
}

static enum api_step
failed(struct reply *r, json_object *o)
{
	json_object	*response = json_obj(o, "response");

	take_usage(r, response);
	failure_from_json(&r->failure, api_member(response, "error"),
	    MODEL_OVERLOADED);
	return API_DONE;
}

static enum api_step
error(struct reply *r, json_object *o)
{
	failure_from_json(&r->failure, o, MODEL_OVERLOADED);
	return API_DONE;
}

/* Nearly every event: some letters more.  0 if it is another one. */
static int
letters(struct reply *r, const struct sse_event *ev)
{
	struct glance	g[] = { { .path = "type" },
	    { .path = "output_index" }, { .path = "delta" } };
	enum piece_kind	kind = PIECE_TEXT;
	int64_t		index;
	struct piece	*p;

	if (glance(ev->data, ev->len, g, sizeof(g) / sizeof(g[0])) == -1)
		return 0;
	if (glance_is(&g[0], "response.function_call_arguments.delta"))
		kind = PIECE_CALL;
	else if (!glance_is(&g[0], "response.output_text.delta"))
		return 0;
	index = glance_count(&g[1], -1);
	p = index < 0 ? NULL : reply_find(r, kind, index);
	return p != NULL && reply_add_glance(r, &p->text, &g[2]) == 0;
}

static enum api_step
event(struct reply *r, const struct sse_event *ev)
{
	static const struct api_type types[] = {	/* the frequent ones first */
		{ "response.output_text.delta", text_delta },
		{ "response.function_call_arguments.delta", arguments_delta },
		{ "response.function_call_arguments.done", arguments_done },
		{ "response.output_item.added", item_added },
		{ "response.output_item.done", item_done },
		{ "response.refusal.delta", refusal_delta },
		{ "response.refusal.done", refusal_done },
		{ "response.completed", completed },
		{ "response.incomplete", incomplete },
		{ "response.failed", failed },
		{ "error", error },
		{ NULL, NULL }
	};

	if (letters(r, ev))
		return api_go_on(r);
	return api_dispatch(r, ev, types);
}

const struct api api_responses = {
	.name = "responses",
	.path = "/responses",
	.body = responses_body,
	.headers = responses_headers,
	.event = event,
	.close = api_close
};
