#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "exchange.h"

/*
 * Telemetry: a body of OTLP/HTTP, made by the supervisor, to the endpoint of
 * the configuration and to no other.  No key goes with it.  Whose account is
 * used is known here alone, and is added here.
 */

static void
add_attribute(json_object *list, const char *key, const char *value)
{
	json_object	*o = json_object_new_object();
	json_object	*v = json_object_new_object();

	json_set_str(v, "stringValue", value);
	json_set_str(o, "key", key);
	json_set(o, "value", v);
	json_push(list, o);
}

/* To the attributes of each resource of the body. */
static void
add_account(const struct gateway *g, json_object *body)
{
	json_object	*resources = json_arr(body, "resourceMetrics"), *list;
	size_t		 i;

	for (i = 0; resources != NULL &&
	    i < json_object_array_length(resources); i++) {
		list = json_arr(json_obj(json_object_array_get_idx(resources,
		    i), "resource"), "attributes");
		if (list == NULL)
			continue;
		if (g->provider.account != NULL)
			add_attribute(list, "user.account_id",
			    g->provider.account);
		if (g->email != NULL)
			add_attribute(list, "user.email", g->email);
	}
}

static void
set_body(struct exchange *x, const struct buf *payload)
{
	const struct gateway	*g = x->gateway;
	json_object		*o = NULL;

	if (g->provider.account != NULL || g->email != NULL)
		o = json_parse(buf_str(payload), payload->len, JSON_DEPTH,
		    NULL);
	if (o == NULL) {
		buf_add(&x->body, payload->data, payload->len);
		return;
	}
	add_account(g, o);
	json_write(&x->body, o);
	json_object_put(o);
}

static void
finish(struct exchange *x)
{
	json_object	*body = json_object_new_object();
	int		 ok = x->failure.class == MODEL_NONE;
	char		 text[SCRUB_MAX + 1];

	json_set_str(body, "outcome", ok ? "ok" : "error");
	if (!ok) {
		scrub_failure(&x->gateway->scrub, &x->failure, &x->body,
		    text);
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
	int			 same;

	if (t->url == NULL || endpoint_parse(&e, url, "") != NULL)
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
	set_body(x, &m->payload);
	headers_add(&x->headers, "content-type", "application/json");
	exchange_start(x);
}
