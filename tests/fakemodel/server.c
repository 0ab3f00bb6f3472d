/* HTTP by libmicrohttpd: requests in, replies out, a thread each. */
#include <sys/socket.h>
#include <ctype.h>
#include <err.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/json.h"
#include "common/mem.h"
#include "fakemodel.h"
#include "transfer.h"

static pthread_mutex_t	lock = PTHREAD_MUTEX_INITIALIZER;
static int		requests, connections;

/* Used where the script has no rule. */
static const struct rule no_rule = {
	.status = 500, .cut = -1,
	.message = (char[]){ "fakemodel: no rule is left" }
};
static const struct rule telemetry = {
	.status = 200, .cut = -1, .json = (char[]){ "{}" }
};

static int
next(int *counter)
{
	int	n;

	pthread_mutex_lock(&lock);
	n = ++*counter;
	pthread_mutex_unlock(&lock);
	return n;
}

static enum MHD_Result
take_header(void *cls, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct request	*q = cls;
	char		*low = xstrdup(name), *p;

	(void)kind;
	for (p = low; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	json_set_str(q->headers, low, value);
	if (strcmp(low, "x-api-key") == 0 ||
	    (strcmp(low, "authorization") == 0 &&
	    strncasecmp(value, "Bearer ", 7) == 0)) {
		free(q->key);
		q->key = xstrdup(*low == 'x' ? value : value + 7);
	}
	free(low);
	return MHD_YES;
}

static struct request *
request_new(struct MHD_Connection *c, const char *url, const char *method,
    const char *version)
{
	struct request			*q = xcalloc(1, sizeof(*q));
	const union MHD_ConnectionInfo	*info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	q->n = next(&requests);
	q->connection = *(int *)info->socket_context;
	q->method = xstrdup(method);
	q->path = xstrdup(url);
	q->protocol = xstrdup(version);
	q->headers = json_object_new_object();
	MHD_get_connection_values(c, MHD_HEADER_KIND, take_header, q);
	return q;
}

static int
socket_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static ssize_t
read_body(void *cls, uint64_t pos, char *buf, size_t max)
{
	ssize_t	n = transfer_read(cls, buf, max);

	(void)pos;
	return n > 0 ? n : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM :
	    MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
free_transfer(void *cls)
{
	transfer_free(cls);
}

static enum MHD_Result
respond(struct MHD_Connection *c, struct transfer *t)
{
	const struct rule	*r = t->stream.how;
	const char		*type = reply_compose(&t->stream), *colon;
	struct MHD_Response	*resp;
	enum MHD_Result		 ok;
	char			*name;
	size_t			 i;

	transfer_begin(t);
	/* A bad end needs one more byte that never comes. */
	resp = MHD_create_response_from_callback(strcmp(type,
	    "text/event-stream") == 0 ? MHD_SIZE_UNKNOWN :
	    stream_size(&t->stream) + (r->end != END_CLEAN), 32768,
	    read_body, t, free_transfer);
	MHD_add_response_header(resp, "Content-Type", r->type == NULL ? type :
	    r->type);
	if (r->gzip)
		MHD_add_response_header(resp, "Content-Encoding", "gzip");
	for (i = 0; i < r->nheaders; i++) {
		colon = strstr(r->headers[i], ": ");
		name = xstrndup(r->headers[i],
		    (size_t)(colon - r->headers[i]));
		if (MHD_add_response_header(resp, name, colon + 2) != MHD_YES)
			errx(2, "fakemodel: rule %d: no header: %s", r->line,
			    r->headers[i]);
		free(name);
	}
	ok = MHD_queue_response(c, (unsigned)r->status, resp);
	MHD_destroy_response(resp);
	return ok;
}

static const struct rule *
find_rule(const struct request *q)
{
	const struct rule	*r = script_take(q);

	if (r != NULL)
		return r;
	return script_telemetry(q->path) ? &telemetry : &no_rule;
}

static enum MHD_Result
serve(struct MHD_Connection *c, struct request *q)
{
	const struct rule	*r;
	struct transfer		*t;

	record_request(q);
	r = find_rule(q);
	/* From here on the transfer owns the request. */
	t = transfer_new(q, r, socket_of(c));
	if (transfer_wait(t) == -1 || r->status == 0) {
		transfer_raw(t);
		transfer_free(t);
		return MHD_NO;		/* close */
	}
	return respond(c, t);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
	struct request	*q = *state;

	(void)cls;
	if (q == NULL) {
		*state = request_new(c, url, method, version);
		return MHD_YES;
	}
	if (*size > 0) {
		buf_add(&q->body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	*state = NULL;
	return serve(c, q);
}

static void
on_completed(void *cls, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode code)
{
	(void)cls;
	(void)c;
	(void)code;
	request_free(*state);
	*state = NULL;
}

static void
on_connection(void *cls, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	int	*n;

	(void)cls;
	(void)c;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		n = xcalloc(1, sizeof(*n));
		*n = next(&connections);
		*context = n;
	} else
		free(*context);
}

void
server_run(int fd, const char *cert, const char *key)
{
	unsigned		 flags = MHD_USE_INTERNAL_POLLING_THREAD |
	    MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
	struct MHD_OptionItem	 tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, strdup(cert ? cert : "") },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, strdup(key ? key : "") },
		{ MHD_OPTION_END, 0, NULL }
	};

	if (cert == NULL)
		tls[0].option = MHD_OPTION_END;
	else
		flags |= MHD_USE_TLS;
	if (MHD_start_daemon(flags, 0, NULL, NULL, on_request, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, 1024u,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 * 1024,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
	    MHD_OPTION_ARRAY, tls, MHD_OPTION_END) == NULL)
		errx(1, "fakemodel: cannot start");
	for (;;)
		pause();
}
