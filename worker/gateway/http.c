#include <sys/queue.h>
#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "http_int.h"

#define STACK_SIZE	((size_t)512 * 1024)

struct http {
	const struct provider	*provider;
	CURLM			*multi;
	LIST_HEAD(, transfer)	 transfers;
	struct pollfd		*fds;
	size_t			 nfds, maxfds;
	int64_t			 timer;		/* mono_ms(), -1: none */
};

/* The wishes of libcurl. */

static struct pollfd *
fd_find(struct http *h, curl_socket_t fd)
{
	size_t	i;

	for (i = 0; i < h->nfds; i++)
		if (h->fds[i].fd == fd)
			return &h->fds[i];
	return NULL;
}

static struct pollfd *
fd_add(struct http *h, curl_socket_t fd)
{
	if (h->nfds == h->maxfds) {
		h->maxfds = h->maxfds == 0 ? 16 : h->maxfds * 2;
		h->fds = xreallocarray(h->fds, h->maxfds, sizeof(*h->fds));
	}
	h->fds[h->nfds].fd = fd;
	h->fds[h->nfds].revents = 0;
	return &h->fds[h->nfds++];
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct http	*h = arg;
	struct pollfd	*p = fd_find(h, fd);

	(void)easy;
	(void)unused;
	if (what == CURL_POLL_REMOVE) {
		if (p != NULL)
			*p = h->fds[--h->nfds];
		return 0;
	}
	if (p == NULL)
		p = fd_add(h, fd);
	p->events = 0;
	if ((what & CURL_POLL_IN) != 0)
		p->events |= POLLIN;
	if ((what & CURL_POLL_OUT) != 0)
		p->events |= POLLOUT;
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *arg)
{
	struct http	*h = arg;

	(void)multi;
	h->timer = ms < 0 ? -1 : mono_ms() + ms;
	return 0;
}

/* The words of a server. */

/* "Name: value\r\n", not terminated, cut in place: libcurl's own buffer. */
static void
header_line(struct transfer *t, const char *line, size_t len)
{
	char	*copy, *value;

	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (len == 0)
		return;
	copy = xstrndup(line, len);
	value = strchr(copy, ':');
	if (value != NULL) {
		*value++ = '\0';
		value += strspn(value, " \t");
		t->ops->header(t->arg, copy, value);
	} else if (strncmp(copy, "HTTP/", 5) == 0)
		t->ops->header(t->arg, NULL, NULL);
	free(copy);
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct transfer	*t = arg;

	t->heads += size * n;
	if (t->heads > HTTP_HEADS_MAX)
		return CURL_WRITEFUNC_ERROR;
	if (t->ops->header != NULL)
		header_line(t, data, size * n);
	return size * n;
}

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct transfer	*t = arg;

	return t->ops->data(t->arg, data, size * n) == 0 ? size * n :
	    CURL_WRITEFUNC_ERROR;
}

/*
 * The threads in which names are looked up: while a name server is silent
 * there is one for each transfer, and eight megabytes of stack and an arena
 * of malloc(3) each would pass the worker's limit.
 */
static void
threads_small(void)
{
	pthread_attr_t	attr;

	mallopt(M_ARENA_MAX, 1);
	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, STACK_SIZE) != 0 ||
	    pthread_setattr_default_np(&attr) != 0)
		log_warnx("threads get large stacks");
	pthread_attr_destroy(&attr);
}

struct http *
http_new(const struct provider *p)
{
	struct http	*h = xcalloc(1, sizeof(*h));

	threads_small();
	http_must(curl_global_init(CURL_GLOBAL_DEFAULT), "start");
	h->provider = p;
	h->timer = -1;
	h->multi = curl_multi_init();
	if (h->multi == NULL)
		log_fatalx("libcurl: cannot allocate");
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	return h;
}

static void
transfer_free(struct http *h, struct transfer *t)
{
	curl_multi_remove_handle(h->multi, t->easy);
	curl_easy_cleanup(t->easy);
	while (t->headers != NULL) {
		struct curl_slist	*next = t->headers->next;

		free(t->headers);
		t->headers = next;
	}
	LIST_REMOVE(t, entry);
	free(t);
}

void
http_free(struct http *h)
{
	struct transfer	*t;

	if (h == NULL)
		return;
	while ((t = LIST_FIRST(&h->transfers)) != NULL)
		transfer_free(h, t);
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h->fds);
	free(h);
}

void
http_stop(struct http *h, struct transfer *t)
{
	transfer_free(h, t);
}

int
http_status(const struct transfer *t)
{
	long	status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

size_t
http_sent(const struct transfer *t)
{
	curl_off_t	n = 0;

	curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &n);
	return n < 0 ? 0 : (size_t)n;
}

static void
set_callbacks(struct transfer *t)
{
	CURL	*e = t->easy;

	http_must(curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->detail), "errors");
	http_must(curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header),
	    "headers");
	http_must(curl_easy_setopt(e, CURLOPT_HEADERDATA, t), "headers");
	http_must(curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data), "body");
	http_must(curl_easy_setopt(e, CURLOPT_WRITEDATA, t), "body");
	http_must(curl_easy_setopt(e, CURLOPT_PRIVATE, t), "transfer");
}

struct transfer *
http_start(struct http *h, const struct http_request *request,
    const struct transfer_ops *ops, void *arg)
{
	struct transfer	*t = xcalloc(1, sizeof(*t));

	t->easy = curl_easy_init();
	if (t->easy == NULL)
		log_fatalx("libcurl: cannot allocate");
	t->ops = ops;
	t->arg = arg;
	LIST_INSERT_HEAD(&h->transfers, t, entry);
	http_setup(t, h->provider, request);
	set_callbacks(t);
	if (curl_multi_add_handle(h->multi, t->easy) != CURLM_OK)
		log_fatalx("libcurl: cannot start a transfer");
	return t;
}

size_t
http_watch(struct http *h, struct pollfd **fds, int *ms)
{
	*fds = h->fds;
	*ms = h->timer < 0 ? -1 : mono_timeout(h->timer, mono_ms());
	return h->nfds;
}

static int
ready_mask(short revents)
{
	int	mask = 0;

	if ((revents & POLLIN) != 0)
		mask |= CURL_CSELECT_IN;
	if ((revents & POLLOUT) != 0)
		mask |= CURL_CSELECT_OUT;
	if ((revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
	return mask;
}

static void
act(struct http *h, curl_socket_t fd, int mask)
{
	int	running;

	curl_multi_socket_action(h->multi, fd, mask, &running);
}

/* What is done with one descriptor may add and remove others. */
static void
act_on_ready(struct http *h)
{
	struct pollfd	*ready;
	size_t		 i, n = 0;

	if (h->nfds == 0)
		return;
	ready = xreallocarray(NULL, h->nfds, sizeof(*ready));
	for (i = 0; i < h->nfds; i++) {
		if (h->fds[i].revents != 0)
			ready[n++] = h->fds[i];
		h->fds[i].revents = 0;
	}
	for (i = 0; i < n; i++)
		act(h, ready[i].fd, ready_mask(ready[i].revents));
	free(ready);
}

/* What to say to the end of a transfer. */
static const char *
detail(const struct transfer *t, CURLcode code)
{
	if (t->heads > HTTP_HEADS_MAX)
		return "the headers are larger than 64 KiB";
	return t->detail[0] != '\0' ? t->detail : curl_easy_strerror(code);
}

static void
reap(struct http *h)
{
	CURLMsg		*m;
	struct transfer	*t;
	CURLcode	 code;
	int		 left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		t->ops->end(t->arg, (int)code, detail(t, code));
		transfer_free(h, t);
	}
}

void
http_watched(struct http *h)
{
	act_on_ready(h);
	if (h->timer >= 0 && h->timer <= mono_ms()) {
		h->timer = -1;
		act(h, CURL_SOCKET_TIMEOUT, 0);
	}
	reap(h);
}
