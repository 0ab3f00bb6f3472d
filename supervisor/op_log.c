#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/logring.h"
#include "supervisor/loop.h"
#include "supervisor/op_table.h"

/*
 * mnemoctl log: the last records of a supervisor that runs, and with
 * `follow' those that come, in frames {"records": [...]}.  One who does not
 * read in time misses some, which their numbers show.
 */

#define LINES		100	/* if none are asked for */
#define LINES_MAX	100000
#define FOLLOW_MS	200	/* between two frames */
#define FRAME_BYTES	32768	/* of text in one of them */

struct follow {
	struct op_run		*run;
	struct loop_timer	 timer;
	int64_t			 next;		/* record to be sent */
};

const struct op_argument op_log_arguments[] = {
	{ "lines", OP_TEXT, 0, OP_NAME_MAX },
	{ "follow", OP_FLAG, 0, 0 },
	{ NULL, OP_TEXT, 0, 0 }
};

/* What one frame holds. */
struct batch {
	json_object	*list;
	size_t		 bytes, max;
	int64_t		 next;		/* record behind it */
};

static int
add_record(const struct logring_record *r, void *arg)
{
	struct batch	*b = arg;
	json_object	*o;

	b->bytes += strlen(r->line);
	if (b->bytes > b->max)
		return 1;
	o = json_object_new_object();
	json_set_int(o, "seq", r->seq);
	json_set_int(o, "at", r->at_ms / 1000);
	json_set_str(o, "level", log_level_name(r->level));
	json_set_str(o, "text", r->line);
	json_push(b->list, o);
	b->next = r->seq + 1;
	return 0;
}

/* {"records": [...]}, from *next on, which goes on behind them. */
static json_object *
records(const struct logring *ring, size_t max, int64_t *next)
{
	struct batch	 b = { json_object_new_array(), 0, max,
			    logring_next(ring) };
	json_object	*o = json_object_new_object();

	logring_each(ring, *next, add_record, &b);
	json_set(o, "records", b.list);
	*next = b.next;
	return o;
}

static void
send_new(struct loop_timer *t, void *arg)
{
	struct follow		*f = arg;
	const struct logring	*ring = f->run->sv->logring;

	if (logring_next(ring) > f->next)
		op_frame(f->run, records(ring, FRAME_BYTES, &f->next));
	loop_timer_set(f->run->sv->rt.loop, t, mono_ms() + FOLLOW_MS);
}

void
op_log_begin(struct op_run *run)
{
	const struct logring	*ring = run->sv->logring;
	const char		*text = op_text(run, "lines"), *err = NULL;
	int64_t			 lines = LINES, from;
	struct follow		*f;

	if (text != NULL)
		lines = strtonum(text, 1, LINES_MAX, &err);
	if (ring == NULL) {
		op_failed(run, EXIT_JOB_FAILED, "no_supervisor",
		    "only a supervisor that runs keeps records");
		return;
	}
	if (err != NULL) {
		op_failed(run, EXIT_USAGE, "bad_request", "log: lines is no "
		    "number from 1 to %d", LINES_MAX);
		return;
	}
	from = logring_next(ring) - lines;
	if (!op_flag(run, "follow")) {
		op_done(run, records(ring, LOGRING_BYTES, &from));
		return;
	}
	run->data = f = xcalloc(1, sizeof(*f));
	f->run = run;
	f->next = from;
	loop_timer_init(&f->timer, send_new, f);
	send_new(&f->timer, f);
}

void
op_log_release(struct op_run *run)
{
	struct follow	*f = run->data;

	loop_timer_cancel(&f->timer);
}
