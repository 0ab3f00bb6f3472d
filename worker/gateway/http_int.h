#ifndef MNEMOD_GATEWAY_HTTP_INT_H
#define MNEMOD_GATEWAY_HTTP_INT_H

#include <sys/queue.h>
#include <curl/curl.h>
#include "http.h"

/* One transfer, for http.c and, before it starts, http_setup.c. */
struct transfer {
	LIST_ENTRY(transfer)		 entry;
	CURL				*easy;
	struct curl_slist		*headers;	/* lines borrowed */
	const struct transfer_ops	*ops;
	void				*arg;
	size_t				 heads;		/* bytes */
	char				 detail[CURL_ERROR_SIZE];
};

/*
 * Set all options of `t' but the functions that libcurl calls.  Ends the
 * process where libcurl does not know one: it would be less safe without.
 */
void http_setup(struct transfer *t, const struct provider *,
    const struct http_request *);

/* End the process if a call of libcurl for `what' failed. */
void http_must(CURLcode, const char *what);

#endif
