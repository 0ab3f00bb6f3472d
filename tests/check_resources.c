/* links: tests/wspace_scene.c worker/workspace/?*.c */
/*
 * What other programs put into extensions/ grows without end, and a model or
 * the builtin has to hear of it once: resources age, notes do not, and neither
 * is handed over with a secret in it.
 */
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/tree.h"

/* The "extensions" of the agent's .inputs.json; the caller puts it. */
static json_object *
extensions_given(const char *agent)
{
	const char	*text = scene_read(scene_staging(&sc, agent),
	    ".inputs.json");
	json_object	*o = json_parse(text, strlen(text) - 1, JSON_DEPTH,
	    NULL), *list;

	list = json_object_get(json_arr(o, "extensions"));
	json_object_put(o);
	ck_assert_ptr_nonnull(list);
	return list;
}

#define OLD	"2020-01-01T00-00-00-old.md"
#define CHRON	"extensions/chronicle/"

/* As `adopt' does: what the folder holds now stays for good. */
static void
adopt_all(void)
{
	git_oid	live;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_ADOPTED,
	    NULL, &live), 0);
}

/*
 * A resource was removed from the folder at once and was in no commit: what
 * it had told could never be looked up again.
 */
START_TEST(resources_age_through_the_history)
{
	static const char *const stay[] = { CHRON "resources/2020-13-40T"
	    "00-00-00-no.md", CHRON "resources/2099-01-01T00-00-00-new.md",
	    CHRON "resources/plain.md", CHRON "resources/old/" OLD,
	    "extensions/bare/resources/" OLD, "extensions/ad_hoc/notes/" OLD,
	    NULL };
	const char *const	*p;
	git_oid			 live, before, tree;
	git_index		*index;

	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "Read me.\n");
	scene_write(sc.root, CHRON "resources/" OLD, "told once\n");
	for (p = stay; *p != NULL; p++)
		scene_write(sc.root, *p, "stays\n");
	scene_prepare(&sc, AGENT_2);
	ck_assert_int_eq(sc.prepared.changed, 1);
	scene_publishes(&sc, AGENT_2);
	ck_assert_int_eq(scene_exists(sc.root, CHRON "resources/" OLD), 0);
	for (p = stay; *p != NULL; p++)
		ck_assert_msg(scene_exists(sc.root, *p), "%s", *p);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_parent_of(&sc.ws.history, &live, 0,
	    &before), 0);
	ck_assert_int_eq(history_tree_of(&sc.ws.history, &before, &tree), 0);
	ck_assert_int_eq(tree_load(&sc.ws.history, &tree, &index), 0);
	ck_assert_ptr_nonnull(tree_get(index, CHRON "resources/" OLD));
	git_index_free(index);
}
END_TEST

START_TEST(an_adopted_resource_does_not_age)
{
	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "Read me.\n");
	scene_write(sc.root, CHRON "resources/" OLD, "adopted\n");
	scene_write(sc.root, CHRON "resources/2099-01-01T00-00-00.md", "n\n");
	scene_prepare(&sc, AGENT_2);	/* commits them */
	adopt_all();
	scene_write(sc.root, CHRON "resources/2020-02-02T00-00-00.md", "o\n");
	scene_prepare(&sc, AGENT_3);
	scene_publishes(&sc, AGENT_3);
	ck_assert_str_eq(scene_read(sc.root, CHRON "resources/" OLD),
	    "adopted\n");
	ck_assert_int_eq(scene_exists(sc.root, CHRON
	    "resources/2020-02-02T00-00-00.md"), 0);
}
END_TEST

/* Somebody rewrote it while the agent was at work: it is theirs. */
START_TEST(an_edited_resource_does_not_vanish)
{
	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "Read me.\n");
	scene_write(sc.root, CHRON "resources/" OLD, "old\n");
	scene_prepare(&sc, AGENT_2);
	scene_save(sc.root, CHRON "resources/" OLD, "mine\n");
	scene_publishes(&sc, AGENT_2);
	ck_assert_str_eq(scene_read(sc.root, CHRON "resources/" OLD),
	    "mine\n");
}
END_TEST

START_TEST(notes_and_resources_are_handed_over)
{
	json_object	*list, *o;
	char		 why[256];

	sc.ws.redact = redact_new(NULL, 0, why, sizeof(why));
	scene_first(&sc);
	scene_write(sc.root, CHRON "instructions.md", "for a model\n");
	scene_write(sc.root, CHRON "resources/a.md", "# A\r\n\x1b[31mred\n");
	scene_write(sc.root, "extensions/ad_hoc/notes/n.md",
	    "The key is AKIAIOSFODNN7EXAMPLQ.\nbroken \xff byte\n");
	scene_write(sc.root, "extensions/bare/resources/b.md", "unseen\n");
	scene_prepare(&sc, AGENT_2);
	list = extensions_given(AGENT_2);
	ck_assert_uint_eq(json_object_array_length(list), 2);
	o = json_object_array_get_idx(list, 0);
	ck_assert_str_eq(json_str(o, "path"), "extensions/ad_hoc/notes/n.md");
	ck_assert_str_eq(json_object_to_json_string_ext(json_arr(o, "lines"),
	    JSON_C_TO_STRING_PLAIN), "[\"The key is [REDACTED_SECRET].\","
	    "\"broken \xef\xbf\xbd byte\"]");
	o = json_object_array_get_idx(list, 1);
	ck_assert_str_eq(json_str(o, "path"), CHRON "resources/a.md");
	ck_assert_str_eq(json_object_to_json_string_ext(json_arr(o, "lines"),
	    JSON_C_TO_STRING_PLAIN), "[\"# A\",\"[31mred\"]");
	json_object_put(list);
	redact_free(sc.ws.redact);
	sc.ws.redact = NULL;
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("resources");
	TCase	*t = tcase_create("resources");

	tcase_add_checked_fixture(t, wspace_setup, wspace_teardown);
	tcase_add_test(t, resources_age_through_the_history);
	tcase_add_test(t, an_adopted_resource_does_not_age);
	tcase_add_test(t, an_edited_resource_does_not_vanish);
	tcase_add_test(t, notes_and_resources_are_handed_over);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
