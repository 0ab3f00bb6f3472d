/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c supervisor/scan.c supervisor/scan_list.c supervisor/missing.c tests/store_fixture.c tests/scratch.c */
/*
 * A rollout that was away for days was back, but the disk was full just when
 * that was to be recorded.  It stood as gone still, and with on_missing =
 * forget all that was made of it went in the same scan.
 */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/monotime.h"
#include "supervisor/scan.h"
#include "supervisor/store_db.h"
#include "tests/check_main.h"
#include "tests/store_fixture.h"

#define FILES_KNOWN	20

static struct config		config;
static struct config_source	source;
static char			source_name[] = "codex";
static struct scan		scan;

/* The worker's part is played by the test. */
int64_t
child_request(struct child *c, const struct msg_head *head,
    json_object *body)
{
	(void)c;
	(void)head;
	json_object_put(body);
	return 1;
}

static void
setup(void)
{
	store_setup();
	memset(&source, 0, sizeof(source));
	source.name = source_name;
	source.on_missing = MISSING_FORGET;
	memset(&config, 0, sizeof(config));
	config.sources = &source;
	config.nsources = 1;
	wall_set_offset(NOW * 1000 - wall_ms() + wall_offset());
	add_threads(FILES_KNOWN);
	add_output(1, NOW - DAY);
	tell("UPDATE sources SET missing_since = 1, missing_last = 1000000"
	    " WHERE path LIKE '%/1.jsonl'");
	scan_init(&scan, st, &config);
}

static void
teardown(void)
{
	scan_release(&scan);
	wall_set_offset(0);
	store_teardown();
}

static enum scan_status
answer(enum msg_id id, json_object *body)
{
	struct msg		m = { .id = id, .body = body };
	enum scan_status	s = scan_message(&scan, &m);

	json_object_put(body);
	return s;
}

/* The walk: it is there again. */
static json_object *
found_again(void)
{
	struct store_file	f = file_of(1);
	json_object		*body = json_object_new_object();
	json_object		*list = json_object_new_array();
	json_object		*e = json_object_new_object();

	json_set_str(e, "path", f.path);
	json_set_int(e, "dev", f.dev);
	json_set_int(e, "ino", f.ino);
	json_set_int(e, "size", f.size);
	json_set_int(e, "mtime_ns", f.mtime_ns);
	json_set_str(e, "hash", f.hash);
	json_set_str(e, "thread_id", tid(1));
	json_push(list, e);
	json_set(body, "entries", list);
	json_set_int(body, "files", FILES_KNOWN);
	json_set_int(body, "dev", f.dev);
	json_set_str(body, "state", "whole");
	json_set_bool(body, "last", 1);
	return body;
}

static enum scan_status
one_scan(void)
{
	enum scan_status	s;
	int			i;

	ck_assert_int_eq(scan_start(&scan, NULL), SCAN_MORE);
	/* What is known goes out in pieces. */
	for (i = 0; i < 5 && scan.step == SCAN_STEP_LIST; i++)
		(void)answer(MSG_NOTED, json_object_new_object());
	ck_assert_int_eq(scan.step, SCAN_STEP_WALK);
	s = answer(MSG_SCANNED, found_again());
	for (i = 0; i < 5 && s == SCAN_MORE; i++)
		s = answer(MSG_NOTED, json_object_new_object());
	return s;
}

START_TEST(what_is_back_is_not_forgotten)
{
	tell("CREATE TRIGGER full BEFORE UPDATE OF dev ON sources BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	ck_assert_int_eq(one_scan(), SCAN_FAILED);
	ck_assert_int_eq(ask("SELECT count(*) FROM sources"), FILES_KNOWN);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 1);
	tell("DROP TRIGGER full");
	ck_assert_int_eq(one_scan(), SCAN_DONE);
	ck_assert_int_eq(ask("SELECT count(*) FROM sources"
	    " WHERE missing_since <> 0"), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM stage1_outputs"), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("scan_lost");
	TCase	*t = tcase_create("scan_lost");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_back_is_not_forgotten);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
