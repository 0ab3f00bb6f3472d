#ifndef MNEMOD_GATEWAY_PROVIDER_H
#define MNEMOD_GATEWAY_PROVIDER_H

#include <json-c/json.h>
#include <stddef.h>
#include "common/buf.h"
#include "endpoint.h"

struct api;

/*
 * The provider that the gateway talks to: `provider' and its neighbours in
 * the settings of `configure', checked.  Owns its strings; keys are wiped
 * with it.
 */
struct provider {
	char			*name;		/* NULL: there is none */
	const struct api	*api;
	struct endpoint		 models;	/* of model requests */
	struct endpoint		 proxy;		/* url NULL: none */
	const char		*direct;	/* host without it, or NULL */
	int			 codex;		/* auth = codex */
	char			*key;		/* or NULL: none is sent */
	char			*account;	/* of ChatGPT, or NULL */
	char			*user_agent;
	char			*originator;
	char			*installation_id;	/* or NULL */
	struct buf		 ca;		/* PEM; empty: the system's */
	int			 compression;	/* of requests */
	int			 runtime_metrics;
};

/*
 * Check and copy; settings without a provider make one without a name, of
 * which no model can be asked.  Reads key file and CA file, so before the sandbox closes.
 * The key in `settings' is overwritten.  Returns 0, or -1 with a reason that
 * names the key of mnemod.conf(5).
 */
int provider_configure(struct provider *, json_object *settings, char *why,
    size_t whysize);

/* Also after a failure. */
void provider_release(struct provider *);

#endif
