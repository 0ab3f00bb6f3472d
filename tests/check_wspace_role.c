/* links: tests/scratch.c tests/wire.c worker/workspace/?*.c */

/*
 * The rows of a memory come to its workspace worker in batches.  Where one of
 * them could not be taken, the next request went on with those that could: a
 * folder was adopted without what only the databases had, and what lay in the
 * lost batch counted as forgotten.
 */
#include <sys/stat.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "scratch.h"
#include "tests/wire.h"
#include "worker/workspace/role.h"

#define PATIENCE_MS	20000
#define THREAD		"01a1f0aa-1c40-7000-8a11-0c0ffee00001"

static struct wire	wire;
static pid_t		worker;
static int64_t		serial;
static char		dir[256];

static void
ask(enum msg_id id, json_object *body)
{
	const struct msg_head	head = { .id = id, .serial = ++serial };

	wire_send(&wire, &head, body);
}

/* The next message that answers something; its name. */
static const char *
next(void)
{
	struct msg_place	 at = { .dir = MSG_FROM_WORKER,
				    .role = ROLE_WORKSPACE };
	enum frame_status	 st;
	struct msg		 m;
	const char		*text, *name;
	size_t			 len;

	for (;;) {
		st = wire_next(&wire, PATIENCE_MS, &text, &len);
		ck_assert_msg(st == FRAME_OK, "%s", frame_status_text(st));
		at.phase = strstr(text, "\"hello\"") != NULL ? PHASE_STARTING :
		    strstr(text, "\"ready\"") != NULL ? PHASE_GREETED :
		    PHASE_READY;
		ck_assert_msg(msg_parse(&m, text, len, &at) == MSG_OK,
		    "%s: %.200s", m.why, text);
		name = msg_table[m.id].name;
		if (m.has_payload)
			ck_assert_int_eq(wire_next(&wire, PATIENCE_MS, &text,
			    &len), FRAME_OK);
		msg_release(&m);
		if (m.id != MSG_ALIVE && m.id != MSG_LOG &&
		    m.id != MSG_METRIC)
			return name;
	}
}

static void
set_path(json_object *o, const char *key)
{
	char	path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	json_set_str(o, key, path);
}

static void
make(const char *name)
{
	char	path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static json_object *
settings(void)
{
	json_object	*s = json_object_new_object();

#ifdef __SANITIZE_ADDRESS__
	json_set_str(s, "sandbox", "off");
#else
	json_set_str(s, "sandbox", "best-effort");
#endif
	json_set_str(s, "name", "codex");
	json_set_str(s, "memory", "codex");
	set_path(s, "root");
	set_path(s, "history");
	set_path(s, "staging");
	return s;
}

static void
setup(void)
{
	json_object	*body = json_object_new_object();

	scratch_make(dir, sizeof(dir));
	make("root");
	make("history");
	make("staging");
	serial = 0;
	worker = wire_fork(&wire, -1);
	if (worker == 0)
		wire_exec_self();
	ck_assert_str_eq(next(), "hello");
	json_set_str(body, "role", "workspace");
	json_set(body, "settings", settings());
	ask(MSG_CONFIGURE, body);
	ck_assert_str_eq(next(), "ready");
}

static void
teardown(void)
{
	int	status;

	ask(MSG_SHUTDOWN, NULL);
	ck_assert_str_eq(next(), "bye");
	ck_assert_int_eq(waitpid(worker, &status, 0), worker);
	ck_assert_int_eq(status, 0);
	wire_close(&wire);
	scratch_remove(dir);
}

/* A batch of one row, or of what is none. */
static void
send_batch(const char *kind, int last)
{
	json_object	*body = json_object_new_object();
	json_object	*list = json_object_new_array();
	json_object	*o = json_object_new_object();

	json_set_str(o, "kind", kind);
	json_set_str(o, "thread_id", THREAD);
	json_push(list, o);
	json_set(body, "entries", list);
	json_set_bool(body, "last", last);
	ask(MSG_INPUT, body);
}

/* The adoption's threads come before its end. */
static const char *
adopt(void)
{
	const char	*name;

	ask(MSG_ADOPT, NULL);
	do
		name = next();
	while (strcmp(name, "adopted_thread") == 0);
	return name;
}

START_TEST(nothing_goes_on_without_a_batch)
{
	send_batch(_i == 0 ? "nonsense" : "tombstone", 0);
	send_batch(_i == 1 ? "nonsense" : "tombstone", 0);
	send_batch(_i == 2 ? "nonsense" : "tombstone", 1);
	ck_assert_str_eq(next(), "failed");
	ck_assert_str_eq(adopt(), "failed");
	/* Once more from the first, and all of them are there. */
	send_batch("tombstone", 0);
	send_batch("tombstone", 1);
	ck_assert_str_eq(adopt(), "adopted");
}
END_TEST

static Suite *
role_suite(void)
{
	Suite	*s = suite_create("wspace_role");
	TCase	*t = tcase_create("wspace_role");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, nothing_goes_on_without_a_batch, 0, 3);
	suite_add_tcase(s, t);
	return s;
}

int
main(int argc, char **argv, char **envp)
{
	if (strcmp(argv[0], "worker") == 0)
		return worker_main(argc, argv, envp, &workspace_role);
	return check_run(role_suite);
}
