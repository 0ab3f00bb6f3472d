/* links: supervisor/?*.c supervisor/mnemoctl/?*.c tests/ctl_scene.c tests/store_fixture.c tests/scratch.c */
/*
 * "Pending for ever, nobody knows why" was the most frequent question of all.
 * So why must name the very rule that refuses: each rule is made to refuse,
 * alone and with all later ones, and what is named is held against what the
 * claim and the selection do.
 */
#include <string.h>

#include "common/json.h"
#include "tests/check_main.h"
#include "tests/ctl_scene.h"

/* NOW is 1783000000, and the thread's version a day before it. */
static const struct {
	const char	*sql;
	const char	*rule;
	const char	*verdict;
	int64_t		 when;
} claims[] = {
	{ "SELECT 1", "", "due", 0 },
	{ "UPDATE threads SET source = 'exec'", "source",
	    "source_not_interactive", 0 },
	{ "UPDATE threads SET source = '{\"subagent\":\"review\"}'",
	    "source", "source_not_interactive", 0 },
	{ "UPDATE threads SET source = 'vscode'", "", "due", 0 },
	{ "UPDATE threads SET memory_mode = 'disabled'", "memory_mode",
	    "memory_mode", 0 },
	{ "UPDATE threads SET memory_mode = 'polluted'", "memory_mode",
	    "memory_mode", 0 },
	{ "UPDATE threads SET archived = 1", "archived", "archived", 0 },
	{ "UPDATE threads SET preview = ''", "user_message",
	    "no_user_message", 0 },
	{ "UPDATE threads SET cwd = '/secret/x'", "excluded", "excluded",
	    0 },
	{ "UPDATE threads SET source_name = 'gone'", "excluded", "excluded",
	    0 },
	{ "INSERT INTO tombstones VALUES (" T1 ", 5, 'asked')", "tombstone",
	    "tombstone", 0 },
	{ "INSERT INTO disabled VALUES (" T1 ", 5)", "disabled", "disabled",
	    0 },
	{ "UPDATE threads SET cwd = '/work/x/y';"
	    " INSERT INTO disabled VALUES ('/work/x', 5)", "disabled",
	    "disabled", 0 },
	{ "UPDATE threads SET cwd = '/work/z/../x';"
	    " INSERT INTO disabled VALUES ('/work/x', 5)", "disabled",
	    "disabled", 0 },
	{ "UPDATE threads SET cwd = '/work/xy';"
	    " INSERT INTO disabled VALUES ('/work/x', 5)", "", "due", 0 },
	{ "INSERT INTO pauses VALUES (1782999999)", "pause", "paused", 0 },
	{ "UPDATE sources SET missing_since = 5", "file", "file_missing",
	    0 },
	{ OUTPUT("1782913600"), "up_to_date", "up_to_date", 0 },
	{ OUTPUT("1782913599"), "", "due", 0 },
	{ "INSERT INTO jobs (kind, job_key, status, retry_remaining,"
	    " input_watermark, last_success_watermark) VALUES"
	    " ('memory_stage1', " T1 ", 'done', 3, 1782913600, 1782913600)",
	    "up_to_date", "up_to_date", 0 },
	{ UPDATED("1783000000 - 10 * 86400 - 1"), "age", "too_old", 0 },
	{ UPDATED("1783000000 - 10 * 86400"), "", "due", 0 },
	{ UPDATED("1783000000 - 3600"), "idle", "too_young",
	    NOW + 5 * HOUR },
	{ UPDATED("1783000000 - 6 * 3600"), "", "due", 0 },
	{ JOB("running", "NULL", "1783000001", "3", "1782913600"), "running",
	    "running", NOW + 1 },
	{ JOB("running", "NULL", "1783000000", "3", "1782913600"), "",
	    "due", 0 },
	{ JOB("error", "1", "NULL", "0", "1782913600"), "retries",
	    "retry_exhausted", 0 },
	{ JOB("error", "1", "NULL", "0", "1782913599"), "", "due", 0 },
	{ JOB("error", "1783000060", "NULL", "2", "1782913600"), "back_off",
	    "retry_backoff", NOW + 60 },
	{ JOB("error", "1783000060", "NULL", "2", "1782913599"), "", "due",
	    0 },
	{ JOB("error", "1783000000", "NULL", "2", "1782913600"), "", "due",
	    0 }
};

static void
count_claimed(const struct store_thread *t, const struct store_job *j,
    void *arg)
{
	(void)t;
	(void)j;
	++*(int *)arg;
}

START_TEST(each_rule_of_the_claim_is_named)
{
	struct store_stage_one_rules	 rules;
	json_object			*one;
	int				 claimed = 0;

	add_thread(1, NOW - DAY);
	tell(claims[_i].sql);
	ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
	one = json_obj(doc, "stage_one");
	ck_assert_str_eq(json_str(one, "verdict"), claims[_i].verdict);
	ck_assert_str_eq(decider(json_arr(one, "rules")), claims[_i].rule);
	ck_assert_int_eq(json_int(one, "when", 0), claims[_i].when);
	ck_assert_uint_eq(json_object_array_length(json_arr(one, "rules")),
	    STORE_RULES);
	/* The claim does what was said. */
	ctl_stage_one_rules(&ctl, &rules);
	rules.worker_id = "run";
	rules.lease_s = HOUR;
	ck_assert_int_eq(store_stage_one_claim(st, &rules, count_claimed,
	    &claimed), STORE_OK);
	ck_assert_int_eq(claimed, claims[_i].rule[0] == '\0');
}
END_TEST

/* From the last rule to the first: each decides over all after it. */
START_TEST(the_first_rule_that_refuses_decides)
{
	static const struct {
		const char	*sql;
		const char	*rule;
	} steps[] = {
		{ "INSERT INTO pauses VALUES (1782999999)", "pause" },
		{ JOB("error", "1783000060", "NULL", "3", "1783000000"),
		    "back_off" },
		{ "UPDATE jobs SET retry_remaining = 0", "retries" },
		{ "UPDATE jobs SET status = 'running',"
		    " lease_until = 1783000009", "running" },
		{ UPDATED("1783000000 - 60"), "idle" },
		{ UPDATED("1700000000"), "age" },
		{ OUTPUT("1783000000"), "up_to_date" },
		{ "UPDATE sources SET missing_since = 5", "file" },
		{ "UPDATE threads SET cwd = '/secret'", "excluded" },
		{ "UPDATE threads SET preview = ''", "user_message" },
		{ "UPDATE threads SET archived = 1", "archived" },
		{ "UPDATE threads SET memory_mode = 'disabled'",
		    "memory_mode" },
		{ "UPDATE threads SET source = 'exec'", "source" },
		{ "INSERT INTO disabled VALUES (" T1 ", 5)", "disabled" },
		{ "INSERT INTO tombstones VALUES (" T1 ", 5, 'asked')",
		    "tombstone" }
	};
	size_t	 i;

	add_thread(1, NOW - DAY);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		tell(steps[i].sql);
		ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
		ck_assert_str_eq(decider(json_arr(json_obj(doc, "stage_one"),
		    "rules")), steps[i].rule);
	}
}
END_TEST

/* A memory whose root is not to be written takes nothing. */
START_TEST(unusable_root_takes_no_thread)
{
	json_object	*o;

	add_output(1, NOW - DAY);
	ctl.memories[0].usable = 0;
	ctl.memories[0].state = ROOT_FOREIGN;
	tell("UPDATE stage1_outputs SET source_updated_at = 1");
	tell("UPDATE jobs SET last_success_watermark = 1");
	ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
	o = json_obj(doc, "stage_one");
	ck_assert_str_eq(decider(json_arr(o, "rules")), "excluded");
	o = json_object_array_get_idx(json_arr(doc, "stage_two"), 0);
	ck_assert_str_eq(json_str(o, "verdict"), "root_unusable");
}
END_TEST

static const struct {
	const char	*sql;
	const char	*rule;
	const char	*verdict;
} selections[] = {
	{ "SELECT 1", "", "next" },
	{ "UPDATE threads SET cwd = '/secret'", "taken", "not_taken" },
	{ "DELETE FROM stage1_outputs", "output", "no_output" },
	{ "UPDATE stage1_outputs SET raw_memory = '  ',"
	    " rollout_summary = ''", "text", "blank" },
	{ "UPDATE stage1_outputs SET raw_memory = ''", "", "next" },
	{ "UPDATE threads SET memory_mode = 'polluted'", "memory_mode",
	    "memory_mode" },
	{ "UPDATE threads SET archived = 1", "", "next" },
	{ "INSERT INTO tombstones VALUES (" T1 ", 5, 'asked')", "tombstone",
	    "tombstone" },
	{ "INSERT INTO disabled VALUES (" T1 ", 5)", "disabled",
	    "disabled" },
	{ "INSERT INTO pauses VALUES (1782999999)", "", "next" },
	{ "UPDATE stage1_outputs SET source_updated_at ="
	    " 1783000000 - 30 * 86400 - 1", "used", "unused" },
	{ "UPDATE stage1_outputs SET source_updated_at ="
	    " 1783000000 - 30 * 86400", "", "next" },
	{ "UPDATE stage1_outputs SET source_updated_at = 1, keeps = 1", "",
	    "next" },
	{ "UPDATE stage1_outputs SET source_updated_at = 1,"
	    " generator = 'adopted'", "", "next" },
	{ "UPDATE stage1_outputs SET source_updated_at = 1,"
	    " usage_count = 1, last_usage = 1782999999", "", "next" }
};

static int
count_row(const struct store_row *row, void *arg)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

static int
wanted(const struct store_thread *t, void *arg)
{
	(void)arg;
	return ctl_takes(&ctl, &ctl.memories[0], t) &&
	    disabled_by(&ctl.disabled, t) == NULL;
}

START_TEST(each_rule_of_the_selection_is_named)
{
	struct store_select	 sel = { .memory = "codex", .now = NOW,
	    .limit = 256, .max_unused_days = 30, .wanted = wanted };
	json_object		*o;
	int			 n = 0;

	add_output(1, NOW - DAY);
	tell(selections[_i].sql);
	ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
	o = json_object_array_get_idx(json_arr(doc, "stage_two"), 0);
	ck_assert_str_eq(json_str(o, "verdict"), selections[_i].verdict);
	ck_assert_str_eq(decider(json_arr(o, "rules")),
	    selections[_i].rule);
	/* The selection does what was said. */
	ck_assert_int_eq(store_select_each(st, &sel, count_row, &n),
	    STORE_OK);
	ck_assert_int_eq(n, selections[_i].rule[0] == '\0');
}
END_TEST

START_TEST(rank_and_selected)
{
	static const int	 first[] = { 1 };
	json_object		*o;

	add_output(1, NOW - DAY);
	select_outputs(first, 1);
	ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
	o = json_object_array_get_idx(json_arr(doc, "stage_two"), 0);
	ck_assert_str_eq(json_str(o, "verdict"), "selected");
	ck_assert_str_eq(json_str(o, "outcome"), "cooldown");
	ck_assert_int_eq(json_int(o, "when", 0), NOW + 6 * HOUR);
	/* A second, newer one pushes it out of a limit of one. */
	add_output(2, NOW - DAY / 2);
	config.pipeline.max_raw_memories_for_consolidation = 1;
	ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
	o = json_object_array_get_idx(json_arr(doc, "stage_two"), 0);
	ck_assert_str_eq(json_str(o, "verdict"), "over_limit");
	ck_assert_str_eq(decider(json_arr(o, "rules")), "rank");
	ck_assert_int_eq(json_flag(o, "in_memory", 0), 1);
}
END_TEST

START_TEST(found_by_prefix_or_path)
{
	add_thread(1, NOW - DAY);
	add_thread(2, NOW - DAY);
	add_thread(11, NOW - DAY);
	ck_assert_int_eq(ask_why("0198A000-0000-7000-8000-000000000002"),
	    CTL_OK);
	ck_assert_str_eq(json_str(json_obj(doc, "thread"), "id"), tid(2));
	ck_assert_int_eq(ask_why("0198a000-0000-7000-8000-00000000001"),
	    CTL_OK);
	ck_assert_str_eq(json_str(json_obj(doc, "thread"), "id"), tid(11));
	ck_assert_int_eq(ask_why("/src/sessions/../sessions/2.jsonl"),
	    CTL_OK);
	ck_assert_str_eq(json_str(json_obj(doc, "thread"), "id"), tid(2));
	ck_assert_int_eq(ask_why("0198"), CTL_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(said, "0198: 3 threads"));
	ck_assert_int_eq(ask_why("0199"), CTL_NOT_FOUND);
	ck_assert_int_eq(ask_why("%"), CTL_NOT_FOUND);
	ck_assert_int_eq(ask_why("/src/sessions/9.jsonl"), CTL_NOT_FOUND);
}
END_TEST

START_TEST(unusable_file_gives_its_reason)
{
	struct store_file	 f = file_of(3);
	json_object		*o;

	f.reason = "no_session_meta";
	ck_assert_int_eq(store_file_put(st, &f, NULL), STORE_OK);
	ck_assert_int_eq(ask_why(f.path), CTL_OK);
	ck_assert_ptr_null(json_obj(doc, "thread"));
	o = json_object_array_get_idx(json_arr(doc, "files"), 0);
	ck_assert_str_eq(json_str(o, "reason"), "no_session_meta");
	doc = (json_object_put(doc), json_object_new_object());
	ck_assert_int_eq(status_collect(&ctl, doc), CTL_OK);
	o = json_object_array_get_idx(json_arr(doc, "unusable"), 0);
	ck_assert_int_eq(json_int(o, "count", 0), 1);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *
suite(void)
{
	Suite	*s = suite_create("why");
	TCase	*tc = tcase_create("all");

	tcase_add_checked_fixture(tc, ctl_setup, ctl_teardown);
	tcase_add_loop_test(tc, each_rule_of_the_claim_is_named, 0,
	    COUNT(claims));
	tcase_add_test(tc, the_first_rule_that_refuses_decides);
	tcase_add_test(tc, unusable_root_takes_no_thread);
	tcase_add_loop_test(tc, each_rule_of_the_selection_is_named, 0,
	    COUNT(selections));
	tcase_add_test(tc, rank_and_selected);
	tcase_add_test(tc, found_by_prefix_or_path);
	tcase_add_test(tc, unusable_file_gives_its_reason);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
