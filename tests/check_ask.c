/* links: tests/scratch.c tests/extract_peer.c tests/wire.c worker/extract/?*.c */
/*
 * With a model a rollout that is too long, or one whose answer is late, held
 * up every other one; and what was refused for its length was refused again
 * an hour later.  This program plays the supervisor and the model for one
 * extract worker.
 */
#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "extract_peer.h"
#include "tests/scratch.h"
#include "worker/extract/extract.h"

#define DAY "sessions/2026/11/21"
#define ID "01a1fd8c-6ce8-7000-8000-00000000000"
#define META "{\"timestamp\":\"2026-11-21T10:00:01.000Z\"," \
	"\"type\":\"session_meta\",\"payload\":{\"id\":\"" ID "%d\"," \
	"\"cwd\":\"/work/x\",\"source\":\"cli\"}}\n"
#define SAID "{\"timestamp\":\"2026-11-21T10:00:02.000Z\"," \
	"\"type\":\"response_item\",\"payload\":{\"type\":\"message\"," \
	"\"role\":\"user\",\"content\":[{\"type\":\"input_text\"," \
	"\"text\":\"%s\"}]}}\n"
#define REPLY "{\"rollout_summary\":\"# s\",\"rollout_slug\":\"sl\"," \
	"\"raw_memory\":\"Preference signals:\\n- a -> b\"}"

static char			root[PATH_MAX];
static struct extract_peer	peer;

static char *
path_of(int n)
{
	return xasprintf("%s/" DAY "/rollout-2026-11-21T10-00-01-" ID
	    "%d.jsonl", root, n);
}

/* Rollout `n', in which a person says `words' so many times. */
static void
put_rollout(int n, const char *words, int times)
{
	struct buf	text = BUF_INIT;
	char		*path = path_of(n);
	int		 fd;

	buf_addf(&text, META, n);
	while (times-- > 0)
		buf_addf(&text, SAID, words);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fd_write_all(fd, text.data, text.len), 0);
	close(fd);
	free(path);
	buf_release(&text);
}

static void
setup(void)
{
	static const char *const	dirs[] = { "sessions",
					    "sessions/2026",
					    "sessions/2026/11", DAY };
	char				dir[PATH_MAX / 2], *path;
	size_t				i;

	scratch_make(dir, sizeof(dir));
	ck_assert_ptr_nonnull(realpath(dir, root));
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path = xasprintf("%s/%s", root, dirs[i]);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		free(path);
	}
}

static void
teardown(void)
{
	scratch_remove(root);
}

/* Ask for stage one of rollout `n'; the request's serial. */
static int64_t
ask(int n, int64_t budget)
{
	json_object	*body = json_object_new_object();
	char		*path = path_of(n);

	json_set_str(body, "source", "a");
	json_set_str(body, "path", path);
	json_set_int(body, "budget_bytes", budget);
	extract_peer_send(&peer, MSG_EXTRACT, body);
	free(path);
	return peer.serial;
}

static void
next(struct msg *m, enum msg_id id)
{
	extract_peer_next(&peer, m);
	ck_assert_msg(m->id == id, "%s: %s", msg_table[m->id].name,
	    json_object_to_json_string(m->body));
}

/* The next question, for that job; its own serial and the payload's size. */
static int64_t
question(int64_t job, int64_t attempt, size_t *size)
{
	struct msg	m;
	int64_t		serial;

	next(&m, MSG_MODEL_REQUEST);
	ck_assert_str_eq(json_str(m.body, "purpose"), "stage_one");
	ck_assert_int_eq(json_int(m.body, "job", -1), job);
	ck_assert_int_eq(json_int(m.body, "attempt", -1), attempt);
	serial = m.serial;
	if (size != NULL)
		*size = m.payload.len;
	msg_release(&m);
	return serial;
}

static void
answer_ok(int64_t serial, const char *text)
{
	json_object	*body = json_object_new_object();
	json_object	*o = json_object_new_object();
	json_object	*items = json_object_new_array(), *item;
	struct buf	 payload = BUF_INIT;

	item = json_object_new_object();
	json_set_str(item, "type", "text");
	json_set_str(item, "text", text);
	json_object_array_add(items, item);
	json_set(o, "items", items);
	json_set_str(o, "stop", "end");
	json_write(&payload, o);
	json_object_put(o);
	json_set_str(body, "outcome", "ok");
	extract_peer_answer(&peer, serial, body, &payload);
	buf_release(&payload);
}

/* after < 0: do not ask again. */
static void
answer_error(int64_t serial, const char *class, int64_t after)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "outcome", "error");
	json_set_str(body, "error", class);
	json_set_str(body, "message", "a reason");
	if (after >= 0)
		json_set_int(body, "retry_after_ms", after);
	extract_peer_answer(&peer, serial, body, NULL);
}

static void
expect_output(int64_t job)
{
	struct msg	m;

	next(&m, MSG_EXTRACTED);
	ck_assert_int_eq(m.serial, job);
	ck_assert_str_eq(json_str(m.body, "outcome"), "output");
	ck_assert_str_eq(json_str(m.body, "generator"), "far:away/1");
	ck_assert_str_eq(json_str(m.body, "rollout_slug"), "sl");
	ck_assert_str_eq(json_str(m.body, "cwd"), "/work/x");
	ck_assert_int_eq(json_flag(m.body, "keeps", 0), 1);
	ck_assert_ptr_null(json_str(m.body, "facts"));
	msg_release(&m);
}

static void
expect_failed(int64_t job, const char *reason)
{
	struct msg	m;

	next(&m, MSG_FAILED);
	ck_assert_int_eq(m.serial, job);
	ck_assert_str_eq(json_str(m.body, "reason"), reason);
	msg_release(&m);
}

/* What is sent is the neutral payload, and the answer becomes the output. */
START_TEST(test_question_and_answer)
{
	struct msg	m;
	json_object	*o;
	const char	*text;
	int64_t		 job, serial;

	put_rollout(1, "deploy with gh" "p_aB3xQ9zL7wKd84RtYm2paB3xQ9zL7w", 1);
	extract_peer_start_asking(&peer, root, NULL);
	job = ask(1, 100000);
	next(&m, MSG_MODEL_REQUEST);
	serial = m.serial;
	o = json_parse(m.payload.data, m.payload.len, JSON_DEPTH, NULL);
	ck_assert_ptr_nonnull(o);
	text = json_str(json_object_array_get_idx(json_arr(o, "messages"), 0),
	    "text");
	ck_assert_ptr_nonnull(strstr(text, "deploy with " REDACT_MARK));
	ck_assert_ptr_nonnull(strstr(text, "- working directory: /work/x\n"));
	json_object_put(o);
	msg_release(&m);
	/* While it waits for the model it reads nothing. */
	ck_assert_int_eq(peer.has_read, job);
	ck_assert_int_eq(peer.reading, 0);
	answer_ok(serial, REPLY);
	expect_output(job);
	extract_peer_end(&peer);
}
END_TEST

/* Answers come in any order, and one that never comes holds up nothing. */
START_TEST(test_others_go_on)
{
	int64_t	jobs[4], serials[4];
	int	i;

	for (i = 0; i < 4; i++)
		put_rollout(i, "hello there", 1);
	extract_peer_start_asking(&peer, root, NULL);
	for (i = 0; i < 4; i++)
		jobs[i] = ask(i, 100000);
	for (i = 0; i < 4; i++)
		serials[i] = question(jobs[i], 0, NULL);
	for (i = 3; i > 0; i--) {
		answer_ok(serials[i], REPLY);
		expect_output(jobs[i]);
	}
	extract_peer_end(&peer);
}
END_TEST

START_TEST(test_nothing_worth_keeping)
{
	struct msg	m;
	int64_t		job;

	put_rollout(1, "hello there", 1);
	put_rollout(2, "", 0);
	extract_peer_start_asking(&peer, root, NULL);
	job = ask(1, 100000);
	answer_ok(question(job, 0, NULL), "{\"rollout_summary\":\"\","
	    "\"rollout_slug\":\"\",\"raw_memory\":\"\"}");
	next(&m, MSG_EXTRACTED);
	ck_assert_str_eq(json_str(m.body, "outcome"), "no_output");
	msg_release(&m);
	/* Where nobody said anything no model is asked. */
	job = ask(2, 100000);
	next(&m, MSG_EXTRACTED);
	ck_assert_int_eq(m.serial, job);
	ck_assert_str_eq(json_str(m.body, "outcome"), "no_output");
	msg_release(&m);
	job = ask(1, 100000);
	answer_ok(question(job, 0, NULL), "As you wish: " REPLY);
	expect_failed(job, "bad_reply");
	extract_peer_end(&peer);
}
END_TEST

START_TEST(test_asks_again_when_told)
{
	size_t	first, again;
	int64_t	job, serial;

	put_rollout(1, "hello there", 1);
	extract_peer_start_asking(&peer, root, NULL);
	job = ask(1, 100000);
	serial = question(job, 0, &first);
	answer_error(serial, "overloaded", 0);
	ck_assert_int_ne(question(job, 1, &again), serial);
	ck_assert_uint_eq(first, again);
	answer_error(serial + 1, "transport", 30);
	serial = question(job, 2, &again);
	ck_assert_uint_eq(first, again);
	answer_error(serial, "rate_limit", -1);
	expect_failed(job, "rate_limit");
	extract_peer_end(&peer);
}
END_TEST

START_TEST(test_too_long_is_halved_four_times)
{
	size_t	size, before;
	int64_t	job, serial;
	int	i;

	put_rollout(1, "a request of some length that repeats itself", 3000);
	extract_peer_start_asking(&peer, root, NULL);
	job = ask(1, 400000);
	serial = question(job, 0, &before);
	for (i = 0; i < ASK_HALVINGS; i++) {
		answer_error(serial, "context_window", 0);
		serial = question(job, 0, &size);
		ck_assert_uint_lt(size, before * 3 / 4);
		before = size;
	}
	answer_error(serial, "context_window", 0);
	expect_failed(job, "context_window");
	/* Once was enough. */
	job = ask(1, 400000);
	answer_error(question(job, 0, &before), "context_window", 0);
	answer_ok(question(job, 0, &size), REPLY);
	expect_output(job);
	/* The supervisor says no, say for the budget. */
	job = ask(1, 400000);
	answer_error(question(job, 0, NULL), "context_window", -1);
	expect_failed(job, "context_window");
	extract_peer_end(&peer);
}
END_TEST

/* It went on while the model thought: half of something else is no answer. */
START_TEST(test_changed_meanwhile)
{
	struct msg	m;
	json_object	*body;
	char		*path = path_of(1);
	int64_t		 job;

	put_rollout(1, "hello there", 1);
	extract_peer_start_asking(&peer, root, NULL);
	json_object_put(extract_peer_scan(&peer, NULL, NULL));
	job = ask(1, 100000);
	next(&m, MSG_MODEL_REQUEST);
	body = json_object_new_object();
	json_set_str(body, "outcome", "error");
	json_set_str(body, "error", "context_window");
	json_set_int(body, "retry_after_ms", 0);
	ck_assert_int_eq(unlink(path), 0);
	extract_peer_answer(&peer, m.serial, body, NULL);
	msg_release(&m);
	expect_failed(job, "unreadable");
	/* An answer to what is settled is dropped. */
	answer_error(77, "transport", 0);
	put_rollout(1, "hello there", 1);
	job = ask(1, 100000);
	answer_ok(question(job, 0, NULL), REPLY);
	expect_output(job);
	extract_peer_end(&peer);
	free(path);
}
END_TEST

/* mnemod -p: what would be sent, for a person to read. */
START_TEST(test_preview)
{
	json_object	*body = json_object_new_object();
	struct msg	 m;
	char		*path = path_of(1);
	const char	*text;

	put_rollout(1, "hello there", 1);
	extract_peer_start_asking(&peer, NULL, path);
	json_set_str(body, "path", path);
	json_set_int(body, "budget_bytes", 100000);
	extract_peer_send(&peer, MSG_PREVIEW, body);
	next(&m, MSG_PREVIEWED);
	text = json_str(m.body, "text");
	ck_assert_int_eq(strncmp(text, "You read the transcript", 23), 0);
	ck_assert_ptr_nonnull(strstr(text, "- working directory: /work/x\n"));
	ck_assert_ptr_nonnull(strstr(text, "hello there"));
	msg_release(&m);
	extract_peer_end(&peer);
	free(path);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("ask");
	TCase	*tc = tcase_create("ask");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_question_and_answer);
	tcase_add_test(tc, test_others_go_on);
	tcase_add_test(tc, test_nothing_worth_keeping);
	tcase_add_test(tc, test_asks_again_when_told);
	tcase_add_test(tc, test_too_long_is_halved_four_times);
	tcase_add_test(tc, test_changed_meanwhile);
	tcase_add_test(tc, test_preview);
	suite_add_tcase(s, tc);
	return s;
}

int
main(int argc, char **argv, char **envp)
{
	return extract_peer_main(argc, argv, envp, suite);
}
