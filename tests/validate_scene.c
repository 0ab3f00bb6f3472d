/* A merged tree under judgement. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "tests/validate_scene.h"
#include "worker/workspace/tree.h"

git_index		*live, *merged;
json_object		*result;
struct validation	 asked;

void
setup(void)
{
	scene_start(&sc);
	scene_redact(&sc);
	ck_assert_int_eq(tree_new(&live), 0);
	ck_assert_int_eq(tree_new(&merged), 0);
	result = NULL;
	memset(&asked, 0, sizeof(asked));
}

void
teardown(void)
{
	json_object_put(result);
	git_index_free(live);
	git_index_free(merged);
	scene_end(&sc);
}

void
put(git_index *tree, const char *path, const char *text)
{
	scene_put(&sc, tree, path, text);
}

size_t
judge(void)
{
	asked.history = &sc.ws.history;
	asked.live = live;
	asked.merged = merged;
	asked.redact = sc.ws.redact;
	asked.inputs = &sc.ws.inputs;
	json_object_put(result);
	result = validate_tree(&asked);
	ck_assert_ptr_nonnull(result);
	return json_object_array_length(result);
}

void
refused(const char *rule, int line)
{
	json_object	*o;
	size_t		 n = judge();

	ck_assert_msg(n == 1, "%s", json_object_to_json_string(result));
	o = json_object_array_get_idx(result, 0);
	ck_assert_str_eq(json_str(o, "rule"), rule);
	ck_assert_int_eq(json_int(o, "line", -1), line);
	ck_assert_ptr_nonnull(json_str(o, "file"));
	ck_assert_uint_gt(strlen(json_str(o, "message")), 20);
}

void
cited(git_index *tree)
{
	put(tree, "rollout_summaries/" STEM_A ".md",
	    "thread_id: " THREAD_A "\n\nx\n");
}

void
handbook_with(const char *from, const char *to)
{
	char		 text[4096];
	const char	*all = scene_handbook("limit"), *p;

	p = strstr(all, from);
	ck_assert_ptr_nonnull(p);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(p - all), all, to,
	    p + strlen(from));
	cited(merged);
	put(merged, "MEMORY.md", text);
	put(merged, "memory_summary.md", SCENE_SUMMARY);
}

void
passes(void)
{
	ck_assert_msg(judge() == 0, "%s", json_object_to_json_string(result));
}

void
row(const char *id, const char *cwd, const char *url, const char *text)
{
	json_object	*list = json_object_new_array();
	json_object	*o = json_object_new_object();
	char		 why[256];

	json_set_str(o, "kind", "row");
	json_set_str(o, "thread_id", id);
	json_set_str(o, "cwd", cwd);
	json_set_str(o, "group", url == NULL ? cwd : url);
	json_set_str(o, "raw_memory", text);
	json_set_str(o, "rollout_summary", "x");
	json_object_array_add(list, o);
	ck_assert_int_eq(inputs_add(&sc.ws.inputs, list, why, sizeof(why)),
	    0);
	inputs_finish(&sc.ws.inputs);
	json_object_put(list);
}

void
summary(git_index *tree, const char *id, const char *cwd, const char *text)
{
	char	*path = xasprintf("rollout_summaries/%s.md",
		    strcmp(id, THREAD_A) == 0 ? STEM_A : STEM_B);
	char	*all = xasprintf("thread_id: %s\ncwd: %s\n\n%s\n", id, cwd,
		    text);

	put(tree, path, all);
	free(path);
	free(all);
}

void
both(const char *old, const char *new)
{
	git_index	*tree[] = { live, merged };
	int		 i;

	for (i = 0; i < 2; i++) {
		summary(tree[i], THREAD_A, CWD, "x");
		put(tree[i], "memory_summary.md", SCENE_SUMMARY);
		put(tree[i], "MEMORY.md", i == 0 ? old : new);
	}
}

const char *
message(void)
{
	return json_str(json_object_array_get_idx(result, 0), "message");
}
