#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "tools.h"
#include "tree_path.h"
#include "worker/text.h"

static tool_fn *const	table[TOOL__MAX] = {
	[TOOL_LIST_FILES] = tool_list_files,
	[TOOL_READ_FILE] = tool_read_file,
	[TOOL_SEARCH] = tool_search,
	[TOOL_WRITE_FILE] = tool_write_file,
	[TOOL_EDIT_FILE] = tool_edit_file,
	[TOOL_APPLY_PATCH] = tool_apply_patch,
	[TOOL_DELETE_FILE] = tool_delete_file,
	[TOOL_MOVE_FILE] = tool_move_file,
};

/* A value's type in the words of JSON schema. */
static const char *
type_name(json_object *v)
{
	return json_object_is_type(v, json_type_int) ? "integer" :
	    json_type_to_name(json_object_get_type(v));
}

/* Is the value of the type, or of one of the types, that its schema names? */
static int
fits(json_object *schema, json_object *v)
{
	json_object	*type = NULL;
	size_t		 i;

	json_object_object_get_ex(schema, "type", &type);
	if (json_object_is_type(type, json_type_string))
		return strcmp(json_object_get_string(type),
		    type_name(v)) == 0;
	for (i = 0; i < json_object_array_length(type); i++)
		if (strcmp(json_object_get_string(
		    json_object_array_get_idx(type, i)), type_name(v)) == 0)
			return 1;
	return 0;
}

/*
 * Hold arguments against the tool's own schema.  One that is missing counts
 * as null; NUL in a string would end it early.
 */
static int
check_args(const struct model_tool *t, json_object *args, struct buf *out)
{
	json_object	*schema = model_schema_object(t->parameters);
	json_object	*properties = json_obj(schema, "properties"), *v;
	int		 ok = 1;

	json_object_object_foreach(properties, key, property) {
		v = NULL;
		json_object_object_get_ex(args, key, &v);
		if (ok && !fits(property, v)) {
			buf_addf(out, "%s: argument %s is %s: %s; call it "
			    "again\n", t->name, key, v == NULL ? "missing" :
			    "of the wrong type", json_str(property,
			    "description"));
			ok = 0;
		}
	}
	json_object_object_foreach(args, name, value) {
		(void)value;
		if (ok && !json_object_object_get_ex(properties, name, NULL)) {
			buf_addf(out, "%s has no argument of the name ",
			    t->name);
			text_oneline(out, name, strlen(name), 40);
			buf_addstr(out, "; call it again without\n");
			ok = 0;
		}
	}
	json_object_put(schema);
	return ok;
}

enum tool_end
tools_call(struct tools *ts, const char *name, const char *arguments,
    struct buf *out)
{
	const struct model_tool	*t = model_tool_by_name(name);
	const char		*why = "not an object";
	json_object		*args;
	enum tool_end		 e = TOOL_REFUSED;

	if (t == NULL) {
		buf_addstr(out, "there is no tool ");
		text_oneline(out, name, strlen(name), 40);
		buf_addstr(out, "; these are all: ");
		for (t = model_tools; t < model_tools + TOOL__MAX; t++)
			buf_addf(out, "%s%s", t->name,
			    t < model_tools + TOOL__MAX - 1 ? ", " : "\n");
		return TOOL_REFUSED;
	}
	args = json_parse(arguments, strlen(arguments), JSON_DEPTH, &why);
	if (!json_object_is_type(args, json_type_object))
		buf_addf(out, "%s: the arguments are no JSON object (%s); "
		    "call it again\n", t->name, why);
	else if (json_has_nul(args))
		buf_addf(out, "%s: an argument holds a NUL; call it again "
		    "without\n", t->name);
	else if (check_args(t, args, out))
		e = table[t - model_tools](ts, args, out);
	json_object_put(args);
	return e;
}

/* Plain relative paths; what is hidden is not the agent's. */
static const char *
path_fault(const char *path)
{
	const unsigned char	*p;

	if (path[0] == '\0')
		return "it is empty";
	if (path[0] == '/' || path[0] == '~')
		return "it must be relative to the memory folder";
	if (strlen(path) > STAGING_PATH_MAX)
		return "it is too long";
	if (path[0] == '.' || strstr(path, "/.") != NULL)
		return "names that begin with a dot are not for you";
	if (strstr(path, "//") != NULL || path[strlen(path) - 1] == '/')
		return "it must name a file, with single slashes";
	for (p = (const unsigned char *)path; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f || *p == '\\')
			return "it holds a character that a name may not";
	return NULL;
}

static enum tool_end
refuse_path(const char *path, const char *why, struct buf *out)
{
	buf_addstr(out, "path \"");
	text_oneline(out, path, strlen(path), 120);
	buf_addf(out, "\": %s\n", why);
	return TOOL_REFUSED;
}

enum tool_end
tools_readable(const char *path, struct buf *out)
{
	const char	*fault = path_fault(path);

	return fault == NULL ? TOOL_DONE : refuse_path(path, fault, out);
}

enum tool_end
tools_writable(const char *path, struct buf *out)
{
	static const char	skills[] = "skills/";

	if (tools_readable(path, out) != TOOL_DONE)
		return TOOL_REFUSED;
	if (strcmp(path, "MEMORY.md") == 0 ||
	    strcmp(path, "memory_summary.md") == 0 ||
	    strncmp(path, skills, sizeof(skills) - 1) == 0)
		return tree_agents(path) ? TOOL_DONE : refuse_path(path,
		    "it is too deep, or a name in it is too long or holds a "
		    "character that a memory does not keep", out);
	return refuse_path(path, "only MEMORY.md, memory_summary.md and files "
	    "below skills/ may be changed; all else is evidence", out);
}

enum tool_end
tools_spend(struct tools *ts, unsigned files, size_t bytes, struct buf *out)
{
	if (files > TOOLS_MUTATIONS_MAX - ts->mutations ||
	    bytes > TOOLS_WRITTEN_MAX - ts->written) {
		buf_addf(out, "the limit of a run is reached (%u changes of "
		    "files, %u bytes written): change nothing more, finish "
		    "now\n", TOOLS_MUTATIONS_MAX, TOOLS_WRITTEN_MAX);
		return TOOL_REFUSED;
	}
	ts->mutations += files;
	ts->written += bytes;
	return TOOL_DONE;
}

enum tool_end
tools_explain(enum staging_status status, const char *path, struct buf *out)
{
	enum tool_end	e = status == STAGING_ERROR ? TOOL_BROKEN :
			    TOOL_REFUSED;

	buf_addf(out, "%s %s", path, staging_text(status));
	if (e == TOOL_BROKEN)
		buf_addf(out, ": %s", strerror(errno));
	buf_addch(out, '\n');
	return e;
}

enum tool_end
tools_load(const struct tools *ts, const char *path, struct buf *text,
    struct buf *out)
{
	enum staging_status	status;

	status = staging_read(ts->st, path, TOOLS_FILE_MAX, text);
	if (status != STAGING_OK)
		return tools_explain(status, path, out);
	if (memchr(buf_str(text), '\0', text->len) != NULL) {
		buf_addf(out, "%s is no text, it holds a NUL: only a person "
		    "can mend it; leave it as it is\n", path);
		return TOOL_REFUSED;
	}
	return TOOL_DONE;
}

enum tool_end
tools_store(struct tools *ts, const char *path, const struct buf *text,
    struct buf *out)
{
	enum staging_status	status;

	if (tools_spend(ts, 1, text->len, out) != TOOL_DONE)
		return TOOL_REFUSED;
	status = staging_write(ts->st, path, text, NULL);
	return status == STAGING_OK ? TOOL_DONE :
	    tools_explain(status, path, out);
}

void
tools_clean(const struct tools *ts, const char *text, struct buf *clean,
    struct buf *out)
{
	if (redact_text(ts->redact, text, strlen(text), clean) > 0)
		buf_addstr(out, "what looks like a secret was replaced by "
		    REDACT_MARK "\n");
}
