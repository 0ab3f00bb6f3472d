/* What comes back to a request: frames until the last one. */

#include <string.h>

#include "common/frame.h"
#include "common/json.h"
#include "common/log.h"
#include "supervisor/mnemoctl/remote_int.h"
#include "supervisor/operation.h"

void
remote_quiet(enum log_level level, const char *line, void *arg)
{
	(void)arg;
	log_set_sink(NULL, NULL);
	if (level != LOG_LEVEL_INFO || log_is_verbose())
		log_at(level, "%s", line);
	log_set_sink(remote_quiet, NULL);
}

/* One line on standard error, whoever is at work. */
static void
tell(const char *text, int served)
{
	log_set_sink(NULL, NULL);
	log_info("%s", text);
	log_set_sink(served ? remote_quiet : NULL, NULL);
}

/* Nothing is published now: that is all that was asked for. */
static void
do_work(struct remote *r)
{
	log_set_sink(NULL, NULL);
	r->exit = r->work(r->arg);
	r->answered = 1;
	log_set_sink(r->served ? remote_quiet : NULL, NULL);
}

/* A status that the answer names; what is none of ours is a failure. */
static enum ctl_exit
status_of(json_object *o, const char *key, enum ctl_exit absent)
{
	int64_t	n = json_int(o, key, absent);

	return n < CTL_OK || n > CTL_WAITING ? CTL_NOT_FOUND :
	    (enum ctl_exit)n;
}

/* It was not done; what stops and began nothing is asked once more. */
static void
take_refusal(struct remote *r, json_object *error)
{
	const char	*reason = json_str(error, "reason");
	const char	*text = json_str(error, "message");

	if (reason == NULL)
		reason = "";
	/* Served here, it is we who were told to stop. */
	if (!r->served && strcmp(reason, OP_STOPPING) == 0) {
		r->stopping = 1;
		return;
	}
	r->answered = 1;
	if (r->ctl->opt->follow && strcmp(reason, "interrupted") == 0) {
		log_info("the supervisor stopped");
		return;
	}
	log_warnx("%s", text == NULL ? "no reason is given" : text);
	r->exit = status_of(error, "status", CTL_NOT_FOUND);
	if (r->exit == CTL_OK)
		r->exit = CTL_NOT_FOUND;
}

static void
take_progress(struct remote *r, json_object *frame)
{
	const char	*text = json_str(frame, "progress");

	if (r->work != NULL && json_flag(frame, "held", 0))
		do_work(r);
	else if (text != NULL)
		tell(text, r->served);
	else if (r->command != NULL && r->command->hear != NULL &&
	    r->command->hear(r->ctl, r->doc, frame) == -1)
		r->left = 1;
}

void
remote_take(void *arg, json_object *frame, int last)
{
	struct remote	*r = arg;
	json_object	*result = json_obj(frame, "result");

	if (!last) {
		take_progress(r, frame);
		return;
	}
	if (result == NULL) {
		take_refusal(r, json_obj(frame, "error"));
		return;
	}
	r->answered = 1;
	/* It is shown all the same. */
	r->ctl->verdict = status_of(result, "exit_status", CTL_OK);
	json_object_object_foreach(result, key, value) {
		json_set(r->doc, key, json_object_get(value));
	}
}

/* It is decided, or it has to be asked again. */
static int
heard_all(const struct remote *r)
{
	return r->answered || r->left || r->stopping;
}

int
remote_read(struct remote *r, int fd)
{
	struct frame_reader	 in;
	enum frame_status	 st = FRAME_MORE;
	json_object		*frame;
	const char		*text;
	size_t			 len;

	frame_reader_init(&in);
	while (!heard_all(r) && (st == FRAME_OK || st == FRAME_MORE)) {
		st = frame_reader_next(&in, &text, &len);
		if (st == FRAME_MORE)
			st = frame_reader_fill(&in, fd);
		else if (st == FRAME_OK) {
			frame = json_parse(text, len, JSON_DEPTH, NULL);
			remote_take(r, frame, json_obj(frame, "result") !=
			    NULL || json_obj(frame, "error") != NULL);
			json_object_put(frame);
		}
	}
	frame_reader_release(&in);
	return r->answered || r->left ? 0 : -1;
}
