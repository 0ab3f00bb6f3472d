#include <bsd/string.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "filter.h"
#include "fragment.h"
#include "json.h"
#include "mem.h"
#include "monotime.h"
#include "survey.h"
#include "worker/text.h"

#define PATH_MAX_META	4096
#define WORD_MAX	1024

/* Codex takes a session_meta without source for one of the editor. */
#define DEFAULT_SOURCE	"vscode"

struct pass {
	struct survey	*s;
	struct rollout	*r;
	struct filter	*filter;
	struct redact	*redact;
};

void
survey_init(struct survey *s)
{
	memset(s, 0, sizeof(*s));
}

void
survey_clear(struct survey *s)
{
	rollout_meta_clear(&s->meta);
	survey_init(s);
}

/* A copy of a member unless it is absent or absurdly long. */
static char *
member(json_object *o, const char *key, size_t max)
{
	const char	*s = json_str(o, key);

	return s == NULL || strlen(s) > max ? NULL : xstrdup(s);
}

/*
 * An address without its user: over http, and with a password over anything,
 * that is a secret, however short.  What a clone over ssh needs stays.
 */
static char *
public_url(json_object *o, const char *key)
{
	char	*url = member(o, key, WORD_MAX), *host, *at;
	size_t	 n;

	if (url == NULL || (host = strstr(url, "://")) == NULL)
		return url;
	host += strlen("://");
	n = strcspn(host, "/?#");
	at = memrchr(host, '@', n);
	if (at == NULL || (strncasecmp(url, "http", 4) != 0 &&
	    memchr(host, ':', (size_t)(at - host)) == NULL))
		return url;
	memmove(host, at + 1, strlen(at + 1) + 1);
	return url;
}

/* The display form of a session's source: a word or JSON text. */
static char *
display_source(json_object *payload)
{
	json_object	*source;
	const char	*custom;
	struct buf	 text = BUF_INIT;

	if (json_str(payload, "source") != NULL)
		return member(payload, "source", WORD_MAX);
	source = json_obj(payload, "source");
	if (source == NULL)
		return xstrdup(DEFAULT_SOURCE);
	custom = json_str(source, "custom");
	if (custom != NULL && json_object_object_length(source) == 1)
		return member(source, "custom", WORD_MAX);
	json_write(&text, source);
	if (text.len > WORD_MAX)
		buf_truncate(&text, 0);
	return buf_detach(&text);
}

static void
copy_id(char out[UUID_SIZE], const char *id)
{
	size_t	i;

	if (id == NULL || !uuid_valid(id))
		return;
	for (i = 0; id[i] != '\0'; i++)
		out[i] = (char)tolower((unsigned char)id[i]);
	out[i] = '\0';
}

static void
read_git(struct rollout_meta *m, json_object *git)
{
	m->git_branch = member(git, "branch", WORD_MAX);
	m->git_sha = member(git, "commit_hash", WORD_MAX);
	m->repository_url = public_url(git, "repository_url");
}

static void
read_first_meta(struct rollout_meta *m, const struct record *rec,
    json_object *payload)
{
	const char	*time = json_str(payload, "timestamp");

	copy_id(m->thread_id, json_str(payload, "id"));
	copy_id(m->session_id, json_str(payload, "session_id"));
	if (time == NULL || rfc3339_parse(time, &m->created_at_ms) == -1)
		(void)rfc3339_parse(rec->time, &m->created_at_ms);
	m->source = display_source(payload);
	m->thread_source = member(payload, "thread_source", WORD_MAX);
	m->cwd = member(payload, "cwd", PATH_MAX_META);
	m->cli_version = member(payload, "cli_version", WORD_MAX);
	m->model_provider = member(payload, "model_provider", WORD_MAX);
	read_git(m, json_obj(payload, "git"));
}

/*
 * 1 if this is the parent's meta, and the fork's own was in a line that
 * could not be read: it would pass the fork off as its parent.
 */
static int
not_own(const struct pass *p, json_object *payload)
{
	const char	*id = json_str(payload, "id");
	char		 name[UUID_SIZE];

	return rollout_counts(p->r)->bad_lines > 0 && id != NULL &&
	    rollout_name_id(rollout_path(p->r), name) &&
	    strcasecmp(id, name) != 0;
}

static void
read_meta(struct pass *p, const struct record *rec)
{
	struct rollout_meta	*m = &p->s->meta;
	json_object		*payload = rollout_payload(p->r, rec);
	char			*mode;

	if (payload == NULL)
		return;
	if (p->s->metas == 0 && not_own(p, payload)) {
		json_object_put(payload);
		return;
	}
	/* Long, and nothing is taken from it. */
	json_object_object_del(payload, "base_instructions");
	(void)redact_json(p->redact, payload);
	if (p->s->metas++ == 0)
		read_first_meta(m, rec, payload);
	mode = member(payload, "memory_mode", WORD_MAX);
	if (mode != NULL) {
		free(m->memory_mode);
		m->memory_mode = mode;
	}
	json_object_put(payload);
}

/* Take the first words of a person, redacted and on one line. */
static void
read_words(struct pass *p, const struct record *rec)
{
	json_object	*item = rollout_payload(p->r, rec);
	const char	*words = NULL;
	struct buf	 clean = BUF_INIT, line = BUF_INIT;

	if (item != NULL && filter_item(p->filter, item))
		words = fragment_words(item);
	if (words != NULL) {
		(void)redact_text(p->redact, words, strlen(words), &clean);
		text_oneline(&line, buf_str(&clean), clean.len,
		    SURVEY_TEXT_MAX);
		if (line.len > 0)
			p->s->meta.first_text = xstrdup(buf_str(&line));
	}
	buf_wipe(&clean);
	buf_release(&line);
	json_object_put(item);
}

/*
 * Times of the usual form, all of one length and in UTC, sort as text: most
 * need not be parsed.
 */
static void
read_time(struct pass *p, const struct record *rec)
{
	struct survey	*s = p->s;
	int64_t		 ms;
	size_t		 len = rec->head.time.len;

	if (rec->time[0] == '\0' || (rec->time[len - 1] == 'Z' &&
	    strlen(s->newest) == len && strcmp(rec->time, s->newest) <= 0))
		return;
	if (rfc3339_parse(rec->time, &ms) == -1 || ms <= s->newest_ms)
		return;
	s->newest_ms = ms;
	if (rec->time[len - 1] == 'Z')
		strlcpy(s->newest, rec->time, sizeof(s->newest));
}

static void
read_record(struct pass *p, const struct record *rec)
{
	read_time(p, rec);
	if (rec->head.kind == RECORD_META)
		read_meta(p, rec);
	else if (p->s->meta.first_text == NULL &&
	    slice_is(&rec->head.type, "message") &&
	    filter_use(rec) == FILTER_ITEM)
		read_words(p, rec);
}

static const char *
judge(const struct pass *p, enum rollout_status end)
{
	const struct rollout_counts	*n = rollout_counts(p->r);

	if (end == ROLLOUT_FAILED)
		return rollout_failure(p->r) == STREAM_ERROR ? "unreadable" :
		    "damaged";
	if (n->records == 0)
		return n->bad_lines == 0 ? "empty" :
		    n->binary_lines > 0 ? "binary" : "not_a_rollout";
	if (p->s->metas == 0)
		return "no_session_meta";
	return p->s->meta.thread_id[0] == '\0' ? "no_thread_id" : NULL;
}

/* What the records did not tell. */
static void
complete(struct survey *s, const char *path, int64_t mtime_ms)
{
	struct rollout_meta	*m = &s->meta;

	free(m->path);
	m->path = xstrdup(path);
	if (m->thread_id[0] == '\0')
		(void)rollout_name_id(path, m->thread_id);
	if (m->session_id[0] == '\0')
		strlcpy(m->session_id, m->thread_id, sizeof(m->session_id));
	if (m->created_at_ms <= 0)
		m->created_at_ms = uuid_time_ms(m->thread_id);
	if (m->created_at_ms < 0)
		m->created_at_ms = 0;
	m->updated_at_ms = s->newest_ms;
	if (m->updated_at_ms == 0 || m->updated_at_ms > mtime_ms)
		m->updated_at_ms = mtime_ms;
}

int
survey_rollout(struct survey *s, struct rollout *r, int64_t mtime_ms,
    struct redact *redact)
{
	struct pass		 p = { .s = s, .r = r, .redact = redact };
	struct record		 rec;
	enum rollout_status	 st;

	if (s->resumable && !rollout_resume(r, &s->mark))
		survey_clear(s);
	redact_bound(redact, rollout_path(r));
	p.filter = filter_new(NULL, 0);
	while ((st = rollout_next(r, &rec)) == ROLLOUT_RECORD)
		read_record(&p, &rec);
	filter_free(p.filter);
	if (st == ROLLOUT_STOPPED)
		return -1;
	complete(s, rollout_path(r), mtime_ms);
	s->reason = judge(&p, st);
	s->counts = *rollout_counts(r);
	rollout_hash(r, s->hash);
	/* Until then the filter remembers more than is kept here. */
	s->resumable = rollout_mark(r, &s->mark) && s->reason == NULL &&
	    s->meta.first_text != NULL;
	return 0;
}
