#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "builtin_patch.h"
#include "builtin_program.h"
#include "builtin_result.h"
#include "builtin_state.h"
#include "json.h"
#include "mem.h"

#define PROGRAM_CALLS	8	/* of one program */

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

/* A place for a call: that of the oldest. */
static struct call *
call_open(struct builtin *b, const char *id)
{
	struct call *c = &b->call[b->next_call];

	b->next_call = (b->next_call + 1) % BUILTIN_CALLS;
	call_clear(c);
	c->id = xstrdup(id);
	c->exit = RESULT_UNKNOWN;
	return c;
}

/* A program of the exec tool: each of its calls is one of ours. */
static void
open_program(struct builtin *b, const char *id, const char *program)
{
	struct program_call in;
	enum program_kind kind;
	struct call *c;
	size_t n = 0;

	while (n++ < PROGRAM_CALLS &&
	    (kind = program_next(&program, &in)) != PROGRAM_END) {
		c = call_open(b, id);
		c->kind = kind == PROGRAM_PATCH ? CALL_PATCH : CALL_COMMAND;
		c->text = in.text;
		c->dir = in.dir;
	}
}

static void
custom_call(struct builtin *b, const char *id, json_object *item)
{
	const char *name = json_str(item, "name");
	const char *input = json_str(item, "input");
	struct call *c;

	if (name == NULL || input == NULL)
		return;
	if (strcmp(name, "exec") == 0) {
		open_program(b, id, input);
	} else if (strcmp(name, "apply_patch") == 0) {
		c = call_open(b, id);
		c->kind = CALL_PATCH;
		c->text = xstrdup(input);
	}
}

void
call_begin(struct builtin *b, json_object *item)
{
	const char *type = json_str(item, "type"), *id;
	json_object *action;
	struct call *c;

	if (type == NULL || (id = json_str(item, "call_id")) == NULL)
		return;
	if (builtin_task(b) != NULL)	/* work is no mere acknowledgement */
		b->ack_from = builtin_task(b)->nprefs;
	if (strcmp(type, "custom_tool_call") == 0) {
		custom_call(b, id, item);
		return;
	}
	c = call_open(b, id);
	if (strcmp(type, "function_call") == 0)
		function_call(c, json_str(item, "name"),
		    json_str(item, "arguments"));
	else if ((action = json_obj(item, "action")) != NULL)
		shell_arguments(c, action);
	if (c->kind == CALL_NONE)
		call_clear(c);
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

static int
is_patch(const struct call *c)
{
	return c->kind == CALL_PATCH ||
	    strstr(c->text, "*** Begin Patch") != NULL;
}

static void
end_one(struct builtin *b, struct call *c, json_object *output)
{
	if (is_patch(c))
		patch_end(b, c, output);
	else
		run_note(b, c, output);
}

/*
 * What the program printed, if its parts are not those of its calls: the
 * commands count as one script, whose status is not known.
 */
static void
end_script(struct builtin *b, struct call *const *c, size_t n,
    json_object *output)
{
	struct call script = { .kind = CALL_COMMAND, .exit = RESULT_UNKNOWN };
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_patch(c[i])) {
			patch_end(b, c[i], output);
			continue;
		}
		buf_addf(&text, "%s%s", text.len > 0 ? "\n" : "", c[i]->text);
		script.dir = c[i]->dir;
	}
	script.text = text.data;
	if (script.text != NULL)
		run_note(b, &script, output);
	buf_release(&text);
}

/* The part of a program's output that belongs to its call `i' of `n'. */
static json_object *
output_part(json_object *output, size_t i, size_t n)
{
	json_object *part;

	/* first the tool's own words, then what each call printed */
	if (!json_object_is_type(output, json_type_array) ||
	    json_object_array_length(output) != n + 1)
		return NULL;
	part = json_object_new_array();
	json_push(part, json_object_get(
	    json_object_array_get_idx(output, 0)));
	json_push(part, json_object_get(
	    json_object_array_get_idx(output, i + 1)));
	return part;
}

static void
end_program(struct builtin *b, struct call *const *c, size_t n,
    json_object *output)
{
	json_object *part;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((part = output_part(output, i, n)) == NULL) {
			end_script(b, c, n, output);
			return;
		}
		b->seq++;
		end_one(b, c[i], part);
		json_object_put(part);
	}
}

/* The open calls of that id, oldest first. */
static size_t
calls_of(struct builtin *b, const char *id, struct call *c[PROGRAM_CALLS])
{
	struct call *one;
	size_t i, n = 0;

	for (i = 0; id != NULL && i < BUILTIN_CALLS && n < PROGRAM_CALLS;
	    i++) {
		one = &b->call[(b->next_call + i) % BUILTIN_CALLS];
		if (one->id != NULL && strcmp(one->id, id) == 0)
			c[n++] = one;
	}
	return n;
}

void
call_end(struct builtin *b, json_object *item)
{
	struct call *c[PROGRAM_CALLS];
	size_t i, n = calls_of(b, json_str(item, "call_id"), c);
	json_object *output;

	if (n == 0 || builtin_task(b) == NULL ||
	    !json_object_object_get_ex(item, "output", &output))
		return;
	builtin_task(b)->time = b->time;
	if (n == 1)
		end_one(b, c[0], output);
	else
		end_program(b, c, n, output);
	for (i = 0; i < n; i++)
		call_clear(c[i]);
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
