/* The Responses API: provider-independent rules as its events. */
#include <stdlib.h>
#include <string.h>

#include "fakemodel.h"

/* Where in the output an event belongs. */
struct place {
	int64_t	index;
	char	id[32];
};

#define SEQ(s)	((s)->sequence)

static void
usage_add(struct buf *b, const struct usage *u)
{
	if (u->absent)
		buf_addstr(b, "null");
	else
		tmpl_add(b, "{\"input_tokens\":%d,\"input_tokens_details\":"
		    "{\"cached_tokens\":%d},\"output_tokens\":%d,"
		    "\"output_tokens_details\":{\"reasoning_tokens\":%d},"
		    "\"total_tokens\":%d}", u->input, u->cached, u->output,
		    u->reasoning, u->input + u->output);
}

/* An event about the response as a whole; `more' are further members. */
static void
response(struct stream *s, const char *type, const char *status,
    const char *more)
{
	struct buf	usage = BUF_INIT;

	if (strcmp(status, "in_progress") == 0)
		buf_addstr(&usage, "null");
	else
		usage_add(&usage, &s->how->usage);
	stream_event(s, type, "{\"type\":%q,\"sequence_number\":%d,"
	    "\"response\":{\"id\":\"resp_%d\",\"object\":\"response\","
	    "\"status\":%q,\"model\":%q,\"output\":[],\"usage\":%s%s}}", type,
	    SEQ(s), (int64_t)s->req->n, status, reply_model(s),
	    buf_str(&usage), more);
	buf_release(&usage);
}

static void
text_delta(struct stream *s, const char *piece, size_t times, void *arg)
{
	const struct place	*at = arg;

	stream_event(s, "response.output_text.delta",
	    "{\"type\":\"response.output_text.delta\",\"sequence_number\":%d,"
	    "\"item_id\":%q,\"output_index\":%d,\"content_index\":0,"
	    "\"delta\":%q}", SEQ(s), at->id, at->index, piece);
	stream_repeat(s, times);
}

static void
args_delta(struct stream *s, const char *piece, size_t times, void *arg)
{
	const struct place	*at = arg;

	stream_event(s, "response.function_call_arguments.delta",
	    "{\"type\":\"response.function_call_arguments.delta\","
	    "\"sequence_number\":%d,\"item_id\":%q,\"output_index\":%d,"
	    "\"delta\":%q}", SEQ(s), at->id, at->index, piece);
	stream_repeat(s, times);
}

/* response.output_item.added or .done with this item (JSON). */
static void
item_event(struct stream *s, const char *type, int64_t index,
    const char *item)
{
	stream_event(s, type, "{\"type\":%q,\"sequence_number\":%d,"
	    "\"output_index\":%d,\"item\":%s}", type, SEQ(s), index, item);
}

#define ADDED	"response.output_item.added"
#define DONE	"response.output_item.done"

static void
message_item(struct stream *s, const struct item *it, struct place *at)
{
	struct buf	b = BUF_INIT;
	char		*text = reply_text(s, it);

	tmpl_add(&b, "{\"type\":\"message\",\"id\":%q,\"role\":\"assistant\","
	    "\"status\":\"in_progress\",\"content\":[]}", at->id);
	item_event(s, ADDED, at->index, buf_str(&b));
	if (!s->how->no_deltas) {
		stream_event(s, "response.content_part.added",
		    "{\"type\":\"response.content_part.added\","
		    "\"sequence_number\":%d,\"item_id\":%q,"
		    "\"output_index\":%d,\"content_index\":0,\"part\":{"
		    "\"type\":\"output_text\",\"text\":\"\","
		    "\"annotations\":[]}}", SEQ(s), at->id, at->index);
		reply_pieces(s, it, text_delta, at);
		stream_event(s, "response.output_text.done",
		    "{\"type\":\"response.output_text.done\","
		    "\"sequence_number\":%d,\"item_id\":%q,"
		    "\"output_index\":%d,\"content_index\":0,\"text\":%q}",
		    SEQ(s), at->id, at->index, text);
	}
	buf_reset(&b);
	tmpl_add(&b, "{\"type\":\"message\",\"id\":%q,\"role\":\"assistant\","
	    "\"status\":\"completed\",\"content\":[{\"type\":\"output_text\","
	    "\"text\":%q,\"annotations\":[]}]}", at->id, text);
	item_event(s, DONE, at->index, buf_str(&b));
	buf_release(&b);
	free(text);
}

static void
call_item(struct stream *s, const struct item *it, struct place *at)
{
	struct buf	b = BUF_INIT;
	char		*args = reply_text(s, it);

	tmpl_add(&b, "{\"type\":\"function_call\",\"id\":%q,\"call_id\":"
	    "\"call_%d_%d\",\"name\":%q,\"arguments\":\"\",\"status\":"
	    "\"in_progress\"}", at->id, (int64_t)s->req->n, at->index,
	    it->name);
	item_event(s, ADDED, at->index, buf_str(&b));
	if (!s->how->no_deltas) {
		reply_pieces(s, it, args_delta, at);
		stream_event(s, "response.function_call_arguments.done",
		    "{\"type\":\"response.function_call_arguments.done\","
		    "\"sequence_number\":%d,\"item_id\":%q,"
		    "\"output_index\":%d,\"arguments\":%q}", SEQ(s), at->id,
		    at->index, args);
	}
	buf_reset(&b);
	tmpl_add(&b, "{\"type\":\"function_call\",\"id\":%q,\"call_id\":"
	    "\"call_%d_%d\",\"name\":%q,\"arguments\":%q,\"status\":"
	    "\"completed\"}", at->id, (int64_t)s->req->n, at->index,
	    it->name, args);
	item_event(s, DONE, at->index, buf_str(&b));
	buf_release(&b);
	free(args);
}

static void
reasoning_item(struct stream *s, const struct item *it, struct place *at)
{
	struct buf	b = BUF_INIT;
	char		*opaque = reply_text(s, it);

	tmpl_add(&b, "{\"type\":\"reasoning\",\"id\":%q,\"summary\":[]}",
	    at->id);
	item_event(s, ADDED, at->index, buf_str(&b));
	stream_event(s, "response.reasoning_summary_text.delta",
	    "{\"type\":\"response.reasoning_summary_text.delta\","
	    "\"sequence_number\":%d,\"item_id\":%q,\"output_index\":%d,"
	    "\"summary_index\":0,\"delta\":\"thinking\"}", SEQ(s), at->id,
	    at->index);
	buf_reset(&b);
	tmpl_add(&b, "{\"type\":\"reasoning\",\"id\":%q,\"summary\":[],"
	    "\"encrypted_content\":%q}", at->id, opaque);
	item_event(s, DONE, at->index, buf_str(&b));
	buf_release(&b);
	free(opaque);
}

static void
add_item(struct stream *s, const struct item *it, int64_t index)
{
	struct place	at = { .index = index };
	struct buf	id = BUF_INIT;

	tmpl_add(&id, "item_%d_%d", (int64_t)s->req->n, index);
	memcpy(at.id, buf_str(&id), id.len < 31 ? id.len : 31);
	buf_release(&id);
	switch (it->kind) {
	case ITEM_TEXT:
	case ITEM_ANSWER: message_item(s, it, &at); break;
	case ITEM_CALL: call_item(s, it, &at); break;
	case ITEM_REASONING: reasoning_item(s, it, &at); break;
	}
}

static void
refuse(struct stream *s, int64_t index)
{
	char	*text = reply_expand(s->req, s->how->refusal);

	stream_event(s, "response.refusal.delta",
	    "{\"type\":\"response.refusal.delta\",\"sequence_number\":%d,"
	    "\"item_id\":\"item_r\",\"output_index\":%d,\"content_index\":0,"
	    "\"delta\":%q}", SEQ(s), index, text);
	stream_event(s, "response.refusal.done",
	    "{\"type\":\"response.refusal.done\",\"sequence_number\":%d,"
	    "\"item_id\":\"item_r\",\"output_index\":%d,\"content_index\":0,"
	    "\"refusal\":%q}", SEQ(s), index, text);
	stream_event(s, DONE, "{\"type\":\"" DONE "\",\"sequence_number\":%d,"
	    "\"output_index\":%d,\"item\":{\"type\":\"message\",\"id\":"
	    "\"item_r\",\"role\":\"assistant\",\"status\":\"completed\","
	    "\"content\":[{\"type\":\"refusal\",\"refusal\":%q}]}}", SEQ(s),
	    index, text);
	free(text);
}

/* How the response came out. */
static void
outcome(struct stream *s)
{
	const struct rule	*r = s->how;
	struct buf		 more = BUF_INIT;
	char			*message = reply_expand(s->req,
	    r->message == NULL ? "a fake failure" : r->message);

	if (r->error != NULL)
		stream_event(s, "error", "{\"type\":\"error\",\"code\":%q,"
		    "\"message\":%q,\"param\":null,\"sequence_number\":%d}",
		    r->error, message, SEQ(s));
	else if (r->failed != NULL) {
		tmpl_add(&more, ",\"error\":{\"code\":%q,\"message\":%q}",
		    r->failed, message);
		response(s, "response.failed", "failed", buf_str(&more));
	} else if (r->incomplete != NULL) {
		tmpl_add(&more, ",\"incomplete_details\":{\"reason\":%q}",
		    r->incomplete);
		response(s, "response.incomplete", "incomplete",
		    buf_str(&more));
	} else if (!r->no_end)
		response(s, "response.completed", "completed",
		    ",\"error\":null,\"incomplete_details\":null");
	buf_release(&more);
	free(message);
}

static void
events(struct stream *s)
{
	const struct rule	*r = s->how;
	int64_t			 index = 0;
	size_t			 i;
	int			 k;

	response(s, "response.created", "in_progress", "");
	response(s, "response.in_progress", "in_progress", "");
	for (i = 0; i < r->nitems; i++)
		for (k = 0; k < r->items[i].repeat; k++)
			add_item(s, &r->items[i], index++);
	if (r->refusal != NULL)
		refuse(s, index);
	outcome(s);
}

static void
error_body(struct buf *b, const struct rule *r, const char *message)
{
	const char	*type = r->status == 429 ? "rate_limit_error" :
	    r->status >= 500 ? "server_error" : "invalid_request_error";

	tmpl_add(b, "{\"error\":{\"message\":%q,\"type\":%q,\"param\":null,"
	    "\"code\":%q}}", message, type, r->code);
}

const struct api api_responses = { "/responses", events, error_body };
