/* links: tests/rollout_fixture.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/meta.c worker/extract/survey.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c */
/*
 * A reader that parsed every line stopped at the first torn one, and all
 * that came after it in the session was lost; one that read whole files into
 * memory was killed by a rollout of two gigabytes.  Here are the odd things
 * that were met in real rollouts, and some that must be survived.
 */
#include <sys/resource.h>
#include <sys/mman.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "rollout_fixture.h"
#include "worker/extract/survey.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))
#define LATE INT64_C(4000000000000)	/* a file time behind all records */

static struct redact	*redact;
static int		 nnotes;

static void
count_notes(enum log_level level, const char *line, void *arg)
{
	(void)arg;
	(void)line;
	if (level == LOG_LEVEL_WARN)
		nnotes++;
}

static void
setup(void)
{
	char	why[256];

	log_set_sink(count_notes, NULL);
	nnotes = 0;
	redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_msg(redact != NULL, "%s", why);
}

static void
teardown(void)
{
	redact_free(redact);
	log_set_sink(NULL, NULL);
}

/*
 * Lines.
 */

START_TEST(test_lines)
{
	static const char	text[] = "one\r\n\ntoo long a line\nlast";
	static const struct {
		enum line_status	 st;
		const char		*text;
		uint64_t		 offset;
	} want[] = {
		{ LINE_OK, "one", 0 }, { LINE_OK, "", 5 },
		{ LINE_TOO_LONG, NULL, 6 }, { LINE_OK, "last", 22 },
		{ LINE_END, NULL, 26 }, { LINE_END, NULL, 26 }
	};
	struct stream		*s;
	struct line_reader	 r;
	struct line		 line;
	size_t			 i;

	s = stream_new(fixture_fd(text, strlen(text)), 0);
	line_reader_init(&r, s);
	r.limit = 12;
	for (i = 0; i < NELEM(want); i++) {
		ck_assert_int_eq(line_next(&r, &line), want[i].st);
		ck_assert_uint_eq(line.offset, want[i].offset);
		if (want[i].st == LINE_OK) {
			ck_assert_uint_eq(line.len, strlen(want[i].text));
			ck_assert_mem_eq(line.text, want[i].text, line.len);
			ck_assert_uint_eq(line.number, i + 1);
		}
	}
	line_reader_release(&r);
	stream_free(s);
}
END_TEST

/* Lines around the limit and the sizes of the buffer, each found whole. */
START_TEST(test_line_sizes)
{
	static const size_t	 sizes[] = {
		LINE_LIMIT, 1, LINE_LIMIT + 1, 0, 262143, 262144, 262145,
		2 * LINE_LIMIT + 17, 3
	};
	struct buf		 text = BUF_INIT;
	struct stream		*s;
	struct line_reader	 r;
	struct line		 line;
	uint64_t		 offset = 0;
	size_t			 i, n;

	for (i = 0; i < NELEM(sizes); i++) {
		for (n = 0; n < sizes[i]; n++)
			buf_addch(&text, 'x');
		buf_addch(&text, '\n');
	}
	s = stream_new(fixture_fd(text.data, text.len), 0);
	line_reader_init(&r, s);
	for (i = 0; i < NELEM(sizes); i++) {
		ck_assert_int_eq(line_next(&r, &line), sizes[i] > LINE_LIMIT ?
		    LINE_TOO_LONG : LINE_OK);
		ck_assert_uint_eq(line.len, sizes[i]);
		ck_assert_uint_eq(line.offset, offset);
		offset += sizes[i] + 1;
	}
	ck_assert_int_eq(line_next(&r, &line), LINE_END);
	line_reader_release(&r);
	stream_free(s);
	buf_release(&text);
}
END_TEST

START_TEST(test_flaws)
{
	static const struct {
		const char	*text;
		size_t		 len;
		const char	*flaw;
	} cases[] = {
		{ "", 0, NULL }, { "plain", 5, NULL },
		{ "12345678\xc3\xa9", 10, NULL },
		{ "\xf0\x9f\x99\x8f", 4, NULL },
		{ "\xed\x9f\xbf", 3, NULL },
		{ "a\0b", 3, "NUL byte" },
		{ "12345678\xe9", 9, "not UTF-8" },	/* Latin-1 */
		{ "\xc3", 1, "not UTF-8" },		/* cut */
		{ "\xc0\x80", 2, "not UTF-8" },		/* overlong */
		{ "\xe0\x80\x80", 3, "not UTF-8" },
		{ "\xed\xa0\x80", 3, "not UTF-8" },	/* surrogate */
		{ "\xf4\x90\x80\x80", 4, "not UTF-8" },	/* above U+10FFFF */
		{ "\xf0\x9f\x99", 3, "not UTF-8" },
		{ "\x80", 1, "not UTF-8" }
	};
	struct line	line;
	const char	*flaw;
	size_t		i;

	for (i = 0; i < NELEM(cases); i++) {
		memset(&line, 0, sizeof(line));
		line.text = cases[i].text;
		line.len = cases[i].len;
		flaw = line_flaw(&line);
		ck_assert_msg((flaw == NULL) == (cases[i].flaw == NULL) &&
		    (flaw == NULL || strcmp(flaw, cases[i].flaw) == 0),
		    "case %zu: %s", i, flaw == NULL ? "none" : flaw);
	}
}
END_TEST

/*
 * Records.
 */

START_TEST(test_record_kinds)
{
	static const struct {
		const char		*text;
		enum record_kind	 kind;
		int			 bare;
		const char		*type;
	} cases[] = {
		{ "{\"timestamp\":\"T\",\"type\":\"response_item\",\"payload\":"
		    "{\"type\":\"message\",\"x\":{\"type\":\"no\"}}}",
		    RECORD_ITEM, 0, "message" },
		{ " { \"payload\" : { \"a\" : [ \"}\\\"{\" ] , \"type\" : "
		    "\"turn_aborted\" } , \"ordinal\" : 7 , \"type\" : "
		    "\"event_msg\" , \"timestamp\" : \"T\" } ",
		    RECORD_EVENT, 0, "turn_aborted" },
		{ "{\"type\":\"session_meta\",\"payload\":{}}",
		    RECORD_META, 0, NULL },
		{ "{\"type\":\"turn_context\",\"payload\":{}}",
		    RECORD_TURN, 0, NULL },
		{ "{\"type\":\"compacted\",\"payload\":{\"type\":1}}",
		    RECORD_OTHER, 0, NULL },
		{ "{\"type\":\"event_msg\",\"payload\":null}",
		    RECORD_EVENT, 0, NULL },
		{ "{\"id\":\"x\",\"timestamp\":\"T\",\"git\":{\"type\":1}}",
		    RECORD_META, 1, NULL },
		{ "{\"record_type\":\"state\"}", RECORD_OTHER, 1, NULL },
		{ "{\"type\":\"reasoning\",\"summary\":[]}",
		    RECORD_ITEM, 1, "reasoning" },
		{ "{}", RECORD_OTHER, 1, NULL }
	};
	struct record_head	h;
	size_t			i;

	for (i = 0; i < NELEM(cases); i++) {
		ck_assert_msg(record_scan(cases[i].text,
		    strlen(cases[i].text), &h) == RECORD_OK, "case %zu", i);
		ck_assert_msg(h.kind == cases[i].kind &&
		    h.bare == cases[i].bare, "case %zu", i);
		ck_assert_msg(cases[i].type == NULL ? h.type.text == NULL :
		    slice_is(&h.type, cases[i].type), "case %zu", i);
	}
}
END_TEST

START_TEST(test_record_broken)
{
	static const char *const	whole =
	    "{\"type\":\"event_msg\",\"payload\":{\"a\":[1,\"\\\\\"]}}";
	static const char *const	broken[] = {
		"words", "[1]", "\"text\"", "{1:2}", "{\"a\" 1}", "{\"a\":}",
		"{\"a\":1;}", "{\"a\":\"x\"timestamp\":\"y\"}", "{\"a\":{(}}"
	};
	struct record_head	h;
	size_t			i;

	ck_assert_int_eq(record_scan(whole, strlen(whole), &h), RECORD_OK);
	/* Wherever writing stopped, it is torn, and nothing behind is read. */
	for (i = 1; i < strlen(whole); i++) {
		char	*copy = xstrndup(whole, i);

		ck_assert_int_eq(record_scan(copy, i, &h), RECORD_TORN);
		free(copy);
	}
	for (i = 0; i < NELEM(broken); i++)
		ck_assert_msg(record_scan(broken[i], strlen(broken[i]), &h) ==
		    RECORD_BROKEN, "%s", broken[i]);
}
END_TEST

/*
 * Rollouts.
 */

/* All texts of messages of a rollout, "|" between them. */
static void
texts(struct rollout *r, struct buf *out)
{
	struct record	 rec;
	json_object	*o, *part;

	while (rollout_next(r, &rec) == ROLLOUT_RECORD) {
		if (!slice_is(&rec.head.type, "message") || rec.inherited)
			continue;
		o = rollout_payload(r, &rec);
		if (o == NULL)
			continue;
		part = json_object_array_get_idx(json_arr(o, "content"), 0);
		buf_addf(out, "%s|", json_str(part, "text"));
		json_object_put(o);
	}
}

START_TEST(test_glued)
{
	struct rollout	*r = fixture_odd("000000000003");
	struct buf	 out = BUF_INIT;

	/* One record of the torn ones is lost, none of those behind it. */
	texts(r, &out);
	ck_assert_str_eq(buf_str(&out), "First request.|First answer.|"
	    "Second request.|Second answer.|");
	ck_assert_uint_eq(rollout_counts(r)->lines, 5);
	ck_assert_uint_eq(rollout_counts(r)->bad_lines, 2);
	ck_assert_int_eq(nnotes, 2);

	/* Again, with the same result and no more notes. */
	ck_assert_int_eq(rollout_rewind(r), 0);
	buf_reset(&out);
	texts(r, &out);
	ck_assert_str_eq(buf_str(&out), "First request.|First answer.|"
	    "Second request.|Second answer.|");
	ck_assert_uint_eq(rollout_counts(r)->bad_lines, 2);
	ck_assert_int_eq(nnotes, 2);
	rollout_free(r);
	buf_release(&out);
}
END_TEST

START_TEST(test_bad_bytes)
{
	struct rollout	*r = fixture_odd("000000000004");
	struct buf	 out = BUF_INIT;

	texts(r, &out);
	ck_assert_str_eq(buf_str(&out),
	    "Keys in another order.|Keys twice.|");
	ck_assert_uint_eq(rollout_counts(r)->bad_lines, 5);
	ck_assert_uint_eq(rollout_counts(r)->binary_lines, 2);
	/* Three lines and their number. */
	ck_assert_int_eq(nnotes, ROLLOUT_NOTES + 1);
	rollout_free(r);
	buf_release(&out);
}
END_TEST

START_TEST(test_fork)
{
	struct rollout	*r = fixture_odd("000000000005");
	struct buf	 out = BUF_INIT;

	texts(r, &out);
	ck_assert_str_eq(buf_str(&out),
	    "The fork's own request.|The fork's own answer.|");
	rollout_free(r);
	buf_release(&out);
}
END_TEST

/*
 * Six megabytes of "[0,0,0" would take half a gigabyte when parsed; they are
 * only looked at.
 */
START_TEST(test_many_values)
{
	struct buf	 text = BUF_INIT;
	struct rollout	*r;
	struct record	 rec;
	json_object	*o;

	buf_addstr(&text, "{\"type\":\"response_item\",\"payload\":{\"a\":[0");
	while (text.len < 5u << 20)
		buf_addstr(&text, ",0");
	buf_addstr(&text, "]}}\n{\"type\":\"response_item\",\"payload\":{}}");
	r = fixture_rollout(buf_str(&text));
	ck_assert_int_eq(rollout_next(r, &rec), ROLLOUT_RECORD);
	ck_assert_ptr_null(rollout_payload(r, &rec));
	ck_assert_int_eq(rollout_next(r, &rec), ROLLOUT_RECORD);
	o = rollout_payload(r, &rec);
	ck_assert_ptr_nonnull(o);
	json_object_put(o);
	ck_assert_int_eq(rollout_next(r, &rec), ROLLOUT_END);
	ck_assert_uint_eq(rollout_counts(r)->bad_lines, 1);
	rollout_free(r);
	buf_release(&text);
}
END_TEST

static int
stop_at_second(void *arg)
{
	int	*calls = arg;

	return ++*calls == 2;
}

START_TEST(test_tick)
{
	struct buf	 text = BUF_INIT;
	struct rollout	*r;
	struct record	 rec;
	int		 calls = 0, fd;

	while (text.len < 32u << 20)
		buf_addstr(&text, "{\"type\":\"x\",\"payload\":{}}\n");
	fd = fixture_fd(text.data, text.len);
	r = rollout_new("/test.jsonl", fd, 0);
	rollout_set_tick(r, stop_at_second, &calls);
	while (rollout_next(r, &rec) == ROLLOUT_RECORD)
		continue;
	ck_assert_int_eq(calls, 2);
	ck_assert_uint_lt(rec.offset, 12u << 20);
	rollout_free(r);
	buf_release(&text);
}
END_TEST

/*
 * Survey.
 */

static void
survey(struct survey *s, struct rollout *r, int64_t mtime_ms)
{
	survey_init(s);
	ck_assert_int_eq(survey_rollout(s, r, mtime_ms, redact), 0);
	rollout_free(r);
}

START_TEST(test_survey_odd)
{
	static const struct {
		const char	*end;		/* of the file's name */
		const char	*reason;
		const char	*text;
		const char	*source;
		int64_t		 updated_s;
	} cases[] = {
		{ "000000000001", NULL, "Rename the flag to --strict.",
		    "vscode", 1795255203 },
		{ "2aeb6098ae0e", NULL, "Sort the imports.", "vscode",
		    1795255202 },
		{ "000000000003", NULL, "First request.", "vscode",
		    1795255207 },
		{ "000000000004", NULL, "Keys in another order.", "vscode",
		    1795255212 },
		{ "000000000005", NULL, "The fork's own request.", "vscode",
		    1795255513 },
		{ "000000000006", NULL,
		    "What do we know of the parser? Be short.", "atlas",
		    1795255215 },
		{ "000000000007", NULL, "What is wrong in this picture?",
		    "{\"subagent\":{\"thread_spawn\":{\"parent_thread_id\":"
		    "\"01a1fd8c-7c88-7000-8000-000000000037\",\"depth\":1}}}",
		    1795255215 },
		{ "000000000008", "empty", NULL, NULL, LATE / 1000 },
		{ "000000000009", "empty", NULL, NULL, LATE / 1000 },
		{ "00000000000a", "binary", NULL, NULL, LATE / 1000 },
		{ "00000000000b", "not_a_rollout", NULL, NULL, LATE / 1000 },
		{ "00000000000c", "no_session_meta", NULL, NULL, 1795255212 }
	};
	struct survey	s;
	size_t		i;

	for (i = 0; i < NELEM(cases); i++) {
		survey(&s, fixture_odd(cases[i].end), LATE);
		ck_assert_pstr_eq(s.reason, cases[i].reason);
		ck_assert_pstr_eq(s.meta.first_text, cases[i].text);
		ck_assert_pstr_eq(s.meta.source, cases[i].source);
		ck_assert_int_eq(s.meta.updated_at_ms / 1000,
		    cases[i].updated_s);
		/* From the session_meta or else the name. */
		ck_assert_ptr_nonnull(strstr(s.meta.thread_id, cases[i].end));
		ck_assert_str_eq(s.meta.session_id, s.meta.thread_id);
		survey_clear(&s);
	}
}
END_TEST

#define GROWING								\
	"{\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"type\":"		\
	"\"session_meta\",\"payload\":{\"id\":"				\
	"\"01a20000-0000-7000-8000-000000000001\",\"source\":\"cli\"}}\n"	\
	"{\"timestamp\":\"2026-11-21T10:00:01.000Z\",\"type\":"		\
	"\"response_item\",\"payload\":{\"type\":\"message\",\"role\":"	\
	"\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"	\
	"\"Sort the imports.\"}]}}\nno JSON\n"
#define GROWN								\
	"torn\n{\"timestamp\":\"2026-11-21T11:00:00.000Z\",\"type\":"	\
	"\"session_meta\",\"payload\":{\"id\":"				\
	"\"01a20000-0000-7000-8000-000000000001\",\"memory_mode\":"	\
	"\"disabled\"}}\n"

static struct rollout *
rollout_of(const char *text)
{
	return rollout_new("/rollout-1.jsonl",
	    fixture_fd(text, strlen(text)), 0);
}

/*
 * A live session of hundreds of megabytes is scanned every five minutes:
 * only its end is parsed, and the result is that of a whole pass.
 */
START_TEST(test_survey_goes_on_where_the_hash_holds)
{
	struct survey	 s, whole;
	struct rollout	*r;

	survey(&s, rollout_of(GROWING), LATE);
	ck_assert_int_eq(s.resumable, 1);
	r = rollout_of(GROWING GROWN);
	ck_assert_int_eq(rollout_resume(r, &s.mark), 1);
	rollout_free(r);
	ck_assert_int_eq(survey_rollout(&s, r = rollout_of(GROWING GROWN),
	    LATE, redact), 0);
	rollout_free(r);
	survey(&whole, rollout_of(GROWING GROWN), LATE);
	ck_assert_str_eq(s.hash, whole.hash);
	ck_assert_int_eq(s.meta.updated_at_ms, whole.meta.updated_at_ms);
	ck_assert_str_eq(s.meta.memory_mode, "disabled");
	ck_assert_str_eq(s.meta.first_text, whole.meta.first_text);
	ck_assert_str_eq(s.meta.source, "cli");
	ck_assert_uint_eq(s.counts.records, whole.counts.records);
	ck_assert_uint_eq(s.counts.lines, whole.counts.lines);
	ck_assert_uint_eq(s.counts.bad_lines, 2);
	ck_assert_uint_eq(whole.counts.bad_lines, 2);
	survey_clear(&s);
	survey_clear(&whole);
}
END_TEST

/* Replaced by something else, cut off, or with a last line that is torn. */
START_TEST(test_survey_begins_anew_where_it_does_not)
{
	struct survey	 s;
	struct rollout	*r;

	survey(&s, rollout_of(GROWING GROWN), LATE);
	ck_assert_str_eq(s.meta.memory_mode, "disabled");
	r = rollout_of(GROWING);
	ck_assert_int_eq(survey_rollout(&s, r, LATE, redact), 0);
	rollout_free(r);
	ck_assert_ptr_null(s.meta.memory_mode);
	ck_assert_uint_eq(s.counts.records, 2);
	ck_assert_str_eq(s.meta.first_text, "Sort the imports.");
	survey_clear(&s);

	survey(&s, rollout_of(GROWING "{\"timestamp\":"), LATE);
	ck_assert_int_eq(s.resumable, 0);
	survey_clear(&s);
}
END_TEST

START_TEST(test_survey_meta)
{
	struct survey	s;

	/* A fork: the first session_meta, but the last memory_mode. */
	survey(&s, fixture_odd("000000000005"), LATE);
	ck_assert_str_eq(s.meta.memory_mode, "disabled");
	ck_assert_str_eq(s.meta.cwd, "/home/dev/src/odd");
	ck_assert_int_eq(s.meta.created_at_ms, INT64_C(1795255500000));
	ck_assert_str_eq(s.meta.git_branch, "main");
	survey_clear(&s);

	/* Records after the file's own time: a restored backup. */
	survey(&s, fixture_odd("000000000005"), 1000);
	ck_assert_int_eq(s.meta.updated_at_ms, 1000);
	survey_clear(&s);

	survey(&s, fixture_odd("2aeb6098ae0e"), LATE);
	ck_assert_str_eq(s.meta.repository_url, "git@example.org:dev/odd.git");
	ck_assert_ptr_null(s.meta.memory_mode);
	survey_clear(&s);
}
END_TEST

/* A fork whose own first line is torn must not become its parent. */
START_TEST(test_survey_torn_fork)
{
	static const char	meta[] = "{\"type\":\"session_meta\","
	    "\"payload\":{\"id\":\"01a1fd8c-7c88-7000-8000-000000000037\"}}\n";
	static const char	path[] = "/rollout-2026-11-21T10-00-01-"
	    "01a1fd8c-6ce8-7000-8000-000000000001.jsonl";
	struct survey		s;
	char			*text = xasprintf("{\"torn\":\n%s", meta);

	survey(&s, rollout_new(path, fixture_fd(text, strlen(text)), 0), LATE);
	ck_assert_pstr_eq(s.reason, "no_session_meta");
	ck_assert_str_eq(s.meta.thread_id,
	    "01a1fd8c-6ce8-7000-8000-000000000001");
	survey_clear(&s);
	/* In a whole file the meta counts, whatever the file is called. */
	survey(&s, rollout_new(path, fixture_fd(meta, strlen(meta)), 0), LATE);
	ck_assert_ptr_null(s.reason);
	ck_assert_str_eq(s.meta.thread_id,
	    "01a1fd8c-7c88-7000-8000-000000000037");
	survey_clear(&s);
	free(text);
}
END_TEST

/* Times that go backwards, and such as are none. */
START_TEST(test_survey_times)
{
	struct survey	s;

	survey(&s, fixture_rollout(
	    "{\"timestamp\":\"2026-01-01T00:00:09Z\",\"type\":\"x\"}\n"
	    "{\"timestamp\":\"2026-01-01T00:00:05.500Z\",\"type\":\"x\"}\n"
	    "{\"timestamp\":\"9999\",\"type\":\"x\"}\n"
	    "{\"timestamp\":\"zzzz-zz-zzTzz:zz:zzZ\",\"type\":\"x\"}\n"
	    "{\"timestamp\":17,\"type\":\"x\"}\n"
	    "{\"timestamp\":\"2026-01-01T01:00:10+01:00\",\"type\":\"x\"}\n"
	    "{\"timestamp\":\"2026-01-01T00:00:08Z\",\"type\":\"x\"}\n"), LATE);
	ck_assert_int_eq(s.meta.updated_at_ms, INT64_C(1767225610000));
	survey_clear(&s);
}
END_TEST

/* The title of a thread goes to logs and terminals: no secret, one line. */
START_TEST(test_survey_redacts)
{
	struct survey	 s;
	char		*text, *key;

	key = xasprintf("%s%s", "ghp_", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8");
	text = xasprintf("{\"type\":\"message\",\"role\":\"user\",\"content\":"
	    "[{\"type\":\"input_text\",\"text\":\"# Context from my IDE setup:"
	    "\\n- a.c\\n## My request for Codex:\\nUse %s\\u001b[31m\\nnow\"}]}"
	    "\n", key);
	survey(&s, fixture_rollout(text), LATE);
	ck_assert_ptr_nonnull(s.meta.first_text);
	ck_assert_ptr_null(strstr(s.meta.first_text, key));
	ck_assert_ptr_null(strpbrk(s.meta.first_text, "\033\n"));
	ck_assert_int_eq(strncmp(s.meta.first_text, "Use ", 4), 0);
	survey_clear(&s);
	free(text);
	free(key);
}
END_TEST

/*
 * Compressed rollouts.
 */

static size_t
read_odd(const char *end, char **data)
{
	struct rollout	*r = fixture_odd(end);
	int		 fd = open(rollout_path(r), O_RDONLY | O_CLOEXEC);
	ssize_t		 n;

	*data = xcalloc(1, 65536);
	n = read(fd, *data, 65536);
	ck_assert_int_gt(n, 0);
	close(fd);
	rollout_free(r);
	return (size_t)n;
}

START_TEST(test_zstd)
{
	struct survey	 plain, packed;
	char		*data, *zst;
	size_t		 len, zlen, cap, cut;

	len = read_odd("000000000006", &data);
	cap = ZSTD_compressBound(len);
	zst = xcalloc(1, cap);
	zlen = ZSTD_compress(zst, cap, data, len, 3);
	ck_assert(!ZSTD_isError(zlen));

	/* Compressing a rollout makes no new version of it. */
	survey(&plain, fixture_odd("000000000006"), LATE);
	survey(&packed, rollout_new("/x.jsonl.zst", fixture_fd(zst, zlen), 1),
	    LATE);
	ck_assert_ptr_null(packed.reason);
	ck_assert_str_eq(packed.hash, plain.hash);
	ck_assert_str_eq(packed.meta.first_text, plain.meta.first_text);
	ck_assert_uint_eq(packed.counts.lines, plain.counts.lines);
	survey_clear(&packed);

	for (cut = 0; cut < zlen; cut += 97) {
		survey(&packed, rollout_new("/x.jsonl.zst",
		    fixture_fd(zst, cut), 1), LATE);
		ck_assert_pstr_eq(packed.reason, "damaged");
		survey_clear(&packed);
	}
	survey(&packed, rollout_new("/x.jsonl.zst", fixture_fd(data, len), 1),
	    LATE);
	ck_assert_pstr_eq(packed.reason, "damaged");
	survey_clear(&packed);
	survey_clear(&plain);
	free(data);
	free(zst);
}
END_TEST

/*
 * 400 MB unpacked, with lines of every size up to far over the limit, pass
 * through in the memory of one line.
 */
START_TEST(test_flat_memory)
{
	struct survey	 s;
	struct rusage	 before, after;
	struct buf	 text = BUF_INIT, all = BUF_INIT;
	char		*zst;
	size_t		 zlen, i;

	buf_addstr(&text, "{\"type\":\"compacted\",\"payload\":{\"m\":\"");
	while (text.len < 8u << 20)
		buf_addstr(&text, "all work and no play ");
	buf_addstr(&text, "\"}}\n{\"type\":\"x\",\"payload\":{}}\n");
	zst = xcalloc(1, ZSTD_compressBound(text.len));
	zlen = ZSTD_compress(zst, ZSTD_compressBound(text.len), text.data,
	    text.len, 1);
	for (i = 0; i < 50; i++)
		buf_add(&all, zst, zlen);
	getrusage(RUSAGE_SELF, &before);
	survey(&s, rollout_new("/x.jsonl.zst", fixture_fd(all.data, all.len),
	    1), LATE);
	getrusage(RUSAGE_SELF, &after);
	ck_assert_uint_eq(s.counts.lines, 100);
	ck_assert_uint_eq(s.counts.bad_lines, 50);
	ck_assert_uint_eq(s.counts.records, 50);
#ifndef __SANITIZE_ADDRESS__
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 32768);
#endif
	survey_clear(&s);
	buf_release(&text);
	buf_release(&all);
	free(zst);
}
END_TEST

START_TEST(test_name_id)
{
	static const char	id[] = "01a1fd8c-6ce8-7000-8000-000000000001";
	char			out[UUID_SIZE];

	ck_assert(rollout_name_id("/a/rollout-2026-11-21T10-00-01-"
	    "01A1FD8C-6ce8-7000-8000-000000000001.jsonl.zst", out));
	ck_assert_str_eq(out, id);
	ck_assert(!rollout_name_id("/a/rollout-2026-11-21.jsonl", out));
	ck_assert(!rollout_name_id("/a/rollout-2026-11-21T10-00-01-"
	    "01a1fd8c-6ce8-7000-8000-00000000000x.jsonl", out));
	ck_assert(!rollout_name_id("/a/session-2026-11-21T10-00-01-"
	    "01a1fd8c-6ce8-7000-8000-000000000001.jsonl", out));
	ck_assert_str_eq(out, "");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("rollout");
	TCase	*tc = tcase_create("rollout");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_line_sizes);
	tcase_add_test(tc, test_flaws);
	tcase_add_test(tc, test_record_kinds);
	tcase_add_test(tc, test_record_broken);
	tcase_add_test(tc, test_glued);
	tcase_add_test(tc, test_bad_bytes);
	tcase_add_test(tc, test_fork);
	tcase_add_test(tc, test_many_values);
	tcase_add_test(tc, test_tick);
	tcase_add_test(tc, test_survey_odd);
	tcase_add_test(tc, test_survey_goes_on_where_the_hash_holds);
	tcase_add_test(tc, test_survey_begins_anew_where_it_does_not);
	tcase_add_test(tc, test_survey_meta);
	tcase_add_test(tc, test_survey_torn_fork);
	tcase_add_test(tc, test_survey_times);
	tcase_add_test(tc, test_survey_redacts);
	tcase_add_test(tc, test_zstd);
	tcase_add_test(tc, test_flat_memory);
	tcase_add_test(tc, test_name_id);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
