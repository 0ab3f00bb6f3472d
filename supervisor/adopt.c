#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/adopt.h"
#include "supervisor/codex_rows.h"
#include "supervisor/paths.h"
#include "supervisor/recovery.h"
#include "supervisor/waits.h"

#define BATCH_BYTES (1024 * 1024)	/* of text in one message */
#define UNKNOWN "unknown"

/* One adoption under way. */
struct adoption {
	json_object	*rows;		/* of Codex's databases */
	int64_t		 taken;
	int64_t		 newest;	/* version; the job's watermark */
	int		 failed;	/* what came could not be kept */
	int		 refused;	/* the worker could not, and said so */
	int		 done;		/* the root is ours */
};

static void
free_adoption(struct memory *m)
{
	json_object_put(m->adoption->rows);
	free(m->adoption);
	m->adoption = NULL;
}

static int
send_batch(struct child *c, json_object *entries, int last)
{
	struct msg_head	 head = { .id = MSG_INPUT };
	json_object	*body = json_object_new_object();

	json_set(body, "entries", entries);
	json_set_bool(body, "last", last);
	return child_request(c, &head, body) == -1 ? -1 : 0;
}

static size_t
text_bytes(json_object *row)
{
	return strlen(json_str(row, "raw_memory")) +
	    strlen(json_str(row, "rollout_summary"));
}

/* What the databases told, for the worker to redact and to merge. */
static int
send_rows(struct child *c, json_object *rows)
{
	json_object	*batch = json_object_new_array(), *row;
	size_t		 i, bytes = 0;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		bytes += text_bytes(row);
		json_push(batch, json_object_get(row));
		if (bytes < BATCH_BYTES)
			continue;
		if (send_batch(c, batch, 0) == -1)
			return -1;
		batch = json_object_new_array();
		bytes = 0;
	}
	return send_batch(c, batch, 1);
}

static void
wspace_ready(struct child *c, void *arg)
{
	struct memory	*m = arg;
	struct msg_head	 head = { .id = MSG_ADOPT };

	if (send_rows(c, m->adoption->rows) == -1 ||
	    child_request(c, &head, NULL) == -1)
		child_stop(c, "adoption cannot be asked for");
}

/* The source below which the rollout lies, else the memory's first. */
static const char *
source_of(const struct memory *m, const char *rollout_path)
{
	const struct config_source	*s;
	size_t				 i;

	for (i = 0; i < m->config->sources.n; i++) {
		s = config_source(m->sv->config, m->config->sources.v[i]);
		if (s != NULL && paths_within(s->path, rollout_path))
			return s->name;
	}
	return m->config->sources.n > 0 ? m->config->sources.v[0] : UNKNOWN;
}

static const char *
text_or(json_object *o, const char *key, const char *def)
{
	const char	*s = json_str(o, key);

	return s == NULL || *s == '\0' ? def : s;
}

/* A version in the future would keep the rollout from being read again. */
static int64_t
past(json_object *o, const char *key)
{
	int64_t	t = json_int(o, key, 0), now = wall_s();

	return t < 0 ? 0 : t > now ? now : t;
}

static const char *
mode_of(json_object *o)
{
	const char	*s = text_or(o, "memory_mode", "enabled");

	return strcmp(s, "disabled") == 0 || strcmp(s, "polluted") == 0 ? s :
	    "enabled";
}

/* 1 if the entry can be recorded. */
static int
read_entry(const struct memory *m, json_object *o, struct store_adopted *a)
{
	memset(a, 0, sizeof(*a));
	a->thread_id = json_str(o, "thread_id");
	if (a->thread_id == NULL || !uuid_valid(a->thread_id))
		return 0;
	a->rollout_path = text_or(o, "rollout_path", UNKNOWN);
	a->source_name = source_of(m, a->rollout_path);
	a->cwd = text_or(o, "cwd", UNKNOWN);
	a->git_branch = json_str(o, "git_branch");
	a->git_origin_url = json_str(o, "repository_url");
	a->title = text_or(o, "title", a->thread_id);
	a->memory_mode = mode_of(o);
	a->updated_at = past(o, "source_updated_at");
	a->raw_memory = text_or(o, "raw_memory", "");
	a->rollout_summary = text_or(o, "rollout_summary", "");
	a->rollout_slug = json_str(o, "rollout_slug");
	a->generated_at = past(o, "generated_at");
	a->usage_count = json_int(o, "usage_count", 0);
	a->last_usage = past(o, "last_usage");
	return 1;
}

static void
import_batch(struct memory *m, json_object *entries)
{
	struct adoption		*ad = m->adoption;
	struct store_adopted	*rows;
	size_t			 i, n = 0, len;
	int64_t			 taken = 0;

	len = json_object_array_length(entries);
	rows = xcalloc(len + 1, sizeof(*rows));
	for (i = 0; i < len; i++)
		n += (size_t)read_entry(m,
		    json_object_array_get_idx(entries, i), &rows[n]);
	for (i = 0; i < n; i++)
		if (rows[i].updated_at > ad->newest)
			ad->newest = rows[i].updated_at;
	if (store_adopt_threads(m->sv->store, rows, n, &taken) != STORE_OK)
		ad->failed = 1;
	ad->taken += taken;
	free(rows);
}

static void
adopted(struct memory *m, const struct msg *msg)
{
	struct adoption		*ad = m->adoption;
	struct store_memory	 row;
	int64_t			 unread = json_int(msg->body, "unread", 0);

	memset(&row, 0, sizeof(row));
	row.name = m->config->name;
	row.root = m->root.real;
	row.dev = (int64_t)m->root.dev;
	row.ino = (int64_t)m->root.ino;
	row.claimed_at = wall_s();
	row.live_commit = json_str(msg->body, "live");
	row.live_files = json_int(msg->body, "files", 0);
	if (ad->failed || store_adopt_root(m->sv->store, &row,
	    ad->newest) != STORE_OK)
		return;
	ad->done = 1;
	m->foreign = 0;
	log_info("memory %s: adopted %s as commit %.12s: %lld files, %lld "
	    "threads, %lld of them new", row.name, row.root,
	    json_str(msg->body, "commit"), (long long)row.live_files,
	    (long long)json_int(msg->body, "threads", 0),
	    (long long)ad->taken);
	if (unread > 0)
		log_info("memory %s: %lld rollout summaries name no thread; "
		    "they stay as they are", row.name, (long long)unread);
}

static void
wspace_message(struct child *c, const struct msg *msg, void *arg)
{
	struct memory	*m = arg;

	if (m->adoption->refused)
		return;
	if (msg->id == MSG_ADOPTED_THREAD)
		import_batch(m, json_arr(msg->body, "entries"));
	else if (msg->id == MSG_ADOPTED) {
		adopted(m, msg);
		child_stop(c, "adopted");
	} else if (msg->id == MSG_FAILED) {
		m->adoption->refused = 1;
		log_warnx("memory %s: not adopted: %s", m->config->name,
		    json_str(msg->body, "message"));
		memory_stop(m, json_str(msg->body, "reason"));
		child_stop(c, "adoption failed");
	}
}

/* The folder is as foreign as before. */
static void
give_up(struct memory *m, const struct child_end *end)
{
	if (!m->stopped && !supervisor_stopping(m->sv)) {
		log_warnx("memory %s: not adopted, tried again in the next "
		    "pass: %s", m->config->name, m->adoption->failed ?
		    "its threads cannot be recorded" : end->text);
		snprintf(m->reason, sizeof(m->reason), "adoption_failed");
		m->sv->outcome |= OUTCOME_JOB_FAILED;
	}
	free_adoption(m);
	memory_give_back(m);
	m->state = MEM_IDLE;
	recovery_over(m->sv);
}

static void
wspace_ended(struct child *c, const struct child_end *end, void *arg)
{
	struct memory	*m = arg;

	if (!child_once(c, end))
		return;
	m->wspace = NULL;
	if (!m->adoption->done || supervisor_stopping(m->sv)) {
		give_up(m, end);
		return;
	}
	free_adoption(m);
	recovery_memory(m);
}

static const struct child_ops adopt_ops = {
	wspace_ready, wspace_message, NULL, wspace_ended
};

/*
 * Databases lie beside the sessions of each of the memory's sources.  NULL if
 * one cannot be read now: an adoption is made once.
 */
static json_object *
read_databases(struct memory *m)
{
	json_object			*rows = json_object_new_array();
	const struct config_source	*s;
	size_t				 i;

	for (i = 0; i < m->config->sources.n; i++) {
		s = config_source(m->sv->config, m->config->sources.v[i]);
		if (s == NULL || codex_rows_read(s->path, m->sv->state.path,
		    rows) == 0)
			continue;
		log_warnx("memory %s: not adopted yet: the databases in %s "
		    "cannot be read; tried again at the next pass",
		    m->config->name, s->path);
		snprintf(m->reason, sizeof(m->reason), "io_error");
		m->sv->outcome |= OUTCOME_WAITING;
		json_object_put(rows);
		return NULL;
	}
	return rows;
}

/* It is new work: nothing is begun now.  Said once. */
static int
is_held_back(struct memory *m)
{
	struct waits	w;

	(void)waits_look(m->sv->store, m->sv->config, wall_s(), &w);
	if (w.still.reason == NULL)
		return 0;
	if (strcmp(m->reason, w.still.reason) != 0)
		log_warnx("memory %s: not adopted yet (%s): %s",
		    m->config->name, w.still.reason, w.still.text);
	snprintf(m->reason, sizeof(m->reason), "%s", w.still.reason);
	m->sv->outcome |= OUTCOME_WAITING;
	return 1;
}

int
adopt_start(struct memory *m)
{
	json_object	*rows;

	if (is_held_back(m) || (rows = read_databases(m)) == NULL)
		return 0;
	if (memory_take_foreign(m) == -1) {
		json_object_put(rows);
		if (!m->stopped)
			m->sv->outcome |= OUTCOME_WAITING;
		return 0;
	}
	m->state = MEM_ADOPTING;
	m->adoption = xcalloc(1, sizeof(*m->adoption));
	m->adoption->rows = rows;
	memory_start_workspace(m, &adopt_ops);
	return 1;
}
