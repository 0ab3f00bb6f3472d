/* links: worker/extract/reply.c */
/*
 * A model that was talked into it by a transcript answered with a fourth key,
 * a fence and a token that it had seen: what is not exactly the reply that
 * was asked for is refused, and what is taken is redacted like the
 * transcript was.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/mem.h"
#include "worker/extract/reply.h"

#define FULL "{\"rollout_summary\":\"# s\",\"rollout_slug\":\"a-b\"," \
	"\"raw_memory\":\"m\"}"

static struct redact	*redact;

static void
setup(void)
{
	char	why[256];

	redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_ptr_nonnull(redact);
}

static void
teardown(void)
{
	redact_free(redact);
}

/* A payload whose only item is this text, or two that make it up. */
static void
payload_of(struct buf *out, const char *text, size_t first, const char *stop)
{
	json_object	*o = json_object_new_object();
	json_object	*items = json_object_new_array(), *item;
	char		*part;
	size_t		 i;

	for (i = 0; i < 2; i++) {
		part = i == 0 ? xstrndup(text, first) : xstrdup(text + first);
		item = json_object_new_object();
		json_set_str(item, "type", "text");
		json_set_str(item, "text", part);
		json_object_array_add(items, item);
		free(part);
		item = json_object_new_object();
		json_set_str(item, "type", "reasoning");
		json_set(item, "opaque", json_object_new_object());
		json_object_array_add(items, item);
	}
	json_set(o, "items", items);
	json_set_str(o, "stop", stop);
	json_write(out, o);
	json_object_put(o);
}

static enum reply_status
read_text(struct reply *r, const char *text, const char **why)
{
	struct buf		payload = BUF_INIT;
	enum reply_status	st;

	payload_of(&payload, text, strlen(text) / 2, "end");
	st = reply_read(r, &payload, redact, why);
	buf_release(&payload);
	return st;
}

START_TEST(test_what_was_asked_for)
{
	struct reply	r;
	const char	*why;

	ck_assert_int_eq(read_text(&r, "\n " FULL "\n", &why), REPLY_OUTPUT);
	ck_assert_str_eq(r.raw_memory, "m");
	ck_assert_str_eq(r.rollout_summary, "# s");
	ck_assert_str_eq(r.rollout_slug, "a-b");
	ck_assert_int_eq(r.keeps, 0);
	reply_clear(&r);
	ck_assert_int_eq(read_text(&r, "{\"rollout_summary\":\"s\","
	    "\"rollout_slug\":null,\"raw_memory\":\"m\"}", &why),
	    REPLY_OUTPUT);
	ck_assert_ptr_null(r.rollout_slug);
	reply_clear(&r);
	ck_assert_int_eq(read_text(&r, "{\"rollout_summary\":\"s\","
	    "\"raw_memory\":\"m\"}", &why), REPLY_OUTPUT);
	reply_clear(&r);
}
END_TEST

START_TEST(test_nothing_to_keep)
{
	static const char *const	nothing[] = {
		"{\"rollout_summary\":\"\",\"rollout_slug\":\"\","
		    "\"raw_memory\":\"\"}",
		"{\"rollout_summary\":\" \\n\",\"rollout_slug\":null,"
		    "\"raw_memory\":\"\\t\"}",
		"{\"rollout_summary\":\"x\",\"raw_memory\":\"\"}",
	};
	struct reply	r;
	const char	*why;
	size_t		i;

	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		ck_assert_int_eq(read_text(&r, nothing[i], &why),
		    REPLY_NOTHING);
		ck_assert_ptr_null(r.raw_memory);
		reply_clear(&r);
	}
}
END_TEST

static const struct {
	const char	*text, *why;
} bad[] = {
	{ "", "not a JSON object" },
	{ "Here you are: " FULL, "not a JSON object" },
	{ "```json\n" FULL "\n```", "not a JSON object" },
	{ FULL FULL, "not a JSON object" },
	{ "[" FULL "]", "not a JSON object" },
	{ "\"x\"", "not a JSON object" },
	{ "{\"rollout_summary\":\"s\"}", "a key is missing" },
	{ "{\"rollout_summary\":\"s\",\"raw_memory\":null}",
	    "not a string" },
	{ "{\"rollout_summary\":[\"s\"],\"raw_memory\":\"m\"}",
	    "not a string" },
	{ "{\"rollout_summary\":\"s\",\"raw_memory\":\"m\","
	    "\"rollout_slug\":3}", "not a string" },
	{ "{\"rollout_summary\":\"s\",\"raw_memory\":\"m\",\"notes\":\"x\"}",
	    "a key that was not asked for" },
	{ "{\"rollout_summary\":\"s\\u0000\",\"raw_memory\":\"m\"}",
	    "holds a NUL" },
	{ "{\"a\":[[[[[[[[[1]]]]]]]]]}", "not a JSON object" },
};

START_TEST(test_anything_else)
{
	struct reply	r;
	const char	*why;

	ck_assert_int_eq(read_text(&r, bad[_i].text, &why), REPLY_BAD);
	ck_assert_msg(strstr(why, bad[_i].why) != NULL, "%s: %s",
	    bad[_i].text, why);
	ck_assert_ptr_null(r.raw_memory);
	reply_clear(&r);
}
END_TEST

static void
assert_bad_payload(const char *text, const char *want)
{
	struct buf	 payload = BUF_INIT;
	struct reply	 r;
	const char	*why;

	buf_addstr(&payload, text);
	ck_assert_int_eq(reply_read(&r, &payload, redact, &why), REPLY_BAD);
	ck_assert_msg(strstr(why, want) != NULL, "%.80s: %s", text, why);
	buf_release(&payload);
}

START_TEST(test_bad_payloads)
{
	static const char	call[] = "{\"items\":[{\"type\":\"call\","
	    "\"id\":\"1\",\"name\":\"read_file\",\"arguments\":\"{}\"}],"
	    "\"stop\":\"tool\"}";
	struct buf	b = BUF_INIT;

	assert_bad_payload("x", "neutral");
	assert_bad_payload("{}", "neutral");
	assert_bad_payload("{\"items\":[]}", "neutral");
	assert_bad_payload("{\"items\":3,\"stop\":\"end\"}", "neutral");
	assert_bad_payload("{\"items\":[1,{}],\"stop\":\"end\"}",
	    "not a JSON object");
	assert_bad_payload(call, "calls a tool");
	payload_of(&b, FULL, 3, "length");
	assert_bad_payload(buf_str(&b), "cut off");
	buf_release(&b);
}
END_TEST

START_TEST(test_a_text_too_long)
{
	struct buf	b = BUF_INIT;
	struct reply	r;
	const char	*why;
	size_t		i;

	buf_addstr(&b, "{\"rollout_summary\":\"s\",\"raw_memory\":\"");
	for (i = 0; i <= REPLY_TEXT_MAX; i++)
		buf_addch(&b, 'a');
	buf_addstr(&b, "\"}");
	ck_assert_int_eq(read_text(&r, b.data, &why), REPLY_BAD);
	ck_assert_str_eq(why, "a text is too long");
	buf_release(&b);
}
END_TEST

START_TEST(test_secrets_and_terminals)
{
	struct reply	r;
	const char	*why;

	ck_assert_int_eq(read_text(&r, "{\"rollout_summary\":\"a\\u001b[2J\\n"
	    "\\tb\\u007f\",\"rollout_slug\":\"Fix: The  Upload_Test!\","
	    "\"raw_memory\":\"use gh" "p_aB3xQ9zL7wKd84RtYm2paB3xQ9zL7wabcdef"
	    " now\"}", &why), REPLY_OUTPUT);
	ck_assert_str_eq(r.rollout_summary, "a[2J\n\tb");
	ck_assert_str_eq(r.rollout_slug, "fix-the-upload_test");
	ck_assert_str_eq(r.raw_memory, "use " REDACT_MARK " now");
	ck_assert_uint_eq(r.redactions, 1);
	reply_clear(&r);
	ck_assert_int_eq(read_text(&r, "{\"rollout_summary\":\"s\","
	    "\"rollout_slug\":\"../..\",\"raw_memory\":\"m\"}", &why),
	    REPLY_OUTPUT);
	ck_assert_ptr_null(r.rollout_slug);
	reply_clear(&r);
	/* Found by fuzz_reply: what only a terminal sees hid one. */
	ck_assert_int_eq(read_text(&r, "{\"rollout_summary\":\"g\\u0001hp_"
	    "aB3xQ9zL7wKd84RtYm2paB3xQ9zL7wabcdef\",\"raw_memory\":\"m\"}",
	    &why), REPLY_OUTPUT);
	ck_assert_str_eq(r.rollout_summary, REDACT_MARK);
	reply_clear(&r);
}
END_TEST

static const struct {
	const char	*raw;
	int		 keeps;
} memories[] = {
	{ "### Task 1: x\\nPreference signals:\\n- when asked, x -> y", 1 },
	{ "### Task 1\\n\\npreference signals:\\n\\n* always use tabs\\n", 1 },
	{ "Preference signals:\\n- none\\nReusable knowledge:\\n- a", 0 },
	{ "Preference signals:\\n- (none)\\n\\nPreference Signals:\\n- b", 1 },
	{ "Preference signals:\\n\\nReusable knowledge:\\n- a", 0 },
	{ "Preference signals:", 0 },
	{ "- a preference", 0 },
};

START_TEST(test_what_keeps)
{
	struct reply	 r;
	const char	*why;
	char		*text = xasprintf("{\"rollout_summary\":\"s\","
			    "\"raw_memory\":\"%s\"}", memories[_i].raw);

	ck_assert_int_eq(read_text(&r, text, &why), REPLY_OUTPUT);
	ck_assert_msg(r.keeps == memories[_i].keeps, "%s", r.raw_memory);
	reply_clear(&r);
	free(text);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("reply");
	TCase	*tc = tcase_create("reply");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_what_was_asked_for);
	tcase_add_test(tc, test_nothing_to_keep);
	tcase_add_loop_test(tc, test_anything_else, 0,
	    (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tc, test_bad_payloads);
	tcase_add_test(tc, test_a_text_too_long);
	tcase_add_test(tc, test_secrets_and_terminals);
	tcase_add_loop_test(tc, test_what_keeps, 0,
	    (int)(sizeof(memories) / sizeof(memories[0])));
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
