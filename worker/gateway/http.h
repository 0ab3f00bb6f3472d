#ifndef MNEMOD_GATEWAY_HTTP_H
#define MNEMOD_GATEWAY_HTTP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include "headers.h"
#include "provider.h"

/*
 * HTTP by libcurl's multi interface, driven by the worker's own loop: this
 * side says which descriptors to watch and for how long, and is told what
 * became of them.  Connections are kept and shared; HTTP/2 where the server
 * has it.  Certificates are verified, redirects never followed, proxies and
 * credentials never taken from the environment or from files.
 */
struct http;
struct transfer;

/*
 * What a transfer tells; `arg' is what http_start() got.  No call may start
 * or stop a transfer, but end() may start one.
 */
struct transfer_ops {
	/* A header of the reply, both NULL: another head begins. */
	void	(*header)(void *arg, const char *name, const char *value);

	/* Bytes of the body.  Not 0: no more of it is wanted. */
	int	(*data)(void *arg, const char *data, size_t len);

	/*
	 * It is over, and is freed after the return.  A CURLcode, and what
	 * libcurl says to it.
	 */
	void	(*end)(void *arg, int code, const char *detail);
};

/* The heads of one reply, all of them, in bytes. */
#define HTTP_HEADS_MAX	((size_t)64 * 1024)

/* Ends the process where libcurl cannot be had.  Before the sandbox closes. */
struct http *http_new(const struct provider *);

/* Ends all transfers without a word to them. */
void http_free(struct http *);

/* What a transfer sends; headers and body must stay until it ended. */
struct http_request {
	const char		*url;
	const struct headers	*headers;
	const struct buf	*body;		/* POST; without data: GET */
};

/* Start a transfer. */
struct transfer *http_start(struct http *, const struct http_request *,
    const struct transfer_ops *, void *arg);

/* End a transfer at once, without end(). */
void http_stop(struct http *, struct transfer *);

/* HTTP status so far, 0: none; bytes of the body sent. */
int http_status(const struct transfer *);
size_t http_sent(const struct transfer *);

/*
 * What to wait for: descriptors (valid until the next call on `h') and a
 * time in ms, -1 for none.
 */
size_t http_watch(struct http *, struct pollfd **fds, int *ms);

/* After the wait: revents are set.  Calls the transfers' functions. */
void http_watched(struct http *);

#endif
