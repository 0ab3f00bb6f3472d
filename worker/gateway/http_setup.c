#include <curl/curl.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "http_int.h"

#define CONNECT_MS	30000L

void
http_must(CURLcode code, const char *what)
{
	if (code != CURLE_OK)
		log_fatalx("libcurl: %s: %s", what, curl_easy_strerror(code));
}

/*
 * Header lines that hold the key are not copied: headers_release() wipes
 * them.  So the list is our own, with lines of `h'.
 */
static void
line_add(struct transfer *t, char *line)
{
	struct curl_slist	*s = xcalloc(1, sizeof(*s));

	s->data = line;
	s->next = t->headers;
	t->headers = s;
}

static void
set_headers(struct transfer *t, const struct headers *h)
{
	static char	no_expect[] = "expect:";
	size_t		i;

	line_add(t, no_expect);		/* no round trip before a large body */
	for (i = h->n; i-- > 0;)
		line_add(t, h->line[i]);
	http_must(curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers),
	    "headers");
}

/* Where to, and with how much trust. */
static void
set_safety(struct transfer *t, const struct provider *p)
{
	CURL		*e = t->easy;
	struct curl_blob ca = { p->ca.data, p->ca.len, CURL_BLOB_NOCOPY };

	/* http to this machine: endpoint.c refused all other. */
	http_must(curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https"),
	    "protocols");
	http_must(curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L), "redirects");
	http_must(curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED),
	    "netrc");
	http_must(curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L), "verify");
	http_must(curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L), "verify");
	http_must(curl_easy_setopt(e, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2), "TLS");
	if (p->ca.len > 0)
		http_must(curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &ca), "CA");
	/* Empty strings: what the environment says does not count. */
	http_must(curl_easy_setopt(e, CURLOPT_PROXY,
	    p->proxy.url == NULL ? "" : p->proxy.url), "proxy");
	http_must(curl_easy_setopt(e, CURLOPT_NOPROXY,
	    p->direct == NULL ? "" : p->direct), "proxy");
}

static void
set_transport(struct transfer *t)
{
	CURL	*e = t->easy;

	http_must(curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L), "signals");
	/* Else the end of a transfer waits for its resolver's thread. */
	http_must(curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L), "threads");
	http_must(curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_2TLS), "HTTP/2");
	http_must(curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS),
	    "time-out");
	http_must(curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L), "keep-alive");
	http_must(curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, 16384L),
	    "buffer");
	http_must(curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L),
	    "proxy");
}

static void
set_body(struct transfer *t, const struct buf *body)
{
	if (body->data == NULL)
		return;
	http_must(curl_easy_setopt(t->easy, CURLOPT_POST, 1L), "POST");
	http_must(curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, body->data),
	    "POST");
	http_must(curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)body->len), "POST");
}

void
http_setup(struct transfer *t, const struct provider *p,
    const struct http_request *r)
{
	http_must(curl_easy_setopt(t->easy, CURLOPT_URL, r->url), "URL");
	set_safety(t, p);
	set_transport(t);
	set_headers(t, r->headers);
	set_body(t, r->body);
}
