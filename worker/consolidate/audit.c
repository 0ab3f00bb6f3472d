#include "audit.h"
#include <string.h>

#include "json.h"
#include "worker/text.h"

#define PROMPT_MAX	4096	/* bytes of a prompt that are recorded */

/* The supervisor adds time and type.  Takes over `item'. */
static void
send_record(struct agent *a, json_object *item)
{
	json_object *body = json_object_new_object();

	(void)redact_json(a->redact, item);
	json_set(body, "record", item);
	worker_send(a->worker, MSG_TOOL, body);
}

static json_object *
message(const char *role, const char *part, const char *text)
{
	json_object *o = json_object_new_object();
	json_object *content = json_object_new_array();
	json_object *item = json_object_new_object();

	json_set_str(item, "type", part);
	json_set_str(item, "text", text);
	json_push(content, item);
	json_set_str(o, "type", "message");
	json_set_str(o, "role", role);
	json_set(o, "content", content);
	return o;
}

void
audit_request(struct agent *a, const struct msg *m)
{
	json_object *list = json_arr(m->body, m->id == MSG_SUBMIT ? "items" :
	    "violations");
	struct buf text = BUF_INIT;

	if (list != NULL)
		json_write(&text, list);
	if (text.len > PROMPT_MAX) {
		buf_reset(&text);
		buf_addstr(&text, "(a prompt too long to record)");
	}
	send_record(a, message("user", "input_text", buf_str(&text)));
	buf_release(&text);
}

void
audit_tool(struct agent *a, const char *tool, const char *path)
{
	json_object *o = json_object_new_object();
	json_object *args = json_object_new_object();
	struct buf text = BUF_INIT;

	json_set_str(args, "path", path);
	json_write(&text, args);
	json_set_str(o, "type", "function_call");
	json_set_str(o, "name", tool);
	json_set_str(o, "arguments", buf_str(&text));
	send_record(a, o);
	json_object_put(args);
	buf_release(&text);
}

/*
 * A text that may be long: its first bytes, and how many there are.  Secrets
 * go before the cut: half of one would not be seen for what it is.
 */
static void
set_cut(const struct agent *a, json_object *o, const char *key,
    const char *text)
{
	size_t len = strlen(text), n;
	struct buf b = BUF_INIT;

	(void)redact_text(a->redact, text, len, &b);
	n = text_cut(buf_str(&b), b.len, PROMPT_MAX);
	if (n < b.len) {
		buf_truncate(&b, n);
		buf_addf(&b, " [%zu bytes in all]", len);
	}
	json_set_str(o, key, buf_str(&b));
	buf_wipe(&b);
}

void
audit_call(struct agent *a, const struct call *c)
{
	json_object *o = json_object_new_object();

	json_set_str(o, "type", "function_call");
	json_set_str(o, "name", c->name);
	json_set_str(o, "call_id", c->id);
	set_cut(a, o, "arguments", c->arguments);
	send_record(a, o);
}

void
audit_result(struct agent *a, const struct call *c, const char *output,
    enum tool_end e)
{
	json_object *o = json_object_new_object();

	json_set_str(o, "type", "function_call_output");
	json_set_str(o, "call_id", c->id);
	json_set_bool(o, "success", e == TOOL_DONE);
	set_cut(a, o, "output", output);
	send_record(a, o);
}

void
audit_message(struct agent *a, const char *text)
{
	send_record(a, message("assistant", "output_text", text));
}
