#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/model_error.h"
#include "common/monotime.h"
#include "supervisor/headline.h"
#include "supervisor/memory.h"
#include "supervisor/model.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_one.h"

#define NAMED_MAX	3	/* memories that are named */
#define MINUTE_MS	60000

static const char *const doings[] = {
	[MEM_FOUND] = "recovery",
	[MEM_ADOPTING] = "adoption",
	[MEM_RECOVERING] = "recovery",
	[MEM_PREPARING] = "preparation",
	[MEM_AGENT] = "agent",
	[MEM_PUBLISHING] = "publication",
	[MEM_ENDING] = "end of a run",
	[MEM_OPERATING] = "request",
};

static void
part(struct buf *b)
{
	if (b->len > 0)
		buf_addstr(b, "; ");
}

static void
add_stage_one(const struct supervisor *sv, struct buf *b)
{
	const struct stage_one_counts	*n = stage_one_counts(sv->stage_one);
	int64_t				 done;

	if (!stage_one_busy(sv->stage_one))
		return;
	part(b);
	if (n->claimed == 0)
		buf_addstr(b, "scanning");
	else {
		done = n->output + n->no_output + n->failed;
		buf_addf(b, "stage one: %lld of %lld rollouts",
		    (long long)done, (long long)n->claimed);
	}
}

static void
add_memories(const struct supervisor *sv, struct buf *b)
{
	const struct memory	*m;
	unsigned		 more = 0, named = 0;

	TAILQ_FOREACH(m, &sv->memories, entry) {
		if (m->state == MEM_IDLE)
			continue;
		if (++named > NAMED_MAX) {
			more++;
			continue;
		}
		part(b);
		buf_addf(b, "memory %s: %s", m->config->name,
		    doings[m->state]);
	}
	if (more > 0)
		buf_addf(b, "; %u more memories", more);
}

/* Nothing is under way: what comes. */
static void
add_idle(const struct supervisor *sv, struct buf *b)
{
	int64_t	next = scheduler_next(sv->scheduler);
	char	when[RFC3339_SIZE];
	int64_t	ms;

	if (b->len > 0)
		return;
	buf_addstr(b, "idle");
	if (next == -1)
		return;
	/* To the minute: two clocks are read, and the line is to stay. */
	ms = wall_ms() + next - boot_ms();
	rfc3339_format(when, (ms + MINUTE_MS / 2) / MINUTE_MS * MINUTE_MS);
	buf_addf(b, "; next pass %s", when);
}

/* What keeps work waiting. */
static void
add_waits(const struct supervisor *sv, struct buf *b)
{
	const char	*still = scheduler_still(sv->scheduler);

	if (still != NULL)
		buf_addf(b, "; no new work begins: %s", still);
	if (sv->model != NULL && model_hold_left(sv->model) > 0)
		buf_addf(b, "; the provider is not asked: %s",
		    model_error_name(sv->model->hold_error));
}

static void
add_stopped(const struct supervisor *sv, struct buf *b)
{
	const struct memory	*m;

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (m->stopped)
			buf_addf(b, "; memory %s is left alone: %s",
			    m->config->name, m->reason);
}

void
headline_write(const struct supervisor *sv, char *out, size_t size)
{
	struct buf	b = BUF_INIT;

	add_stage_one(sv, &b);
	add_memories(sv, &b);
	add_idle(sv, &b);
	add_waits(sv, &b);
	add_stopped(sv, &b);
	/* A line that is cut is a line still. */
	snprintf(out, size, "%s", buf_str(&b));
	buf_release(&b);
}
