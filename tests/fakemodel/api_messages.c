/* The Anthropic Messages API. */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "fakemodel.h"

struct block {
	int64_t		 index;
	const char	*type, *key;	/* of its deltas */
};

static void
delta(struct stream *s, const char *piece, size_t times, void *arg)
{
	const struct block	*b = arg;

	stream_event(s, "content_block_delta",
	    "{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":"
	    "{\"type\":%q,%q:%q}}", b->index, b->type, b->key, piece);
	stream_repeat(s, times);
}

/* content_block_start with this block (JSON). */
static void
block_start(struct stream *s, int64_t index, const char *block)
{
	stream_event(s, "content_block_start",
	    "{\"type\":\"content_block_start\",\"index\":%d,"
	    "\"content_block\":%s}", index, block);
}

static void
block_stop(struct stream *s, int64_t index)
{
	stream_event(s, "content_block_stop",
	    "{\"type\":\"content_block_stop\",\"index\":%d}", index);
}

static void
add_text(struct stream *s, const struct item *it, int64_t index)
{
	struct block	b = { index, "text_delta", "text" };

	block_start(s, index, "{\"type\":\"text\",\"text\":\"\"}");
	reply_pieces(s, it, delta, &b);
	block_stop(s, index);
}

static void
add_tool(struct stream *s, const struct item *it, const char *name,
    int64_t index)
{
	struct block	b = { index, "input_json_delta", "partial_json" };
	struct buf	head = BUF_INIT;

	tmpl_add(&head, "{\"type\":\"tool_use\",\"id\":\"toolu_%d_%d\","
	    "\"name\":%q,\"input\":{}}", (int64_t)s->req->n, index, name);
	block_start(s, index, buf_str(&head));
	reply_pieces(s, it, delta, &b);
	block_stop(s, index);
	buf_release(&head);
}

/* The text is what must come back: the signature. */
static void
add_thinking(struct stream *s, const struct item *it, int64_t index)
{
	struct block	 think = { index, "thinking_delta", "thinking" };
	struct block	 sign = { index, "signature_delta", "signature" };
	char		*text = reply_text(s, it);

	block_start(s, index,
	    "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
	delta(s, "thinking", 1, &think);
	delta(s, text, 1, &sign);
	block_stop(s, index);
	free(text);
}

/* The tool that the request demands; NULL: none. */
static const char *
demanded(const struct stream *s)
{
	return json_str(json_obj(s->req->json, "tool_choice"), "name");
}

/* Returns 1 if it was a tool's call. */
static int
add_item(struct stream *s, const struct item *it, int64_t index)
{
	const char	*tool = demanded(s);

	if (it->kind == ITEM_REASONING)
		add_thinking(s, it, index);
	else if (it->kind == ITEM_CALL)
		add_tool(s, it, it->name, index);
	else if (it->kind == ITEM_ANSWER && tool != NULL)
		add_tool(s, it, tool, index);
	else {
		add_text(s, it, index);
		return 0;
	}
	return it->kind != ITEM_REASONING;
}

static void
start(struct stream *s)
{
	const struct usage	*u = &s->how->usage;
	struct buf		 b = BUF_INIT;

	if (!u->absent)
		tmpl_add(&b, ",\"usage\":{\"input_tokens\":%d,"
		    "\"cache_creation_input_tokens\":0,"
		    "\"cache_read_input_tokens\":%d,\"output_tokens\":1}",
		    u->input - u->cached, u->cached);
	stream_event(s, "message_start", "{\"type\":\"message_start\","
	    "\"message\":{\"id\":\"msg_%d\",\"type\":\"message\",\"role\":"
	    "\"assistant\",\"model\":%q,\"content\":[],\"stop_reason\":null,"
	    "\"stop_sequence\":null%s}}", (int64_t)s->req->n, reply_model(s),
	    buf_str(&b));
	stream_event(s, "ping", "{\"type\":\"ping\"}");
	buf_release(&b);
}

static void
stop(struct stream *s, const char *reason)
{
	struct buf	b = BUF_INIT;

	if (!s->how->usage.absent)
		tmpl_add(&b, ",\"usage\":{\"output_tokens\":%d}",
		    s->how->usage.output);
	stream_event(s, "message_delta", "{\"type\":\"message_delta\","
	    "\"delta\":{\"stop_reason\":%q,\"stop_sequence\":null}%s}",
	    reason, buf_str(&b));
	stream_event(s, "message_stop", "{\"type\":\"message_stop\"}");
	buf_release(&b);
}

static void
error_body(struct buf *b, const struct rule *r, const char *message)
{
	static const struct {
		int		 status;
		const char	*type;
	} types[] = {
		{ 400, "invalid_request_error" },
		{ 401, "authentication_error" }, { 403, "permission_error" },
		{ 404, "not_found_error" }, { 413, "request_too_large" },
		{ 429, "rate_limit_error" }, { 529, "overloaded_error" },
	};
	const char	*type = "api_error";
	size_t		 i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].status == r->status)
			type = types[i].type;
	if (r->code != NULL)
		type = r->code;
	tmpl_add(b, "{\"type\":\"error\",\"error\":{\"type\":%q,"
	    "\"message\":%q}}", type, message);
}

/* 1 if the stream ends in an error. */
static int
fails(struct stream *s)
{
	const struct rule	*r = s->how;
	const char		*code = r->error == NULL ? r->failed :
	    r->error;
	char			*message;

	if (code == NULL)
		return 0;
	message = reply_expand(s->req, r->message == NULL ?
	    "a fake failure" : r->message);
	stream_event(s, "error", "{\"type\":\"error\",\"error\":{\"type\":%q,"
	    "\"message\":%q}}", code, message);
	free(message);
	return 1;
}

static void
events(struct stream *s)
{
	const struct rule	*r = s->how;
	const struct item	 refusal = { ITEM_TEXT, NULL, r->refusal, 0,
	    1 };
	int64_t			 index = 0;
	size_t			 i;
	int			 k, calls = 0;

	start(s);
	for (i = 0; i < r->nitems; i++)
		for (k = 0; k < r->items[i].repeat; k++)
			calls += add_item(s, &r->items[i], index++);
	if (r->refusal != NULL)
		add_text(s, &refusal, index);
	if (fails(s) || r->no_end)
		return;
	stop(s, r->refusal != NULL ? "refusal" : r->incomplete == NULL ?
	    (calls > 0 ? "tool_use" : "end_turn") :
	    strcmp(r->incomplete, "max_output_tokens") == 0 ? "max_tokens" :
	    r->incomplete);
}

const struct api api_messages = { "/messages", events, error_body };
