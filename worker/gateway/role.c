#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "exchange.h"
#include "gateway.h"
#include "keyfile.h"
#include "stream.h"

static int
configure_telemetry(struct gateway *g, json_object *settings, char *why,
    size_t whysize)
{
	json_object	*o = json_obj(settings, "telemetry");
	const char	*url = json_str(o, "endpoint");
	const char	*fault;

	g->log_prompts = json_flag(o, "log_user_prompt", 0);
	if (url == NULL || *url == '\0')
		return 0;
	if (json_flag(o, "account", 0) && g->provider.codex)
		g->email = keyfile_codex_email(json_str(json_obj(settings,
		    "provider"), "key_file"));
	fault = endpoint_parse(&g->telemetry, url, "");
	if (fault != NULL) {
		snprintf(why, whysize, "telemetry: endpoint: %s", fault);
		return -1;
	}
	/* A proxy could not reach a collector on this machine. */
	if (g->telemetry.loopback)
		g->provider.direct = g->telemetry.host;
	return 0;
}

static int
configure(struct worker *w, json_object *settings, char *why, size_t whysize)
{
	struct gateway	*g = xcalloc(1, sizeof(*g));

	worker_set_data(w, g);
	g->worker = w;
	LIST_INIT(&g->streams);
	LIST_INIT(&g->exchanges);
	if (provider_configure(&g->provider, settings, why, whysize) == -1 ||
	    configure_telemetry(g, settings, why, whysize) == -1)
		return -1;
	if (g->provider.name == NULL && g->telemetry.url == NULL) {
		snprintf(why, whysize, "no provider");
		return -1;
	}
	g->scrub.redact = redact_new(NULL, 0, why, whysize);
	if (g->scrub.redact == NULL)
		return -1;
	g->scrub.secrets[0] = g->provider.key;
	g->scrub.secrets[1] = g->provider.account;
	g->http = http_new(&g->provider);
	gateway_resolve(g);
	return 0;
}

static void
show(struct gateway *g)
{
	if (g->shown == g->open)
		return;
	g->shown = g->open;
	if (g->open == 0)
		worker_idle(g->worker);
	else if (g->open == 1)
		worker_busy(g->worker, "1 request");
	else
		worker_busy(g->worker, "%zu requests", g->open);
}

static void
message(struct worker *w, const struct msg *m)
{
	struct gateway	*g = worker_data(w);

	if (m->id == MSG_MODEL_REQUEST)
		stream_open(g, m);
	else if (m->id == MSG_CANCEL)
		stream_cancel(g, json_int(m->body, "request", 0));
	else if (m->id == MSG_QUOTA)
		gateway_quota(g, m);
	else if (m->id == MSG_EXPORT)
		gateway_export(g, m);
	else if (m->id == MSG_REACH)
		gateway_reach(g, m);
	else
		BUG("a message of id %d for the gateway role", (int)m->id);
	show(g);
}

/* Of two times in ms, -1 being none. */
static int
sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static void
watch(struct worker *w, struct worker_watch *watched)
{
	struct gateway	*g = worker_data(w);
	int		 streams = stream_timers(g);
	int		 exchanges = exchange_timers(g), http;

	show(g);
	watched->n = http_watch(g->http, &watched->fds, &http);
	watched->ms = sooner(http, sooner(streams, exchanges));
}

static void
after_watch(struct worker *w)
{
	struct gateway	*g = worker_data(w);

	http_watched(g->http);
	show(g);
}

static void
stop(struct worker *w)
{
	stream_cancel_all(worker_data(w));
}

static void
release(struct worker *w)
{
	struct gateway	*g = worker_data(w);

	if (g == NULL)
		return;
	stream_free_all(g);
	exchange_free_all(g);
	http_free(g->http);
	redact_free(g->scrub.redact);
	endpoint_release(&g->telemetry);
	free(g->email);
	provider_release(&g->provider);
	free(g);
}

const struct worker_role gateway_role = {
	.role = ROLE_GATEWAY,
	.configure = configure,
	.rights = gateway_rights,
	.message = message,
	.watch = watch,
	.watched = after_watch,
	.stop = stop,
	.release = release
};
