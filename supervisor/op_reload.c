#include <stdlib.h>

#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "supervisor/memory.h"
#include "supervisor/op_table.h"
#include "supervisor/reload.h"
#include "supervisor/scheduler.h"

/* mnemoctl reload: as SIGHUP, but whoever asks is told what is wrong. */

const struct op_argument op_reload_arguments[] = {
	{ NULL, OP_TEXT, 0, 0 }
};

/* run->data: the number of the reload. */

static int
is_readable(struct op_run *run)
{
	struct buf	 why = BUF_INIT;
	struct config	*c = reload_read(run->sv, &why);

	if (c == NULL)
		op_failed(run, EXIT_CONFIG, "configuration",
		    "the old configuration stays: %s", buf_str(&why));
	config_free(c);
	buf_release(&why);
	return c != NULL;
}

void
op_reload_idle(struct op_run *run)
{
	const int64_t	*reload = run->data;
	json_object	*o;
	int		 ok;

	if (reload == NULL || !scheduler_reload_over(run->sv, *reload, &ok))
		return;
	if (!ok) {
		op_failed(run, EXIT_CONFIG, "configuration", "the old "
		    "configuration stays; see mnemoctl log");
		return;
	}
	o = json_object_new_object();
	json_set_int(o, "memories", (int64_t)run->sv->config->nmemories);
	json_set_int(o, "sources", (int64_t)run->sv->config->nsources);
	op_done(run, o);
}

static void
tell_waiting(struct op_run *run)
{
	struct memory	*m;

	TAILQ_FOREACH(m, &run->sv->memories, entry)
		if (m->state != MEM_IDLE)
			op_progress(run, "memory %s is at work; reloading "
			    "when that is done", m->config->name);
}

void
op_reload_begin(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	int64_t			*reload;

	if (op_needs_supervisor(run, "the next start reads its configuration; "
	    "mnemod -n checks it"))
		return;
	if (!is_readable(run))
		return;
	tell_waiting(run);
	reload = run->data = xcalloc(1, sizeof(*reload));
	*reload = scheduler_reload(sv);
	op_reload_idle(run);
}
