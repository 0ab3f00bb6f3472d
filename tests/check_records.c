/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * What is recorded comes back as it was, whatever is in it: a thread, an
 * agent whose end nobody saw, the root of a memory.
 */
#include "tests/check_main.h"
#include "tests/store_fixture.h"

START_TEST(hostile_text_is_only_text)
{
	struct store_thread	 t = thread_of(1), *got;
	struct store_file	 f = file_of(1);

	t.cwd = "'); DROP TABLE threads; --";
	t.title = "a\x1b[31mb";
	ck_assert_int_eq(store_file_put(st, &f, &t), STORE_OK);
	ck_assert_int_eq(store_thread_get(st, t.id, &got), STORE_OK);
	ck_assert_str_eq(got->cwd, t.cwd);
	ck_assert_str_eq(got->title, t.title);
	store_thread_free(got);
}
END_TEST

static struct store_agent
agent_of(const char *id, const struct store_job *job)
{
	return (struct store_agent){
		.thread_id = id, .session_id = "s", .memory = "codex",
		.token = job->token, .watermark = job->watermark,
		.started_at = NOW
	};
}

static int
count_agent(const struct store_agent *a, void *arg)
{
	int	*n = arg;

	ck_assert_int_eq(a->finished_at, 0);
	ck_assert_int_eq(a->exit_status, -1);
	(*n)++;
	return 0;
}

static int
open_agents(const char *memory)
{
	int	 n = 0;

	ck_assert_int_eq(store_agent_open_each(st, memory, count_agent, &n),
	    STORE_OK);
	return n;
}

/*
 * Published, then killed before the success was recorded: the agent's row
 * holds what recovery needs to record it.
 */
START_TEST(an_agent_without_end_is_found_and_finished)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_memory		 m = { "codex", "/r", 1, 2, 3, NULL, 0, 0 };
	struct store_memory		*live;
	struct store_stage_two_end	 end = { .memory = "codex" };
	struct store_job		 job;
	struct store_agent		 a, *got;

	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	a = agent_of("agent", &job);
	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
	ck_assert_int_eq(store_agent_set_base(st, "agent", "b"), STORE_OK);
	ck_assert_int_eq(store_agent_set_status(st, "agent", "running"),
	    STORE_OK);
	ck_assert_int_eq(open_agents(NULL), 1);
	ck_assert_int_eq(open_agents("other"), 0);

	ck_assert_int_eq(store_agent_get(st, "agent", &got), STORE_OK);
	ck_assert_str_eq(got->status, "running");
	ck_assert_str_eq(got->base_commit, "b");
	end.token = got->token;
	end.agent_id = got->thread_id;
	end.completed = got->watermark;
	end.now = NOW;
	end.turns = 4;
	end.commit = "p";
	end.live_files = 6;
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_OK);
	store_agent_free(got);

	ck_assert_int_eq(open_agents("codex"), 0);
	ck_assert_int_eq(store_memory_get(st, "codex", &live), STORE_OK);
	ck_assert_str_eq(live->live_commit, "p");
	ck_assert_int_eq(live->live_files, 6);
	store_memory_free(live);
	ck_assert_int_eq(ask("SELECT status = 'completed' AND turns = 4"
	    " FROM agents"), 1);
	/* An agent that ended stays as it ended. */
	ck_assert_int_eq(store_agent_set_status(st, "agent", "running"),
	    STORE_NONE);
}
END_TEST

START_TEST(an_agents_end_is_kept_even_if_its_job_is_lost)
{
	struct store_stage_two_rules	 rules = stage_two_rules();
	struct store_stage_two_end	 end = { .memory = "codex" };
	struct store_job		 job;
	struct store_agent		 a;

	ck_assert_int_eq(store_stage_two_claim(st, &rules, &job), STORE_OK);
	a = agent_of("agent", &job);
	ck_assert_int_eq(store_agent_insert(st, &a), STORE_OK);
	end.token = "another token";
	end.agent_id = "agent";
	end.now = NOW;
	ck_assert_int_eq(store_stage_two_succeeded(st, &end), STORE_NONE);
	ck_assert_int_eq(open_agents(NULL), 1);
	ck_assert_int_eq(store_stage_two_failed(st, &end), STORE_NONE);
	ck_assert_int_eq(open_agents(NULL), 0);
	ck_assert_int_eq(ask("SELECT status = 'errored' FROM agents"), 1);
	ck_assert_int_eq(ask("SELECT status = 'running' FROM jobs"), 1);
}
END_TEST

START_TEST(a_claimed_root_keeps_what_is_live)
{
	struct store_memory	 m = { "codex", "/r", 1, 2, 3, NULL, 0, 0 };
	struct store_memory	*got;

	ck_assert_int_eq(store_memory_get(st, "codex", &got), STORE_NONE);
	ck_assert_ptr_null(got);
	ck_assert_int_eq(store_memory_live(st, "codex", "c", 1), STORE_NONE);
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_memory_live(st, "codex", "c", 1), STORE_OK);
	m.root = "/elsewhere";
	m.ino = 5;
	ck_assert_int_eq(store_memory_claim(st, &m), STORE_OK);
	ck_assert_int_eq(store_memory_get(st, "codex", &got), STORE_OK);
	ck_assert_str_eq(got->root, "/elsewhere");
	ck_assert_int_eq(got->ino, 5);
	ck_assert_str_eq(got->live_commit, "c");
	store_memory_free(got);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("records");
	TCase	*tc = tcase_create("records");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, hostile_text_is_only_text);
	tcase_add_test(tc, an_agent_without_end_is_found_and_finished);
	tcase_add_test(tc, an_agents_end_is_kept_even_if_its_job_is_lost);
	tcase_add_test(tc, a_claimed_root_keeps_what_is_live);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
