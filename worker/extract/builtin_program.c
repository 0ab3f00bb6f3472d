#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_program.h"

static const char command_call[] = "tools.exec_command(";
static const char patch_call[] = "tools.apply_patch(";

/*
 * The string literal at `p' without its quotes, escapes undone, and where it
 * ends in *end; NULL if something else stands there or it does not end.
 */
static char *
literal(const char *p, const char **end)
{
	struct buf b = BUF_INIT;
	char quote;

	p += strspn(p, " \t\n");
	if ((quote = *p) == '\0' || strchr("\"'`", quote) == NULL)
		return NULL;
	for (p++; *p != '\0' && *p != quote; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			buf_addch(&b, *p == 'n' ? '\n' : *p == 't' ? '\t' :
			    *p);
			continue;
		}
		buf_addch(&b, *p);
	}
	if (*p == '\0' || b.len == 0) {
		buf_release(&b);
		return NULL;
	}
	*end = p + 1;
	return buf_detach(&b);
}

/* Behind the string at `p', or behind the one character that stands there. */
static const char *
skip(const char *p)
{
	char quote = *p;

	if (strchr("\"'`", quote) == NULL)
		return p + 1;
	for (p++; *p != '\0' && *p != quote; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == '\0' ? p : p + 1;
}

/* The value of `key' in the object literal at `p', or NULL. */
static char *
member(const char *p, const char *key, const char **end)
{
	size_t n = strlen(key);

	while (*p != '\0' && *p != '}') {
		if (strncmp(p, key, n) == 0 && strchr(" {,\n\"'", p[-1]) !=
		    NULL && strchr(" :\"'", p[n]) != NULL) {
			p += n;
			p += strspn(p, " \"'");
			return *p == ':' ? literal(p + 1, end) : NULL;
		}
		p = *p == '"' && p[1] != '\0' && strncmp(p + 1, key, n) == 0 ?
		    p + 1 : skip(p);
	}
	return NULL;
}

static enum program_kind
read_command(const char **at, struct program_call *call)
{
	const char *p = *at + strlen(command_call), *end = p;

	*at = p;
	if (*p != '{')
		return PROGRAM_END;
	if ((call->text = member(p + 1, "cmd", &end)) == NULL)
		return PROGRAM_END;
	*at = end;
	call->dir = member(p + 1, "workdir", &end);
	return PROGRAM_COMMAND;
}

enum program_kind
program_next(const char **at, struct program_call *call)
{
	const char *cmd, *patch, *end;
	enum program_kind kind;

	memset(call, 0, sizeof(*call));
	for (;;) {
		cmd = strstr(*at, command_call);
		patch = strstr(*at, patch_call);
		if (cmd == NULL && patch == NULL)
			return PROGRAM_END;
		if (patch == NULL || (cmd != NULL && cmd < patch)) {
			*at = cmd;
			if ((kind = read_command(at, call)) != PROGRAM_END)
				return kind;
			continue;
		}
		*at = patch + strlen(patch_call);
		call->text = literal(*at, &end);
		if (call->text != NULL) {
			*at = end;
			return PROGRAM_PATCH;
		}
	}
}
