#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_findings.h"
#include "mem.h"
#include "worker/injection.h"
#include "worker/needle.h"
#include "worker/text.h"

#define LINES_FRONT	400	/* of one output that are looked at */
#define LINES_BACK	400
#define LINE_MAX_LOOK	2000	/* bytes of a line that are looked at */

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

/* What else a line says that matters here: parts of it, each in one needle. */
static const char *const signs[] = { "command not found", ": not found",
	"No rule to make target ", "not a git repository", "Sanitizer:",
	"Ran ", "PASS", "ok ", "test result: ok", " passed", "All tests",
	"100% tests passed", NULL };

/* Made once: lines are many, and most of them say nothing. */
static const struct needle_set *
needles(void)
{
	static struct needle_set *set;
	const char *const *p;

	if (set != NULL)
		return set;
	set = needle_set_new();
	for (p = error_shapes; *p != NULL; p++)
		needle_set_add_text(set, *p, 0);
	for (p = signs; *p != NULL; p++)
		needle_set_add_text(set, *p, 0);
	injection_needles(set);
	return set;
}

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

/* The n bytes at `p', if they can be a name. */
static int
take_name(char name[64], const char *p, size_t n)
{
	if (n == 0 || n >= 64)
		return 0;
	memcpy(name, p, n);
	name[n] = '\0';
	return 1;
}

/*
 * "bash: line 1: go: command not found", "sh: 1: go: not found",
 * "zsh: command not found: go": the program's name, or 0.
 */
static int
missing_program(const char *line, char name[64])
{
	const char *end = NULL, *p;

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
	return take_name(name, p, (size_t)(end - p));
}

/* "No rule to make target 'clean'": the target. */
static int
missing_target(const char *line, char name[64])
{
	const char *p = strstr(line, "No rule to make target ");

	if (p == NULL)
		return 0;
	p += 23;
	p += strspn(p, "'`\"");
	return take_name(name, p, strcspn(p, "'\"`,."));
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

static void
read_raw(struct findings *f, const char *p, size_t n)
{
	char *line, *raw;

	n = n < LINE_MAX_LOOK ? n : LINE_MAX_LOOK;
	text_trim(&p, &n);
	/* The frames of a sanitizer's report need no word of their own. */
	if (f->sanitizer == NULL && text_is_line(p, n) &&
	    !needle_set_in(needles(), p, n))
		return;
	raw = xstrndup(p, n);
	line = text_line(raw, BUILTIN_LINE);
	if (line[0] != '\0')
		read_line(f, line, raw);
	free(line);
	free(raw);
}

void
findings_read(struct findings *f, const char *body, size_t len)
{
	const char *p = body, *end = body + len, *nl, *back;
	size_t n, lines = 0;

	memset(f, 0, sizeof(*f));
	back = last_lines(body, end);
	while (p < end) {
		if (lines++ == LINES_FRONT && p < back)
			p = back;
		nl = memchr(p, '\n', (size_t)(end - p));
		n = nl == NULL ? (size_t)(end - p) : (size_t)(nl - p);
		read_raw(f, p, n);
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
