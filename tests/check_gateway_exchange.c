/* links: tests/gateway_scene.c tests/gateway_peer.c tests/wire.c tests/fake_peer.c tests/scratch.c */

/*
 * What goes out beside model requests: the question for an account's limits
 * has its key and is answered whatever comes back; telemetry goes to the
 * configured endpoint without one, and to no other.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "tests/gateway_scene.h"

static char	endpoint[128], login[300];

static void
write_login(void)
{
	static const char	text[] = "{\"OPENAI_API_KEY\":null,\"tokens\":{"
	    "\"access_token\":\"at-771\",\"refresh_token\":\"rt-772\","
	    "\"account_id\":\"acct-773\",\"id_token\":\"e30."
	    "eyJlbWFpbCI6ImphbmVAZXhhbXBsZS5vcmcifQ.c2ln\"}}";
	int			fd;

	snprintf(login, sizeof(login), "%s/auth.json", fake.dir);
	fd = open(login, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
}

static void
start_as(const char *rule, struct gateway_setup *gs)
{
	const char *const	 rules[] = { rule, NULL };
	const struct fake_setup	 fs = { rules, FAKE_PLAIN };

	fake_start(&fake, &fs);
	write_login();
	fake_url(&fake, "responses", url, sizeof(url));
	snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%d", fake.port);
	gs->base_url = url;
	gs->telemetry = endpoint;
	gs->key_file = gs->auth == NULL ? NULL : login;
	gateway_start(&gw, gs);
}

static void
start(const char *rule, const char *auth)
{
	struct gateway_setup	gs = { .api = "responses", .auth = auth };

	start_as(rule, &gs);
}

static const char *
header(json_object *request, const char *name)
{
	return json_str(json_obj(request, "headers"), name);
}

static json_object *
reply(enum msg_id id)
{
	struct msg	 m;
	json_object	*body;

	gateway_next(&gw, &m);
	ck_assert_str_eq(msg_table[m.id].name, msg_table[id].name);
	body = json_object_get(m.body);
	msg_release(&m);
	return body;
}

static void
assert_quota(const char *want)
{
	json_object	*body, *w = json_parse(want, strlen(want), 8, NULL);

	ck_assert_ptr_nonnull(w);
	gateway_send(&gw, MSG_QUOTA, NULL);
	body = reply(MSG_QUOTA_STATE);
	ck_assert_msg(json_object_equal(body, w), "%s",
	    json_object_to_json_string(body));
	json_object_put(body);
	json_object_put(w);
}

#define NONE "{\"windows\":[],\"reached\":null}"

START_TEST(the_limits_of_an_account)
{
	json_object	*request;

	start("path=/usage json='{\"plan_type\":\"plus\",\"rate_limit\":{"
	    "\"primary_window\":{\"used_percent\":42,"
	    "\"limit_window_seconds\":18000,\"reset_at\":1764000000},"
	    "\"secondary_window\":{\"used_percent\":7.5,"
	    "\"limit_window_seconds\":604800}},\"additional_rate_limits\":["
	    "{\"metered_feature\":\"more\",\"rate_limit\":{"
	    "\"primary_window\":{\"used_percent\":1}}},{\"rate_limit\":7},"
	    "8],\"rate_limit_reached_type\":\"primary\"}'", "codex");
	assert_quota("{\"windows\":[{\"limit_id\":\"codex\",\"used_percent\":"
	    "42,\"window_minutes\":300,\"resets_at\":1764000000},"
	    "{\"limit_id\":\"codex\",\"used_percent\":7.5,"
	    "\"window_minutes\":10080,\"resets_at\":0},"
	    "{\"limit_id\":\"more\",\"used_percent\":1,\"window_minutes\":0,"
	    "\"resets_at\":0}],\"reached\":\"primary\"}");
	request = fake_request(&fake, 1);
	ck_assert_str_eq(json_str(request, "method"), "GET");
	ck_assert_str_eq(json_str(request, "path"), "/v1/api/codex/usage");
	ck_assert_str_eq(header(request, "authorization"), "Bearer at-771");
	ck_assert_str_eq(header(request, "chatgpt-account-id"), "acct-773");
	json_object_put(request);
	finish();
	ck_assert_ptr_null(strstr(buf_str(&gw.logs), "at-771"));
}
END_TEST

/* The guard that asks must hear something: nothing is known, go on. */
START_TEST(limits_that_are_not_told)
{
	static const char	odd[] = "path=/usage json='{\"rate_limit\":{"
	    "\"primary_window\":{\"used_percent\":\"x\"}}}'";
	static const char *const rules[] = {
		"path=/usage status=500", "path=/usage json=[1]",
		"path=/usage json={oops", odd,
		"path=/usage status=401 message='$KEY is bad'",
	};

	start(rules[_i], "codex");
	assert_quota(NONE);
	finish();
	ck_assert_ptr_null(strstr(buf_str(&gw.logs), "at-771"));
}
END_TEST

START_TEST(a_key_has_no_limits_to_tell)
{
	start("text=x", NULL);
	assert_quota(NONE);
	ck_assert_int_eq(fake_count(&fake), 0);
	finish();
}
END_TEST

static void
assert_exported(const char *to, const char *outcome, int status)
{
	json_object	*body;

	gateway_export_to(&gw, to, "{\"resourceMetrics\":[]}");
	body = reply(MSG_EXPORTED);
	ck_assert_str_eq(json_str(body, "outcome"), outcome);
	ck_assert_int_eq(json_int(body, "http_status", 0), status);
	json_object_put(body);
}

START_TEST(telemetry_goes_without_a_key)
{
	json_object	*request;
	char		 to[160];

	start("path=/v1/other status=500", NULL);
	snprintf(to, sizeof(to), "%s/v1/metrics", endpoint);
	assert_exported(to, "ok", 200);
	request = fake_request(&fake, 1);
	ck_assert_str_eq(json_str(request, "path"), "/v1/metrics");
	ck_assert_str_eq(header(request, "content-type"), "application/json");
	ck_assert_ptr_null(header(request, "authorization"));
	json_object_put(request);
	snprintf(to, sizeof(to), "%s/v1/other", endpoint);
	assert_exported(to, "error", 500);
	finish();
}
END_TEST

/* Whoever answers with more than 1 MiB, here 2.5, is not listened to. */
START_TEST(a_long_answer_is_left)
{
#define TEN(s) s s s s s s s s s s
	static char	payload[250000];
	char		to[160];
	json_object	*body;

	memset(payload, ' ', sizeof(payload) - 1);
	payload[0] = '{';
	payload[sizeof(payload) - 2] = '}';
	start("path=/v1/other json='[" TEN("$BODY") "]'", NULL);
	snprintf(to, sizeof(to), "%s/v1/other", endpoint);
	gateway_export_to(&gw, to, payload);
	body = reply(MSG_EXPORTED);
	ck_assert_str_eq(json_str(body, "outcome"), "error");
	json_object_put(body);
	finish();
}
END_TEST

START_TEST(telemetry_goes_nowhere_else)
{
	char	to[160];

	start("text=x", NULL);
	assert_exported("http://127.0.0.1:1/v1/metrics", "error", 0);
	assert_exported("https://evil.example/v1/metrics", "error", 0);
	snprintf(to, sizeof(to), "http://localhost:%d/v1/metrics", fake.port);
	assert_exported(to, "error", 0);
	assert_exported("file:///etc/passwd", "error", 0);
	assert_exported("", "error", 0);
	ck_assert_int_eq(fake_count(&fake), 0);
	finish();
}
END_TEST

static void
assert_reached(const char *outcome, int status)
{
	json_object	*body;

	gateway_send(&gw, MSG_REACH, NULL);
	body = reply(MSG_REACHED);
	ck_assert_str_eq(json_str(body, "outcome"), outcome);
	ck_assert_int_eq(json_int(body, "http_status", 0), status);
	ck_assert(status == 200 || json_str(body, "message") != NULL);
	json_object_put(body);
}

/* Asked by a person who wants to know why nothing works: it must be free. */
START_TEST(reaching_asks_no_model)
{
	static const struct {
		const char	*rule;
		int		 status;
	} rows[] = {
		{ "path=/models json={}", 200 },
		{ "path=/models status=401 message='$KEY is bad'", 401 },
		{ "path=/models status=404", 404 }
	};
	json_object	*request;

	start(rows[_i].rule, "codex");
	assert_reached("ok", rows[_i].status);
	request = fake_request(&fake, 1);
	ck_assert_str_eq(json_str(request, "method"), "GET");
	ck_assert_str_eq(json_str(request, "path"), "/v1/models");
	ck_assert_str_eq(header(request, "authorization"), "Bearer at-771");
	json_object_put(request);
	ck_assert_int_eq(fake_count(&fake), 1);
	fake_end(&fake);
	assert_reached("error", 0);
	gateway_end(&gw);
	ck_assert_ptr_null(strstr(buf_str(&gw.logs), "at-771"));
	gateway_release(&gw);
}
END_TEST

/* The builtin provider has no model, but perhaps an endpoint. */
START_TEST(telemetry_without_a_provider)
{
	struct gateway_setup	 gs = { .api = NULL };
	struct msg		 m;
	char			 to[160];

	start_as("text=x", &gs);
	snprintf(to, sizeof(to), "%s/v1/metrics", endpoint);
	assert_exported(to, "ok", 200);
	gateway_try(&gw, &m);
	ck_assert_str_eq(json_str(m.body, "error"), "invalid_request");
	msg_release(&m);
	assert_reached("error", 0);
	assert_quota(NONE);
	ck_assert_int_eq(fake_count(&fake), 1);
	finish();
}
END_TEST

/* The way out of a network is no way to a collector on this machine. */
START_TEST(telemetry_here_needs_no_proxy)
{
	struct gateway_setup	 gs = { .api = "responses",
				    .proxy = "http://127.0.0.1:1" };
	char			 to[160];

	start_as("text=x", &gs);
	snprintf(to, sizeof(to), "%s/v1/metrics", endpoint);
	assert_exported(to, "ok", 200);
	finish();
}
END_TEST

/* The account is told with its metrics, its e-mail address if that is set. */
START_TEST(telemetry_tells_the_account)
{
	static const char	 body[] = "{\"resourceMetrics\":[{\"resource\":"
	    "{\"attributes\":[{\"key\":\"a\",\"value\":{\"boolValue\":true}"
	    "}]},\"scopeMetrics\":[]}]}";
	struct gateway_setup	 gs = { .api = "responses", .auth = "codex",
				    .account = _i };
	json_object		*request;
	const char		*text;
	char			 to[160];

	start_as("text=x", &gs);
	snprintf(to, sizeof(to), "%s/v1/metrics", endpoint);
	gateway_export_to(&gw, to, body);
	json_object_put(reply(MSG_EXPORTED));
	request = fake_request(&fake, 1);
	text = json_object_to_json_string_ext(json_obj(request, "body"), 0);
	ck_assert_ptr_nonnull(strstr(text, "\"attributes\":[{\"key\":\"a\","
	    "\"value\":{\"boolValue\":true}},{\"key\":\"user.account_id\","
	    "\"value\":{\"stringValue\":\"acct-773\"}}"));
	ck_assert_int_eq(strstr(text, "{\"key\":\"user.email\",\"value\":"
	    "{\"stringValue\":\"jane@example.org\"}}") != NULL, _i);
	ck_assert_int_eq(strstr(text, "jane") != NULL, _i);
	ck_assert_ptr_null(strstr(text, "at-771"));
	json_object_put(request);
	finish();
}
END_TEST

/*
 * A collector that cuts the connection: what it reads of the body, what it
 * says then, and whether it resets.
 */
#define BODY_SIZE	2000000
#define GOOD		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static const struct cut {
	size_t		 reads;
	const char	*says;
	int		 reset;
} cuts[] = {
	{ 0, "", 0 },
	{ 0, "", 1 },
	{ 100000, "", 0 },
	{ 100000, "", 1 },
	{ BODY_SIZE, "", 0 },
	{ BODY_SIZE, "", 1 },
	{ BODY_SIZE, "HTTP/1.1 200 OK\r\nContent-Le", 1 },
	{ BODY_SIZE, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 0 },
	{ BODY_SIZE, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 1 },
	{ BODY_SIZE, GOOD, 0 }
};
#define NCUTS	(sizeof(cuts) / sizeof(cuts[0]))

static void
cut_off(int client, const struct cut *c)
{
	static char		buf[65536];
	const struct linger	at_once = { 1, 0 };
	size_t			got = 0;
	ssize_t			n = 1;

	while (got < c->reads && n > 0) {
		n = recv(client, buf, sizeof(buf), 0);
		got += n > 0 ? (size_t)n : 0;
	}
	(void)send(client, c->says, strlen(c->says), MSG_NOSIGNAL);
	if (c->reset)
		(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
	close(client);
}

/* A collector that serves one connection after the other; its pid. */
static pid_t
start_collector(void)
{
	struct sockaddr_in	sin = { .sin_family = AF_INET };
	socklen_t		len = sizeof(sin);
	int			fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t			i;
	pid_t			pid;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sin, len), 0);
	ck_assert_int_eq(listen(fd, 4), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%d",
	    ntohs(sin.sin_port));
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < NCUTS; i++)
			cut_off(accept(fd, NULL, NULL), &cuts[i]);
		_exit(0);
	}
	close(fd);
	return pid;
}

/* Each is answered once, as not sent, and the next one goes out. */
START_TEST(a_send_is_cut_off)
{
	static char		 payload[BODY_SIZE];
	struct gateway_setup	 gs = { .api = NULL };
	pid_t			 pid = start_collector();
	char			 to[160];
	json_object		*body;
	size_t			 i;
	int			 status;

	memset(payload, ' ', sizeof(payload) - 1);
	payload[0] = '{';
	payload[sizeof(payload) - 2] = '}';
	gs.telemetry = endpoint;
	gateway_start(&gw, &gs);
	snprintf(to, sizeof(to), "%s/v1/metrics", endpoint);
	for (i = 0; i < NCUTS; i++) {
		gateway_export_to(&gw, to, payload);
		body = reply(MSG_EXPORTED);
		ck_assert_msg(strcmp(json_str(body, "outcome"), i < NCUTS - 1 ?
		    "error" : "ok") == 0, "%zu: %s", i,
		    json_object_to_json_string(body));
		ck_assert(i == NCUTS - 1 || json_str(body, "message") != NULL);
		json_object_put(body);
	}
	gateway_end(&gw);
	gateway_release(&gw);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("gateway_exchange");
	TCase	*tc = tcase_create("exchange");

	tcase_add_test(tc, the_limits_of_an_account);
	tcase_add_loop_test(tc, limits_that_are_not_told, 0, 5);
	tcase_add_test(tc, a_key_has_no_limits_to_tell);
	tcase_add_test(tc, telemetry_goes_without_a_key);
	tcase_add_test(tc, a_long_answer_is_left);
	tcase_add_test(tc, a_send_is_cut_off);
	tcase_add_test(tc, telemetry_goes_nowhere_else);
	tcase_add_loop_test(tc, reaching_asks_no_model, 0, 3);
	tcase_add_test(tc, telemetry_without_a_provider);
	tcase_add_test(tc, telemetry_here_needs_no_proxy);
	tcase_add_loop_test(tc, telemetry_tells_the_account, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
