#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "api.h"
#include "exchange.h"

/*
 * Is the provider there, and does it take the key?  A GET of its list of
 * models: no model is asked, nothing is paid for, and nothing of a session
 * goes along.  Whatever HTTP status comes, it was reached.
 */

static void
finish(struct exchange *x)
{
	json_object	*body = json_object_new_object();
	char		 text[SCRUB_MAX + 1];

	json_set_str(body, "outcome", x->status == 0 ? "error" : "ok");
	if (x->failure.class != MODEL_NONE) {
		scrub_failure(&x->gateway->scrub, &x->failure, NULL,
		    text);
		json_set_str(body, "message", text);
	}
	if (x->status != 0)
		json_set_int(body, "http_status", x->status);
	worker_reply(x->gateway->worker, &x->request, MSG_REACHED, body);
}

/* Beside ".../v1/responses" lies ".../v1/models". */
static char *
models_url(const struct provider *p)
{
	const char	*url = p->models.url;
	size_t		 len = strlen(url), tail = strlen(p->api->path);

	if (len > tail && strcmp(url + len - tail, p->api->path) == 0)
		return xasprintf("%.*s/models", (int)(len - tail), url);
	return xstrdup(url);
}

void
gateway_reach(struct gateway *g, const struct msg *m)
{
	struct exchange	*x = exchange_new(g, m, finish);
	struct api_call	 call = { .provider = &g->provider };

	if (g->provider.name == NULL) {
		failure_set(&x->failure, MODEL_INVALID_REQUEST,
		    "no provider is configured");
		exchange_refuse(x);
		return;
	}
	x->url = models_url(&g->provider);
	g->provider.api->headers(&call, &x->headers);
	exchange_start(x);
}
