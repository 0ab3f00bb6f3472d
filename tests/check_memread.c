/* links: tests/rollout_fixture.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c */
/*
 * An agent read MEMORY.md at the start of each session; its output was taken
 * for evidence, and a week later memory held the same line five times, once
 * for each time it had been read.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "rollout_fixture.h"
#include "worker/extract/filter.h"
#include "worker/extract/memread.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

START_TEST(test_memread)
{
	static const char *const	roots[] = { "/srv/memory/team" };
	static const struct {
		const char	*cmd;
		const char	*path;		/* NULL: reads no memory */
	} cases[] = {
		{ "cat /srv/memory/team/MEMORY.md",
		    "/srv/memory/team/MEMORY.md" },
		{ "ls /srv/memory/team", "/srv/memory/team" },
		{ "ls /srv/memory/teams/x", NULL },
		{ "ls /srv/memory", NULL },
		{ "cat ~/.codex/memories/skills/a/SKILL.md|head",
		    "~/.codex/memories/skills/a/SKILL.md" },
		{ "cd '/home/dev/.codex/memories' && cat MEMORY.md",
		    "/home/dev/.codex/memories" },
		{ "cat $CODEX_HOME/memories/MEMORY.md",
		    "$CODEX_HOME/memories/MEMORY.md" },
		{ "cat \\\"${CODEX_HOME}/memories/MEMORY.md\\\"",
		    "${CODEX_HOME}/memories/MEMORY.md" },
		{ "cat /home/dev/.codex/memories_v2/x", NULL },
		{ "cat /home/dev/memories/x", NULL }
	};
	struct memread	*m = memread_new(roots, 1);
	json_object	*item;
	char		 id[16];
	size_t		 i;

	for (i = 0; i < NELEM(cases); i++) {
		snprintf(id, sizeof(id), "call_%zu", i);
		item = json_object_new_object();
		json_set_str(item, "call_id", id);
		json_set_str(item, "input", cases[i].cmd);
		memread_call(m, item);
		ck_assert_pstr_eq(memread_path(m, id), cases[i].path);
		json_object_put(item);
	}
	ck_assert_ptr_null(memread_path(m, NULL));
	ck_assert_ptr_null(memread_path(m, ""));
	memread_free(m);
}
END_TEST

START_TEST(test_memread_tools)
{
	struct memread	*m = memread_new(NULL, 0);
	json_object	*item;

	item = fixture_json("{\"type\":\"function_call\",\"name\":\"read\","
	    "\"namespace\":\"memories\",\"arguments\":\"{}\","
	    "\"call_id\":\"c1\"}");
	memread_call(m, item);
	ck_assert_ptr_nonnull(memread_path(m, "c1"));
	json_object_put(item);
	memread_free(m);
}
END_TEST

/* What mnemoctl mcp gave, by whatever client, is memory. */
START_TEST(test_memread_mcp)
{
	static const struct {
		const char	*call;
		int		 reads;
	} cases[] = {
		{ "\"name\":\"mcp__mnemod__read\"", 1 },
		{ "\"name\":\"mcp__mnemod__search\"", 1 },
		{ "\"name\":\"mcp__my-mnemod_2__list\"", 1 },
		{ "\"name\":\"mcp__memories__read\"", 1 },
		{ "\"name\":\"mcp__memory__read\"", 1 },
		{ "\"name\":\"mcp__memory__create_entities\"", 0 },
		{ "\"name\":\"mcp__files__read\"", 0 },
		{ "\"name\":\"mcp__mnemod\"", 0 },
		{ "\"name\":\"mcp__\"", 0 },
		{ "\"name\":\"read\",\"namespace\":\"mcp__mnemod\"", 1 },
		{ "\"name\":\"read\",\"namespace\":\"mnemod\"", 1 },
		{ "\"name\":\"read\",\"namespace\":\"mcp__files\"", 0 },
		{ "\"name\":\"read\"", 0 },
		{ "\"name\":\"exec\",\"input\":\"const a = await tools."
		    "mcp__files__read({}); text(await tools.mcp__mnemod__"
		    "search({query: 'x'}))\"", 1 },
		{ "\"name\":\"exec\",\"input\":\"tools.mcp__files__read"
		    "({path: 'mnemod'})\"", 0 },
	};
	static const char	result[] = "{\"type\":\"function_call_output\","
	    "\"call_id\":\"c\",\"output\":\"{\\\"content\\\":1}\"}";
	struct filter		*f;
	json_object		*item;
	char			 text[512];
	size_t			 i;

	for (i = 0; i < NELEM(cases); i++) {
		f = filter_new(NULL, 0);
		snprintf(text, sizeof(text), "{\"type\":\"function_call\","
		    "%s,\"arguments\":\"{}\",\"call_id\":\"c\"}",
		    cases[i].call);
		item = fixture_json(text);
		ck_assert(filter_item(f, item));
		json_object_put(item);
		item = fixture_json(result);
		ck_assert(filter_item(f, item));
		ck_assert_msg((strcmp(json_str(item, "output"),
		    "[memory read: memories]") == 0) == cases[i].reads, "%s",
		    cases[i].call);
		json_object_put(item);
		filter_free(f);
	}
}
END_TEST

/* Whatever its user calls the server: what it gave is marked. */
START_TEST(test_memread_mark)
{
	static const struct {
		const char	*output;
		int		 reads;
	} cases[] = {
		{ "\"{\\\"served_by\\\":\\\"mnemod-memory\\\",\\\"path\\\":1}\"",
		    1 },
		{ "[{\"type\":\"text\",\"text\":\"{\\\"served_by\\\": "
		    "\\\"mnemod-memory\\\"}\"}]", 1 },
		{ "\"Wall time: 0.1\\nOutput:\\n[{\\\"text\\\":\\\"{\\\\\\\""
		    "served_by\\\\\\\":\\\\\\\"mnemod-memory\\\\\\\"}\\\"}]\"",
		    1 },
		{ "\"grep mnemod-memory served_by\"", 0 },
		{ "\"served_by mnemod\"", 0 },
		{ "\"served_by\"", 0 },
		{ "\"{\\\"served_by\\\":\\\"nginx\\\"}\"", 0 },
	};
	struct filter	*f;
	json_object	*item;
	char		 text[512];
	const char	*out;
	size_t		 i;

	for (i = 0; i < NELEM(cases); i++) {
		f = filter_new(NULL, 0);
		item = fixture_json("{\"type\":\"function_call\",\"name\":"
		    "\"mcp__notes__read\",\"arguments\":\"{}\",\"call_id\":"
		    "\"c\"}");
		ck_assert(filter_item(f, item));
		json_object_put(item);
		snprintf(text, sizeof(text), "{\"type\":"
		    "\"function_call_output\",\"call_id\":\"c\",\"output\":"
		    "%s}", cases[i].output);
		item = fixture_json(text);
		ck_assert(filter_item(f, item));
		out = json_str(item, "output");
		ck_assert_msg((out != NULL && strcmp(out,
		    "[memory read: memories]") == 0) == cases[i].reads, "%s",
		    cases[i].output);
		json_object_put(item);
		filter_free(f);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("memread");
	TCase	*tc = tcase_create("memread");

	tcase_add_test(tc, test_memread);
	tcase_add_test(tc, test_memread_tools);
	tcase_add_test(tc, test_memread_mcp);
	tcase_add_test(tc, test_memread_mark);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
