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
#define REST_MS 3600000		/* a file unchanged for so long grows no more */

/* A scan of one source under way. */
struct scan {
	struct worker			*w;
	const struct msg		*request;
	struct extract			*x;
	struct extract_source		*source;
	json_object			*batch;
	int64_t				 files;
	int64_t				 unchanged;
	int				 is_new;	/* the file being read */
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

static struct extract_source *
source_of(struct worker *w, const struct msg *m)
{
	const char		*name = json_str(m->body, "source");
	struct extract_source	*s = extract_source(worker_data(w), name);

	if (s == NULL)
		worker_fail(w, m, "unreadable", "source %s is not configured",
		    name);
	return s;
}

/* Take an entry of `known' into the table; a bad one is only passed over. */
static void
take_known(struct extract_source *s, json_object *o)
{
	struct known_stat	 st;
	const char		*path = json_str(o, "path");

	if (path == NULL)
		return;
	st.dev = json_int(o, "dev", 0);
	st.ino = json_int(o, "ino", 0);
	st.size = json_int(o, "size", -1);
	st.mtime_ns = json_int(o, "mtime_ns", -1);
	known_put(s->known, path, source_part(s->path, path),
	    st.size < 0 ? NULL : &st);
}

void
extract_known(struct worker *w, const struct msg *m)
{
	struct extract_source	*s = source_of(w, m);
	json_object		*entries = json_arr(m->body, "entries");
	size_t			 i, n = json_object_array_length(entries);

	if (s == NULL)
		return;
	if (json_flag(m->body, "reset", 0))
		known_reset(s->known);
	for (i = 0; i < n; i++)
		take_known(s, json_object_array_get_idx(entries, i));
	worker_reply(w, m, MSG_NOTED, NULL);
}

/* Which of these did the last scan not meet, where it could look? */
void
extract_compare(struct worker *w, const struct msg *m)
{
	struct extract_source	*s = source_of(w, m);
	json_object		*body = json_object_new_object();
	json_object		*paths = json_arr(m->body, "paths");
	json_object		*gone = json_object_new_array(), *path;
	size_t			 i, n = json_object_array_length(paths);

	json_set(body, "vanished", gone);
	if (s == NULL) {
		json_object_put(body);
		return;
	}
	for (i = 0; i < n; i++) {
		path = json_object_array_get_idx(paths, i);
		if (json_object_is_type(path, json_type_string) &&
		    known_gone(s->known, json_object_get_string(path),
		    s->walked))
			json_push(gone, json_object_get(path));
	}
	worker_reply(w, m, MSG_COMPARED, body);
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
		json_set_int(body, "unmet", (int64_t)known_unmet(
		    s->source->known, s->source->walked));
		json_set_str(body, "state", state_name(s->end));
		json_set_int(body, "dev", s->dev);
	}
	worker_reply(s->w, s->request, MSG_SCANNED, body);
	s->batch = json_object_new_array();
}

static void
add_entry(struct scan *s, json_object *entry)
{
	json_push(s->batch, entry);
	if (json_object_array_length(s->batch) == BATCH)
		send_batch(s, 0);
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

/* Tell of a file, and remember it as it was read. */
static void
report(struct scan *s, const struct found *f, const struct stat *st,
    const struct survey *v)
{
	struct known_stat	 now;
	json_object		*o = json_object_new_object();

	known_stat(&now, st);
	json_set_str(o, "path", f->path);
	json_set_int(o, "dev", now.dev);
	json_set_int(o, "ino", now.ino);
	json_set_int(o, "size", now.size);
	json_set_int(o, "mtime_ns", now.mtime_ns);
	json_set_str(o, "hash", v->hash);
	json_set_bool(o, "archived", f->part == SOURCE_ARCHIVED);
	json_set_bool(o, "compressed", f->compressed);
	add_meta(o, v);
	known_put(s->source->known, f->path, f->part,
	    v->hash[0] == '\0' ? NULL : &now);
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

	pasts_take(&s->x->pasts, f->path, &v);
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
	/* What was read before grows, and is likely to do so again. */
	if (!stop && v.resumable && !s->is_new)
		pasts_keep(&s->x->pasts, f->path, source_mtime_ms(&st), &v);
	survey_clear(&v);
	return stop;
}

static int
visit(const struct found *f, void *arg)
{
	struct scan		*s = arg;
	struct known_stat	 now;
	enum known_file		 known;

	s->files++;
	known_stat(&now, &f->st);
	known = known_meet(s->source->known, f->path, &now);
	if (known == KNOWN_SAME) {
		s->unchanged++;
		return worker_tick(s->w);
	}
	s->is_new = known == KNOWN_NEW;
	worker_title(s->w, "scanning %s, %lld files", s->source->name,
	    (long long)s->files);
	return read_file(s, f) != 0 || extract_tick(s->w);
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
	free(dir);
	/* What an unreadable directory holds has not vanished. */
	if (end == SOURCE_WHOLE)
		s->source->walked |= 1u << part;
	return 0;
}

void
extract_scan(struct worker *w, const struct msg *m)
{
	struct scan	 s = { .w = w, .request = m, .x = worker_data(w) };
	unsigned	 part;

	s.source = source_of(w, m);
	if (s.source == NULL)
		return;
	s.source->walked = 0;
	known_begin(s.source->known);
	pasts_expire(&s.x->pasts, wall_ms() - REST_MS);
	s.batch = json_object_new_array();
	for (part = 0; part < SOURCE_PART__MAX; part++)
		if (scan_part(&s, (enum source_part)part))
			break;
	if (part == SOURCE_PART__MAX) {
		/* The source has another path now than when they were seen. */
		if (s.end == SOURCE_WHOLE)
			s.source->walked |= 1u << SOURCE_PART__MAX;
		send_batch(&s, 1);
	}
	json_object_put(s.batch);
}
