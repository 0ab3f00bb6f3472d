#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/model.h"
#include "supervisor/model_table.h"
#include "supervisor/settings.h"

/* A careful estimate, as budget_tokens() makes it. */
#define BYTES_PER_TOKEN	3
/* A conversation in bytes: less is of no use, more no request may hold. */
#define CONTEXT_MIN	((int64_t)16 * 1024)
#define CONTEXT_MAX	((int64_t)6 * 1024 * 1024)

static json_object *
settings_common(const struct config *c, const char *name)
{
	json_object	*o = json_object_new_object();
	json_object	*redact = json_object_new_array();
	size_t		 i;

	for (i = 0; i < c->redact.n; i++)
		json_push_str(redact, c->redact.v[i]);
	json_set_str(o, "name", name);
	json_set_str(o, "sandbox", config_sandbox_name(c));
	json_set_str(o, "process_titles", config_titles_name(c));
	json_set_int(o, "now_offset_ms", wall_offset());
	json_set_bool(o, "verbose", log_is_verbose());
	json_set_str(o, "provider", c->use_provider);
	json_set(o, "redact", redact);
	json_set_str(o, "crash_at",
	    c->crash_at == NULL || c->crash_at[0] == '\0' ? NULL : c->crash_at);
	return o;
}

json_object *
settings_extract(const struct config *c, const char *preview)
{
	json_object	*o = settings_common(c, "extract");
	json_object	*sources = json_object_new_array();
	json_object	*roots = json_object_new_array();
	json_object	*s;
	char		*generator;
	size_t		 i;

	for (i = 0; i < c->nsources; i++) {
		s = json_object_new_object();
		json_set_str(s, "name", c->sources[i].name);
		json_set_str(s, "path", c->sources[i].path);
		json_push(sources, s);
	}
	for (i = 0; i < c->nmemories; i++)
		json_push_str(roots, c->memories[i].root);
	json_set(o, "sources", sources);
	json_set(o, "memory_roots", roots);
	generator = settings_generator(c);
	json_set_str(o, "generator", generator);
	free(generator);
	json_set_str(o, "preview", preview);
	return o;
}

/* What a conversation may grow to: the effective window, less the reply. */
static int64_t
settings_context_bytes(const struct config_provider *p)
{
	const char		*name = model_name(p, 1);
	const struct model_info	*info = model_table_find(name);
	int64_t			 window, bytes;

	window = p->context_window > 0 ? p->context_window :
	    info->context_window;
	bytes = (window / 100 * info->effective_percent -
	    p->max_output_tokens) * BYTES_PER_TOKEN;
	if (bytes < CONTEXT_MIN)
		return CONTEXT_MIN;
	return bytes < CONTEXT_MAX ? bytes : CONTEXT_MAX;
}

json_object *
settings_consolidate(const struct config *c, const struct config_memory *m,
    const char *staging)
{
	const struct config_provider	*p = config_provider_agents(c);
	json_object			*o = settings_common(c, m->name);

	json_set_str(o, "memory", m->name);
	json_set_str(o, "staging", staging);
	json_set_int(o, "hold_ms", c->agent_hold_ms);
	json_set_str(o, "provider", p == NULL ? "builtin" : p->name);
	if (p != NULL) {
		json_set_int(o, "context_bytes", settings_context_bytes(p));
		json_set_int(o, "turns", c->budget.turns_per_agent);
	}
	return o;
}

json_object *
settings_gateway(const struct config *c)
{
	return settings_common(c, "gateway");
}

json_object *
settings_workspace(const struct config *c, const struct config_memory *m,
    const char *root, const char *state)
{
	const struct config_provider	*p = config_provider_agents(c);
	json_object			*o = settings_common(c, m->name);
	char				*path;

	/* Who consolidates: what is judged is that one's. */
	json_set_str(o, "provider", p == NULL ? "builtin" : p->name);
	json_set_str(o, "memory", m->name);
	json_set_str(o, "root", root);
	path = xasprintf("%s/memories/%s.git", state, m->name);
	json_set_str(o, "history", path);
	free(path);
	path = xasprintf("%s/staging", state);
	json_set_str(o, "staging", path);
	free(path);
	json_set_str(o, "rename", "auto");
	json_set_bool(o, "skill_scripts", m->skill_scripts);
	json_set_bool(o, "review", m->publish == PUBLISH_REVIEW);
	return o;
}

json_object *
settings_reader(const struct config *c, const struct config_memory *m,
    const char *root, const char *state)
{
	json_object	*o = settings_workspace(c, m, root, state);

	json_set_bool(o, "read_only", 1);
	return o;
}

json_object *
settings_check(const struct config *c, const char *path)
{
	json_object	*o = settings_common(c, "check");

	json_set_str(o, "root", path);
	json_set_bool(o, "check", 1);
	/* A folder may hold them; whether an agent may add some is another
	 * matter. */
	json_set_bool(o, "skill_scripts", 1);
	return o;
}

char *
settings_generator(const struct config *c)
{
	const struct config_provider	*p = config_provider_used(c);

	if (p == NULL)
		return xstrdup(GENERATOR_BUILTIN);
	return xasprintf("%s:%s/%d", p->name, p->extract_model,
	    GENERATOR_PROMPT);
}

char *
settings_agent_generator(const struct config *c)
{
	const struct config_provider	*p = config_provider_agents(c);

	if (p == NULL)
		return xstrdup(GENERATOR_BUILTIN);
	return xasprintf("%s:%s/%d", p->name, p->consolidation_model,
	    GENERATOR_AGENT_PROMPT);
}

int64_t
settings_text_bytes(const struct config *c)
{
	const struct config_provider	*p = config_provider_used(c);
	const struct model_info		*info;
	int64_t				 window, bytes;

	bytes = c->pipeline.rollout_text_bytes;
	if (p == NULL)
		return bytes;
	info = model_table_find(p->extract_model);
	window = p->context_window > 0 ? p->context_window :
	    info->context_window;
	window = model_text_bytes(window, info->effective_percent);
	return window > 0 && window < bytes ? window : bytes;
}
