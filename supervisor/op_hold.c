#include "common/json.h"
#include "common/mem.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_two.h"

/*
 * hold: nothing is published as long as the asker stays, for mnemoctl backup.
 * From the request on no new work on a memory is begun, requests included;
 * once what was under way has ended, histories and database agree and the
 * asker is told so.  Agents go on; one that is done waits.
 */

const struct op_argument op_hold_arguments[] = {
	{ NULL, OP_TEXT, 0, 0 }
};

struct hold {
	int	granted;
};

/* 1 if some worker may be writing a history. */
static int
anything_writes(const struct supervisor *sv)
{
	const struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->wspace != NULL || (m->state != MEM_IDLE &&
		    m->state != MEM_AGENT && m->state != MEM_ENDING))
			return 1;
	return operations_changing(sv);
}

void
op_hold_idle(struct op_run *run)
{
	struct hold	*h = run->data;
	json_object	*frame;

	if (h->granted || anything_writes(run->sv))
		return;
	h->granted = 1;
	run->sv->held++;
	frame = json_object_new_object();
	json_set_str(frame, "progress", "nothing is published now");
	json_set_bool(frame, "held", 1);
	op_frame(run, frame);
	/* In the same process the asker is done when it was told. */
	if (run->sv->control == NULL)
		op_done(run, json_object_new_object());
}

void
op_hold_begin(struct op_run *run)
{
	run->data = xcalloc(1, sizeof(struct hold));
	run->sv->holds++;
	op_hold_idle(run);
}

/* The asker left: what waited goes on. */
void
op_hold_release(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	struct hold		*h = run->data;
	struct memory		*m;

	sv->holds--;
	sv->held -= h->granted != 0;
	h->granted = 1;		/* not once more */
	if (supervisor_stopping(sv))
		return;
	TAILQ_FOREACH(m, &sv->memories, entry)
		if (sv->held == 0)
			stage_two_go_on(m);
	scheduler_memory_idle(sv);
}
