#include <stdlib.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/msg.h"
#include "tests/fakeworker/fakeworker.h"

static struct frame_reader	reader;
enum role			own_role = ROLE_EXTRACT;
json_object			*taken;
size_t				payload_len;
volatile sig_atomic_t		told;

void
wire_init(void)
{
	frame_reader_init(&reader);
}

void
give_with(enum msg_id id, int64_t serial, json_object *body,
    const struct buf *payload)
{
	struct frame_writer	w;
	struct msg_head		head = { .id = id, .serial = serial,
				    .payload = payload };

	frame_writer_init(&w);
	msg_send(&w, &head, body);
	while (frame_writer_flush(&w, FD_FROM_WORKER) == FRAME_MORE)
		continue;
	frame_writer_release(&w);
}

void
give(enum msg_id id, int64_t serial, json_object *body)
{
	give_with(id, serial, body, NULL);
}

void
give_raw(const char *text, size_t len)
{
	unsigned char	head[4] = { (unsigned char)(len >> 24),
	    (unsigned char)(len >> 16), (unsigned char)(len >> 8),
	    (unsigned char)len };

	fd_write_all(FD_FROM_WORKER, head, sizeof(head));
	fd_write_all(FD_FROM_WORKER, text, len);
}

void
say(const char *text)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "level", "info");
	json_set_str(o, "text", text);
	give(MSG_LOG, 0, o);
}

void
alive(int64_t progress)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "progress", progress);
	give(MSG_ALIVE, 0, o);
}

void
bye(void)
{
	give(MSG_BYE, 0, NULL);
	exit(0);
}

/* The next frame; 0 at the end of the stream. */
static int
take_frame(const char **text, size_t *len)
{
	while (frame_reader_next(&reader, text, len) != FRAME_OK) {
		if (told)
			bye();
		if (frame_reader_fill(&reader, FD_TO_WORKER) == FRAME_EOF)
			return 0;
	}
	return 1;
}

enum msg_id
take(int64_t *serial)
{
	const char	*text;
	size_t		 len;
	json_object	*o;
	enum msg_id	 id;
	int		 whole = 1;

	if (!take_frame(&text, &len))
		return MSG__MAX;
	o = json_parse(text, len, JSON_DEPTH, NULL);
	id = msg_by_name(json_str(o, "type"));
	*serial = json_int(o, "id", -1);
	json_object_put(taken);
	taken = json_object_get(json_obj(o, "body"));
	payload_len = 0;
	if (json_flag(o, "payload", 0))
		whole = take_frame(&text, &payload_len);
	json_object_put(o);
	return whole ? id : MSG__MAX;
}

void
hello(const char *version, int64_t protocol)
{
	json_object	*o = json_object_new_object();

	json_set_int(o, "protocol", protocol);
	json_set_str(o, "version", version);
	json_set_str(o, "role", role_name(own_role));
	json_set_int(o, "pid", getpid());
	give(MSG_HELLO, 0, o);
}

void
ready(void)
{
	json_object	*o = json_object_new_object();

	json_set(o, "sandbox", json_object_new_object());
	give(MSG_READY, 0, o);
}

void
configure(void)
{
	int64_t	serial;

	if (take(&serial) != MSG_CONFIGURE)
		exit(99);
}
