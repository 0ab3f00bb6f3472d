/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c supervisor/recovery.c tests/store_fixture.c tests/scratch.c */
/*
 * After a crash the history tells what became of each agent, but only of
 * those that it is asked about.  One was not named, since the database could
 * not be read just then: what waited for a person was written down as
 * discarded, and what had been published as never made.
 */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/adopt.h"
#include "supervisor/codex_copy.h"
#include "supervisor/despite.h"
#include "supervisor/recovery.h"
#include "supervisor/scheduler.h"
#include "supervisor/stage_two.h"
#include "supervisor/staging.h"
#include "supervisor/store_db.h"
#include "supervisor/store_review.h"
#include "supervisor/turn.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static struct supervisor	 sv;
static struct config		 config;
static struct config_memory	 config_memory_;
static struct memory		 m;
static const struct child_ops	*ops;		/* of the worker */
static int			 stops, removed;
static json_object		*asked;		/* of the worker; or NULL */

/* All that is around: no worker, no root. */
void
memory_start_workspace(struct memory *mem, const struct child_ops *o)
{
	ck_assert_ptr_eq(mem, &m);
	ops = o;
}

int64_t
child_request(struct child *c, const struct msg_head *head, json_object *body)
{
	(void)c;
	ck_assert_int_eq(head->id, MSG_RECOVER);
	json_object_put(asked);
	asked = body;
	return 1;
}

void
child_stop(struct child *c, const char *why)
{
	(void)c;
	(void)why;
	stops++;
}

int
child_once(struct child *c, const struct child_end *end)
{
	(void)c;
	(void)end;
	return 1;
}

int
memory_send_input(struct memory *mem, const char *agent_id)
{
	(void)mem;
	(void)agent_id;
	return 0;
}

void
memory_stop(struct memory *mem, const char *reason)
{
	(void)mem;
	ck_abort_msg("stopped: %s", reason);
}

int
memory_reason_stops(const char *reason)
{
	(void)reason;
	return 0;
}

int
staging_remove(const struct state_dir *sd, const char *thread_id)
{
	(void)sd;
	(void)thread_id;
	removed++;
	return 0;
}

enum store_status
despite_accepted(struct memory *mem, const struct despite *d)
{
	(void)mem;
	(void)d;
	return STORE_OK;
}

void
stage_two_left(struct store_left *left, json_object *list)
{
	(void)list;
	memset(left, 0, sizeof(*left));
}

void	memory_look(struct memory *mem) { (void)mem; }
void	memory_give_back(struct memory *mem) { (void)mem; }
int	adopt_start(struct memory *mem) { (void)mem; return 0; }
void	codex_copy_sweep(const char *state) { (void)state; }
void	scheduler_recovered(struct supervisor *s) { (void)s; }
int	supervisor_stopping(const struct supervisor *s) { (void)s; return 0; }

void
turn_offer(struct supervisor *s, int (*begin)(struct memory *))
{
	(void)s;
	(void)begin;
}

static void
setup(void)
{
	struct store_memory	row = { .name = "codex", .root = "/r" };

	store_setup();
	memset(&sv, 0, sizeof(sv));
	memset(&m, 0, sizeof(m));
	config_memory_.name = xstrdup("codex");
	sv.store = st;
	sv.config = &config;
	TAILQ_INIT(&sv.memories);
	m.sv = &sv;
	m.config = &config_memory_;
	TAILQ_INSERT_TAIL(&sv.memories, &m, entry);
	stops = removed = 0;
	ck_assert_int_eq(store_memory_claim(st, &row), STORE_OK);
}

static void
teardown(void)
{
	json_object_put(asked);
	asked = NULL;
	free(config_memory_.name);
	store_teardown();
}

/* Thread n is an agent of the memory, without an end. */
static void
add_agent(int n)
{
	struct store_stage_two_rules	rules = stage_two_rules();
	struct store_job		job;
	struct store_agent		a = { .thread_id = tid(n),
	    .session_id = tid(n), .memory = "codex", .started_at = NOW };

	ck_assert_int_eq(store_stage_two_enqueue(st, "codex", 1), STORE_OK);
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	ck_assert_int_eq(job.outcome, CLAIM_CLAIMED);
	a.token = job.token;
	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
}

/* And it waits for a person. */
static void
hold(int n)
{
	char	*sql = xasprintf("UPDATE agents SET status = 'completed',"
	    " finished_at = 1, reason = '" REVIEW_PENDING "'"
	    " WHERE thread_id = '%s'", tid(n));

	add_agent(n);
	tell(sql);
	free(sql);
}

/* The worker is asked about so many agents; -1: it is not asked. */
static int
ask_worker(void)
{
	json_object_put(asked);
	asked = NULL;
	recovery_memory(&m);
	ops->ready(NULL, &m);
	return asked == NULL ? -1 : (int)json_count(json_arr(asked,
	    "agents"));
}

/* It answers that thread n's work is in this list. */
static void
answer(const char *list, int n)
{
	json_object	*body = json_object_new_object();
	json_object	*a = json_object_new_array();
	json_object	*o = json_object_new_object();
	struct msg	 msg = { .id = MSG_RECOVERED, .body = body };

	json_set_str(o, "thread_id", tid(n));
	json_set_str(o, "commit", "abc");
	json_push(a, o);
	json_set(body, list, a);
	json_set_str(body, "root", "ours");
	json_set_str(body, "live", "abc");
	json_set_int(body, "entries", 3);
	ops->message(NULL, &msg, &m);
	json_object_put(body);
}

START_TEST(asked_about_all_or_not_at_all)
{
	add_agent(1);
	tell("ALTER TABLE agents RENAME TO away");
	ck_assert_int_eq(ask_worker(), -1);
	ck_assert_int_eq(stops, 1);
	ck_assert_int_eq(m.unrecovered, 1);
	ck_assert_str_eq(m.reason, "recovery_failed");
	ck_assert_int_ne(sv.outcome & OUTCOME_WAITING, 0);
	tell("ALTER TABLE away RENAME TO agents");
	ck_assert_int_eq(ask_worker(), 1);
	ck_assert_int_eq(m.unrecovered, 0);
}
END_TEST

/* The one that waits is not read, the others are. */
START_TEST(what_waits_is_asked_about_too)
{
	hold(1);
	ck_assert_int_eq(ask_worker(), 1);
	answer("held", 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM agents WHERE reason = '"
	    REVIEW_PENDING "'"), 1);
	ck_assert_int_eq(m.unrecovered, 0);
}
END_TEST

START_TEST(an_end_that_is_not_recorded_comes_again)
{
	add_agent(1);
	ck_assert_int_eq(ask_worker(), 1);
	tell("CREATE TRIGGER full BEFORE UPDATE ON agents BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	answer("held", 1);
	ck_assert_int_eq(m.unrecovered, 1);
	ck_assert_int_eq(removed, 0);
	tell("DROP TRIGGER full");
	ck_assert_int_eq(ask_worker(), 1);
	answer("held", 1);
	ck_assert_int_eq(m.unrecovered, 0);
	ck_assert_int_eq(removed, 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM agents WHERE reason = '"
	    REVIEW_PENDING "'"), 1);
}
END_TEST

/* A person accepted; that was carried out, but not written down. */
START_TEST(a_decision_that_is_not_recorded_comes_again)
{
	hold(1);
	ck_assert_int_eq(ask_worker(), 1);
	tell("CREATE TRIGGER full BEFORE UPDATE ON agents BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	answer("published", 1);
	ck_assert_int_eq(m.unrecovered, 1);
	tell("DROP TRIGGER full");
	ck_assert_int_eq(ask_worker(), 1);
	answer("published", 1);
	ck_assert_int_eq(m.unrecovered, 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM agents WHERE"
	    " published_commit = 'abc'"), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("recovery");
	TCase	*t = tcase_create("recovery");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, asked_about_all_or_not_at_all);
	tcase_add_test(t, what_waits_is_asked_about_too);
	tcase_add_test(t, an_end_that_is_not_recorded_comes_again);
	tcase_add_test(t, a_decision_that_is_not_recorded_comes_again);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
