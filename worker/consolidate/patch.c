#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "patch.h"

static const char	begin[] = "*** Begin Patch";
static const char	end[] = "*** End Patch";
static const char	add_file[] = "*** Add File: ";
static const char	delete_file[] = "*** Delete File: ";
static const char	update_file[] = "*** Update File: ";
static const char	move_to[] = "*** Move to: ";
static const char	end_of_file[] = "*** End of File";

/* Where the reader is. */
struct reader {
	struct patch		*p;
	const char		*next;	/* the line after this one */
	const char		*s;	/* this line, without its end */
	size_t			 len;
	unsigned		 no;	/* from 1 */
	struct patch_why	*why;
};

static int
next_line(struct reader *r)
{
	const char	*nl;

	if (*r->next == '\0')
		return 0;
	r->s = r->next;
	nl = strchr(r->s, '\n');
	r->len = nl == NULL ? strlen(r->s) : (size_t)(nl - r->s);
	r->next = nl == NULL ? r->s + r->len : nl + 1;
	if (r->len > 0 && r->s[r->len - 1] == '\r')
		r->len--;
	r->no++;
	return 1;
}

static int
fail(struct reader *r, const char *text)
{
	snprintf(r->why->text, sizeof(r->why->text),
	    "patch line %u: %s; nothing was changed", r->no, text);
	return -1;
}

/* What follows the prefix, without white space at its end; NULL: no. */
static char *
after(const struct reader *r, const char *prefix)
{
	size_t	n = strlen(prefix), len = r->len;

	if (len < n || memcmp(r->s, prefix, n) != 0)
		return NULL;
	while (len > n && (r->s[len - 1] == ' ' || r->s[len - 1] == '\t'))
		len--;
	return xstrndup(r->s + n, len - n);
}

static int
is_line(const struct reader *r, const char *text)
{
	char	*rest = after(r, text);
	int	 yes = rest != NULL && rest[0] == '\0';

	free(rest);
	return yes;
}

static void
add_line(struct reader *r, char mark)
{
	struct patch		*p = r->p;
	struct patch_line	*l;

	p->lines = xreallocarray(p->lines, p->nlines + 1, sizeof(*p->lines));
	l = &p->lines[p->nlines++];
	l->mark = mark;
	/* An empty line stands for an empty kept line. */
	l->s = r->len == 0 ? r->s : r->s + 1;
	l->len = r->len == 0 ? 0 : r->len - 1;
}

static struct patch_file *
new_file(struct reader *r, enum patch_kind kind, char *path)
{
	struct patch		*p = r->p;
	struct patch_file	*f;

	p->files = xreallocarray(p->files, p->nfiles + 1, sizeof(*p->files));
	f = &p->files[p->nfiles++];
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->path = path;
	f->first = p->nlines;
	return f;
}

static void
new_chunk(struct reader *r, struct patch_file *f)
{
	struct patch_chunk	*c;

	f->chunks = xreallocarray(f->chunks, f->nchunks + 1,
	    sizeof(*f->chunks));
	c = &f->chunks[f->nchunks++];
	memset(c, 0, sizeof(*c));
	c->first = r->p->nlines;
	if (r->len > 3 && r->s[2] == ' ') {
		c->context = r->s + 3;
		c->context_len = r->len - 3;
	}
}

/* The head of the next file.  1, 0 if this line is none, or -1. */
static int
read_head(struct reader *r)
{
	char	*path;

	if ((path = after(r, add_file)) != NULL)
		new_file(r, PATCH_ADD, path);
	else if ((path = after(r, delete_file)) != NULL)
		new_file(r, PATCH_DELETE, path);
	else if ((path = after(r, update_file)) != NULL)
		new_file(r, PATCH_UPDATE, path);
	else
		return 0;
	return path[0] == '\0' ? fail(r, "a path is missing") : 1;
}

/* A line of an update. */
static int
read_update(struct reader *r, struct patch_file *f)
{
	char	mark = r->len == 0 ? ' ' : r->s[0];
	char	*to;

	if ((to = after(r, move_to)) != NULL) {
		if (f->move_to == NULL && f->nchunks == 0 && to[0] != '\0') {
			f->move_to = to;
			return 0;
		}
		free(to);
		return fail(r, "\"*** Move to:\" comes once, with a path, "
		    "before the first chunk");
	}
	if (r->len >= 2 && memcmp(r->s, "@@", 2) == 0) {
		new_chunk(r, f);
		return 0;
	}
	if (f->nchunks > 0 && is_line(r, end_of_file)) {
		f->chunks[f->nchunks - 1].at_end = 1;
		return 0;
	}
	if (mark != ' ' && mark != '-' && mark != '+')
		return fail(r, "a line of a chunk begins with a space, - or "
		    "+, and a chunk with @@");
	if (f->nchunks == 0)
		return fail(r, "a chunk begins with @@");
	add_line(r, mark);
	f->chunks[f->nchunks - 1].n++;
	return 0;
}

static int
read_body(struct reader *r)
{
	struct patch_file	*f;

	if (r->p->nfiles == 0)
		return fail(r, "\"*** Add File:\", \"*** Update File:\" or "
		    "\"*** Delete File:\" is expected");
	f = &r->p->files[r->p->nfiles - 1];
	switch (f->kind) {
	case PATCH_ADD:
		if (r->len == 0 || r->s[0] != '+')
			return fail(r, "each line of an added file begins "
			    "with +");
		add_line(r, '+');
		f->n++;
		return 0;
	case PATCH_UPDATE:
		return read_update(r, f);
	case PATCH_DELETE:
		break;
	}
	return fail(r, "nothing follows \"*** Delete File:\"");
}

/* Does every update say what it changes? */
static int
check_files(struct reader *r)
{
	size_t	i;

	if (r->p->nfiles == 0)
		return fail(r, "it names no file");
	for (i = 0; i < r->p->nfiles; i++)
		if (r->p->files[i].kind == PATCH_UPDATE &&
		    r->p->files[i].nchunks == 0 &&
		    r->p->files[i].move_to == NULL)
			return fail(r, "an update has no chunk");
	return 0;
}

int
patch_parse(struct patch *p, const char *text, struct patch_why *why)
{
	struct reader	r = { .p = p, .next = text, .why = why };
	int		head;

	memset(p, 0, sizeof(*p));
	while (next_line(&r) && r.len == 0)
		continue;
	if (r.s == NULL || !is_line(&r, begin))
		return fail(&r, "it must begin with \"*** Begin Patch\"");
	while (next_line(&r)) {
		if (is_line(&r, end))
			return check_files(&r);
		head = read_head(&r);
		if (head == -1 || (head == 0 && read_body(&r) == -1))
			return -1;
	}
	return fail(&r, "it must end with \"*** End Patch\"");
}

void
patch_release(struct patch *p)
{
	size_t	i;

	for (i = 0; i < p->nfiles; i++) {
		free(p->files[i].path);
		free(p->files[i].move_to);
		free(p->files[i].chunks);
	}
	free(p->files);
	free(p->lines);
	memset(p, 0, sizeof(*p));
}

void
patch_added(const struct patch *p, const struct patch_file *f,
    struct buf *out)
{
	size_t	i;

	for (i = f->first; i < f->first + f->n; i++) {
		buf_add(out, p->lines[i].s, p->lines[i].len);
		buf_addch(out, '\n');
	}
}
