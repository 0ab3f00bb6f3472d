#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "supervisor/scan.h"

#define SCAN_BATCH	500	/* entries in one `known' message */

void
scan_init(struct scan *sc, struct store *store, const struct config *config)
{
	memset(sc, 0, sizeof(*sc));
	sc->store = store;
	sc->config = config;
	sc->sources = xcalloc(config->nsources + 1, sizeof(*sc->sources));
}

void
scan_release(struct scan *sc)
{
	free(sc->sources);
	sc->sources = NULL;
}

void
scan_forget(struct scan *sc)
{
	sc->primed = 0;
	sc->child = NULL;
}

/* Collects the known files of the store into messages. */
struct known {
	struct child	*child;
	json_object	*entries;
	int		 reset;
	int		 sent;
	int		 failed;
};

static void
known_send(struct known *k, int last)
{
	struct msg_head	 head = { .id = MSG_KNOWN };
	json_object	*body = json_object_new_object();

	json_set(body, "entries", k->entries);
	json_set_bool(body, "last", last);
	json_set_bool(body, "reset", k->reset);
	k->reset = 0;
	k->sent = 1;
	k->entries = json_object_new_array();
	if (child_request(k->child, &head, body) == -1)
		k->failed = 1;
}

/*
 * A file whose size is -1 must be read again: its hash is not told.  One
 * that is missing is not told: should it be back as it was, that is news.
 */
static int
known_add(const struct store_file *f, void *arg)
{
	struct known	*k = arg;
	json_object	*o;

	if (f->missing_since != 0)
		return 0;
	o = json_object_new_object();
	json_set_str(o, "source", f->source_name);
	json_set_str(o, "path", f->path);
	json_set_int(o, "dev", f->dev);
	json_set_int(o, "ino", f->ino);
	json_set_int(o, "size", f->size);
	json_set_int(o, "mtime_ns", f->mtime_ns);
	json_set_str(o, "hash", f->size < 0 ? NULL : f->hash);
	json_object_array_add(k->entries, o);
	if (json_object_array_length(k->entries) >= SCAN_BATCH)
		known_send(k, 0);
	return k->failed;
}

/* Tell the worker what all sources held; 0 or -1. */
static int
scan_prime(struct scan *sc)
{
	struct known	k = {
		.child = sc->child, .entries = json_object_new_array(),
		.reset = 1
	};
	size_t		i;

	for (i = 0; i < sc->config->nsources && !k.failed; i++)
		if (store_file_each(sc->store, sc->config->sources[i].name,
		    known_add, &k) != STORE_OK)
			k.failed = 1;
	if (!k.failed)
		known_send(&k, 1);
	json_object_put(k.entries);
	sc->primed = !k.failed;
	return k.failed ? -1 : 0;
}

static enum scan_status
scan_ask(struct scan *sc)
{
	struct msg_head	 head = { .id = MSG_SCAN };
	json_object	*body;

	body = json_object_new_object();
	json_set_str(body, "source", sc->config->sources[sc->current].name);
	if (child_request(sc->child, &head, body) == -1)
		return SCAN_FAILED;
	return SCAN_MORE;
}

/* Ask for the current source, if there is one left. */
static enum scan_status
scan_source(struct scan *sc)
{
	struct scan_source	*sum = &sc->sources[sc->current];
	struct missing		 missing = sum->missing;

	if (sc->current >= sc->config->nsources)
		return sc->failed ? SCAN_FAILED : SCAN_DONE;
	sc->second = 0;
	memset(sum, 0, sizeof(*sum));
	sum->missing = missing;
	return scan_ask(sc);
}

/*
 * Of several files of a thread another may win now that this scan is over,
 * say because the first was compressed: look at the source once more, so
 * that it is read.  1 if that is under way.
 */
static int
scan_second_look(struct scan *sc)
{
	struct known	k = {
		.child = sc->child, .entries = json_object_new_array()
	};

	if (!sc->second && sc->primed && store_file_each_again(sc->store,
	    sc->config->sources[sc->current].name, known_add, &k) ==
	    STORE_OK && json_object_array_length(k.entries) > 0)
		known_send(&k, 1);
	json_object_put(k.entries);
	if (!k.sent || k.failed || scan_ask(sc) != SCAN_MORE)
		return 0;
	sc->second = 1;
	return 1;
}

enum scan_status
scan_start(struct scan *sc, struct child *child)
{
	sc->child = child;
	sc->current = 0;
	sc->failed = 0;
	if (!sc->primed && scan_prime(sc) == -1)
		return SCAN_FAILED;
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
	const char		*change = json_str(e, "change");

	file_of_entry(&f, source, e);
	if (change == NULL || f.path == NULL) {
		log_warnx("source %s: an entry without path, passed over",
		    source);
		return STORE_OK;
	}
	if (strcmp(change, "vanished") == 0)
		return store_file_vanished(sc->store, source, f.path,
		    wall_s());
	if (strcmp(change, "moved") == 0) {
		st = store_file_moved(sc->store, &f);
		if (st != STORE_NONE)
			return st;
		/* We never knew the file: take the entry as it is. */
	}
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

/* One batch, one transaction. */
static int
scan_batch(struct scan *sc, const char *source, json_object *entries)
{
	enum store_status	st;
	size_t			i, n = json_object_array_length(entries);

	if (n == 0)
		return 0;
	st = store_begin(sc->store);
	for (i = 0; i < n && st == STORE_OK; i++)
		st = scan_store(sc, source,
		    json_object_array_get_idx(entries, i));
	if (st == STORE_OK)
		st = store_commit(sc->store);
	else
		store_rollback(sc->store);
	return st == STORE_OK ? 0 : -1;
}

/* The last batch of a source came. */
static enum scan_status
scan_ended(struct scan *sc, const struct msg *m)
{
	struct missing	*missing = &sc->sources[sc->current].missing;

	if (scan_second_look(sc))
		return SCAN_MORE;
	missing->state = source_state_of(json_str(m->body, "state"));
	missing->dev = json_int(m->body, "dev", 0);
	if (missing_settle(sc->store, &sc->config->sources[sc->current],
	    missing) != STORE_OK)
		sc->failed = 1;
	sc->current++;
	return scan_source(sc);
}

enum scan_status
scan_message(struct scan *sc, const struct msg *m)
{
	const char		*source;
	struct scan_source	*sum;

	if (sc->current >= sc->config->nsources)
		BUG("an answer to no scan");
	source = sc->config->sources[sc->current].name;
	if (m->id == MSG_FAILED) {
		log_warnx("source %s: %s; the next scan tries again", source,
		    json_str(m->body, "message"));
		sc->failed = 1;
		sc->current++;
		return scan_source(sc);
	}
	sum = &sc->sources[sc->current];
	sum->files = json_int(m->body, "files", sum->files);
	sum->unchanged = json_int(m->body, "unchanged", sum->unchanged);
	if (scan_batch(sc, source, json_arr(m->body, "entries")) == -1) {
		/* What the worker thinks we know, we do not. */
		sc->failed = 1;
		sc->primed = 0;
	}
	if (!json_flag(m->body, "last", 0))
		return SCAN_MORE;
	return scan_ended(sc, m);
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
