#include <stdint.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/memory_mark.h"
#include "common/nearest.h"
#include "supervisor/mnemoctl/mcp_tools.h"

enum kind { TEXT, NUMBER };

/* One table says what is checked and what the client is told. */
struct argument {
	const char	*name;		/* NULL: the end */
	enum kind	 kind;
	int		 required;
	int64_t		 max;		/* in the schema; 0: none */
	const char	*text;
};

#define PATH_TEXT "Path below the memory, \"/\" between its parts."
#define CURSOR_TEXT "next_cursor of the call before."

static const struct argument list_args[] = {
	{ "path", TEXT, 0, 0, "Directory to list; without it, the memory "
	    "itself." },
	{ "cursor", TEXT, 0, 0, CURSOR_TEXT },
	{ "max_results", NUMBER, 0, MCP_LIST_MAX, "At most so many entries." },
	{ NULL, TEXT, 0, 0, NULL }
};

static const struct argument read_args[] = {
	{ "path", TEXT, 1, 0, PATH_TEXT },
	{ "line_offset", NUMBER, 0, 0, "First line to read; the first of the "
	    "file is 1." },
	{ "max_lines", NUMBER, 0, 0, "At most so many lines." },
	{ NULL, TEXT, 0, 0, NULL }
};

static const struct argument search_args[] = {
	{ "query", TEXT, 1, 0, "Text to find, exactly as it stands in one "
	    "line, capitals too." },
	{ "path", TEXT, 0, 0, "File or directory to search; without it, the "
	    "whole memory." },
	{ "cursor", TEXT, 0, 0, CURSOR_TEXT },
	{ "context_lines", NUMBER, 0, 0, "Lines around each match that are "
	    "given too." },
	{ "max_results", NUMBER, 0, MCP_SEARCH_MAX, "At most so many "
	    "matches." },
	{ NULL, TEXT, 0, 0, NULL }
};

static const struct argument remember_args[] = {
	{ "text", TEXT, 1, MCP_NOTE_MAX, "What to remember, in words that make "
	    "sense without this conversation." },
	{ NULL, TEXT, 0, 0, NULL }
};

/* What a result has, as JSON Schema. */
#define NULLABLE "{\"type\":[\"string\",\"null\"]}"
#define PAGED								\
	"\"next_cursor\":" NULLABLE ",\"truncated\":{\"type\":\"boolean\"}"

#define MARK								\
	"\"" MEMORY_MARK_KEY "\":{\"const\":\"" MEMORY_MARK "\"},"

static const char list_result[] =
    "{\"type\":\"object\",\"properties\":{" MARK "\"path\":" NULLABLE ","
    "\"entries\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"path\":{\"type\":\"string\"},\"entry_type\":"
    "{\"type\":\"string\",\"enum\":[\"file\",\"directory\"]}},"
    "\"required\":[\"path\",\"entry_type\"]}}," PAGED "},"
    "\"required\":[\"path\",\"entries\",\"next_cursor\",\"truncated\"]}";

static const char read_result[] =
    "{\"type\":\"object\",\"properties\":{" MARK
    "\"path\":{\"type\":\"string\"},"
    "\"start_line_number\":{\"type\":\"integer\"},"
    "\"content\":{\"type\":\"string\"},\"truncated\":{\"type\":\"boolean\"}},"
    "\"required\":[\"path\",\"start_line_number\",\"content\","
    "\"truncated\"]}";

static const char search_result[] =
    "{\"type\":\"object\",\"properties\":{" MARK "\"query\":{\"type\":\"string\"},"
    "\"path\":" NULLABLE ",\"matches\":{\"type\":\"array\",\"items\":"
    "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},"
    "\"line_number\":{\"type\":\"integer\"},"
    "\"start_line_number\":{\"type\":\"integer\"},"
    "\"content\":{\"type\":\"string\"}},\"required\":[\"path\","
    "\"line_number\",\"start_line_number\",\"content\"]}}," PAGED "},"
    "\"required\":[\"query\",\"path\",\"matches\",\"next_cursor\","
    "\"truncated\"]}";

static const char remember_result[] =
    "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}},"
    "\"required\":[\"path\"]}";

static const struct tool {
	const char		*name;
	const char		*text;
	const struct argument	*args;
	const char		*result;
	int			 reads;		/* and nothing else */
	int			(*run)(struct mcp *, json_object *args,
				    json_object *result, struct buf *why);
} tools[] = {
	{ "list", "List what is directly in a directory of the memory.",
	    list_args, list_result, 1, mcp_list },
	{ "read", "Read a file of the memory, or some lines of it; at most "
	    "20,000 tokens at a time.", read_args, read_result, 1, mcp_read },
	{ "search", "Find text in the files of the memory, by line.",
	    search_args, search_result, 1, mcp_search },
	{ "remember", "Have something noted in the memory, for all later "
	    "sessions. Only what the user wants remembered.",
	    remember_args, remember_result, 0, mcp_remember }
};
#define NTOOLS (sizeof(tools) / sizeof(tools[0]))

static const struct tool *
find(const char *name)
{
	size_t	i;

	for (i = 0; i < NTOOLS; i++)
		if (strcmp(tools[i].name, name) == 0)
			return &tools[i];
	return NULL;
}

int
mcp_tool_known(const char *name)
{
	return find(name) != NULL;
}

static json_object *
schema_of(const struct argument *a)
{
	json_object	*schema = json_object_new_object();
	json_object	*all = json_object_new_object();
	json_object	*required = json_object_new_array(), *o;

	for (; a->name != NULL; a++) {
		o = json_object_new_object();
		json_set_str(o, "type", a->kind == TEXT ? "string" :
		    "integer");
		json_set_str(o, "description", a->text);
		if (a->kind == NUMBER)
			json_set_int(o, "minimum",
			    strcmp(a->name, "context_lines") == 0 ? 0 : 1);
		if (a->max > 0)
			json_set_int(o, a->kind == TEXT ? "maxLength" :
			    "maximum", a->max);
		json_set(all, a->name, o);
		if (a->required)
			json_push_str(required, a->name);
	}
	json_set_str(schema, "type", "object");
	json_set(schema, "properties", all);
	json_set(schema, "required", required);
	json_set_bool(schema, "additionalProperties", 0);
	return schema;
}

static json_object *
annotations_of(const struct tool *t)
{
	json_object	*o = json_object_new_object();

	json_set_bool(o, "readOnlyHint", t->reads);
	json_set_bool(o, "destructiveHint", 0);
	json_set_bool(o, "idempotentHint", t->reads);
	json_set_bool(o, "openWorldHint", 0);
	return o;
}

json_object *
mcp_tools_list(enum mcp_revision r)
{
	json_object	*list = json_object_new_array(), *o;
	size_t		 i;

	for (i = 0; i < NTOOLS; i++) {
		o = json_object_new_object();
		json_set_str(o, "name", tools[i].name);
		json_set_str(o, "description", tools[i].text);
		json_set(o, "inputSchema", schema_of(tools[i].args));
		if (r >= MCP_2025_06_18)
			json_set(o, "outputSchema", json_parse(tools[i].result,
			    strlen(tools[i].result), JSON_DEPTH, NULL));
		if (r >= MCP_2025_03_26)
			json_set(o, "annotations", annotations_of(&tools[i]));
		json_push(list, o);
	}
	return list;
}

static const struct argument *
find_argument(const struct tool *t, const char *name, struct buf *why)
{
	const struct argument	*a;
	const char		*near = "none";
	char			 word[NEAREST_MAX];
	size_t			 d = SIZE_MAX;

	for (a = t->args; a->name != NULL; a++) {
		if (strcmp(a->name, name) == 0)
			return a;
		nearest_try(name, a->name, &near, &d);
	}
	log_printable(word, sizeof(word), name, strlen(name));
	buf_addf(why, "%s has no argument %s; the nearest is %s", t->name,
	    word, near);
	return NULL;
}

/* null stands for an argument that is not given. */
static int
check_value(const struct argument *a, json_object *v, struct buf *why)
{
	if (v == NULL)
		return 0;
	if (a->kind == NUMBER) {
		if (json_object_is_type(v, json_type_int))
			return 0;
		buf_addf(why, "%s is no whole number", a->name);
		return -1;
	}
	if (!json_object_is_type(v, json_type_string))
		buf_addf(why, "%s is no text", a->name);
	else if (json_has_nul(v))
		buf_addf(why, "%s holds a NUL", a->name);
	else
		return 0;
	return -1;
}

static int
check(const struct tool *t, json_object *args, struct buf *why)
{
	const struct argument	*a;

	json_object_object_foreach(args, key, value) {
		a = find_argument(t, key, why);
		if (a == NULL || check_value(a, value, why) == -1)
			return -1;
	}
	for (a = t->args; a->name != NULL; a++)
		if (a->required && json_str(args, a->name) == NULL) {
			buf_addf(why, "%s needs the argument %s", t->name,
			    a->name);
			return -1;
		}
	return 0;
}

/* The text of a result, as every revision has it. */
static json_object *
content_of(const char *text)
{
	json_object	*list = json_object_new_array();
	json_object	*o = json_object_new_object();

	json_set_str(o, "type", "text");
	json_set_str(o, "text", text);
	json_push(list, o);
	return list;
}

json_object *
mcp_tool_call(struct mcp *m, const char *name, json_object *args)
{
	const struct tool	*t = find(name);
	json_object		*o = json_object_new_object();
	json_object		*result = json_object_new_object();
	json_object		*none = json_object_new_object();
	struct buf		 text = BUF_INIT;
	int			 r;

	args = args == NULL ? none : args;
	/* First: a client that cuts results keeps how they begin. */
	if (t->reads)
		json_set_str(result, MEMORY_MARK_KEY, MEMORY_MARK);
	r = check(t, args, &text);
	if (r == 0)
		r = t->run(m, args, result, &text);
	if (r == 0)
		json_write(&text, result);
	json_set(o, "content", content_of(buf_str(&text)));
	if (r == 0 && m->revision >= MCP_2025_06_18)
		json_set(o, "structuredContent", json_object_get(result));
	json_set_bool(o, "isError", r != 0);
	json_object_put(result);
	json_object_put(none);
	buf_release(&text);
	return o;
}
