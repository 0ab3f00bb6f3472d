/* links: tests/own_scene.c tests/wspace_scene.c worker/workspace/?*.c */
/*
 * What a person is shown of the memory: what they changed by hand, and what
 * was lost of it by and by.
 */
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "tests/own_scene.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/losses.h"
#include "worker/workspace/textset.h"

START_TEST(compares)
{
	json_object	*o = json_object_new_object();

	ck_assert_int_eq(compare_run(&sc.ws, NULL, o), 0);
	ck_assert_str_eq(json_str(o, "diff"), "");
	scene_save(sc.root, "MEMORY.md", "mine\n");
	scene_write(sc.root, "skills/x/SKILL.md", "new\n");
	scene_unlink(sc.root, "memory_summary.md");
	ck_assert_int_eq(compare_run(&sc.ws, NULL, o), 0);
	ck_assert_int_eq(json_int(o, "added", 0), 1);
	ck_assert_int_eq(json_int(o, "modified", 0), 1);
	ck_assert_int_eq(json_int(o, "deleted", 0), 1);
	ck_assert_ptr_nonnull(strstr(json_str(o, "diff"), "+mine\n"));
	ck_assert_int_eq(compare_run(&sc.ws, "live", o), 0);
	ck_assert_ptr_nonnull(strstr(json_str(o, "diff"),
	    "+pagination, offset\n"));
	json_object_put(o);
}
END_TEST

static void
collect(const char *text, void *arg)
{
	buf_addf(arg, "%s|", text);
}

START_TEST(what_counts_as_a_specific)
{
	static const char	text[] = "# Task Group: x\n\n## User "
	    "preferences\n- run `make -s x` in src/a.c "
	    "at 8080, not \"by hand\" or and/or\r\n  - nested\n- run `make "
	    "-s x` in src/a.c at 8080, not \"by hand\" or and/or\n";
	struct buf	b = BUF_INIT, out = BUF_INIT;
	struct textset	s, none = { NULL, 0 };

	buf_addstr(&b, text);
	textset_specifics(&s, &b);
	ck_assert_uint_gt(textset_missing(&s, &none, collect, &out), 3);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "8080|"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "make -s x|"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "src/a.c|"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "by hand|"));
	textset_release(&s);
	textset_entries(&s, &b);
	ck_assert_uint_eq(s.n, 1);
	textset_release(&s);
	buf_release(&b);
	buf_release(&out);
}
END_TEST

START_TEST(losses)
{
	json_object	*o = json_object_new_object(), *week;

	scene_save(sc.root, "MEMORY.md", "- only this, 42\n");
	revert("live");
	ck_assert_int_eq(losses_weekly(&sc.ws, 10, o), 0);
	week = json_object_array_get_idx(json_arr(o, "weeks"), 0);
	/* All commits are of one week: that began with nothing. */
	ck_assert_int_eq(json_int(week, "entries", 0), 1);
	ck_assert_int_eq(json_int(week, "entries_lost", -1), 0);
	ck_assert_int_eq(json_int(week, "specifics_added", 0), 1);
	ck_assert_int_eq(json_int(week, "week", 0) % 86400, 0);
	json_object_put(o);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("compare");
	TCase	*tc = tcase_create("compare");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, own_setup, own_teardown);
	tcase_add_test(tc, compares);
	tcase_add_test(tc, what_counts_as_a_specific);
	tcase_add_test(tc, losses);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
