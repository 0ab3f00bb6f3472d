#include <string.h>

#include "api.h"
#include "common/json.h"

/*
 * The Chat Completions API, which OpenAI made and Ollama, llama.cpp, vLLM
 * and many others speak in their own ways: POST {base_url}/chat/completions,
 * chunks without a type, "[DONE]" at the end, most of the time.
 */

/* The body. */

struct chat {
	json_object	*messages;
	json_object	*turn;		/* the assistant's, while it is made */
	json_object	*calls;		/* of the turn, or NULL */
	struct buf	 text;		/* of the turn */
};

static json_object *
push_role(struct chat *c, const char *role)
{
	json_object	*m = json_object_new_object();

	json_set_str(m, "role", role);
	json_push(c->messages, m);
	return m;
}

static void
visit_user(void *arg, json_object *m)
{
	neutral_share(push_role(arg, "user"), "content", m, "text");
}

static void
visit_tool(void *arg, json_object *m)
{
	json_object	*o = push_role(arg, "tool");

	neutral_share(o, "tool_call_id", m, "id");
	neutral_share(o, "content", m, "output");
}

static void
visit_turn(void *arg, int begins)
{
	struct chat	*c = arg;

	if (begins) {
		c->turn = push_role(c, "assistant");
		c->calls = NULL;
		buf_reset(&c->text);
		return;
	}
	json_set_str(c->turn, "content",
	    c->text.len == 0 && c->calls != NULL ? NULL : buf_str(&c->text));
	if (c->calls != NULL)
		json_set(c->turn, "tool_calls", c->calls);
}

static void
visit_text(void *arg, json_object *item)
{
	struct chat	*c = arg;

	buf_addstr(&c->text, json_str(item, "text"));
}

static void
visit_call(void *arg, json_object *call)
{
	struct chat	*c = arg;
	json_object	*o = json_object_new_object();
	json_object	*function = json_object_new_object();

	if (c->calls == NULL)
		c->calls = json_object_new_array();
	neutral_share(o, "id", call, "id");
	json_set_str(o, "type", "function");
	neutral_share(function, "name", call, "name");
	neutral_share(function, "arguments", call, "arguments");
	json_set(o, "function", function);
	json_push(c->calls, o);
}

static json_object *
body_messages(const struct neutral *n)
{
	static const struct neutral_visit visit = {
		.user = visit_user, .turn = visit_turn, .text = visit_text,
		.call = visit_call, .tool = visit_tool
	};
	struct chat	c = { json_object_new_array(), NULL, NULL, BUF_INIT };

	if (n->instructions != NULL)
		json_set(push_role(&c, "system"), "content",
		    json_object_get(n->instructions));
	neutral_each(n, &visit, &c);
	buf_release(&c.text);
	return c.messages;
}

static void
body_tools(json_object *body, unsigned tools)
{
	json_object	*list, *o, *f;
	unsigned	 i;

	if (tools == 0)
		return;
	list = json_object_new_array();
	for (i = 0; i < TOOL__MAX; i++) {
		if ((tools & 1u << i) == 0)
			continue;
		f = json_object_new_object();
		json_set_str(f, "name", model_tools[i].name);
		json_set_str(f, "description", model_tools[i].description);
		json_set(f, "parameters",
		    model_schema_object(model_tools[i].parameters));
		json_set_bool(f, "strict", 1);
		o = api_typed("function");
		json_set(o, "function", f);
		json_push(list, o);
	}
	json_set(body, "tools", list);
}

static void
body_schema(json_object *body, const struct model_schema *s)
{
	json_object	*o, *format;

	if (s == NULL)
		return;
	o = json_object_new_object();
	json_set_str(o, "name", s->wire);
	json_set(o, "schema", model_schema_object(s->schema));
	json_set_bool(o, "strict", 1);
	format = api_typed("json_schema");
	json_set(format, "json_schema", o);
	json_set(body, "response_format", format);
}

/* OpenAI's own newer models refuse the name that everybody else knows. */
static const char *
cap_key(const struct provider *p)
{
	return strcmp(p->models.host, "api.openai.com") == 0 ?
	    "max_completion_tokens" : "max_tokens";
}

static json_object *
body(const struct api_call *c)
{
	json_object	*o = json_object_new_object();
	json_object	*options = json_object_new_object();

	json_set_str(o, "model", c->model);
	json_set(o, "messages", body_messages(&c->neutral));
	body_tools(o, c->neutral.tools);
	body_schema(o, c->neutral.schema);
	json_set_bool(o, "stream", 1);
	json_set_bool(options, "include_usage", 1);
	json_set(o, "stream_options", options);
	if (c->max_output_tokens > 0)
		json_set_int(o, cap_key(c->provider), c->max_output_tokens);
	if (c->effort != NULL)
		json_set_str(o, "reasoning_effort", c->effort);
	if (c->verbosity != NULL)
		json_set_str(o, "verbosity", c->verbosity);
	if (c->service_tier != NULL)
		json_set_str(o, "service_tier", c->service_tier);
	return o;
}

static void
headers(const struct api_call *c, struct headers *h)
{
	headers_add_bearer(h, c->provider->key);
}

/* The chunks. */

/*
 * A call that this part belongs to.  The index tells, where it is given and
 * right: some servers leave it out, some send whole calls that are all
 * numbered 0, with ids or without.
 */
static struct piece *
call_piece(struct reply *r, json_object *part, size_t place)
{
	const char	*id = json_str(part, "id");
	const char	*name = json_str(json_obj(part, "function"), "name");
	int64_t		 index = json_int(part, "index", (int64_t)place);
	struct piece	*p;

	if (index < 0 || index >= REPLY_PIECES)
		index = (int64_t)place;
	/* A taken index leads to the newest call that was moved from it. */
	while ((p = reply_find(r, PIECE_CALL, index)) != NULL) {
		if (reply_find(r, PIECE_CALL, index + REPLY_PIECES) == NULL)
			break;
		index += REPLY_PIECES;
	}
	if (p != NULL && p->name != NULL && name != NULL && *name != '\0' &&
	    (id == NULL || p->id == NULL || strcmp(id, p->id) != 0))
		index += REPLY_PIECES;
	return reply_piece(r, PIECE_CALL, index);
}

static void
take_call(struct reply *r, json_object *part, size_t place)
{
	json_object	*f = json_obj(part, "function");
	json_object	*v = api_member(f, "arguments");
	struct piece	*p = call_piece(r, part, place);

	if (p == NULL)
		return;
	reply_keep(&p->id, json_str(part, "id"));
	reply_keep(&p->name, json_str(f, "name"));
	if (json_object_is_type(v, json_type_object))
		reply_add_json(r, &p->text, v);
	else
		reply_add(r, &p->text, v);
}

static void
take_delta(struct reply *r, json_object *delta)
{
	json_object	*content = api_member(delta, "content"), *calls;
	struct piece	*p;
	size_t		 i, n;

	if (json_object_is_type(content, json_type_string) &&
	    json_object_get_string_len(content) > 0) {
		p = reply_piece(r, PIECE_TEXT, 0);
		if (p != NULL)
			reply_add(r, &p->text, content);
	}
	reply_add(r, &r->refusal, api_member(delta, "refusal"));
	calls = json_arr(delta, "tool_calls");
	n = calls == NULL ? 0 : json_object_array_length(calls);
	for (i = 0; i < n; i++)
		take_call(r, json_object_array_get_idx(calls, i), i);
}

static void
take_reason(struct reply *r, const char *reason)
{
	if (reason == NULL || *reason == '\0')
		return;
	if (strcmp(reason, "length") == 0)
		r->stop = STOP_LENGTH;
	else if (strcmp(reason, "content_filter") == 0)
		failure_set(&r->failure, MODEL_REFUSAL,
		    "the provider's filter withheld the reply");
	else if (strcmp(reason, "error") == 0)
		failure_set(&r->failure, MODEL_OVERLOADED,
		    "the model ended with an error");
	else
		r->stop = STOP_END;
}

/* Some servers count as they go: what is told before the end is not all. */
static void
take_usage(struct reply *r, json_object *o)
{
	struct reply_usage	*u = &r->usage;

	if (o == NULL)
		return;
	u->known = (r->stop != STOP_NONE ||
	    r->failure.class != MODEL_NONE) &&
	    reply_counts(o, "prompt_tokens") &&
	    reply_counts(o, "completion_tokens");
	u->input = reply_tokens(o, "prompt_tokens");
	u->cached_input = reply_tokens(json_obj(o, "prompt_tokens_details"),
	    "cached_tokens");
	u->output = reply_tokens(o, "completion_tokens");
	u->reasoning_output = reply_tokens(json_obj(o,
	    "completion_tokens_details"), "reasoning_tokens");
	u->total = reply_tokens(o, "total_tokens");
	if (u->total < u->input + u->output)
		u->total = u->input + u->output;
}

static int
is_error(json_object *o)
{
	const char	*object = json_str(o, "object");

	return api_member(o, "error") != NULL ||
	    (object != NULL && strcmp(object, "error") == 0);
}

static void
take_chunk(struct reply *r, json_object *o)
{
	json_object	*choices = json_arr(o, "choices"), *c = NULL, *delta;

	reply_keep(&r->model, json_str(o, "model"));
	if (choices != NULL && json_object_array_length(choices) > 0)
		c = json_object_array_get_idx(choices, 0);
	delta = json_obj(c, "delta");
	take_delta(r, delta != NULL ? delta : json_obj(c, "message"));
	take_reason(r, json_str(c, "finish_reason"));
	take_usage(r, json_obj(o, "usage"));
}

/* Nearly every chunk: some letters more.  0 if it has anything else. */
static int
letters(struct reply *r, const struct sse_event *ev)
{
	struct glance	g[] = { { .path = "choices/0/delta/content" },
	    { .path = "choices/0/delta/refusal" },
	    { .path = "choices/0/delta/tool_calls" },
	    { .path = "choices/0/finish_reason" },
	    { .path = "choices/0/message" }, { .path = "usage" },
	    { .path = "error" }, { .path = "object" } };
	const size_t	object = sizeof(g) / sizeof(g[0]) - 1;
	struct piece	*p = reply_find(r, PIECE_TEXT, 0);
	size_t		i;

	if (p == NULL || glance(ev->data, ev->len, g, object + 1) == -1)
		return 0;
	for (i = 1; i < object; i++)
		if (!glance_is_void(&g[i]))
			return 0;
	if (!glance_is_void(&g[object]) &&
	    !glance_is(&g[object], "chat.completion.chunk"))
		return 0;
	return reply_add_glance(r, &p->text, &g[0]) == 0;
}

static enum api_step
event(struct reply *r, const struct sse_event *ev)
{
	json_object	*o;

	if (strcmp(ev->data, "[DONE]") == 0) {
		if (r->stop == STOP_NONE)
			api_close(r);
		return API_DONE;
	}
	if (letters(r, ev))
		return api_go_on(r);
	o = api_event_json(ev);
	if (o == NULL)
		return API_MORE;
	if (is_error(o))
		failure_from_json(&r->failure, o, MODEL_OVERLOADED);
	else
		take_chunk(r, o);
	json_object_put(o);
	return api_go_on(r);
}

/* Not every server says "[DONE]", but all say why they stopped. */
static void
close_chat(struct reply *r)
{
	if (r->stop == STOP_NONE)
		api_close(r);
}

const struct api api_chat = {
	.name = "chat",
	.path = "/chat/completions",
	.body = body,
	.headers = headers,
	.event = event,
	.close = close_chat
};
