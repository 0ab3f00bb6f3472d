#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/nearest.h"
#include "supervisor/memory.h"
#include "supervisor/operation.h"
#include "supervisor/recovery.h"

/* The memory that an operation works on, and its workspace worker. */

static void	worker_ready(struct child *, void *);
static void	worker_message(struct child *, const struct msg *, void *);
static void	worker_ended(struct child *, const struct child_end *, void *);

static const struct child_ops worker_ops = {
	worker_ready, worker_message, NULL, worker_ended
};

static struct memory *
memory_named(struct supervisor *sv, const char *name)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (strcmp(m->config->name, name) == 0)
			return m;
	return NULL;
}

struct memory *
op_memory_meant(const struct op_run *run)
{
	const char	*name = op_text(run, "memory");
	struct memory	*m = TAILQ_FIRST(&run->sv->memories);

	if (name != NULL)
		return memory_named(run->sv, name);
	if (m == NULL || TAILQ_NEXT(m, entry) == NULL)
		return m;
	return run->op->pick == NULL ? NULL : run->op->pick(run);
}

const char *
op_memory_nearest(const struct op_run *run, const char *name)
{
	const char	*near = "none";
	struct memory	*m;
	size_t		 d = SIZE_MAX;

	TAILQ_FOREACH(m, &run->sv->memories, entry)
		nearest_try(name, m->config->name, &near, &d);
	return near;
}

static void
refuse_name(struct op_run *run, const char *name)
{
	char	word[NEAREST_MAX];

	log_printable(word, sizeof(word), name, strlen(name));
	op_failed(run, EXIT_JOB_FAILED, "no_such_memory",
	    "%s: no such memory; the nearest is %s", word,
	    op_memory_nearest(run, name));
}

void
op_memory_which(struct op_run *run)
{
	op_failed(run, EXIT_USAGE, "which_memory",
	    "which memory? Several are configured; name one");
}

struct memory *
op_memory_find(struct op_run *run)
{
	const char	*name = op_text(run, "memory");
	struct memory	*m = op_memory_meant(run);

	if (m == NULL && name != NULL)
		refuse_name(run, name);
	else if (m == NULL && run->op->unpicked != NULL)
		run->op->unpicked(run);
	else if (m == NULL)
		op_memory_which(run);
	return m;
}

int
op_memory_ready(const struct op_run *run)
{
	const struct memory	*m = op_memory_meant(run);

	return m == NULL || run->op->scope == OP_READ ||
	    m->state == MEM_IDLE;
}

int
op_memory_at_agent(const struct op_run *run)
{
	const struct memory	*m = run->op->scope == OP_WRITE ?
	    op_memory_meant(run) : NULL;

	return m != NULL && m->state == MEM_AGENT;
}

/* Nothing was ever published: there is no history to look at. */
static int
has_history(struct op_run *run, const struct memory *m)
{
	int	there = memory_has_history(m);

	if (!there)
		op_failed(run, EXIT_JOB_FAILED, "no_history",
		    "memory %s: nothing was published yet", m->config->name);
	return there;
}

static int
take(struct op_run *run, struct memory *m)
{
	if (!m->stopped && !m->unknown && !m->unrecovered &&
	    memory_take(m) == 0)
		return 1;
	op_failed(run, m->stopped ? EXIT_ROOT : EXIT_WAITING,
	    m->reason, "memory %s: %s may not be written now (%s); see "
	    "mnemoctl status", m->config->name, m->config->root, m->reason);
	return 0;
}

void
op_memory_begin(struct op_run *run)
{
	struct memory	*m = op_memory_find(run);

	if (m == NULL)
		return;
	if (run->op->scope == OP_BOOKS) {
		run->memory = m;
		run->op->begin(run);
		return;
	}
	if (run->op->scope == OP_READ) {
		if (!has_history(run, m))
			return;
		run->memory = m;
		run->worker = memory_start_reader(m, &worker_ops, run);
		return;
	}
	if (!take(run, m))
		return;
	run->memory = m;
	m->state = MEM_OPERATING;
	memory_start_workspace_for(m, &worker_ops, run);
	run->worker = m->wspace;
}

static void
worker_ready(struct child *c, void *arg)
{
	struct op_run	*run = arg;

	(void)c;
	run->ready = 1;
	if (!run->answered)
		run->op->begin(run);
}

static int
status_of(const char *reason)
{
	if (memory_reason_stops(reason))
		return EXIT_ROOT;
	return strcmp(reason, "being_edited") == 0 ? EXIT_WAITING :
	    EXIT_JOB_FAILED;
}

static void
worker_message(struct child *c, const struct msg *msg, void *arg)
{
	struct op_run	*run = arg;
	const char	*reason;

	(void)c;
	if (run->answered)
		return;
	if (msg->id == MSG_FAILED) {
		reason = json_str(msg->body, "reason");
		op_failed(run, status_of(reason), reason, "memory %s: %s",
		    run->memory->config->name, json_str(msg->body, "message"));
	} else if (run->op->reply != NULL)
		run->op->reply(run, msg);
	else
		op_done(run, json_object_get(msg->body));
}

/* The memory is free; after a lost worker it is looked at first. */
static void
leave_memory(struct op_run *run, int lost)
{
	struct memory	*m = run->memory;

	run->memory = NULL;
	if (run->op->scope == OP_READ)
		return;
	m->wspace = NULL;
	m->state = MEM_IDLE;
	if (lost && !supervisor_stopping(run->sv))
		recovery_memory(m);
}

/* No answer came.  The run is over with this. */
static void
tell_lost(struct op_run *run, const char *text)
{
	if (supervisor_stopping(run->sv))
		op_failed(run, EXIT_JOB_FAILED, "interrupted",
		    "%s: mnemod was told to stop", run->op->name);
	else
		op_failed(run, EXIT_JOB_FAILED, "worker_ended",
		    "%s: the workspace worker ended (%s)", run->op->name,
		    text);
}

static void
worker_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct op_run	*run = arg;
	int		 lost;

	if (!child_once(c, end))
		return;
	lost = !run->answered && run->ready && run->op->scope == OP_WRITE;
	run->worker = NULL;
	leave_memory(run, lost);
	if (run->answered)
		op_over(run);
	else
		tell_lost(run, end->text);
}

void
op_send_as(struct op_run *run, enum msg_id id, const char *thread_id,
    json_object *body)
{
	struct msg_head	head = { .id = id, .session_id = thread_id,
	    .thread_id = thread_id };

	if (child_request(run->worker, &head, body) == -1)
		child_stop(run->worker, "it takes no request");
}

void
op_send(struct op_run *run, enum msg_id id, json_object *body)
{
	op_send_as(run, id, NULL, body);
}
