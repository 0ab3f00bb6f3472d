/* links: supervisor/stage_two.c supervisor/stage_two_workspace.c supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * What could not be read forbade nothing: an agent began although another's
 * work waited for a person, or although all was paused.  And what an agent had
 * made, and a model was paid for, was dropped because the database was busy
 * just when its lease was to be confirmed.
 */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/adopt.h"
#include "supervisor/audit.h"
#include "supervisor/recovery.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_two.h"
#include "supervisor/stage_two_int.h"
#include "supervisor/staging.h"
#include "supervisor/store_db.h"
#include "supervisor/waits.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static struct supervisor	 sv;
static struct config		 config;
static struct config_memory	 config_of;
static struct memory		 m;
static enum store_status	 waits_are;
static int			 workers;

/* All that is around: no worker, no root, a loop that the test plays. */
void
loop_timer_init(struct loop_timer *t, loop_timer_fn *fn, void *arg)
{
	memset(t, 0, sizeof(*t));
	t->fn = fn;
	t->arg = arg;
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t deadline)
{
	(void)l;
	t->deadline = deadline;
}

void
loop_timer_cancel(struct loop_timer *t)
{
	t->deadline = 0;
}

enum store_status
waits_look(struct store *s, const struct config *c, int64_t now,
    struct waits *w)
{
	(void)s;
	(void)c;
	(void)now;
	memset(w, 0, sizeof(*w));
	if (waits_are != STORE_OK)
		w->still.reason = STATE_UNREADABLE;
	return waits_are;
}

int
standstill_root(const struct config *c, const char *root,
    struct standstill *s)
{
	(void)c;
	(void)root;
	(void)s;
	return 0;
}

void
memory_start_workspace(struct memory *mem, const struct child_ops *ops)
{
	(void)mem;
	(void)ops;
	workers++;
}

int64_t
child_request(struct child *c, const struct msg_head *head, json_object *body)
{
	(void)c;
	(void)head;
	json_object_put(body);
	return 1;
}

int
child_once(struct child *c, const struct child_end *end)
{
	(void)c;
	(void)end;
	return 1;
}

void
audit_record(const struct state_dir *sd, const char *thread_id,
    const char *type, json_object *payload)
{
	(void)sd;
	(void)thread_id;
	(void)type;
	(void)payload;
}

int
staging_remove(const struct state_dir *sd, const char *thread_id)
{
	(void)sd;
	(void)thread_id;
	return 0;
}

const struct config_provider *
config_provider_agents(const struct config *c)
{
	(void)c;
	return NULL;
}

int
memory_send_input(struct memory *mem, const char *agent_id)
{
	(void)mem;
	(void)agent_id;
	return 0;
}

int	memory_reason_stops(const char *reason) { (void)reason; return 0; }
void	memory_stop(struct memory *mem, const char *r) { (void)mem; (void)r; }
int	memory_take(struct memory *mem) { (void)mem; return 0; }
void	memory_look(struct memory *mem) { (void)mem; }
int	adopt_start(struct memory *mem) { (void)mem; return 0; }
void	child_stop(struct child *c, const char *why) { (void)c; (void)why; }
void	recovery_memory(struct memory *mem) { (void)mem; }
void	scheduler_memory_idle(struct supervisor *s) { (void)s; }
int	supervisor_stopping(const struct supervisor *s) { (void)s; return 0; }
void	stage_two_agent(struct memory *mem) { (void)mem; }
void	stage_two_agent_init(struct memory *mem) { (void)mem; }

void
measure_stage_two(const struct memory *mem, const char *status)
{
	(void)mem;
	(void)status;
}

void
measure_stage_two_end(const struct memory *mem, int64_t ms)
{
	(void)mem;
	(void)ms;
}

static void
setup(void)
{
	store_setup();
	memset(&sv, 0, sizeof(sv));
	memset(&m, 0, sizeof(m));
	config_of.name = xstrdup("codex");
	config_of.root = xstrdup("/r");
	sv.store = st;
	sv.config = &config;
	m.sv = &sv;
	m.config = &config_of;
	waits_are = STORE_OK;
	workers = 0;
	ck_assert_int_eq(store_stage_two_enqueue(st, "codex", 1), STORE_OK);
}

static void
teardown(void)
{
	free(config_of.name);
	free(config_of.root);
	store_teardown();
}

static void
not_begun(void)
{
	stage_two_start(&m, 1);
	ck_assert_int_eq(m.state, MEM_IDLE);
	ck_assert_int_eq(workers, 0);
	ck_assert_str_eq(m.reason, "state_unreadable");
	ck_assert_int_ne(sv.outcome & OUTCOME_WAITING, 0);
	ck_assert_int_eq(ask(STAGE_TWO("status = 'pending'")), 1);
}

static void
begun(void)
{
	stage_two_start(&m, 1);
	ck_assert_int_eq(m.state, MEM_PREPARING);
	ck_assert_int_eq(workers, 1);
}

START_TEST(does_something_wait_for_a_person)
{
	tell("ALTER TABLE agents RENAME TO away");
	not_begun();
	tell("ALTER TABLE away RENAME TO agents");
	begun();
}
END_TEST

START_TEST(is_anything_in_its_way)
{
	waits_are = STORE_ERROR;
	not_begun();
	waits_are = STORE_OK;
	begun();
}
END_TEST

/* Its agent is done; the lease cannot be renewed just now. */
static void
publish_while_busy(void)
{
	begun();
	m.state = MEM_AGENT;
	m.agent_done = 1;
	tell("CREATE TRIGGER busy BEFORE UPDATE ON jobs BEGIN"
	    " SELECT RAISE(ABORT, 'busy'); END");
	stage_two_publish(&m);
	ck_assert_int_eq(m.state, MEM_AGENT);
	ck_assert_int_eq(workers, 1);
}

START_TEST(what_was_made_waits_for_its_lease)
{
	publish_while_busy();
	m.heartbeat.fn(&m.heartbeat, &m);
	ck_assert_int_eq(m.state, MEM_AGENT);
	tell("DROP TRIGGER busy");
	m.heartbeat.fn(&m.heartbeat, &m);
	ck_assert_int_eq(m.state, MEM_PUBLISHING);
	ck_assert_int_eq(workers, 2);
}
END_TEST

START_TEST(but_not_for_ever)
{
	int	i;

	publish_while_busy();
	for (i = 0; i < 20 && m.state == MEM_AGENT; i++)
		m.heartbeat.fn(&m.heartbeat, &m);
	ck_assert_int_eq(m.state, MEM_IDLE);
	ck_assert_str_eq(m.reason, "failed_confirm_ownership");
	ck_assert_int_eq(workers, 1);
}
END_TEST

START_TEST(a_lease_that_is_lost_is_lost)
{
	begun();
	m.state = MEM_AGENT;
	tell("UPDATE jobs SET ownership_token = 'x'");
	stage_two_publish(&m);
	ck_assert_int_eq(m.state, MEM_IDLE);
	ck_assert_str_eq(m.reason, "failed_confirm_ownership");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("stage_two");
	TCase	*t = tcase_create("stage_two");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, does_something_wait_for_a_person);
	tcase_add_test(t, is_anything_in_its_way);
	tcase_add_test(t, what_was_made_waits_for_its_lease);
	tcase_add_test(t, but_not_for_ever);
	tcase_add_test(t, a_lease_that_is_lost_is_lost);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
