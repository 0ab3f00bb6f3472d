#ifndef MNEMOD_FAKE_PEER_H
#define MNEMOD_FAKE_PEER_H

#include <json-c/json.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * tests/fakemodel, started and asked for its records by a unit program.  All
 * calls block, with a bound and an assertion behind each.
 */

#define PEER_PATIENCE_MS	30000

/* The path of a program in the directory of this one. */
void peer_beside(char *path, size_t size, const char *name);

struct fake {
	pid_t	pid;
	int	port;
	char	dir[256];	/* scratch: requests, ends */
};

struct fake_setup {
	const char	*const *rules;	/* NULL-terminated */
	enum {
		FAKE_PLAIN,
		FAKE_CERTIFICATE,	/* dir/cert and dir/key are made */
		FAKE_TLS		/* and used */
	}		 tls;
};

void fake_start(struct fake *, const struct fake_setup *);
void fake_end(struct fake *);
/* The base_url of this API on it. */
void fake_url(const struct fake *, const char *api, char *url, size_t size);
/* The record of request n (from 1), waited for; the caller's. */
json_object *fake_request(const struct fake *, int n);
/* Requests that came so far. */
int fake_count(const struct fake *);
/* How the reply to request n ended, waited for: "complete", "gone". */
const char *fake_ending(const struct fake *, int n);

#endif
