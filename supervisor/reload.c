#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "supervisor/memory.h"
#include "supervisor/model.h"
#include "supervisor/patterns.h"
#include "supervisor/provider.h"
#include "supervisor/recovery.h"
#include "supervisor/reload.h"
#include "supervisor/stage_one.h"
#include "supervisor/telemetry.h"

/* NULL, logged, if what was read before cannot be read again. */
static struct config *
load_again(struct supervisor *sv)
{
	struct config_request	req = { sv->paths, sv->opt->file,
				    sv->opt->state, sv->opt->overrides,
				    sv->opt->noverrides };
	struct buf		why = BUF_INIT;
	struct config		*c;

	if (req.file != NULL && strcmp(req.file, "-") == 0) {
		log_warnx("SIGHUP: the configuration came from standard "
		    "input, it cannot be read again; it stays");
		return NULL;
	}
	c = config_load(&req, &why);
	if (c != NULL && (patterns_check(c, &why) == -1 ||
	    provider_check(c, &why) == -1)) {
		config_free(c);
		c = NULL;
	}
	if (c == NULL)
		log_warnx("SIGHUP: the old configuration stays: %s",
		    buf_str(&why));
	buf_release(&why);
	return c;
}

/* New memories of the new configuration; their roots are looked at. */
static void
replace_memories(struct supervisor *sv)
{
	struct memory	*m;

	memory_free_all(sv);
	memory_make_all(sv);
	TAILQ_FOREACH(m, &sv->memories, entry)
		recovery_look(m);
}

void
reload_config(struct supervisor *sv)
{
	struct config	*c = load_again(sv), *old = sv->config;
	const char	*key;

	if (c == NULL)
		return;
	key = config_restart_key(old, c);
	if (key != NULL) {
		log_warnx("SIGHUP: the key %s changed, which needs a restart; "
		    "the old configuration stays", key);
		config_free(c);
		return;
	}
	if (config_needs_gateway(c) &&
	    runtime_open_role(&sv->rt, c, ROLE_GATEWAY) == -1) {
		config_free(c);
		return;
	}
	sv->config = c;
	model_reload(sv->model);
	stage_one_replace(sv->stage_one);
	telemetry_reload(sv->telemetry);
	replace_memories(sv);
	config_free(old);
	log_info("SIGHUP: the configuration was read again");
}
