#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "tests/builtin_scene.h"
#include "worker/extract/rollout.h"

static char cwd[] = "/home/dev/src/p";
static struct rollout_meta meta;
static struct builtin *b;
static unsigned calls;
struct stage_one_output out;

void
builtin_setup(void)
{
	memset(&meta, 0, sizeof(meta));
	meta.cwd = cwd;
	b = builtin_new(&meta);
	calls = 0;
}

void
builtin_teardown(void)
{
	stage_one_output_clear(&out);
	builtin_free(b);
}

void
give(json_object *item)
{
	builtin_item(b, "2026-11-22T18:00:00.000Z", item);
	json_object_put(item);
}

void
message(const char *role, const char *text)
{
	json_object *o = json_object_new_object();
	json_object *content = json_object_new_array();
	json_object *part = json_object_new_object();

	json_set_str(part, "text", text);
	json_object_array_add(content, part);
	json_set_str(o, "type", "message");
	json_set_str(o, "role", role);
	json_set(o, "content", content);
	give(o);
}

/* A custom tool takes text, a function JSON. */
static void
call(int custom, const char *name, const char *input, const char *output)
{
	json_object *o = json_object_new_object();
	char *id = xasprintf("c%u", ++calls);

	json_set_str(o, "type", custom ? "custom_tool_call" : "function_call");
	json_set_str(o, "name", name);
	json_set_str(o, "call_id", id);
	json_set_str(o, custom ? "input" : "arguments", input);
	give(o);
	o = json_object_new_object();
	json_set_str(o, "type", "function_call_output");
	json_set_str(o, "call_id", id);
	json_set_str(o, "output", output);
	give(o);
	free(id);
}

void
run(const char *cmd, int code, const char *body)
{
	json_object *args = json_object_new_object();
	struct buf text = BUF_INIT;
	char *output = xasprintf("Chunk ID: 1\nProcess exited with code %d\n"
	    "Output:\n%s", code, body);

	json_set_str(args, "cmd", cmd);
	json_write(&text, args);
	call(0, "exec_command", buf_str(&text), output);
	json_object_put(args);
	buf_release(&text);
	free(output);
}

void
program(const char *input, const char *const *outputs)
{
	json_object *o = json_object_new_object();
	json_object *parts = json_object_new_array(), *part;
	char *id = xasprintf("c%u", ++calls);

	json_set_str(o, "type", "custom_tool_call");
	json_set_str(o, "name", "exec");
	json_set_str(o, "call_id", id);
	json_set_str(o, "input", input);
	give(o);
	for (; *outputs != NULL; outputs++) {
		part = json_object_new_object();
		json_set_str(part, "text", *outputs);
		json_object_array_add(parts, part);
	}
	o = json_object_new_object();
	json_set_str(o, "type", "custom_tool_call_output");
	json_set_str(o, "call_id", id);
	json_set(o, "output", parts);
	give(o);
	free(id);
}

void
patch(const char *body, int ok)
{
	char *text = xasprintf("*** Begin Patch\n%s\n*** End Patch", body);

	call(1, "apply_patch", text, ok ?
	    "Exit code: 0\nOutput:\nSuccess." :
	    "apply_patch verification failed: no such lines");
	free(text);
}

int
ends(void)
{
	return builtin_finish(b, &out);
}

void
finish(void)
{
	ck_assert_int_eq(ends(), 1);
}

void
says(const char *text)
{
	ck_assert_msg(strstr(out.raw_memory, text) != NULL,
	    "missing: %s\nin:\n%s", text, out.raw_memory);
}

void
says_not(const char *text)
{
	ck_assert_msg(strstr(out.raw_memory, text) == NULL &&
	    strstr(out.rollout_summary, text) == NULL,
	    "must not be there: %s\nin:\n%s", text, out.raw_memory);
}
