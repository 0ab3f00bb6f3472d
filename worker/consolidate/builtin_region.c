#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_region.h"
#include "mem.h"
#include "worker/text.h"

#define BEGIN	"<!-- generator=builtin/1 "
#define END	"<!-- end of builtin/1 -->\n"
#define FIRST	"v1\n"

static uint32_t
sum(const char *s, size_t len)
{
	return (uint32_t)text_hash(s, len);
}

/* The first line from `p' on, within `text', that begins so; or NULL. */
static const char *
find_line(const char *text, const char *p, const char *begins)
{
	while ((p = strstr(p, begins)) != NULL && p > text && p[-1] != '\n')
		p++;
	return p;
}

/*
 * The two lines of our part: of several that begin one the last, for those
 * before it have lost their end and are text like any other.
 */
static const char *
find_part(const char *text, const char **end)
{
	const char *begin = find_line(text, text, BEGIN), *next = begin;

	*end = begin == NULL ? NULL : find_line(text, begin, END);
	if (*end == NULL)
		return NULL;
	while (next != NULL && next < *end) {
		begin = next;
		next = find_line(text, begin + 1, BEGIN);
	}
	return begin;
}

void
region_parse(struct region *r, const struct buf *file)
{
	const char *text = buf_str(file), *begin, *body, *end;
	uint32_t told;

	buf_init(&r->before);
	buf_init(&r->after);
	begin = find_part(text, &end);
	if (begin == NULL) {
		buf_add(&r->before, text, file->len);
		return;
	}
	body = strchr(begin, '\n') + 1;
	buf_add(&r->before, text, (size_t)(begin - text));
	/* NOLINTNEXTLINE(cert-err34-c): eight digits always fit */
	if (sscanf(begin + strlen(BEGIN), "%8" SCNx32, &told) != 1 ||
	    told != sum(body, (size_t)(end - body)))
		buf_add(&r->before, body, (size_t)(end - body));
	buf_addstr(&r->after, end + strlen(END));
}

void
region_clear(struct region *r)
{
	buf_release(&r->before);
	buf_release(&r->after);
}

/* 1 if the line, with its newline, stands in the text. */
static int
stands_in(const struct buf *text, const char *line)
{
	const char *p = buf_str(text);

	while ((p = strstr(p, line)) != NULL) {
		if (p == text->data || p[-1] == '\n')
			return 1;
		p++;
	}
	return 0;
}

static void
add_new_lines(struct buf *out, const struct region *r, const struct buf *body)
{
	const char *p = buf_str(body), *nl;
	size_t len;
	char *line;

	for (; *p != '\0'; p += len) {
		nl = strchr(p, '\n');
		len = nl == NULL ? strlen(p) : (size_t)(nl - p) + 1;
		line = xstrndup(p, len);
		if ((line[0] != '-' && line[0] != ' ') ||
		    (!stands_in(&r->before, line) &&
		    !stands_in(&r->after, line)))
			buf_addstr(out, line);
		free(line);
	}
}

/* "v1" alone on the first line, whatever ends it. */
static int
is_versioned(const struct buf *text)
{
	const char *s = buf_str(text);

	if (strncmp(s, "v1", 2) != 0)
		return 0;
	return s[2] == '\0' || s[2] == '\n' || strncmp(s + 2, "\r\n", 2) == 0;
}

void
region_write(const struct region *r, const struct buf *body, struct buf *out)
{
	struct buf lines = BUF_INIT;

	if (!is_versioned(&r->before))
		buf_addstr(out, FIRST "\n");
	buf_add(out, buf_str(&r->before), r->before.len);
	if (body != NULL) {
		if (out->data[out->len - 1] != '\n')
			buf_addch(out, '\n');
		add_new_lines(&lines, r, body);
		buf_addf(out, BEGIN "%08" PRIx32 " -->\n", sum(buf_str(&lines),
		    lines.len));
		buf_add(out, buf_str(&lines), lines.len);
		buf_addstr(out, END);
	}
	buf_add(out, buf_str(&r->after), r->after.len);
	buf_release(&lines);
}
