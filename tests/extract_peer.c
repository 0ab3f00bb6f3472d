#include <sys/wait.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "extract_peer.h"
#include "worker/extract/extract.h"

#define PATIENCE_MS 20000

int
extract_peer_main(int argc, char **argv, char **envp, Suite *(*suite)(void))
{
	if (strcmp(argv[0], "worker") == 0)
		return worker_main(argc, argv, envp, &extract_role);
	return check_run(suite);
}

void
extract_peer_send(struct extract_peer *p, enum msg_id id, json_object *body)
{
	const struct msg_head	head = { .id = id, .serial = ++p->serial };

	wire_send(&p->wire, &head, body);
}

void
extract_peer_answer(struct extract_peer *p, int64_t serial, json_object *body,
    const struct buf *payload)
{
	const struct msg_head	head = { .id = MSG_MODEL_RESPONSE,
				    .serial = serial, .payload = payload };

	wire_send(&p->wire, &head, body);
}

static void
next_frame(struct extract_peer *p, const char **text, size_t *len)
{
	enum frame_status	st;

	st = wire_next(&p->wire, PATIENCE_MS, text, len);
	ck_assert_msg(st != FRAME_MORE, "the worker says nothing");
	ck_assert_msg(st == FRAME_OK, "%s", frame_status_text(st));
}

void
extract_peer_next(struct extract_peer *p, struct msg *m)
{
	struct msg_place	 at = { .dir = MSG_FROM_WORKER,
				    .role = ROLE_EXTRACT };
	const char		*text;
	size_t			 len;

	for (;;) {
		next_frame(p, &text, &len);
		at.phase = strstr(text, "\"hello\"") != NULL ? PHASE_STARTING :
		    strstr(text, "\"ready\"") != NULL ? PHASE_GREETED :
		    PHASE_READY;
		ck_assert_msg(msg_parse(m, text, len, &at) == MSG_OK,
		    "%s: %.200s", m->why, text);
		if (m->has_payload) {
			next_frame(p, &text, &len);
			msg_set_payload(m, text, len);
		}
		if (m->id == MSG_READING) {
			p->reading = json_int(m->body, "request", -1);
			p->has_read = p->reading > 0 ? p->reading :
			    p->has_read;
		} else if (m->id != MSG_ALIVE && m->id != MSG_LOG &&
		    m->id != MSG_METRIC)
			return;
		msg_release(m);
	}
}

static void
expect(struct extract_peer *p, enum msg_id id)
{
	struct msg	m;

	extract_peer_next(p, &m);
	ck_assert_str_eq(msg_table[m.id].name, msg_table[id].name);
	msg_release(&m);
}

static json_object *
settings(const char *source, const char *preview)
{
	json_object	*s = json_object_new_object();
	json_object	*list = json_object_new_array(), *o;

#ifdef __SANITIZE_ADDRESS__
	json_set_str(s, "sandbox", "off");
#else
	json_set_str(s, "sandbox", "best-effort");
#endif
	json_set_str(s, "name", "extract");
	json_set_str(s, "preview", preview);
	if (source != NULL) {
		o = json_object_new_object();
		json_set_str(o, "name", "a");
		json_set_str(o, "path", source);
		json_object_array_add(list, o);
	}
	json_set(s, "sources", list);
	return s;
}

static void
start(struct extract_peer *p, json_object *settings)
{
	json_object	*body = json_object_new_object();

	memset(p, 0, sizeof(*p));
	p->paths = json_object_new_array();
	p->pid = wire_fork(&p->wire, -1);
	if (p->pid == 0)
		wire_exec_self();
	expect(p, MSG_HELLO);
	json_set_str(body, "role", "extract");
	json_set(body, "settings", settings);
	extract_peer_send(p, MSG_CONFIGURE, body);
	expect(p, MSG_READY);
}

void
extract_peer_start(struct extract_peer *p, const char *source,
    const char *preview)
{
	start(p, settings(source, preview));
}

void
extract_peer_start_asking(struct extract_peer *p, const char *source,
    const char *preview)
{
	json_object	*s = settings(source, preview);

	json_set_str(s, "provider", "far");
	json_set_str(s, "generator", "far:away/1");
	start(p, s);
}

void
extract_peer_end(struct extract_peer *p)
{
	int	status;

	extract_peer_send(p, MSG_SHUTDOWN, NULL);
	expect(p, MSG_BYE);
	ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	wire_close(&p->wire);
	json_object_put(p->paths);
}

void
extract_peer_known(struct extract_peer *p, json_object *entries)
{
	json_object	*body = json_object_new_object();
	struct msg	 m;
	size_t		 i;

	for (i = 0; i < json_object_array_length(entries); i++)
		json_push_str(p->paths, json_str(
		    json_object_array_get_idx(entries, i), "path"));
	json_set_str(body, "source", "a");
	json_set(body, "entries", entries);
	json_set_bool(body, "reset", 1);
	extract_peer_send(p, MSG_KNOWN, body);
	extract_peer_next(p, &m);
	ck_assert_int_eq(m.id, MSG_NOTED);
	msg_release(&m);
}

/* Which of its files has the scan not met? */
static void
compare(struct extract_peer *p, json_object *all, int64_t unmet)
{
	json_object	*body = json_object_new_object(), *gone, *o;
	struct msg	 m;
	size_t		 i;

	json_set_str(body, "source", "a");
	json_set(body, "paths", json_object_get(p->paths));
	extract_peer_send(p, MSG_COMPARE, body);
	extract_peer_next(p, &m);
	ck_assert_int_eq(m.id, MSG_COMPARED);
	gone = json_arr(m.body, "vanished");
	ck_assert_int_eq((int64_t)json_object_array_length(gone), unmet);
	for (i = 0; i < json_object_array_length(gone); i++) {
		o = json_object_new_object();
		json_set_str(o, "path", json_object_get_string(
		    json_object_array_get_idx(gone, i)));
		json_set_bool(o, "vanished", 1);
		json_object_array_add(all, o);
	}
	msg_release(&m);
}

/* Move the entries of a batch to `all'. */
static void
take_batch(struct extract_peer *p, json_object *all, json_object *batch)
{
	json_object	*o;
	size_t		 i;

	for (i = 0; i < json_object_array_length(batch); i++) {
		o = json_object_array_get_idx(batch, i);
		json_push_str(p->paths, json_str(o, "path"));
		json_object_array_add(all, json_object_get(o));
	}
}

json_object *
extract_peer_scan(struct extract_peer *p, int64_t *files, int64_t *unchanged)
{
	json_object	*all = json_object_new_array();
	json_object	*body = json_object_new_object();
	struct msg	 m;
	int64_t		 unmet;
	int		 last;

	json_set_str(body, "source", "a");
	extract_peer_send(p, MSG_SCAN, body);
	do {
		extract_peer_next(p, &m);
		ck_assert_int_eq(m.id, MSG_SCANNED);
		ck_assert_int_eq(m.serial, p->serial);
		take_batch(p, all, json_arr(m.body, "entries"));
		last = json_flag(m.body, "last", 0);
		unmet = json_int(m.body, "unmet", -1);
		if (files != NULL)
			*files = json_int(m.body, "files", -1);
		if (unchanged != NULL)
			*unchanged = json_int(m.body, "unchanged", -1);
		msg_release(&m);
	} while (!last);
	if (unmet > 0)
		compare(p, all, unmet);
	return all;
}
