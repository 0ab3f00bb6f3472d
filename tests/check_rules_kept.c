/* links: tests/validate_scene.c tests/wspace_scene.c worker/workspace/?*.c */

/*
 * After three days memory held a quarter less than before, and of what was
 * left the names and numbers were gone.  Each rule of what must stay is met
 * once and broken once.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "common/mem.h"
#include "tests/validate_scene.h"
#include "worker/workspace/specifics.h"
#include "worker/workspace/tree.h"

START_TEST(pinned_blocks)
{
	static const char	pinned[] = HEAD "pinned: yes\n" TASK_A PREFS
	    "- limit and offset [Task 1]\n";

	both(pinned, HEAD "pinned: yes\n" TASK_A PREFS
	    "- limit and offset, please [Task 1]\n");
	refused("pinned", 0);
	both(pinned, "# Task Group: new\nscope: x\napplies_to: cwd=" CWD
	    "; x\n" TASK_A "\n" HEAD "pinned: yes\n" TASK_A PREFS
	    "- limit and offset [Task 1]\n\n\n");
	put(merged, "memory_summary.md", SCENE_SUMMARY "new\n");
	passes();
	both(pinned, pinned);
	ck_assert_int_eq(tree_drop(merged, "MEMORY.md"), 0);
	refused("pinned", 0);
	/* What must be forgotten is forgotten. */
	scene_bury(&sc, THREAD_A);
	passes();
}
END_TEST

START_TEST(pinned_skills)
{
	put(live, "skills/a/SKILL.md", "---\nname: a\ndescription: b\n"
	    "pinned: yes\n---\n");
	put(merged, "skills/a/SKILL.md", SCENE_SKILL(""));
	refused("pinned", 0);
	ck_assert_int_eq(tree_drop(merged, "skills/a/SKILL.md"), 0);
	refused("pinned", 0);
	put(live, "skills/a/SKILL.md", SCENE_SKILL(""));
	passes();
}
END_TEST

/* Twelve bullets, without the first `from'. */
static char *
bullets(int from)
{
	static const char *const	words[] = { "deploy", "lint",
	    "review", "rebase", "benchmark", "profile", "document",
	    "translate", "archive", "rotate", "mirror", "compress" };
	struct buf			b = BUF_INIT;
	int				i;

	buf_addstr(&b, HEAD TASK_A PREFS);
	for (i = from; i < 12; i++)
		buf_addf(&b, "- %s %c%c%c thoroughly [Task 1]\n", words[i],
		    'b' + i, 'c' + i, 'd' + i);
	return buf_detach(&b);
}

START_TEST(a_quarter_may_go)
{
	char	*all = bullets(0), *most = bullets(3), *less = bullets(4);

	both(all, most);
	passes();
	both(all, less);
	ck_assert_uint_eq(judge(), 4);
	ck_assert_str_eq(json_str(json_object_array_get_idx(result, 3),
	    "rule"), "loss");
	ck_assert_ptr_nonnull(strstr(message(), "deploy bcd"));
	/* Nothing else is told where all of it is gone. */
	ck_assert_int_eq(tree_drop(merged, "MEMORY.md"), 0);
	ck_assert_uint_eq(judge(), 12);
	/* The sessions are gone, or must be. */
	scene_bury(&sc, THREAD_A);
	passes();
	inputs_clear(&sc.ws.inputs);
	ck_assert_uint_eq(judge(), 12);
	ck_assert_int_eq(tree_drop(merged, "rollout_summaries/" STEM_A
	    ".md"), 0);
	passes();
	free(all);
	free(most);
	free(less);
}
END_TEST

START_TEST(few_entries_may_go)
{
	both(HEAD TASK_A PREFS "- one thing [Task 1]\n- another [Task 1]\n",
	    HEAD TASK_A);
	passes();
	/* Not with the whole book, however few they are. */
	both(HEAD TASK_A PREFS "- one thing [Task 1]\n", "\n");
	refused("loss", 0);
	ck_assert_int_eq(tree_drop(merged, "MEMORY.md"), 0);
	refused("loss", 0);
	scene_bury(&sc, THREAD_A);
	passes();
}
END_TEST

START_TEST(what_builtin_makes_anew)
{
	char	*all = bullets(0), *ours, *less = bullets(11), *p;

	p = strstr(all, "reuse_rule=here");
	ours = xasprintf("%.*s; generator=builtin/1 00000000%s",
	    (int)(p - all) + 15, all, p + 15);
	both(ours, less);
	ck_assert_uint_eq(judge(), 11);
	asked.builtin = 1;
	passes();
	free(all);
	free(ours);
	free(less);
}
END_TEST

#define SAID	"- \"parse.c:6: strcpy\" failed for Mara in src/parse.c with " \
		"`gcc -O2`, exit 139, on 2026-11-22 [Task 1]\n"

START_TEST(specifics_survive)
{
	both(HEAD TASK_A PREFS SAID, HEAD TASK_A PREFS
	    "- For Mara `gcc -O2` failed in src/parse.c, \"parse.c:6: "
	    "strcpy\", with exit 139 [Task 1]\n");
	passes();
	both(HEAD TASK_A PREFS SAID, HEAD TASK_A PREFS
	    "- For Mara `gcc -O2` failed in src/parse.c, \"parse.c:6: "
	    "strcpy\", with an exit [Task 1]\n");
	refused("specifics", 12);
	ck_assert_ptr_nonnull(strstr(message(), "\"139\""));
	both(HEAD TASK_A PREFS SAID, HEAD TASK_A PREFS
	    "- gcc failed with exit 139 in src/parse.c of Mara: parse.c:6 and "
	    "strcpy [Task 1]\n");
	ck_assert_uint_eq(judge(), 2);
}
END_TEST

START_TEST(news_may_replace)
{
	both(HEAD TASK_A PREFS "- the port is 8080 for tests [Task 1]\n",
	    HEAD TASK_A TASK("2", STEM_B, THREAD_B) PREFS
	    "- the port is 9090 for tests [Task 1][Task 2]\n");
	summary(live, THREAD_B, CWD, "x");
	summary(merged, THREAD_B, CWD, "x");
	refused("specifics", 18);
	/* A session that was not there before says so. */
	summary(merged, THREAD_B, CWD, "No: 9090");
	passes();
}
END_TEST

static void
assert_specifics(const char *s, const char *expected)
{
	struct specifics	sp;
	struct buf		b = BUF_INIT;
	size_t			i;

	specifics_find(&sp, s, strlen(s));
	for (i = 0; i < sp.n; i++)
		buf_addf(&b, "%s%s", i > 0 ? "|" : "", sp.v[i]);
	ck_assert_str_eq(buf_str(&b), expected);
	buf_release(&b);
	specifics_release(&sp);
}

START_TEST(what_is_specific)
{
	assert_specifics("- Use limit and offset everywhere", "");
	assert_specifics("- Run `make  test` (exit 2), see ./x.sh, /etc/a or "
	    "docs/a/b.", "make test|2|./x.sh|/etc/a|docs/a/b");
	assert_specifics("- AuditTable and page_size, not JSON; e.g. and/or "
	    "2026-11-22", "audittable|page_size|json");
	assert_specifics("- ask Mara first. Then go", "mara");
	assert_specifics("- Die Zahl der Fehler im Test", "");
	assert_specifics("- \"an unclosed quote of `code", "");
	assert_specifics("", "");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("rules_kept");
	TCase	*tc = tcase_create("rules_kept");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pinned_blocks);
	tcase_add_test(tc, pinned_skills);
	tcase_add_test(tc, a_quarter_may_go);
	tcase_add_test(tc, few_entries_may_go);
	tcase_add_test(tc, what_builtin_makes_anew);
	tcase_add_test(tc, specifics_survive);
	tcase_add_test(tc, news_may_replace);
	tcase_add_test(tc, what_is_specific);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
