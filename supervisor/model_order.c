#include <sys/utsname.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/model.h"
#include "supervisor/model_table.h"
#include "supervisor/secret.h"
#include "supervisor/settings.h"

#define IDLE_MS		300000	/* longest silence within a reply */
#define DEADLINE_MS	900000	/* longest request */
#define ORIGINATOR	"mnemod"

const char *
model_name(const struct config_provider *p, int agent)
{
	return agent && *p->consolidation_model != '\0' ?
	    p->consolidation_model : p->extract_model;
}

static const char *
null_if_empty(const char *s)
{
	return *s == '\0' ? NULL : s;
}

static int
takes_effort(const struct config_provider *p, const struct model_info *info)
{
	return p->reasoning == AUTO_AUTO ? info->reasoning :
	    p->reasoning == AUTO_YES;
}

static const char *
summary_of(const struct config_provider *p, const struct model_info *info)
{
	if (p->reasoning_summary == SUMMARY_DEFAULT)
		return info->reasoning_summary;
	return p->reasoning_summary == SUMMARY_NONE ? NULL :
	    config_provider_word(p, "reasoning_summary");
}

static const char *
verbosity_of(const struct config_provider *p, const struct model_info *info)
{
	return p->verbosity == VERBOSITY_DEFAULT ? info->verbosity :
	    config_provider_word(p, "verbosity");
}

/* "https://user:key@host/x" without the user, which may hold a key. */
static char *
without_user(const char *url)
{
	const char	*host = strstr(url, "://"), *end, *at, *p;

	host = host == NULL ? url : host + 3;
	end = host + strcspn(host, "/");
	for (at = NULL, p = host; p < end; p++)
		if (*p == '@')
			at = p;
	if (at == NULL)
		return xstrdup(url);
	return xasprintf("%.*s%s", (int)(host - url), url, at + 1);
}

/* Where the session worked; only if the user lets the provider know. */
static json_object *
turn_metadata(struct model *m, const struct relay_ask *q)
{
	struct store_thread	*t = NULL;
	json_object		*o, *all, *one, *urls;
	char			*url;

	if (q->agent || store_thread_get(m->sv->store, q->thread_id, &t) !=
	    STORE_OK)
		return NULL;
	one = json_object_new_object();
	if (t->git_origin_url != NULL) {
		urls = json_object_new_object();
		url = without_user(t->git_origin_url);
		json_set_str(urls, "origin", url);
		free(url);
		json_set(one, "associated_remote_urls", urls);
	}
	if (t->git_sha != NULL)
		json_set_str(one, "latest_git_commit_hash", t->git_sha);
	all = json_object_new_object();
	json_set(all, t->cwd, one);
	o = json_object_new_object();
	json_set(o, "workspaces", all);
	store_thread_free(t);
	return o;
}

void
model_order(struct model *m, const struct relay_ask *q, struct relay_order *o)
{
	const struct config_provider	*p;
	const struct model_info		*info;
	const char			*name;
	int				 effort;

	p = config_provider_used(m->sv->config);
	name = model_name(p, q->agent);
	info = model_table_find(name);
	effort = takes_effort(p, info);
	/* The run's own ids: never those of the session that is read. */
	o->session_id = o->thread_id = q->agent ? q->thread_id :
	    m->sv->run_id;
	o->body = json_object_new_object();
	json_set_str(o->body, "purpose", q->agent ? "agent" : "stage_one");
	json_set_str(o->body, "model", name);
	json_set_str(o->body, "effort", effort ? null_if_empty(q->agent ?
	    p->consolidation_effort : p->extract_effort) : NULL);
	json_set_str(o->body, "reasoning_summary", effort ?
	    summary_of(p, info) : NULL);
	json_set_str(o->body, "verbosity", verbosity_of(p, info));
	json_set_str(o->body, "service_tier", null_if_empty(p->service_tier));
	json_set_int(o->body, "max_output_tokens", p->max_output_tokens);
	json_set_str(o->body, "cache_key", o->thread_id);
	json_set(o->body, "turn_metadata", p->send_repository ?
	    turn_metadata(m, q) : NULL);
	json_set_int(o->body, "idle_ms", IDLE_MS);
	json_set_int(o->body, "deadline_ms", DEADLINE_MS);
}

/* The UUID in the file: 1; 0: it holds none; -1, with errno: not known. */
static int
read_id(const char *path, char id[UUID_SIZE])
{
	int	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), error;
	ssize_t	n = fd == -1 ? -1 : fd_read_start(fd, id, UUID_SIZE - 1);

	error = errno;
	fd_close(&fd);
	errno = error;
	if (n == -1)
		return error == ENOENT ? 0 : -1;
	id[n] = '\0';
	return uuid_valid(id);
}

static int
write_id(const char *path, const char *id)
{
	int	fd, rc;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd == -1)
		return -1;
	rc = fd_write_all(fd, id, strlen(id));
	if (rc == 0)
		rc = fd_write_all(fd, "\n", 1);
	return close(fd) == -1 ? -1 : rc;
}

/* Made once, then always the same. */
static const char *
installation_id(struct model *m)
{
	char	*path;
	int	 found;

	if (m->installation_id[0] != '\0')
		return m->installation_id;
	path = state_dir_file(&m->sv->state, "installation_id");
	found = read_id(path, m->installation_id);
	if (found != 1)
		uuid_v4(m->installation_id);
	if (found == -1)
		log_warn("%s: cannot be read; another id until the next start",
		    path);
	else if (found == 0 && write_id(path, m->installation_id) == -1)
		log_warn("%s: a new id with each start", path);
	free(path);
	return m->installation_id;
}

static void
set_key(json_object *o, const struct config *c,
    const struct config_provider *p)
{
	char	*file = provider_key_file(c);

	json_set_str(o, "key_file", file);
	free(file);
	json_set_str(o, "key", *p->key_env == '\0' ? NULL :
	    secret_take(p->key_env));
}

static json_object *
provider_settings(const struct config *c, const struct config_provider *p)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "name", p->name);
	json_set_str(o, "api", config_provider_word(p, "api"));
	json_set_str(o, "base_url", p->base_url);
	json_set_str(o, "auth", p->auth == AUTH_CODEX ? "codex" : "");
	set_key(o, c, p);
	json_set_str(o, "proxy", null_if_empty(p->proxy));
	json_set_str(o, "ca_file", null_if_empty(p->ca_file));
	json_set_int(o, "context_window", p->context_window);
	json_set_bool(o, "send_repository", p->send_repository);
	json_set_bool(o, "compression", p->compression);
	json_set_bool(o, "runtime_metrics", p->runtime_metrics);
	return o;
}

static json_object *
telemetry_settings(const struct config_telemetry *t)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "endpoint", null_if_empty(t->endpoint));
	json_set_bool(o, "account", t->account);
	json_set_bool(o, "log_user_prompt", t->log_user_prompt);
	return o;
}

json_object *
model_settings_of(const struct config *c, const char *installation)
{
	const struct config_provider	*p = config_provider_used(c);
	json_object			*o = settings_gateway(c);
	struct utsname			 u;
	char				*agent;

	json_set(o, "provider", p == NULL ? NULL : provider_settings(c, p));
	json_set_str(o, "version", MNEMOD_VERSION);
	json_set_str(o, "installation_id", installation);
	json_set_str(o, "originator", ORIGINATOR);
	memset(&u, 0, sizeof(u));
	uname(&u);
	agent = xasprintf("mnemod/%s (%s; %s)", MNEMOD_VERSION, u.sysname,
	    u.machine);
	json_set_str(o, "user_agent", agent);
	free(agent);
	json_set(o, "telemetry", telemetry_settings(&c->telemetry));
	return o;
}

json_object *
model_settings(struct model *m)
{
	const struct config		*c = m->sv->config;
	const struct config_provider	*p = config_provider_used(c);

	return model_settings_of(c, p != NULL && p->api == API_RESPONSES ?
	    installation_id(m) : NULL);
}
