#include <string.h>
#include <zstd.h>

#include "common/json.h"
#include "common/log.h"
#include "stream_int.h"

#define ZSTD_LEVEL	3

/* Returns 0, or -1 with the reason in *why. */
static int
take_call(struct api_call *c, const struct msg *m, json_object *payload,
    const char **why)
{
	json_object	*b = m->body;
	const char	*purpose = json_str(b, "purpose");

	*why = "the request names no model";
	c->model = json_str(b, "model");
	if (c->model == NULL)
		return -1;
	c->agent = purpose != NULL && strcmp(purpose, "agent") == 0;
	c->effort = json_str(b, "effort");
	c->reasoning_summary = json_str(b, "reasoning_summary");
	c->verbosity = json_str(b, "verbosity");
	c->service_tier = json_str(b, "service_tier");
	c->cache_key = json_str(b, "cache_key");
	c->session_id = m->session_id;
	c->thread_id = m->thread_id;
	c->turn_metadata = json_obj(b, "turn_metadata");
	c->max_output_tokens = json_int(b, "max_output_tokens", 0);
	*why = "the payload is no JSON";
	return payload == NULL ? -1 : neutral_parse(&c->neutral, payload, why);
}

static void
compress(struct stream *s)
{
	struct buf	out = BUF_INIT;
	size_t		n;

	buf_grow(&out, ZSTD_compressBound(s->body.len));
	n = ZSTD_compress(out.data, out.cap, s->body.data, s->body.len,
	    ZSTD_LEVEL);
	if (ZSTD_isError(n)) {
		log_warnx("zstd: %s; a request is sent as it is",
		    ZSTD_getErrorName(n));
		buf_release(&out);
		return;
	}
	out.len = n;
	buf_release(&s->body);
	s->body = out;
	headers_add(&s->headers, "content-encoding", "zstd");
}

static void
compose(struct stream *s, const struct api_call *c)
{
	const struct provider	*p = c->provider;
	json_object		*o = p->api->body(c);

	json_write(&s->body, o);
	json_object_put(o);
	headers_add(&s->headers, "content-type", "application/json");
	headers_add(&s->headers, "accept", "text/event-stream");
	headers_add(&s->headers, "user-agent", p->user_agent);
	p->api->headers(c, &s->headers);
	if (p->compression)
		compress(s);
	if (c->neutral.schema != NULL)
		s->reply.schema_tool = c->neutral.schema->wire;
}

int
stream_compose(struct stream *s, const struct msg *m, const char **why)
{
	struct api_call	 c = { .provider = &s->gateway->provider };
	json_object	*payload;
	int		 r;

	payload = json_parse(buf_str(&m->payload), m->payload.len, JSON_DEPTH,
	    NULL);
	r = take_call(&c, m, payload, why);
	if (r == 0) {
		buf_add(&s->prompt, m->payload.data, m->payload.len);
		stream_show_prompt(s, c.neutral.messages);
		compose(s, &c);
	}
	json_object_put(payload);
	return r;
}
