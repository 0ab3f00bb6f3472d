#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_patch.h"
#include "builtin_result.h"
#include "builtin_state.h"
#include "json.h"
#include "mem.h"
#include "worker/text.h"

void
call_clear(struct call *c)
{
	free(c->id);
	free(c->text);
	free(c->dir);
	memset(c, 0, sizeof(*c));
}

/* ["bash", "-lc", "make"] is "make"; other lists are joined. */
static char *
command_words(json_object *argv)
{
	struct buf b = BUF_INIT;
	size_t i, n = json_object_array_length(argv);
	const char *s;

	for (i = 0; i < n; i++) {
		s = json_object_get_string(json_object_array_get_idx(argv,
		    i));
		if (s == NULL)
			continue;
		if (i == 1 && n == 3 && s[0] == '-' && strchr(s, 'c') != NULL)
			buf_reset(&b);
		else if (b.len > 0)
			buf_addch(&b, ' ');
		if (i != 1 || n != 3 || s[0] != '-')
			buf_addstr(&b, s);
	}
	return b.data == NULL ? NULL : buf_detach(&b);
}

/* The command and folder of a shell tool's arguments. */
static void
shell_arguments(struct call *c, json_object *args)
{
	const char *s;
	json_object *argv;

	if ((s = json_str(args, "cmd")) != NULL ||
	    (s = json_str(args, "command")) != NULL)
		c->text = xstrdup(s);
	else if ((argv = json_arr(args, "command")) != NULL)
		c->text = command_words(argv);
	if ((s = json_str(args, "workdir")) != NULL ||
	    (s = json_str(args, "working_directory")) != NULL)
		c->dir = xstrdup(s);
	if (c->text != NULL)
		c->kind = CALL_COMMAND;
}

/* The string literal at the first quote from `p' on, unescaped, or NULL. */
static char *
literal(const char *p)
{
	struct buf b = BUF_INIT;
	char quote;

	p += strcspn(p, "\"'`");
	if ((quote = *p) == '\0')
		return NULL;
	for (p++; *p != '\0' && *p != quote; p++) {
		if (*p != '\\' || p[1] == '\0') {
			buf_addch(&b, *p);
			continue;
		}
		p++;
		buf_addch(&b, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
	}
	return b.data == NULL ? NULL : buf_detach(&b);
}

/* A program of the exec tool: the first command or patch that it calls. */
static void
program_input(struct call *c, const char *program)
{
	const char *p, *cmd;

	if ((p = strstr(program, "tools.apply_patch(")) != NULL) {
		c->text = literal(p);
		c->kind = c->text == NULL ? CALL_NONE : CALL_PATCH;
	} else if ((p = strstr(program, "tools.exec_command(")) != NULL &&
	    (cmd = strstr(p, "cmd")) != NULL &&
	    (cmd = strchr(cmd, ':')) != NULL) {
		c->text = literal(cmd);
		c->kind = c->text == NULL ? CALL_NONE : CALL_COMMAND;
	}
}

static void
custom_call(struct call *c, const char *name, const char *input)
{
	if (name == NULL || input == NULL)
		return;
	if (strcmp(name, "apply_patch") == 0) {
		c->kind = CALL_PATCH;
		c->text = xstrdup(input);
	} else if (strcmp(name, "exec") == 0) {
		program_input(c, input);
	}
}

static void
function_call(struct call *c, const char *name, const char *arguments)
{
	json_object *args;
	const char *s;

	if (name == NULL || arguments == NULL)
		return;
	args = json_parse(arguments, strlen(arguments), JSON_DEPTH, NULL);
	if (args == NULL)
		return;
	if (strcmp(name, "apply_patch") == 0) {
		if ((s = json_str(args, "input")) != NULL) {
			c->kind = CALL_PATCH;
			c->text = xstrdup(s);
		}
	} else if (strcmp(name, "exec_command") == 0 ||
	    strcmp(name, "shell") == 0 || strcmp(name, "shell_command") == 0 ||
	    strcmp(name, "container.exec") == 0) {
		shell_arguments(c, args);
	}
	json_object_put(args);
}

void
call_begin(struct builtin *b, json_object *item)
{
	struct call *c = &b->call[b->next_call];
	const char *type = json_str(item, "type"), *id;
	json_object *action;

	if (type == NULL || (id = json_str(item, "call_id")) == NULL)
		return;
	call_clear(c);
	if (builtin_task(b) != NULL)	/* work is no mere acknowledgement */
		b->ack_from = builtin_task(b)->nprefs;
	c->exit = RESULT_UNKNOWN;
	if (strcmp(type, "function_call") == 0)
		function_call(c, json_str(item, "name"),
		    json_str(item, "arguments"));
	else if (strcmp(type, "custom_tool_call") == 0)
		custom_call(c, json_str(item, "name"),
		    json_str(item, "input"));
	else if ((action = json_obj(item, "action")) != NULL)
		shell_arguments(c, action);
	if (c->kind == CALL_NONE) {
		call_clear(c);
		return;
	}
	c->id = xstrdup(id);
	b->next_call = (b->next_call + 1) % BUILTIN_CALLS;
}

static struct call *
call_find(struct builtin *b, const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < BUILTIN_CALLS; i++)
		if (b->call[i].id != NULL && strcmp(b->call[i].id, id) == 0)
			return &b->call[i];
	return NULL;
}

static void
patch_end(struct builtin *b, const struct call *c, json_object *output)
{
	struct patch p = { c->text, b->meta->cwd, 0, b->seq };
	struct result r;

	result_parse(&r, output);
	p.refused = r.refused || r.exit > 0 || c->exit > 0;
	(void)patch_note(builtin_task(b), &p);
	result_release(&r);
}

void
call_end(struct builtin *b, json_object *item)
{
	struct call *c = call_find(b, json_str(item, "call_id"));
	json_object *output;

	if (c == NULL || builtin_task(b) == NULL ||
	    !json_object_object_get_ex(item, "output", &output))
		return;
	builtin_task(b)->time = b->time;
	if (c->kind == CALL_PATCH ||
	    strstr(c->text, "*** Begin Patch") != NULL)
		patch_end(b, c, output);
	else
		run_note(b, c, output);
	call_clear(c);
}

void
call_event(struct builtin *b, json_object *payload)
{
	struct call *c = call_find(b, json_str(payload, "call_id"));
	const char *type = json_str(payload, "type");

	if (c == NULL || type == NULL)
		return;
	if (strcmp(type, "exec_command_end") == 0)
		c->exit = (int)json_int(payload, "exit_code", c->exit);
	else if (strcmp(type, "patch_apply_end") == 0)
		c->exit = json_flag(payload, "success", 1) ? 0 : 1;
}
