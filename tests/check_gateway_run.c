/* links: tests/gateway_scene.c tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */
/*
 * The running gateway against a model server that misbehaves: each trouble
 * ends in the right class, in time, with a sentence that quotes nothing; the
 * gateway lives, keeps nothing, and serves the next request.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/monotime.h"
#include "tests/check_main.h"
#include "tests/gateway_scene.h"

#define R	1u		/* APIs: responses, chat, messages */
#define C	2u
#define M	4u
#define ALL	(R | C | M)
#define SILENCE_MS	1000	/* allowed where a rule is silent */

/* What is never to be seen in a message: see the rules. */
#define TEXT	"text=" SAID

static const struct {
	unsigned	 apis;
	const char	*rule;		/* of fakemodel */
	const char	*class;		/* "ok", or of model_error.h */
	int		 status;	/* of HTTP; 0: null */
	int64_t		 delay_ms;	/* server_delay_ms; -1: null */
} trials[] = {
	/* Good ones, however they come. */
	{ ALL, "stage_one", "ok", 200, -1 },
	{ ALL, "stage_one split=1", "ok", 200, -1 },
	{ ALL, "stage_one split=7 drip=1", "ok", 200, -1 },
	{ ALL, "stage_one events=2", "ok", 200, -1 },
	{ ALL, "stage_one events=1", "ok", 200, -1 },
	{ ALL, "stage_one crlf comments bom lines", "ok", 200, -1 },
	{ ALL, "stage_one crlf split=1", "ok", 200, -1 },
	{ ALL, "stage_one cr", "ok", 200, -1 },
	{ ALL, "stage_one garbage", "ok", 200, -1 },
	{ ALL, "stage_one no_usage", "ok", 200, -1 },
	{ ALL, "stage_one wait=300", "ok", 200, -1 },
	{ R, "stage_one no_deltas", "ok", 200, -1 },
	{ ALL, "times=1", "ok", 200, -1 },
	{ ALL, TEXT " incomplete=max_output_tokens", "ok", 200, -1 },
	{ C, "call=read_file args={} whole_calls no_ids", "ok", 200, -1 },
	{ ALL, "call=read_file args={oops", "ok", 200, -1 },
	{ ALL, "call=read_file args={} repeat=200", "ok", 200, -1 },
	{ ALL, "fill=3900000", "ok", 200, -1 },
	/* It completed: what the connection does then does not matter. */
	{ ALL, "stage_one end=silence", "ok", 200, -1 },
	{ ALL, "stage_one end=close", "ok", 200, -1 },

	/* Too much. */
	{ ALL, "fill=4194304", "protocol", 200, -1 },
	{ ALL, TEXT " big=10000000", "protocol", 200, -1 },

	/* It ends too early, or not at all. */
	{ ALL, TEXT " no_end", "transport", 200, -1 },
	{ ALL, TEXT " cut=300", "transport", 200, -1 },
	{ ALL, TEXT " cut=0", "transport", 200, -1 },
	{ ALL, TEXT " cut=300 end=close", "transport", 200, -1 },
	{ ALL, TEXT " cut=300 end=reset", "transport", 200, -1 },
	{ ALL, TEXT " cut=300 end=chunk", "transport", 200, -1 },
	{ ALL, TEXT " cut=300 end=silence", "transport", 200, -1 },
	{ ALL, TEXT " cut=0 end=silence", "transport", 200, -1 },
	{ ALL, "status=0 end=silence", "transport", 0, -1 },
	{ ALL, "status=0 end=reset", "transport", 0, -1 },
	{ ALL, "status=0 end=close", "transport", 0, -1 },

	/* It is not what was asked for. */
	{ ALL, "status=0 raw=\"" SAID "\\r\\n\\r\\n\" end=close", "protocol",
	    0, -1 },
	{ ALL, TEXT " type=text/html", "protocol", 200, -1 },
	{ ALL, "json=" SAID, "protocol", 200, -1 },
	{ ALL, "json='{\"error\":{\"code\":\"insufficient_quota\","
	    "\"message\":\"pay\"}}'", "quota", 200, -1 },
	{ ALL, "json='{\"error\":\"busy\"}'", "protocol", 200, -1 },
	{ ALL, TEXT " gzip", "protocol", 200, -1 },
	{ ALL, "status=307 header=\"Location: http://127.0.0.1:1/v1\"",
	    "protocol", 307, -1 },

	/* The model declines. */
	{ ALL, "refusal=no", "refusal", 200, -1 },
	{ R | C, TEXT " incomplete=content_filter", "refusal", 200, -1 },

	/* It fails in the stream. */
	{ R, TEXT " failed=rate_limit_exceeded "
	    "message=\"Please try again in 1.5s.\"", "rate_limit", 200, 1500 },
	{ R, "failed=context_length_exceeded", "context_window", 200, -1 },
	{ R, "failed=insufficient_quota", "quota", 200, -1 },
	{ R, "failed=usage_not_included", "quota", 200, -1 },
	{ R, "failed=server_error", "overloaded", 200, -1 },
	{ R, "failed=server_is_overloaded", "overloaded", 200, -1 },
	{ R, "failed=slow_down", "overloaded", 200, -1 },
	{ R, "failed=invalid_prompt", "invalid_request", 200, -1 },
	{ R, "failed=never_heard_of", "overloaded", 200, -1 },
	{ R, "error=server_error", "overloaded", 200, -1 },
	{ C, "failed=context_length_exceeded", "context_window", 200, -1 },
	{ C, "failed=server_error", "overloaded", 200, -1 },
	{ M, "failed=overloaded_error", "overloaded", 200, -1 },
	{ M, "failed=api_error", "overloaded", 200, -1 },
	{ M, "failed=rate_limit_error", "rate_limit", 200, -1 },
	{ M, "failed=invalid_request_error "
	    "message=\"prompt is too long: 9 tokens\"", "context_window",
	    200, -1 },

	/* It is refused. */
	{ ALL, "status=400", "invalid_request", 400, -1 },
	{ ALL, "status=400 code=context_length_exceeded", "context_window",
	    400, -1 },
	{ ALL, "status=400 json=" SAID, "invalid_request", 400, -1 },
	{ ALL, "status=401", "auth", 401, -1 },
	{ ALL, "status=401 message=\"no such key: $KEY, in $BODY\"", "auth",
	    401, -1 },
	{ ALL, "status=400 message=\"$BODY\"", "invalid_request", 400, -1 },
	{ ALL, "failed=server_error message=\"$KEY $BODY\"", "overloaded",
	    200, -1 },
	{ ALL, "status=403", "auth", 403, -1 },
	{ ALL, "status=404", "invalid_request", 404, -1 },
	{ ALL, "status=408", "transport", 408, -1 },
	{ ALL, "status=413", "context_window", 413, -1 },
	{ ALL, "status=429", "rate_limit", 429, -1 },
	{ ALL, "status=429 header=\"Retry-After: 7\"", "rate_limit", 429,
	    7000 },
	{ ALL, "status=429 header=\"Retry-After-Ms: 40\"", "rate_limit", 429,
	    40 },
	{ ALL, "status=429 header=\"Retry-After: soon\"", "rate_limit", 429,
	    -1 },
	{ ALL, "status=429 code=insufficient_quota", "quota", 429, -1 },
	{ ALL, "status=500", "overloaded", 500, -1 },
	{ ALL, "status=503", "overloaded", 503, -1 },
	{ ALL, "status=503 header=\"Retry-After: 3\"", "overloaded", 503,
	    3000 },
	{ ALL, "status=529", "overloaded", 529, -1 },
	{ ALL, "status=500 end=close cut=5", "overloaded", 500, -1 },
	{ ALL, "status=503 cut=3 end=silence", "overloaded", 503, -1 },
	{ ALL, "stage_one", "ok", 200, -1 },
};
#define NTRIALS (sizeof(trials) / sizeof(trials[0]))

static struct buf	wrong;	/* what was not as it should be */

static void
expect(int holds, const char *rule, const struct msg *m, const char *what)
{
	if (!holds)
		buf_addf(&wrong, "\n%s: %s: %s", rule, what,
		    json_object_to_json_string(m->body));
}

/* A sentence for a person: printable, short, and nothing quoted. */
static int
is_sentence(const char *text)
{
	const char	*p;

	for (p = text; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return 0;
	return text != NULL && *text != '\0' && strlen(text) <= 500 &&
	    strstr(text, PEER_KEY) == NULL && strstr(text, "zebra") == NULL &&
	    strstr(text, "marmalade") == NULL;
}

static void
check_answer(const struct msg *m, size_t i, int64_t took)
{
	const char	*rule = trials[i].rule;
	const char	*class = json_str(m->body, "error");
	int		 ok = strcmp(trials[i].class, "ok") == 0;

	ck_assert_str_eq(msg_table[m->id].name, "model_response");
	expect(strcmp(json_str(m->body, "outcome"), ok ? "ok" : "error") == 0,
	    rule, m, "outcome");
	expect(strcmp(class == NULL ? "ok" : class, trials[i].class) == 0,
	    rule, m, "class");
	expect(ok || is_sentence(json_str(m->body, "message")), rule, m,
	    "message");
	expect(json_int(m->body, "http_status", 0) == trials[i].status, rule,
	    m, "status");
	expect(json_int(m->body, "server_delay_ms", -1) ==
	    trials[i].delay_ms, rule, m, "delay");
	expect(m->has_payload == ok, rule, m, "payload");
	expect(json_int(m->body, "sent_bytes", 0) > 0, rule, m, "bytes");
	/* Nothing else waits for anything. */
	expect(strstr(rule, "silence") == NULL || ok ||
	    took >= SILENCE_MS - 50, rule, m, "too soon");
	expect(took < 15000, rule, m, "too late");
}

static int
descriptors(pid_t pid)
{
	char	 path[64];
	DIR	*d;
	int	 n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	if (d == NULL)
		return -1;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

START_TEST(every_misbehaviour)
{
	const char	*rules[NTRIALS + 1];
	json_object	*body;
	struct msg	 m;
	size_t		 i, n = 0;
	int		 fds, asked = 0;
	int64_t		 began;

	for (i = 0; i < NTRIALS; i++)
		if (trials[i].apis & 1u << _i)
			rules[n++] = trials[i].rule;
	rules[n] = NULL;
	begin(apis[_i], rules);
	fds = descriptors(gw.pid);
	for (i = 0; i < NTRIALS; i++) {
		if ((trials[i].apis & 1u << _i) == 0)
			continue;
		began = mono_ms();
		body = gateway_body();
		if (strstr(trials[i].rule, "silence") != NULL)
			json_set_int(body, "idle_ms", SILENCE_MS);
		gateway_ask(&gw, body, gateway_payload());
		gateway_next(&gw, &m);
		check_answer(&m, i, mono_ms() - began);
		msg_release(&m);
		ck_assert_int_eq(fake_count(&fake), ++asked);
	}
	ck_assert_msg(wrong.len == 0, "%s", buf_str(&wrong));
	/* A connection may wait to be used again. */
	ck_assert_int_le(descriptors(gw.pid), fds + 4);
	finish();
}
END_TEST

/* The neutral form of what a model said, by each API. */
static void
check_reply(const char *rule, const char *want)
{
	struct msg	m;

	(void)rule;
	gateway_try(&gw, &m);
	ck_assert_str_eq(buf_str(&m.payload), want);
	msg_release(&m);
}

START_TEST(said_in_neutral_form)
{
	static const char *const rules[] = {
		"text=\"h\303\251llo \\\"w\\\"\" delta=1", "times=1",
		"text=a call=read_file args='{\"path\":\"x\"}' "
		"call=search args={oops",
		"text=abc incomplete=max_output_tokens",
		"answer='{\"rollout_summary\":\"\"}'", NULL
	};
	static const char *const ids[] = { "call_3_", "call_3_", "toolu_3_" };
	char	want[512];
	int	first = _i == 1 ? 0 : 1;	/* text counts but in chat */

	begin(apis[_i], rules);
	check_reply(rules[0], "{\"items\":[{\"type\":\"text\",\"text\":"
	    "\"h\303\251llo \\\"w\\\"\"}],\"stop\":\"end\"}");
	check_reply(rules[1], "{\"items\":[],\"stop\":\"end\"}");
	snprintf(want, sizeof(want), "{\"items\":[{\"type\":\"text\","
	    "\"text\":\"a\"},{\"type\":\"call\",\"id\":\"%s%d\",\"name\":"
	    "\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"x\\\"}\"},"
	    "{\"type\":\"call\",\"id\":\"%s%d\",\"name\":\"search\","
	    "\"arguments\":\"{oops\"}],\"stop\":\"tool\"}", ids[_i], first,
	    ids[_i], first + 1);
	check_reply(rules[2], want);
	check_reply(rules[3], "{\"items\":[{\"type\":\"text\",\"text\":"
	    "\"abc\"}],\"stop\":\"length\"}");
	check_reply(rules[4], "{\"items\":[{\"type\":\"text\",\"text\":"
	    "\"{\\\"rollout_summary\\\":\\\"\\\"}\"}],\"stop\":\"end\"}");
	finish();
}
END_TEST

START_TEST(usage_is_told)
{
	static const char *const rules[] = {
		"usage=70,30,50,20 text=a", "text=a no_usage",
		"usage=70,30,50,20 text=a failed=server_error", NULL
	};
	struct msg	 m;
	json_object	*u;

	begin(apis[_i], rules);
	gateway_try(&gw, &m);
	u = json_obj(m.body, "usage");
	ck_assert_int_eq(json_int(u, "input", -1), 70);
	ck_assert_int_eq(json_int(u, "cached_input", -1), 30);
	ck_assert_int_eq(json_int(u, "output", -1), 50);
	/* Anthropic does not tell it apart. */
	ck_assert_int_eq(json_int(u, "reasoning_output", -1),
	    _i == 2 ? 0 : 20);
	ck_assert_int_eq(json_int(u, "total", -1), 120);
	ck_assert_str_eq(json_str(m.body, "model"), "fake-mini");
	msg_release(&m);
	gateway_try(&gw, &m);
	ck_assert_ptr_null(json_obj(m.body, "usage"));
	msg_release(&m);
	gateway_try(&gw, &m);
	ck_assert_str_eq(json_str(m.body, "error"), "overloaded");
	msg_release(&m);
	finish();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_run");
	TCase	*tc = tcase_create("gateway_run");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, every_misbehaviour, 0, 3);
	tcase_add_loop_test(tc, said_in_neutral_form, 0, 3);
	tcase_add_loop_test(tc, usage_is_told, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
