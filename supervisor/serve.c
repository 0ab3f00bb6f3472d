#include <sys/stat.h>
#include <string.h>

#include "common/hook.h"
#include "supervisor/memory.h"
#include "supervisor/recovery.h"
#include "supervisor/serve.h"

#define ROLES	(1u << ROLE_WORKSPACE | 1u << ROLE_CONSOLIDATE)

/*
 * What an earlier supervisor left is finished first; a memory that is only
 * read is left as it is.
 */
static void
recover(struct supervisor *sv, const struct op_run *run)
{
	struct memory	*m, *meant = op_memory_meant(run);

	TAILQ_FOREACH(m, &sv->memories, entry)
		if (run->op->scope == OP_ALL || (m == meant &&
		    (run->op->scope == OP_WRITE ||
		    run->op->scope == OP_BOOKS)))
			recovery_look(m);
	recovery_turns(sv);
}

static void
serve(struct supervisor *sv, json_object *request,
    const struct op_asker *asker)
{
	struct op_run	*run = operations_ask(sv, request, asker);

	if (run == NULL)
		return;
	recover(sv, run);
	operations_consider(sv);
	while ((operations_open(sv) || !memory_all_idle(sv)) &&
	    !supervisor_stopping(sv)) {
		loop_run_once(sv->rt.loop, -1);
		recovery_turns(sv);
		operations_consider(sv);
	}
}

enum mnemod_exit
serve_request(const struct paths *paths, struct config *config,
    json_object *request, const struct op_asker *asker)
{
	struct supervisor	sv;
	enum mnemod_exit	e;

	memset(&sv, 0, sizeof(sv));
	sv.paths = paths;
	sv.config = config;
	umask(077);
	hook_crash_at(config->crash_at);
	e = supervisor_open(&sv, ROLES, STATE_SHORT);
	if (e != EXIT_OK)
		return e;
	uuid_v7(sv.run_id);
	memory_make_all(&sv);
	sv.operations = operations_new(&sv);
	serve(&sv, request, asker);
	e = runtime_finish(&sv.rt, "the request is answered");
	operations_free(sv.operations);
	memory_free_all(&sv);
	supervisor_close(&sv);
	return e;
}
