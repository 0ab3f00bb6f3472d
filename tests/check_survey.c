/* links: tests/rollout_fixture.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/meta.c worker/extract/survey.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c */
/*
 * What a scan says of a rollout, which is all that decides whether it is ever
 * extracted: a fork took its parent's name, a compressed file was a new
 * version, and each new line of a long session had it read from the start.
 */
#include <sys/resource.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#include "check_main.h"
#include "common/mem.h"
#include "rollout_fixture.h"
#include "tests/log_sink.h"
#include "worker/extract/survey.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))
#define LATE INT64_C(4000000000000)	/* a file time behind all records */
static struct redact	*redact;

static void
setup(void)
{
	char	why[256];

	log_set_sink(log_quiet, NULL);
	redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_msg(redact != NULL, "%s", why);
}

static void
teardown(void)
{
	redact_free(redact);
	log_set_sink(NULL, NULL);
}

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

static Suite *
suite(void)
{
	Suite	*s = suite_create("survey");
	TCase	*t = tcase_create("survey");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_survey_odd);
	tcase_add_test(t, test_survey_goes_on_where_the_hash_holds);
	tcase_add_test(t, test_survey_begins_anew_where_it_does_not);
	tcase_add_test(t, test_survey_meta);
	tcase_add_test(t, test_survey_torn_fork);
	tcase_add_test(t, test_survey_times);
	tcase_add_test(t, test_survey_redacts);
	tcase_add_test(t, test_zstd);
	tcase_add_test(t, test_flat_memory);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
