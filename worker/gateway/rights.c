#include <sys/socket.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <string.h>

#include "common/log.h"
#include "gateway.h"

/*
 * Where resolver and TLS read.  Directories, because a rule stays with an
 * inode, and /etc/resolv.conf is replaced whenever the network changes; it
 * may be a link to any of the three in /run.
 */
static const char *const trees[] = {
	"/etc",
	"/run/systemd/resolve",
	"/run/NetworkManager",
	"/run/resolvconf",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
};

#define DNS_PORT	53	/* for answers that fit no datagram */

void
gateway_rights(struct worker *w, struct sandbox *sb)
{
	const struct gateway	*g = worker_data(w);
	size_t			 i;

	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		if (sandbox_allow(sb, SANDBOX_READ_TREE, trees[i]) == -1 &&
		    errno != ENOENT)
			log_warn("directory %s: cannot be opened; names or "
			    "certificates may not be found", trees[i]);
	sandbox_allow_port(sb, DNS_PORT);
	if (g->provider.models.url != NULL)
		sandbox_allow_port(sb, g->provider.models.port);
	if (g->provider.proxy.url != NULL)
		sandbox_allow_port(sb, g->provider.proxy.port);
	if (g->telemetry.url != NULL)
		sandbox_allow_port(sb, g->telemetry.port);
}

static void
look_up(const char *host)
{
	const struct addrinfo	 hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo		*list;

	if (host == NULL)
		return;
	if (getaddrinfo(host, NULL, &hints, &list) == 0)
		freeaddrinfo(list);
}

/*
 * Only the modules matter, not the answer: one try of a second, for this
 * thread alone.  libcurl asks in threads of its own.
 */
void
gateway_resolve(const struct gateway *g)
{
	if (res_init() == 0) {
		_res.retrans = 1;
		_res.retry = 1;
	}
	look_up(g->provider.proxy.host != NULL ? g->provider.proxy.host :
	    g->provider.models.host);
	look_up(g->telemetry.host);
}
