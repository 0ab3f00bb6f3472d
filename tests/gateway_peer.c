#include <sys/wait.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/title.h"
#include "fake_peer.h"
#include "gateway_peer.h"

static void
exec_gateway(void)
{
	char	 path[4096], name[] = "mnemod-gateway";
	char	*argv[] = { name, NULL };
#ifdef __SANITIZE_ADDRESS__
	/* Its sandbox is off: leaks show at its end. */
	char	 leaks[] = "ASAN_OPTIONS=detect_leaks=1:exitcode=77";
#else
	char	 leaks[] = "NONE=1";
#endif
	char	*envp[] = { strdup(title_padding()), leaks, xasprintf(
	    "LSAN_OPTIONS=%s", getenv("LSAN_OPTIONS") == NULL ? "" :
	    getenv("LSAN_OPTIONS")), NULL };

	peer_beside(path, sizeof(path), "libexec/mnemod-gateway");
	execve(path, argv, envp);
	_exit(127);
}

static json_object *
settings(const struct gateway_setup *s, int sandboxed)
{
	json_object	*o = json_object_new_object();
	json_object	*p = s->api == NULL ? NULL :
			    json_object_new_object();

	json_set_str(o, "sandbox", sandboxed ? "best-effort" : "off");
	json_set_str(o, "name", "gateway");
	json_set_bool(o, "verbose", 1);
	json_set_str(o, "version", "0.1.0");
	json_set_str(o, "originator", "mnemod");
	json_set_str(o, "user_agent", "mnemod/0.1.0 (Linux; x86_64)");
	json_set_str(o, "installation_id", s->api != NULL &&
	    strcmp(s->api, "responses") == 0 ?
	    "01a2ffff-0000-4000-8000-000000000001" : NULL);
	json_set(o, "telemetry", NULL);
	if (s->telemetry != NULL) {
		json_object	*t = json_object_new_object();

		json_set_str(t, "endpoint", s->telemetry);
		json_set_bool(t, "account", s->account);
		json_set(o, "telemetry", t);
	}
	json_set(o, "provider", p);
	if (p == NULL)
		return o;
	json_set_str(p, "name", "fake");
	json_set_str(p, "api", s->api);
	json_set_str(p, "base_url", s->base_url);
	json_set_str(p, "auth", s->auth == NULL ? "" : s->auth);
	if (s->key_file != NULL)
		json_set_str(p, "key_file", s->key_file);
	else
		json_set_str(p, "key", s->key == NULL ? PEER_KEY : s->key);
	json_set_int(p, "context_window", 100000);
	json_set_bool(p, "send_repository", 0);
	json_set_bool(p, "compression", s->compression);
	json_set_bool(p, "runtime_metrics", 0);
	json_set_str(p, "proxy", s->proxy);
	json_set_str(p, "ca_file", s->ca_file);
	return o;
}

static void
expect(struct gateway *g, enum msg_id id)
{
	struct msg	m;

	gateway_next(g, &m);
	ck_assert_str_eq(msg_table[m.id].name, msg_table[id].name);
	msg_release(&m);
}

void
gateway_start(struct gateway *g, const struct gateway_setup *s)
{
	static int	 started;
	json_object	*body = json_object_new_object();
	int		 err;

	memset(g, 0, sizeof(*g));
	signal(SIGPIPE, SIG_IGN);
#ifndef __SANITIZE_ADDRESS__
	g->sandboxed = !s->off;
#endif
	snprintf(g->errors, sizeof(g->errors), "%s/gateway-errors.%d.%d",
	    getenv("B") == NULL ? "." : getenv("B"), (int)getpid(),
	    started++);
	err = open(g->errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ne(err, -1);
	g->pid = wire_fork(&g->wire, err);
	if (g->pid == 0)
		exec_gateway();
	close(err);
	g->phase = PHASE_STARTING;
	expect(g, MSG_HELLO);
	g->phase = PHASE_GREETED;
	json_set_str(body, "role", "gateway");
	json_set(body, "settings", settings(s, g->sandboxed));
	gateway_send(g, MSG_CONFIGURE, body);
	expect(g, MSG_READY);
	g->phase = PHASE_READY;
}

/* Add its standard error to the logs. */
static void
take_errors(struct gateway *g)
{
	char	part[4096];
	ssize_t	n;
	int	fd = open(g->errors, O_RDONLY | O_CLOEXEC);

	ck_assert_int_ne(fd, -1);
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(&g->logs, part, (size_t)n);
	close(fd);
	unlink(g->errors);
}

void
gateway_end(struct gateway *g)
{
	struct msg	m;
	int		status;

	gateway_send(g, MSG_SHUTDOWN, NULL);
	do {
		gateway_next(g, &m);
		msg_release(&m);
	} while (m.id != MSG_BYE);
	ck_assert_int_eq(waitpid(g->pid, &status, 0), g->pid);
	take_errors(g);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "status %x: %s", status, buf_str(&g->logs));
	ck_assert_msg(strstr(buf_str(&g->logs), PEER_KEY) == NULL, "%s",
	    buf_str(&g->logs));
	g->pid = 0;
}

void
gateway_release(struct gateway *g)
{
	if (g->pid > 0) {
		kill(g->pid, SIGKILL);
		waitpid(g->pid, NULL, 0);
		take_errors(g);
	}
	wire_close(&g->wire);
	buf_release(&g->logs);
}

int64_t
gateway_send(struct gateway *g, enum msg_id id, json_object *body)
{
	const struct msg_head	head = { id, ++g->serial, NULL, NULL, NULL };

	wire_send(&g->wire, &head, body);
	return g->serial;
}

void
gateway_export_to(struct gateway *g, const char *url, const char *payload)
{
	struct buf		text = BUF_INIT;
	json_object		*body = json_object_new_object();
	const struct msg_head	head = { MSG_EXPORT, ++g->serial, NULL, NULL,
	    &text };

	json_set_str(body, "url", url);
	buf_addstr(&text, payload);
	wire_send(&g->wire, &head, body);
	buf_release(&text);
}

int64_t
gateway_ask(struct gateway *g, json_object *body, json_object *payload)
{
	struct buf		text = BUF_INIT;
	const struct msg_head	head = { MSG_MODEL_REQUEST, ++g->serial,
	    PEER_SESSION, PEER_THREAD, &text };

	json_write(&text, payload);
	wire_send(&g->wire, &head, body);
	json_object_put(payload);
	buf_release(&text);
	return g->serial;
}

/* The next frame. */
static void
next_frame(struct gateway *g, const char **text, size_t *len)
{
	enum frame_status	st;

	st = wire_next(&g->wire, PEER_PATIENCE_MS, text, len);
	if (st != FRAME_OK) {
		take_errors(g);
		ck_abort_msg("%s: %s", st == FRAME_MORE ?
		    "the gateway says nothing" : frame_status_text(st),
		    buf_str(&g->logs));
	}
}

void
gateway_next(struct gateway *g, struct msg *m)
{
	const char	*text;
	size_t		 len;

	for (;;) {
		const struct msg_place	at = { MSG_FROM_WORKER, ROLE_GATEWAY,
					    g->phase };

		next_frame(g, &text, &len);
		ck_assert_msg(msg_parse(m, text, len, &at) == MSG_OK,
		    "%s: %.200s", m->why, text);
		if (m->has_payload) {
			next_frame(g, &text, &len);
			ck_assert_uint_le(len, MSG_RESPONSE_MAX);
			msg_set_payload(m, text, len);
		}
		if (m->id == MSG_LOG) {
			buf_addstr(&g->logs, json_str(m->body, "text"));
			buf_addch(&g->logs, '\n');
		} else if (m->id == MSG_MODEL_PROGRESS)
			g->progress++;
		else if (m->id != MSG_ALIVE && m->id != MSG_METRIC)
			return;
		msg_release(m);
	}
}

json_object *
gateway_body(void)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "purpose", "stage_one");
	json_set_str(o, "model", "fake-mini");
	json_set_str(o, "effort", "low");
	json_set_str(o, "reasoning_summary", NULL);
	json_set_str(o, "verbosity", "medium");
	json_set_str(o, "service_tier", NULL);
	json_set_int(o, "max_output_tokens", 9000);
	json_set_str(o, "cache_key", PEER_CACHE);
	json_set(o, "turn_metadata", NULL);
	json_set_int(o, "idle_ms", 20000);
	json_set_int(o, "deadline_ms", 20000);
	return o;
}

json_object *
gateway_payload(void)
{
	json_object	*o = json_object_new_object();
	json_object	*list = json_object_new_array();
	json_object	*m = json_object_new_object();

	json_set_str(o, "instructions", "You are told to remember.");
	json_set_str(m, "role", "user");
	json_set_str(m, "text", PEER_PROMPT);
	json_object_array_add(list, m);
	json_set(o, "messages", list);
	json_set(o, "tools", json_object_new_array());
	json_set_str(o, "schema", "stage_one");
	return o;
}

void
gateway_try(struct gateway *g, struct msg *m)
{
	int64_t	serial = gateway_ask(g, gateway_body(), gateway_payload());

	gateway_next(g, m);
	ck_assert_str_eq(msg_table[m->id].name, "model_response");
	ck_assert_int_eq(m->serial, serial);
}

void
gateway_try_for(struct gateway *g, const char *class)
{
	struct msg	m;
	const char	*error, *text;

	gateway_try(g, &m);
	error = json_str(m.body, "error");
	text = json_str(m.body, "message");
	ck_assert_msg(strcmp(error == NULL ? "ok" : error, class) == 0,
	    "%s: %s", error, text);
	ck_assert_str_eq(json_str(m.body, "outcome"),
	    error == NULL ? "ok" : "error");
	ck_assert_msg(text == NULL || strstr(text, PEER_KEY) == NULL, "%s",
	    text);
	msg_release(&m);
}

char *
reply_said(const struct msg *m)
{
	json_object	*o, *items;
	struct buf	 b = BUF_INIT;
	const char	*text;
	size_t		 i;

	o = json_parse(m->payload.data, m->payload.len, JSON_DEPTH, NULL);
	ck_assert_ptr_nonnull(o);
	items = json_arr(o, "items");
	ck_assert_ptr_nonnull(items);
	buf_addstr(&b, "");
	for (i = 0; i < json_object_array_length(items); i++) {
		text = json_str(json_object_array_get_idx(items, i), "text");
		if (text != NULL)
			buf_addstr(&b, text);
	}
	json_object_put(o);
	return b.len > 0 ? buf_detach(&b) : xstrdup("");
}
