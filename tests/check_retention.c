/* links: tests/store_fixture.c tests/scratch.c supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c supervisor/audit.c supervisor/staging.c supervisor/retention.c supervisor/upkeep.c */
/*
 * Months of running fill a disk with what agents did, and a clean-up that is
 * too eager takes what a person was to look at, or what recovery needs.  What
 * goes is old and finished; all else stays, whatever its age.
 */
#include <sys/stat.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/audit.h"
#include "supervisor/memory.h"
#include "supervisor/retention.h"
#include "supervisor/store_db.h"
#include "supervisor/store_retention.h"
#include "supervisor/store_review.h"
#include "supervisor/upkeep.h"
#include "supervisor/waits.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static struct supervisor	sv;
static struct config		config;
static const char *const	folders[] = { "agents", "staging" };

static int			blind;	/* access(2) fails */

/* The program's own comes before that of the C library. */
int
access(const char *path, int how)
{
	static int	(*real)(const char *, int);

	if (blind) {
		errno = EIO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "access");
	return real(path, how);
}

/* Nothing keeps work waiting, and no worker shows it. */
enum store_status
waits_look(struct store *s, const struct config *c, int64_t now,
    struct waits *w)
{
	(void)s;
	(void)c;
	(void)now;
	memset(w, 0, sizeof(*w));
	return STORE_OK;
}

void
children_still(struct children *set, const char *word)
{
	(void)set;
	(void)word;
}

static char *
in_state(const char *name)
{
	return xasprintf("%s/%s", st_dir, name);
}

static void
setup(void)
{
	size_t	i;

	store_setup();
	memset(&sv, 0, sizeof(sv));
	TAILQ_INIT(&sv.memories);
	memset(&config, 0, sizeof(config));
	for (i = 0; i < 2; i++) {
		char	*dir = in_state(folders[i]);

		ck_assert_int_eq(mkdir(dir, 0700), 0);
		free(dir);
	}
	sv.store = st;
	sv.config = &config;
	sv.state.path = st_dir;
	config.retention = (struct config_retention){ .audits_days = 90,
	    .ledger_days = 400, .staging_days = 7 };
	wall_set_offset(0);
	wall_set_offset(NOW * 1000 - wall_ms());
}

static void
teardown(void)
{
	wall_set_offset(0);
	store_teardown();
}

/* An agent of memory "codex" with audit and staging; `age' in days. */
static void
agent(int n, int64_t age, const char *reason, const char *commit)
{
	struct store_agent	 a = { .thread_id = tid(n),
	    .session_id = tid(n), .memory = "codex", .token = "t",
	    .started_at = NOW - age * DAY, .generator = "builtin/1" };
	char			*dir = xasprintf("%s/staging/%s", st_dir,
	    tid(n)), *sql;

	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
	audit_begin(&sv.state, tid(n), "codex", dir);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	free(dir);
	if (reason == NULL)
		return;		/* it is not done */
	sql = xasprintf("UPDATE agents SET status = 'completed',"
	    " finished_at = %lld, reason = nullif('%s', ''),"
	    " published_commit = %s WHERE thread_id = '%s'",
	    (long long)(NOW - age * DAY), reason,
	    commit == NULL ? "NULL" : commit, tid(n));
	tell(sql);
	free(sql);
}

static int
is_there(const char *fmt, int n)
{
	char	*name = NULL, *path;
	int	 there;

	if (strcmp(fmt, "audit") == 0)
		name = xasprintf("agents/%s.jsonl", tid(n));
	else
		name = xasprintf("staging/%s", tid(n));
	path = in_state(name);
	there = access(path, F_OK) == 0;
	free(path);
	free(name);
	return there;
}

static int
has_row(int n)
{
	struct store_agent	*a = NULL;
	int			 has;

	has = store_agent_get(st, tid(n), &a) == STORE_OK;
	store_agent_free(a);
	return has;
}

START_TEST(old_agents_go_with_their_audits)
{
	agent(1, 200, "", "'aa'");
	agent(2, 91, "failed_agent", NULL);
	agent(3, 89, "failed_agent", NULL);
	agent(4, 1, "", "'bb'");
	ck_assert_int_eq(store_agent_input(st, tid(1), tid(9), 5), STORE_OK);
	retention_run(&sv);
	ck_assert(!has_row(1) && !is_there("audit", 1));
	ck_assert(!has_row(2) && !is_there("audit", 2));
	ck_assert(has_row(3) && is_there("audit", 3));
	ck_assert(has_row(4) && is_there("audit", 4));
	ck_assert_int_eq(ask("SELECT count(*) FROM agent_inputs"), 0);
}
END_TEST

START_TEST(what_is_needed_stays_whatever_its_age)
{
	agent(1, 400, REVIEW_PENDING, NULL);	/* a person is to look */
	agent(2, 400, NULL, NULL);		/* recovery is to end it */
	agent(3, 400, "", "'aa'");		/* the last publication */
	agent(4, 300, "failed_agent", NULL);
	retention_run(&sv);
	ck_assert(has_row(1) && is_there("audit", 1));
	ck_assert(has_row(2) && is_there("audit", 2));
	ck_assert(has_row(3) && is_there("audit", 3));
	ck_assert(!has_row(4));
}
END_TEST

START_TEST(staging_of_the_refused_goes_after_its_days)
{
	agent(1, 8, "rejected", NULL);
	agent(2, 6, "rejected", NULL);
	agent(3, 0, NULL, NULL);		/* at work */
	agent(4, 0, "failed_agent", NULL);	/* left by a crash */
	retention_run(&sv);
	ck_assert(!is_there("staging", 1));
	ck_assert(is_there("staging", 2));
	ck_assert(is_there("staging", 3));
	ck_assert(!is_there("staging", 4));
	ck_assert(has_row(1));
	config.retention.staging_days = 0;
	wall_set_offset((NOW + 3000 * DAY) * 1000 - wall_ms() + wall_offset());
	retention_run(&sv);
	ck_assert(is_there("staging", 2));
}
END_TEST

/* A file in the state directory; `age' in days. */
static void
old_file(const char *name, int64_t age)
{
	const struct timespec	 at = { .tv_sec = NOW - age * DAY };
	char			*path = in_state(name);
	int			 fd = open(path, O_WRONLY | O_CREAT, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(futimens(fd, (const struct timespec[]){ at, at }), 0);
	close(fd);
	free(path);
}

static int
has_file(const char *name)
{
	char	*path = in_state(name);
	int	 there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/*
 * Each upgrade left the whole database once more, with all that was forgotten
 * since.  What a person put there is none of them.
 */
START_TEST(copies_from_before_an_upgrade_go)
{
	static const char *const	stay[] = { "state.db.v", "state.db.v1x",
	    "state.db.v1.gz", "state.db.vold", "state.db.1", "mine.db.v1" };
	size_t				i, n = sizeof(stay) / sizeof(*stay);

	old_file("state.db.v1", 8);
	old_file("state.db.v12", 300);
	old_file("state.db.v13", 6);
	for (i = 0; i < n; i++)
		old_file(stay[i], 300);
	retention_run(&sv);
	ck_assert(!has_file("state.db.v1"));
	ck_assert(!has_file("state.db.v12"));
	ck_assert(has_file("state.db.v13"));
	ck_assert(has_file("state.db"));
	for (i = 0; i < n; i++)
		ck_assert_msg(has_file(stay[i]), "%s", stay[i]);
	config.retention.staging_days = 0;
	old_file("state.db.v13", 3000);
	retention_run(&sv);
	ck_assert(has_file("state.db.v13"));
}
END_TEST

/* By the clock that all ages are told by, and not that of the disk. */
START_TEST(a_copy_is_as_old_as_the_upgrade)
{
	tell("PRAGMA user_version = 1");
	ck_assert_int_eq(schema_migrate(st, (const char *const[]){ "",
	    "CREATE TABLE second (x)" }, 2), STORE_OK);
	wall_set_offset((NOW + 6 * DAY) * 1000 - wall_ms() + wall_offset());
	retention_run(&sv);
	ck_assert(has_file("state.db.v1"));
	wall_set_offset((NOW + 8 * DAY) * 1000 - wall_ms() + wall_offset());
	retention_run(&sv);
	ck_assert(!has_file("state.db.v1"));
}
END_TEST

START_TEST(an_audit_without_a_row_goes_by_the_time_in_its_name)
{
	/* tid() is a UUIDv7 of July 2025, a year before NOW. */
	audit_begin(&sv.state, tid(1), "codex", "/");
	config.retention.audits_days = 3000;
	retention_run(&sv);
	ck_assert(is_there("audit", 1));
	config.retention.audits_days = 90;
	retention_run(&sv);
	ck_assert(!is_there("audit", 1));
}
END_TEST

static void
request(int64_t age_s)
{
	struct store_reserve	r = { .at = NOW - age_s, .provider = "p",
	    .model = "m", .purpose = "agent", .thread_id = tid(1),
	    .attempt = 1, .tokens = 5 };
	int64_t			id;

	ck_assert_int_eq(store_ledger_reserve(st, &r, &id), STORE_OK);
}

START_TEST(the_ledger_keeps_its_rolling_day)
{
	struct store_spent	sp;

	config.retention.ledger_days = 1;
	request(DAY - 1);
	request(DAY + 1);
	request(500 * DAY);
	retention_run(&sv);
	ck_assert_int_eq(ask("SELECT count(*) FROM model_requests"), 1);
	ck_assert_int_eq(store_ledger_spent(st, NOW - LEDGER_DAY, NULL, &sp),
	    STORE_OK);
	ck_assert_int_eq(sp.tokens, 5);
}
END_TEST

START_TEST(zero_keeps_for_ever)
{
	memset(&config.retention, 0, sizeof(config.retention));
	agent(1, 3000, "rejected", NULL);
	request(3000 * DAY);
	retention_run(&sv);
	ck_assert(has_row(1) && is_there("audit", 1));
	ck_assert(is_there("staging", 1));
	ck_assert_int_eq(ask("SELECT count(*) FROM model_requests"), 1);
}
END_TEST

START_TEST(an_audit_that_cannot_go_keeps_its_row)
{
	char	*name = xasprintf("%s/agents/%s.jsonl", st_dir, tid(1));

	agent(1, 100, "failed_agent", NULL);
	ck_assert_int_eq(unlink(name), 0);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	retention_run(&sv);
	ck_assert(has_row(1));
	ck_assert_int_eq(rmdir(name), 0);
	retention_run(&sv);
	ck_assert(!has_row(1));
	free(name);
}
END_TEST

/*
 * A folder that waited for a person was removed, and so was that of an agent
 * at work, because the database could not be asked just then.
 */
START_TEST(what_cannot_be_asked_about_stays)
{
	agent(1, 6, "rejected", NULL);
	agent(2, 0, NULL, NULL);		/* at work */
	tell("ALTER TABLE agents RENAME TO away");
	retention_run(&sv);
	ck_assert(is_there("staging", 1) && is_there("staging", 2));
	ck_assert(is_there("audit", 1) && is_there("audit", 2));
	tell("ALTER TABLE away RENAME TO agents");
}
END_TEST

/* Its row and its audit were, because the folder could not be looked at. */
START_TEST(what_cannot_be_looked_at_stays)
{
	config.retention.staging_days = 0;
	agent(1, 100, "rejected", NULL);
	blind = 1;
	retention_run(&sv);
	blind = 0;
	ck_assert(has_row(1) && is_there("audit", 1));
	ck_assert(is_there("staging", 1));
}
END_TEST

/*
 * What a clock that had been ahead left in the future held work back until the
 * next start, if it could not be put right at once.
 */
START_TEST(times_in_the_future_are_put_right_later)
{
	struct upkeep	u = { 0, 0, NULL };

	request(-500 * DAY);
	tell("CREATE TRIGGER full BEFORE UPDATE ON model_requests BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	upkeep_start(&u, &sv);
	tell("DROP TRIGGER full");
	upkeep_pass(&u, &sv);
	ck_assert_int_eq(ask("SELECT count(*) FROM model_requests WHERE"
	    " at > 1783000100"), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM model_requests"), 1);
}
END_TEST

/* Old agents up to this number, two of each memory, without files. */
static void
months_of_agents(int n)
{
	char	*sql = xasprintf("WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL"
	    " SELECT n + 1 FROM k WHERE n < %d)"
	    " INSERT OR IGNORE INTO agents (thread_id, session_id, memory,"
	    " ownership_token, input_watermark, status, started_at,"
	    " finished_at, published_commit)"
	    " SELECT 'agent' || n, 's', 'm' || (n / 2), 't', 0, 'completed', n, n,"
	    " 'c' FROM k", n);

	tell(sql);
	free(sql);
}

static int
one_more(void *arg)
{
	++*(int *)arg;
	return 0;
}

static int
count_agent(const char *id, void *arg)
{
	(void)id;
	return one_more(arg) != 0;
}

/* What the database does to find those that are to go, in its own steps. */
static int
steps_to_find(int expected)
{
	int	 steps = 0, found = 0;

	sqlite3_progress_handler(st->db, 10, one_more, &steps);
	ck_assert_int_eq(store_agents_old_each(st, NOW, count_agent, &found),
	    STORE_OK);
	sqlite3_progress_handler(st->db, 0, NULL, NULL);
	ck_assert_int_eq(found, expected);
	return steps;
}

/* Each old agent was held against all others of all memories. */
START_TEST(four_times_the_agents_take_four_times_the_steps)
{
	int	 few;

	months_of_agents(500);
	few = steps_to_find(249);
	months_of_agents(2000);
	ck_assert_int_lt(steps_to_find(999), 6 * few);
}
END_TEST

/* Status asks this of each of a thousand memories. */
START_TEST(agents_of_others_do_not_delay_a_memory)
{
	struct store_agent	*a;
	char			 id[UUID_SIZE];
	int			 steps = 0;

	months_of_agents(2000);
	sqlite3_progress_handler(st->db, 10, one_more, &steps);
	ck_assert_int_eq(store_agent_published(st, "other", &a), STORE_NONE);
	ck_assert_int_eq(store_review_pending(st, "other", id), STORE_NONE);
	sqlite3_progress_handler(st->db, 0, NULL, NULL);
	ck_assert_int_lt(steps, 100);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("retention");
	TCase	*t = tcase_create("retention");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, old_agents_go_with_their_audits);
	tcase_add_test(t, what_is_needed_stays_whatever_its_age);
	tcase_add_test(t, staging_of_the_refused_goes_after_its_days);
	tcase_add_test(t, copies_from_before_an_upgrade_go);
	tcase_add_test(t, a_copy_is_as_old_as_the_upgrade);
	tcase_add_test(t, an_audit_without_a_row_goes_by_the_time_in_its_name);
	tcase_add_test(t, the_ledger_keeps_its_rolling_day);
	tcase_add_test(t, zero_keeps_for_ever);
	tcase_add_test(t, an_audit_that_cannot_go_keeps_its_row);
	tcase_add_test(t, what_cannot_be_asked_about_stays);
	tcase_add_test(t, what_cannot_be_looked_at_stays);
	tcase_add_test(t, times_in_the_future_are_put_right_later);
	tcase_add_test(t, four_times_the_agents_take_four_times_the_steps);
	tcase_add_test(t, agents_of_others_do_not_delay_a_memory);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
