/* Find what libconfuse would take in silence; note the lines of all keys. */

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/config_scan.h"
#include "supervisor/config_token.h"
#include "supervisor/quote.h"

struct scan {
	struct tokens		 in;
	struct buf		*why;
	struct config_marks	*marks;
	/* the section that is open, SEC_TOP if none */
	enum config_section_id	 section;
	char			*title;
	int			 open_line;
};

/* A key, or a section, and where it stands. */
struct mark {
	char	*name;
	int	 line;
};

static int
compare_marks(const void *a, const void *b)
{
	const struct mark	*x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Names of sections hold no space. */
static char *
mark_name(enum config_section_id section, const char *title, const char *key)
{
	return xasprintf("%d %s %s", (int)section, title == NULL ? "" : title,
	    key == NULL ? "" : key);
}

static void
free_mark(void *p)
{
	struct mark	*m = p;

	free(m->name);
	free(m);
}

static void
add_mark(struct scan *s, const char *key, int line)
{
	struct mark	*m = xcalloc(1, sizeof(*m));

	m->name = mark_name(s->section, s->title, key);
	m->line = line;
	if (tsearch(m, &s->marks->tree, compare_marks) == NULL)
		log_fatalx("out of memory");
}

/* `source "codex"', or `the file' at the top. */
static void
add_place(struct buf *out, enum config_section_id section, const char *title)
{
	if (section == SEC_TOP) {
		buf_addstr(out, "at the top level");
		return;
	}
	buf_addf(out, "in %s", config_section_name(section));
	if (title != NULL)
		buf_addf(out, " \"%s\"", title);
}

static int
unknown(struct scan *s, const char *kind, const char *name, int line)
{
	const char	*near;

	tokens_error(&s->in, line);
	buf_addf(s->why, "unknown %s ", kind);
	quote_add(s->why, name);
	buf_addch(s->why, ' ');
	add_place(s->why, s->section, s->title);
	near = config_key_near(s->section, name);
	if (near != NULL)
		buf_addf(s->why, ": expected %s?", near);
	else
		buf_addstr(s->why, ": see mnemod.conf(5) for the keys");
	return -1;
}

static int
note_key(struct scan *s, const char *name, int line)
{
	int	first;

	if (config_key_find(s->section, name) == NULL)
		return unknown(s, "key", name, line);
	first = config_marks_line(s->marks, s->section, s->title, name);
	if (first != 0) {
		tokens_error(&s->in, line);
		buf_addf(s->why, "%s is given twice: expected once, it is on "
		    "line %d too", name, first);
		return -1;
	}
	add_mark(s, name, line);
	return 0;
}

/* After `key =': pass over a word or a list. */
static int
scan_value(struct scan *s, const char *name)
{
	enum token	t;
	int		line;

	line = s->in.line;
	t = tokens_next(&s->in);
	if (t != TOK_OPEN)
		return t == TOK_ERROR ? -1 : 0;
	do {
		t = tokens_next(&s->in);
	} while (t == TOK_WORD || t == TOK_OTHER);
	if (t == TOK_CLOSE)
		return 0;
	if (t != TOK_ERROR) {
		tokens_error(&s->in, line);
		buf_addf(s->why, "the list of %s is not closed: expected }",
		    name);
	}
	return -1;
}

static int
check_title(struct scan *s, const char *name, const char *title, int line)
{
	if (config_section_titled(s->section) != (title != NULL)) {
		tokens_error(&s->in, line);
		buf_addf(s->why, title == NULL ?
		    "%s has no name: expected %s \"name\" {" :
		    "%s takes no name: expected %s {", name, name);
		return -1;
	}
	if (title != NULL && !config_name_valid(title)) {
		tokens_error(&s->in, line);
		buf_addf(s->why, "the name of %s is ", name);
		quote_add(s->why, title);
		buf_addstr(s->why, ": expected at most 32 of a-z 0-9 _ -, "
		    "the first a letter or digit");
		return -1;
	}
	return 0;
}

static int
open_section(struct scan *s, const char *name, const char *title, int line)
{
	enum config_section_id	id;
	int			first;

	id = config_section_by_name(name);
	if (id == SEC__MAX || s->section != SEC_TOP)
		return unknown(s, "section", name, line);
	s->section = id;
	if (check_title(s, name, title, line) == -1)
		return -1;
	s->title = title == NULL ? NULL : xstrdup(title);
	s->open_line = line;
	first = config_marks_line(s->marks, id, s->title, NULL);
	if (first != 0) {
		tokens_error(&s->in, line);
		buf_addf(s->why, "section %s%s%s is there twice: expected "
		    "once, it is on line %d too", name,
		    title == NULL ? "" : " ", title == NULL ? "" : title,
		    first);
		return -1;
	}
	add_mark(s, NULL, line);
	return 0;
}

/* A name was read: what follows says what it is. */
static int
scan_named(struct scan *s, const char *name, int line)
{
	enum token	 t;
	char		*title;
	int		 rc;

	t = tokens_next(&s->in);
	if (t == TOK_EQUAL) {
		if (note_key(s, name, line) == -1)
			return -1;
		return scan_value(s, name);
	}
	if (t == TOK_OPEN)
		return open_section(s, name, NULL, line);
	if (t == TOK_WORD) {
		title = xstrdup(buf_str(&s->in.word));
		rc = -1;
		if (tokens_next(&s->in) == TOK_OPEN)
			rc = open_section(s, name, title, line);
		else if (s->why->len == 0) {
			tokens_error(&s->in, line);
			buf_addf(s->why, "expected `=' after %s", name);
		}
		free(title);
		return rc;
	}
	if (t != TOK_ERROR) {
		tokens_error(&s->in, line);
		buf_addf(s->why, "expected `=' or `{' after %s", name);
	}
	return -1;
}

static int
close_section(struct scan *s)
{
	if (s->section == SEC_TOP) {
		tokens_error(&s->in, s->in.line);
		buf_addstr(s->why, "`}' closes nothing: expected a key or a "
		    "section");
		return -1;
	}
	s->section = SEC_TOP;
	free(s->title);
	s->title = NULL;
	return 0;
}

static int
scan_end(struct scan *s)
{
	if (s->section == SEC_TOP)
		return 0;
	tokens_error(&s->in, s->open_line);
	buf_addf(s->why, "section %s is not closed: expected } before the "
	    "end of the file", config_section_name(s->section));
	return -1;
}

/* The next key, section or closing brace; 1: go on, 0: the end, -1. */
static int
scan_statement(struct scan *s)
{
	char	*name;
	int	 rc;

	switch (tokens_next(&s->in)) {
	case TOK_WORD:
		name = xstrdup(buf_str(&s->in.word));
		rc = scan_named(s, name, s->in.word_line);
		free(name);
		return rc == -1 ? -1 : 1;
	case TOK_CLOSE:
		return close_section(s) == -1 ? -1 : 1;
	case TOK_END:
		return scan_end(s);
	case TOK_OPEN:
	case TOK_EQUAL:
	case TOK_OTHER:
		tokens_error(&s->in, s->in.line);
		buf_addstr(s->why, "expected a key or a section");
		return -1;
	case TOK_ERROR:
		break;
	}
	return -1;
}

int
config_scan(const char *file, struct buf *text, struct config_marks *marks,
    struct buf *why)
{
	struct buf	clean = BUF_INIT;
	struct scan	s = { .in = { .file = file, .p = buf_str(text),
	    .end = buf_str(text) + text->len, .line = 1, .word = BUF_INIT,
	    .clean = &clean, .why = why }, .why = why, .marks = marks,
	    .section = SEC_TOP };
	int		rc;

	rc = tokens_check(&s.in);
	if (rc == 0) {
		do {
			rc = scan_statement(&s);
		} while (rc == 1);
	}
	free(s.title);
	buf_release(&s.in.word);
	buf_release(text);
	*text = clean;
	return rc;
}

int
config_marks_line(const struct config_marks *marks,
    enum config_section_id section, const char *title, const char *key)
{
	struct mark	  wanted = { mark_name(section, title, key), 0 };
	struct mark	**found;

	found = tfind(&wanted, &marks->tree, compare_marks);
	free(wanted.name);
	return found == NULL ? 0 : (*found)->line;
}

void
config_marks_release(struct config_marks *m)
{
	tdestroy(m->tree, free_mark);
	m->tree = NULL;
}
