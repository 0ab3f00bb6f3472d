#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "payload.h"
#include "worker/prompt.h"
#include "worker/text.h"

#define SCHEMA	"stage_one"
#define NAME_MAX_SHOWN	4096	/* bytes of a path */

static struct prompt_value
value(const char *name, const char *text)
{
	struct prompt_value	v = { name, text, strlen(text) };

	return v;
}

void
payload_message(struct buf *out, const struct payload_input *in)
{
	struct prompt_value	values[3];
	char			*path, *cwd;

	path = text_line(in->path, NAME_MAX_SHOWN);
	cwd = text_line(in->cwd == NULL ? "unknown" : in->cwd,
	    NAME_MAX_SHOWN);
	values[0] = value("rollout_path", path);
	values[1] = value("rollout_cwd", cwd);
	values[2].name = "rollout_contents";
	values[2].text = in->contents;
	values[2].len = in->len;
	prompt_render(out, prompt_stage_one_input, values, 3);
	free(path);
	free(cwd);
}

void
payload_write(struct buf *out, const struct payload_input *in)
{
	json_object	*o = json_object_new_object();
	json_object	*messages = json_object_new_array();
	json_object	*m = json_object_new_object();
	struct buf	 text = BUF_INIT;

	payload_message(&text, in);
	json_set_str(m, "role", "user");
	json_set_str(m, "text", buf_str(&text));
	buf_wipe(&text);
	json_push(messages, m);
	json_set_str(o, "instructions", prompt_stage_one_system);
	json_set(o, "messages", messages);
	json_set(o, "tools", json_object_new_array());
	json_set_str(o, "schema", SCHEMA);
	json_write(out, o);
	json_object_put(o);
}
