#include <stdio.h>
#include <string.h>

#include "json.h"
#include "tools.h"
#include "worker/text.h"

#define LINE_SHOWN	400	/* bytes of a line that search found */

/* The `path' argument of a tool that may work on everything. */
static enum tool_end
folder_arg(json_object *args, const char **path, struct buf *out)
{
	const char	*s = json_str(args, "path");

	*path = ".";
	if (s == NULL || s[0] == '\0' || strcmp(s, ".") == 0 ||
	    strcmp(s, "/") == 0)
		return TOOL_DONE;
	*path = s;
	return tools_readable(s, out);
}

static int
list_one(const struct staging_file *f, void *arg)
{
	buf_addf(arg, "%8zu %s\n", f->size, f->path);
	return 0;
}

enum tool_end
tool_list_files(struct tools *ts, json_object *args, struct buf *out)
{
	enum staging_status	 status;
	const char		*path;
	size_t			 before;

	if (folder_arg(args, &path, out) != TOOL_DONE)
		return TOOL_REFUSED;
	buf_addstr(out, "   bytes path\n");
	before = out->len;
	status = staging_walk(ts->st, path, list_one, out);
	if (status == STAGING_LARGE)
		buf_addf(out, "[only %u files are listed: name a folder]\n",
		    STAGING_WALK_MAX);
	else if (status != STAGING_OK)
		return tools_explain(status, path, out);
	else if (out->len == before)
		buf_addstr(out, "(no files)\n");
	return TOOL_DONE;
}

/* A text that is read by lines; counts them all. */
struct lines {
	const char	*s;		/* where the wanted ones begin */
	size_t		 len;		/* of the wanted ones */
	int64_t		 total;
	int64_t		 last;		/* number of the last wanted one */
};

static void
pick_lines(struct lines *l, const struct buf *text, int64_t first, int64_t n)
{
	const char	*s = buf_str(text), *end = s + text->len, *nl, *next;

	memset(l, 0, sizeof(*l));
	l->last = first - 1;
	for (; s < end; s = next) {
		nl = memchr(s, '\n', (size_t)(end - s));
		next = nl == NULL ? end : nl + 1;
		l->total++;
		if (l->total < first || l->total - first >= n)
			continue;
		if (l->s == NULL)
			l->s = s;
		if ((size_t)(next - l->s) <= TOOLS_RESULT_MAX) {
			l->len = (size_t)(next - l->s);
			l->last = l->total;
		} else
			n = 0;		/* this line does not fit any more */
	}
}

static void
show_lines(const char *path, const struct lines *l, int64_t first,
    struct buf *out)
{
	buf_addf(out, "%s, lines %lld to %lld of %lld\n", path,
	    (long long)first, (long long)l->last, (long long)l->total);
	buf_add(out, l->s, l->len);
	if (l->len > 0 && l->s[l->len - 1] != '\n')
		buf_addstr(out, "\n[the file ends without a newline]\n");
	if (l->last < l->total)
		buf_addf(out, "[%lld lines follow: go on with first_line "
		    "%lld]\n", (long long)(l->total - l->last),
		    (long long)l->last + 1);
}

enum tool_end
tool_read_file(struct tools *ts, json_object *args, struct buf *out)
{
	const char	*path = json_str(args, "path");
	int64_t		 first = json_int(args, "first_line", 1);
	int64_t		 n = json_int(args, "lines", INT64_MAX);
	struct buf	 text = BUF_INIT;
	struct lines	 l;
	enum tool_end	 e;

	e = tools_readable(path, out);
	if (e == TOOL_DONE)
		e = tools_load(ts, path, &text, out);
	if (e == TOOL_DONE) {
		pick_lines(&l, &text, first, n);
		if (first < 1 || n < 1 || (first > l.total && l.total > 0)) {
			buf_addf(out, "%s has %lld lines: first_line and "
			    "lines must be 1 or more, and first_line within "
			    "the file\n", path, (long long)l.total);
			e = TOOL_REFUSED;
		} else if (l.len == 0 && l.total > 0) {
			buf_addf(out, "%s: line %lld is too long to be shown; "
			    "use search\n", path, (long long)first);
			e = TOOL_REFUSED;
		} else
			show_lines(path, &l, first, out);
	}
	buf_release(&text);
	return e;
}

struct search {
	struct tools	*ts;
	const char	*needle;
	unsigned	 found;
	unsigned	 passed;	/* files that could not be searched */
	struct buf	*out;
};

/* The line around `hit', cut to what can be shown. */
static const char *
show_match(struct search *s, const char *path, const struct buf *text,
    const char *hit)
{
	const char	*begin = hit, *end = buf_str(text) + text->len, *p;
	unsigned	 no = 1;

	while (begin > buf_str(text) && begin[-1] != '\n')
		begin--;
	for (p = buf_str(text); p < begin; p++)
		no += *p == '\n';
	p = memchr(hit, '\n', (size_t)(end - hit));
	if (p != NULL)
		end = p;
	if (end - begin > LINE_SHOWN && hit - begin > LINE_SHOWN / 2)
		begin = hit;
	buf_addf(s->out, "%s:%u: ", path, no);
	text_oneline(s->out, begin, (size_t)(end - begin), LINE_SHOWN);
	buf_addch(s->out, '\n');
	return end;
}

static int
search_one(const struct staging_file *f, void *arg)
{
	struct search	*s = arg;
	struct buf	 text = BUF_INIT;
	const char	*hit;

	if (staging_read(s->ts->st, f->path, TOOLS_FILE_MAX, &text) !=
	    STAGING_OK)
		s->passed++;
	hit = buf_str(&text);
	while (s->found < TOOLS_MATCHES_MAX &&
	    s->out->len < TOOLS_RESULT_MAX &&
	    (hit = strstr(hit, s->needle)) != NULL) {
		s->found++;
		hit = show_match(s, f->path, &text, hit);
	}
	buf_release(&text);
	return s->found == TOOLS_MATCHES_MAX ||
	    s->out->len >= TOOLS_RESULT_MAX;
}

enum tool_end
tool_search(struct tools *ts, json_object *args, struct buf *out)
{
	struct search		 s = { ts, json_str(args, "text"), 0, 0, out };
	enum staging_status	 status;
	const char		*path;

	if (folder_arg(args, &path, out) != TOOL_DONE)
		return TOOL_REFUSED;
	if (s.needle[0] == '\0' || strchr(s.needle, '\n') != NULL) {
		buf_addstr(out, "search: text must be a part of one line\n");
		return TOOL_REFUSED;
	}
	status = staging_walk(ts->st, path, search_one, &s);
	if (status != STAGING_OK && status != STAGING_LARGE)
		return tools_explain(status, path, out);
	if (s.found == 0)
		buf_addf(out, "not found below %s\n", path);
	if (s.found == TOOLS_MATCHES_MAX || out->len >= TOOLS_RESULT_MAX)
		buf_addstr(out, "[there may be more: search for a longer "
		    "string, or below a folder]\n");
	if (s.passed > 0 || status == STAGING_LARGE)
		buf_addstr(out, "[not every file could be searched]\n");
	return TOOL_DONE;
}
