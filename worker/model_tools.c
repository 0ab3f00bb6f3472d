#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "model_tools.h"

/* Strict schemas name every property as required; null stands for none. */
#define OBJECT(properties, required)					\
	"{\"type\":\"object\",\"properties\":{" properties "},"		\
	"\"required\":[" required "],\"additionalProperties\":false}"
#define STRING(key, text)						\
	"\"" key "\":{\"type\":\"string\",\"description\":\"" text "\"}"
#define MAYBE(type, key, text)						\
	"\"" key "\":{\"type\":[\"" type "\",\"null\"],"		\
	"\"description\":\"" text "\"}"
#define PATH STRING("path", "Path below the memory folder.")

const struct model_tool model_tools[TOOL__MAX] = {
	[TOOL_LIST_FILES] = { "list_files",
	    "List the files below a folder with their sizes.",
	    OBJECT(MAYBE("string", "path",
	    "Folder below the memory folder; null for all of it."),
	    "\"path\"") },
	[TOOL_READ_FILE] = { "read_file",
	    "Read a text file, or some of its lines.",
	    OBJECT(PATH ","
	    MAYBE("integer", "first_line", "First line, from 1; null: 1.") ","
	    MAYBE("integer", "lines", "How many lines; null: all that fit."),
	    "\"path\",\"first_line\",\"lines\"") },
	[TOOL_SEARCH] = { "search",
	    "Find the lines that hold a string, in one file or all below a "
	    "folder.",
	    OBJECT(STRING("text", "The string, taken literally.") ","
	    MAYBE("string", "path", "File or folder; null for all."),
	    "\"text\",\"path\"") },
	[TOOL_WRITE_FILE] = { "write_file",
	    "Make a file, or replace all of it.",
	    OBJECT(PATH "," STRING("content", "The whole new text."),
	    "\"path\",\"content\"") },
	[TOOL_EDIT_FILE] = { "edit_file",
	    "Replace one passage of a file by another.",
	    OBJECT(PATH ","
	    STRING("old", "The passage as it is; it must occur once.") ","
	    STRING("new", "What takes its place."),
	    "\"path\",\"old\",\"new\"") },
	[TOOL_APPLY_PATCH] = { "apply_patch",
	    "Change several passages or files at once; all of it or nothing.",
	    OBJECT(STRING("patch", "*** Begin Patch, then for each file "
	    "*** Add File: PATH with lines that begin with +, *** Delete "
	    "File: PATH, or *** Update File: PATH (then perhaps *** Move to: "
	    "PATH) with chunks: a line @@, or @@ and a line that stands above "
	    "the chunk, and lines that begin with a space (kept), - (old) or "
	    "+ (new); at last *** End Patch."), "\"patch\"") },
	[TOOL_DELETE_FILE] = { "delete_file", "Delete a file.",
	    OBJECT(PATH, "\"path\"") },
	[TOOL_MOVE_FILE] = { "move_file",
	    "Give a file another path; nothing may be there yet.",
	    OBJECT(STRING("from", "Its path.") ","
	    STRING("to", "Its new path."), "\"from\",\"to\"") },
};

static const struct model_schema schemas[] = {
	{ "stage_one", "codex_output_schema",
	    "Hand in what the session is worth remembering for.",
	    "{\"type\":\"object\",\"properties\":{"
	    "\"rollout_summary\":{\"type\":\"string\"},"
	    "\"rollout_slug\":{\"type\":[\"string\",\"null\"]},"
	    "\"raw_memory\":{\"type\":\"string\"}},"
	    "\"required\":[\"rollout_summary\",\"rollout_slug\","
	    "\"raw_memory\"],\"additionalProperties\":false}" },
};

const struct model_tool *
model_tool_by_name(const char *name)
{
	size_t	i;

	for (i = 0; i < TOOL__MAX; i++)
		if (strcmp(model_tools[i].name, name) == 0)
			return &model_tools[i];
	return NULL;
}

const struct model_schema *
model_schema_by_name(const char *name)
{
	size_t	i;

	for (i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
		if (strcmp(schemas[i].name, name) == 0)
			return &schemas[i];
	return NULL;
}

json_object *
model_schema_object(const char *text)
{
	const char	*why;
	json_object	*o = json_parse(text, strlen(text), JSON_DEPTH, &why);

	if (o == NULL)
		BUG("a schema of model_tools.c: %s", why);
	return o;
}
