#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/audit.h"
#include "supervisor/op_forget_int.h"
#include "supervisor/recovery.h"
#include "supervisor/staging.h"
#include "supervisor/store_purge.h"
#include "supervisor/store_review.h"

/*
 * forget --purge: what the histories, the audits and the log of the database
 * hold of the threads.
 */

/* What --purge cannot reach. */
static const char *const	out_of_reach[] = {
	"the transcripts themselves: mnemod never changes them",
	"what a provider was sent, and what you copied elsewhere",
	"text in a memory that says the same without naming the session: look "
	"for it by hand",
	"copies of the database that an upgrade left (state.db.v*), backups, "
	"file system snapshots, and blocks of the disk that are free now",
	NULL
};

static void	purge_ready(struct child *, void *);
static void	purge_message(struct child *, const struct msg *, void *);
static void	purge_ended(struct child *, const struct child_end *, void *);

static const struct child_ops purge_ops = {
	purge_ready, purge_message, NULL, purge_ended
};

/* It was asked for and the history holds them still: no success. */
static void
not_purged(struct forgetting *f, const char *reason, const char *message)
{
	json_set_str(forget_tell(f, "purged", reason), "message", message);
	json_set_int(f->result, "exit_status", EXIT_JOB_FAILED);
}

/* Its folder is not ours now, or somebody else has it. */
static void
cannot_purge(struct forgetting *f)
{
	const struct memory	*m = f->memory;
	const char		*why = m->reason[0] != '\0' ? m->reason :
				    "not_ours";
	char			*text;

	if (!memory_has_history(m)) {
		forget_tell(f, "purged", "nothing was published");
		return;
	}
	text = xasprintf("its history holds them still, as its folder may not "
	    "be written now (%s); see mnemoctl status, then forget --purge "
	    "again", why);
	not_purged(f, why, text);
	free(text);
}

int
forget_purge(struct forgetting *f)
{
	struct memory	*m = f->memory;

	if (m->stopped || !m->held) {
		cannot_purge(f);
		return 0;
	}
	op_progress(f->run, "memory %s: purging the history",
	    m->config->name);
	m->state = MEM_OPERATING;
	f->answered = 0;
	memory_start_workspace_for(m, &purge_ops, f);
	return 1;
}

static void
purge_ready(struct child *c, void *arg)
{
	struct forgetting	*f = arg;
	struct msg_head		 head = { .id = MSG_PURGE };
	json_object		*body = json_object_new_object();

	json_set(body, "threads", json_object_get(f->ids));
	if (child_request(c, &head, body) == -1)
		child_stop(c, "it takes no request");
}

static void
purge_message(struct child *c, const struct msg *m, void *arg)
{
	struct forgetting	*f = arg;
	const char		*name = f->memory->config->name;
	json_object		*o;

	f->answered = 1;
	if (m->id == MSG_FAILED) {
		not_purged(f, json_str(m->body, "reason"),
		    json_str(m->body, "message"));
	} else {
		o = forget_tell(f, "purged", "done");
		json_object_object_foreach(m->body, key, value) {
			json_set(o, key, json_object_get(value));
		}
		if (store_review_discard(f->run->sv->store, name) !=
		    STORE_OK || store_memory_live(f->run->sv->store, name,
		    json_str(m->body, "commit"), json_int(m->body, "files",
		    0)) != STORE_OK)
			recovery_unrecorded(f->memory);
	}
	child_stop(c, "the history is purged");
}

static void
purge_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct forgetting	*f = arg;

	if (!child_once(c, end))
		return;
	if (!f->answered)
		not_purged(f, "worker_ended", "its worker ended before it "
		    "was done; forget --purge again");
	f->memory->wspace = NULL;
	f->memory->state = MEM_IDLE;
	forget_next(f);
}

static int
cut_audit(const char *agent_id, void *arg)
{
	struct forgetting	*f = arg;
	struct supervisor	*sv = f->run->sv;
	int			 cut = audit_cut(&sv->state, agent_id);

	if (staging_remove(&sv->state, agent_id) == -1 || cut == -1)
		f->left = 1;
	if (cut == 1)
		json_set_int(f->result, "audits",
		    json_int(f->result, "audits", 0) + 1);
	return 0;
}

void
forget_purge_state(struct forgetting *f)
{
	json_object	*list = json_object_new_array();
	struct store	*store = f->run->sv->store;
	size_t		 i;

	f->left = 0;
	if (store_agents_given(store, json_object_to_json_string(f->ids),
	    cut_audit, f) != STORE_OK)
		f->left = 1;
	if (store_checkpoint(store) != STORE_OK) {
		log_warnx("the log of the database still holds deleted text; "
		    "it goes at the next checkpoint");
		f->left = 1;
	}
	if (f->left) {
		json_set_str(f->result, "left", "what agents did and the log "
		    "of the database may hold them still, see the log; forget "
		    "--purge again");
		json_set_int(f->result, "exit_status", EXIT_JOB_FAILED);
	}
	for (i = 0; out_of_reach[i] != NULL; i++)
		json_push_str(list, out_of_reach[i]);
	json_set(f->result, "out_of_reach", list);
}
