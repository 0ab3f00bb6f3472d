/* links: tests/rollout_fixture.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/meta.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c */
/*
 * A reader that parsed every line stopped at the first torn one, and all
 * that came after it in the session was lost; one that read whole files into
 * memory was killed by a rollout of two gigabytes.  Here are the odd things
 * that were met in real rollouts, and some that must be survived.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "rollout_fixture.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))
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
	log_set_sink(count_notes, NULL);
	nnotes = 0;
}

static void
teardown(void)
{
	log_set_sink(NULL, NULL);
}

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
	TCase	*t = tcase_create("rollout");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_lines);
	tcase_add_test(t, test_line_sizes);
	tcase_add_test(t, test_flaws);
	tcase_add_test(t, test_record_kinds);
	tcase_add_test(t, test_record_broken);
	tcase_add_test(t, test_glued);
	tcase_add_test(t, test_bad_bytes);
	tcase_add_test(t, test_fork);
	tcase_add_test(t, test_many_values);
	tcase_add_test(t, test_tick);
	tcase_add_test(t, test_name_id);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
