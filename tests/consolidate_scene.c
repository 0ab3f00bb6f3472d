#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "buf.h"
#include "json.h"
#include "mem.h"
#include "tests/consolidate_scene.h"
#include "tests/scratch.h"

char dir[256];
struct staging st;
json_object *root;

void
consolidate_setup(void)
{
	scratch_make(dir, sizeof(dir));
	ck_assert_int_eq(staging_open(&st, dir), 0);
	root = json_object_new_object();
	json_set(root, "rows", json_object_new_array());
	json_set(root, "tombstones", json_object_new_array());
}

void
consolidate_teardown(void)
{
	staging_close(&st);
	scratch_remove(dir);
	json_object_put(root);
}

void
put(const char *name, const char *text)
{
	struct buf b = BUF_INIT;

	buf_addstr(&b, text);
	ck_assert_int_eq(staging_write(&st, name, &b, NULL), STAGING_OK);
	buf_release(&b);
}

char *
get(const char *name)
{
	struct buf b = BUF_INIT;

	ck_assert_int_eq(staging_read(&st, name, 1 << 20, &b), STAGING_OK);
	return b.data == NULL ? xstrdup("") : buf_detach(&b);
}

json_object *
add_row(const char *id, const char *cwd, const char *title)
{
	json_object *row = json_object_new_object();
	json_object *facts = json_object_new_object();
	json_object *tasks = json_object_new_array();
	json_object *task = json_object_new_object();
	char *stem = xasprintf("2026-11-22T18-56-57-%.4s", id + 32);

	json_set_str(task, "title", title);
	json_set_str(task, "key", title);
	json_set_str(task, "outcome", "success");
	json_object_array_add(tasks, task);
	json_set_int(facts, "v", 1);
	json_set(facts, "tasks", tasks);
	json_set_str(row, "thread_id", id);
	json_set_str(row, "cwd", cwd);
	json_set_str(row, "group", cwd);
	json_set_str(row, "rollout_path", "/r.jsonl");
	json_set_str(row, "stem", stem);
	json_set_int(row, "source_updated_at", 1795373817 + id[14]);
	json_set(row, "facts", facts);
	json_object_array_add(json_arr(root, "rows"), row);
	free(stem);
	return task;
}

/* One without its kind. */
static json_object *
add_pref(json_object *task, const char *text, const char *topic, int64_t time)
{
	json_object *p = json_object_new_object();
	json_object *words = json_object_new_array();

	json_push_str(words, topic);
	json_set_str(p, "text", text);
	json_set(p, "topic", words);
	json_set_int(p, "time", time);
	if (json_arr(task, "prefs") == NULL)
		json_set(task, "prefs", json_object_new_array());
	json_object_array_add(json_arr(task, "prefs"), p);
	return p;
}

void
add_standing(json_object *task, const char *text, const char *topic,
    int64_t time)
{
	json_set_str(add_pref(task, text, topic, time), "kind", "standing");
}

void
add_request(json_object *task, const char *text, const char *topic,
    int64_t time)
{
	json_set_str(add_pref(task, text, topic, time), "kind", "request");
}

struct builtin_report
consolidate(void)
{
	struct builtin_report r;
	struct buf text = BUF_INIT;
	char why[256] = "";

	json_write(&text, root);
	put(INPUTS_FILE, buf_str(&text));
	buf_release(&text);
	ck_assert_msg(builtin_consolidate(&st, &r, why, sizeof(why)) == 0,
	    "%s", why);
	return r;
}

void
holds(const char *name, const char *text)
{
	char *s = get(name);

	ck_assert_msg(strstr(s, text) != NULL, "missing in %s: %s\nin:\n%s",
	    name, text, s);
	free(s);
}

void
lacks(const char *name, const char *text)
{
	char *s = get(name);

	ck_assert_msg(strstr(s, text) == NULL, "in %s: %s\nin:\n%s", name,
	    text, s);
	free(s);
}
