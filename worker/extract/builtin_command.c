#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_command.h"
#include "builtin_word.h"
#include "buf.h"
#include "mem.h"
#include "worker/text.h"

#define COMMAND_MAX	4096	/* bytes of a line that are looked at */
#define DOCUMENTS	4	/* here-documents that begin on one line */

/* "2>&1", "2>/dev/null": of no use to who runs it again. */
static void
add_clean(struct buf *out, const char *s, size_t len)
{
	static const char *const noise[] = { "2>&1", "2>/dev/null",
	    "2> /dev/null", ">/dev/null", "> /dev/null", NULL };
	const char *const *x;
	const char *end = s + len;
	size_t n;

	while (s < end) {
		for (x = noise; *x != NULL; x++) {
			n = strlen(*x);
			if ((size_t)(end - s) >= n && strncmp(s, *x, n) == 0)
				break;
		}
		if (*x != NULL) {
			s += strlen(*x);
			continue;
		}
		buf_addch(out, *s++);
	}
}

/* The file behind `>' or `>>', no descriptor; NULL if none.  To be freed. */
static char *
redirected_to(const char *s)
{
	char word[WORD_MAX], quote = '\0';
	const char *p, *file;

	for (p = s; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0' && quote != '\'') {
			p++;
		} else if (quote != '\0' || *p == '\'' || *p == '"') {
			quote = quote == '\0' ? *p : *p == quote ? '\0' :
			    quote;
		} else if (*p == '>' && (p == s || (p[-1] != '&' &&
		    !isdigit((unsigned char)p[-1])))) {
			file = p + 1 + (p[1] == '>' || p[1] == '|');
			return *file != '&' && word_next(&file, word) ?
			    xstrdup(word) : NULL;
		}
	}
	return NULL;
}

/* The file that tee(1) writes, NULL if none. */
static char *
tee_file(const char *rest)
{
	char word[WORD_MAX];

	while (word_next(&rest, word))
		if (word[0] != '-' && word[0] != '>')
			return xstrdup(word);
	return NULL;
}

/* Add a part; 1 if there was one, and it was no leading cd. */
static int
seg_add(struct command *c, struct buf *text)
{
	struct buf clean = BUF_INIT, key = BUF_INIT;
	const char *s = buf_str(text), *p;
	size_t len = text->len;
	char word[WORD_MAX];
	struct seg *seg;

	text_trim(&s, &len);
	add_clean(&clean, s, len);
	buf_reset(text);
	p = buf_str(&clean);
	if (c->n == COMMAND_SEGS || !word_program(&p, word) ||
	    word[0] == '#') {
		buf_release(&clean);
		return 0;
	}
	if (strcmp(word, "cd") == 0 && c->n == 0) {
		if (word_next(&p, word) && c->dir == NULL)
			c->dir = xstrdup(word);
		buf_release(&clean);
		return 0;
	}
	seg = &c->seg[c->n++];
	seg->text = text_line(buf_str(&clean), BUILTIN_LINE);
	seg->program = xstrdup(word_base(word));
	seg->kind = word_kind(seg->program, seg->text);
	seg->writes = redirected_to(buf_str(&clean));
	if (seg->writes == NULL && strcmp(seg->program, "tee") == 0)
		seg->writes = tee_file(p);
	word_key(&key, seg->program, p);
	seg->key = buf_detach(&key);
	buf_release(&clean);
	return 1;
}

/* The operator at `p': its bytes, and how it joins. */
static size_t
operator_at(const char *p, enum seg_join *join)
{
	if (p[0] == '&' && p[1] == '&') {
		*join = SEG_AND;
		return 2;
	}
	if (p[0] == '|' && p[1] == '|') {
		*join = SEG_OR;
		return 2;
	}
	if (p[0] == ';' || p[0] == '\n') {
		*join = SEG_THEN;
		return 1;
	}
	if (p[0] == '|') {
		*join = SEG_PIPE;
		return 1;
	}
	return 0;
}

/* A line while it is read: what is before `at' is in `text' or added. */
struct parser {
	struct command	*c;
	const char	*at;
	struct buf	 text;		/* of the part that is read */
	char		 quote;
	int		 document;	/* the part has a here-document */
	char		 end[DOCUMENTS][WORD_MAX];	/* that follow */
	size_t		 ndocuments;
};

static void
end_part(struct parser *ps, enum seg_join join)
{
	struct command *c = ps->c;

	if (seg_add(c, &ps->text)) {
		c->seg[c->n - 1].join = join;
		c->seg[c->n - 1].document = ps->document;
	}
	ps->document = 0;
}

/* At "<<": note the word that ends the document, which is data. */
static void
begin_document(struct parser *ps)
{
	char quotes[2] = { '\0', '\0' };
	size_t n;

	ps->at += 2;
	ps->at += *ps->at == '-';
	ps->at += strspn(ps->at, " \t");
	ps->at += *ps->at == '\\';
	if (*ps->at == '\'' || *ps->at == '"')
		quotes[0] = *ps->at++;
	n = strcspn(ps->at, quotes[0] != '\0' ? quotes : " \t\n;|&<>");
	if (n > 0 && n < WORD_MAX && ps->ndocuments < DOCUMENTS) {
		memcpy(ps->end[ps->ndocuments], ps->at, n);
		ps->end[ps->ndocuments++][n] = '\0';
		ps->document = 1;
	}
	ps->at += n;
	ps->at += quotes[0] != '\0' && *ps->at == quotes[0];
}

/* Step over the lines of the documents, to the line behind the last. */
static void
skip_documents(struct parser *ps)
{
	const char *nl, *line;
	size_t i, n;

	for (i = 0; i < ps->ndocuments; i++)
		while (*ps->at != '\0') {
			line = ps->at + strspn(ps->at, "\t");
			nl = strchr(ps->at, '\n');
			n = nl == NULL ? strlen(line) : (size_t)(nl - line);
			ps->at = nl == NULL ? line + n : nl + 1;
			if (n == strlen(ps->end[i]) &&
			    strncmp(line, ps->end[i], n) == 0)
				break;
		}
	ps->ndocuments = 0;
}

/* What is no operator: a character, with its quotes. */
static void
add_char(struct parser *ps)
{
	char ch = *ps->at;

	if (ch == '\\' && ps->at[1] != '\0' && ps->quote != '\'')
		buf_addch(&ps->text, *ps->at++);
	else if (ps->quote != '\0' || ch == '\'' || ch == '"')
		ps->quote = ps->quote == '\0' ? ch : ch == ps->quote ? '\0' :
		    ps->quote;
	buf_addch(&ps->text, *ps->at++);
}

static void
parse_on(struct parser *ps)
{
	enum seg_join join = SEG_END;
	size_t n;

	if (ps->quote == '\0' && strncmp(ps->at, "<<<", 3) == 0) {
		buf_addstr(&ps->text, "<<<");
		ps->at += 3;
	} else if (ps->quote == '\0' && strncmp(ps->at, "<<", 2) == 0) {
		begin_document(ps);
	} else if (ps->quote == '\0' &&
	    (n = operator_at(ps->at, &join)) > 0) {
		end_part(ps, join);
		n = *ps->at == '\n' && ps->ndocuments > 0 ? 0 : n;
		ps->at += n;
		if (n == 0) {
			ps->at++;
			skip_documents(ps);
		}
	} else {
		add_char(ps);
	}
}

void
command_parse(struct command *c, const char *text)
{
	struct parser ps = { .c = c, .at = text };
	size_t read = 0;
	const char *before;

	memset(c, 0, sizeof(*c));
	for (; *ps.at != '\0' && read < COMMAND_MAX; read += (size_t)(ps.at -
	    before) < WORD_MAX ? (size_t)(ps.at - before) : 1) {
		before = ps.at;
		parse_on(&ps);
	}
	end_part(&ps, SEG_END);
	if (c->n > 0)
		c->seg[c->n - 1].join = SEG_END;
	buf_release(&ps.text);
}

void
command_clear(struct command *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->seg[i].text);
		free(c->seg[i].key);
		free(c->seg[i].program);
		free(c->seg[i].writes);
	}
	free(c->dir);
	memset(c, 0, sizeof(*c));
}

static const char *
joint(enum seg_join join)
{
	switch (join) {
	case SEG_AND:
		return " && ";
	case SEG_OR:
		return " || ";
	case SEG_PIPE:
		return " | ";
	case SEG_THEN:
	case SEG_END:
		break;
	}
	return "; ";
}

char *
command_show(const struct command *c, size_t first, size_t last)
{
	struct buf b = BUF_INIT;
	enum seg_join join = SEG_END;
	size_t i;

	for (i = first; i <= last && i < c->n; i++) {
		if (c->seg[i].kind == RUN_OTHER) {
			/* cat into a program: what joins is before cat */
			if (join == SEG_PIPE || c->seg[i].join != SEG_PIPE)
				join = c->seg[i].join;
			continue;
		}
		if (b.len > 0)
			buf_addstr(&b, joint(join));
		buf_addstr(&b, c->seg[i].text);
		join = c->seg[i].join;
	}
	return b.len == 0 ? NULL : buf_detach(&b);
}

int
command_main(const struct command *c)
{
	size_t i;

	for (i = c->n; i > 0; i--)
		if (c->seg[i - 1].kind != RUN_OTHER)
			return (int)(i - 1);
	return -1;
}

int
command_by_program(const struct command *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strcmp(c->seg[i].program, name) == 0)
			return (int)i;
	return -1;
}
