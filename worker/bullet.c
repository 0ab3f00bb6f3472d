#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bullet.h"
#include "json.h"
#include "text.h"

#define SAID_MAX	160	/* bytes of an agent's words */
#define EDIT_LINES	6	/* changed lines that are shown */
#define NAMES		3	/* of a delivery */

void
bullet_date(char out[BULLET_DATE_SIZE], int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, BULLET_DATE_SIZE, "%Y-%m-%d", &tm) == 0)
		(void)snprintf(out, BULLET_DATE_SIZE, "unknown");
}

void
bullet_join(struct buf *b, json_object *arr, const char *sep, size_t max)
{
	size_t i, n = arr == NULL ? 0 : json_object_array_length(arr);
	const char *s;

	for (i = 0; i < n && i < max; i++) {
		s = json_object_get_string(json_object_array_get_idx(arr, i));
		if (s == NULL)
			continue;
		if (i > 0)
			buf_addstr(b, sep);
		buf_addstr(b, s);
	}
}

/* `a`, `b`: code as it stood in a file. */
static void
add_code(struct buf *b, json_object *arr)
{
	size_t i, n = arr == NULL ? 0 : json_object_array_length(arr);
	const char *s;

	for (i = 0; i < n; i++) {
		s = json_object_get_string(json_object_array_get_idx(arr, i));
		buf_addf(b, "%s`%s`", i > 0 ? ", " : "", s == NULL ? "" : s);
	}
	if (n == 0)
		buf_addstr(b, "nothing");
}

/* A quotation; double quotes inside it become single ones. */
static void
add_quote(struct buf *b, const char *s, size_t max)
{
	char *line = text_line(s, max), *p;

	for (p = line; (p = strchr(p, '"')) != NULL; p++)
		*p = '\'';
	buf_addf(b, "\"%s\"", line);
	free(line);
}

/* Where a preference holds: "All projects: ", "Here: " or "". */
static const char *
bullet_scope(json_object *pref)
{
	const char *scope = json_str(pref, "scope");

	if (scope != NULL && strcmp(scope, "all") == 0)
		return "All projects: ";
	if (scope != NULL && strcmp(scope, "here") == 0)
		return "Here: ";
	return "";
}

/* "page and page_size" of "Added `page` and `page_size`.", or 0. */
static int
add_names(struct buf *b, const char *said)
{
	const char *p = said, *end;
	size_t n = 0, start = b->len;

	while ((p = strchr(p, '`')) != NULL &&
	    (end = strchr(p + 1, '`')) != NULL) {
		if (n == NAMES || (size_t)(end - p) > 40) {
			n = 0;
			break;
		}
		if (n > 0)
			buf_addstr(b, strchr(end + 1, '`') != NULL &&
			    n + 1 < NAMES ? ", " : " and ");
		buf_add(b, p + 1, (size_t)(end - p - 1));
		n++;
		p = end + 1;
	}
	if (n == 0 && b->len > start)
		buf_truncate(b, start);
	return n > 0;
}

static void
add_correction(struct buf *b, const char *before)
{
	struct buf names = BUF_INIT;

	if (before == NULL) {
		buf_addstr(b, "The user corrected: ");
	} else if (add_names(&names, before)) {
		buf_addf(b, "When %s had been delivered, the user corrected: ",
		    buf_str(&names));
	} else {
		buf_addstr(b, "After ");
		add_quote(b, before, SAID_MAX);
		buf_addstr(b, ", the user corrected: ");
	}
	buf_release(&names);
}

/* "On accepting RELEASE_NOTES.md: ", or with the words of the delivery. */
static void
add_accepted(struct buf *b, const char *before)
{
	size_t n = strcspn(before, " ");
	const char *dot = memchr(before, '.', n);

	buf_addstr(b, "On accepting ");
	if (dot != NULL && dot > before && dot + 1 < before + n)
		buf_add(b, before, n);
	else
		add_quote(b, before, SAID_MAX);
	buf_addstr(b, ": ");
}

int
bullet_told(struct buf *b, json_object *told)
{
	const char *kind = json_str(told, "kind");
	const char *text = json_str(told, "text");

	if (kind == NULL || text == NULL || strcmp(kind, "told") != 0)
		return 0;
	buf_addstr(b, text);
	return 1;
}

int
bullet_pref(struct buf *b, json_object *pref)
{
	const char *kind = json_str(pref, "kind"), *text, *ack, *before;

	if (kind == NULL || (text = json_str(pref, "text")) == NULL)
		return 0;
	if (bullet_told(b, pref))
		return 1;
	before = json_str(pref, "before");
	if (strcmp(kind, "correction") == 0) {
		add_correction(b, before);
	} else if (strcmp(kind, "interrupt") == 0 && before != NULL) {
		buf_addstr(b, "After interrupting ");
		add_quote(b, before, SAID_MAX);
		buf_addstr(b, ", the user said: ");
	} else if (strcmp(kind, "accepted") == 0 && before != NULL) {
		add_accepted(b, before);
	} else if (strcmp(kind, "request") == 0) {
		buf_addstr(b, "With one request, not yet a habit: ");
	} else {
		buf_addstr(b, bullet_scope(pref));
	}
	add_quote(b, text, 2 * SAID_MAX);
	if ((ack = json_str(pref, "ack")) != NULL) {
		buf_addstr(b, " -> ");
		add_quote(b, ack, SAID_MAX);
	}
	return 1;
}

int
bullet_check(struct buf *b, json_object *check, const char *home)
{
	const char *command = json_str(check, "command"), *s;
	char date[BULLET_DATE_SIZE];
	int64_t code;

	if (command == NULL)
		return 0;
	buf_addf(b, "Check that passed after the last edit: `%s`", command);
	if ((s = json_str(check, "dir")) != NULL &&
	    (home == NULL || strcmp(s, home) != 0))
		buf_addf(b, " in %s", s);
	bullet_date(date, json_int(check, "time", 0));
	buf_addstr(b, " (");
	code = json_int(check, "exit", -1);
	if (code >= 0)
		buf_addf(b, "exit %d, ", (int)code);
	if ((s = json_str(check, "says")) != NULL) {
		add_quote(b, s, SAID_MAX);
		buf_addstr(b, ", ");
	}
	buf_addf(b, "%s)", date);
	return 1;
}

int
bullet_diagnosis(struct buf *b, json_object *d)
{
	const char *command = json_str(d, "command");
	const char *error = json_str(d, "error");

	if (command == NULL || error == NULL)
		return 0;
	buf_addf(b, "Diagnosis: `%s` -> ", command);
	add_quote(b, error, 2 * SAID_MAX);
	return 1;
}

int
bullet_files(struct buf *b, json_object *task)
{
	json_object *files = json_arr(task, "files");

	if (files == NULL || json_object_array_length(files) < 2)
		return 0;
	buf_addstr(b, "Edited together: ");
	bullet_join(b, files, ", ", EDIT_LINES);
	return 1;
}

/* "; what then worked, calc.py: `a` -> `b`", or the files' names. */
static void
add_fix(struct buf *b, json_object *f)
{
	json_object *from = json_arr(f, "from"), *to = json_arr(f, "to");
	const char *file = json_str(f, "file"), *after = json_str(f, "after");

	if (after != NULL) {
		buf_addf(b, "; it was gone after `%s`", after);
		return;
	}
	buf_addstr(b, "; what then worked");
	if (file != NULL && (from != NULL || to != NULL)) {
		buf_addf(b, ", %s: ", file);
		add_code(b, from);
		buf_addstr(b, " -> ");
		add_code(b, to);
	} else {
		buf_addstr(b, ": edits in ");
		bullet_join(b, json_arr(f, "files"), ", ", EDIT_LINES);
	}
}

static void
add_error(struct buf *b, json_object *f)
{
	const char *error = json_str(f, "error");
	int64_t code = json_int(f, "exit", -1);

	if (error != NULL)
		add_quote(b, error, 2 * SAID_MAX);
	else if (code > 0)
		buf_addf(b, "exit %d, no error line", (int)code);
	else
		buf_addstr(b, "no error line");
}

/* A part failed, yet the whole line exited 0. */
static void
hidden_failure(struct buf *b, json_object *f, const char *command)
{
	const char *error = json_str(f, "error");

	if (error != NULL && strstr(error, ": command not found") != NULL) {
		buf_addf(b, "`%s`%s ", command,
		    json_int(f, "exit", -1) == 0 ? " exited 0, yet" : ":");
		add_error(b, f);
		buf_addstr(b, ": that part never ran");
		return;
	}
	buf_addf(b, "`%s`: ", command);
	add_error(b, f);
	buf_addstr(b, " (the command line it stood in still exited 0)");
}

static int
command_failure(struct buf *b, json_object *f)
{
	const char *kind = json_str(f, "kind");
	const char *command = json_str(f, "command");

	if (command == NULL)
		return 0;
	if (strcmp(kind, "hidden") == 0) {
		hidden_failure(b, f, command);
		return 1;
	}
	buf_addf(b, "`%s` failed: ", command);
	add_error(b, f);
	if (strcmp(kind, "fixed") == 0)
		add_fix(b, f);
	else
		buf_addstr(b, "; it was not seen to work after that");
	return 1;
}

static int
patch_failure(struct buf *b, json_object *f)
{
	const char *file = json_str(f, "file");

	if (file == NULL)
		return 0;
	buf_addf(b, "A patch of %s did not apply; the accepted one said ",
	    file);
	add_code(b, json_arr(f, "to"));
	buf_addstr(b, " where it said ");
	add_code(b, json_arr(f, "from"));
	return 1;
}

int
bullet_failure(struct buf *b, json_object *f)
{
	const char *kind = json_str(f, "kind"), *said;

	if (kind == NULL)
		return 0;
	if (bullet_told(b, f))
		return 1;
	if (strcmp(kind, "rejected") == 0) {
		if ((said = json_str(f, "said")) == NULL)
			return 0;
		buf_addstr(b, "The first delivery (");
		add_quote(b, said, SAID_MAX);
		buf_addf(b, ") was rejected%s; see the correction above",
		    json_flag(f, "checked", 0) ?
		    " although its check had passed" : "");
		return 1;
	}
	if (strcmp(kind, "patch") == 0)
		return patch_failure(b, f);
	return command_failure(b, f);
}
