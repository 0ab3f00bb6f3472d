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

static struct config *
load(struct supervisor *sv, struct buf *why)
{
	struct config_request	req = { sv->paths, sv->opt->file,
				    sv->opt->state, sv->opt->overrides,
				    sv->opt->noverrides };
	struct config		*c;

	if (req.file != NULL && strcmp(req.file, "-") == 0) {
		buf_addstr(why, "the configuration came from standard "
		    "input, it cannot be read again");
		return NULL;
	}
	c = config_load(&req, why);
	if (c == NULL || (patterns_check(c, why) == 0 &&
	    provider_check(c, why) == 0))
		return c;
	config_free(c);
	return NULL;
}

struct config *
reload_read(struct supervisor *sv, struct buf *why)
{
	struct config	*c = load(sv, why);
	const char	*key = c == NULL ? NULL :
			    config_restart_key(sv->config, c);

	if (key == NULL)
		return c;
	buf_addf(why, "the key %s changed, which needs a restart", key);
	config_free(c);
	return NULL;
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

int
reload_config(struct supervisor *sv)
{
	struct buf	 why = BUF_INIT;
	struct config	*c = reload_read(sv, &why), *old = sv->config;

	if (c == NULL)
		log_warnx("SIGHUP: the old configuration stays: %s",
		    buf_str(&why));
	buf_release(&why);
	if (c == NULL)
		return -1;
	if (config_needs_gateway(c) &&
	    runtime_open_role(&sv->rt, c, ROLE_GATEWAY) == -1) {
		log_warnx("SIGHUP: the old configuration stays: the new one "
		    "needs a gateway");
		config_free(c);
		return -1;
	}
	sv->config = c;
	model_reload(sv->model);
	stage_one_replace(sv->stage_one);
	telemetry_reload(sv->telemetry);
	replace_memories(sv);
	config_free(old);
	log_info("SIGHUP: the configuration was read again");
	return 0;
}
