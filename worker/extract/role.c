#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extract.h"
#include "generator.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "source.h"

struct extract_source *
extract_source(const struct extract *x, const char *name)
{
	size_t	i;

	for (i = 0; i < x->nsources; i++)
		if (strcmp(x->sources[i].name, name) == 0)
			return &x->sources[i];
	return NULL;
}

struct feed_tools
extract_tools(const struct extract *x)
{
	struct feed_tools	t;

	t.redact = x->redact;
	t.roots = (const char *const *)x->roots;
	t.nroots = x->nroots;
	return t;
}

int
extract_tick(void *arg)
{
	struct worker	*w = arg;

	worker_progress(w, 1);
	return worker_tick(w);
}

/* The strings of an array of the settings, NULL and 0 if it is absent. */
static char **
take_strings(json_object *settings, const char *key, size_t *n)
{
	json_object	*arr = json_arr(settings, key), *v;
	char		**list;
	size_t		 i, len;

	*n = 0;
	len = arr == NULL ? 0 : json_object_array_length(arr);
	list = xcalloc(len + 1, sizeof(*list));
	for (i = 0; i < len; i++) {
		v = json_object_array_get_idx(arr, i);
		if (json_object_is_type(v, json_type_string))
			list[(*n)++] = xstrdup(json_object_get_string(v));
	}
	return list;
}

static void
free_strings(char **list, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static int
take_sources(struct extract *x, json_object *settings, char *why,
    size_t whysize)
{
	json_object	*arr = json_arr(settings, "sources"), *o;
	const char	*name, *path;
	size_t		 i, n;

	n = arr == NULL ? 0 : json_object_array_length(arr);
	x->sources = xcalloc(n + 1, sizeof(*x->sources));
	for (i = 0; i < n; i++) {
		o = json_object_array_get_idx(arr, i);
		name = json_str(o, "name");
		path = json_str(o, "path");
		if (name == NULL || path == NULL || path[0] != '/') {
			snprintf(why, whysize, "source %zu: a name and an "
			    "absolute path are needed", i + 1);
			return -1;
		}
		x->sources[x->nsources].known = known_new();
		x->sources[x->nsources].name = xstrdup(name);
		x->sources[x->nsources++].path = xstrdup(path);
	}
	return 0;
}

static int
take_patterns(struct worker *w, json_object *settings, char *why,
    size_t whysize)
{
	struct extract	*x = worker_data(w);

	x->redact = redact_from_settings(settings, why, whysize);
	if (x->redact == NULL)
		return -1;
	redact_prepare(x->redact);
	redact_set_tick(x->redact, extract_tick, w);
	return 0;
}

static int
configure(struct worker *w, json_object *settings, char *why, size_t whysize)
{
	struct extract	*x = xcalloc(1, sizeof(*x));
	const char	*preview = json_str(settings, "preview");
	const char	*provider = json_str(settings, "provider");
	const char	*generator = json_str(settings, "generator");

	worker_set_data(w, x);
	pasts_init(&x->pasts);
	asks_init(&x->asks);
	x->model = provider != NULL && strcmp(provider, "builtin") != 0;
	x->generator = xstrdup(generator == NULL ? GENERATOR_BUILTIN :
	    generator);
	if (preview != NULL)
		x->preview = xstrdup(preview);
	x->roots = take_strings(settings, "memory_roots", &x->nroots);
	if (take_sources(x, settings, why, whysize) == -1)
		return -1;
	return take_patterns(w, settings, why, whysize);
}

/* A part that appears later replaces the worker: a rule needs an inode. */
static void
allow_source(struct sandbox *sb, const char *path)
{
	char		*dir;
	unsigned	 i;

	for (i = 0; i < SOURCE_PART__MAX; i++) {
		dir = xasprintf("%s/%s", path,
		    source_part_name((enum source_part)i));
		if (sandbox_allow(sb, SANDBOX_READ_TREE, dir) == -1 &&
		    errno != ENOENT)
			log_warn("directory %s: its rollouts are passed over",
			    dir);
		free(dir);
	}
}

static void
rights(struct worker *w, struct sandbox *sb)
{
	const struct extract	*x = worker_data(w);
	size_t			 i;

	if (x->preview != NULL) {
		if (sandbox_allow(sb, SANDBOX_READ_FILE, x->preview) == -1)
			log_warn("rollout %s: cannot be opened", x->preview);
		return;
	}
	for (i = 0; i < x->nsources; i++)
		allow_source(sb, x->sources[i].path);
}

static void
message(struct worker *w, const struct msg *m)
{
	static const struct {
		enum msg_id	 id;
		void		(*serve)(struct worker *, const struct msg *);
		const char	*title;
	} requests[] = {
		{ MSG_KNOWN, extract_known, NULL },
		{ MSG_COMPARE, extract_compare, NULL },
		{ MSG_SCAN, extract_scan, "scanning" },
		{ MSG_EXTRACT, extract_extract, "extracting" },
		{ MSG_PREVIEW, extract_preview, "preview" },
		{ MSG_MODEL_PROGRESS, ask_progress, NULL },
		{ MSG_MODEL_RESPONSE, ask_response, NULL }
	};
	size_t	i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (requests[i].id != m->id)
			continue;
		if (requests[i].title != NULL)
			worker_busy(w, "%s", requests[i].title);
		requests[i].serve(w, m);
		if (requests[i].title != NULL)
			asks_show(w);
		return;
	}
	BUG("a message of id %d for the extract role", (int)m->id);
}

static void
release(struct worker *w)
{
	struct extract	*x = worker_data(w);
	size_t		 i;

	if (x == NULL)
		return;
	for (i = 0; i < x->nsources; i++) {
		free(x->sources[i].name);
		free(x->sources[i].path);
		known_free(x->sources[i].known);
	}
	free(x->sources);
	free_strings(x->roots, x->nroots);
	free(x->preview);
	redact_free(x->redact);
	pasts_clear(&x->pasts);
	asks_clear(&x->asks);
	free(x->generator);
	free(x);
}

const struct worker_role extract_role = {
	.role = ROLE_EXTRACT,
	.configure = configure,
	.rights = rights,
	.message = message,
	.watch = ask_watch,
	.watched = ask_watched,
	.release = release
};
