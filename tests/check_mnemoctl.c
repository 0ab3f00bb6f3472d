/* links: supervisor/?*.c supervisor/mnemoctl/?*.c tests/store_fixture.c tests/scratch.c */
/*
 * "Pending for ever, nobody knows why" was the most frequent question of all.
 * So why must name the very rule that refuses: each rule is made to refuse,
 * alone and with all later ones, and what is named is held against what the
 * claim and the selection do.  And a look must not change what it looks at.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/bytes.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/options.h"
#include "supervisor/mnemoctl/when.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

static struct config_source	source;
static struct config_memory	memory;
static struct config		config;
static struct paths		paths;
static struct ctl		ctl;
static json_object		*doc;
static char			root_path[300], source_path[300];
static char			said[1024];	/* the last line logged */

static void
hear(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(said, sizeof(said), "%s", line);
}

static char	*everywhere[] = { NULL }, *secrets[] = { NULL };
static char	*names[] = { NULL };

static void
setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	store_setup();
	log_set_sink(hear, NULL);
	said[0] = '\0';
	snprintf(root_path, sizeof(root_path), "%s/memory", st_dir);
	snprintf(source_path, sizeof(source_path), "/src");
	names[0] = xstrdup("codex");
	everywhere[0] = xstrdup("*");
	secrets[0] = xstrdup("/secret");
	source = (struct config_source){ .name = names[0],
	    .path = source_path };
	memory = (struct config_memory){ .name = names[0],
	    .root = root_path, .sources = { names, 1 },
	    .cwd = { everywhere, 1 }, .exclude = { secrets, 1 } };
	memset(&config, 0, sizeof(config));
	config.state = st_dir;
	config.use_provider = names[0];
	config.pipeline.min_rollout_idle_hours = 6;
	config.pipeline.max_rollout_age_days = 10;
	config.pipeline.max_stage_one_jobs = 8;
	config.pipeline.consolidation_cooldown_hours = 6;
	config.pipeline.max_raw_memories_for_consolidation = 256;
	config.pipeline.max_unused_days = 30;
	config.scan_interval = 300;
	config.sources = &source;
	config.nsources = 1;
	config.memories = &memory;
	config.nmemories = 1;
	paths_init(&paths);
	ctl = (struct ctl){ .config = &config, .paths = &paths, .store = st,
	    .now = NOW };
	ctl_look(&ctl);
}

static void
teardown(void)
{
	json_object_put(doc);
	doc = NULL;
	ctl_release(&ctl);
	paths_release(&paths);
	free(names[0]);
	free(everywhere[0]);
	free(secrets[0]);
	store_teardown();
}

static enum ctl_exit
ask_why(const char *word)
{
	json_object_put(doc);
	doc = json_object_new_object();
	ctl.argument = word;
	ck_assert_int_eq(disabled_load(&ctl.disabled, st), STORE_OK);
	ck_assert_int_eq(waits_look(st, &config, NOW, &ctl.waits), STORE_OK);
	return why_collect(&ctl, doc);
}

/* The rule that decides, "" if none does. */
static const char *
decider(json_object *rules)
{
	json_object	*o;
	size_t		 i;

	for (i = 0; i < json_object_array_length(rules); i++) {
		o = json_object_array_get_idx(rules, i);
		if (json_flag(o, "decides", 0))
			return json_str(o, "rule");
	}
	return "";
}

#define T1	"'0198a000-0000-7000-8000-000000000001'"
#define JOB(status_, retry_at_, lease_, left_, version_)		\
	"INSERT INTO jobs (kind, job_key, status, retry_at, lease_until,"\
	" retry_remaining, input_watermark, last_error) VALUES ("	\
	"'memory_stage1', " T1 ", '" status_ "', " retry_at_ ", " lease_ \
	", " left_ ", " version_ ", 'it broke')"
#define UPDATED(seconds_)						\
	"UPDATE threads SET updated_at_ms = (" seconds_ ") * 1000"
#define OUTPUT(version_)						\
	"INSERT INTO stage1_outputs (thread_id, source_updated_at,"	\
	" raw_memory, rollout_summary, generator, generated_at)"	\
	" VALUES (" T1 ", " version_ ", 'r', 's', 'builtin/1', 5)"

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

START_TEST(jobs_lists_queued_failed_and_done)
{
	json_object	*list, *o;

	add_thread(1, NOW - DAY);
	tell(JOB("error", "1783000060", "NULL", "2", "1782913600"));
	add_thread(2, NOW - DAY / 2);
	add_thread(3, NOW - 60);		/* too young: no job */
	doc = json_object_new_object();
	ck_assert_int_eq(jobs_collect(&ctl, doc), CTL_OK);
	list = json_arr(doc, "jobs");
	ck_assert_uint_eq(json_object_array_length(list), 2);
	o = json_object_array_get_idx(list, 0);
	ck_assert_str_eq(json_str(o, "key"), tid(2));
	ck_assert_str_eq(json_str(o, "status"), "queued");
	ck_assert_int_eq(json_int(o, "when", 0), NOW);
	o = json_object_array_get_idx(list, 1);
	ck_assert_str_eq(json_str(o, "outcome"), "retry_backoff");
	ck_assert_int_eq(json_int(o, "retry_remaining", 0), 2);
	ck_assert_int_eq(json_int(o, "when", 0), NOW + 60);
	ck_assert_str_eq(json_str(o, "last_error"), "it broke");
	ck_assert_int_eq(json_int(doc, "id_length", 0), UUID_SIZE - 1);
}
END_TEST

START_TEST(status_names_what_comes_next)
{
	json_object	*o;

	add_thread(1, NOW - HOUR);
	doc = json_object_new_object();
	ck_assert_int_eq(status_collect(&ctl, doc), CTL_OK);
	o = json_obj(doc, "next");
	/* No stage-two job yet: a pass makes one at once. */
	ck_assert_str_eq(json_str(o, "what"), "stage_two");
	ck_assert_int_eq(json_int(o, "at", 0), NOW);
	tell("INSERT INTO jobs (kind, job_key, status, retry_at,"
	    " retry_remaining, last_error) VALUES ('memory_consolidate',"
	    " 'codex', 'error', 1783090000, 2, 'rejected')");
	doc = (json_object_put(doc), json_object_new_object());
	ck_assert_int_eq(status_collect(&ctl, doc), CTL_OK);
	o = json_obj(doc, "next");
	ck_assert_str_eq(json_str(o, "what"), "stage_one");
	ck_assert_int_eq(json_int(o, "at", 0), NOW + 5 * HOUR);
	o = json_object_array_get_idx(json_arr(doc, "memories"), 0);
	ck_assert_str_eq(json_str(o, "outcome"), "retry_backoff");
	ck_assert_str_eq(json_str(o, "last_error"), "rejected");
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(
	    json_arr(doc, "degraded")), "rejected"));
}
END_TEST

#define ASKED(at_, model_, purpose_, thread_, outcome_, tokens_, money_)	\
	"INSERT INTO model_requests (at, provider, model, purpose,"		\
	" thread_id, attempt, reserved, tokens, money, settled_at, outcome,"	\
	" input, cached_input, output, reasoning_output) VALUES (" at_		\
	", 'openai', '" model_ "', '" purpose_ "', '" thread_ "', 1, 9, "	\
	tokens_ ", " money_ ", " at_ ", '" outcome_ "', 100, 40, 7, 3);"

/* What a command prints for people, on no terminal. */
static char *
shown(void (*show)(json_object *, const struct output *), int width)
{
	struct output	 out;
	char		*text = NULL;
	size_t		 size;
	FILE		*fp = open_memstream(&text, &size);

	output_init(&out, fp, NOW);
	out.width = width;
	show(doc, &out);
	fclose(fp);
	return text;
}

/*
 * "The quota is gone, when does it come back?" and "the disk is full, of
 * what?"
 */
START_TEST(status_tells_when_it_frees_and_what_is_on_the_disk)
{
	struct config_provider	 provider = { .name = names[0] };
	json_object		*list;
	char			*path;
	FILE			*fp;

	config.providers = &provider;
	config.nproviders = 1;
	config.budget.tokens_per_day = 100;
	config.budget.money_per_day = 5000000;
	tell(ASKED("1782950000", "big", "agent", "ag", "ok", "40", "1250000")
	    ASKED("1782990000", "big", "agent", "ag", "ok", "2", "0")
	    ASKED("1782900000", "big", "agent", "ag", "ok", "9", "9"));
	path = xasprintf("%s/agents", st_dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	free(path);
	path = xasprintf("%s/agents/x.jsonl", st_dir);
	fp = fopen(path, "w");
	ck_assert_uint_eq(fwrite(path, 1, 10, fp), 10);
	fclose(fp);
	doc = json_object_new_object();
	ck_assert_int_eq(status_collect(&ctl, doc), CTL_OK);
	ck_assert_int_eq(json_int(json_obj(doc, "model"), "frees_at", 0),
	    1782950000 + DAY);
	list = json_arr(json_obj(doc, "disk"), "kinds");
	ck_assert_uint_eq(json_object_array_length(list), 5);
	ck_assert_str_eq(json_str(json_object_array_get_idx(list, 2), "kind"),
	    "audits");
	ck_assert_int_eq(json_int(json_object_array_get_idx(list, 2), "files",
	    0), 1);
	unlink(path);
	free(path);
	path = shown(status_show, 0);
	ck_assert_ptr_nonnull(strstr(path, "42 of 100 tokens\n"
	    "  money: 1.25 of 5.00\n"
	    "  the oldest of it counts no more in 10 hours; under way: 0\n"));
	ck_assert_ptr_nonnull(strstr(path, "\ndisk: database "));
	free(path);
}
END_TEST

/* Names of the state directory, one string. */
static char *
listing(void)
{
	struct dirent	**list;
	struct buf	 b = BUF_INIT;
	int		 i, n = scandir(st_dir, &list, NULL, alphasort);

	for (i = 0; i < n; i++) {
		buf_addf(&b, "%s ", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return buf_detach(&b);
}

START_TEST(reader_sees_the_owner_write)
{
	struct store		*reader;
	struct store_counts	 n;

	add_thread(1, NOW);
	ck_assert_int_eq(store_open(st_dir, STORE_READER, &reader),
	    STORE_OK);
	ck_assert_int_eq(store_begin(reader), STORE_OK);
	ck_assert_int_eq(store_counts(reader, &n), STORE_OK);
	ck_assert_int_eq(n.threads, 1);
	/* The owner is not held up, the reader's moment stays. */
	add_thread(2, NOW);
	ck_assert_int_eq(store_counts(reader, &n), STORE_OK);
	ck_assert_int_eq(n.threads, 1);
	store_rollback(reader);
	ck_assert_int_eq(store_counts(reader, &n), STORE_OK);
	ck_assert_int_eq(n.threads, 2);
	ck_assert_int_eq(store_thread_forget(reader, tid(1), "x", NOW),
	    STORE_ERROR);
	ck_assert(!store_reader_stale(reader));
	store_close(reader);
	add_thread(3, NOW);
}
END_TEST

START_TEST(reader_makes_nothing)
{
	struct store		*reader;
	struct store_counts	 n;
	char			*before, *after;

	add_thread(1, NOW);
	store_close(st);
	st = NULL;
	before = listing();
	ck_assert_int_eq(store_open(st_dir, STORE_READER, &reader),
	    STORE_OK);
	ck_assert_int_eq(store_counts(reader, &n), STORE_OK);
	ck_assert_int_eq(n.threads, 1);
	after = listing();
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	/* Its owner came back meanwhile: what was read may be torn. */
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), STORE_OK);
	add_thread(2, NOW);
	ck_assert(store_reader_stale(reader));
	store_close(reader);
	ck_assert_int_eq(store_open("/nonexistent", STORE_READER, &reader),
	    STORE_NONE);
	ck_assert_ptr_null(reader);
}
END_TEST

START_TEST(reader_refuses_newer_and_takes_older)
{
	struct store		*reader;
	struct store_counts	 n;

	tell("PRAGMA user_version = 99");
	ck_assert_int_eq(store_open(st_dir, STORE_READER, &reader),
	    STORE_NEWER);
	/* As old as can be: made, but nothing in it yet. */
	tell("PRAGMA user_version = 0; PRAGMA foreign_keys = OFF;"
	    "DROP TABLE agent_inputs; DROP TABLE agents; DROP TABLE jobs;"
	    "DROP TABLE stage1_outputs; DROP TABLE selections;"
	    "DROP TABLE citations; DROP TABLE tombstones;"
	    "DROP TABLE memories; DROP TABLE threads; DROP TABLE sources;"
	    "DROP TABLE model_requests; DROP TABLE provider_holds;"
	    "DROP TABLE pauses; DROP TABLE disabled");
	ck_assert_int_eq(store_open(st_dir, STORE_READER, &reader),
	    STORE_OK);
	ck_assert_int_eq(store_counts(reader, &n), STORE_OK);
	ck_assert_int_eq(ask("PRAGMA user_version"), 0);
	store_close(reader);
}
END_TEST

START_TEST(hostile_text_is_never_shown_raw)
{
	char	*text, *line, *rest;
	size_t	 size, n;
	FILE	*fp;

	add_thread(1, NOW - DAY);
	tell("UPDATE threads SET title = char(27) || '[2J' || char(8238) ||"
	    " 'x' || char(155), preview = char(27) || ']0;x' || char(7),"
	    " cwd = '/w/' || char(10) || char(8203)");
	ck_assert_int_eq(ask_why(tid(1)), CTL_OK);
	text = shown(why_show, 60);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		ck_assert_ptr_null(strchr(line, 27));
		ck_assert_ptr_null(strstr(line, "\xe2\x80\xae"));
		for (n = 0, size = 0; line[size] != '\0'; size++)
			n += ((unsigned char)line[size] & 0xc0) != 0x80;
		ck_assert_uint_le(n, 60);
	}
	free(text);
	fp = open_memstream(&text, &size);
	output_json(fp, doc);
	fclose(fp);
	for (n = 0; n + 1 < size; n++)
		ck_assert(text[n] >= ' ' && text[n] < 0x7f);
	ck_assert_ptr_nonnull(strstr(text, "\\u001b[2J\\u202ex\\u009b"));
	free(text);
}
END_TEST

static json_object *
usage_by(const char *by, const char *key)
{
	json_object	*list, *o = NULL;
	const char	*name;
	size_t		 i;

	json_object_put(doc);
	doc = json_object_new_object();
	ctl.by = by;
	ck_assert_int_eq(usage_collect(&ctl, doc), CTL_OK);
	list = json_arr(doc, "usage");
	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		name = json_str(o, "key");
		if (name == key || (name != NULL && key != NULL &&
		    strcmp(name, key) == 0))
			return o;
	}
	return NULL;
}

/*
 * The bill came at the end of the month, and nobody could say which model,
 * which day or which memory had made it.
 */
START_TEST(usage_adds_up_every_way)
{
	json_object	*o;
	char		*text;

	tell("INSERT INTO agents (thread_id, session_id, memory, ownership_token,"
	    " input_watermark, status, started_at) VALUES ('ag', 'ag', 'codex',"
	    " 't', 1, 'completed', 1);"
	    ASKED("1782993600", "big", "agent", "ag", "ok", "1000", "1250000")
	    ASKED("1782993600", "small", "stage_one", "x", "timeout", "9", "0")
	    ASKED("1782800000", "small", "stage_one", "x", "ok", "107", "5")
	    ASKED("1700000000", "old", "agent", "ag", "ok", "107", "5"));
	o = usage_by(NULL, "2026-07-02");
	ck_assert_int_eq(json_int(o, "requests", 0), 2);
	ck_assert_int_eq(json_int(o, "failed", 0), 1);
	ck_assert_int_eq(json_int(o, "tokens", 0), 1009);
	ck_assert_int_eq(json_int(o, "input", 0), 200);
	ck_assert_int_eq(json_int(o, "cached_input", 0), 80);
	o = json_obj(doc, "total");
	ck_assert_int_eq(json_int(o, "requests", 0), 3);
	ck_assert_int_eq(json_int(o, "money_millionths", 0), 1250005);
	ck_assert_int_eq(json_int(usage_by("model", "openai:small"),
	    "requests", 0), 2);
	ck_assert_ptr_null(usage_by("model", "openai:old"));
	ck_assert_int_eq(json_int(usage_by("purpose", "agent"),
	    "requests", 0), 1);
	ck_assert_int_eq(json_int(usage_by("memory", NULL), "requests", 0),
	    2);
	ck_assert_int_eq(json_int(usage_by("memory", "codex"), "output", 0),
	    7);
	text = shown(usage_show, 0);
	ck_assert_str_eq(text,
	    "MEMORY       REQUESTS  FAILED  INPUT  CACHED  OUTPUT  COUNTED     MONEY\n"
	    "(stage one)         2       1    200      80      14      116  0.000005\n"
	    "codex               1       0    100      40       7     1000      1.25\n"
	    "total               3       1    300     120      21     1116  1.250005\n");
	free(text);
	ctl.days = 10000;
	ck_assert_int_eq(json_int(usage_by("model", "openai:old"),
	    "requests", 0), 1);
	ctl.by = "modle";
	ck_assert_int_eq(usage_collect(&ctl, doc), CTL_USAGE);
	ck_assert_ptr_nonnull(strstr(said, "the nearest is model"));
}
END_TEST

START_TEST(json_escapes_all_but_ascii)
{
	json_object	*o = json_object_new_object();
	char		*text;
	size_t		 size;
	FILE		*fp = open_memstream(&text, &size);

	json_set_str(o, "a", "\xc3\xa4 \xf0\x9f\x98\x80 \xff \x7f");
	output_json(fp, o);
	fclose(fp);
	ck_assert_str_eq(text, "{\"a\":\"\\u00e4 \\ud83d\\ude00 \\ufffd "
	    "\\u007f\"}\n");
	free(text);
	json_object_put(o);
}
END_TEST

/*
 * In a document a time is a number, whose reader would have to know that it
 * is one; in what is printed it says so, by the name alone.
 */
START_TEST(json_times_are_rfc3339)
{
	json_object	*o = json_object_new_object();
	json_object	*rule = ctl_push(ctl_set_array(o, "rules"));
	char		*text;
	size_t		 size;
	FILE		*fp = open_memstream(&text, &size);

	json_set_int(o, "now", 1783000000);
	json_set_int(rule, "retry_at", 0);
	json_set_int(rule, "missing_since", 86400);
	json_set_str(rule, "until", "for ever");
	json_set_int(rule, "count", 86400);
	json_set_int(rule, "repeat", 86400);
	ctl_set_time(rule, "when", 0);
	output_json(fp, o);
	fclose(fp);
	ck_assert_str_eq(text, "{\"rules\":[{"
	    "\"retry_at\":\"1970-01-01T00:00:00Z\","
	    "\"missing_since\":\"1970-01-02T00:00:00Z\","
	    "\"until\":\"for ever\",\"count\":86400,\"repeat\":86400,"
	    "\"when\":null}],\"now\":\"2026-07-02T13:46:40Z\"}\n");
	/* The document itself stays as it is. */
	ck_assert_int_eq(json_int(o, "now", 0), 1783000000);
	free(text);
	json_object_put(o);
}
END_TEST

START_TEST(sizes_in_words)
{
	static const struct {
		int64_t		 bytes;
		const char	*text;
	} rows[] = {
		{ 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" },
		{ 9999, "9.9 kB" }, { 10000, "10 kB" }, { 999999, "999 kB" },
		{ 1000000, "1.0 MB" }, { 123456789, "123 MB" },
		{ 5500000000, "5.5 GB" }, { INT64_MAX, "9223 PB" }
	};
	char	 buf[BYTES_TEXT];
	size_t	 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(bytes_text(buf, rows[i].bytes),
		    rows[i].text);
}
END_TEST

START_TEST(times_in_words)
{
	static const struct {
		int64_t		 when;
		const char	*text;
	} rows[] = {
		{ 0, "-" }, { NOW, "now" }, { NOW + 1, "in 1 second" },
		{ NOW + 119, "in 119 seconds" }, { NOW + 120, "in 2 minutes" },
		{ NOW - 7200, "2 hours ago" }, { NOW + 2 * DAY, "in 2 days" },
		{ NOW - 731 * DAY, "2 years ago" }, { 1, "56 years ago" }
	};
	char	 buf[TIME_TEXT];
	size_t	 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(time_text(buf, rows[i].when, NOW),
		    rows[i].text);
}
END_TEST

START_TEST(command_line)
{
	static const struct ctl_command	 c[] = {
		{ .name = "status", .text = "" },
		{ .name = "jobs", .text = "" },
		{ .name = "why", .argument = "ID", .text = "" },
		{ .name = "forget", .argument = "ID", .text = "" },
		{ .name = "usage", .text = "" }, { .name = NULL }
	};
	static const struct {
		const char	*argv[6];
		const char	*why;	/* NULL: accepted */
	} rows[] = {
		{ { "m", "status", "-j" }, NULL },
		{ { "m", "-s", "/s", "-o", "a=b", "jobs" }, NULL },
		{ { "m", "why", "x" }, NULL }, { { "m", "-h" }, NULL },
		{ { "m" }, "expected a command" },
		{ { "m", "jbos" }, "jbos: no such command; the nearest is "
		    "jobs" },
		{ { "m", "stat" }, "the nearest is status" },
		{ { "m", "why" }, "why: expected its argument" },
		{ { "m", "why", "" }, "its argument is empty" },
		{ { "m", "jobs", "x" }, "jobs: too many arguments" },
		{ { "m", "-q" }, "-q: no such option" },
		{ { "m", "--nope" }, "--nope: no such option" },
		{ { "m", "-s" }, "--state: expected its argument" },
		{ { "m", "-s", "", "jobs" }, "--state: its argument is "
		    "empty" },
		{ { "m", "--jsno", "jobs" }, "the nearest is --json" },
		{ { "m", "jobs", "-n" }, "jobs: takes no --dry-run" },
		{ { "m", "-n", "forget", "x" }, NULL },
		{ { "m", "forget", "x", "-n" }, NULL },
		{ { "m", "-n", "jobs" }, "jobs: takes no --dry-run" },
		{ { "m", "usage", "--by", "day", "-j" }, NULL },
		{ { "m", "usage", "--days" }, "--days: expected its" },
		{ { "m", "usage", "--days", "0" }, "--days: 0 is no number" },
		{ { "m", "jobs", "--days", "2" }, "jobs: takes no --days" }
	};
	struct ctl_options	 o;
	char			*argv[7];
	size_t			 i, n;
	int			 rc;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (n = 0; n < 6 && rows[i].argv[n] != NULL; n++)
			argv[n] = xstrdup(rows[i].argv[n]);
		argv[n] = NULL;
		rc = ctl_options_parse(&o, c, argv);
		ck_assert_int_eq(rc, rows[i].why == NULL ? 0 : -1);
		if (rc == -1)
			ck_assert_msg(strstr(o.why, rows[i].why) != NULL,
			    "row %zu: %s", i, o.why);
		ctl_options_release(&o);
		while (n > 0)
			free(argv[--n]);
	}
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *
suite(void)
{
	Suite	*s = suite_create("mnemoctl");
	TCase	*tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, each_rule_of_the_claim_is_named, 0,
	    COUNT(claims));
	tcase_add_test(tc, the_first_rule_that_refuses_decides);
	tcase_add_test(tc, unusable_root_takes_no_thread);
	tcase_add_loop_test(tc, each_rule_of_the_selection_is_named, 0,
	    COUNT(selections));
	tcase_add_test(tc, rank_and_selected);
	tcase_add_test(tc, found_by_prefix_or_path);
	tcase_add_test(tc, unusable_file_gives_its_reason);
	tcase_add_test(tc, jobs_lists_queued_failed_and_done);
	tcase_add_test(tc, status_names_what_comes_next);
	tcase_add_test(tc,
	    status_tells_when_it_frees_and_what_is_on_the_disk);
	tcase_add_test(tc, reader_sees_the_owner_write);
	tcase_add_test(tc, reader_makes_nothing);
	tcase_add_test(tc, reader_refuses_newer_and_takes_older);
	tcase_add_test(tc, hostile_text_is_never_shown_raw);
	tcase_add_test(tc, usage_adds_up_every_way);
	tcase_add_test(tc, json_escapes_all_but_ascii);
	tcase_add_test(tc, json_times_are_rfc3339);
	tcase_add_test(tc, sizes_in_words);
	tcase_add_test(tc, times_in_words);
	tcase_add_test(tc, command_line);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
