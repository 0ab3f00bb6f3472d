#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "exchange.h"

static void
exchange_free(struct exchange *x)
{
	if (x->transfer != NULL)
		http_stop(x->gateway->http, x->transfer);
	LIST_REMOVE(x, entry);
	x->gateway->open--;
	headers_release(&x->headers);
	failure_release(&x->failure);
	buf_release(&x->body);
	buf_release(&x->text);
	free(x->url);
	free(x);
}

static int
on_data(void *arg, const char *data, size_t len)
{
	struct exchange	*x = arg;

	if (x->text.len + len > EXCHANGE_REPLY_MAX) {
		failure_set(&x->failure, MODEL_PROTOCOL,
		    "the reply is larger than 1 MiB");
		return -1;
	}
	buf_add(&x->text, data, len);
	return 0;
}

static void
on_end(void *arg, int code, const char *detail)
{
	struct exchange	*x = arg;

	x->status = http_status(x->transfer);
	x->transfer = NULL;
	if (x->failure.class == MODEL_NONE && code != 0)
		failure_from_curl(&x->failure, code, detail);
	else if (x->failure.class == MODEL_NONE &&
	    (x->status < 200 || x->status > 299))
		failure_from_http(&x->failure, x->status, buf_str(&x->text),
		    x->text.len);
	x->finish(x);
	exchange_free(x);
}

static const struct transfer_ops exchange_ops = {
	.header = NULL, .data = on_data, .end = on_end
};

struct exchange *
exchange_new(struct gateway *g, const struct msg *request,
    void (*finish)(struct exchange *))
{
	struct exchange	*x = xcalloc(1, sizeof(*x));

	x->gateway = g;
	x->request = *request;
	x->request.body = NULL;
	buf_init(&x->request.payload);
	x->finish = finish;
	headers_init(&x->headers);
	failure_init(&x->failure);
	x->deadline_at = boot_ms() + hook_ms("EXCHANGE", EXCHANGE_MS);
	LIST_INSERT_HEAD(&g->exchanges, x, entry);
	g->open++;
	headers_add(&x->headers, "accept", "application/json");
	headers_add(&x->headers, "user-agent", g->provider.user_agent);
	return x;
}

void
exchange_start(struct exchange *x)
{
	const struct http_request	request = { x->url, &x->headers,
					    &x->body };

	x->transfer = http_start(x->gateway->http, &request, &exchange_ops, x);
}

void
exchange_refuse(struct exchange *x)
{
	x->finish(x);
	exchange_free(x);
}

int
exchange_timers(struct gateway *g)
{
	struct exchange	*x, *next;
	int64_t		 now = boot_ms(), left, min = -1;

	for (x = LIST_FIRST(&g->exchanges); x != NULL; x = next) {
		next = LIST_NEXT(x, entry);
		left = x->deadline_at - now;
		if (left <= 0) {
			failure_set(&x->failure, MODEL_TRANSPORT,
			    "no reply within %d s", EXCHANGE_MS / 1000);
			exchange_refuse(x);
		} else if (min < 0 || left < min)
			min = left;
	}
	return (int)min;
}

void
exchange_free_all(struct gateway *g)
{
	while (!LIST_EMPTY(&g->exchanges))
		exchange_free(LIST_FIRST(&g->exchanges));
}
