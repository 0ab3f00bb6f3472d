#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/settings.h"

/*
 * mnemoctl extract: what an older generator made, once more; or one thread,
 * op_extract_one.c.
 */

const struct op_argument op_extract_arguments[] = {
	{ "outdated", OP_FLAG, 0, 0 },
	{ "what", OP_TEXT, 0, OP_PATH_MAX },
	{ "wait", OP_FLAG, 0, 0 },
	{ NULL, OP_TEXT, 0, 0 }
};

static void
outdate(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	json_object		*result;
	char			*generator = settings_generator(sv->config);
	int64_t			 n = 0;

	if (store_output_outdate(sv->store, generator, &n) != STORE_OK) {
		free(generator);
		op_failed(run, EXIT_STATE, "state_unwritable", "the state "
		    "database cannot be written now; nothing is marked");
		return;
	}
	result = json_object_new_object();
	json_set_int(result, "outdated", n);
	json_set_str(result, "generator", generator);
	log_info("%lld outputs that %s did not make are made again",
	    (long long)n, generator);
	free(generator);
	op_done(run, result);
	if (n > 0)
		scheduler_pass(sv);
}

void
op_extract_begin(struct op_run *run)
{
	int	one = op_text(run, "what") != NULL;
	int	outdated = op_flag(run, "outdated");

	if (one == outdated)
		op_failed(run, EXIT_USAGE, "bad_request", "extract: expected "
		    "either a thread or --outdated");
	else if (outdated && op_flag(run, "wait"))
		op_failed(run, EXIT_USAGE, "bad_request", "extract: --wait "
		    "needs a thread");
	else if (one)
		op_extract_one_begin(run);
	else
		outdate(run);
}
