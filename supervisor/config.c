/* The life of a configuration, its sections, and what others ask of it. */

#include <stdlib.h>
#include <string.h>
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/config.h"
#include "supervisor/config_steps.h"
#include "supervisor/config_table.h"
#include "supervisor/config_value.h"
#include "supervisor/paths.h"

void
strlist_add(struct strlist *list, const char *s)
{
	list->v = xreallocarray(list->v, list->n + 1, sizeof(list->v[0]));
	list->v[list->n++] = xstrdup(s);
}

void
strlist_clear(struct strlist *list)
{
	size_t	i;

	for (i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	list->v = NULL;
	list->n = 0;
}

int
config_name_valid(const char *s)
{
	size_t	len;

	len = strlen(s);
	return len >= 1 && len <= 32 && s[0] != '_' && s[0] != '-' &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* All titled sections begin alike. */
struct titled_head {
	char	*name;
	int	 line;
};

/* The array of a kind of titled section; size 0: it has no title. */
struct titled {
	void	*v;
	size_t	 n;
	size_t	 size;		/* of one */
};

static struct titled
titled_get(const struct config *cfg, enum config_section_id id)
{
	struct titled	t = { NULL, 0, 0 };

	switch (id) {
	case SEC_SOURCE:
		t = (struct titled){ cfg->sources, cfg->nsources,
		    sizeof(cfg->sources[0]) };
		break;
	case SEC_MEMORY:
		t = (struct titled){ cfg->memories, cfg->nmemories,
		    sizeof(cfg->memories[0]) };
		break;
	case SEC_PROVIDER:
		t = (struct titled){ cfg->providers, cfg->nproviders,
		    sizeof(cfg->providers[0]) };
		break;
	case SEC_TOP:
	case SEC_PIPELINE:
	case SEC_BUDGET:
	case SEC_TELEMETRY:
	case SEC_RETENTION:
	case SEC__MAX:
		break;
	}
	return t;
}

static void
titled_put(struct config *cfg, enum config_section_id id, struct titled t)
{
	if (id == SEC_SOURCE) {
		cfg->sources = t.v;
		cfg->nsources = t.n;
	} else if (id == SEC_MEMORY) {
		cfg->memories = t.v;
		cfg->nmemories = t.n;
	} else {
		cfg->providers = t.v;
		cfg->nproviders = t.n;
	}
}

void *
config_section_at(const struct config *cfg, enum config_section_id id, size_t i,
    const char **title)
{
	struct titled		 t;
	struct titled_head	*head;

	t = titled_get(cfg, id);
	if (i >= t.n)
		return NULL;
	head = (void *)((char *)t.v + i * t.size);
	if (title != NULL)
		*title = head->name;
	return head;
}

void *
config_section_find(struct config *cfg, enum config_section_id id,
    const char *title)
{
	const char	*name;
	void		*base;
	size_t		 i;

	if (!config_section_titled(id))
		return cfg;
	for (i = 0; (base = config_section_at(cfg, id, i, &name)) != NULL;
	    i++) {
		if (strcmp(name, title) == 0)
			return base;
	}
	return NULL;
}

static void
set_defaults(void *base, enum config_section_id id)
{
	size_t	i;

	for (i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == id)
			config_value_default(base, &config_keys[i]);
	}
}

static void
release_values(void *base, enum config_section_id id)
{
	size_t	i;

	for (i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == id)
			config_value_release(base, &config_keys[i]);
	}
}

void *
config_section_add(struct config *cfg, enum config_section_id id,
    const char *title, int line)
{
	struct titled		 t;
	struct titled_head	*head;

	t = titled_get(cfg, id);
	if (t.size == 0)
		BUG("section %d has no title", (int)id);
	t.v = xreallocarray(t.v, t.n + 1, t.size);
	head = (void *)((char *)t.v + t.n++ * t.size);
	memset(head, 0, t.size);
	head->name = xstrdup(title);
	head->line = line;
	titled_put(cfg, id, t);
	set_defaults(head, id);
	return head;
}

static struct config *
config_new(void)
{
	struct config	*cfg;
	unsigned	 id;

	cfg = xcalloc(1, sizeof(*cfg));
	for (id = 0; id < SEC__MAX; id++) {
		if (!config_section_titled((enum config_section_id)id))
			set_defaults(cfg, (enum config_section_id)id);
	}
	return cfg;
}

void
config_free(struct config *cfg)
{
	struct titled_head	*head;
	enum config_section_id	 sec;
	unsigned		 id;
	size_t			 i;

	if (cfg == NULL)
		return;
	for (id = 0; id < SEC__MAX; id++) {
		sec = (enum config_section_id)id;
		if (!config_section_titled(sec)) {
			release_values(cfg, sec);
			continue;
		}
		for (i = 0; (head = config_section_at(cfg, sec, i, NULL)) !=
		    NULL; i++) {
			free(head->name);
			release_values(head, sec);
		}
		free(titled_get(cfg, sec).v);
	}
	free(cfg->file);
	free(cfg);
}

/* The defaults that depend on something else. */
static void
complete_memory(const struct config *cfg, struct config_memory *m)
{
	const struct config_source	*src;
	char				*root;
	size_t				 i;

	for (i = 0; m->sources.n == 0 && i < cfg->nsources; i++)
		strlist_add(&m->sources, cfg->sources[i].name);
	if (m->root != NULL)
		return;
	/* A source that is not there is config_check()'s to refuse. */
	src = config_source(cfg, m->sources.v[0]);
	root = xasprintf("%s/memories",
	    (src != NULL ? src : &cfg->sources[0])->path);
	m->root = paths_tidy(root);
	free(root);
}

/* What depends on other values: paths, the sections that always exist. */
static void
config_complete(struct config *cfg, const struct paths *paths)
{
	size_t	i;

	if (cfg->state == NULL)
		cfg->state = xstrdup(paths->state);
	if (cfg->libexec == NULL)
		cfg->libexec = xstrdup(paths->libexec);
	for (i = 0; i < cfg->nsources; i++) {
		if (cfg->sources[i].path == NULL)
			cfg->sources[i].path = xstrdup(paths->codex_home);
	}
	for (i = 0; i < cfg->nmemories; i++)
		complete_memory(cfg, &cfg->memories[i]);
}

/* The sections that exist unless the file has one of its own. */
static void
add_sections(struct config *cfg)
{
	if (cfg->nsources == 0)
		config_section_add(cfg, SEC_SOURCE, "codex", 0);
	if (cfg->nmemories == 0)
		config_section_add(cfg, SEC_MEMORY, "codex", 0);
}

static int
load(struct config *cfg, const struct config_request *req, struct buf *why)
{
	const struct config_field	state = {
		.base = cfg, .key = config_key_find(SEC_TOP, "state")
	};
	size_t				i;

	if (config_read(cfg, req, why) == -1)
		return -1;
	add_sections(cfg);
	for (i = 0; i < req->noverrides; i++) {
		if (config_override(cfg, req->overrides[i], req->paths, why)
		    == -1)
			return -1;
	}
	if (req->state != NULL && config_value_set(&state, req->state,
	    req->paths, why) == -1)
		return -1;
	config_complete(cfg, req->paths);
	return config_check(cfg, why);
}

struct config *
config_load(const struct config_request *req, struct buf *why)
{
	struct config	*cfg;

	cfg = config_new();
	if (load(cfg, req, why) == -1) {
		config_free(cfg);
		return NULL;
	}
	return cfg;
}

const struct config_source *
config_source(const struct config *cfg, const char *name)
{
	size_t	i;

	for (i = 0; i < cfg->nsources; i++) {
		if (strcmp(cfg->sources[i].name, name) == 0)
			return &cfg->sources[i];
	}
	return NULL;
}

const struct config_memory *
config_memory(const struct config *cfg, const char *name)
{
	size_t	i;

	for (i = 0; i < cfg->nmemories; i++) {
		if (strcmp(cfg->memories[i].name, name) == 0)
			return &cfg->memories[i];
	}
	return NULL;
}

int
config_provider_offline(const struct config *cfg)
{
	return strcmp(cfg->use_provider, "builtin") == 0;
}

int
config_needs_gateway(const struct config *cfg)
{
	return !config_provider_offline(cfg) ||
	    *cfg->telemetry.endpoint != '\0';
}

const struct config_provider *
config_provider_used(const struct config *cfg)
{
	size_t	i;

	for (i = 0; i < cfg->nproviders; i++) {
		if (strcmp(cfg->providers[i].name, cfg->use_provider) == 0)
			return &cfg->providers[i];
	}
	return NULL;
}

const struct config_provider *
config_provider_agents(const struct config *cfg)
{
	const struct config_provider	*p = config_provider_used(cfg);

	return p == NULL || strcmp(p->consolidation_model, "builtin") == 0 ?
	    NULL : p;
}

const char *
config_provider_word(const struct config_provider *p, const char *key)
{
	const struct config_key	*k = config_key_find(SEC_PROVIDER, key);
	int			 value;

	memcpy(&value, (const char *)p + k->offset, sizeof(value));
	return k->words[value];
}

static const char *
word_of(const char *name, int value)
{
	return config_key_find(SEC_TOP, name)->words[value];
}

const char *
config_sandbox_name(const struct config *cfg)
{
	int	sandbox;

	sandbox = cfg->sandbox;
	if (sandbox == SANDBOX_REQUIRED && config_provider_offline(cfg))
		sandbox = SANDBOX_BEST_EFFORT;
	return word_of("sandbox", sandbox);
}

const char *
config_titles_name(const struct config *cfg)
{
	return word_of("process_titles", cfg->process_titles);
}

const char *
config_restart_key(const struct config *a, const struct config *b)
{
	size_t	i;

	for (i = 0; i < config_nkeys; i++) {
		if ((config_keys[i].flags & KEY_RESTART) &&
		    !config_value_same(a, b, &config_keys[i]))
			return config_keys[i].name;
	}
	return NULL;
}
