#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "endpoint.h"

/* A part of the URL, owned by the caller (curl_free), or NULL. */
static char *
part(CURLU *u, CURLUPart what)
{
	char	*s;

	return curl_url_get(u, what, &s, CURLU_DEFAULT_PORT) == CURLUE_OK ?
	    s : NULL;
}

static int
has(CURLU *u, CURLUPart what)
{
	char	*s;
	int	 r = curl_url_get(u, what, &s, 0) == CURLUE_OK;

	if (r)
		curl_free(s);
	return r;
}

static int
host_is_loopback(const char *host)
{
	struct in_addr	v4;
	struct in6_addr	v6;
	size_t		len = strlen(host);

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return strcmp(host, "localhost") == 0 ||
	    (len > 10 && strcmp(host + len - 10, ".localhost") == 0);
}

/* Lower case; an IPv6 address loses its brackets. */
static char *
host_copy(const char *host)
{
	size_t	 len = strlen(host), i;
	char	*copy;

	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	copy = xstrndup(host, len);
	for (i = 0; i < len; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return copy;
}

static const char *
take_host(struct endpoint *e, CURLU *u)
{
	char	*host = part(u, CURLUPART_HOST), *port;

	if (host == NULL || *host == '\0') {
		curl_free(host);
		return "it has no host";
	}
	e->host = host_copy(host);
	curl_free(host);
	port = part(u, CURLUPART_PORT);
	e->port = port == NULL ? 0 : (uint16_t)strtoul(port, NULL, 10);
	curl_free(port);
	e->loopback = host_is_loopback(e->host);
	return e->port == 0 ? "it has no port" : NULL;
}

/* The path without its final slashes, and `more' behind it. */
static const char *
append_path(CURLU *u, const char *more)
{
	char	*path = part(u, CURLUPART_PATH), *longer;
	size_t	 len;
	int	 r;

	if (path == NULL)
		return "it cannot be read";
	for (len = strlen(path); len > 0 && path[len - 1] == '/'; len--)
		continue;
	/* A base with its own version: not twice. */
	if (len >= 3 && memcmp(path + len - 3, "/v1", 3) == 0 &&
	    strncmp(more, "/v1/", 4) == 0)
		more += 3;
	longer = xasprintf("%.*s%s", (int)len, path, more);
	r = curl_url_set(u, CURLUPART_PATH, longer, 0) != CURLUE_OK;
	free(longer);
	curl_free(path);
	return r ? "its path cannot be used" : NULL;
}

static const char *
take_scheme(struct endpoint *e, CURLU *u)
{
	char	*scheme = part(u, CURLUPART_SCHEME);
	int	 http = scheme != NULL && strcmp(scheme, "http") == 0;

	e->tls = scheme != NULL && strcmp(scheme, "https") == 0;
	curl_free(scheme);
	if (has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD))
		return "it names a user; use key_env or key_file";
	if (!e->tls && !http)
		return "only https:// and, to this machine, http://";
	if (!e->tls && !e->loopback)
		return "http:// would send key and transcripts in clear; "
		    "use https://";
	return NULL;
}

static void
take_url(struct endpoint *e, CURLU *u)
{
	char	*url;

	curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	if (curl_url_get(u, CURLUPART_URL, &url, 0) != CURLUE_OK)
		log_fatalx("cannot write a URL");
	e->url = xstrdup(url);
	curl_free(url);
}

static CURLU *
url_new(void)
{
	CURLU	*u = curl_url();

	if (u == NULL)
		log_fatalx("cannot allocate a URL");
	return u;
}

const char *
endpoint_parse(struct endpoint *e, const char *base, const char *path)
{
	CURLU		*u = url_new();
	const char	*fault = "it is no URL";

	memset(e, 0, sizeof(*e));
	if (curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK)
		fault = take_host(e, u);
	if (fault == NULL)
		fault = take_scheme(e, u);
	if (fault == NULL)
		fault = append_path(u, path);
	if (fault == NULL)
		take_url(e, u);
	curl_url_cleanup(u);
	return fault;
}

static const char *
proxy_scheme(CURLU *u)
{
	static const char *const known[] = {
		"http", "https", "socks5", "socks5h"
	};
	char	*scheme = part(u, CURLUPART_SCHEME);
	size_t	 i;
	int	 ok = 0;

	for (i = 0; scheme != NULL && i < sizeof(known) / sizeof(known[0]);
	    i++)
		ok |= strcmp(scheme, known[i]) == 0;
	curl_free(scheme);
	if (!ok)
		return "only http://, https://, socks5:// and socks5h://";
	if (has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD))
		return "it names a user, which is not supported";
	/* libcurl's default differs from the scheme's. */
	return has(u, CURLUPART_PORT) ? NULL : "it has no port";
}

const char *
endpoint_parse_proxy(struct endpoint *e, const char *url)
{
	CURLU		*u = url_new();
	const char	*fault = "it is no URL";

	memset(e, 0, sizeof(*e));
	if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) ==
	    CURLUE_OK)
		fault = proxy_scheme(u);
	if (fault == NULL)
		fault = take_host(e, u);
	if (fault == NULL)
		take_url(e, u);
	curl_url_cleanup(u);
	return fault;
}

void
endpoint_release(struct endpoint *e)
{
	free(e->url);
	free(e->host);
	memset(e, 0, sizeof(*e));
}
