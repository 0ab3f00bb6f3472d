#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fd.h"
#include "common/json.h"
#include "tests/fakeworker/fakeworker.h"

struct gateway	gateway = { .reply = 64 };

/* A JSON string of so many bytes. */
static void
payload_fill(struct buf *b, size_t len)
{
	buf_grow(b, len + 1);
	memset(b->data, 'x', len);
	b->len = len;
	if (len >= 2)
		b->data[0] = b->data[len - 1] = '"';
	b->data[len] = '\0';
}

static json_object *
usage(size_t input, size_t output)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "input", (int64_t)input / 4);
	json_set_int(o, "cached_input", 0);
	json_set_int(o, "output", (int64_t)output / 4);
	json_set_int(o, "reasoning_output", 0);
	json_set_int(o, "total", (int64_t)(input / 4 + output / 4));
	return o;
}

void
model_answer(int64_t serial)
{
	json_object	*o = json_object_new_object();
	struct buf	 payload = BUF_INIT;

	if (gateway.hold > 0) {
		gateway.hold--;
		json_object_put(o);
		return;
	}
	poll(NULL, 0, gateway.slow);
	json_set_str(o, "outcome", gateway.refuse == NULL ? "ok" : "error");
	json_set_str(o, "error", gateway.refuse);
	json_set_int(o, "sent_bytes", (int64_t)payload_len);
	if (gateway.refuse == NULL) {
		json_set(o, "usage", usage(payload_len, gateway.reply));
		payload_fill(&payload, gateway.reply);
	}
	give_with(MSG_MODEL_RESPONSE, serial, o,
	    gateway.refuse == NULL ? &payload : NULL);
	buf_release(&payload);
}

static json_object *
question(void)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "purpose", own_role == ROLE_EXTRACT ? "stage_one" :
	    "agent");
	json_set_int(o, "attempt", 0);
	return o;
}

void
ask(size_t len)
{
	static int64_t	last;
	struct buf	payload = BUF_INIT;

	payload_fill(&payload, len);
	give_with(MSG_MODEL_REQUEST, ++last, question(), &payload);
	buf_release(&payload);
}

void
await(void)
{
	enum msg_id	id;
	int64_t		serial;
	char		line[128];

	while ((id = take(&serial)) != MSG_MODEL_RESPONSE)
		if (id == MSG__MAX)
			exit(67);
		else if (id == MSG_SHUTDOWN)
			bye();
	snprintf(line, sizeof(line), "answer %lld %s %s %zu",
	    (long long)serial, json_str(taken, "outcome"),
	    json_str(taken, "error") == NULL ? "-" : json_str(taken, "error"),
	    payload_len);
	say(line);
}

void
bare(size_t len)
{
	static const char	text[] = "{\"type\":\"model_request\",\"id\":1,"
				    "\"payload\":true,\"body\":"
				    "{\"purpose\":\"agent\"}}";
	unsigned char		head[4] = { (unsigned char)(len >> 24),
				    (unsigned char)(len >> 16),
				    (unsigned char)(len >> 8),
				    (unsigned char)len };

	give_raw(text, sizeof(text) - 1);
	if (len > 0)
		fd_write_all(FD_FROM_WORKER, head, sizeof(head));
}

void
torn(void)
{
	static const char	half[5000];

	bare(2 * sizeof(half));
	fd_write_all(FD_FROM_WORKER, half, sizeof(half));
}

void
pose(const char *body)
{
	static const char	 payload[] = "{\"instructions\":\"x\","
				    "\"model\":\"dear\",\"tools\":"
				    "[\"read_file\",\"web_search\",\"shell\"],"
				    "\"max_output_tokens\":99999999,"
				    "\"messages\":[{\"role\":\"user\","
				    "\"text\":\"hello\"}]}";
	static int64_t		 last = 1000;
	struct buf		 b = BUF_INIT;

	buf_addstr(&b, payload);
	give_with(MSG_MODEL_REQUEST, ++last, json_parse(body, strlen(body),
	    JSON_DEPTH, NULL), &b);
	buf_release(&b);
}
