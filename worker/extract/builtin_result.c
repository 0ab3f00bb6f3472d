#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_result.h"
#include "json.h"
#include "mem.h"
#include "worker/injection.h"
#include "worker/text.h"

#define LINES_FRONT	400	/* of one output that are looked at */
#define LINES_BACK	400
#define LINE_MAX_LOOK	2000	/* bytes of a line that are looked at */

/* Text of an output: a string, parts with texts, or an object with one. */
static void
collect(struct buf *out, json_object *o, int depth)
{
	size_t i, n;
	const char *s;

	if (depth > 4)
		return;
	switch (json_object_get_type(o)) {
	case json_type_string:
		buf_add(out, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
		break;
	case json_type_array:
		n = json_object_array_length(o);
		for (i = 0; i < n; i++)
			collect(out, json_object_array_get_idx(o, i),
			    depth + 1);
		break;
	case json_type_object:
		if ((s = json_str(o, "text")) == NULL &&
		    (s = json_str(o, "output")) == NULL)
			s = json_str(o, "content");
		if (s != NULL)
			buf_addstr(out, s);
		break;
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		break;
	}
}

/*
 * {"output":"...","metadata":{"exit_code":0}}, the older shell tool's, or
 * {"output":"...","exit_code":0}, printed by a program of the exec tool.
 */
static int
parse_metadata(struct result *r, const char *text, size_t len)
{
	json_object *o, *meta;
	const char *s;
	int found = 0;

	if (len < 2 || text[0] != '{')
		return 0;
	if ((o = json_parse(text, len, JSON_DEPTH, NULL)) == NULL)
		return 0;
	s = json_str(o, "output");
	meta = json_obj(o, "metadata");
	if (meta == NULL && json_object_object_get_ex(o, "exit_code", NULL))
		meta = o;
	if (s != NULL && meta != NULL) {
		buf_addstr(&r->body, s);
		r->exit = (int)json_int(meta, "exit_code", RESULT_UNKNOWN);
		found = 1;
	}
	json_object_put(o);
	return found;
}

static void
header_line(struct result *r, const char *line)
{
	int code;

	if (text_number(line, "Process exited with code ", &code) ||
	    text_number(line, "Exit code: ", &code))
		r->exit = code;
	else if (strncmp(line, "Script failed", 13) == 0)
		r->refused = 1;
}

/* The lines down to "Output:" are the tool's; 0 if there is no such line. */
static size_t
parse_header(struct result *r, const char *text, size_t len)
{
	const char *p = text, *nl;
	char line[64];
	size_t n, lines = 0;

	while (lines++ < 8 && p < text + len) {
		nl = memchr(p, '\n', len - (size_t)(p - text));
		if (nl == NULL)
			return 0;
		n = (size_t)(nl - p);
		n = n < sizeof(line) ? n : sizeof(line) - 1;
		memcpy(line, p, n);
		line[n] = '\0';
		header_line(r, line);
		p = nl + 1;
		if (strcmp(line, "Output:") == 0)
			return (size_t)(p - text);
	}
	return 0;
}

void
result_parse(struct result *r, json_object *output)
{
	struct buf text = BUF_INIT;
	size_t body;

	memset(r, 0, sizeof(*r));
	r->exit = RESULT_UNKNOWN;
	collect(&text, output, 0);
	if (!parse_metadata(r, buf_str(&text), text.len)) {
		body = parse_header(r, buf_str(&text), text.len);
		if (body == 0)
			r->exit = RESULT_UNKNOWN;
		if (!parse_metadata(r, buf_str(&text) + body, text.len - body))
			buf_add(&r->body, buf_str(&text) + body,
			    text.len - body);
	}
	if (strstr(buf_str(&r->body), "verification failed") != NULL ||
	    strncmp(buf_str(&r->body), "unsupported ", 12) == 0 ||
	    strncmp(buf_str(&r->body), "Script error", 12) == 0)
		r->refused = 1;
	buf_release(&text);
}

void
result_release(struct result *r)
{
	buf_release(&r->body);
}

static const char *const error_shapes[] = { "error:", "Error:", "ERROR:",
	"error[", "Exception:", "FAIL:", "FAIL ", "FAILED ", "--- FAIL",
	"fatal:", "panic:", "not ok ", "undefined reference",
	"No such file or directory",
	"Segmentation fault", "AssertionError", "Permission denied",
	"*** No rule", "Error 1", "cannot find", "Cannot find",
	"ModuleNotFound", "ImportError", NULL };

/* Shown by a failing check too, but no reason for it. */
static const char *const no_errors[] = { "warning:", "Warning:", "note:",
	"FAILED (", "while importing test module", "0 errors", "no error",
	"ErrorCode", NULL };

static int
has_any(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strstr(s, *list) != NULL)
			return 1;
	return 0;
}

static int
program_char(char c)
{
	return isalnum((unsigned char)c) || strchr("_.+-", c) != NULL;
}

/*
 * "bash: line 1: go: command not found", "sh: 1: go: not found",
 * "zsh: command not found: go": the program's name, or 0.
 */
static int
missing_program(const char *line, char name[64])
{
	const char *end = NULL, *p;
	size_t n;

	if ((p = strstr(line, "command not found: ")) != NULL) {
		p += 19;
		for (end = p; program_char(*end) && *end != '\0'; end++)
			continue;
	} else {
		if ((end = strstr(line, ": command not found")) == NULL &&
		    (strncmp(line, "sh: ", 4) != 0 ||
		    (end = strstr(line, ": not found")) == NULL))
			return 0;
		for (p = end; p > line && program_char(p[-1]); p--)
			continue;
	}
	n = (size_t)(end - p);
	if (n == 0 || n >= 64)
		return 0;
	memcpy(name, p, n);
	name[n] = '\0';
	return 1;
}

/* "No rule to make target 'clean'": the target. */
static int
missing_target(const char *line, char name[64])
{
	const char *p = strstr(line, "No rule to make target ");
	size_t n;

	if (p == NULL)
		return 0;
	p += 23;
	p += strspn(p, "'`\"");
	n = strcspn(p, "'\"`,.");
	if (n == 0 || n >= 64)
		return 0;
	memcpy(name, p, n);
	name[n] = '\0';
	return 1;
}

/* "Ran 2 tests in 0.000s", "PASS", "3 passed", "ok": what a check counted. */
static int
is_verdict(const char *line)
{
	int n;

	return (text_number(line, "Ran ", &n) && n > 0 &&
	    strstr(line, " test") != NULL) ||
	    strcmp(line, "PASS") == 0 || strncmp(line, "ok ", 3) == 0 ||
	    strncmp(line, "test result: ok", 15) == 0 ||
	    strstr(line, " passed") != NULL ||
	    strncmp(line, "All tests", 9) == 0 ||
	    strncmp(line, "100% tests passed", 17) == 0;
}

/* Without " in 0.000s" and " (2.0s)", which differ from run to run. */
static void
note_verdict(struct findings *f, char *line)
{
	char *cut;

	if (!is_verdict(line) || strlen(line) > 80)
		return;
	if ((cut = strstr(line, " in ")) != NULL &&
	    isdigit((unsigned char)cut[4]))
		*cut = '\0';
	if ((cut = strrchr(line, '(')) != NULL && cut > line &&
	    isdigit((unsigned char)cut[1]) && strcmp(cut + strcspn(cut, "s"),
	    "s)") == 0)
		cut[-1] = '\0';
	free(f->says);
	f->says = xstrdup(line + strspn(line, "= "));
}

/* "==7==ERROR: AddressSanitizer: heap-buffer-overflow on ...", then its
 * first frame in a file of the project. */
static void
note_sanitizer(struct findings *f, const char *line)
{
	const char *p;
	char *old;

	if ((p = strstr(line, "Sanitizer: ")) != NULL &&
	    f->sanitizer == NULL) {
		p += 11;
		f->sanitizer = xstrndup(p, strcspn(p, " "));
		return;
	}
	if (f->sanitizer == NULL || strstr(f->sanitizer, " in ") != NULL ||
	    line[strspn(line, " ")] != '#' || strstr(line, "../") != NULL ||
	    (p = strstr(line, " in ")) == NULL || strchr(p, ':') == NULL)
		return;
	old = f->sanitizer;
	f->sanitizer = xasprintf("%s ...%s", old, p);
	free(old);
}

/* "[-Werror=...]" names an option, not what is wrong. */
static void
add_error(struct findings *f, char *line)
{
	char *cut;

	if ((cut = strstr(line, " [-W")) != NULL)
		*cut = '\0';
	if (strncmp(line, "E ", 2) == 0)	/* pytest's margin */
		line += 2;
	else if (strncmp(line, "│ ", 4) == 0)	/* terraform's */
		line += 4;
	(void)strs_add(&f->errors, line);
}

/* An error may tell its reader what to do; nothing else may. */
static int
addresses_agent(const char *line, int is_error)
{
	struct buf low = BUF_INIT;
	int is;

	text_lower(&low, line);
	is = injection_addresses(buf_str(&low)) ||
	    (!is_error && injection_commands(buf_str(&low)));
	buf_release(&low);
	return is;
}

static void
read_line(struct findings *f, char *line, const char *raw)
{
	char name[64];
	int is_error = has_any(line, error_shapes) && !has_any(line, no_errors);

	if (addresses_agent(line, is_error)) {
		f->dropped++;
		return;
	}
	if (missing_program(line, name)) {
		(void)strs_add(&f->missing, name);
		return;
	}
	if (missing_target(line, name)) {
		(void)strs_add(&f->targets, name);
		return;
	}
	if (strstr(line, "not a git repository") != NULL)
		f->no_git = 1;
	note_sanitizer(f, raw);
	if (is_error)
		add_error(f, line);
	else
		note_verdict(f, line);
}

/* Where the last LINES_BACK lines begin: errors come at the end. */
static const char *
last_lines(const char *body, const char *end)
{
	const char *p = end;
	size_t lines = 0;

	while (p > body && lines < LINES_BACK) {
		p = memrchr(body, '\n', (size_t)(p - body));
		if (p == NULL)
			return body;
		lines++;
	}
	return p < end && *p == '\n' ? p + 1 : p;
}

void
findings_read(struct findings *f, const char *body, size_t len)
{
	const char *p = body, *end = body + len, *nl, *back;
	size_t n, lines = 0;
	char *line, *raw;

	memset(f, 0, sizeof(*f));
	back = last_lines(body, end);
	while (p < end) {
		if (lines++ == LINES_FRONT && p < back)
			p = back;
		nl = memchr(p, '\n', (size_t)(end - p));
		n = nl == NULL ? (size_t)(end - p) : (size_t)(nl - p);
		raw = xstrndup(p, n < LINE_MAX_LOOK ? n : LINE_MAX_LOOK);
		line = text_line(raw, BUILTIN_LINE);
		if (line[0] != '\0')
			read_line(f, line, raw);
		free(line);
		free(raw);
		p += n + (nl != NULL);
	}
}

void
findings_clear(struct findings *f)
{
	strs_clear(&f->errors);
	strs_clear(&f->missing);
	strs_clear(&f->targets);
	free(f->sanitizer);
	free(f->says);
	memset(f, 0, sizeof(*f));
}
