/* What came and how it ended, a JSON line each. */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "common/json.h"
#include "common/monotime.h"
#include "fakemodel.h"

static int	requests_fd = -1, ends_fd = -1;

static int
open_one(const char *path)
{
	int	fd;

	if (path == NULL)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1)
		err(1, "%s", path);
	return fd;
}

void
record_open(const char *requests, const char *ends)
{
	requests_fd = open_one(requests);
	ends_fd = open_one(ends);
}

/* Takes over `o'. */
static void
append(int fd, json_object *o)
{
	struct buf	b = BUF_INIT;

	if (fd != -1) {
		json_write(&b, o);
		buf_addch(&b, '\n');
		/* One write: lines of threads do not mix. */
		if (write(fd, b.data, b.len) != (ssize_t)b.len)
			warn("fakemodel: record");
		buf_release(&b);
	}
	json_object_put(o);
}

/* Undo content-encoding zstd; what is no zstd stays empty. */
static void
unzstd(struct buf *out, const struct buf *in)
{
	ZSTD_DStream	*ds = ZSTD_createDStream();
	ZSTD_inBuffer	 from = { in->data, in->len, 0 };
	ZSTD_outBuffer	 to;
	char		 part[65536];
	size_t		 left = 1;

	while (from.pos < from.size && left != 0) {
		to = (ZSTD_outBuffer){ part, sizeof(part), 0 };
		left = ZSTD_decompressStream(ds, &to, &from);
		if (ZSTD_isError(left))
			break;
		buf_add(out, part, to.pos);
	}
	ZSTD_freeDStream(ds);
}

static void
decode(struct request *q)
{
	const char	*enc = json_str(q->headers, "content-encoding");

	if (enc != NULL && strcmp(enc, "zstd") == 0)
		unzstd(&q->plain, &q->body);
	else
		buf_add(&q->plain, q->body.data, q->body.len);
	q->json = json_parse(buf_str(&q->plain), q->plain.len, JSON_DEPTH,
	    NULL);
}

void
record_request(struct request *q)
{
	json_object	*o = json_object_new_object();

	decode(q);
	json_set_int(o, "n", q->n);
	json_set_int(o, "connection", q->connection);
	json_set_int(o, "at_ms", mono_ms());
	json_set_str(o, "protocol", q->protocol);
	json_set_str(o, "method", q->method);
	json_set_str(o, "path", q->path);
	json_set(o, "headers", json_object_get(q->headers));
	json_set_int(o, "bytes", (int64_t)q->body.len);
	if (q->json != NULL)
		json_set(o, "body", json_object_get(q->json));
	else
		json_set_str(o, "body", buf_str(&q->plain));
	append(requests_fd, o);
}

void
record_end(const struct request *q, uint64_t sent, const char *how)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "n", q->n);
	json_set_int(o, "at_ms", mono_ms());
	json_set_int(o, "sent", (int64_t)sent);
	json_set_str(o, "how", how);
	append(ends_fd, o);
}

void
request_free(struct request *q)
{
	if (q == NULL)
		return;
	free(q->method);
	free(q->path);
	free(q->protocol);
	free(q->key);
	json_object_put(q->headers);
	json_object_put(q->json);
	buf_release(&q->body);
	buf_release(&q->plain);
	free(q);
}
