/* links: */
/*
 * libFuzzer entry: any bytes as a message; the first three say in which
 * direction, role and phase.  It is refused with a reason, or it is taken,
 * and then sent again it is taken again and says the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/msg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static enum msg_status
parse(struct msg *m, const char *text, size_t len, const struct msg_place *at)
{
	enum msg_status	st = msg_parse(m, text, len, at);

	if (st != MSG_OK && m->why[0] == '\0')
		abort();
	return st;
}

static void
check_same(const struct msg *a, const struct msg *b)
{
	struct buf	one = BUF_INIT, two = BUF_INIT;

	json_write(&one, a->body);
	json_write(&two, b->body);
	if (a->id != b->id || a->serial != b->serial ||
	    strcmp(a->session_id, b->session_id) != 0 ||
	    strcmp(a->thread_id, b->thread_id) != 0 ||
	    strcmp(buf_str(&one), buf_str(&two)) != 0)
		abort();
	buf_release(&one);
	buf_release(&two);
}

static void
send_again(const struct msg *m, const struct msg_place *at)
{
	struct frame_writer	w;
	struct msg_head		head = { .id = m->id, .serial = m->serial };
	struct msg		back;

	if (m->session_id[0] != '\0')
		head.session_id = m->session_id;
	if (m->thread_id[0] != '\0')
		head.thread_id = m->thread_id;
	frame_writer_init(&w);
	if (msg_send(&w, &head, json_object_get(m->body)) != FRAME_OK ||
	    parse(&back, w.out.data + w.off + FRAME_HEADER,
	    frame_writer_pending(&w) - FRAME_HEADER, at) != MSG_OK)
		abort();
	check_same(m, &back);
	msg_release(&back);
	frame_writer_release(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_place	at;
	struct msg	m;
	struct buf	text = BUF_INIT;

	if (size < 3)
		return 0;
	at.dir = (enum msg_dir)(data[0] % 2);
	at.role = (enum role)(data[1] % ROLE__MAX);
	at.phase = (enum msg_phase)(data[2] % PHASE__MAX);
	buf_add(&text, data + 3, size - 3);
	if (parse(&m, buf_str(&text), text.len, &at) == MSG_OK) {
		if (!m.has_payload)
			send_again(&m, &at);
		msg_release(&m);
	}
	buf_release(&text);
	return 0;
}
