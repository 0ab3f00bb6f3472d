#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "puppet.h"

static int
puppet_configure(struct worker *w, json_object *settings, char *why,
    size_t whysize)
{
	static int	state;

	worker_set_data(w, &state);
	log_info("configured");
	if (json_flag(settings, "refuse", 0)) {
		snprintf(why, whysize, "settings: refused");
		return -1;
	}
	return 0;
}

static void
puppet_completed(struct worker *w, const struct msg *m, const char *text)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "message", text);
	json_set_bool(body, "changed", 0);
	json_set_int(body, "turns", 1);
	worker_reply(w, m, MSG_COMPLETED, body);
}

static void
puppet_status(struct worker *w, const struct msg *m, size_t len)
{
	json_object	*body = json_object_new_object();
	char		*text = calloc(1, len + 1);

	memset(text, 'x', len);
	json_set_str(body, "status", "running");
	json_set_str(body, "detail", text);
	free(text);
	worker_reply(w, m, MSG_STATUS, body);
}

/* A question with a payload of `len' bytes, with our own number. */
static void
puppet_ask(struct worker *w, const struct msg *m, size_t len)
{
	json_object	*body = json_object_new_object();
	struct buf	 payload = BUF_INIT;

	buf_grow(&payload, len + 1);
	memset(payload.data, 'q', len);
	payload.len = len;
	json_set_str(body, "purpose", "agent");
	if (worker_ask(w, MSG_MODEL_REQUEST, 77, body, &payload) == -1)
		puppet_completed(w, m, "not sent");
	buf_release(&payload);
}

static void
puppet_submit(struct worker *w, const struct msg *m)
{
	json_object	*item = json_object_array_get_idx(json_arr(m->body,
			    "items"), 0);
	const char	*act = json_str(item, "text");
	int		 i;

	if (strcmp(act, "open") == 0)
		puppet_completed(w, m, open("/etc/passwd",
		    O_RDONLY | O_CLOEXEC) == -1 ? "refused" : "opened");
	else if (strcmp(act, "huge") == 0)
		puppet_status(w, m, 9u << 20);
	else if (strcmp(act, "ask") == 0)
		puppet_ask(w, m, 1000);
	else if (strcmp(act, "ask nothing") == 0)
		puppet_ask(w, m, 0);
	else if (strcmp(act, "ask too much") == 0)
		puppet_ask(w, m, MSG_REQUEST_MAX + 1);
	else if (strcmp(act, "flood") == 0)
		for (i = 0; i < 200; i++)
			puppet_status(w, m, 100000);
	else if (strcmp(act, "work") == 0)
		while (!worker_tick(w))
			worker_progress(w, 1);
	else if (strcmp(act, "wait") == 0) {
		worker_busy(w, "turn %d", 3);
		worker_progress(w, 1);
	} else if (strcmp(act, "sleep") == 0)
		puppet_completed(w, m, worker_sleep(w, 100) ? "cut" : "slept");
	else if (strcmp(act, "deaf") == 0) {
		puppet_completed(w, m, "deaf");
		for (worker_sleep(w, 50);;)
			continue;
	} else
		puppet_completed(w, m, act);
}

static void
puppet_message(struct worker *w, const struct msg *m)
{
	if (m->id == MSG_MODEL_RESPONSE)
		puppet_completed(w, m, buf_str(&m->payload));
	else
		puppet_submit(w, m);
}

static void
puppet_stop(struct worker *w)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "status", "interrupted");
	worker_send(w, MSG_STATUS, body);
}

const struct worker_role puppet = {
	.role = ROLE_CONSOLIDATE,
	.configure = puppet_configure,
	.message = puppet_message,
	.stop = puppet_stop,
};
