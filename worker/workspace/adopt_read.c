#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "common/uuid.h"
#include "worker/text.h"
#include "worker/workspace/adopt_read.h"

#define HEADER_LINES	32
#define VALUE_MAX	4096
#define TITLE_MAX	200
#define STAMP_LEN	19		/* of 2026-11-22T18-56-59 */
#define HASH_LEN	4
#define THREAD_HEAD	"## Thread `"

/* Keys of an entry that are one line. */
static const char *const values[] = { "rollout_path", "cwd", "git_branch",
    "repository_url", "title", "rollout_slug", "memory_mode", NULL };
static const char *const counts[] = { "generated_at", "usage_count",
    "last_usage", NULL };

/* One thread as one place tells it. */
struct told {
	struct redact	*redact;	/* borrowed; NULL: not */
	json_object	*o;		/* keys of an entry */
	char		 id[UUID_SIZE];	/* "": it names none */
	int64_t		 updated_at;	/* seconds */
};

void
adopt_threads_init(struct adopt_threads *t, struct redact *redact)
{
	memset(t, 0, sizeof(*t));
	t->by_id = json_object_new_object();
	t->redact = redact;
}

void
adopt_threads_release(struct adopt_threads *t)
{
	json_object_put(t->by_id);
	memset(t, 0, sizeof(*t));
}

static void
told_init(struct told *d, const struct adopt_threads *t)
{
	memset(d, 0, sizeof(*d));
	d->redact = t->redact;
	d->o = json_object_new_object();
}

/* Ids are compared as text: one case. */
static int
take_id(struct told *d, const char *s, size_t len)
{
	size_t	i;

	if (len != UUID_SIZE - 1)
		return 0;
	for (i = 0; i < len; i++)
		d->id[i] = (char)tolower((unsigned char)s[i]);
	d->id[len] = '\0';
	if (!uuid_valid(d->id))
		d->id[0] = '\0';
	return d->id[0] != '\0';
}

/*
 * Set the key to the text without secrets.  What vanishes from a text must
 * be gone before: it could hide one.  Nothing is set to an empty text.
 */
static void
set_redacted(struct told *d, const char *key, struct buf *text)
{
	struct buf	out = BUF_INIT;

	if (d->redact != NULL)
		redact_text(d->redact, buf_str(text), text->len, &out);
	else
		buf_add(&out, buf_str(text), text->len);
	if (out.len > 0)
		json_set_str(d->o, key, buf_str(&out));
	buf_wipe(&out);
	buf_wipe(text);
}

/* Every character valid; NULs vanish. */
static void
set_text(struct told *d, const char *key, const char *s, size_t len)
{
	struct buf	b = BUF_INIT;
	uint32_t	cp;
	size_t		at;

	text_trim(&s, &len);
	len = text_cut(s, len, ADOPT_TEXT_MAX);
	for (at = 0; at < len;) {
		at += text_decode(s + at, len - at, &cp);
		if (cp != 0)
			text_encode(&b, cp);
	}
	set_redacted(d, key, &b);
}

static void
set_value(struct told *d, const char *key, const char *s, size_t len)
{
	struct buf	b = BUF_INIT;

	text_oneline(&b, s, len, VALUE_MAX);
	set_redacted(d, key, &b);
}

/* The line at *p, without its end; *p goes behind it.  NULL: no more. */
static const char *
next_line(const char **p, const char *end, size_t *len)
{
	const char	*line = *p, *nl;

	if (line >= end)
		return NULL;
	nl = memchr(line, '\n', (size_t)(end - line));
	*p = nl == NULL ? end : nl + 1;
	*len = (size_t)((nl == NULL ? end : nl) - line);
	if (*len > 0 && line[*len - 1] == '\r')
		--*len;
	return line;
}

/* What follows "key: " on the line, or NULL. */
static const char *
value_of(const char *line, size_t len, const char *key, size_t *vlen)
{
	size_t	klen = strlen(key);

	if (len < klen + 2 || strncmp(line, key, klen) != 0 ||
	    strncmp(line + klen, ": ", 2) != 0)
		return NULL;
	*vlen = len - klen - 2;
	return line + klen + 2;
}

static void
take_header_line(struct told *d, const char *line, size_t len)
{
	const char	*v;
	char		 when[64];
	size_t		 n, i;
	int64_t		 ms;

	if ((v = value_of(line, len, "thread_id", &n)) != NULL)
		take_id(d, v, n);
	else if ((v = value_of(line, len, "updated_at", &n)) != NULL &&
	    n < sizeof(when)) {
		memcpy(when, v, n);
		when[n] = '\0';
		if (rfc3339_parse(when, &ms) == 0)
			d->updated_at = ms / 1000;
	}
	for (i = 0; i < 3; i++)
		if ((v = value_of(line, len, values[i], &n)) != NULL)
			set_value(d, values[i], v, n);
}

/* The lines down to the first empty one; returns where the body begins. */
static const char *
take_header(struct told *d, const char *p, const char *end)
{
	const char	*line;
	size_t		 len;
	int		 n = 0;

	while (n++ < HEADER_LINES &&
	    (line = next_line(&p, end, &len)) != NULL && len > 0)
		take_header_line(d, line, len);
	return p;
}

static size_t
text_bytes(json_object *o)
{
	const char	*raw = json_str(o, "raw_memory");
	const char	*summary = json_str(o, "rollout_summary");

	return (raw == NULL ? 0 : strlen(raw)) +
	    (summary == NULL ? 0 : strlen(summary));
}

/* Put what is told into the thread's entry.  Ends `d'. */
static void
merge(struct adopt_threads *t, struct told *d)
{
	json_object	*entry = json_obj(t->by_id, d->id);
	int64_t		 had = json_int(entry, "source_updated_at", -1);
	int		 wins = d->updated_at > had;

	if (t->bytes + text_bytes(d->o) > ADOPT_TOTAL_MAX)
		t->left_out++;
	else {
		t->bytes += text_bytes(d->o);
		if (entry == NULL) {
			entry = json_object_new_object();
			json_set_str(entry, "thread_id", d->id);
			json_set(t->by_id, d->id, entry);
		}
		json_object_object_foreach(d->o, key, value)
			if (wins || !json_object_object_get_ex(entry, key,
			    NULL))
				json_set(entry, key, json_object_get(value));
		if (wins)
			json_set_int(entry, "source_updated_at",
			    d->updated_at);
	}
	json_object_put(d->o);
}

void
adopt_add_row(struct adopt_threads *t, json_object *row)
{
	static const char *const texts[] = { "raw_memory", "rollout_summary" };
	struct told	 d;
	const char	*s;
	size_t		 i;

	told_init(&d, t);
	s = json_str(row, "thread_id");
	take_id(&d, s, strlen(s));
	d.updated_at = json_int(row, "source_updated_at", 0);
	for (i = 0; i < 2; i++)
		if ((s = json_str(row, texts[i])) != NULL)
			set_text(&d, texts[i], s, strlen(s));
	for (i = 0; values[i] != NULL; i++)
		if ((s = json_str(row, values[i])) != NULL)
			set_value(&d, values[i], s, strlen(s));
	for (i = 0; counts[i] != NULL; i++)
		json_set_int(d.o, counts[i], json_int(row, counts[i], 0));
	merge(t, &d);
}

/* The thread of a "## Thread `<id>`" line, or 0. */
static int
is_thread_line(struct told *d, const char *line, size_t len)
{
	size_t	head = strlen(THREAD_HEAD);

	return len == head + UUID_SIZE && line[len - 1] == '`' &&
	    strncmp(line, THREAD_HEAD, head) == 0 &&
	    take_id(d, line + head, UUID_SIZE - 1);
}

/* Where the next block begins, or `end'. */
static const char *
next_block(const char *p, const char *end)
{
	struct told	 probe;
	const char	*line, *at = p;
	size_t		 len;

	while ((line = next_line(&at, end, &len)) != NULL)
		if (is_thread_line(&probe, line, len))
			return line;
	return end;
}

void
adopt_add_raw(struct adopt_threads *t, const struct buf *text)
{
	const char	*p = buf_str(text), *end = p + text->len, *line, *next;
	struct told	 d;
	size_t		 len;

	for (p = next_block(p, end); p < end; p = next) {
		told_init(&d, t);
		line = next_line(&p, end, &len);
		is_thread_line(&d, line, len);
		next = next_block(p, end);
		p = take_header(&d, p, next);
		set_text(&d, "raw_memory", p, (size_t)(next - p));
		merge(t, &d);
	}
}

/*
 * The slug in "<time>-<four digits or id>[-<slug>].md"; 0 bytes if there is
 * none.
 */
static size_t
slug_of(const char *name, const char **slug)
{
	size_t		 len = strlen(name), rest;
	struct told	 probe;

	*slug = name;
	if (len < STAMP_LEN + 1 + HASH_LEN + 3 || name[STAMP_LEN] != '-')
		return 0;
	name += STAMP_LEN + 1;
	rest = strspn(name, "-0123456789abcdefABCDEF");
	if (rest >= UUID_SIZE - 1 && take_id(&probe, name, UUID_SIZE - 1))
		name += UUID_SIZE - 1;
	else
		name += HASH_LEN;
	if (*name != '-')
		return 0;
	*slug = ++name;
	len = strlen(name);
	return len > 3 ? len - 3 : 0;
}

/* The first line that says something, without the mark of a heading. */
static void
set_title(struct told *d)
{
	const char	*s = json_str(d->o, "rollout_summary"), *end, *line;
	size_t		 len;
	struct buf	 b = BUF_INIT;

	if (s == NULL)
		return;
	end = s + strlen(s);
	while ((line = next_line(&s, end, &len)) != NULL) {
		while (len > 0 && (*line == '#' || *line == ' ')) {
			line++;
			len--;
		}
		if (len > 0)
			break;
	}
	if (line != NULL)
		text_oneline(&b, line, len, TITLE_MAX);
	set_redacted(d, "title", &b);
}

void
adopt_add_summary(struct adopt_threads *t, const char *name,
    const struct buf *text)
{
	const char	*p = buf_str(text), *end = p + text->len, *slug;
	struct told	 d;
	size_t		 n;

	told_init(&d, t);
	p = take_header(&d, p, end);
	if (d.id[0] == '\0') {
		t->unread++;
		json_object_put(d.o);
		return;
	}
	set_text(&d, "rollout_summary", p, (size_t)(end - p));
	set_title(&d);
	n = slug_of(name, &slug);
	if (n > 0)
		set_value(&d, "rollout_slug", slug, n);
	merge(t, &d);
}
