#include <string.h>

#include "api.h"
#include "common/json.h"

/*
 * Anthropic's Messages API: POST {base_url}/v1/messages.  A reply is a list
 * of content blocks, each opened, filled and closed by events; a structured
 * reply is the call of a tool that the model is made to call.
 */
#define VERSION		"2023-06-01"

/* The API wants a cap; a request without one gets this. */
#define MAX_TOKENS	8192

/* The body. */

struct blocks {
	json_object	*messages;
	json_object	*content;	/* of the last message */
	const char	*role;		/* of the last message */
};

/* Messages of one role in a row are one message: results belong together. */
static void
push(struct blocks *b, const char *role, json_object *block)
{
	json_object	*m;

	if (b->role == NULL || strcmp(b->role, role) != 0) {
		m = json_object_new_object();
		b->role = role;
		b->content = json_object_new_array();
		json_set_str(m, "role", role);
		json_set(m, "content", b->content);
		json_push(b->messages, m);
	}
	json_push(b->content, block);
}

/* An empty text block is an error there. */
static void
push_text(struct blocks *b, const char *role, json_object *from)
{
	json_object	*o;

	if (*json_str(from, "text") == '\0')
		return;
	o = api_typed("text");
	neutral_share(o, "text", from, "text");
	push(b, role, o);
}

static void
visit_user(void *arg, json_object *m)
{
	push_text(arg, "user", m);
}

static void
visit_text(void *arg, json_object *item)
{
	push_text(arg, "assistant", item);
}

/* Back as it was received, and only what can be reasoning. */
static void
visit_reasoning(void *arg, json_object *opaque)
{
	const char	*type = json_str(opaque, "type");
	json_object	*o;

	if (type == NULL)
		return;
	if (strcmp(type, "thinking") == 0) {
		o = api_typed("thinking");
		neutral_share(o, "thinking", opaque, "thinking");
		neutral_share(o, "signature", opaque, "signature");
	} else if (strcmp(type, "redacted_thinking") == 0) {
		o = api_typed("redacted_thinking");
		neutral_share(o, "data", opaque, "data");
	} else
		return;
	push(arg, "assistant", o);
}

/* Arguments are an object here; what a model got wrong is sent as none. */
static void
visit_call(void *arg, json_object *call)
{
	const char	*text = json_str(call, "arguments");
	json_object	*input = json_parse(text, strlen(text), JSON_DEPTH,
			    NULL);
	json_object	*o = api_typed("tool_use");

	if (!json_object_is_type(input, json_type_object)) {
		json_object_put(input);
		input = json_object_new_object();
	}
	neutral_share(o, "id", call, "id");
	neutral_share(o, "name", call, "name");
	json_set(o, "input", input);
	push(arg, "assistant", o);
}

static void
visit_tool(void *arg, json_object *m)
{
	json_object	*o = api_typed("tool_result");

	neutral_share(o, "tool_use_id", m, "id");
	neutral_share(o, "content", m, "output");
	if (json_flag(m, "failed", 0))
		json_set_bool(o, "is_error", 1);
	push(arg, "user", o);
}

static json_object *
body_messages(const struct neutral *n)
{
	static const struct neutral_visit visit = {
		.user = visit_user, .text = visit_text,
		.reasoning = visit_reasoning, .call = visit_call,
		.tool = visit_tool
	};
	struct blocks	b = { json_object_new_array(), NULL, NULL };

	neutral_each(n, &visit, &b);
	return b.messages;
}

static void
push_tool(json_object *list, const char *name, const char *description,
    const char *schema)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "name", name);
	json_set_str(o, "description", description);
	json_set(o, "input_schema", model_schema_object(schema));
	json_push(list, o);
}

static void
body_tools(json_object *body, const struct neutral *n)
{
	const struct model_schema	*s = n->schema;
	json_object			*list = json_object_new_array();
	json_object			*choice;
	unsigned			 i;

	for (i = 0; i < TOOL__MAX; i++)
		if ((n->tools & 1u << i) != 0)
			push_tool(list, model_tools[i].name,
			    model_tools[i].description,
			    model_tools[i].parameters);
	if (s != NULL)
		push_tool(list, s->wire, s->description, s->schema);
	if (json_object_array_length(list) == 0) {
		json_object_put(list);
		return;
	}
	json_set(body, "tools", list);
	choice = api_typed(s == NULL ? "auto" : "tool");
	if (s != NULL)
		json_set_str(choice, "name", s->wire);
	json_set(body, "tool_choice", choice);
}

static json_object *
body(const struct api_call *c)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "model", c->model);
	json_set_int(o, "max_tokens", c->max_output_tokens > 0 ?
	    c->max_output_tokens : MAX_TOKENS);
	if (c->neutral.instructions != NULL)
		json_set(o, "system",
		    json_object_get(c->neutral.instructions));
	json_set(o, "messages", body_messages(&c->neutral));
	body_tools(o, &c->neutral);
	json_set_bool(o, "stream", 1);
	return o;
}

static void
headers(const struct api_call *c, struct headers *h)
{
	headers_add(h, "x-api-key", c->provider->key);
	headers_add(h, "anthropic-version", VERSION);
}

/* The events. */

/*
 * Counts come in two events, each with what it knows; the later wins.  What
 * was written is told in the last one alone: without that, nobody knows.
 */
static void
take_usage(struct reply *r, json_object *o, int last)
{
	struct reply_usage	*u = &r->usage;
	int64_t			 read, made;

	if (o == NULL)
		return;
	if (reply_counts(o, "input_tokens")) {
		u->has_input = 1;
		read = reply_tokens(o, "cache_read_input_tokens");
		made = reply_tokens(o, "cache_creation_input_tokens");
		u->cached_input = read;
		u->input = reply_tokens(o, "input_tokens") + read + made;
	}
	if (reply_counts(o, "output_tokens")) {
		u->known = last && u->has_input;
		u->output = reply_tokens(o, "output_tokens");
	}
	u->total = u->input + u->output;
}

static enum api_step
message_start(struct reply *r, json_object *o)
{
	json_object	*m = json_obj(o, "message");

	reply_keep(&r->model, json_str(m, "model"));
	take_usage(r, json_obj(m, "usage"), 0);
	return API_MORE;
}

static void
start_call(struct reply *r, int64_t index, json_object *block)
{
	struct piece	*p = reply_piece(r, PIECE_CALL, index);
	json_object	*input = json_obj(block, "input");

	if (p == NULL)
		return;
	reply_keep(&p->id, json_str(block, "id"));
	reply_keep(&p->name, json_str(block, "name"));
	/* Empty where deltas follow; a server that sends none puts it here. */
	if (input != NULL && json_object_object_length(input) > 0)
		reply_add_json(r, &p->text, input);
}

static void
start_thinking(struct reply *r, int64_t index, json_object *block)
{
	struct piece	*p = reply_piece(r, PIECE_REASONING, index);

	if (p == NULL)
		return;
	reply_add(r, &p->text, api_member(block, "thinking"));
	reply_add(r, &p->sign, api_member(block, "signature"));
}

static enum api_step
block_start(struct reply *r, json_object *o)
{
	json_object	*block = json_obj(o, "content_block");
	const char	*type = json_str(block, "type");
	int64_t		 index = json_int(o, "index", 0);
	struct piece	*p;

	if (type == NULL)
		return API_MORE;
	if (strcmp(type, "text") == 0) {
		p = reply_piece(r, PIECE_TEXT, index);
		if (p != NULL)
			reply_add(r, &p->text, api_member(block, "text"));
	} else if (strcmp(type, "tool_use") == 0)
		start_call(r, index, block);
	else if (strcmp(type, "thinking") == 0)
		start_thinking(r, index, block);
	else if (strcmp(type, "redacted_thinking") == 0)
		reply_opaque(r, index, block);
	return API_MORE;
}

static enum api_step
block_delta(struct reply *r, json_object *o)
{
	static const struct {
		const char	*type, *key;
		enum piece_kind	 kind;
		int		 sign;
	} deltas[] = {
		{ "text_delta", "text", PIECE_TEXT, 0 },
		{ "input_json_delta", "partial_json", PIECE_CALL, 0 },
		{ "thinking_delta", "thinking", PIECE_REASONING, 0 },
		{ "signature_delta", "signature", PIECE_REASONING, 1 },
	};
	json_object	*delta = json_obj(o, "delta");
	const char	*type = json_str(delta, "type");
	struct piece	*p;
	size_t		 i;

	for (i = 0; type != NULL && i < sizeof(deltas) / sizeof(deltas[0]);
	    i++) {
		if (strcmp(type, deltas[i].type) != 0)
			continue;
		p = reply_piece(r, deltas[i].kind, json_int(o, "index", 0));
		if (p != NULL)
			reply_add(r, deltas[i].sign ? &p->sign : &p->text,
			    api_member(delta, deltas[i].key));
	}
	return API_MORE;
}

/* A thinking block is whole: from now on it is something to send back. */
static enum api_step
block_stop(struct reply *r, json_object *o)
{
	int64_t		 index = json_int(o, "index", 0);
	struct piece	*p = reply_find(r, PIECE_REASONING, index);

	if (p == NULL || p->opaque != NULL || p->sign.len == 0)
		return API_MORE;
	p->opaque = api_typed("thinking");
	json_set_str(p->opaque, "thinking", buf_str(&p->text));
	json_set_str(p->opaque, "signature", buf_str(&p->sign));
	return API_MORE;
}

static void
take_reason(struct reply *r, const char *reason)
{
	if (reason == NULL)
		return;
	if (strcmp(reason, "max_tokens") == 0)
		r->stop = STOP_LENGTH;
	else if (strcmp(reason, "refusal") == 0)
		failure_set(&r->failure, MODEL_REFUSAL,
		    "the model declined to answer");
	else if (strcmp(reason, "model_context_window_exceeded") == 0)
		failure_set(&r->failure, MODEL_CONTEXT_WINDOW,
		    "input and reply exceed the context window");
	else
		r->stop = STOP_END;
}

static enum api_step
message_delta(struct reply *r, json_object *o)
{
	take_usage(r, json_obj(o, "usage"), 1);
	take_reason(r, json_str(json_obj(o, "delta"), "stop_reason"));
	return API_MORE;
}

static enum api_step
message_stop(struct reply *r, json_object *o)
{
	(void)o;
	if (r->stop == STOP_NONE)
		r->stop = STOP_END;
	return API_DONE;
}

static enum api_step
error(struct reply *r, json_object *o)
{
	failure_from_json(&r->failure, api_member(o, "error"),
	    MODEL_OVERLOADED);
	return API_DONE;
}

/* Nearly every event: some letters more.  0 if it is another one. */
static int
letters(struct reply *r, const struct sse_event *ev)
{
	struct glance	g[] = { { .path = "type" }, { .path = "index" },
	    { .path = "delta/type" }, { .path = "delta/text" },
	    { .path = "delta/partial_json" } };
	int64_t		index;
	struct piece	*p;
	int		call;

	if (glance(ev->data, ev->len, g, sizeof(g) / sizeof(g[0])) == -1 ||
	    !glance_is(&g[0], "content_block_delta"))
		return 0;
	call = glance_is(&g[2], "input_json_delta");
	if (!call && !glance_is(&g[2], "text_delta"))
		return 0;
	index = glance_count(&g[1], -1);
	p = index < 0 ? NULL : reply_find(r, call ? PIECE_CALL : PIECE_TEXT,
	    index);
	return p != NULL && reply_add_glance(r, &p->text,
	    &g[call ? 4 : 3]) == 0;
}

static enum api_step
event(struct reply *r, const struct sse_event *ev)
{
	static const struct api_type types[] = {	/* the frequent ones first */
		{ "content_block_delta", block_delta },
		{ "content_block_start", block_start },
		{ "content_block_stop", block_stop },
		{ "message_start", message_start },
		{ "message_delta", message_delta },
		{ "message_stop", message_stop },
		{ "error", error },
		{ NULL, NULL }
	};

	if (letters(r, ev))
		return api_go_on(r);
	return api_dispatch(r, ev, types);
}

const struct api api_messages = {
	.name = "messages",
	.path = "/v1/messages",
	.body = body,
	.headers = headers,
	.event = event,
	.close = api_close
};
