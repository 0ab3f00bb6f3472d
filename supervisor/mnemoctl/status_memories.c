/* mnemoctl status: the memories, and what needs a person's eye. */

#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/state_dir.h"
#include "supervisor/store_review.h"
#include "supervisor/mnemoctl/status.h"

#define KIND_STAGE_TWO "memory_consolidate"
#define INTERRUPTED	"interrupted"	/* the last error after mnemoctl stop */

static enum store_status
set_publication(struct ctl *ctl, const char *name, json_object *o)
{
	struct store_agent	*a = NULL;
	enum store_status	 st;

	st = store_agent_published(ctl->store, name, &a);
	ctl_set_time(o, "published_at", a == NULL ? 0 : a->finished_at);
	json_set_str(o, "published_by", a == NULL ? NULL : a->thread_id);
	json_set_str(o, "generator", a == NULL ? NULL : a->generator);
	store_agent_free(a);
	return st == STORE_NONE ? STORE_OK : st;
}

static enum store_status
set_live(struct ctl *ctl, const char *name, json_object *o)
{
	struct store_memory	*row = NULL;
	enum store_status	 st;

	st = store_memory_get(ctl->store, name, &row);
	json_set_str(o, "commit", row == NULL ? NULL : row->live_commit);
	json_set_int(o, "files", row == NULL ? 0 : row->live_files);
	store_memory_free(row);
	return st == STORE_NONE ? STORE_OK : st;
}

/* What a claim would say now. */
static enum store_status
set_outcome(struct ctl *ctl, const char *name, json_object *o)
{
	struct ctl_claim	 c;
	enum store_status	 st = ctl_claim_look(ctl, name, &c);

	json_set_str(o, "outcome", c.outcome);
	ctl_set_time(o, "when", c.when);
	return st;
}

static enum store_status
set_job(struct ctl *ctl, const char *name, json_object *o)
{
	struct store_job_row	*j = NULL;
	enum store_status	 st;

	st = store_job_get(ctl->store, KIND_STAGE_TWO, name, &j);
	json_set_str(o, "job", j == NULL ? NULL : j->status);
	json_set_str(o, "last_error", j == NULL ? NULL : j->last_error);
	store_job_free(j);
	return st == STORE_NONE ? STORE_OK : st;
}

static enum store_status
add_memory(struct ctl *ctl, const struct ctl_memory *m, json_object *list)
{
	json_object		*o = ctl_push(list);
	const char		*name = m->config->name;
	enum store_status	 st;

	json_set_str(o, "name", name);
	json_set_str(o, "root", m->config->root);
	json_set_str(o, "root_state", root_state_name(m->state));
	json_set_bool(o, "usable", m->usable);
	st = set_job(ctl, name, o);
	if (st == STORE_OK)
		st = set_outcome(ctl, name, o);
	if (st == STORE_OK)
		st = set_live(ctl, name, o);
	if (st == STORE_OK)
		st = set_publication(ctl, name, o);
	return st;
}

enum ctl_exit
status_memories(struct ctl *ctl, json_object *doc)
{
	json_object		*list = ctl_set_array(doc, "memories");
	enum store_status	 st = STORE_OK;
	size_t			 i;

	for (i = 0; i < ctl->config->nmemories && st == STORE_OK; i++)
		st = add_memory(ctl, &ctl->memories[i], list);
	return ctl_exit_of(st);
}

static void __attribute__((format(printf, 2, 3)))
complain(json_object *list, const char *fmt, ...)
{
	va_list	 ap;
	char	*text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		log_fatal("a complaint");
	va_end(ap);
	json_push_str(list, text);
	free(text);
}

static void
check_memories(const struct ctl *ctl, json_object *doc, json_object *list)
{
	json_object	*memories = json_arr(doc, "memories"), *o;
	const char	*error, *outcome;
	size_t		 i;

	for (i = 0; i < ctl->config->nmemories; i++) {
		o = json_object_array_get_idx(memories, i);
		outcome = json_str(o, "outcome");
		if (outcome != NULL && strcmp(outcome, REVIEW_PENDING) == 0)
			complain(list, "memory %s: what an agent made waits "
			    "for you: mnemoctl review",
			    ctl->config->memories[i].name);
		if (!ctl->memories[i].usable)
			complain(list, "%s", ctl->memories[i].text);
		error = json_str(o, "last_error");
		if (error != NULL && strcmp(error, INTERRUPTED) == 0)
			complain(list, "memory %s: the last agent was "
			    "stopped; mnemoctl retry begins another",
			    ctl->config->memories[i].name);
		else if (error != NULL)
			complain(list, "memory %s: the last agent failed: %s; "
			    "mnemoctl agents lists it, mnemoctl show tells "
			    "what it did",
			    ctl->config->memories[i].name, error);
	}
}

static void
check_sources(const struct ctl *ctl, json_object *list)
{
	const struct config_source	*s = ctl->config->sources;
	struct stat			 sb;
	size_t				 i;

	for (i = 0; i < ctl->config->nsources; i++)
		if (stat(s[i].path, &sb) == -1)
			complain(list, "source %s: %s %s%s; it is looked for "
			    "with each pass", s[i].name, s[i].path,
			    errno == ENOENT ? "is not there" :
			    "cannot be looked at: ", errno == ENOENT ? "" :
			    strerror(errno));
}

static void
check_standstill(const struct ctl *ctl, json_object *list)
{
	const struct config	*c = ctl->config;
	const char		*net = state_dir_network_fs(c->state);
	struct standstill	 still;
	size_t			 i;

	if (net != NULL)
		complain(list, "%s: is on a network file system (%s): choose "
		    "a local directory with -s", c->state, net);
	if (ctl->waits.still.reason != NULL)
		complain(list, "no new work begins (%s): %s",
		    ctl->waits.still.reason, ctl->waits.still.text);
	for (i = 0; i < c->nmemories; i++)
		if (standstill_root(c, c->memories[i].root, &still))
			complain(list, "memory %s: not consolidated (%s): %s",
			    c->memories[i].name, still.reason, still.text);
}

static int64_t
queued(json_object *doc, const char *state)
{
	json_object	*list = json_arr(doc, "queue"), *o;
	size_t		 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (strcmp(json_str(o, "state"), state) == 0)
			return json_int(o, "count", 0);
	}
	return 0;
}

static void
check_queue(json_object *doc, json_object *list)
{
	int64_t	 n = queued(doc, "retry_exhausted");

	if (n > 0)
		complain(list, "%lld of the threads failed three times and "
		    "wait for newer records: see mnemoctl jobs",
		    (long long)n);
	n = queued(doc, "file_missing");
	if (n > 0)
		complain(list, "%lld of the threads wait for their file, "
		    "which is not there; what was extracted stays",
		    (long long)n);
}

void
status_degraded(struct ctl *ctl, json_object *doc)
{
	json_object	*list = ctl_set_array(doc, "degraded");

	if (ctl->owner.orphans)
		json_push_str(list, "workers of a supervisor that died are "
		    "still running; they end within ten seconds");
	check_memories(ctl, doc, list);
	check_sources(ctl, list);
	check_standstill(ctl, list);
	check_queue(doc, list);
}
