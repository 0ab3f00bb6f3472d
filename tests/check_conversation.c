/* links: worker/consolidate/conversation.c worker/consolidate/conversation_shrink.c */

/*
 * A conversation that fills the model's context made agents fail at the last
 * turn, after everything was paid for; and a call without a result makes the
 * next request invalid.  So: older results give way, never those that the
 * model has not seen, and what a model says is taken in one form only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "worker/consolidate/conversation.h"

static struct conversation	c;
static struct reply		r;
static const char		*why;

static void
setup(void)
{
	conversation_init(&c, "Be brief.");
}

static void
teardown(void)
{
	conversation_release(&c);
}

static int
take(const char *payload)
{
	struct buf	b = BUF_INIT;
	int		n;

	buf_addstr(&b, payload);
	n = conversation_reply(&c, &r, &b, &why);
	buf_release(&b);
	return n;
}

/* The payload as it would be sent; static memory. */
static const char *
payload(void)
{
	static struct buf	b;

	buf_reset(&b);
	conversation_payload(&c, &b);
	return buf_str(&b);
}

#define HOLDS(text) ck_assert_msg(strstr(payload(), text) != NULL, "%s",	\
    payload())

START_TEST(all_of_it_is_sent_again)
{
	conversation_user(&c, "Go.");
	ck_assert_int_eq(take("{\"items\":[{\"type\":\"reasoning\",\"opaque\":"
	    "{\"id\":\"r\",\"encrypted_content\":\"xyz\"}},{\"type\":\"text\","
	    "\"text\":\"I look.\"},{\"type\":\"call\",\"id\":\"c1\",\"name\":"
	    "\"list_files\",\"arguments\":\"{}\"}],\"stop\":\"tool\"}"), 0);
	ck_assert_uint_eq(r.ncalls, 1);
	ck_assert_str_eq(r.calls[0].name, "list_files");
	ck_assert_str_eq(r.text, "I look.");
	conversation_result(&c, r.calls[0].id, "MEMORY.md", 0);
	HOLDS("\"instructions\":\"Be brief.\"");
	HOLDS("{\"role\":\"user\",\"text\":\"Go.\"}");
	HOLDS("\"opaque\":{\"id\":\"r\",\"encrypted_content\":\"xyz\"}");
	HOLDS("{\"role\":\"tool\",\"id\":\"c1\",\"output\":\"MEMORY.md\","
	    "\"failed\":false}");
	HOLDS("\"tools\":[\"list_files\",\"read_file\"");
	HOLDS("\"schema\":null");
}
END_TEST

static const char *const	malformed[] = {
	"", "[]", "{}", "{\"items\":{}}", "{\"items\":[7]}",
	"{\"items\":[{\"type\":\"exec\"}]}", "{\"items\":[{\"type\":\"text\"}]}",
	"{\"items\":[{\"type\":\"text\",\"text\":7}]}",
	"{\"items\":[{\"type\":\"text\",\"text\":\"a\\u0000b\"}]}",
	"{\"items\":[{\"type\":\"reasoning\",\"opaque\":\"x\"}]}",
	"{\"items\":[{\"type\":\"call\",\"id\":\"x\",\"name\":\"y\"}]}",
	"{\"items\":[{\"type\":\"call\",\"id\":\"x\",\"arguments\":\"{}\"}]}",
};

START_TEST(nothing_else_is_taken)
{
	ck_assert_int_eq(take(malformed[_i]), -1);
	ck_assert_ptr_nonnull(why);
	ck_assert_uint_eq(json_object_array_length(c.messages), 0);
}
END_TEST

START_TEST(a_flood_of_calls_is_bounded)
{
	struct buf	b = BUF_INIT;
	int		i;

	buf_addstr(&b, "{\"items\":[");
	for (i = 0; i < 300; i++)
		buf_addf(&b, "{\"type\":\"call\",\"id\":\"c%d\",\"name\":"
		    "\"list_files\",\"arguments\":\"{}\"},", i);
	buf_addstr(&b, "{\"type\":\"text\",\"text\":\"all\"}]}");
	ck_assert_int_eq(conversation_reply(&c, &r, &b, &why), 0);
	ck_assert_uint_eq(r.ncalls, CONVERSATION_CALLS_MAX);
	ck_assert_uint_eq(r.dropped, 300 - CONVERSATION_CALLS_MAX);
	ck_assert_str_eq(r.text, "all");
	/* A call that gets no result is not there. */
	HOLDS("\"c255\"");
	ck_assert_ptr_null(strstr(payload(), "\"c256\""));
	HOLDS("{\"type\":\"text\",\"text\":\"all\"}");
	buf_release(&b);
}
END_TEST

static void
turn(const char *id, size_t bytes)
{
	char	text[256], *output = malloc(bytes + 1);

	snprintf(text, sizeof(text), "{\"items\":[{\"type\":\"call\",\"id\":"
	    "\"%s\",\"name\":\"read_file\",\"arguments\":\"{}\"}]}", id);
	ck_assert_int_eq(take(text), 0);
	memset(output, 'x', bytes);
	output[bytes] = '\0';
	conversation_result(&c, id, output, 0);
	free(output);
}

START_TEST(older_results_give_way)
{
	size_t	n;

	conversation_user(&c, "Go.");
	turn("a", 10000);
	turn("b", 10000);
	turn("c", 10000);
	n = conversation_shrink(&c, 100000);
	ck_assert_uint_gt(n, 30000);
	HOLDS("xxxx\",\"failed\":false},{\"role\":\"assistant\"");
	n = conversation_shrink(&c, 25000);
	ck_assert_uint_lt(n, 25000);
	ck_assert_uint_gt(n, 20000);
	HOLDS("\"id\":\"a\",\"output\":\"[a result of 10000 bytes was here");
	HOLDS("\"id\":\"b\",\"output\":\"xxx");
	/* What the model has not seen is whole as long as the rest may go. */
	n = conversation_shrink(&c, 12000);
	ck_assert_uint_gt(n, 10000);
	HOLDS("\"id\":\"b\",\"output\":\"[a result");
	HOLDS("\"id\":\"c\",\"output\":\"xxx");
	ck_assert_uint_eq(conversation_shrink(&c, 12000), n);
	/* Then it is told in half. */
	ck_assert_uint_lt(conversation_shrink(&c, n - 1), n - 4000);
	HOLDS("xxx\\n[5000 bytes were cut: ask for less at once]");
	HOLDS("{\"role\":\"user\",\"text\":\"Go.\"}");
}
END_TEST

/* A reply that writes `bytes' bytes, and says as many, with its result. */
static void
writes(const char *id, size_t bytes)
{
	struct buf	 b = BUF_INIT;
	char		*text = malloc(bytes + 1);

	memset(text, 'y', bytes);
	text[bytes] = '\0';
	buf_addf(&b, "{\"items\":[{\"type\":\"reasoning\",\"opaque\":{\"id\":"
	    "\"r%s\"}},{\"type\":\"text\",\"text\":\"%s\"},{\"type\":\"call\","
	    "\"id\":\"%s\",\"name\":\"write_file\",\"arguments\":\"{\\\"path"
	    "\\\":\\\"MEMORY.md\\\",\\\"content\\\":\\\"%s\\\"}\"}]}", id,
	    text, id, text);
	ck_assert_int_eq(conversation_reply(&c, &r, &b, &why), 0);
	conversation_result(&c, id, "written", 0);
	buf_release(&b);
	free(text);
}

/* A 4 MiB reply would have to be sent back with every turn that follows. */
START_TEST(what_was_written_gives_way)
{
	size_t	n;

	conversation_user(&c, "Go.");
	writes("a", 2000000);
	writes("b", 2000000);
	n = conversation_shrink(&c, 5000000);
	ck_assert_uint_lt(n, 5000000);
	ck_assert_uint_gt(n, 4000000);
	HOLDS("{\"type\":\"text\",\"text\":\"[a text of 2000000 bytes was "
	    "here]\"}");
	HOLDS("\"arguments\":\"{\\\"path\\\":\\\"MEMORY.md\\\",\\\"content\\\":"
	    "\\\"[2000000 bytes were here");
	/* The last reply's too: its results tell what came of it. */
	ck_assert_uint_lt(conversation_shrink(&c, 100000), 3000);
	HOLDS("\"opaque\":{\"id\":\"ra\"}");
	HOLDS("\"opaque\":{\"id\":\"rb\"}");
	HOLDS("\"output\":\"written\"");
}
END_TEST

static const char *const	odd[] = {
	"not JSON ", "[\\\"", "{\\\"path\\\":{\\\"x\\\":\\\"", "{\\\"",
};

/* What is no object of short values is an empty one then. */
START_TEST(odd_arguments_give_way)
{
	struct buf	b = BUF_INIT;
	int		i;

	buf_addf(&b, "{\"items\":[{\"type\":\"call\",\"id\":\"a\",\"name\":\"x\","
	    "\"arguments\":\"%s", odd[_i]);
	for (i = 0; i < 1000; i++)
		buf_addstr(&b, "zz");
	buf_addstr(&b, _i == 1 ? "\\\"]" : _i == 2 ? "\\\"}}" : "");
	buf_addstr(&b, "\"}]}");
	ck_assert_int_eq(conversation_reply(&c, &r, &b, &why), 0);
	ck_assert_uint_lt(conversation_shrink(&c, 100), 300);
	HOLDS("\"arguments\":\"{}\"");
	buf_release(&b);
}
END_TEST

/* 200 large results at once are more than a request may be. */
START_TEST(unseen_results_are_cut_until_they_fit)
{
	char	*output = malloc(80001);
	int	 i;

	turn("first", 10);
	memset(output, 'x', 80000);
	output[80000] = '\0';
	for (i = 0; i < 200; i++)
		conversation_result(&c, "n", output, 0);
	ck_assert_uint_lt(conversation_shrink(&c, 3000000), 3000000);
	ck_assert_uint_gt(conversation_shrink(&c, 3000000), 1000000);
	ck_assert_uint_lt(conversation_shrink(&c, 1), 100000);
	free(output);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("conversation");
	TCase	*tc = tcase_create("conversation");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_of_it_is_sent_again);
	tcase_add_loop_test(tc, nothing_else_is_taken, 0,
	    (int)(sizeof(malformed) / sizeof(malformed[0])));
	tcase_add_test(tc, a_flood_of_calls_is_bounded);
	tcase_add_test(tc, older_results_give_way);
	tcase_add_test(tc, what_was_written_gives_way);
	tcase_add_loop_test(tc, odd_arguments_give_way, 0,
	    (int)(sizeof(odd) / sizeof(odd[0])));
	tcase_add_test(tc, unseen_results_are_cut_until_they_fit);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
