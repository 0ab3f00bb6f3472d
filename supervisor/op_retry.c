#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/nearest.h"
#include "supervisor/idmatch.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/store_operator.h"

/* mnemoctl retry: what failed, or waits after a failure, is due at once. */

const struct op_argument op_retry_arguments[] = {
	{ "what", OP_TEXT, 0, OP_NAME_MAX },
	{ "all", OP_FLAG, 0, 0 },
	{ NULL, OP_TEXT, 0, 0 }
};

static int
add_job(const struct store_job_name *job, void *arg)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "kind", job->kind);
	json_set_str(o, "key", job->key);
	json_push(arg, o);
	return 0;
}

/* All that is meant: kind NULL both, key NULL every one. */
static void
retry(struct op_run *run, const char *kind, const char *key)
{
	const struct store_job_name	 which = { kind, key };
	struct supervisor		*sv = run->sv;
	json_object			*o = json_object_new_object();
	json_object			*jobs = json_object_new_array();
	size_t				 n;

	json_set(o, "retried", jobs);
	if (store_retry(sv->store, &which, add_job, jobs) != STORE_OK) {
		json_object_put(o);
		op_failed(run, EXIT_STATE, "state_unwritable", "retry: the "
		    "state database cannot be written; see the log");
		return;
	}
	n = json_object_array_length(jobs);
	if (n > 0)
		log_info("%zu jobs are due again on request", n);
	op_done(run, o);
	if (n > 0)
		scheduler_pass(sv);
}

/* Neither a memory nor the beginning of one thread's id. */
static void
refuse(struct op_run *run, const char *word, const struct idmatch *m)
{
	char	shown[NEAREST_MAX];

	if (m->found > 1) {
		op_failed(run, EXIT_JOB_FAILED, "ambiguous", "%s", m->why);
		return;
	}
	log_printable(shown, sizeof(shown), word, strlen(word));
	op_failed(run, EXIT_JOB_FAILED, "no_such_job", "%s: no memory has "
	    "this name, the nearest is %s; and %s", shown,
	    op_memory_nearest(run, word), m->why);
}

void
op_retry_begin(struct op_run *run)
{
	const char	*word = op_text(run, "what");
	struct idmatch	 m;

	if ((word == NULL) != op_flag(run, "all"))
		op_failed(run, EXIT_USAGE, "bad_request", word == NULL ?
		    "retry: expected a thread, a memory or --all" :
		    "retry: %s and --all is one too many", word);
	else if (word == NULL)
		retry(run, NULL, NULL);
	else if (config_memory(run->sv->config, word) != NULL)
		retry(run, "memory_consolidate", word);
	else if (idmatch_find(&m, run->sv->store, IDMATCH_THREAD, word) !=
	    STORE_OK)
		op_failed(run, EXIT_STATE, "state_unreadable",
		    "retry: the state database cannot be read; see the log");
	else if (m.found == 1)
		retry(run, "memory_stage1", m.id);
	else
		refuse(run, word, &m);
}
