#ifndef MNEMOD_ENDPOINT_H
#define MNEMOD_ENDPOINT_H

#include <stdint.h>

/* A URL that the gateway connects to, looked at once.  Owns its strings. */
struct endpoint {
	char		*url;
	char		*host;		/* lower case, no brackets */
	uint16_t	 port;
	int		 tls;
	int		 loopback;	/* by its name or address */
};

/*
 * Take `base' apart and append `path' to its own path (before a query).
 * Only https, and http to this machine: keys and transcripts do not travel
 * in clear.  A URL with user or password is refused.  Returns NULL, or what is
 * wrong with the URL, without a word of it.
 */
const char *endpoint_parse(struct endpoint *, const char *base,
    const char *path);

/*
 * A proxy: http, https, socks5 or socks5h, with a port, without a user.
 * `url' is the proxy's own.  Returns the same.
 */
const char *endpoint_parse_proxy(struct endpoint *, const char *url);

void endpoint_release(struct endpoint *);

#endif
