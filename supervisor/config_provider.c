/* Whom to ask and where to send: the provider sections, and telemetry. */

#include <stdlib.h>
#include <string.h>
#include "common/nearest.h"
#include "supervisor/config.h"
#include "supervisor/config_steps.h"
#include "supervisor/config_table.h"
#include "supervisor/quote.h"

#define HOST_CHARS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
			"0123456789.-"
#define ADDRESS_CHARS	"0123456789abcdefABCDEF:."

/* What is behind "scheme://", or NULL. */
static const char *
url_host(const char *url)
{
	const char	*p = strstr(url, "://");

	if (p == NULL || (strncmp(url, "http://", 7) != 0 &&
	    strncmp(url, "https://", 8) != 0))
		return NULL;
	return p + 3;
}

/* The length of a host name, or of an address in brackets; 0: neither. */
static size_t
host_len(const char *host)
{
	size_t	n;

	if (*host != '[')
		return strspn(host, HOST_CHARS);
	n = strspn(host + 1, ADDRESS_CHARS);
	return n > 0 && host[n + 1] == ']' ? n + 2 : 0;
}

/* "user@host" is another host than it looks. */
static int
has_user(const char *host)
{
	return memchr(host, '@', strcspn(host, "/")) != NULL;
}

int
config_is_loopback(const char *url)
{
	static const char	*const hosts[] = { "127.0.0.1", "localhost",
	    "[::1]" };
	const char		*host = url_host(url);
	size_t			 i, n;

	if (host == NULL || has_user(host))
		return 0;
	n = host_len(host);
	if (host[n] != '\0' && host[n] != ':' && host[n] != '/')
		return 0;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strlen(hosts[i]) == n && strncmp(host, hosts[i], n) == 0)
			return 1;
	}
	return 0;
}

/* ":1" to ":65535", or nothing; what follows, or NULL. */
static const char *
after_port(const char *p)
{
	size_t	n;
	long	port;

	if (*p != ':')
		return p;
	n = strspn(++p, "0123456789");
	port = n > 0 && n <= 5 ? strtol(p, NULL, 10) : 0;
	return port >= 1 && port <= 65535 ? p + n : NULL;
}

/* What is wrong with an address, or NULL. */
static const char *
url_fault(const char *url)
{
	const char	*p = url_host(url);

	if (p == NULL)
		return "expected https://HOST/PATH, or http:// for this "
		    "machine";
	if (host_len(p) == 0 || has_user(p))
		return "expected a host after the scheme, without a user";
	p = after_port(p + host_len(p));
	if (p == NULL || (*p != '\0' && *p != '/'))
		return "expected a path, or nothing, after host and port";
	for (; *p != '\0'; p++) {
		if (*p <= ' ' || (unsigned char)*p >= 0x7f ||
		    strchr("?#\\\"<>", *p) != NULL)
			return "expected a path of plain characters, without "
			    "? and #";
	}
	if (strncmp(url, "http:", 5) == 0 && !config_is_loopback(url))
		return "expected https:// for another machine: http would "
		    "show all that is sent to the network";
	return NULL;
}

/* Begin a message about one key of a provider. */
static void
blame(const struct config *cfg, const struct config_provider *p,
    const char *key, struct buf *why)
{
	config_complain(cfg, p->line, why);
	buf_addf(why, "provider \"%s\": %s", p->name, key);
}

static int
check_url(const struct config *cfg, const struct config_provider *p,
    struct buf *why)
{
	const char	*fault = *p->base_url == '\0' ? NULL :
			    url_fault(p->base_url);

	if (fault == NULL)
		return 0;
	blame(cfg, p, "base_url = ", why);
	quote_add(why, p->base_url);
	buf_addf(why, ": %s", fault);
	return -1;
}

static int
check_keys(const struct config *cfg, const struct config_provider *p,
    struct buf *why)
{
	int	keys = (*p->key_env != '\0') + (*p->key_file != '\0');

	if (keys > 1) {
		blame(cfg, p, "key_env and key_file", why);
		buf_addstr(why, ": expected one of them");
		return -1;
	}
	if (p->auth == AUTH_CODEX && (*p->key_env != '\0' ||
	    p->api != API_RESPONSES)) {
		blame(cfg, p, "auth = codex", why);
		buf_addstr(why, ": expected api = responses and no key_env");
		return -1;
	}
	if (strspn(p->key_env, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(p->key_env)) {
		/* Perhaps the key itself: not shown. */
		blame(cfg, p, "key_env", why);
		buf_addstr(why, ": expected the name of an environment "
		    "variable, not the key");
		return -1;
	}
	return 0;
}

/* What the provider that is used must have besides. */
static int
check_used(const struct config *cfg, const struct config_provider *p,
    struct buf *why)
{
	if (*p->base_url == '\0') {
		blame(cfg, p, "base_url", why);
		buf_addstr(why, ": expected an address, as in "
		    "base_url = \"http://127.0.0.1:11434/v1\"");
		return -1;
	}
	if (*p->extract_model == '\0') {
		blame(cfg, p, "extract_model", why);
		buf_addstr(why, ": expected the name of a model");
		return -1;
	}
	if (p->auth == AUTH_KEY && *p->key_env == '\0' &&
	    *p->key_file == '\0' && !config_is_loopback(p->base_url)) {
		blame(cfg, p, "key_env", why);
		buf_addstr(why, ": expected key_env or key_file for another "
		    "machine");
		return -1;
	}
	if (cfg->now != CONFIG_NOW_UNSET && !config_is_loopback(p->base_url)) {
		blame(cfg, p, "base_url", why);
		buf_addstr(why, ": a time set by `now' goes with a model on "
		    "this machine only");
		return -1;
	}
	return 0;
}

int
config_check_telemetry(const struct config *cfg, struct buf *why)
{
	const char	*url = cfg->telemetry.endpoint;
	const char	*fault = *url == '\0' ? NULL : url_fault(url);

	if (fault == NULL && *url != '\0' && cfg->now != CONFIG_NOW_UNSET &&
	    !config_is_loopback(url))
		fault = "a time set by `now' goes with an endpoint on this "
		    "machine only";
	if (fault == NULL)
		return 0;
	config_complain(cfg, 0, why);
	buf_addstr(why, "telemetry.endpoint = ");
	quote_add(why, url);
	buf_addf(why, ": %s", fault);
	return -1;
}

static int
no_such_provider(const struct config *cfg, struct buf *why)
{
	const char	*best = NULL;
	size_t		 i, d = strlen(cfg->use_provider) / 2 + 1;

	/* Up to half of the letters may be wrong, and two in any case. */
	if (d < 3)
		d = 3;
	nearest_try(cfg->use_provider, "builtin", &best, &d);
	for (i = 0; i < cfg->nproviders; i++)
		nearest_try(cfg->use_provider, cfg->providers[i].name,
		    &best, &d);
	config_complain(cfg, 0, why);
	buf_addf(why, "use_provider = \"%s\": there is no such provider "
	    "section: expected ", cfg->use_provider);
	if (best != NULL)
		buf_addf(why, "%s?", best);
	else
		buf_addstr(why, "builtin, or a section of that name");
	return -1;
}

int
config_check_providers(const struct config *cfg, struct buf *why)
{
	const struct config_provider	*p;
	size_t				 i;

	for (i = 0; i < cfg->nproviders; i++) {
		p = &cfg->providers[i];
		if (strcmp(p->name, "builtin") == 0) {
			config_complain(cfg, p->line, why);
			buf_addstr(why, "provider builtin has no settings: "
			    "expected another name");
			return -1;
		}
		if (check_url(cfg, p, why) == -1 ||
		    check_keys(cfg, p, why) == -1)
			return -1;
	}
	if (config_provider_offline(cfg))
		return 0;
	p = config_provider_used(cfg);
	if (p == NULL)
		return no_such_provider(cfg, why);
	return check_used(cfg, p, why);
}
