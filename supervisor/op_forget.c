#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/forget_find.h"
#include "supervisor/op_forget_int.h"
#include "supervisor/stage_two.h"
#include "supervisor/store_review.h"

/*
 * mnemoctl forget: tombstones first, then a consolidation of each memory that
 * was made from the threads, one after the other; with --purge the history of
 * each, audits and the log of the database after that.
 */

#define WORD_MAX_BYTES	4096

const struct op_argument op_forget_arguments[] = {
	{ "what", OP_TEXT, 1, WORD_MAX_BYTES },
	{ "dry_run", OP_FLAG, 0, 0 },
	{ "purge", OP_FLAG, 0, 0 },
	{ NULL, OP_TEXT, 0, 0 }
};

json_object *
forget_tell(struct forgetting *f, const char *array, const char *state)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "memory", f->memory->config->name);
	json_set_str(o, "state", state);
	json_push(json_arr(f->result, array), o);
	return o;
}

/* Was the memory made from one of them?  1 also if that cannot be known. */
static int
selected(struct forgetting *f, const char *memory)
{
	int64_t	 at;
	size_t	 i;

	for (i = 0; i < json_object_array_length(f->ids); i++)
		if (store_selected(f->run->sv->store, memory,
		    json_object_get_string(json_object_array_get_idx(f->ids,
		    i)), &at) != STORE_NONE)
			return 1;
	return 0;
}

/*
 * Before anything is forgotten: which memories have to be made again.  One
 * that is at work may be publishing them just now.
 */
static void
note_memories(struct forgetting *f)
{
	struct memory	*m;

	f->concerned = json_object_new_object();
	TAILQ_FOREACH(m, &f->run->sv->memories, entry)
		json_set_bool(f->concerned, m->config->name,
		    f->unknown || m->state != MEM_IDLE ||
		    selected(f, m->config->name));
}

/*
 * Begin a consolidation that forgets.  1 if it is under way; else the
 * reason why not is told.
 */
static int
consolidate(struct forgetting *f)
{
	struct memory	*m = f->memory;

	if (m->stopped || !m->held) {
		forget_tell(f, "memories", m->reason[0] != '\0' ? m->reason :
		    "nothing was published");
		return 0;
	}
	if (!json_flag(f->concerned, m->config->name, 0)) {
		forget_tell(f, "memories", "not made from them");
		return 0;
	}
	if (f->run->sv->scheduler == NULL &&
	    config_provider_agents(f->run->sv->config) != NULL) {
		forget_tell(f, "memories", "at the next pass of mnemod");
		return 0;
	}
	op_progress(f->run, "memory %s: consolidating without them",
	    m->config->name);
	/* What waits for review may hold what is to be forgotten. */
	store_review_discard(f->run->sv->store, m->config->name);
	stage_two_start(m, 1);
	if (m->state != MEM_IDLE)
		return 1;
	forget_tell(f, "memories", m->reason);
	return 0;
}

/* The struct itself is the run's. */
void
op_forget_release(struct op_run *run)
{
	struct forgetting	*f = run->data;

	json_object_put(f->result);
	json_object_put(f->ids);
	json_object_put(f->concerned);
}

static void
finish(struct forgetting *f)
{
	if (f->purging)
		forget_purge_state(f);
	op_done(f->run, json_object_get(f->result));
}

void
forget_next(struct forgetting *f)
{
	for (;;) {
		f->begun = 0;
		f->memory = f->memory == NULL ?
		    TAILQ_FIRST(&f->run->sv->memories) :
		    TAILQ_NEXT(f->memory, entry);
		if (f->memory == NULL) {
			if (f->purging || !op_flag(f->run, "purge")) {
				finish(f);
				return;
			}
			f->purging = 1;
			continue;
		}
		if (f->memory->state != MEM_IDLE)
			return;		/* op_forget_idle() goes on */
		f->begun = 1;
		if (f->purging ? forget_purge(f) : consolidate(f))
			return;
	}
}

void
op_forget_idle(struct op_run *run)
{
	struct forgetting	*f = run->data;
	struct memory		*m = f->memory;

	if (m == NULL || m->state != MEM_IDLE)
		return;
	if (!f->begun) {
		/* It was at work on something else; now it is its turn. */
		f->begun = 1;
		if (f->purging ? forget_purge(f) : consolidate(f))
			return;
	} else if (!f->purging)
		forget_tell(f, "memories", m->reason[0] != '\0' ? m->reason :
		    "done");
	forget_next(f);
}

static void
tell_threads(struct forgetting *f, const struct forget_list *l)
{
	json_object	*threads = json_object_new_array(), *o;
	size_t		 i;

	f->ids = json_object_new_array();
	for (i = 0; i < l->n; i++) {
		o = json_object_new_object();
		json_set_str(o, "thread_id", l->v[i].id);
		json_set_str(o, "cwd", l->v[i].cwd);
		json_set_str(o, "title", l->v[i].title);
		json_push(threads, o);
		json_push_str(f->ids, l->v[i].id);
	}
	json_set(f->result, "threads", threads);
	json_set(f->result, "memories", json_object_new_array());
	json_set(f->result, "purged", json_object_new_array());
}

static enum store_status
bury_all(struct op_run *run, const struct forget_list *l)
{
	struct store		*s = run->sv->store;
	enum store_status	 st = store_begin(s);
	size_t			 i;

	if (st != STORE_OK)
		return st;
	for (i = 0; st == STORE_OK && i < l->n; i++)
		st = store_thread_bury(s, l->v[i].id, wall_s());
	if (st == STORE_OK)
		return store_commit(s);
	store_rollback(s);
	return st;
}

static void
refuse(struct op_run *run, enum forget_found found, const char *why)
{
	const char	*word = op_text(run, "what");
	char		 shown[128];

	log_printable(shown, sizeof(shown), word, strlen(word));
	switch (found) {
	case FORGET_AMBIGUOUS:
		op_failed(run, EXIT_JOB_FAILED, "ambiguous", "%s", why);
		break;
	case FORGET_NONE:
		op_failed(run, EXIT_JOB_FAILED, "no_such_thread", "%s%s; "
		    "give a thread id, or a directory that begins with / or "
		    "~", *why != '\0' ? why : shown, *why != '\0' ? "" :
		    ": no thread has this id, file or directory");
		break;
	case FORGET_FOUND:
	case FORGET_ERROR:
		op_failed(run, EXIT_STATE, "state_unreadable", "the state "
		    "cannot be read or written; nothing was forgotten");
		break;
	}
}

void
op_forget_begin(struct op_run *run)
{
	struct forgetting	*f;
	struct forget_list	 list;
	enum forget_found	 found;

	found = forget_find(run->sv->store, run->sv->paths,
	    op_text(run, "what"), &list);
	if (found != FORGET_FOUND) {
		refuse(run, found, list.why);
		forget_list_release(&list);
		return;
	}
	run->data = f = xcalloc(1, sizeof(*f));
	f->run = run;
	f->result = json_object_new_object();
	tell_threads(f, &list);
	f->unknown = list.v[0].cwd[0] == '\0';
	note_memories(f);
	json_set_bool(f->result, "dry_run", op_flag(run, "dry_run"));
	if (op_flag(run, "dry_run"))
		finish(f);
	else if (bury_all(run, &list) == STORE_OK)
		forget_next(f);
	else
		refuse(run, FORGET_ERROR, 0);
	forget_list_release(&list);
}
