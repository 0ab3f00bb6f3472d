#include <bsd/string.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "extract.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "survey.h"

#define BATCH 64		/* entries in one message */
#define REST_S 3600		/* a file unchanged for so long grows no more */

/* A scan of one source under way. */
struct scan {
	struct worker			*w;
	const struct msg		*request;
	struct extract			*x;
	const struct extract_source	*source;
	json_object			*batch;
	int64_t				 files;
	int64_t				 unchanged;
	enum source_walk		 end;	/* of all parts, see merge() */
	int64_t				 dev;	/* of sessions, 0: absent */
};

static const char *
state_name(enum source_walk end)
{
	switch (end) {
	case SOURCE_WHOLE:
		return "whole";
	case SOURCE_ABSENT:
		return "absent";
	case SOURCE_PARTLY:
	case SOURCE_STOPPED:
		break;
	}
	return "partly";
}

/* Take an entry of `known' into the table; a bad one is only passed over. */
static void
take_known(struct extract *x, json_object *o)
{
	struct known_file	 k;
	const char		*path = json_str(o, "path");
	const char		*source = json_str(o, "source");
	const char		*hash = json_str(o, "hash");

	if (path == NULL || source == NULL)
		return;
	memset(&k, 0, sizeof(k));
	/* known_put() copies both. */
	k.path = xstrdup(path);
	k.source = xstrdup(source);
	k.dev = json_int(o, "dev", 0);
	k.ino = json_int(o, "ino", 0);
	k.size = json_int(o, "size", -1);
	k.mtime_ns = json_int(o, "mtime_ns", -1);
	if (hash != NULL && strlen(hash) < sizeof(k.hash))
		strlcpy(k.hash, hash, sizeof(k.hash));
	known_put(x->known, &k);
	free(k.path);
	free(k.source);
}

void
extract_known(struct worker *w, const struct msg *m)
{
	struct extract	*x = worker_data(w);
	json_object	*entries = json_arr(m->body, "entries");
	size_t		 i, n = json_object_array_length(entries);

	if (json_flag(m->body, "reset", 0))
		known_reset(x->known);
	for (i = 0; i < n; i++)
		take_known(x, json_object_array_get_idx(entries, i));
}

static void
send_batch(struct scan *s, int last)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "source", s->source->name);
	json_set(body, "entries", s->batch);
	json_set_bool(body, "last", last);
	if (last) {
		json_set_int(body, "files", s->files);
		json_set_int(body, "unchanged", s->unchanged);
		json_set_str(body, "state", state_name(s->end));
		json_set_int(body, "dev", s->dev);
	}
	worker_reply(s->w, s->request, MSG_SCANNED, body);
	s->batch = json_object_new_array();
}

static void
add_entry(struct scan *s, json_object *entry)
{
	json_object_array_add(s->batch, entry);
	if (json_object_array_length(s->batch) == BATCH)
		send_batch(s, 0);
}

static json_object *
stat_entry(const struct known_file *k, const char *change)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "path", k->path);
	json_set_str(o, "change", change);
	json_set_int(o, "dev", k->dev);
	json_set_int(o, "ino", k->ino);
	json_set_int(o, "size", k->size);
	json_set_int(o, "mtime_ns", k->mtime_ns);
	json_set_str(o, "hash", k->hash);
	return o;
}

/* NULL for "". */
static const char *
or_null(const char *s)
{
	return s[0] == '\0' ? NULL : s;
}

static void
add_meta(json_object *o, const struct survey *v)
{
	const struct rollout_meta	*m = &v->meta;

	json_set_str(o, "thread_id", or_null(m->thread_id));
	json_set_str(o, "session_id", or_null(m->session_id));
	json_set_int(o, "created_at_ms", m->created_at_ms);
	json_set_int(o, "updated_at_ms", m->updated_at_ms);
	json_set_str(o, "source", m->source);
	json_set_str(o, "thread_source", m->thread_source);
	json_set_str(o, "cwd", m->cwd);
	json_set_str(o, "cli_version", m->cli_version);
	json_set_str(o, "model_provider", m->model_provider);
	json_set_str(o, "git_branch", m->git_branch);
	json_set_str(o, "git_sha", m->git_sha);
	json_set_str(o, "repository_url", m->repository_url);
	json_set_str(o, "memory_mode",
	    m->memory_mode == NULL ? "enabled" : m->memory_mode);
	json_set_str(o, "title", m->first_text);
	json_set_str(o, "preview", m->first_text);
	json_set_str(o, "first_user_message", m->first_text);
	json_set_int(o, "lines", (int64_t)v->counts.lines);
	json_set_int(o, "bad_lines", (int64_t)v->counts.bad_lines);
	json_set_str(o, "reason", v->reason);
}

/*
 * What was kept of a growing file, else nothing: it is the scan's own from
 * now on.
 */
static void
take_past(struct survey *v, struct known_file *known)
{
	survey_init(v);
	if (known == NULL || known->past == NULL)
		return;
	*v = *known->past;
	survey_init(known->past);
	known_drop_past(known);
}

/* Keep a survey while the file grows. */
static struct survey *
keep_past(struct survey *v)
{
	struct survey	*past = xcalloc(1, sizeof(*past));

	*past = *v;
	survey_init(v);
	return past;
}

/*
 * Compare with what was known, remember, and tell.  A file that was read
 * before grows, and is likely to do so again.
 */
static void
report(struct scan *s, const struct found *f, const struct stat *st,
    struct survey *v)
{
	const struct known_file	*old = known_find(s->x->known, f->path);
	struct known_file	 now;
	const char		*change = "new";
	json_object		*o;

	if (old != NULL)
		change = old->hash[0] != '\0' &&
		    strcmp(old->hash, v->hash) == 0 ? "moved" : "changed";
	memset(&now, 0, sizeof(now));
	now.path = xstrdup(f->path);
	now.source = xstrdup(s->source->name);
	now.seen = s->x->scans;
	known_stat(&now, st);
	strlcpy(now.hash, v->hash, sizeof(now.hash));
	o = stat_entry(&now, change);
	json_set_bool(o, "archived", f->part == SOURCE_ARCHIVED);
	json_set_bool(o, "compressed", f->compressed);
	add_meta(o, v);
	if (v->resumable && strcmp(change, "changed") == 0)
		now.past = keep_past(v);
	known_put(s->x->known, &now);
	free(now.path);
	free(now.source);
	add_entry(s, o);
}

/* Read one file.  Returns nonzero if the worker was asked to leave. */
static int
read_file(struct scan *s, const struct found *f)
{
	struct rollout	*r;
	struct survey	 v;
	struct stat	 st = f->st;
	int		 fd, stop = 0;

	take_past(&v, known_find(s->x->known, f->path));
	fd = source_open_at(f->dirfd, f->name, &st);
	if (fd == -1) {
		survey_clear(&v);
		if (errno == ENOENT)	/* gone since it was listed */
			return 0;
		log_warn("rollout %s: passed over", f->path);
		v.reason = "unreadable";
		(void)rollout_name_id(f->path, v.meta.thread_id);
		v.meta.updated_at_ms = source_mtime_ms(&st);
	} else {
		r = rollout_new(f->path, fd, f->compressed);
		rollout_set_tick(r, extract_tick, s->w);
		stop = survey_rollout(&v, r, source_mtime_ms(&st),
		    s->x->redact);
		rollout_free(r);
		/* What could not be read is tried again. */
		if (v.reason != NULL && strcmp(v.reason, "unreadable") == 0)
			v.hash[0] = '\0';
	}
	if (!stop)
		report(s, f, &st, &v);
	survey_clear(&v);
	return stop;
}

static int
visit(const struct found *f, void *arg)
{
	struct scan		*s = arg;
	struct known_file	*known = known_find(s->x->known, f->path);

	s->files++;
	if (known != NULL)
		known->seen = s->x->scans;
	if (known != NULL && known_same(known, &f->st)) {
		s->unchanged++;
		if (wall_s() - f->st.st_mtim.tv_sec > REST_S)
			known_drop_past(known);
		return worker_tick(s->w);
	}
	worker_title(s->w, "scanning %s, %lld files", s->source->name,
	    (long long)s->files);
	return read_file(s, f) != 0 || extract_tick(s->w);
}

static void
tell_gone(const struct known_file *k, void *arg)
{
	add_entry(arg, stat_entry(k, "vanished"));
}

static void
sweep(struct scan *s, const char *dir, int outside)
{
	struct known_part	walked = {
		.source = s->source->name, .dir = dir,
		.seen = s->x->scans, .outside = outside
	};

	known_sweep(s->x->known, &walked, tell_gone, s);
}

/* A source is there if its sessions are; nobody need have an archive. */
static void
merge(struct scan *s, enum source_part part, enum source_walk end,
    const char *dir)
{
	struct stat	st;

	if (part == SOURCE_SESSIONS) {
		s->end = end;
		if (end != SOURCE_ABSENT && stat(dir, &st) == 0)
			s->dev = (int64_t)st.st_dev;
	} else if (end == SOURCE_PARTLY && s->end == SOURCE_WHOLE)
		s->end = SOURCE_PARTLY;
}

/* Returns nonzero if the worker was asked to leave. */
static int
scan_part(struct scan *s, enum source_part part)
{
	enum source_walk	 end;
	char			*dir;

	end = source_walk(s->source->path, part, visit, s);
	if (end == SOURCE_STOPPED)
		return 1;
	dir = xasprintf("%s/%s", s->source->path, source_part_name(part));
	merge(s, part, end, dir);
	/* What an unreadable directory holds has not vanished. */
	if (end == SOURCE_WHOLE)
		sweep(s, dir, 0);
	free(dir);
	return 0;
}

void
extract_scan(struct worker *w, const struct msg *m)
{
	struct scan	 s = { .w = w, .request = m, .x = worker_data(w) };
	const char	*name = json_str(m->body, "source");
	unsigned	 part;

	s.source = extract_source(s.x, name);
	if (s.source == NULL) {
		worker_fail(w, m, "unreadable", "source %s is not configured",
		    name);
		return;
	}
	s.x->scans++;
	s.batch = json_object_new_array();
	for (part = 0; part < SOURCE_PART__MAX; part++)
		if (scan_part(&s, (enum source_part)part))
			break;
	if (part == SOURCE_PART__MAX) {
		/* The source has another path now than when they were seen. */
		if (s.end == SOURCE_WHOLE)
			sweep(&s, s.source->path, 1);
		send_batch(&s, 1);
	}
	json_object_put(s.batch);
}
