#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "cut.h"
#include "filter.h"
#include "fragment.h"
#include "json.h"
#include "leaf.h"
#include "mem.h"
#include "memread.h"

struct filter {
	struct memread		*memread;
	struct citations	 citations;
};

/* What an item is (Codex CLI's format). */
enum item_kind {
	ITEM_MESSAGE,
	ITEM_CALL,
	ITEM_OUTPUT,
	ITEM_UNWANTED
};

static const struct {
	const char	*type;
	enum item_kind	 kind;
} item_kinds[] = {
	{ "message",			ITEM_MESSAGE },
	{ "function_call",		ITEM_CALL },
	{ "custom_tool_call",		ITEM_CALL },
	{ "local_shell_call",		ITEM_CALL },
	{ "tool_search_call",		ITEM_CALL },
	{ "web_search_call",		ITEM_CALL },
	{ "function_call_output",	ITEM_OUTPUT },
	{ "custom_tool_call_output",	ITEM_OUTPUT },
	{ "tool_search_output",		ITEM_OUTPUT }
};

/* Events that tell what the items do not; the rest repeats them. */
static const char *const events[] = {
	"turn_aborted", "exec_command_end", "patch_apply_end", "task_started"
};

/* Keys that serve the client and the API, never a reader. */
static const char *const noise[] = {
	"id", "metadata", "internal_chat_message_metadata_passthrough",
	"encrypted_content"
};

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

struct filter *
filter_new(const char *const *roots, size_t n)
{
	struct filter	*f = xcalloc(1, sizeof(*f));

	f->memread = memread_new(roots, n);
	citations_init(&f->citations);
	return f;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	memread_free(f->memread);
	citations_release(&f->citations);
	free(f);
}

const struct citations *
filter_citations(const struct filter *f)
{
	return &f->citations;
}

static enum item_kind
item_kind(const struct slice *type)
{
	size_t	i;

	for (i = 0; i < NELEM(item_kinds); i++)
		if (slice_is(type, item_kinds[i].type))
			return item_kinds[i].kind;
	return ITEM_UNWANTED;
}

static enum item_kind
kind_of(json_object *item)
{
	const char	*type = json_str(item, "type");
	struct slice	 s;

	s.text = type;
	s.len = type == NULL ? 0 : strlen(type);
	return item_kind(&s);
}

static enum filter_use
event_use(const struct record *rec)
{
	static const char	 mark[] = "\"memory_citation\":{";
	size_t			 i;

	for (i = 0; i < NELEM(events); i++)
		if (slice_is(&rec->head.type, events[i]))
			return FILTER_EVENT;
	if ((slice_is(&rec->head.type, "agent_message") ||
	    slice_is(&rec->head.type, "item_completed")) &&
	    memmem(rec->text, rec->head.len, mark, sizeof(mark) - 1) != NULL)
		return FILTER_CITATION;
	return FILTER_NOTHING;
}

enum filter_use
filter_use(const struct record *rec)
{
	if (rec->inherited)
		return FILTER_NOTHING;
	switch (rec->head.kind) {
	case RECORD_ITEM:
		return item_kind(&rec->head.type) == ITEM_UNWANTED ?
		    FILTER_NOTHING : FILTER_ITEM;
	case RECORD_EVENT:
		return event_use(rec);
	case RECORD_META:
	case RECORD_TURN:
	case RECORD_OTHER:
		break;
	}
	return FILTER_NOTHING;
}

/* Cut passages out of a string value; 1 if there were any. */
static int
cut_string(json_object *leaf, struct cut *c, struct buf *out)
{
	return cut_text(c, json_object_get_string(leaf),
	    (size_t)json_object_get_string_len(leaf), out) > 0;
}

static json_object *
cut_leaf(json_object *leaf, void *arg)
{
	struct buf	 out = BUF_INIT;
	json_object	*made = NULL;

	if (cut_string(leaf, arg, &out))
		made = leaf_new(out.data, out.len);
	buf_wipe(&out);
	return made;
}

/* In place, which is safe: it is as it was read, and gets shorter. */
static void
cut_part(json_object *text, struct cut *c)
{
	struct buf	out = BUF_INIT;

	if (cut_string(text, c, &out))
		json_object_set_string_len(text, buf_str(&out), (int)out.len);
	buf_wipe(&out);
}

/* 1 if the part stays in its message. */
static int
keep_part(json_object *part, int user, struct cut *c)
{
	json_object	*text = fragment_text(part);
	const char	*s;
	size_t		 len;

	if (text == NULL)
		return json_object_is_type(part, json_type_object);
	s = json_object_get_string(text);
	len = (size_t)json_object_get_string_len(text);
	if (user && fragment_dropped(s, len))
		return 0;
	cut_part(text, c);
	return !fragment_blank(json_object_get_string(text),
	    (size_t)json_object_get_string_len(text));
}

static int
filter_message(struct filter *f, json_object *item)
{
	const char	*role = json_str(item, "role");
	json_object	*content, *kept, *part;
	struct cut	 c;
	int		 user, assistant;
	size_t		 i, n;

	if (role == NULL || strcmp(role, "developer") == 0)
		return 0;
	user = strcmp(role, "user") == 0;
	assistant = strcmp(role, "assistant") == 0;
	citations_answer(&f->citations);
	cut_init(&c, CUT_MESSAGE, assistant ? &f->citations : NULL);
	if (!json_object_object_get_ex(item, "content", &content))
		return 0;
	if (json_object_is_type(content, json_type_string))
		return keep_part(content, user, &c);
	if (!json_object_is_type(content, json_type_array))
		return 0;
	kept = json_object_new_array();
	n = json_object_array_length(content);
	for (i = 0; i < n; i++) {
		part = json_object_array_get_idx(content, i);
		if (keep_part(part, user, &c))
			json_push(kept, json_object_get(part));
	}
	n = json_object_array_length(kept);
	json_set(item, "content", kept);
	return n > 0;
}

static void
cut_loosely(json_object *o)
{
	struct cut	c;

	cut_init(&c, CUT_LOOSE, NULL);
	leaf_each(o, cut_leaf, &c);
}

/* Replace a member that is there by the note that memory was read. */
static void
set_read(json_object *o, const char *key, const char *path)
{
	char	*note;

	if (!json_object_object_get_ex(o, key, NULL))
		return;
	note = xasprintf("[memory read: %s]", path);
	json_set_str(o, key, note);
	free(note);
}

static json_object *
look_for_mark(json_object *leaf, void *arg)
{
	int	*marked = arg;

	if (!*marked)
		*marked = memread_marked(json_object_get_string(leaf),
		    (size_t)json_object_get_string_len(leaf));
	return NULL;
}

static void
filter_output(struct filter *f, json_object *item)
{
	const char	*path;
	int		 marked = 0;

	path = memread_path(f->memread, json_str(item, "call_id"));
	if (path == NULL)
		leaf_each(item, look_for_mark, &marked);
	if (marked)
		path = MEMREAD_UNNAMED;
	if (path != NULL) {
		set_read(item, "output", path);
		set_read(item, "tools", path);
	} else
		cut_loosely(item);
}

int
filter_item(struct filter *f, json_object *item)
{
	size_t	i;

	for (i = 0; i < NELEM(noise); i++)
		json_object_object_del(item, noise[i]);
	switch (kind_of(item)) {
	case ITEM_MESSAGE:
		if (!filter_message(f, item))
			return 0;
		break;
	case ITEM_CALL:
		memread_call(f->memread, item);
		cut_loosely(item);
		break;
	case ITEM_OUTPUT:
		filter_output(f, item);
		break;
	case ITEM_UNWANTED:
		return 0;
	}
	leaf_each(item, leaf_tidy, NULL);
	return 1;
}

void
filter_event(struct filter *f, json_object *payload)
{
	static const char *const outputs[] = {
		"stdout", "stderr", "aggregated_output", "formatted_output"
	};
	const char	*path;
	size_t		 i;

	path = memread_path(f->memread, json_str(payload, "call_id"));
	for (i = 0; path != NULL && i < NELEM(outputs); i++)
		set_read(payload, outputs[i], path);
	cut_loosely(payload);
	leaf_each(payload, leaf_tidy, NULL);
}

void
filter_citation(struct filter *f, json_object *payload)
{
	json_object	*item = json_obj(payload, "item");

	citations_answer(&f->citations);
	if (item == NULL)
		citations_object(&f->citations, CITED_EVENT,
		    json_obj(payload, "memory_citation"));
	else
		citations_object(&f->citations, CITED_ITEM,
		    json_obj(item, "memory_citation"));
}

enum plan_class
filter_class(json_object *item)
{
	const char	*role = json_str(item, "role");

	switch (kind_of(item)) {
	case ITEM_MESSAGE:
		if (role != NULL && strcmp(role, "user") == 0)
			return PLAN_USER;
		return PLAN_ASSISTANT;
	case ITEM_CALL:
		return PLAN_CALL;
	case ITEM_OUTPUT:
		return PLAN_OUTPUT;
	case ITEM_UNWANTED:
		break;
	}
	return PLAN_OTHER;
}
