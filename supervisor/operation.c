#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/operation.h"
#include "supervisor/scheduler.h"

#define MESSAGE_MAX 2048

struct operations {
	struct supervisor	*sv;
	TAILQ_HEAD(op_run_list, op_run) list;	/* in the order they came */
	unsigned		 n;
	unsigned		 at_work;	/* on a memory */
	unsigned		 readers;
	struct op_run		*all;		/* the OP_ALL that runs */
	int			 considering;
	int			 again;		/* something ended meanwhile */
};

struct operations *
operations_new(struct supervisor *sv)
{
	struct operations	*o = xcalloc(1, sizeof(*o));

	o->sv = sv;
	TAILQ_INIT(&o->list);
	return o;
}

static void
run_free(struct op_run *run)
{
	struct operations	*o = run->sv->operations;

	if (run->op->release != NULL && run->data != NULL)
		run->op->release(run);
	TAILQ_REMOVE(&o->list, run, entry);
	o->n--;
	if (run->begun) {
		o->at_work -= run->op->scope != OP_STATE;
		o->readers -= run->op->scope == OP_READ;
	}
	if (o->all == run)
		o->all = NULL;
	json_object_put(run->args);
	free(run->data);
	free(run);
}

/* Takes over the frame. */
static void
answer(const struct op_asker *asker, json_object *frame, int last)
{
	if (last)
		hook_crash("operation.answer.before");
	if (asker->answer != NULL)
		asker->answer(asker->arg, frame, last);
	json_object_put(frame);
}

json_object *
op_refusal(int status, const char *reason, const char *message)
{
	json_object	*frame = json_object_new_object();
	json_object	*e = json_object_new_object();

	json_set_int(e, "status", status);
	json_set_str(e, "reason", reason);
	json_set_str(e, "message", message);
	json_set(frame, "error", e);
	return frame;
}

json_object *
op_refusal_stopping(void)
{
	return op_refusal(EXIT_WAITING, OP_STOPPING,
	    "mnemod stops and begins nothing any more; ask again");
}

static void
answer_error(const struct op_asker *asker, int status, const char *reason,
    const char *message)
{
	answer(asker, op_refusal(status, reason, message), 1);
}

/* Nothing of it was begun. */
static void
answer_stopping(const struct op_asker *asker)
{
	answer(asker, op_refusal_stopping(), 1);
}

void
operations_free(struct operations *o)
{
	struct op_run	*run;

	if (o == NULL)
		return;
	while ((run = TAILQ_FIRST(&o->list)) != NULL) {
		if (run->worker != NULL)
			BUG("operation %s still runs", run->op->name);
		if (run->begun)
			answer_error(&run->asker, EXIT_JOB_FAILED,
			    "interrupted", "mnemod stopped before this was "
			    "done; look what was, then ask again");
		else
			answer_stopping(&run->asker);
		run_free(run);
	}
	o->sv->operations = NULL;
	free(o);
}

struct op_run *
operations_ask(struct supervisor *sv, json_object *request,
    const struct op_asker *asker)
{
	struct operations	*o = sv->operations;
	const struct operation	*op;
	struct op_run		*run;
	json_object		*args;
	struct buf		 why = BUF_INIT;

	op = operation_check(request, &args, &why);
	if (op == NULL) {
		answer_error(asker, EXIT_USAGE, "bad_request", buf_str(&why));
		buf_release(&why);
		return NULL;
	}
	if (o->n >= OPERATION_REQUESTS_MAX || supervisor_stopping(sv)) {
		json_object_put(args);
		if (supervisor_stopping(sv))
			answer_stopping(asker);
		else
			answer_error(asker, EXIT_WAITING, "busy", "mnemod has "
			    "as many requests as it takes; ask again later");
		return NULL;
	}
	run = xcalloc(1, sizeof(*run));
	run->sv = sv;
	run->op = op;
	run->args = args;
	run->asker = *asker;
	TAILQ_INSERT_TAIL(&o->list, run, entry);
	o->n++;
	return run;
}

void
operations_leave(struct op_run *run)
{
	run->asker.answer = NULL;
	if (!run->begun || run->op->scope == OP_STATE)
		run_free(run);
}

int
operations_busy(const struct supervisor *sv)
{
	return sv->operations != NULL && sv->operations->at_work > 0;
}

int
operations_changing(const struct supervisor *sv)
{
	return sv->operations != NULL && sv->operations->all != NULL;
}

int
operations_open(const struct supervisor *sv)
{
	return sv->operations != NULL && sv->operations->n > 0;
}

static int
is_ready(const struct operations *o, const struct op_run *run)
{
	switch (run->op->scope) {
	case OP_STATE:
		break;
	case OP_ALL:
		return o->all == NULL && o->sv->holds == 0;
	case OP_READ:
		return o->readers < OPERATION_READERS_MAX;
	case OP_WRITE:
	case OP_BOOKS:
		return o->sv->holds == 0 && op_memory_ready(run);
	}
	return 1;
}

static struct op_run *
first_ready(struct operations *o)
{
	struct op_run	*run;

	TAILQ_FOREACH(run, &o->list, entry)
		if (!run->begun && is_ready(o, run))
			return run;
	return NULL;
}

static void
begin(struct operations *o, struct op_run *run)
{
	enum op_scope	scope = run->op->scope;

	log_debug("%s: begins", run->op->name);
	hook_crash("operation.begin.before");
	run->begun = 1;
	o->at_work += scope != OP_STATE;
	o->readers += scope == OP_READ;
	if (scope == OP_ALL)
		o->all = run;
	if (scope == OP_STATE || scope == OP_ALL)
		run->op->begin(run);
	else
		op_memory_begin(run);
}

/* Something ended: whoever waits for that looks first. */
static void
tell_ended(struct operations *o)
{
	struct op_run	*run, *next;

	for (run = TAILQ_FIRST(&o->list); run != NULL; run = next) {
		next = TAILQ_NEXT(run, entry);
		if (run->begun && run->op->idle != NULL)
			run->op->idle(run);
	}
}

/* An agent may take half an hour: whoever waits for it is told, once. */
static void
tell_waiting(struct operations *o)
{
	struct op_run	*run;

	TAILQ_FOREACH(run, &o->list, entry)
		if (!run->begun && !run->told && op_memory_at_agent(run)) {
			run->told = 1;
			op_progress(run, "%s: an agent is at work on the "
			    "memory; waiting until it is done", run->op->name);
		}
}

void
operations_consider(struct supervisor *sv)
{
	struct operations	*o = sv->operations;
	struct op_run		*run;

	if (o == NULL)
		return;
	o->again = 1;
	if (o->considering)
		return;		/* an end inside a beginning */
	o->considering = 1;
	while (o->again) {
		o->again = 0;
		tell_ended(o);
		while (!supervisor_stopping(sv) &&
		    (run = first_ready(o)) != NULL)
			begin(o, run);
	}
	tell_waiting(o);
	o->considering = 0;
}

void
op_over(struct op_run *run)
{
	struct supervisor	*sv = run->sv;

	run_free(run);
	operations_consider(sv);
	scheduler_memory_idle(sv);
}

const char *
op_text(const struct op_run *run, const char *name)
{
	return json_str(run->args, name);
}

int
op_flag(const struct op_run *run, const char *name)
{
	return json_flag(run->args, name, 0);
}

void
op_frame(struct op_run *run, json_object *frame)
{
	answer(&run->asker, frame, 0);
}

void
op_progress(struct op_run *run, const char *fmt, ...)
{
	json_object	*frame = json_object_new_object();
	char		 text[MESSAGE_MAX];
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_set_str(frame, "progress", text);
	op_frame(run, frame);
}

/* The answer is out; the run is over once its worker is gone. */
static void
end_run(struct op_run *run)
{
	run->answered = 1;
	run->asker.answer = NULL;
	if (run->worker != NULL)
		child_stop(run->worker, "the request is answered");
	else
		op_over(run);
}

void
op_done(struct op_run *run, json_object *result)
{
	json_object	*frame = json_object_new_object();

	if (run->answered)
		BUG("%s: a second answer", run->op->name);
	json_set(frame, "result", result);
	answer(&run->asker, frame, 1);
	end_run(run);
}

void
op_failed(struct op_run *run, int status, const char *reason,
    const char *fmt, ...)
{
	char	text[MESSAGE_MAX];
	va_list	ap;

	if (run->answered)
		BUG("%s: a second answer", run->op->name);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	answer_error(&run->asker, status, reason, text);
	end_run(run);
}

int
op_needs_supervisor(struct op_run *run, const char *instead)
{
	if (run->sv->scheduler != NULL)
		return 0;
	op_failed(run, EXIT_JOB_FAILED, "no_supervisor",
	    "%s: no mnemod runs; %s", run->op->name, instead);
	return 1;
}
