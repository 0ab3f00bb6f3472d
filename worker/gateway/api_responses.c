#include <stdio.h>
#include <string.h>

#include "api.h"
#include "common/json.h"
#include "common/uuid.h"

/*
 * OpenAI's Responses API, also as ChatGPT's back end, vLLM, llama.cpp and
 * Ollama speak it: POST {base_url}/responses, events by their "type".
 */

/* The body. */

static void
push(json_object *input, json_object *item)
{
	json_object_array_add(input, item);
}

static void
push_message(json_object *input, const char *role, const char *part,
    json_object *text)
{
	json_object	*item = api_typed("message");
	json_object	*content = json_object_new_array();
	json_object	*o = api_typed(part);

	neutral_share(o, "text", text, "text");
	json_object_array_add(content, o);
	json_set_str(item, "role", role);
	json_set(item, "content", content);
	push(input, item);
}

static void
visit_user(void *input, json_object *m)
{
	push_message(input, "user", "input_text", m);
}

static void
visit_text(void *input, json_object *item)
{
	push_message(input, "assistant", "output_text", item);
}

/* Back as it was received, but no other item than reasoning can hide in it. */
static void
visit_reasoning(void *input, json_object *opaque)
{
	static const char *const keys[] = {
		"id", "summary", "content", "encrypted_content"
	};
	const char	*type = json_str(opaque, "type");
	json_object	*item;
	size_t		 i;

	if (type == NULL || strcmp(type, "reasoning") != 0)
		return;
	item = api_typed("reasoning");
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_object_get_ex(opaque, keys[i], NULL))
			neutral_share(item, keys[i], opaque, keys[i]);
	push(input, item);
}

static void
visit_call(void *input, json_object *call)
{
	json_object	*item = api_typed("function_call");

	neutral_share(item, "call_id", call, "id");
	neutral_share(item, "name", call, "name");
	neutral_share(item, "arguments", call, "arguments");
	push(input, item);
}

static void
visit_tool(void *input, json_object *m)
{
	json_object	*item = api_typed("function_call_output");

	neutral_share(item, "call_id", m, "id");
	neutral_share(item, "output", m, "output");
	push(input, item);
}

static json_object *
body_input(const struct neutral *n)
{
	static const struct neutral_visit visit = {
		.user = visit_user, .text = visit_text,
		.reasoning = visit_reasoning, .call = visit_call,
		.tool = visit_tool
	};
	json_object	*input = json_object_new_array();

	neutral_each(n, &visit, input);
	return input;
}

static json_object *
body_tools(unsigned tools)
{
	json_object	*list = json_object_new_array(), *o;
	unsigned	 i;

	for (i = 0; i < TOOL__MAX; i++) {
		if ((tools & 1u << i) == 0)
			continue;
		o = api_typed("function");
		json_set_str(o, "name", model_tools[i].name);
		json_set_str(o, "description", model_tools[i].description);
		json_set(o, "parameters",
		    model_schema_object(model_tools[i].parameters));
		json_set_bool(o, "strict", 1);
		json_object_array_add(list, o);
	}
	return list;
}

/* Returns 1 if the model is asked to reason. */
static int
body_reasoning(json_object *body, const struct api_call *c)
{
	const char	*summary = c->reasoning_summary;
	json_object	*o;

	if (summary != NULL && strcmp(summary, "none") == 0)
		summary = NULL;
	if (c->effort == NULL && summary == NULL)
		return 0;
	o = json_object_new_object();
	if (c->effort != NULL)
		json_set_str(o, "effort", c->effort);
	if (summary != NULL)
		json_set_str(o, "summary", summary);
	json_set(body, "reasoning", o);
	return 1;
}

static void
body_text(json_object *body, const struct api_call *c)
{
	const struct model_schema	*s = c->neutral.schema;
	json_object			*text = json_object_new_object(), *o;

	if (c->verbosity != NULL)
		json_set_str(text, "verbosity", c->verbosity);
	if (s != NULL) {
		o = api_typed("json_schema");
		json_set_bool(o, "strict", 1);
		json_set_str(o, "name", s->wire);
		json_set(o, "schema", model_schema_object(s->schema));
		json_set(text, "format", o);
	}
	if (json_object_object_length(text) > 0)
		json_set(body, "text", text);
	else
		json_object_put(text);
}

static void
body_metadata(json_object *body, const struct provider *p)
{
	json_object	*o;

	if (p->installation_id == NULL)
		return;
	o = json_object_new_object();
	json_set_str(o, "x-codex-installation-id", p->installation_id);
	json_set(body, "client_metadata", o);
}

static json_object *
body(const struct api_call *c)
{
	json_object	*o = json_object_new_object();
	json_object	*include = json_object_new_array();

	json_set_str(o, "model", c->model);
	if (c->neutral.instructions != NULL)
		json_set(o, "instructions",
		    json_object_get(c->neutral.instructions));
	json_set(o, "input", body_input(&c->neutral));
	json_set(o, "tools", body_tools(c->neutral.tools));
	json_set_str(o, "tool_choice", "auto");
	json_set_bool(o, "parallel_tool_calls", c->neutral.tools != 0);
	if (body_reasoning(o, c))
		json_push_str(include, "reasoning.encrypted_content");
	json_set_bool(o, "store", 0);
	json_set_bool(o, "stream", 1);
	json_set(o, "include", include);
	if (c->service_tier != NULL)
		json_set_str(o, "service_tier", c->service_tier);
	if (c->cache_key != NULL)
		json_set_str(o, "prompt_cache_key", c->cache_key);
	body_text(o, c);
	/* ChatGPT's back end refuses a cap. */
	if (c->max_output_tokens > 0 && !c->provider->codex)
		json_set_int(o, "max_output_tokens", c->max_output_tokens);
	body_metadata(o, c->provider);
	return o;
}

/* Stage one sends no beta features, inference call id or traceparent. */
static void
headers(const struct api_call *c, struct headers *h)
{
	const struct provider	*p = c->provider;
	char			 window[UUID_SIZE + 4];

	headers_add_bearer(h, p->key);
	headers_add(h, "chatgpt-account-id", p->account);
	headers_add(h, "originator", p->originator);
	headers_add(h, "session-id", c->session_id);
	headers_add(h, "thread-id", c->thread_id);
	headers_add(h, "x-client-request-id", c->thread_id);
	if (c->thread_id != NULL && c->thread_id[0] != '\0') {
		snprintf(window, sizeof(window), "%s:0", c->thread_id);
		headers_add(h, "x-codex-window-id", window);
	}
	headers_add_json(h, "x-codex-turn-metadata", c->turn_metadata);
	if (c->agent) {
		headers_add(h, "x-openai-subagent", "memory_consolidation");
		headers_add(h, "x-openai-memgen-request", "true");
	}
	if (p->runtime_metrics)
		headers_add(h, "x-responsesapi-include-timing-metrics",
		    "true");
}

/* The events. */

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
	u->known = 1;
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
	.body = body,
	.headers = headers,
	.event = event,
	.close = api_close
};
