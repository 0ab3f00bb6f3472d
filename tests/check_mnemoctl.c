/* links: supervisor/?*.c supervisor/mnemoctl/?*.c tests/ctl_scene.c tests/store_fixture.c tests/scratch.c */
/*
 * Somebody looks when something is wrong: what goes on, what waits, what it
 * cost.  A look must not change what it looks at, and what others wrote must
 * not speak for mnemod.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/mem.h"
#include "tests/check_main.h"
#include "supervisor/mnemoctl/status.h"
#include "tests/ctl_scene.h"

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
	status_complete(&ctl, doc);
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

/* A disk that could not be asked was one without a byte to spare. */
START_TEST(free_space_that_cannot_be_told)
{
	json_object	*disk;
	char		*state = config.state;

	doc = json_object_new_object();
	status_disk(&ctl, doc);
	disk = json_obj(doc, "disk");
	ck_assert_int_gt(json_int(disk, "free_bytes", 0), 0);
	config.state = (char []){ "/nonexistent/state" };
	status_disk(&ctl, doc);
	config.state = state;
	disk = json_obj(doc, "disk");
	ck_assert_ptr_null(json_object_object_get(disk, "free_bytes"));
	ck_assert_int_eq(json_object_object_get_ex(disk, "free_bytes", NULL),
	    1);
}
END_TEST

#define ASKED(at_, model_, purpose_, thread_, outcome_, tokens_, money_)	\
	"INSERT INTO model_requests (at, provider, model, purpose,"		\
	" thread_id, attempt, reserved, tokens, money, settled_at, outcome,"	\
	" input, cached_input, output, reasoning_output) VALUES (" at_		\
	", 'openai', '" model_ "', '" purpose_ "', '" thread_ "', 1, 9, "	\
	tokens_ ", " money_ ", " at_ ", '" outcome_ "', 100, 40, 7, 3);"

/* The outcome of the memory's job, of `jobs' and of `why' alike. */
static const char *
stage_two_outcome(int64_t *when)
{
	json_object	*o;
	static char	 word[32];

	doc = (json_object_put(doc), json_object_new_object());
	ck_assert_int_eq(jobs_collect(&ctl, doc), CTL_OK);
	o = json_object_array_get_idx(json_arr(doc, "jobs"), 0);
	ck_assert_str_eq(json_str(o, "kind"), "stage_two");
	*when = json_int(o, "when", 0);
	snprintf(word, sizeof(word), "%s", json_str(o, "outcome"));
	/* Not ask_why(), which looks at all that was said anew. */
	doc = (json_object_put(doc), json_object_new_object());
	opt.argument = tid(1);
	ck_assert_int_eq(why_collect(&ctl, doc), CTL_OK);
	o = json_object_array_get_idx(json_arr(doc, "stage_two"), 0);
	ck_assert_str_eq(json_str(o, "outcome"), word);
	return word;
}

/*
 * `jobs' said "due, now" of a memory that waited for a person, a pause or
 * the provider, and `why' what the job alone would allow.
 */
START_TEST(stage_two_tells_what_keeps_it)
{
	char			 model[] = "big";
	struct config_provider	 provider = {
		.name = config.use_provider, .consolidation_model = model
	};
	int64_t			 when;

	add_thread(1, NOW - HOUR);
	tell("INSERT INTO jobs (kind, job_key, status, retry_remaining,"
	    " input_watermark) VALUES ('memory_consolidate', 'codex',"
	    " 'pending', 3, 7)");
	ck_assert_str_eq(stage_two_outcome(&when), "due");
	ck_assert_int_eq(when, NOW);
	config.providers = &provider;
	config.nproviders = 1;
	ctl.waits.provider_until = NOW + 60;
	ck_assert_str_eq(stage_two_outcome(&when), "provider_waits");
	ck_assert_int_eq(when, NOW + 60);
	ctl.waits.budget_until = NOW + HOUR;
	ck_assert_str_eq(stage_two_outcome(&when), "over_budget");
	ck_assert_int_eq(when, NOW + HOUR);
	/* An agent of the builtin provider asks nobody. */
	provider.consolidation_model = (char[]){ "builtin" };
	ck_assert_str_eq(stage_two_outcome(&when), "due");
	ctl.waits.still.reason = "paused";
	ck_assert_str_eq(stage_two_outcome(&when), "paused");
	ck_assert_int_eq(when, 0);
	tell("INSERT INTO agents (thread_id, session_id, memory,"
	    " ownership_token, input_watermark, status, started_at, reason) VALUES ('a', 'a',"
	    " 'codex', 't', 7, 'completed', 5, 'review_pending')");
	ck_assert_str_eq(stage_two_outcome(&when), "review_pending");
	ck_assert_int_eq(when, 0);
	ctl.memories[0].usable = 0;
	ctl.memories[0].state = ROOT_VANISHED;
	ck_assert_str_eq(stage_two_outcome(&when), "root_vanished");
}
END_TEST

/*
 * "The quota is gone, when does it come back?" and "the disk is full, of
 * what?"
 */
START_TEST(status_tells_when_it_frees_and_what_is_on_the_disk)
{
	char			 model[] = "big";
	struct config_provider	 provider = {
		.name = config.use_provider, .consolidation_model = model
	};
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
	status_complete(&ctl, doc);
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
	opt.by = by;
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
	opt.days = 10000;
	ck_assert_int_eq(json_int(usage_by("model", "openai:old"),
	    "requests", 0), 1);
	opt.by = "modle";
	ck_assert_int_eq(usage_collect(&ctl, doc), CTL_USAGE);
	ck_assert_ptr_nonnull(strstr(said, "the nearest is model"));
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("mnemoctl");
	TCase	*tc = tcase_create("all");

	tcase_add_checked_fixture(tc, ctl_setup, ctl_teardown);
	tcase_add_test(tc, jobs_lists_queued_failed_and_done);
	tcase_add_test(tc, free_space_that_cannot_be_told);
	tcase_add_test(tc, status_names_what_comes_next);
	tcase_add_test(tc, stage_two_tells_what_keeps_it);
	tcase_add_test(tc, status_tells_when_it_frees_and_what_is_on_the_disk);
	tcase_add_test(tc, reader_sees_the_owner_write);
	tcase_add_test(tc, reader_makes_nothing);
	tcase_add_test(tc, reader_refuses_newer_and_takes_older);
	tcase_add_test(tc, hostile_text_is_never_shown_raw);
	tcase_add_test(tc, usage_adds_up_every_way);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
