#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_one.h"
#include "supervisor/store_review.h"
#include "supervisor/waits.h"

/* mnemoctl run: a pass now, and what came of it. */

const struct op_argument op_run_arguments[] = {
	OP_ARGUMENT_MEMORY,
	{ NULL, OP_TEXT, 0, 0 }
};

/* run->data */
struct running {
	int64_t		 pass;
	json_object	*result;
	json_object	*memories;	/* in it: those that are done */
	int		 told;		/* of stage one */
	int		 failed;	/* a job did */
	int		 waiting;	/* something is left */
	int		 root;		/* one may not be written */
};

void
op_run_release(struct op_run *run)
{
	struct running	*r = run->data;

	json_object_put(r->result);
}

static void
tell_stage_one(struct op_run *run, struct running *r)
{
	const struct stage_one_counts	*n = stage_one_counts(
					    run->sv->stage_one);
	json_object			*o = json_object_new_object();

	r->told = 1;
	r->failed |= n->failed > 0;
	r->waiting |= n->released > 0;
	json_set_int(o, "claimed", n->claimed);
	json_set_int(o, "output", n->output);
	json_set_int(o, "no_output", n->no_output);
	json_set_int(o, "failed", n->failed);
	json_set(r->result, "stage_one", o);
	op_progress(run, "stage one: %lld claimed, %lld with output, %lld "
	    "without, %lld failed", (long long)n->claimed,
	    (long long)n->output, (long long)n->no_output,
	    (long long)n->failed);
}

static const char *
outcome(const struct memory *m)
{
	if (m->reason[0] != '\0')
		return m->reason;
	return m->published ? "published" : "nothing_new";
}

/* What the outcome means for the exit status. */
static void
judge(struct running *r, const struct memory *m)
{
	if (m->stopped)
		r->root = 1;
	else if (strncmp(m->reason, "failed", 6) == 0 ||
	    strcmp(m->reason, "rejected") == 0)
		r->failed = 1;
	else if (m->reason[0] != '\0' && strcmp(m->reason, "up_to_date") !=
	    0 && strcmp(m->reason, REVIEW_PENDING) != 0)
		r->waiting = 1;
}

static int
is_told(const struct running *r, const struct memory *m)
{
	json_object	*o;
	size_t		 i;

	for (i = 0; i < json_object_array_length(r->memories); i++) {
		o = json_object_array_get_idx(r->memories, i);
		if (strcmp(json_str(o, "memory"), m->config->name) == 0)
			return 1;
	}
	return 0;
}

static void
tell_memory(struct op_run *run, struct running *r, const struct memory *m)
{
	json_object	*o = json_object_new_object();

	judge(r, m);
	json_set_str(o, "memory", m->config->name);
	json_set_str(o, "outcome", outcome(m));
	json_set_int(o, "changed", m->published ? m->changed : 0);
	json_push(r->memories, o);
	op_progress(run, "memory %s: %s", m->config->name, outcome(m));
}

static void
finish(struct op_run *run, struct running *r)
{
	json_set_int(r->result, "exit_status", r->root ? EXIT_ROOT :
	    r->failed ? EXIT_JOB_FAILED : r->waiting ? EXIT_WAITING :
	    EXIT_OK);
	op_done(run, json_object_get(r->result));
}

void
op_run_idle(struct op_run *run)
{
	struct running	*r = run->data;
	const char	*name = op_text(run, "memory");
	struct memory	*m;
	int		 left = 0;

	if (!scheduler_pass_over(run->sv, r->pass))
		return;
	if (!r->told)
		tell_stage_one(run, r);
	TAILQ_FOREACH(m, &run->sv->memories, entry) {
		if ((name != NULL && strcmp(m->config->name, name) != 0) ||
		    is_told(r, m))
			continue;
		if (m->due || m->state != MEM_IDLE)
			left = 1;
		else
			tell_memory(run, r, m);
	}
	if (!left)
		finish(run, r);
}

/* 1, and the request failed, if nothing new begins. */
static int
is_held(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	struct waits		 w;

	(void)waits_look(sv->store, sv->config, wall_s(), &w);
	if (w.still.reason == NULL)
		return 0;
	op_failed(run, EXIT_WAITING, w.still.reason, "%s: no new work begins "
	    "(%s): %s", run->op->name, w.still.reason, w.still.text);
	return 1;
}

void
op_run_begin(struct op_run *run)
{
	struct memory	*m = NULL;
	struct running	*r;

	if (op_needs_supervisor(run, "mnemod -1 makes one pass and ends"))
		return;
	if (op_text(run, "memory") != NULL &&
	    (m = op_memory_find(run)) == NULL)
		return;
	if (is_held(run))
		return;
	run->data = r = xcalloc(1, sizeof(*r));
	r->result = json_object_new_object();
	r->memories = json_object_new_array();
	json_set(r->result, "memories", r->memories);
	op_progress(run, "a pass begins; the cooldown of %s is passed over",
	    m == NULL ? "each memory" : m->config->name);
	r->pass = scheduler_pass_by_hand(run->sv, m);
}
