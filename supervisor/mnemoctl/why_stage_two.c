/* Stage two: whether a memory is made from the thread's output. */

#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "supervisor/mnemoctl/when.h"
#include "supervisor/mnemoctl/why.h"

/* What the rules of one memory are asked about. */
struct asked {
	struct ctl			*ctl;
	const struct ctl_memory		*memory;
	const struct store_thread	*thread;
	const struct store_row		*row;		/* NULL: no output */
	int				 tombstone;
	int				 ranked;	/* within the limit */
	enum store_status		 st;
};

static int
holds_root(struct asked *a, struct buf *b)
{
	buf_addf(b, "%s: %s", a->memory->config->root,
	    root_state_name(a->memory->state));
	return a->memory->usable;
}

static int
holds_taken(struct asked *a, struct buf *b)
{
	int	 taken = ctl_takes(a->ctl, a->memory, a->thread);

	buf_addf(b, "source %s, directory %s", a->thread->source_name,
	    a->thread->cwd);
	/* A root that is unusable is said above, and decides there. */
	return taken || !a->memory->usable;
}

static int
holds_output(struct asked *a, struct buf *b)
{
	char	 text[TIME_TEXT];

	if (a->row == NULL) {
		buf_addstr(b, "none");
		return 0;
	}
	buf_addf(b, "made %s by %s", time_text(text, a->row->generated_at,
	    a->ctl->now), a->row->generator);
	return 1;
}

/* Spaces alone, as trim() of the selection sees it. */
static int
is_blank(const char *s)
{
	return s[strspn(s, " ")] == '\0';
}

static int
holds_text(struct asked *a, struct buf *b)
{
	if (a->row == NULL) {
		buf_addstr(b, "none");
		return 0;
	}
	buf_addf(b, "%zu bytes of raw memory, %zu of summary",
	    strlen(a->row->raw_memory), strlen(a->row->rollout_summary));
	return !is_blank(a->row->raw_memory) ||
	    !is_blank(a->row->rollout_summary);
}

static int
holds_mode(struct asked *a, struct buf *b)
{
	buf_addstr(b, a->thread->memory_mode);
	return strcmp(a->thread->memory_mode, "enabled") == 0;
}

static int
holds_tombstone(struct asked *a, struct buf *b)
{
	buf_addstr(b, a->tombstone ? "forgotten on purpose" : "none");
	return !a->tombstone;
}

static int
holds_disabled(struct asked *a, struct buf *b)
{
	const char	*what = disabled_by(&a->ctl->disabled, a->thread);

	if (what == NULL)
		buf_addstr(b, "no");
	else
		buf_addf(b, "by %s", what);
	return what == NULL;
}

static int
is_kept(const struct store_row *row)
{
	return row->keeps || strcmp(row->generator, "adopted") == 0;
}

static int
holds_used(struct asked *a, struct buf *b)
{
	int64_t	 days = a->ctl->config->pipeline.max_unused_days, last;
	char	 text[TIME_TEXT];

	if (a->row == NULL) {
		buf_addstr(b, "none");
		return 1;
	}
	last = a->row->last_usage > 0 ? a->row->last_usage :
	    a->row->source_updated_at;
	buf_addf(b, "%s %s", a->row->last_usage > 0 ? "cited" : "from",
	    time_text(text, last, a->ctl->now));
	if (is_kept(a->row))
		buf_addstr(b, ", kept whatever its age");
	else if (days == 0)
		buf_addstr(b, ", no limit");
	else
		buf_addf(b, ", limit %lld days", (long long)days);
	return is_kept(a->row) || days == 0 ||
	    last >= a->ctl->now - days * 86400;
}

static int
wanted(const struct store_thread *t, void *arg)
{
	const struct asked	*a = arg;

	return ctl_takes(a->ctl, a->memory, t) &&
	    disabled_by(&a->ctl->disabled, t) == NULL;
}

static int
look_for_row(const struct store_row *row, void *arg)
{
	struct asked	*a = arg;

	a->ranked = strcmp(row->thread_id, a->thread->id) == 0;
	return a->ranked;
}

static int
holds_rank(struct asked *a, struct buf *b)
{
	const struct config_pipeline	*p = &a->ctl->config->pipeline;
	struct store_select		 sel = {
		.memory = a->memory->config->name, .now = a->ctl->now,
		.limit = p->max_raw_memories_for_consolidation,
		.max_unused_days = p->max_unused_days,
		.wanted = wanted, .arg = a
	};

	a->st = store_select_each(a->ctl->store, &sel, look_for_row, a);
	buf_addf(b, "cited %lld times, limit %lld threads",
	    (long long)(a->row == NULL ? 0 : a->row->usage_count),
	    (long long)sel.limit);
	return a->ranked;
}

/* In the order in which the selection looks, mnemoctl(1). */
static const struct {
	const char	*name;
	const char	*refusal;
	int		(*holds)(struct asked *, struct buf *);
	const char	*until;
} selection_rules[] = {
	{ "root", "root_unusable", holds_root, "its root may be written" },
	{ "taken", "not_taken", holds_taken,
	    "the configuration takes it: cwd, exclude, sources" },
	{ "output", "no_output", holds_output, "stage one makes one" },
	{ "text", "blank", holds_text, "stage one makes one with text" },
	{ "memory_mode", "memory_mode", holds_mode,
	    "memory is enabled in the session" },
	{ "tombstone", "tombstone", holds_tombstone,
	    "never: it was forgotten on purpose" },
	{ "disabled", "disabled", holds_disabled, "mnemoctl enable" },
	{ "used", "unused", holds_used, "a session cites it, or "
	    "pipeline.max_unused_days is raised" },
	{ "rank", "over_limit", holds_rank, "a session cites it, or "
	    "pipeline.max_raw_memories_for_consolidation is raised" }
};

#define NRULES (sizeof(selection_rules) / sizeof(selection_rules[0]))

static void
add_rules(struct asked *a, json_object *list)
{
	struct buf	 value = BUF_INIT;
	int		 holds;
	size_t		 i;

	for (i = 0; i < NRULES; i++) {
		buf_reset(&value);
		holds = selection_rules[i].holds(a, &value);
		why_add_rule(list, &(struct rule_line){
		    selection_rules[i].name, selection_rules[i].refusal,
		    holds, buf_str(&value), 0, selection_rules[i].until });
	}
	buf_release(&value);
}

/*
 * "selected": the memory holds this version; "next": the next publication
 * will; else the refusal.  What it still holds of the thread leaves with
 * the next publication.
 */
static enum store_status
set_verdict(struct asked *a, json_object *o, const char *refusal)
{
	enum store_status	 st;
	int64_t			 version = -1;

	st = store_selected(a->ctl->store, a->memory->config->name,
	    a->thread->id, &version);
	json_set_bool(o, "in_memory", version >= 0);
	if (refusal == NULL)
		refusal = a->row != NULL &&
		    version == a->row->source_updated_at ? "selected" :
		    "next";
	json_set_str(o, "verdict", refusal);
	return st == STORE_NONE ? STORE_OK : st;
}

/* What its last consolidation failed of, if it did. */
static enum store_status
set_error(struct asked *a, json_object *o)
{
	struct store_job_row	*j = NULL;
	enum store_status	 st;

	st = store_job_get(a->ctl->store, "memory_consolidate",
	    a->memory->config->name, &j);
	json_set_str(o, "last_error", j == NULL ? NULL : j->last_error);
	store_job_free(j);
	return st == STORE_NONE ? STORE_OK : st;
}

/* When the memory is looked at again. */
static enum store_status
set_next(struct asked *a, json_object *o)
{
	struct ctl_claim	 c;
	enum store_status	 st;

	st = ctl_claim_look(a->ctl, a->memory->config->name, &c);
	json_set_str(o, "outcome", c.outcome);
	ctl_set_time(o, "when", c.when);
	return st == STORE_OK ? set_error(a, o) : st;
}

static enum ctl_exit
explain_memory(struct asked *a, json_object *o)
{
	json_object		*list;
	enum store_status	 st;
	const char		*refusal;
	int64_t			 when;

	json_set_str(o, "memory", a->memory->config->name);
	list = ctl_set_array(o, "rules");
	add_rules(a, list);
	refusal = why_decide(list, &when);
	st = a->st;
	if (st == STORE_OK)
		st = set_verdict(a, o, refusal);
	if (st == STORE_OK)
		st = set_next(a, o);
	return ctl_exit_of(st);
}

static enum ctl_exit
look_for_tombstone(struct ctl *ctl, const char *id, int *found)
{
	struct store_tombstone	*t = NULL;
	enum ctl_exit		 e;

	e = ctl_exit_of(store_tombstone_get(ctl->store, id, &t));
	*found = t != NULL;
	store_tombstone_free(t);
	return e;
}

enum ctl_exit
why_stage_two(struct ctl *ctl, const struct store_thread *t,
    json_object *doc)
{
	json_object		*list = ctl_set_array(doc, "stage_two");
	struct store_row	*row = NULL;
	struct asked		 a;
	enum ctl_exit		 e;
	int			 tombstone = 0;
	size_t			 i;

	e = ctl_exit_of(store_output_get(ctl->store, t->id, &row));
	if (e == CTL_OK)
		e = look_for_tombstone(ctl, t->id, &tombstone);
	for (i = 0; i < ctl->config->nmemories && e == CTL_OK; i++) {
		memset(&a, 0, sizeof(a));
		a.ctl = ctl;
		a.memory = &ctl->memories[i];
		a.thread = t;
		a.row = row;
		a.tombstone = tombstone;
		e = explain_memory(&a, ctl_push(list));
	}
	store_row_free(row);
	return e;
}
