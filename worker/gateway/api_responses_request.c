#include <stdio.h>
#include <string.h>

#include "api_responses.h"
#include "common/json.h"
#include "common/uuid.h"

static void
push(json_object *input, json_object *item)
{
	json_push(input, item);
}

static void
push_message(json_object *input, const char *role, const char *part,
    json_object *text)
{
	json_object	*item = api_typed("message");
	json_object	*content = json_object_new_array();
	json_object	*o = api_typed(part);

	neutral_share(o, "text", text, "text");
	json_push(content, o);
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
		json_push(list, o);
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

json_object *
responses_body(const struct api_call *c)
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

void
responses_headers(const struct api_call *c, struct headers *h)
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
