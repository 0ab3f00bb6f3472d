/* What the commands share: roots, locks, rules, pieces of documents. */

#include <sys/file.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "supervisor/match.h"
#include "supervisor/memory.h"
#include "supervisor/mnemoctl/ctl.h"

static enum store_status
look_at_root(struct ctl *ctl, struct ctl_memory *m)
{
	struct store_memory	*row = NULL;
	struct root_query	 q = {
		.name = m->config->name, .path = m->config->root
	};
	struct root		 root;
	enum store_status	 st;

	q.adopt = m->config->adopt ? ADOPT_FOREIGN : ADOPT_NONE;
	/* A root that is ours would be told as another program's. */
	st = store_memory_get(ctl->store, q.name, &row);
	if (st != STORE_OK && st != STORE_NONE)
		return st;
	if (st == STORE_OK)
		memory_record(row, &q.record);
	root_look(&root, &q);
	m->state = root.state;
	m->usable = root_usable(root.state);
	m->text = xstrdup(root.text);
	root_release(&root);
	store_memory_free(row);
	return STORE_OK;
}

enum ctl_exit
ctl_look_roots(struct ctl *ctl)
{
	const struct config	*c = ctl->config;
	enum store_status	 st = STORE_OK;
	size_t			 i;

	ctl->memories = xcalloc(c->nmemories + 1, sizeof(*ctl->memories));
	for (i = 0; i < c->nmemories && st == STORE_OK; i++) {
		ctl->memories[i].config = &c->memories[i];
		st = look_at_root(ctl, &ctl->memories[i]);
	}
	return ctl_exit_of(st);
}

enum ctl_exit
ctl_look(struct ctl *ctl)
{
	enum store_status	st;

	st = waits_look(ctl->store, ctl->config, ctl->now, &ctl->waits);
	if (st == STORE_OK)
		st = disabled_load(&ctl->disabled, ctl->store);
	return ctl_exit_of(st);
}

void
ctl_release(struct ctl *ctl)
{
	size_t	 i;

	for (i = 0; ctl->memories != NULL && i < ctl->config->nmemories; i++)
		free(ctl->memories[i].text);
	free(ctl->memories);
	ctl->memories = NULL;
	disabled_release(&ctl->disabled);
}

enum ctl_exit
ctl_memory_known(const struct ctl *ctl, const char *name)
{
	const char	*near = "none";
	char		 word[NEAREST_MAX];
	size_t		 d = SIZE_MAX, i;

	if (config_memory(ctl->config, name) != NULL)
		return CTL_OK;
	for (i = 0; i < ctl->config->nmemories; i++)
		nearest_try(name, ctl->config->memories[i].name, &near, &d);
	log_printable(word, sizeof(word), name, strlen(name));
	log_warnx("%s: no such memory; the nearest is %s", word, near);
	return CTL_NOT_FOUND;
}

/*
 * 1 if somebody holds the lock in a way that excludes `how'.  flock(2) has
 * no question without a try.
 */
static int
is_held(const char *state, const char *name, int how, int64_t *pid)
{
	char	*path = xasprintf("%s/%s", state, name), text[32];
	int	 fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int	 held;
	ssize_t	 n;

	if (fd == -1 && errno != ENOENT && errno != ENOTDIR)
		log_warn("%s: whether a supervisor runs is not known", path);
	free(path);
	if (fd == -1)
		return 0;
	held = flock(fd, how | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	n = held && pid != NULL ?
	    fd_read_start(fd, text, sizeof(text) - 1) : 0;
	text[n > 0 ? n : 0] = '\0';
	if (pid != NULL)
		*pid = strtoll(text, NULL, 10);
	close(fd);
	return held;
}

/*
 * `workers.lock' first: a supervisor that starts waits for that one, but
 * gives up where it finds `lock' held, even for a moment.
 */
void
ctl_owner_look(struct ctl_owner *o, const char *state)
{
	memset(o, 0, sizeof(*o));
	if (!is_held(state, "workers.lock", LOCK_EX, NULL))
		return;
	o->running = is_held(state, "lock", LOCK_SH, &o->pid);
	o->orphans = !o->running;
}

int
ctl_takes(const struct ctl *ctl, const struct ctl_memory *m,
    const struct store_thread *t)
{
	const struct config_source	*s;

	s = config_source(ctl->config, t->source_name);
	return m->usable && s != NULL && match_memory(m->config, s, t->cwd);
}

static int
wanted(const struct store_thread *t, void *arg)
{
	const struct ctl	*ctl = arg;
	size_t			 i;

	for (i = 0; i < ctl->config->nmemories; i++)
		if (ctl_takes(ctl, &ctl->memories[i], t))
			return 1;
	return 0;
}

void
ctl_stage_one_rules(struct ctl *ctl, struct store_stage_one_rules *r)
{
	const struct config_pipeline	*p = &ctl->config->pipeline;

	memset(r, 0, sizeof(*r));
	r->now = ctl->now;
	r->idle_hours = p->min_rollout_idle_hours;
	r->age_days = p->max_rollout_age_days;
	r->scan_limit = INT64_MAX;
	r->max_claims = r->max_running = p->max_stage_one_jobs;
	r->wanted = wanted;
	r->arg = ctl;
	r->disabled = disabled_has;
	r->disabled_arg = &ctl->disabled;
	waits_rules(&ctl->waits, r);
}

enum ctl_exit
ctl_exit_of(enum store_status st)
{
	return st == STORE_OK || st == STORE_NONE ? CTL_OK : CTL_STATE;
}

void
ctl_set_time(json_object *o, const char *key, int64_t when)
{
	if (when == 0)
		json_set(o, key, NULL);
	else
		json_set_int(o, key, when);
}

json_object *
ctl_push(json_object *array)
{
	json_object	*o = json_object_new_object();

	if (o == NULL || json_object_array_add(array, o) != 0)
		log_fatalx("cannot allocate JSON");
	return o;
}

json_object *
ctl_set_array(json_object *o, const char *key)
{
	json_object	*a = json_object_new_array();

	json_set(o, key, a);
	return a;
}

json_object *
ctl_set_object(json_object *o, const char *key)
{
	json_object	*member = json_object_new_object();

	json_set(o, key, member);
	return member;
}
