#ifndef MNEMOD_GATEWAY_PROVIDER_H
#define MNEMOD_GATEWAY_PROVIDER_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

struct api;

/*
 * The provider that the gateway talks to: `provider' and its neighbours in
 * the settings of `configure', checked.  Owns its strings; the key is wiped
 * with it.
 */
struct provider {
	char		*name;
	const struct api *api;
	char		*url;		/* of model requests */
	char		*host;		/* of url, lower case */
	uint16_t	 port;
	int		 loopback;	/* url leads to this machine */
	int		 tls;
	int		 codex;		/* auth = codex */
	char		*key;		/* or NULL: none is sent */
	char		*account;	/* ChatGPT account, or NULL */
	char		*user_agent;
	char		*originator;
	char		*installation_id;	/* or NULL */
	char		*proxy;		/* or NULL */
	uint16_t	 proxy_port;
	struct buf	 ca;		/* certificates, PEM; empty: system's */
	int		 compression;	/* of requests */
	int		 runtime_metrics;
};

/*
 * Check and copy; reads key file and CA file, so before the sandbox closes.
 * Returns 0, or -1 with the reason, which names the key of mnemod.conf(5).
 */
int provider_configure(struct provider *, json_object *settings, char *why,
    size_t whysize);
void provider_release(struct provider *);

#endif
