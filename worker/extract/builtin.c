#include <stdlib.h>
#include <string.h>

#include "builtin_state.h"
#include "buf.h"
#include "json.h"
#include "mem.h"
#include "monotime.h"

struct builtin *
builtin_new(const struct rollout_meta *meta)
{
	struct builtin *b;

	b = xcalloc(1, sizeof(*b));
	b->meta = meta;
	b->noise = noise_new();
	b->time = meta->created_at_ms / 1000;
	return b;
}

void
builtin_free(struct builtin *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->ntasks; i++)
		task_free(b->task[i]);
	for (i = 0; i < BUILTIN_CALLS; i++)
		call_clear(&b->call[i]);
	for (i = 0; i < b->nmachine; i++) {
		free(b->machine[i].name);
		free(b->machine[i].value);
	}
	noise_free(b->noise);
	free(b);
}

struct task *
builtin_task(struct builtin *b)
{
	return b->ntasks == 0 ? NULL : b->task[b->ntasks - 1];
}

static void
advance(struct builtin *b, const char *timestamp)
{
	int64_t ms;

	b->seq++;
	if (timestamp != NULL && rfc3339_parse(timestamp, &ms) == 0)
		b->time = ms / 1000;
}

/* The texts of a message's parts, a newline between. */
static void
message_text(struct buf *out, json_object *item)
{
	json_object *content = json_arr(item, "content");
	size_t i, n = content == NULL ? 0 : json_object_array_length(content);
	const char *s;

	if ((s = json_str(item, "content")) != NULL)
		buf_addstr(out, s);
	for (i = 0; i < n; i++) {
		s = json_str(json_object_array_get_idx(content, i), "text");
		if (s == NULL)
			continue;
		if (out->len > 0)
			buf_addch(out, '\n');
		buf_addstr(out, s);
	}
}

static void
user_parts(struct builtin *b, json_object *item)
{
	json_object *content = json_arr(item, "content");
	size_t i, n = content == NULL ? 0 : json_object_array_length(content);
	const char *s;

	if ((s = json_str(item, "content")) != NULL)
		user_message(b, s, strlen(s));
	for (i = 0; i < n; i++) {
		s = json_str(json_object_array_get_idx(content, i), "text");
		if (s != NULL)
			user_message(b, s, strlen(s));
	}
}

static void
message(struct builtin *b, json_object *item)
{
	const char *role = json_str(item, "role");
	const char *phase = json_str(item, "phase");
	struct buf text = BUF_INIT;

	if (role == NULL)
		return;
	if (strcmp(role, "user") == 0) {
		user_parts(b, item);
		return;
	}
	if (strcmp(role, "assistant") != 0)
		return;
	message_text(&text, item);
	if (text.len > 0)
		agent_message(b, buf_str(&text), phase == NULL ||
		    strcmp(phase, "final_answer") == 0);
	buf_release(&text);
}

void
builtin_item(struct builtin *b, const char *timestamp, json_object *item)
{
	const char *type = json_str(item, "type");

	if (type == NULL)
		return;
	advance(b, timestamp);
	if (strcmp(type, "message") == 0)
		message(b, item);
	else if (strcmp(type, "function_call") == 0 ||
	    strcmp(type, "custom_tool_call") == 0 ||
	    strcmp(type, "local_shell_call") == 0)
		call_begin(b, item);
	else if (strcmp(type, "function_call_output") == 0 ||
	    strcmp(type, "custom_tool_call_output") == 0)
		call_end(b, item);
}

void
builtin_event(struct builtin *b, const char *timestamp, json_object *payload)
{
	const char *type = json_str(payload, "type");

	if (type == NULL)
		return;
	advance(b, timestamp);
	if (strcmp(type, "turn_aborted") == 0)
		b->interrupted = 1;
	else
		call_event(b, payload);
}

int
builtin_finish(struct builtin *b, struct stage_one_output *out)
{
	json_object *facts;

	memset(out, 0, sizeof(*out));
	if ((facts = facts_make(b)) == NULL)
		return 0;
	write_outputs(b, facts, out);
	json_object_put(facts);
	return 1;
}

void
stage_one_output_clear(struct stage_one_output *out)
{
	free(out->raw_memory);
	free(out->rollout_summary);
	free(out->rollout_slug);
	if (out->facts != NULL)
		json_object_put(out->facts);
	memset(out, 0, sizeof(*out));
}
