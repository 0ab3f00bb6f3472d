#include <bsd/string.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data_url.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "rollout.h"

#define RECORD_DEPTH	64		/* deepest seen in the wild: 13 */
/* Each costs some 100 bytes when parsed: [0,0,0,...] is 50 times its text. */
#define RECORD_VALUES	200000
#define TICK_BYTES	((uint64_t)4 << 20)

struct rollout {
	char			*path;
	struct stream		*stream;
	struct line_reader	 lines;
	struct line		 line;
	size_t			 pos;		/* in line: the next record */
	uint64_t		 bad_line;	/* the last one counted */
	struct rollout_counts	 counts;
	int			 quiet;		/* notes were written before */
	int			 inherited;
	char			 own_id[UUID_SIZE];
	int64_t			 forked_ms;
	int			 (*tick)(void *);
	void			*tick_arg;
	uint64_t		 ticked;	/* offset of the last tick */
};

struct rollout *
rollout_new(const char *path, int fd, int compressed)
{
	struct rollout	*r = xcalloc(1, sizeof(*r));

	r->path = xstrdup(path);
	r->stream = stream_new(fd, compressed);
	line_reader_init(&r->lines, r->stream);
	return r;
}

void
rollout_free(struct rollout *r)
{
	if (r == NULL)
		return;
	line_reader_release(&r->lines);
	stream_free(r->stream);
	free(r->path);
	free(r);
}

void
rollout_set_tick(struct rollout *r, int (*tick)(void *), void *arg)
{
	r->tick = tick;
	r->tick_arg = arg;
}

void
rollout_quiet(struct rollout *r)
{
	r->quiet = 1;
}

int
rollout_rewind(struct rollout *r)
{
	if (stream_rewind(r->stream) == -1)
		return -1;
	line_reader_seek(&r->lines, 0, 0);
	memset(&r->line, 0, sizeof(r->line));
	memset(&r->counts, 0, sizeof(r->counts));
	r->pos = 0;
	r->bad_line = r->ticked = 0;
	r->inherited = 0;
	r->own_id[0] = '\0';
	r->quiet = 1;
	return 0;
}

void
rollout_unhashed(struct rollout *r)
{
	stream_unhashed(r->stream);
}

int
rollout_mark(const struct rollout *r, struct rollout_mark *m)
{
	m->offset = r->lines.offset;
	m->line = r->lines.number;
	m->counts = r->counts;
	m->inherited = r->inherited;
	m->forked_ms = r->forked_ms;
	memcpy(m->own_id, r->own_id, sizeof(m->own_id));
	stream_hash(r->stream, m->hash);
	return r->lines.whole;
}

static void
go_on(struct rollout *r, const struct rollout_mark *m)
{
	line_reader_seek(&r->lines, m->offset, m->line);
	r->ticked = m->offset;
	r->counts = m->counts;
	r->inherited = m->inherited;
	r->forked_ms = m->forked_ms;
	memcpy(r->own_id, m->own_id, sizeof(r->own_id));
}

int
rollout_resume(struct rollout *r, const struct rollout_mark *m)
{
	char	hash[STREAM_HASH_SIZE];
	int	quiet = r->quiet;

	if (stream_skip(r->stream, m->offset) == STREAM_OK) {
		stream_hash(r->stream, hash);
		if (strcmp(hash, m->hash) == 0) {
			go_on(r, m);
			return 1;
		}
	}
	if (rollout_rewind(r) == -1) {
		r->lines.failure = STREAM_ERROR;
		r->lines.at_end = 1;
	}
	r->quiet = quiet;
	return 0;
}

const struct rollout_counts *
rollout_counts(const struct rollout *r)
{
	return &r->counts;
}

void
rollout_hash(struct rollout *r, char out[STREAM_HASH_SIZE])
{
	stream_hash(r->stream, out);
}

enum stream_status
rollout_failure(const struct rollout *r)
{
	return r->lines.failure;
}

const char *
rollout_path(const struct rollout *r)
{
	return r->path;
}

/* Count the present line as bad, once whatever else is wrong with it. */
static void
note_bad(struct rollout *r, uint64_t offset, const char *why)
{
	if (r->bad_line == r->line.number)
		return;
	r->bad_line = r->line.number;
	r->counts.bad_lines++;
	if (!r->quiet && r->counts.bad_lines <= ROLLOUT_NOTES)
		log_warnx("rollout %s: line %" PRIu64 " (byte %" PRIu64
		    "): %s, passed over", r->path, r->line.number, offset,
		    why);
}

static void
note_end(struct rollout *r)
{
	if (!r->quiet && r->counts.bad_lines > ROLLOUT_NOTES)
		log_warnx("rollout %s: %" PRIu64 " of %" PRIu64
		    " lines passed over", r->path, r->counts.bad_lines,
		    r->counts.lines);
	r->quiet = 1;
}

/* Some editors put a byte-order mark before the first line. */
static size_t
mark_len(const struct line *line)
{
	return line->number == 1 && line->len >= 3 &&
	    memcmp(line->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Have the next line that may hold records, at r->pos. */
static enum rollout_status
next_line(struct rollout *r)
{
	const char	*flaw;

	for (;;) {
		if (r->tick != NULL &&
		    r->lines.offset - r->ticked >= TICK_BYTES) {
			r->ticked = r->lines.offset;
			if (r->tick(r->tick_arg))
				return ROLLOUT_STOPPED;
		}
		switch (line_next(&r->lines, &r->line)) {
		case LINE_OK:
			break;
		case LINE_TOO_LONG:
			r->counts.lines++;
			note_bad(r, r->line.offset, "too long");
			continue;
		case LINE_END:
			note_end(r);
			return ROLLOUT_END;
		case LINE_FAILED:
			return ROLLOUT_FAILED;
		}
		r->counts.lines++;
		r->pos = mark_len(&r->line);
		flaw = line_flaw(&r->line);
		if (flaw == NULL)
			return ROLLOUT_RECORD;
		r->counts.binary_lines++;
		note_bad(r, r->line.offset, flaw);
	}
}

/* 1 if only white space is left of the line. */
static int
line_done(const struct rollout *r)
{
	return r->pos >= r->line.len || line_blank(r->line.text + r->pos,
	    r->line.len - r->pos);
}

/* Scan the record at r->pos.  Returns 1, or 0 if the line holds no more. */
static int
scan_record(struct rollout *r, struct record *rec)
{
	const char		*text;
	size_t			 len;
	enum record_status	 st;

	while (!line_done(r)) {
		text = r->line.text + r->pos;
		len = r->line.len - r->pos;
		st = record_scan(text, len, &rec->head);
		if (st == RECORD_OK) {
			rec->text = text;
			rec->line = r->line.number;
			rec->offset = r->line.offset + r->pos;
			r->pos += rec->head.len;
			return 1;
		}
		note_bad(r, r->line.offset + r->pos,
		    st == RECORD_TORN ? "torn" : "not JSON");
		r->pos += record_resync(text, len, 1);
	}
	return 0;
}

/* Leave the parent's history when a turn of the fork itself begins. */
static void
track_turn(struct rollout *r, const struct record *rec)
{
	json_object	*payload;
	const char	*turn;
	int64_t		 ms;

	payload = rollout_payload(r, rec);
	turn = json_str(payload, "turn_id");
	ms = turn == NULL ? -1 : uuid_time_ms(turn);
	/* Versions that name no turn cannot tell: count all of it. */
	if (ms < 0 || ms >= r->forked_ms)
		r->inherited = 0;
	json_object_put(payload);
}

/*
 * A forked rollout begins with its own session_meta; the parent's and the
 * parent's history follow, with new times.  A session_meta of the same id is
 * no fork: changes of memory_mode are written so.
 */
static void
track_meta(struct rollout *r, const struct record *rec)
{
	json_object	*payload;
	const char	*id;

	payload = rollout_payload(r, rec);
	id = json_str(payload, "id");
	if (id != NULL && r->own_id[0] == '\0' && uuid_valid(id)) {
		strlcpy(r->own_id, id, sizeof(r->own_id));
		r->forked_ms = uuid_time_ms(id);
	} else if (id != NULL && r->own_id[0] != '\0')
		r->inherited = strcasecmp(id, r->own_id) != 0 &&
		    r->forked_ms > 0;
	json_object_put(payload);
}

static void
track_fork(struct rollout *r, struct record *rec)
{
	if (rec->head.kind == RECORD_META && !rec->head.bare)
		track_meta(r, rec);
	else if (r->inherited && (rec->head.kind == RECORD_TURN ||
	    (rec->head.kind == RECORD_EVENT &&
	    slice_is(&rec->head.type, "task_started"))))
		track_turn(r, rec);
	rec->inherited = r->inherited;
}

enum rollout_status
rollout_next(struct rollout *r, struct record *rec)
{
	enum rollout_status	 st;
	const struct slice	*time = &rec->head.time;

	while (!scan_record(r, rec)) {
		st = next_line(r);
		if (st != ROLLOUT_RECORD)
			return st;
	}
	r->counts.records++;
	rec->time[0] = '\0';
	if (time->text != NULL && time->len < sizeof(rec->time)) {
		memcpy(rec->time, time->text, time->len);
		rec->time[time->len] = '\0';
	}
	track_fork(r, rec);
	return ROLLOUT_RECORD;
}

static json_object *
parse_record(const struct record *rec, const char **why)
{
	json_object	*o;
	struct buf	 thin = BUF_INIT;

	if (!data_url_thin(rec->text, rec->head.len, &thin))
		return json_parse(rec->text, rec->head.len, RECORD_DEPTH, why);
	o = json_parse(thin.data, thin.len, RECORD_DEPTH, why);
	buf_wipe(&thin);
	return o;
}

json_object *
rollout_payload(struct rollout *r, const struct record *rec)
{
	json_object	*o, *payload;
	const char	*why;

	if (rec->head.values > RECORD_VALUES) {
		note_bad(r, rec->offset, "too many values");
		return NULL;
	}
	o = parse_record(rec, &why);
	if (o == NULL) {
		note_bad(r, rec->offset, why);
		return NULL;
	}
	if (rec->head.bare)
		return o;
	payload = json_object_get(json_obj(o, "payload"));
	if (payload == NULL)
		note_bad(r, rec->offset, "a payload that is no object");
	json_object_put(o);
	return payload;
}
