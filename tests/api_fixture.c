#include <check.h>
#include <string.h>

#include "api_fixture.h"
#include "common/json.h"

const char *const payload_stage_one =
    "{\"instructions\":\"You write memories.\",\"messages\":["
    "{\"role\":\"user\",\"text\":\"rollout\\n[1,2]\"}],"
    "\"tools\":[],\"schema\":\"stage_one\"}";

const char *const payload_agent =
    "{\"instructions\":\"You keep a folder.\",\"messages\":["
    "{\"role\":\"user\",\"text\":\"Begin.\"},"
    "{\"role\":\"assistant\",\"items\":["
    "{\"type\":\"reasoning\",\"opaque\":{\"type\":\"reasoning\","
    "\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"gAAA\","
    "\"status\":\"completed\"}},"
    "{\"type\":\"reasoning\",\"opaque\":{\"type\":\"thinking\","
    "\"thinking\":\"hm\",\"signature\":\"c2ln\",\"extra\":1}},"
    "{\"type\":\"reasoning\",\"opaque\":{\"type\":\"web_search_call\","
    "\"id\":\"x\"}},"
    "{\"type\":\"text\",\"text\":\"I look.\"},"
    "{\"type\":\"call\",\"id\":\"c1\",\"name\":\"read_file\","
    "\"arguments\":\"{\\\"path\\\":\\\"MEMORY.md\\\"}\"},"
    "{\"type\":\"call\",\"id\":\"c2\",\"name\":\"list_files\","
    "\"arguments\":\"not json\"}]},"
    "{\"role\":\"tool\",\"id\":\"c1\",\"output\":\"# Memory\"},"
    "{\"role\":\"tool\",\"id\":\"c2\",\"output\":\"no such folder\","
    "\"failed\":true},"
    "{\"role\":\"user\",\"text\":\"Go on.\"}],"
    "\"tools\":[\"delete_file\"],\"schema\":null}";

const char *const payload_greedy =
    "{\"instructions\":\"i\",\"model\":\"gpt-99\",\"effort\":\"high\","
    "\"reasoning\":{\"effort\":\"high\"},\"store\":true,"
    "\"service_tier\":\"priority\",\"max_output_tokens\":1,"
    "\"base_url\":\"https://evil.example\",\"tool_choice\":\"required\","
    "\"messages\":[{\"role\":\"user\",\"text\":\"t\",\"name\":\"root\","
    "\"content\":[{\"type\":\"input_image\"}]}],"
    "\"tools\":[\"web_search\",{\"type\":\"web_search_preview\"},"
    "{\"type\":\"mcp\",\"server_url\":\"https://evil.example\"},7,null,"
    "\"code_interpreter\",\"shell\"]}";

static char	url[] = "https://api.example.com/v1/responses";
static char	host[] = "api.example.com", name[] = "openai";
static char	key[] = "sk-test", agent[] = "mnemod/0.1.0 (Linux 6; x86_64)";
static char	originator[] = "mnemod", installation[] = INSTALLATION;

struct provider
fixture_provider(const struct api *api)
{
	struct provider	p;

	memset(&p, 0, sizeof(p));
	p.api = api;
	p.name = name;
	p.models.url = url;
	p.models.host = host;
	p.key = key;
	p.user_agent = agent;
	p.originator = originator;
	p.installation_id = installation;
	return p;
}

struct api_call
fixture_call(const struct provider *p)
{
	struct api_call	c;

	memset(&c, 0, sizeof(c));
	c.provider = p;
	c.model = "gpt-5.4-mini";
	c.effort = "low";
	c.cache_key = THREAD;
	c.session_id = THREAD;
	c.thread_id = THREAD;
	return c;
}

json_object *
fixture_payload(struct api_call *c, const char *payload)
{
	json_object	*o = json_parse(payload, strlen(payload), JSON_DEPTH,
			    NULL);
	const char	*why;

	ck_assert_ptr_nonnull(o);
	ck_assert_msg(neutral_parse(&c->neutral, o, &why) == 0, "%s", why);
	return o;
}

static void
assert_json(json_object *got, const char *want)
{
	const char	*why = "";
	json_object	*w = json_parse(want, strlen(want), JSON_DEPTH, &why);

	ck_assert_msg(w != NULL, "the test's own JSON: %s", why);
	ck_assert_msg(json_object_equal(got, w), "got  %s\nwant %s",
	    json_object_to_json_string_ext(got, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE), want);
	json_object_put(w);
}

void
assert_body(const struct api_call *c, const char *payload, const char *want)
{
	struct api_call	 call = *c;
	json_object	*p = fixture_payload(&call, payload);
	json_object	*got = c->provider->api->body(&call);

	assert_json(got, want);
	json_object_put(got);
	json_object_put(p);
}

void
assert_headers(const struct api_call *c, const char *want)
{
	struct headers	h;
	struct buf	got = BUF_INIT;
	size_t		i;

	headers_init(&h);
	c->provider->api->headers(c, &h);
	for (i = 0; i < h.n; i++)
		buf_addf(&got, "%s\n", h.line[i]);
	ck_assert_str_eq(buf_str(&got), want);
	buf_release(&got);
	headers_release(&h);
}

/* The events that are whole; 1 once the reply is done. */
static int
events(const struct api *api, struct reply *r, struct sse *s)
{
	struct sse_event	ev;
	enum sse_status		st;

	while ((st = sse_next(s, &ev)) != SSE_MORE) {
		ck_assert_int_ne(st, SSE_TOOBIG);
		if (st == SSE_EVENT && api->event(r, &ev) == API_DONE)
			return 1;
	}
	return 0;
}

static json_object *
outcome(struct reply *r)
{
	struct buf	 b = BUF_INIT;
	json_object	*o;

	if (reply_write(r, &b) == 0)
		o = json_parse(b.data, b.len, JSON_DEPTH, NULL);
	else {
		o = json_object_new_object();
		json_set_str(o, "error", model_error_name(r->failure.class));
		json_set_str(o, "text", buf_str(&r->failure.text));
		if (r->failure.delay_ms >= 0)
			json_set_int(o, "delay", r->failure.delay_ms);
	}
	ck_assert_ptr_nonnull(o);
	if (r->usage.known)
		json_set(o, "usage", reply_usage_json(&r->usage));
	if (r->model != NULL)
		json_set_str(o, "model", r->model);
	buf_release(&b);
	return o;
}

/* What a stream says that comes in two parts. */
static json_object *
read_cut(const struct api *api, const char *tool, const char *stream,
    size_t cut)
{
	struct reply	 r;
	struct sse	 s;
	json_object	*got;
	int		 done;

	reply_init(&r);
	r.schema_tool = tool;
	sse_init(&s, 1 << 20);
	sse_feed(&s, stream, cut);
	done = events(api, &r, &s);
	if (!done) {
		sse_feed(&s, stream + cut, strlen(stream) - cut);
		done = events(api, &r, &s);
	}
	if (!done)
		api->close(&r);
	got = outcome(&r);
	sse_release(&s);
	reply_release(&r);
	return got;
}

void
assert_schema_reply(const struct api *api, const char *tool,
    const char *stream, const char *want)
{
	json_object	*got;
	size_t		 cut;

	for (cut = 0; cut <= strlen(stream); cut++) {
		got = read_cut(api, tool, stream, cut);
		assert_json(got, want);
		json_object_put(got);
	}
}

void
assert_reply(const struct api *api, const char *stream, const char *want)
{
	assert_schema_reply(api, NULL, stream, want);
}
