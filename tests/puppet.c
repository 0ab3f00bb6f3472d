#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "puppet.h"

/* What is watched: a pipe to itself, and a time. */
struct puppet_state {
	struct pollfd	pipe;
	int		write_end;
	int64_t		due;		/* mono_ms(), 0: none */
	struct msg	request;	/* ids of the one that waits */
};

static int
puppet_configure(struct worker *w, json_object *settings, char *why,
    size_t whysize)
{
	static struct puppet_state	state;
	int				p[2];

	worker_set_data(w, &state);
	if (fd_pipe(p) == -1)
		log_fatal("pipe");
	state.pipe.fd = p[0];
	state.pipe.events = POLLIN;
	state.write_end = p[1];
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
	if (worker_ask_model(w, 77, body, &payload) == -1)
		puppet_completed(w, m, "not sent");
	buf_release(&payload);
}

/* Have a request answered by what is watched. */
static void
puppet_watched_act(struct worker *w, const struct msg *m, const char *act)
{
	struct puppet_state	*s = worker_data(w);

	s->request = *m;
	s->request.body = NULL;
	if (strcmp(act, "timer") == 0)
		s->due = mono_ms() + 100;
	else if (write(s->write_end, "x", 1) != 1)
		log_fatal("pipe");
}

static void
puppet_submit(struct worker *w, const struct msg *m)
{
	json_object	*item = json_object_array_get_idx(json_arr(m->body,
			    "items"), 0);
	const char	*act = json_str(item, "text");
	int		 i;

	if (strcmp(act, "ring") == 0 || strcmp(act, "timer") == 0)
		puppet_watched_act(w, m, act);
	else if (strcmp(act, "open") == 0)
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
puppet_watch(struct worker *w, struct worker_watch *watch)
{
	struct puppet_state	*s = worker_data(w);

	watch->fds = &s->pipe;
	watch->n = 1;
	if (s->due != 0)
		watch->ms = mono_timeout(s->due, mono_ms());
}

static void
puppet_watched(struct worker *w)
{
	struct puppet_state	*s = worker_data(w);
	char			 c;

	if ((s->pipe.revents & POLLIN) != 0 && read(s->pipe.fd, &c, 1) == 1)
		puppet_completed(w, &s->request, "rang");
	s->pipe.revents = 0;
	if (s->due != 0 && s->due <= mono_ms()) {
		s->due = 0;
		puppet_completed(w, &s->request, "late");
	}
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
	.watch = puppet_watch,
	.watched = puppet_watched,
	.stop = puppet_stop,
};
