#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/scan.h"

void
scan_init(struct scan *sc, struct store *store, const struct config *config)
{
	memset(sc, 0, sizeof(*sc));
	sc->store = store;
	sc->config = config;
	sc->list.store = store;
	sc->sources = xcalloc(config->nsources + 1, sizeof(*sc->sources));
}

void
scan_release(struct scan *sc)
{
	scan_list_end(&sc->list);
	free(sc->sources);
	sc->sources = NULL;
}

void
scan_forget(struct scan *sc)
{
	size_t	i;

	scan_list_end(&sc->list);
	for (i = 0; i < sc->config->nsources; i++)
		sc->sources[i].primed = 0;
	sc->child = NULL;
}

static enum scan_status
scan_ask(struct scan *sc)
{
	struct msg_head	 head = { .id = MSG_SCAN };
	json_object	*body;

	sc->step = SCAN_STEP_WALK;
	body = json_object_new_object();
	json_set_str(body, "source", sc->config->sources[sc->current].name);
	if (child_request(sc->child, &head, body) == -1)
		return SCAN_FAILED;
	return SCAN_MORE;
}

static enum scan_status	list_step(struct scan *, enum scan_list_status);

static enum scan_status
list_begin(struct scan *sc, enum scan_list_kind kind)
{
	sc->step = SCAN_STEP_LIST;
	return list_step(sc, scan_list_begin(&sc->list, kind,
	    sc->config->sources[sc->current].name));
}

/* Begin with the current source, if there is one left. */
static enum scan_status
scan_source(struct scan *sc)
{
	struct scan_source	*sum = &sc->sources[sc->current], old = *sum;

	if (sc->current >= sc->config->nsources)
		return sc->failed ? SCAN_FAILED : SCAN_DONE;
	sc->second = 0;
	memset(sum, 0, sizeof(*sum));
	sum->missing = old.missing;
	sum->primed = old.primed;
	return sum->primed ? scan_ask(sc) : list_begin(sc, LIST_KNOWN);
}

enum scan_status
scan_start(struct scan *sc, struct child *child)
{
	sc->child = sc->list.child = child;
	sc->current = 0;
	sc->failed = 0;
	return scan_source(sc);
}

/*
 * What claims to have been written in the future was written just now:
 * else it would not be idle before that time came.
 */
static int64_t
not_later_than_now(int64_t ms)
{
	return ms > wall_ms() ? wall_ms() : ms;
}

static void
file_of_entry(struct store_file *f, const char *source, json_object *e)
{
	memset(f, 0, sizeof(*f));
	f->source_name = source;
	f->path = json_str(e, "path");
	f->dev = json_int(e, "dev", 0);
	f->ino = json_int(e, "ino", 0);
	f->size = json_int(e, "size", -1);
	f->mtime_ns = json_int(e, "mtime_ns", 0);
	f->hash = json_str(e, "hash");
	f->thread_id = json_str(e, "thread_id");
	f->updated_at_ms = not_later_than_now(json_int(e, "updated_at_ms",
	    0));
	f->archived = json_flag(e, "archived", 0);
	f->compressed = json_flag(e, "compressed", 0);
	f->reason = json_str(e, "reason");
}

static const char *
str_or_empty(json_object *e, const char *key)
{
	const char	*s = json_str(e, key);

	return s == NULL ? "" : s;
}

static void
thread_of_entry(struct store_thread *t, const struct store_file *f,
    json_object *e)
{
	memset(t, 0, sizeof(*t));
	t->id = f->thread_id;
	t->session_id = json_str(e, "session_id");
	if (t->session_id == NULL)
		t->session_id = t->id;
	t->source_name = f->source_name;
	t->rollout_path = f->path;
	t->content_hash = f->hash;
	t->created_at_ms = json_int(e, "created_at_ms", f->updated_at_ms);
	t->updated_at_ms = f->updated_at_ms;
	t->source = str_or_empty(e, "source");
	t->thread_source = json_str(e, "thread_source");
	t->model_provider = json_str(e, "model_provider");
	t->cwd = str_or_empty(e, "cwd");
	t->cli_version = json_str(e, "cli_version");
	t->title = str_or_empty(e, "title");
	t->preview = str_or_empty(e, "preview");
	t->first_user_message = str_or_empty(e, "first_user_message");
	t->archived = f->archived;
	t->git_sha = json_str(e, "git_sha");
	t->git_branch = json_str(e, "git_branch");
	t->git_origin_url = json_str(e, "repository_url");
	t->memory_mode = json_str(e, "memory_mode");
	if (t->memory_mode == NULL)
		t->memory_mode = "enabled";
}

/* Store one entry; an entry that makes no sense costs only itself. */
static enum store_status
scan_store(struct scan *sc, const char *source, json_object *e)
{
	struct scan_source	*sum = &sc->sources[sc->current];
	struct store_file	 f;
	struct store_thread	 t;
	enum store_status	 st;

	file_of_entry(&f, source, e);
	if (f.path == NULL) {
		log_warnx("source %s: an entry without path, passed over",
		    source);
		return STORE_OK;
	}
	/* A copy, a restore: the same content under another time. */
	st = store_file_moved(sc->store, &f);
	if (st != STORE_NONE)
		return st;
	if (f.reason != NULL || f.thread_id == NULL ||
	    !uuid_valid(f.thread_id)) {
		f.thread_id = NULL;
		if (f.reason == NULL)
			f.reason = "no_thread_id";
		sum->unusable++;
		log_info("rollout %s: not usable (%s)", f.path, f.reason);
		return store_file_put(sc->store, &f, NULL);
	}
	sum->changed += !sc->second;
	sum->archived += f.archived && !sc->second;
	thread_of_entry(&t, &f, e);
	return store_file_put(sc->store, &f, &t);
}

/* One entry of a batch. */
typedef enum store_status scan_entry(struct scan *, const char *source,
    json_object *);

static enum store_status
scan_vanished(struct scan *sc, const char *source, json_object *path)
{
	if (!json_object_is_type(path, json_type_string))
		return STORE_OK;
	return store_file_vanished(sc->store, source,
	    json_object_get_string(path), wall_s());
}

/* One batch, one transaction. */
static void
scan_batch(struct scan *sc, json_object *entries, scan_entry *take)
{
	const char		*source;
	enum store_status	 st;
	size_t			 i, n = json_object_array_length(entries);

	if (n == 0)
		return;
	source = sc->config->sources[sc->current].name;
	st = store_begin(sc->store);
	for (i = 0; i < n && st == STORE_OK; i++)
		st = take(sc, source, json_object_array_get_idx(entries, i));
	if (st == STORE_OK)
		st = store_commit(sc->store);
	else
		store_rollback(sc->store);
	if (st == STORE_OK)
		return;
	/* What the worker thinks we know, we do not. */
	sc->failed = 1;
	sc->sources[sc->current].primed = 0;
}

/* Done with the current source. */
static enum scan_status
scan_next_source(struct scan *sc)
{
	scan_list_end(&sc->list);
	sc->current++;
	return scan_source(sc);
}

/*
 * What came back may stand as gone still where a batch was not recorded:
 * then nothing is concluded from this scan.
 */
static enum scan_status
scan_settle(struct scan *sc)
{
	if (sc->sources[sc->current].primed && missing_settle(sc->store,
	    &sc->config->sources[sc->current],
	    &sc->sources[sc->current].missing) != STORE_OK)
		sc->failed = 1;
	return scan_next_source(sc);
}

/*
 * Of several files of a thread another may win now that this scan is over,
 * say because the first was compressed: look at the source once more, so
 * that it is read.
 */
static enum scan_status
scan_second_look(struct scan *sc)
{
	if (sc->second || !sc->sources[sc->current].primed)
		return scan_settle(sc);
	sc->second = 1;
	return list_begin(sc, LIST_AGAIN);
}

/* A piece of a list was answered, or the list is done. */
static enum scan_status
list_step(struct scan *sc, enum scan_list_status st)
{
	struct scan_source	*sum = &sc->sources[sc->current];

	if (st == LIST_WAITS)
		return SCAN_MORE;
	if (st == LIST_FAILED) {
		sc->failed = 1;
		sum->primed = 0;
		return sc->list.kind == LIST_KNOWN ? SCAN_FAILED :
		    scan_settle(sc);
	}
	switch (sc->list.kind) {
	case LIST_KNOWN:
		sum->primed = 1;
		return scan_ask(sc);
	case LIST_AGAIN:
		return sc->list.told ? scan_ask(sc) : scan_settle(sc);
	case LIST_COMPARE:
	default:
		return scan_second_look(sc);
	}
}

static enum scan_status
scan_walked(struct scan *sc, const struct msg *m)
{
	struct scan_source	*sum = &sc->sources[sc->current];

	sum->files = json_int(m->body, "files", sum->files);
	sum->unchanged = json_int(m->body, "unchanged", sum->unchanged);
	scan_batch(sc, json_arr(m->body, "entries"), scan_store);
	if (!json_flag(m->body, "last", 0))
		return SCAN_MORE;
	sum->missing.state = source_state_of(json_str(m->body, "state"));
	sum->missing.dev = json_int(m->body, "dev", 0);
	if (json_int(m->body, "unmet", 0) > 0)
		return list_begin(sc, LIST_COMPARE);
	return scan_second_look(sc);
}

enum scan_status
scan_message(struct scan *sc, const struct msg *m)
{
	if (sc->current >= sc->config->nsources)
		BUG("an answer to no scan");
	if (m->id == MSG_FAILED) {
		log_warnx("source %s: %s; the next scan tries again",
		    sc->config->sources[sc->current].name,
		    json_str(m->body, "message"));
		sc->failed = 1;
		sc->sources[sc->current].primed = 0;
		return scan_next_source(sc);
	}
	if (sc->step == SCAN_STEP_WALK)
		return scan_walked(sc, m);
	if (m->id == MSG_COMPARED)
		scan_batch(sc, json_arr(m->body, "vanished"), scan_vanished);
	return list_step(sc, scan_list_next(&sc->list));
}

int
scan_source_present(const struct scan *sc, const char *name)
{
	size_t	i;

	for (i = 0; i < sc->config->nsources; i++)
		if (strcmp(sc->config->sources[i].name, name) == 0)
			return sc->sources[i].missing.state !=
			    SOURCE_ABSENT;
	return 0;
}

struct scan_source
scan_total(const struct scan *sc)
{
	struct scan_source	t;
	size_t			i;

	memset(&t, 0, sizeof(t));

	for (i = 0; i < sc->config->nsources; i++) {
		t.files += sc->sources[i].files;
		t.unchanged += sc->sources[i].unchanged;
		t.changed += sc->sources[i].changed;
		t.unusable += sc->sources[i].unusable;
		t.archived += sc->sources[i].archived;
	}
	return t;
}
