/* links: tests/gateway_scene.c tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */
/*
 * What the running gateway sends, held against the recorded requests of the
 * program whose pipeline this is, and against what a worker that was taken
 * over would like to be sent.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tests/check_main.h"
#include "tests/gateway_scene.h"

#define JSON(...) #__VA_ARGS__

static const char *const	rules[] = { "times=0 text=a", NULL };

static json_object *
parse(const char *text)
{
	const char	*why = "";
	json_object	*o = json_parse(text, strlen(text), JSON_DEPTH, &why);

	ck_assert_msg(o != NULL, "%s: %s", why, text);
	return o;
}

/* Ask, take the answer, return the record of request n. */
static json_object *
ask(int n, json_object *body, json_object *payload)
{
	struct msg	m;

	gateway_ask(&gw, body, payload);
	gateway_next(&gw, &m);
	ck_assert_msg(strcmp(json_str(m.body, "outcome"), "ok") == 0, "%s",
	    json_str(m.body, "message"));
	msg_release(&m);
	return fake_request(&fake, n);
}

static void
check_body(json_object *record, const char *want)
{
	json_object	*o = parse(want);

	ck_assert_msg(json_object_equal(json_obj(record, "body"), o),
	    "sent: %s\nwant: %s", json_object_to_json_string(json_obj(record,
	    "body")), want);
	json_object_put(o);
}

/* Exactly these headers, besides those of HTTP itself. */
static void
check_headers(json_object *record, const char *want)
{
	static const char *const http[] = { "host", "content-length",
	    "accept-encoding", "expect" };
	json_object	*got = NULL, *o = parse(want);
	size_t		 i;

	ck_assert_int_eq(json_object_deep_copy(json_obj(record, "headers"),
	    &got, NULL), 0);
	for (i = 0; i < sizeof(http) / sizeof(http[0]); i++)
		json_object_object_del(got, http[i]);
	ck_assert_msg(json_object_equal(got, o), "sent: %s\nwant: %s",
	    json_object_to_json_string(got), want);
	json_object_put(got);
	json_object_put(o);
}

static const char *const stage_one_body[] = {
	JSON({"model":"fake-mini","instructions":"You are told to remember.",
	"input":[{"type":"message","role":"user","content":[{"type":
	"input_text","text":
	"The person wrote zebra-umbrella-9917 and went home."}]}],
	"tools":[],"tool_choice":"auto","parallel_tool_calls":false,
	"reasoning":{"effort":"low"},"store":false,"stream":true,
	"include":["reasoning.encrypted_content"],
	"prompt_cache_key":"01a2ffff-0000-7000-8000-0000000000ca",
	"text":{"verbosity":"medium","format":{"type":"json_schema",
	"strict":true,"name":"codex_output_schema","schema":{
	"type":"object","properties":{"rollout_summary":{"type":"string"},
	"rollout_slug":{"type":["string","null"]},
	"raw_memory":{"type":"string"}},"required":["rollout_summary",
	"rollout_slug","raw_memory"],"additionalProperties":false}}},
	"max_output_tokens":9000,"client_metadata":{
	"x-codex-installation-id":"01a2ffff-0000-4000-8000-000000000001"}}),
	JSON({"model":"fake-mini","messages":[{"role":"system","content":
	"You are told to remember."},{"role":"user","content":
	"The person wrote zebra-umbrella-9917 and went home."}],
	"response_format":{"type":"json_schema","json_schema":{
	"name":"codex_output_schema","strict":true,"schema":{
	"type":"object","properties":{"rollout_summary":{"type":"string"},
	"rollout_slug":{"type":["string","null"]},
	"raw_memory":{"type":"string"}},"required":["rollout_summary",
	"rollout_slug","raw_memory"],"additionalProperties":false}}},
	"stream":true,"stream_options":{"include_usage":true},
	"max_tokens":9000,"reasoning_effort":"low","verbosity":"medium"}),
	JSON({"model":"fake-mini","max_tokens":9000,"system":
	"You are told to remember.","messages":[{"role":"user","content":[{
	"type":"text","text":
	"The person wrote zebra-umbrella-9917 and went home."}]}],
	"tools":[{"name":"codex_output_schema","description":
	"Hand in what the session is worth remembering for.",
	"input_schema":{
	"type":"object","properties":{"rollout_summary":{"type":"string"},
	"rollout_slug":{"type":["string","null"]},
	"raw_memory":{"type":"string"}},"required":["rollout_summary",
	"rollout_slug","raw_memory"],"additionalProperties":false}}],
	"tool_choice":{"type":"tool","name":"codex_output_schema"},
	"stream":true})
};

#define COMMON "\"accept\":\"text/event-stream\",\"content-type\":" \
	"\"application/json\",\"user-agent\":\"mnemod/0.1.0 (Linux; x86_64)\""
#define BEARER "\"authorization\":\"Bearer " PEER_KEY "\""
#define CODEX "\"originator\":\"mnemod\",\"session-id\":\"" PEER_SESSION \
	"\",\"thread-id\":\"" PEER_THREAD "\",\"x-client-request-id\":\"" \
	PEER_THREAD "\",\"x-codex-window-id\":\"" PEER_THREAD ":0\""

START_TEST(stage_one)
{
	static const char *const headers[] = {
		"{" COMMON "," BEARER "," CODEX "}",
		"{" COMMON "," BEARER "}",
		"{" COMMON ",\"x-api-key\":\"" PEER_KEY "\","
		"\"anthropic-version\":\"2023-06-01\"}"
	};
	static const char *const paths[] = { "/v1/responses",
	    "/v1/chat/completions", "/v1/messages" };
	json_object	*r;

	begin(apis[_i], rules);
	r = ask(1, gateway_body(), gateway_payload());
	check_body(r, stage_one_body[_i]);
	check_headers(r, headers[_i]);
	ck_assert_str_eq(json_str(r, "path"), paths[_i]);
	ck_assert_str_eq(json_str(r, "method"), "POST");
	json_object_put(r);
	finish();
}
END_TEST

/* An agent in its second turn. */
static const char *const	agent_payload[] = {
	JSON({"instructions":"You keep a memory.","messages":[
	{"role":"user","text":"Begin."},
	{"role":"assistant","items":[
	{"type":"reasoning","opaque":{"type":"reasoning","id":"rs_1",
	"summary":[],"encrypted_content":"OPAQUE"}},
	{"type":"text","text":"I look."},
	{"type":"call","id":"c1","name":"read_file","arguments":"{\"path\":\"a\"}"},
	{"type":"call","id":"c2","name":"read_file","arguments":"{oops"}]},
	{"role":"tool","id":"c1","output":"text of a","failed":false},
	{"role":"tool","id":"c2","output":"no JSON","failed":true}],
	"tools":["read_file","edit_file"],"schema":null}),
	JSON({"instructions":"You keep a memory.","messages":[
	{"role":"user","text":"Begin."},
	{"role":"assistant","items":[
	{"type":"reasoning","opaque":{"type":"thinking","thinking":"hm",
	"signature":"OPAQUE"}},
	{"type":"text","text":"I look."},
	{"type":"call","id":"c1","name":"read_file","arguments":"{\"path\":\"a\"}"},
	{"type":"call","id":"c2","name":"read_file","arguments":"{oops"}]},
	{"role":"tool","id":"c1","output":"text of a","failed":false},
	{"role":"tool","id":"c2","output":"no JSON","failed":true}],
	"tools":["read_file","edit_file"],"schema":null})
};

static json_object *
agent_body(void)
{
	json_object	*o = gateway_body();

	json_set_str(o, "purpose", "agent");
	json_set_str(o, "effort", "medium");
	json_set_str(o, "reasoning_summary", "auto");
	json_set_str(o, "service_tier", "priority");
	json_set(o, "turn_metadata", parse(JSON({"session_id":"s",
	    "thread_source":"memory_consolidation"})));
	return o;
}

/* The names of the tools in a body, with blanks between. */
static void
tool_names(json_object *body, char *names, size_t size)
{
	json_object	*list = json_arr(body, "tools"), *t;
	size_t		 i, n = 0;

	ck_assert_ptr_nonnull(list);
	for (i = 0; i < json_object_array_length(list); i++) {
		t = json_object_array_get_idx(list, i);
		if (json_obj(t, "function") != NULL)
			t = json_obj(t, "function");
		n += (size_t)snprintf(names + n, size - n, "%s ",
		    json_str(t, "name"));
		ck_assert_uint_lt(n, size);
	}
}

static void
check_member(json_object *body, const char *key, const char *want)
{
	json_object	*got = NULL, *o = parse(want);

	json_object_object_get_ex(body, key, &got);
	ck_assert_msg(json_object_equal(got, o), "%s: %s\nwant: %s", key,
	    json_object_to_json_string(got), want);
	json_object_put(o);
}

START_TEST(agent)
{
	static const char *const history[] = {
		JSON([{"type":"message","role":"user","content":[{"type":
		"input_text","text":"Begin."}]},
		{"type":"reasoning","id":"rs_1","summary":[],
		"encrypted_content":"OPAQUE"},
		{"type":"message","role":"assistant","content":[{"type":
		"output_text","text":"I look."}]},
		{"type":"function_call","call_id":"c1","name":"read_file",
		"arguments":"{\"path\":\"a\"}"},
		{"type":"function_call","call_id":"c2","name":"read_file",
		"arguments":"{oops"},
		{"type":"function_call_output","call_id":"c1","output":
		"text of a"},
		{"type":"function_call_output","call_id":"c2","output":
		"no JSON"}]),
		JSON([{"role":"system","content":"You keep a memory."},
		{"role":"user","content":"Begin."},
		{"role":"assistant","content":"I look.","tool_calls":[
		{"id":"c1","type":"function","function":{"name":"read_file",
		"arguments":"{\"path\":\"a\"}"}},
		{"id":"c2","type":"function","function":{"name":"read_file",
		"arguments":"{oops"}}]},
		{"role":"tool","tool_call_id":"c1","content":"text of a"},
		{"role":"tool","tool_call_id":"c2","content":"no JSON"}]),
		/* A call's input must be an object here. */
		JSON([{"role":"user","content":[{"type":"text","text":
		"Begin."}]},
		{"role":"assistant","content":[
		{"type":"thinking","thinking":"hm","signature":"OPAQUE"},
		{"type":"text","text":"I look."},
		{"type":"tool_use","id":"c1","name":"read_file","input":
		{"path":"a"}},
		{"type":"tool_use","id":"c2","name":"read_file","input":
		{}}]},
		{"role":"user","content":[
		{"type":"tool_result","tool_use_id":"c1","content":
		"text of a"},
		{"type":"tool_result","tool_use_id":"c2","content":
		"no JSON","is_error":true}]}])
	};
	json_object	*r, *body, *headers;
	char		 names[64];

	begin(apis[_i], rules);
	r = ask(1, agent_body(), parse(agent_payload[_i == 2]));
	body = json_obj(r, "body");
	headers = json_obj(r, "headers");
	check_member(body, _i == 0 ? "input" : "messages", history[_i]);
	tool_names(body, names, sizeof(names));
	ck_assert_str_eq(names, "read_file edit_file ");
	ck_assert_ptr_null(json_obj(body, "text") == NULL ? NULL :
	    json_obj(json_obj(body, "text"), "format"));
	ck_assert_ptr_null(json_obj(body, "response_format"));
	if (_i == 0) {
		check_member(body, "reasoning",
		    JSON({"effort":"medium","summary":"auto"}));
		ck_assert_str_eq(json_str(body, "service_tier"), "priority");
		ck_assert_str_eq(json_str(headers, "x-openai-subagent"),
		    "memory_consolidation");
		ck_assert_str_eq(json_str(headers,
		    "x-openai-memgen-request"), "true");
		ck_assert_str_eq(json_str(headers, "x-codex-turn-metadata"),
		    JSON({"session_id":"s","thread_source":"memory_consolidation"}));
	} else
		ck_assert_ptr_null(json_str(headers, "x-openai-subagent"));
	json_object_put(r);
	finish();
}
END_TEST

/* What a worker that was taken over adds to its payload. */
static void
make_hostile(json_object *payload)
{
	json_object	*wish = parse(JSON({"model":"gpt-huge","effort":"high",
	    "reasoning":{"effort":"high"},"reasoning_effort":"high",
	    "service_tier":"priority","max_output_tokens":9999999,
	    "max_tokens":9999999,"store":true,"stream":false,
	    "tool_choice":"required","previous_response_id":"resp_1",
	    "include":["web_search_call.results"],"provider":"other",
	    "base_url":"http://127.0.0.1:1/","thinking":{"type":"enabled"},
	    "web_search_options":{},"mcp_servers":[{"url":"http://e/"}],
	    "headers":{"x-evil":"1"},"metadata":{"a":"b"}}));
	json_object	*tools = json_arr(payload, "tools"), *messages, *m;
	size_t		 i;

	json_object_object_foreach(wish, key, val)
		json_object_object_add(payload, key, json_object_get(val));
	json_push_str(tools, "web_search");
	json_push_str(tools, "code_interpreter");
	json_push_str(tools, "shell");
	json_object_array_add(tools, parse(JSON({"type":"web_search"})));
	json_object_array_add(tools, parse(JSON({"type":"mcp","server_url":
	    "http://127.0.0.1:1/","name":"read_file"})));
	json_object_array_add(tools, NULL);
	messages = json_arr(payload, "messages");
	for (i = 0; i < json_object_array_length(messages); i++) {
		m = json_object_array_get_idx(messages, i);
		json_set_str(m, "model", "gpt-huge");
		json_set(m, "content", parse(JSON([{"type":"input_image",
		    "image_url":"http://127.0.0.1:1/"}])));
		json_set(m, "cache_control", parse(JSON({"type":"x"})));
	}
	json_object_put(wish);
}

START_TEST(a_payload_asks_for_more)
{
	json_object	*fair, *unfair, *payload;
	int		 agents = _i / 3, api = _i % 3;

	begin(apis[api], rules);
	payload = agents ? parse(agent_payload[api == 2]) : gateway_payload();
	fair = ask(1, agents ? agent_body() : gateway_body(), payload);
	payload = agents ? parse(agent_payload[api == 2]) : gateway_payload();
	make_hostile(payload);
	unfair = ask(2, agents ? agent_body() : gateway_body(), payload);
	ck_assert_str_eq(json_object_to_json_string(json_obj(fair, "body")),
	    json_object_to_json_string(json_obj(unfair, "body")));
	ck_assert_str_eq(json_object_to_json_string(json_obj(fair,
	    "headers")), json_object_to_json_string(json_obj(unfair,
	    "headers")));
	ck_assert_str_eq(json_str(fair, "path"), json_str(unfair, "path"));
	json_object_put(fair);
	json_object_put(unfair);
	finish();
}
END_TEST

/* Payloads that are none are refused, and nothing is sent. */
START_TEST(a_payload_is_malformed)
{
	static const char *const bad[] = {
		"[]", "{}", JSON({"messages":[]}), JSON({"messages":"a"}),
		JSON({"messages":[{"role":"system","text":"a"}]}),
		JSON({"messages":[{"role":"developer","text":"a"}]}),
		JSON({"messages":[{"role":"user","text":["a"]}]}),
		JSON({"messages":[{"role":"user","text":"a"}],"schema":
		"other"}),
		JSON({"messages":[{"role":"user","text":"a"}],"schema":
		{"type":"object"}}),
		JSON({"messages":[{"role":"assistant","items":[{"type":
		"web_search_call","id":"a"}]}]}),
		JSON({"messages":[{"role":"assistant","items":[{"type":
		"call","id":"a","name":"read_file"}]}]}),
		JSON({"messages":[{"role":"user","text":"a\u0000b"}]}),
	};
	struct msg	m;
	size_t		i;

	begin(apis[_i], rules);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		gateway_ask(&gw, gateway_body(), parse(bad[i]));
		gateway_next(&gw, &m);
		ck_assert_msg(strcmp(json_str(m.body, "outcome"), "error") ==
		    0, "%s", bad[i]);
		ck_assert_str_eq(json_str(m.body, "error"),
		    "invalid_request");
		msg_release(&m);
	}
	ck_assert_int_eq(fake_count(&fake), 0);
	json_object_put(ask(1, gateway_body(), gateway_payload()));
	finish();
}
END_TEST

/* Another item than reasoning cannot hide in what is to be replayed. */
START_TEST(nothing_hides_in_reasoning)
{
	json_object	*r;
	const char	*text;

	begin(apis[_i], rules);
	r = ask(1, agent_body(), parse(JSON({"messages":[
	    {"role":"user","text":"a"},{"role":"assistant","items":[
	    {"type":"text","text":"b"},
	    {"type":"reasoning","opaque":{"type":"web_search_call","id":"evil"}},
	    {"type":"reasoning","opaque":{"type":"image","source":"evil"}},
	    {"type":"reasoning","opaque":{"type":"reasoning","role":"evil",
	    "encrypted_content":"x","tools":"evil"}},
	    {"type":"reasoning","opaque":{"type":"thinking","thinking":"x",
	    "signature":"x","cache_control":"evil"}}]},
	    {"role":"user","text":"c"}]})));
	text = json_object_to_json_string(json_obj(r, "body"));
	ck_assert_msg(strstr(text, "evil") == NULL, "%s", text);
	json_object_put(r);
	finish();
}
END_TEST

START_TEST(compressed)
{
	json_object	*r;

	begin_as((struct gateway_setup){ .api = apis[_i], .compression = 1 },
	    rules);
	r = ask(1, gateway_body(), gateway_payload());
	ck_assert_str_eq(json_str(json_obj(r, "headers"),
	    "content-encoding"), "zstd");
	check_body(r, stage_one_body[_i]);
	json_object_put(r);
	finish();
}
END_TEST

START_TEST(a_connection_is_used_again)
{
	json_object	*one, *two;

	begin(apis[_i], rules);
	one = ask(1, gateway_body(), gateway_payload());
	two = ask(2, gateway_body(), gateway_payload());
	ck_assert_int_eq(json_int(one, "connection", 0), 1);
	ck_assert_int_eq(json_int(two, "connection", 0), 1);
	json_object_put(one);
	json_object_put(two);
	finish();
}
END_TEST

/* A request of nearly 8 MiB goes through whole. */
START_TEST(a_large_request)
{
	const size_t	 len = 8 * 1024 * 1024 - 4096;
	json_object	*payload = gateway_payload(), *r;
	char		*text = calloc(1, len + 1);

	begin(apis[_i], rules);
	memset(text, 'y', len);
	json_set_str(json_object_array_get_idx(json_arr(payload, "messages"),
	    0), "text", text);
	r = ask(1, gateway_body(), payload);
	ck_assert_int_gt(json_int(r, "bytes", 0), (int64_t)len);
	free(text);
	json_object_put(r);
	finish();
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_wire");
	TCase	*tc = tcase_create("gateway_wire");

	tcase_add_loop_test(tc, stage_one, 0, 3);
	tcase_add_loop_test(tc, agent, 0, 3);
	tcase_add_loop_test(tc, a_payload_asks_for_more, 0, 6);
	tcase_add_loop_test(tc, a_payload_is_malformed, 0, 3);
	tcase_add_loop_test(tc, nothing_hides_in_reasoning, 0, 3);
	tcase_add_loop_test(tc, compressed, 0, 3);
	tcase_add_loop_test(tc, a_connection_is_used_again, 0, 3);
	tcase_add_loop_test(tc, a_large_request, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
