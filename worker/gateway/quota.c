#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "api.h"
#include "exchange.h"

/*
 * What is left of a ChatGPT account's limits: GET of the usage endpoint that
 * lies beside the one for models.  The guard that asks fails open, so an
 * error is an empty answer and a line in the log.
 */
#define WINDOWS_MAX	64

/* One window of a limit, if the reply has it. */
static void
push_window(json_object *list, const char *limit, json_object *w)
{
	json_object	*o, *used = NULL;

	if (w == NULL || json_object_array_length(list) == WINDOWS_MAX)
		return;
	json_object_object_get_ex(w, "used_percent", &used);
	if (!json_object_is_type(used, json_type_int) &&
	    !json_object_is_type(used, json_type_double))
		return;
	o = json_object_new_object();
	json_set_str(o, "limit_id", limit);
	json_set(o, "used_percent", json_object_get(used));
	json_set_int(o, "window_minutes",
	    json_int(w, "limit_window_seconds", 0) / 60);
	json_set_int(o, "resets_at", json_int(w, "reset_at", 0));
	json_push(list, o);
}

static void
push_limit(json_object *list, const char *limit, json_object *rate_limit)
{
	push_window(list, limit, json_obj(rate_limit, "primary_window"));
	push_window(list, limit, json_obj(rate_limit, "secondary_window"));
}

json_object *
quota_state(json_object *usage)
{
	json_object	*body = json_object_new_object(), *o;
	json_object	*list = json_object_new_array();
	json_object	*more = json_arr(usage, "additional_rate_limits");
	const char	*name;
	size_t		 i, n;

	push_limit(list, "codex", json_obj(usage, "rate_limit"));
	n = more == NULL ? 0 : json_object_array_length(more);
	for (i = 0; i < n; i++) {
		o = json_object_array_get_idx(more, i);
		name = json_str(o, "metered_feature");
		if (name != NULL)
			push_limit(list, name, json_obj(o, "rate_limit"));
	}
	json_set(body, "windows", list);
	json_set_str(body, "reached",
	    json_str(usage, "rate_limit_reached_type"));
	return body;
}

static void
finish(struct exchange *x)
{
	json_object	*usage = NULL;
	char		 text[SCRUB_MAX + 1];

	if (x->failure.class == MODEL_NONE)
		usage = json_parse(buf_str(&x->text), x->text.len, JSON_DEPTH,
		    NULL);
	else {
		scrub_failure(&x->gateway->scrub, &x->failure, NULL,
		    text);
		log_warnx("the account's limits are not known: %s", text);
	}
	worker_reply(x->gateway->worker, &x->request, MSG_QUOTA_STATE,
	    quota_state(usage));
	json_object_put(usage);
}

/* Beside ".../backend-api/codex/responses" lies ".../backend-api/wham/usage". */
static char *
usage_url(const struct provider *p)
{
	static const char	chatgpt[] = "/backend-api/codex";
	const char		*url = p->models.url;
	size_t			 len = strlen(url) - strlen("/responses");
	size_t			 tail = sizeof(chatgpt) - 1;

	if (len > tail && memcmp(url + len - tail, chatgpt, tail) == 0)
		return xasprintf("%.*s/wham/usage",
		    (int)(len - strlen("/codex")), url);
	return xasprintf("%.*s/api/codex/usage", (int)len, url);
}

void
gateway_quota(struct gateway *g, const struct msg *m)
{
	const struct provider	*p = &g->provider;
	struct exchange		*x = exchange_new(g, m, finish);

	if (!p->codex || strcmp(p->api->name, "responses") != 0 ||
	    strchr(p->models.url, '?') != NULL) {
		failure_set(&x->failure, MODEL_INVALID_REQUEST,
		    "this provider has none");
		exchange_refuse(x);
		return;
	}
	x->url = usage_url(p);
	headers_add_bearer(&x->headers, p->key);
	headers_add(&x->headers, "chatgpt-account-id", p->account);
	exchange_start(x);
}
