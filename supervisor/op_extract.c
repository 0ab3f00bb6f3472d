#include <stdlib.h>

#include "common/json.h"
#include "common/log.h"
#include "supervisor/op_table.h"
#include "supervisor/scheduler.h"
#include "supervisor/settings.h"
#include "supervisor/store.h"

/* mnemoctl extract --outdated: what an older generator made, once more. */

const struct op_argument op_extract_arguments[] = {
	{ "outdated", OP_FLAG, 1, 0 },
	{ NULL, OP_TEXT, 0, 0 }
};

void
op_extract_begin(struct op_run *run)
{
	struct supervisor	*sv = run->sv;
	json_object		*result;
	char			*generator = settings_generator(sv->config);
	int64_t			 n = 0;

	if (store_output_outdate(sv->store, generator, &n) != STORE_OK) {
		free(generator);
		op_failed(run, EXIT_STATE, "store", "the state database "
		    "cannot be written now; nothing is marked");
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
