#include <bsd/stdlib.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "supervisor/idmatch.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/stage_two.h"

/*
 * mnemoctl stop: an agent, by the beginning of its id or its memory, or any
 * worker, by its pid; the stop ladder of mnemod(8) for either.
 */

#define PID_MAX	4194304		/* of proc(5) on 64 bits */

const struct op_argument op_stop_arguments[] = {
	{ "what", OP_TEXT, 1, OP_NAME_MAX },
	{ NULL, OP_TEXT, 0, 0 }
};

/* run->data: the agent that is waited for. */
struct stopping {
	char	memory[OP_NAME_MAX];
	char	agent_id[UUID_SIZE];
};

/* It has a run that a person may stop: nothing of it is published yet. */
static int
is_stoppable(const struct memory *m)
{
	return m->state == MEM_PREPARING || m->state == MEM_AGENT;
}

static int
has_run(const struct memory *m)
{
	return is_stoppable(m) || m->state == MEM_PUBLISHING ||
	    m->state == MEM_ENDING;
}

static void
stop_agent(struct op_run *run, struct memory *m)
{
	struct stopping	*s;

	if (!is_stoppable(m)) {
		op_failed(run, EXIT_WAITING, "too_late", "memory %s: agent %s "
		    "is done, and what it made is being published; mnemoctl "
		    "revert undoes that", m->config->name, m->agent_id);
		return;
	}
	run->data = s = xcalloc(1, sizeof(*s));
	snprintf(s->memory, sizeof(s->memory), "%s", m->config->name);
	snprintf(s->agent_id, sizeof(s->agent_id), "%s", m->agent_id);
	op_progress(run, "memory %s: agent %s is told to end; it has ten "
	    "seconds", s->memory, s->agent_id);
	stage_two_interrupt(m);
	op_stop_idle(run);
}

/* Is the agent gone? */
void
op_stop_idle(struct op_run *run)
{
	const struct stopping	*s = run->data;
	struct memory		*m;
	json_object		*o;

	if (s == NULL)
		return;
	TAILQ_FOREACH(m, &run->sv->memories, entry)
		if (strcmp(m->config->name, s->memory) == 0 && has_run(m) &&
		    strcmp(m->agent_id, s->agent_id) == 0)
			return;
	o = json_object_new_object();
	json_set_str(o, "thread_id", s->agent_id);
	json_set_str(o, "memory", s->memory);
	json_set_str(o, "status", "interrupted");
	op_done(run, o);
}

/* The run that a child is a worker of, or NULL. */
static struct memory *
run_of(struct supervisor *sv, const struct child *c)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (has_run(m) && (m->agent == c || m->wspace == c))
			return m;
	return NULL;
}

static void
stop_worker(struct op_run *run, struct child *c)
{
	struct memory	*m = run_of(run->sv, c);
	json_object	*o;

	if (m != NULL) {
		stop_agent(run, m);
		return;
	}
	log_info("%s is stopped on request", child_label(c));
	o = json_object_new_object();
	json_set_str(o, "worker", child_label(c));
	json_set_int(o, "pid", child_pid(c));
	child_stop(c, "a person asked for it");
	op_done(run, o);
}

/* Names of what could be stopped. */
static void
add_candidates(struct op_run *run, struct buf *b)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &run->sv->memories, entry)
		if (has_run(m))
			buf_addf(b, "%s%s of memory %s", b->len == 0 ?
			    "at work: agent " : ", ", m->agent_id,
			    m->config->name);
	if (b->len == 0)
		buf_addstr(b, "no agent is at work");
}

/* None at work; what it may have been meant for, of all that ever were. */
static void
refuse_unknown(struct op_run *run, const char *shown, const char *at_work)
{
	const char	*word = op_text(run, "what");
	struct idmatch	 m;

	if (config_memory(run->sv->config, word) != NULL)
		op_failed(run, EXIT_JOB_FAILED, "not_at_work", "memory %s: "
		    "its agent is not at work; %s", shown, at_work);
	else if (idmatch_find(&m, run->sv->store, IDMATCH_AGENT, word) !=
	    STORE_OK)
		op_failed(run, EXIT_STATE, "state_unreadable", "stop: the "
		    "state database cannot be read; see the log");
	else if (m.found == 1)
		op_failed(run, EXIT_JOB_FAILED, "not_at_work", "agent %s: it "
		    "is at work no more, mnemoctl show tells how it ended; "
		    "%s", m.id, at_work);
	else
		op_failed(run, EXIT_JOB_FAILED, "not_at_work", "%s: no worker "
		    "has this pid; no memory has this name, the nearest is "
		    "%s; and %s; %s", shown, op_memory_nearest(run, word),
		    m.why, at_work);
}

static void
refuse(struct op_run *run, unsigned found)
{
	struct buf	 at_work = BUF_INIT;
	char		 shown[OP_NAME_MAX + 1];
	const char	*word = op_text(run, "what");

	log_printable(shown, sizeof(shown), word, strlen(word));
	add_candidates(run, &at_work);
	if (found > 1)
		op_failed(run, EXIT_JOB_FAILED, "ambiguous", "%s: %u agents "
		    "begin like this; %s", shown, found, buf_str(&at_work));
	else
		refuse_unknown(run, shown, buf_str(&at_work));
	buf_release(&at_work);
}

/* How many runs the word means, and the last of them. */
static unsigned
find_run(struct op_run *run, struct memory **found)
{
	const char	*word = op_text(run, "what");
	struct memory	*m;
	unsigned	 n = 0;

	TAILQ_FOREACH(m, &run->sv->memories, entry)
		if (has_run(m) && (strcmp(m->config->name, word) == 0 ||
		    strncasecmp(m->agent_id, word, strlen(word)) == 0)) {
			*found = m;
			n++;
		}
	return n;
}

void
op_stop_begin(struct op_run *run)
{
	struct memory	*m = NULL;
	struct child	*c;
	const char	*err;
	unsigned	 n;
	pid_t		 pid;

	if (op_needs_supervisor(run, "no agent and no worker is at work"))
		return;
	pid = (pid_t)strtonum(op_text(run, "what"), 2, PID_MAX, &err);
	c = err != NULL ? NULL : child_by_pid(run->sv->rt.children, pid);
	if (c != NULL) {
		stop_worker(run, c);
		return;
	}
	n = find_run(run, &m);
	if (n == 1)
		stop_agent(run, m);
	else
		refuse(run, n);
}
