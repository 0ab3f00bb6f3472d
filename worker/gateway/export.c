#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "exchange.h"

/*
 * Telemetry: a body of OTLP/HTTP, made by the supervisor, to the endpoint of
 * the configuration and to no other.  No key goes with it.
 */

static void
finish(struct exchange *x)
{
	json_object	*body = json_object_new_object();
	int		 ok = x->failure.class == MODEL_NONE;
	char		 text[SCRUB_MAX + 1];

	json_set_str(body, "outcome", ok ? "ok" : "error");
	if (!ok) {
		scrub_text(&x->gateway->scrub, &x->failure.text,
		    x->failure.cut, &x->body, text, sizeof(text));
		json_set_str(body, "message", text);
	}
	if (x->status != 0)
		json_set_int(body, "http_status", x->status);
	worker_reply(x->gateway->worker, &x->request, MSG_EXPORTED, body);
}

/* Scheme, host and port of the endpoint; the path is the signal's. */
static int
is_endpoint(const struct gateway *g, const char *url)
{
	const struct endpoint	*t = &g->telemetry;
	struct endpoint		 e;
	char			 why[128];
	int			 same;

	same = t->url != NULL &&
	    endpoint_parse(&e, url, "", why, sizeof(why)) == 0;
	if (!same)
		return 0;
	same = e.tls == t->tls && e.port == t->port &&
	    strcmp(e.host, t->host) == 0;
	endpoint_release(&e);
	return same;
}

void
gateway_export(struct gateway *g, const struct msg *m)
{
	struct exchange	*x = exchange_new(g, m, finish);
	const char	*url = json_str(m->body, "url");

	if (url == NULL || !is_endpoint(g, url)) {
		failure_set(&x->failure, MODEL_INVALID_REQUEST,
		    "not the telemetry endpoint of the configuration");
		exchange_refuse(x);
		return;
	}
	x->url = xstrdup(url);
	buf_add(&x->body, m->payload.data, m->payload.len);
	headers_add(&x->headers, "content-type", "application/json");
	exchange_start(x);
}
