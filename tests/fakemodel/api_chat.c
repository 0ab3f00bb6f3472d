/* The Chat Completions API. */
#include <stdlib.h>
#include <string.h>

#include "fakemodel.h"

/* A chunk with this delta (JSON) and reason (NULL: none yet). */
static void
chunk(struct stream *s, const char *delta, const char *reason)
{
	stream_event(s, NULL, "{\"id\":\"chatcmpl-%d\",\"object\":"
	    "\"chat.completion.chunk\",\"created\":1,\"model\":%q,"
	    "\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%q}]}",
	    (int64_t)s->req->n, reply_model(s), delta, reason);
}

/* A delta with one string member. */
static void
chunk_str(struct stream *s, const char *key, const char *value)
{
	struct buf	b = BUF_INIT;

	tmpl_add(&b, "{%q:%q}", key, value);
	chunk(s, buf_str(&b), NULL);
	buf_release(&b);
}

static void
content(struct stream *s, const char *piece, size_t times, void *arg)
{
	chunk_str(s, arg, piece);
	stream_repeat(s, times);
}

/* A call's head: its id and name, with the arguments if they come whole. */
static void
call_head(struct stream *s, const struct item *it, int64_t index,
    const char *args)
{
	struct buf	b = BUF_INIT;

	tmpl_add(&b, "{\"tool_calls\":[{\"index\":%d,", index);
	if (!s->how->no_ids)
		tmpl_add(&b, "\"id\":\"call_%d_%d\",", (int64_t)s->req->n,
		    index);
	tmpl_add(&b, "\"type\":\"function\",\"function\":{\"name\":%q,"
	    "\"arguments\":%q}}]}", it->name, args);
	chunk(s, buf_str(&b), NULL);
	buf_release(&b);
}

static void
call_args(struct stream *s, const char *piece, size_t times, void *arg)
{
	const int64_t	*index = arg;
	struct buf	 b = BUF_INIT;

	tmpl_add(&b, "{\"tool_calls\":[{\"index\":%d,\"function\":"
	    "{\"arguments\":%q}}]}", *index, piece);
	chunk(s, buf_str(&b), NULL);
	stream_repeat(s, times);
	buf_release(&b);
}

static void
add_call(struct stream *s, const struct item *it, int64_t index)
{
	char	*args = reply_text(s, it);

	if (s->how->whole_calls)
		call_head(s, it, index, args);
	else {
		call_head(s, it, index, "");
		reply_pieces(s, it, call_args, &index);
	}
	free(args);
}

/* Returns the number of calls. */
static int64_t
add_items(struct stream *s)
{
	char			 text[] = "content";
	char			 thought[] = "reasoning_content";
	const struct item	*it;
	int64_t			 calls = 0;
	size_t			 i;
	int			 k;

	for (i = 0; i < s->how->nitems; i++) {
		it = &s->how->items[i];
		for (k = 0; k < it->repeat; k++)
			if (it->kind == ITEM_CALL)
				add_call(s, it, calls++);
			else
				reply_pieces(s, it, content,
				    it->kind == ITEM_REASONING ? thought :
				    text);
	}
	return calls;
}

static void
add_usage(struct stream *s)
{
	const struct usage	*u = &s->how->usage;

	if (u->absent)
		return;
	stream_event(s, NULL, "{\"id\":\"chatcmpl-%d\",\"object\":"
	    "\"chat.completion.chunk\",\"created\":1,\"model\":%q,"
	    "\"choices\":[],\"usage\":{\"prompt_tokens\":%d,"
	    "\"prompt_tokens_details\":{\"cached_tokens\":%d},"
	    "\"completion_tokens\":%d,\"completion_tokens_details\":"
	    "{\"reasoning_tokens\":%d},\"total_tokens\":%d}}",
	    (int64_t)s->req->n, reply_model(s), u->input, u->cached,
	    u->output, u->reasoning, u->input + u->output);
}

static const char *
finish_reason(const struct rule *r, int64_t calls)
{
	if (r->incomplete == NULL)
		return calls > 0 ? "tool_calls" : "stop";
	return strcmp(r->incomplete, "content_filter") == 0 ?
	    "content_filter" : "length";
}

static void
events(struct stream *s)
{
	const struct rule	*r = s->how;
	const char		*code = r->error == NULL ? r->failed :
	    r->error;
	char			*text;
	int64_t			 calls;

	chunk(s, "{\"role\":\"assistant\",\"content\":\"\"}", NULL);
	calls = add_items(s);
	if (code != NULL) {
		text = reply_expand(s->req, r->message == NULL ?
		    "a fake failure" : r->message);
		stream_event(s, NULL, "{\"error\":{\"message\":%q,\"type\":"
		    "%q,\"code\":%q}}", text, code, code);
		free(text);
		return;
	}
	if (r->refusal != NULL) {
		text = reply_expand(s->req, r->refusal);
		chunk_str(s, "refusal", text);
		free(text);
	}
	if (r->no_end)
		return;
	chunk(s, "{}", finish_reason(r, calls));
	add_usage(s);
	stream_event(s, NULL, "[DONE]");
}

static void
error_body(struct buf *b, const struct rule *r, const char *message)
{
	api_responses.error(b, r, message);
}

const struct api api_chat = { "/chat/completions", events, error_body };
