#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "supervisor/op_table.h"
#include "supervisor/operation.h"
#include "supervisor/scheduler.h"

#define MESSAGE_MAX 2048

struct operations {
	struct supervisor	*sv;
	TAILQ_HEAD(op_run_list, op_run) list;	/* in the order they came */
	unsigned		 n;
	struct op_run		*running;
	int			 considering;
};

/* Every command; alphabetical. */
const struct operation operation_table[] = {
	{ "accept", OP_WRITE, op_accept_arguments, op_accept_begin,
	    op_accept_reply, op_review_memory, NULL },
	{ "audit", OP_READ, op_audit_arguments, op_audit_begin, NULL, NULL,
	    NULL },
	{ "diff", OP_READ, op_diff_arguments, op_diff_begin, NULL, NULL,
	    NULL },
	{ "discard", OP_WRITE, op_discard_arguments, op_discard_begin,
	    op_discard_reply, op_review_memory, NULL },
	{ "extract", OP_STATE, op_extract_arguments, op_extract_begin, NULL,
	    NULL, NULL },
	{ "forget", OP_STATE, op_forget_arguments, op_forget_begin, NULL,
	    NULL, op_forget_idle },
	{ "history", OP_READ, op_history_arguments, op_history_begin, NULL,
	    NULL, NULL },
	{ "metrics", OP_STATE, op_metrics_arguments, op_metrics_begin, NULL,
	    NULL, NULL },
	{ "release", OP_BOOKS, op_release_arguments, op_release_begin, NULL,
	    NULL, NULL },
	{ "remember", OP_WRITE, op_remember_arguments, op_remember_begin,
	    op_remember_reply, NULL, NULL },
	{ "revert", OP_WRITE, op_revert_arguments, op_revert_begin,
	    op_revert_reply, NULL, NULL },
	{ "review", OP_READ, op_review_arguments, op_review_begin, NULL,
	    op_review_memory, NULL },
	{ NULL, OP_STATE, NULL, NULL, NULL, NULL, NULL }
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

	TAILQ_REMOVE(&o->list, run, entry);
	o->n--;
	if (o->running == run)
		o->running = NULL;
	json_object_put(run->args);
	free(run->data);
	free(run);
}

/* Takes over the frame. */
static void
answer(const struct op_asker *asker, json_object *frame, int last)
{
	if (asker->answer != NULL)
		asker->answer(asker->arg, frame, last);
	json_object_put(frame);
}

static void
answer_error(const struct op_asker *asker, int status, const char *reason,
    const char *message)
{
	json_object	*frame = json_object_new_object();
	json_object	*e = json_object_new_object();

	json_set_int(e, "status", status);
	json_set_str(e, "reason", reason);
	json_set_str(e, "message", message);
	json_set(frame, "error", e);
	answer(asker, frame, 1);
}

void
operations_free(struct operations *o)
{
	struct op_run	*run;

	if (o == NULL)
		return;
	if (o->running != NULL)
		BUG("operation %s still runs", o->running->op->name);
	while ((run = TAILQ_FIRST(&o->list)) != NULL) {
		answer_error(&run->asker, EXIT_JOB_FAILED, "interrupted",
		    "mnemod stopped before it came to this; ask again");
		run_free(run);
	}
	o->sv->operations = NULL;
	free(o);
}

/*
 * What is wrong with a request.
 */

static const struct operation *
find_operation(const char *name)
{
	const struct operation	*op;

	for (op = operation_table; op->name != NULL; op++)
		if (strcmp(op->name, name) == 0)
			return op;
	return NULL;
}

static const struct op_argument *
find_argument(const struct operation *op, const char *name)
{
	const struct op_argument	*a;

	for (a = op->args; a->name != NULL; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

static void
say_no_command(char *why, size_t size, const char *name)
{
	const struct operation	*op;
	const char		*near = "none";
	char			 word[NEAREST_MAX];
	size_t			 d = SIZE_MAX;

	for (op = operation_table; op->name != NULL; op++)
		nearest_try(name, op->name, &near, &d);
	log_printable(word, sizeof(word), name, strlen(name));
	snprintf(why, size, "%s: no such command; the nearest is %s", word,
	    near);
}

static void
say_no_argument(char *why, size_t size, const struct operation *op,
    const char *name)
{
	const struct op_argument	*a;
	const char			*near = NULL;
	char				 word[NEAREST_MAX];
	size_t				 d = SIZE_MAX;

	for (a = op->args; a->name != NULL; a++)
		nearest_try(name, a->name, &near, &d);
	log_printable(word, sizeof(word), name, strlen(name));
	if (near == NULL)
		snprintf(why, size, "%s takes no argument", op->name);
	else
		snprintf(why, size, "%s: no argument %s; the nearest is %s",
		    op->name, word, near);
}

/* 0, or -1 with `why'. */
static int
check_value(const struct operation *op, const struct op_argument *a,
    json_object *v, char *why, size_t size)
{
	enum json_type	want = a->kind == OP_TEXT ? json_type_string :
	    json_type_boolean;
	size_t		len;

	if (!json_object_is_type(v, want)) {
		snprintf(why, size, "%s: %s is no %s", op->name, a->name,
		    a->kind == OP_TEXT ? "text" : "truth value");
		return -1;
	}
	if (a->kind == OP_FLAG)
		return 0;
	len = (size_t)json_object_get_string_len(v);
	if (len > 0 && len <= a->max)
		return 0;
	snprintf(why, size, len == 0 ? "%s: %s is empty" :
	    "%s: %s is longer than %zu bytes", op->name, a->name, a->max);
	return -1;
}

static int
check_arguments(const struct operation *op, json_object *args, char *why,
    size_t size)
{
	const struct op_argument	*a;

	json_object_object_foreach(args, key, value) {
		a = find_argument(op, key);
		if (a == NULL) {
			say_no_argument(why, size, op, key);
			return -1;
		}
		if (check_value(op, a, value, why, size) == -1)
			return -1;
	}
	for (a = op->args; a->name != NULL; a++)
		if (a->required &&
		    !json_object_object_get_ex(args, a->name, NULL)) {
			snprintf(why, size, "%s: the argument %s is missing",
			    op->name, a->name);
			return -1;
		}
	return 0;
}

/* The operation of a request, NULL with `why'. */
static const struct operation *
check_request(json_object *request, char *why, size_t size)
{
	const struct operation	*op;
	const char		*name = json_str(request, "command");
	json_object		*args;

	if (name == NULL || json_has_nul(request)) {
		snprintf(why, size, "the request names no command");
		return NULL;
	}
	op = find_operation(name);
	if (op == NULL) {
		say_no_command(why, size, name);
		return NULL;
	}
	if (!json_object_object_get_ex(request, "args", &args))
		return op;
	if (!json_object_is_type(args, json_type_object)) {
		snprintf(why, size, "%s: args is no object", name);
		return NULL;
	}
	return op;
}

struct op_run *
operations_ask(struct supervisor *sv, json_object *request,
    const struct op_asker *asker)
{
	struct operations	*o = sv->operations;
	const struct operation	*op;
	struct op_run		*run;
	json_object		*args;
	char			 why[256];

	op = check_request(request, why, sizeof(why));
	args = op == NULL ? NULL :
	    json_object_get(json_obj(request, "args"));
	if (op != NULL && args == NULL)
		args = json_object_new_object();
	if (op == NULL || check_arguments(op, args, why, sizeof(why)) == -1) {
		json_object_put(args);
		answer_error(asker, EXIT_USAGE, "bad_request", why);
		return NULL;
	}
	if (o->n >= OPERATION_REQUESTS_MAX || supervisor_stopping(sv)) {
		json_object_put(args);
		answer_error(asker, EXIT_WAITING, "busy", "mnemod has as "
		    "many requests as it takes, or stops; ask again later");
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
	if (run->sv->operations->running != run)
		run_free(run);
}

int
operations_busy(const struct supervisor *sv)
{
	return sv->operations != NULL && sv->operations->n > 0;
}

static struct op_run *
first_ready(struct operations *o)
{
	struct op_run	*run;

	TAILQ_FOREACH(run, &o->list, entry)
		if (run->op->scope == OP_STATE || op_memory_ready(run))
			return run;
	return NULL;
}

/* An agent may take half an hour: whoever waits for it is told, once. */
static void
tell_waiting(struct operations *o)
{
	struct op_run	*run;

	TAILQ_FOREACH(run, &o->list, entry)
		if (!run->told && op_memory_at_agent(run)) {
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

	/* An end inside a beginning comes back here: the loop sees it. */
	if (o == NULL || o->considering)
		return;
	o->considering = 1;
	if (o->running != NULL && o->running->op->idle != NULL)
		o->running->op->idle(o->running);
	while (o->running == NULL && !supervisor_stopping(sv) &&
	    (run = first_ready(o)) != NULL) {
		o->running = run;
		log_debug("%s: begins", run->op->name);
		if (run->op->scope == OP_STATE)
			run->op->begin(run);
		else
			op_memory_begin(run);
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
op_progress(struct op_run *run, const char *fmt, ...)
{
	json_object	*frame = json_object_new_object();
	char		 text[MESSAGE_MAX];
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_set_str(frame, "progress", text);
	answer(&run->asker, frame, 0);
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
