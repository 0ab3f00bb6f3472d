#include <bsd/string.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "log.h"
#include "mem.h"
#include "memory_mark.h"
#include "memread.h"
#include "record.h"

#define ID_SIZE		80
#define PATH_SIZE	256

/* How Codex's memory root is written in commands, whatever the home. */
static const char *const own_roots[] = {
	"/.codex/memories", "$CODEX_HOME/memories", "${CODEX_HOME}/memories"
};
#define OWN_ROOTS (sizeof(own_roots) / sizeof(own_roots[0]))

struct call {
	char	id[ID_SIZE];
	char	path[PATH_SIZE];
};

struct memread {
	char		**roots;
	size_t		  nroots;
	struct call	 *calls;	/* MEMREAD_CALLS; NULL: none yet */
	size_t		  ncalls;
	size_t		  next;		/* overwritten next */
};

struct memread *
memread_new(const char *const *roots, size_t n)
{
	struct memread	*m = xcalloc(1, sizeof(*m));
	size_t		 i;

	m->roots = xcalloc(n + OWN_ROOTS, sizeof(*m->roots));
	for (i = 0; i < OWN_ROOTS; i++)
		m->roots[m->nroots++] = xstrdup(own_roots[i]);
	for (i = 0; i < n; i++)
		if (strlen(roots[i]) > 1)
			m->roots[m->nroots++] = xstrdup(roots[i]);
	return m;
}

void
memread_free(struct memread *m)
{
	size_t	i;

	if (m == NULL)
		return;
	for (i = 0; i < m->nroots; i++)
		free(m->roots[i]);
	free(m->roots);
	free(m->calls);
	free(m);
}

static int
path_char(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr("._-/~${}+@", c) != NULL);
}

/* The whole path in `text' around the part of it that names a root. */
static void
copy_path(char out[PATH_SIZE], const struct slice *text,
    const struct slice *root)
{
	const char	*begin = root->text, *end = root->text + root->len;

	while (begin > text->text && path_char(begin[-1]))
		begin--;
	/* Never cut before the root's end: the start may be anything. */
	if (end - begin >= PATH_SIZE)
		begin = root->text;
	while (end < text->text + text->len && path_char(*end))
		end++;
	(void)log_printable(out, PATH_SIZE, begin, (size_t)(end - begin));
}

/* 1 if the text names `root' or what is below it; the path goes to `out'. */
static int
names_root(const struct slice *text, const char *root, char out[PATH_SIZE])
{
	const char	*end = text->text + text->len;
	struct slice	 at = { text->text, strlen(root) };

	while ((at.text = memmem(at.text, (size_t)(end - at.text), root,
	    at.len)) != NULL) {
		if (at.text + at.len == end || at.text[at.len] == '/' ||
		    !path_char(at.text[at.len])) {
			copy_path(out, text, &at);
			return 1;
		}
		at.text++;
	}
	return 0;
}

/* The same for any root and any string at or below `o'. */
static int
find_root(const struct memread *m, json_object *o, char out[PATH_SIZE])
{
	struct slice	text;
	size_t		i;

	if (json_object_is_type(o, json_type_string)) {
		text.text = json_object_get_string(o);
		text.len = (size_t)json_object_get_string_len(o);
		for (i = 0; i < m->nroots; i++)
			if (names_root(&text, m->roots[i], out))
				return 1;
	} else if (json_object_is_type(o, json_type_array)) {
		for (i = 0; i < json_object_array_length(o); i++)
			if (find_root(m, json_object_array_get_idx(o, i), out))
				return 1;
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, val) {
			(void)key;
			if (find_root(m, val, out))
				return 1;
		}
	}
	return 0;
}

/* The tools of mnemoctl mcp that give what memory holds. */
static const char *const tools[] = { "list", "read", "search" };
#define TOOLS (sizeof(tools) / sizeof(tools[0]))

/*
 * 1 if the MCP server of this name serves memory: Codex's own is called
 * "memories"; ours, which marks what it gives, may be called anything, but
 * "mnemod" and "memory" are known however a client writes results down.
 * `tool' may be NULL.
 */
static int
memory_server(const char *server, size_t len, const char *tool)
{
	size_t	i;

	if (memmem(server, len, "mnemod", 6) != NULL ||
	    (len == 8 && memcmp(server, "memories", 8) == 0))
		return 1;
	for (i = 0; tool != NULL && i < TOOLS; i++)
		if (strcmp(tool, tools[i]) == 0)
			return memmem(server, len, "memory", 6) != NULL;
	return 0;
}

#define MCP "mcp__"

/* 1 if `s' is a name "SERVER__TOOL" of such a server. */
static int
memory_name(const char *s)
{
	const char	*tool = strstr(s, "__");
	char		 word[ID_SIZE];
	size_t		 len;

	if (tool == NULL)
		return 0;
	len = strspn(tool + 2, "abcdefghijklmnopqrstuvwxyz_");
	if (len >= sizeof(word))
		return 0;
	memcpy(word, tool + 2, len);
	word[len] = '\0';
	return memory_server(s, (size_t)(tool - s), word);
}

/* The same for the first such name in a program that calls tools. */
static int
memory_program(const char *s)
{
	const char	*p;

	for (p = s; (p = strstr(p, MCP)) != NULL; p++)
		if (memory_name(p + strlen(MCP)))
			return 1;
	return 0;
}

/*
 * Tools for reading memory name no root.  Clients call them
 * mcp__SERVER__TOOL, or TOOL in the name space mcp__SERVER, or write a
 * program (`input') that does.
 */
static int
memory_tool(json_object *item)
{
	const char	*name = json_str(item, "name");
	const char	*space = json_str(item, "namespace");
	const char	*program = json_str(item, "input");

	if (space != NULL && strncmp(space, MCP, strlen(MCP)) == 0)
		space += strlen(MCP);
	if (space != NULL && memory_server(space, strlen(space), name))
		return 1;
	if (name != NULL && strncmp(name, MCP, strlen(MCP)) == 0)
		return memory_name(name + strlen(MCP));
	return name != NULL && strcmp(name, "exec") == 0 &&
	    program != NULL && memory_program(program);
}

void
memread_call(struct memread *m, json_object *item)
{
	const char	*id = json_str(item, "call_id");
	struct call	*call;
	char		 path[PATH_SIZE];

	if (id == NULL || id[0] == '\0' || strlen(id) >= ID_SIZE)
		return;
	if (!find_root(m, item, path)) {
		if (!memory_tool(item))
			return;
		strlcpy(path, MEMREAD_UNNAMED, sizeof(path));
	}
	if (m->calls == NULL)
		m->calls = xcalloc(MEMREAD_CALLS, sizeof(*m->calls));
	call = &m->calls[m->next];
	strlcpy(call->id, id, sizeof(call->id));
	strlcpy(call->path, path, sizeof(call->path));
	m->next = (m->next + 1) % MEMREAD_CALLS;
	if (m->ncalls < MEMREAD_CALLS)
		m->ncalls++;
}

/* The key, then quotes, escaped once more by each who wrapped it, the value. */
int
memread_marked(const char *text, size_t len)
{
	static const char	 key[] = MEMORY_MARK_KEY;
	const char		*p = text, *end;

	if (len > MEMORY_MARK_WITHIN)
		len = MEMORY_MARK_WITHIN;
	end = text + len;
	while ((p = memmem(p, (size_t)(end - p), key, sizeof(key) - 1)) !=
	    NULL) {
		p += sizeof(key) - 1;
		p += strspn(p, "\\\": ");
		if (strncmp(p, MEMORY_MARK, sizeof(MEMORY_MARK) - 1) == 0)
			return 1;
		if (p >= end)
			break;
	}
	return 0;
}

const char *
memread_path(const struct memread *m, const char *id)
{
	size_t	i;

	if (id == NULL || id[0] == '\0')
		return NULL;
	for (i = 0; i < m->ncalls; i++)
		if (strcmp(m->calls[i].id, id) == 0)
			return m->calls[i].path;
	return NULL;
}
