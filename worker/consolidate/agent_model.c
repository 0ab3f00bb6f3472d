#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "audit.h"
#include "common/model_error.h"
#include "conversation.h"
#include "hook.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "tools.h"
#include "worker/prompt.h"

/*
 * The agent that works by turns with a model: the conversation goes out, a
 * reply comes, its tool calls are carried out in order, their results go out
 * with the rest.  It ends with a message without calls, or at a bound; then
 * what is in staging is judged as it is.
 */

#define HALVINGS_MAX	4	/* of a conversation that is too long */
#define SILENCES_MAX	2	/* replies without anything in them */

struct work {
	struct conversation	 talk;
	struct tools		 tools;
	struct reply		 reply;
	size_t			 next;		/* call of the reply */
	int64_t			 serial;	/* of the open request */
	int64_t			 attempt;	/* at this turn, from 0 */
	size_t			 context_bytes;
	int64_t			 turns_max;
	unsigned		 turn0;		/* turns before this request */
	unsigned		 halvings;
	unsigned		 silences;
};

static int
configure(struct agent *a, json_object *settings, char *why, size_t whysize)
{
	struct work	*k = xcalloc(1, sizeof(*k));
	int64_t		 bytes = json_int(settings, "context_bytes", 0);

	a->work = k;
	conversation_init(&k->talk, prompt_consolidate_system);
	k->tools.st = &a->staging;
	k->tools.redact = a->redact;
	k->turns_max = json_int(settings, "turns", 0);
	if (bytes <= 0 || k->turns_max <= 0) {
		snprintf(why, whysize, "context_bytes and turns are needed");
		return -1;
	}
	k->context_bytes = (size_t)bytes;
	return 0;
}

/* The prompt: the texts of `submit', a line each. */
static void
add_prompt(struct work *k, json_object *items)
{
	struct buf	b = BUF_INIT;
	const char	*text;
	size_t		 i;

	for (i = 0; i < json_object_array_length(items); i++) {
		text = json_str(json_object_array_get_idx(items, i), "text");
		if (text != NULL)
			buf_addf(&b, "%s\n", text);
	}
	conversation_user(&k->talk, buf_str(&b));
	buf_release(&b);
}

static void
add_violations(struct work *k, json_object *list)
{
	struct buf	 b = BUF_INIT;
	const char	*file, *rule, *message;
	json_object	*v;
	size_t		 i;

	buf_addstr(&b, "Your result was not accepted, and nothing is "
	    "published yet. Mend what follows, and nothing else, then end "
	    "with a short message.\n");
	for (i = 0; i < json_object_array_length(list); i++) {
		v = json_object_array_get_idx(list, i);
		file = json_str(v, "file");
		rule = json_str(v, "rule");
		message = json_str(v, "message");
		buf_addf(&b, "- %s:%lld: %s: %s\n", file == NULL ? "?" : file,
		    (long long)json_int(v, "line", 0),
		    rule == NULL ? "?" : rule,
		    message == NULL ? "" : message);
	}
	conversation_user(&k->talk, buf_str(&b));
	buf_release(&b);
}

static void
begin(struct agent *a, const struct msg *m)
{
	struct work	*k = a->work;

	k->turn0 = a->turns - 1;
	k->attempt = 0;
	k->halvings = k->silences = 0;
	if (m->id == MSG_SUBMIT)
		add_prompt(k, json_arr(m->body, "items"));
	else
		add_violations(k, json_arr(m->body, "violations"));
}

static void
finish(struct agent *a, const char *text, const char *capped)
{
	struct work		*k = a->work;
	struct agent_result	 r = { .text = text, .capped = capped };

	r.changed = k->tools.mutations > 0;
	r.counts = json_object_new_object();
	json_set_int(r.counts, "mutations", k->tools.mutations);
	json_set_int(r.counts, "written_bytes", (int64_t)k->tools.written);
	agent_complete(a, &r);
}

static void
ask(struct agent *a)
{
	struct work	*k = a->work;
	json_object	*body = json_object_new_object();
	struct buf	 payload = BUF_INIT;
	int		 r;

	conversation_shrink(&k->talk, k->context_bytes);
	conversation_payload(&k->talk, &payload);
	json_set_str(body, "purpose", "agent");
	json_set_int(body, "attempt", k->attempt);
	r = worker_ask_model(a->worker, ++k->serial, body, &payload);
	buf_wipe(&payload);
	if (r == 0)
		agent_wait(a);
	else
		finish(a, "stopped: the conversation is larger than a request "
		    "may be", "context");
}

/* The results of one call go on; worker_tick() keeps long searches alive. */
static void
carry_out(struct agent *a, const struct call *c)
{
	struct work	*k = a->work;
	struct buf	 out = BUF_INIT;
	enum tool_end	 e;

	worker_busy(a->worker, "turn %u, %.20s", a->turns,
	    model_tool_by_name(c->name) == NULL ? "unknown tool" : c->name);
	audit_call(a, c);
	e = tools_call(&k->tools, c->name, c->arguments, &out);
	audit_result(a, c, buf_str(&out), e);
	conversation_result(&k->talk, c->id, buf_str(&out), e != TOOL_DONE);
	hook_crash("agent.call.after");
	worker_progress(a->worker, 1);
	if (e == TOOL_BROKEN) {
		log_warnx("staging folder %s: %s", a->staging_path,
		    buf_str(&out));
		agent_fail(a, "bad_staging", "the staging folder cannot be "
		    "written or read; nothing is published");
	}
	buf_release(&out);
}

/* The calls of the reply are done: the next turn, if there may be one. */
static void
next_turn(struct agent *a)
{
	struct work	*k = a->work;

	if (k->reply.dropped > 0)
		conversation_user(&k->talk, "Only the first 256 calls of your "
		    "reply were carried out.");
	k->reply.ncalls = k->next = 0;
	k->attempt = 0;
	if ((int64_t)(a->turns - k->turn0) >= k->turns_max) {
		finish(a, "stopped: as many turns as it may have", "turns");
		return;
	}
	agent_turn(a);
}

static void
slice(struct agent *a)
{
	struct work	*k = a->work;

	if (k->next < k->reply.ncalls) {
		carry_out(a, &k->reply.calls[k->next++]);
		if (a->state == AGENT_RUNNING && k->next == k->reply.ncalls)
			next_turn(a);
	} else
		ask(a);
}

/* A reply without calls: the end, or one that says nothing. */
static void
without_calls(struct agent *a)
{
	struct work	*k = a->work;

	if (k->reply.text[0] != '\0' && !k->reply.cut) {
		finish(a, k->reply.text, NULL);
		return;
	}
	if (++k->silences > SILENCES_MAX) {
		agent_fail(a, "failed_agent", k->reply.cut ?
		    "the model's replies are cut off" :
		    "the model's replies are empty");
		return;
	}
	conversation_user(&k->talk, k->reply.cut ? "Your reply was cut off "
	    "at its length limit. Go on in smaller steps." :
	    "Your reply was empty. Go on, or end with a short message.");
	a->state = AGENT_RUNNING;
	next_turn(a);
}

static void
take_reply(struct agent *a, const struct msg *m)
{
	struct work	*k = a->work;
	const char	*why;
	char		*text;

	if (conversation_reply(&k->talk, &k->reply, &m->payload, &why) == -1) {
		text = xasprintf("the model's reply cannot be used: %s", why);
		agent_fail(a, model_error_name(MODEL_PROTOCOL), text);
		free(text);
		return;
	}
	k->next = 0;
	k->halvings = 0;
	if (k->reply.text[0] != '\0' && k->reply.ncalls > 0)
		audit_message(a, k->reply.text);
	if (k->reply.ncalls == 0)
		without_calls(a);
	else
		a->state = AGENT_RUNNING;
}

/* The conversation does not fit the model: half of what it was. */
static int
halve(struct work *k)
{
	size_t	size = conversation_shrink(&k->talk, k->context_bytes);

	if (k->halvings == HALVINGS_MAX)
		return -1;
	k->halvings++;
	k->context_bytes = size / 2;
	return conversation_shrink(&k->talk, k->context_bytes) < size ? 0 : -1;
}

static void
take_error(struct agent *a, const struct msg *m)
{
	struct work		*k = a->work;
	const char		*name = json_str(m->body, "error");
	const char		*message = json_str(m->body, "message");
	int64_t			 retry = json_int(m->body, "retry_after_ms", -1);
	enum model_error	 error;
	char			*text;

	error = name == NULL ? MODEL_PROTOCOL : model_error_by_name(name);
	if (error == MODEL_ERROR__MAX)
		error = MODEL_PROTOCOL;
	if (error == MODEL_OVER_BUDGET && retry < 0) {
		finish(a, "stopped: as many tokens as it may have", "tokens");
		return;
	}
	if (error == MODEL_CONTEXT_WINDOW) {
		if (halve(k) == -1) {
			finish(a, "stopped: the conversation does not fit the "
			    "model", "context");
			return;
		}
		retry = 0;
	}
	if (retry >= 0) {
		k->attempt++;
		worker_busy(a->worker, "turn %u, waiting", a->turns);
		agent_hold(a, retry);
		return;
	}
	text = xasprintf("the model did not answer: %s: %s",
	    model_error_name(error), message == NULL ?
	    "no reason was given" : message);
	agent_fail(a, model_error_name(error), text);
	free(text);
}

static void
answer(struct agent *a, const struct msg *m)
{
	struct work	*k = a->work;
	const char	*outcome = json_str(m->body, "outcome");

	if (a->state != AGENT_WAITING || m->serial != k->serial)
		return;
	worker_progress(a->worker, 1);
	if (m->id == MSG_MODEL_PROGRESS)
		return;
	if (strcmp(outcome, "ok") == 0)
		take_reply(a, m);
	else
		take_error(a, m);
}

static void
release(struct agent *a)
{
	struct work	*k = a->work;

	if (k != NULL)
		conversation_release(&k->talk);
	free(k);
}

const struct agent_provider agent_model = {
	.configure = configure,
	.begin = begin,
	.slice = slice,
	.answer = answer,
	.free = release
};
