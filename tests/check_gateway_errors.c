/* links: worker/gateway/errors.c worker/gateway/scrub.c */

/*
 * What a provider says decides whether a job waits an hour, halves its input
 * or is given up, and its words end in logs: every code, status and sentence
 * that a provider is known to use, and servers that send the key back.
 */
#include <curl/curl.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "worker/gateway/errors.h"
#include "worker/gateway/scrub.h"

#define KEY "kk-live-0123456789abcdef"

/* Status and body of a reply; what it must become. */
static const struct {
	int			 status;
	const char		*body;
	enum model_error	 class;
	int64_t			 delay_ms;
	const char		*text;
} replies[] = {
	{ 400, "{\"error\":{\"message\":\"Bad value\",\"type\":"
	    "\"invalid_request_error\",\"code\":null,\"param\":null}}",
	    MODEL_INVALID_REQUEST, -1, "Bad value" },
	{ 400, "{\"error\":{\"message\":\"Too long\",\"type\":"
	    "\"invalid_request_error\",\"code\":"
	    "\"context_length_exceeded\"}}", MODEL_CONTEXT_WINDOW, -1,
	    "Too long" },
	{ 400, "{\"error\":{\"code\":400,\"message\":\"the request exceeds "
	    "the available context size\",\"type\":"
	    "\"exceed_context_size_error\"}}", MODEL_CONTEXT_WINDOW, -1,
	    "the request exceeds the available context size" },
	{ 400, "{\"object\":\"error\",\"message\":\"This model's maximum "
	    "context length is 4096 tokens\",\"type\":\"BadRequestError\","
	    "\"code\":400}", MODEL_CONTEXT_WINDOW, -1,
	    "This model's maximum context length is 4096 tokens" },
	{ 400, "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"invalid_request_error\",\"message\":\"prompt is too long: "
	    "210000 tokens > 200000 maximum\"}}", MODEL_CONTEXT_WINDOW, -1,
	    "prompt is too long: 210000 tokens > 200000 maximum" },
	{ 400, "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"invalid_request_error\",\"message\":\"Your credit balance is "
	    "too low\"}}", MODEL_QUOTA, -1,
	    "Your credit balance is too low" },
	{ 400, "{\"error\":{\"message\":\"m\",\"code\":\"content_filter\"}}",
	    MODEL_REFUSAL, -1, "m" },
	{ 401, "{\"error\":{\"message\":\"Incorrect key\",\"type\":"
	    "\"invalid_request_error\",\"code\":\"invalid_api_key\"}}",
	    MODEL_AUTH, -1, "Incorrect key" },
	{ 401, "{\"error\":{\"message\":\"x\",\"type\":"
	    "\"invalid_request_error\"}}", MODEL_AUTH, -1, "x" },
	{ 401, "", MODEL_AUTH, -1, "HTTP status 401" },
	{ 401, "{\"detail\":\"Unauthorized\"}", MODEL_AUTH, -1,
	    "Unauthorized" },
	{ 402, "no json", MODEL_QUOTA, -1, "HTTP status 402" },
	{ 403, "<html>no</html>", MODEL_AUTH, -1, "HTTP status 403" },
	{ 404, "{\"error\":{\"message\":\"model 'x' not found\",\"type\":"
	    "\"not_found_error\"}}", MODEL_INVALID_REQUEST, -1,
	    "model 'x' not found" },
	{ 404, "{\"error\":\"model not found\"}", MODEL_INVALID_REQUEST, -1,
	    "model not found" },
	{ 408, "", MODEL_TRANSPORT, -1, "HTTP status 408" },
	{ 413, "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"request_too_large\",\"message\":\"big\"}}",
	    MODEL_CONTEXT_WINDOW, -1, "big" },
	{ 429, "{\"error\":{\"message\":\"Rate limit reached. Please try "
	    "again in 1.5s.\",\"type\":\"tokens\",\"code\":"
	    "\"rate_limit_exceeded\"}}", MODEL_RATE_LIMIT, 1500,
	    "Rate limit reached. Please try again in 1.5s." },
	{ 429, "{\"error\":{\"message\":\"You exceeded your quota\",\"type\":"
	    "\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
	    MODEL_QUOTA, -1, "You exceeded your quota" },
	{ 429, "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":"
	    "\"The usage limit has been reached\"}}", MODEL_QUOTA, -1,
	    "The usage limit has been reached" },
	{ 429, "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":"
	    "\"used up\",\"resets_in_seconds\":1800}}", MODEL_QUOTA,
	    1800000, "used up" },
	{ 429, "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":"
	    "\"used up\",\"resets_in_seconds\":9223372036854775807}}",
	    MODEL_QUOTA, DELAY_MAX_MS, "used up" },
	{ 429, "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"rate_limit_error\",\"message\":\"slow\"}}", MODEL_RATE_LIMIT,
	    -1, "slow" },
	{ 429, "", MODEL_RATE_LIMIT, -1, "HTTP status 429" },
	{ 500, "{\"error\":{\"message\":\"oops\",\"type\":\"server_error\"}}",
	    MODEL_OVERLOADED, -1, "oops" },
	{ 500, "{\"error\":{\"message\":\"oops\",\"type\":"
	    "\"invalid_request_error\"}}", MODEL_OVERLOADED, -1, "oops" },
	{ 503, "", MODEL_OVERLOADED, -1, "HTTP status 503" },
	{ 529, "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"overloaded_error\",\"message\":\"Overloaded\"}}",
	    MODEL_OVERLOADED, -1, "Overloaded" },
	{ 302, "{\"error\":{\"message\":\"m\"}}", MODEL_PROTOCOL, -1,
	    "HTTP status 302: redirects are not followed" },
	{ 204, "", MODEL_PROTOCOL, -1, "HTTP status 204" },
	{ 418, "[1,2]", MODEL_INVALID_REQUEST, -1, "HTTP status 418" },
	{ 400, "{\"error\":{\"message\":7,\"code\":\"what\"}}",
	    MODEL_INVALID_REQUEST, -1, "what" },
	{ 400, "{\"error\":null}", MODEL_INVALID_REQUEST, -1,
	    "no reason given" },
	{ 400, "{\"error\":[]}", MODEL_INVALID_REQUEST, -1,
	    "no reason given" },
};
#define NREPLIES ((int)(sizeof(replies) / sizeof(replies[0])))

START_TEST(reply)
{
	struct failure	f;

	failure_init(&f);
	failure_from_http(&f, replies[_i].status, replies[_i].body,
	    strlen(replies[_i].body));
	ck_assert_str_eq(model_error_name(f.class),
	    model_error_name(replies[_i].class));
	ck_assert_int_eq(f.delay_ms, replies[_i].delay_ms);
	ck_assert_str_eq(buf_str(&f.text), replies[_i].text);
	ck_assert_int_eq(f.status, replies[_i].status);
	failure_release(&f);
}
END_TEST

/* Codes in the stream itself, where no status helps. */
static const struct {
	const char		*code;
	enum model_error	 class;
} codes[] = {
	{ "rate_limit_exceeded", MODEL_RATE_LIMIT },
	{ "context_length_exceeded", MODEL_CONTEXT_WINDOW },
	{ "insufficient_quota", MODEL_QUOTA },
	{ "usage_not_included", MODEL_QUOTA },
	{ "server_error", MODEL_OVERLOADED },
	{ "server_is_overloaded", MODEL_OVERLOADED },
	{ "slow_down", MODEL_OVERLOADED },
	{ "invalid_prompt", MODEL_INVALID_REQUEST },
	{ "overloaded_error", MODEL_OVERLOADED },
	{ "invalid_request_error", MODEL_INVALID_REQUEST },
	{ "authentication_error", MODEL_AUTH },
	{ "never_heard_of", MODEL_TRANSPORT },
};
#define NCODES ((int)(sizeof(codes) / sizeof(codes[0])))

START_TEST(code_in_the_stream)
{
	json_object	*o = json_object_new_object();
	struct failure	 f;

	json_set_str(o, "code", codes[_i].code);
	failure_init(&f);
	failure_from_json(&f, o, MODEL_TRANSPORT);
	ck_assert_str_eq(model_error_name(f.class),
	    model_error_name(codes[_i].class));
	ck_assert_str_eq(buf_str(&f.text), codes[_i].code);
	failure_release(&f);
	json_object_put(o);
}
END_TEST

START_TEST(every_class_has_its_name)
{
	unsigned	i;

	for (i = 0; i < MODEL_ERROR__MAX; i++)
		ck_assert_uint_eq(model_error_by_name(model_error_name(
		    (enum model_error)i)), i);
	ck_assert_int_eq(model_error_by_name("x"), MODEL_ERROR__MAX);
}
END_TEST

START_TEST(libcurl)
{
	static const struct {
		CURLcode		code;
		enum model_error	class;
	} list[] = {
		{ CURLE_COULDNT_CONNECT, MODEL_TRANSPORT },
		{ CURLE_COULDNT_RESOLVE_HOST, MODEL_TRANSPORT },
		{ CURLE_RECV_ERROR, MODEL_TRANSPORT },
		{ CURLE_GOT_NOTHING, MODEL_TRANSPORT },
		{ CURLE_PARTIAL_FILE, MODEL_TRANSPORT },
		{ CURLE_PEER_FAILED_VERIFICATION, MODEL_TRANSPORT },
		/* Certificates that cannot be read now say nothing of a job. */
		{ CURLE_SSL_CACERT_BADFILE, MODEL_TRANSPORT },
		{ CURLE_WEIRD_SERVER_REPLY, MODEL_PROTOCOL },
		{ CURLE_WRITE_ERROR, MODEL_PROTOCOL },
		{ CURLE_HTTP2_STREAM, MODEL_PROTOCOL },
		{ CURLE_URL_MALFORMAT, MODEL_INVALID_REQUEST },
	};
	struct failure	f;
	size_t		i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		failure_init(&f);
		failure_from_curl(&f, (int)list[i].code, "detail");
		ck_assert_int_eq(f.class, list[i].class);
		ck_assert_str_eq(buf_str(&f.text), "detail");
		failure_release(&f);
	}
}
END_TEST

START_TEST(delays_in_headers)
{
	static const struct {
		const char	*after_ms, *after;
		int64_t		 ms;
	} list[] = {
		{ NULL, NULL, -1 },
		{ NULL, "20", 20000 },
		{ NULL, "0", 0 },
		{ NULL, "1.5", 1500 },
		{ "250", "20", 250 },
		{ "250.7", NULL, 250 },
		{ "soon", "20", 20000 },
		{ "-5", NULL, -1 },
		{ NULL, "-5", -1 },
		{ NULL, "later", -1 },
		{ NULL, "", -1 },
		{ NULL, "20 s", -1 },
		{ NULL, "99999999999999999999", DELAY_MAX_MS },
		{ NULL, "1e300", DELAY_MAX_MS },
		{ NULL, "Thu, 26 Nov 2026 01:00:30 GMT", 30000 },
		{ NULL, "Thu, 26 Nov 2026 00:59:00 GMT", 0 },
		{ NULL, "Fri, 26 Nov 2066 00:59:00 GMT", DELAY_MAX_MS },
		{ NULL, "Thu, 26 Nov 2026 01:00:30 CET", -1 },
	};
	size_t	i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		ck_assert_msg(delay_from_headers(list[i].after_ms,
		    list[i].after, 1795654800) == list[i].ms, "row %zu", i);
}
END_TEST

START_TEST(delays_in_sentences)
{
	static const struct {
		const char	*text;
		int64_t		 ms;
	} list[] = {
		{ "Please try again in 1.898s. Visit", 1898 },
		{ "Try again in 20ms.", 20 },
		{ "try again in 3 seconds", 3000 },
		{ "try again in 1 second", 1000 },
		{ "try again in 6m0s.", 360000 },
		{ "try again in 1h2m3s", 3723000 },
		{ "try again in 1h 2m", 3720000 },
		{ "try again in 2 minutes", 120000 },
		{ "try again in 999h", DELAY_MAX_MS },
		{ "try again in a while", -1 },
		{ "try again in 5 apples", -1 },
		{ "try again in ", -1 },
		{ "try again", -1 },
		{ "", -1 },
	};
	size_t	i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		ck_assert_msg(delay_from_text(list[i].text) == list[i].ms,
		    "%s: %ld", list[i].text,
		    (long)delay_from_text(list[i].text));
}
END_TEST

static void
assert_scrubbed(const char *raw, int cut, const char *sent, const char *want)
{
	char		 why[128], out[SCRUB_MAX + 1];
	struct scrub	 s = { redact_new(NULL, 0, why, sizeof(why)),
				{ KEY, "acct-77777777" } };
	struct failure	 f = { .text = BUF_INIT, .cut = cut };
	struct buf	 b = BUF_INIT;

	ck_assert_ptr_nonnull(s.redact);
	buf_addstr(&f.text, raw);
	buf_addstr(&b, sent);
	scrub_failure(&s, &f, &b, out);
	ck_assert_str_eq(out, want);
	buf_release(&f.text);
	buf_release(&b);
	redact_free(s.redact);
}

START_TEST(the_key_never_comes_back)
{
	assert_scrubbed("bad key " KEY "!", 0, "",
	    "bad key [REDACTED_SECRET]!");
	assert_scrubbed(KEY KEY, 0, "",
	    "[REDACTED_SECRET][REDACTED_SECRET]");
	assert_scrubbed("account acct-77777777.", 0, "",
	    "account [REDACTED_SECRET].");
	/* The end of what was kept lies within the key. */
	assert_scrubbed("bad key kk-live-012345", 1, "", "bad key ");
	assert_scrubbed("bad key kk-live-012345", 0, "",
	    "bad key kk-live-012345");
	/* Another's key. */
	assert_scrubbed("sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH",
	    0, "", "[REDACTED_SECRET]");
}
END_TEST

START_TEST(the_prompt_never_comes_back)
{
	static const char	sent[] = "{\"text\":\"the user said that "
	    "the password of the safe is his dog's name\"}";

	assert_scrubbed("invalid input: said that the password of the safe "
	    "is", 0, sent, "the server's words quote the request and are "
	    "withheld");
	assert_scrubbed("invalid input: text", 0, sent,
	    "invalid input: text");
}
END_TEST

START_TEST(words_become_printable_and_short)
{
	char	raw[2000];

	assert_scrubbed("a\033[31mb\nc\xff", 0, "",
	    "a\\x1b[31mb\\x0ac\\xff");
	memset(raw, 'y', sizeof(raw) - 1);
	raw[sizeof(raw) - 1] = '\0';
	raw[SCRUB_MAX] = '\0';
	assert_scrubbed(raw, 0, "", raw);
	memset(raw, 'y', sizeof(raw) - 1);
	{
		char	want[SCRUB_MAX + 1];

		memset(want, 'y', SCRUB_MAX);
		want[SCRUB_MAX] = '\0';
		assert_scrubbed(raw, 0, "", want);
	}
}
END_TEST

/* A sentence of a megabyte is cut before it is kept. */
START_TEST(long_words_are_cut)
{
	struct failure	f;
	struct buf	b = BUF_INIT;
	size_t		i;

	buf_addstr(&b, "{\"error\":\"");
	for (i = 0; i < 1000000; i++)
		buf_addch(&b, 'x');
	buf_addstr(&b, "\"}");
	failure_init(&f);
	failure_from_http(&f, 400, b.data, b.len);
	ck_assert_uint_eq(f.text.len, FAILURE_RAW_MAX);
	ck_assert_int_eq(f.cut, 1);
	failure_set(&f, MODEL_TRANSPORT, "short");
	ck_assert_int_eq(f.cut, 0);
	ck_assert_str_eq(buf_str(&f.text), "short");
	failure_release(&f);
	buf_release(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_errors");
	TCase	*tc = tcase_create("errors");

	tcase_add_loop_test(tc, reply, 0, NREPLIES);
	tcase_add_loop_test(tc, code_in_the_stream, 0, NCODES);
	tcase_add_test(tc, every_class_has_its_name);
	tcase_add_test(tc, libcurl);
	tcase_add_test(tc, delays_in_headers);
	tcase_add_test(tc, delays_in_sentences);
	tcase_add_test(tc, the_key_never_comes_back);
	tcase_add_test(tc, the_prompt_never_comes_back);
	tcase_add_test(tc, words_become_printable_and_short);
	tcase_add_test(tc, long_words_are_cut);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
