/* The tools that look: published files, by descriptor. */

#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/folder.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/tree_path.h"
#include "common/uuid.h"
#include "supervisor/mnemoctl/mcp_channel.h"
#include "supervisor/mnemoctl/mcp_text.h"
#include "supervisor/mnemoctl/mcp_tools.h"
#include "supervisor/mnemoctl/memory_files.h"
#include "supervisor/mnemoctl/search_texts.h"

enum place {
	PLACE_ABSENT,		/* or nothing of ours */
	PLACE_FILE,
	PLACE_DIRECTORY,
	PLACE_REFUSED		/* why says it */
};

/*
 * What is at `path' (NULL: the memory itself), which *tidy gets without empty
 * parts and ".".  The caller frees it.
 */
static enum place
look(const struct mcp *m, const char *path, char **tidy, struct buf *why)
{
	struct stat	st;

	*tidy = NULL;
	if (path != NULL && mcp_path_tidy(path, tidy) == -1) {
		buf_addstr(why, "path must be relative to the memory, without "
		    "\"..\"");
		return PLACE_REFUSED;
	}
	if (*tidy == NULL)
		*tidy = xstrdup("");
	if (m->root == -1)
		return PLACE_ABSENT;
	if (folder_look(m->root, **tidy == '\0' ? "." : *tidy, &st) == -1) {
		if (errno == ENOENT || errno == ENOTDIR || errno == EXDEV)
			return PLACE_ABSENT;
		if (errno == ELOOP)
			buf_addstr(why, "path is, or leads through, a symbolic "
			    "link");
		else
			buf_addf(why, "it cannot be looked at now: %s",
			    strerror(errno));
		return PLACE_REFUSED;
	}
	if (!memory_files_visible(*tidy))
		return PLACE_ABSENT;
	if (S_ISDIR(st.st_mode))
		return PLACE_DIRECTORY;
	return S_ISREG(st.st_mode) && tree_tracked(*tidy) ? PLACE_FILE :
	    PLACE_ABSENT;
}

/* Where a page begins and how long it may be; 0, or -1 with `why'. */
struct page {
	size_t	 first;
	size_t	 max;
};

static int
page_of(json_object *args, size_t limit, struct page *p, struct buf *why)
{
	const char	*cursor = json_str(args, "cursor");
	int64_t		 max = json_int(args, "max_results", (int64_t)limit);

	p->first = 0;
	if (cursor != NULL && mcp_cursor(cursor, &p->first) == -1) {
		buf_addstr(why, "cursor is no next_cursor: not a decimal "
		    "index");
		return -1;
	}
	p->max = max < 1 ? 1 : max > (int64_t)limit ? limit : (size_t)max;
	return 0;
}

static int
page_is_past(const struct page *p, size_t n, struct buf *why)
{
	if (p->first <= n)
		return 0;
	buf_addf(why, "cursor is past the end: there are %zu", n);
	return 1;
}

/* `next' of SIZE_MAX: that was all. */
static void
set_next(json_object *result, size_t next)
{
	char	*cursor = next == SIZE_MAX ? NULL : xasprintf("%zu", next);

	json_set_str(result, "next_cursor", cursor);
	json_set_bool(result, "truncated", cursor != NULL);
	free(cursor);
}

static void
add_entry(json_object *entries, const char *path, int directory)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "path", path);
	json_set_str(o, "entry_type", directory ? "directory" : "file");
	json_push(entries, o);
}

/* 1 if it could be read, else why not is told. */
static int
list_directory(struct memory_files *f, const struct mcp *m, const char *tidy,
    struct buf *why)
{
	if (memory_files_list(f, m->root, tidy) == 0)
		return 1;
	buf_addf(why, "it cannot be read: %s", strerror(errno));
	return 0;
}

int
mcp_list(struct mcp *m, json_object *args, json_object *result,
    struct buf *why)
{
	const char		*path = json_str(args, "path");
	json_object		*entries = json_object_new_array();
	struct memory_files	 f = { NULL, 0, 0 };
	struct page		 p;
	enum place		 place;
	char			*tidy;
	size_t			 i, n;
	int			 readable = 1;

	json_set_str(result, "path", path);
	json_set(result, "entries", entries);
	if (page_of(args, MCP_LIST_MAX, &p, why) == -1)
		return -1;
	place = look(m, path, &tidy, why);
	if (place == PLACE_DIRECTORY)
		readable = list_directory(&f, m, tidy, why);
	n = place == PLACE_FILE ? 1 : f.n;
	if (place == PLACE_REFUSED || !readable || page_is_past(&p, n, why)) {
		memory_files_clear(&f);
		free(tidy);
		return -1;
	}
	for (i = p.first; i < n && i - p.first < p.max; i++)
		add_entry(entries, f.n > 0 ? f.v[i].path : tidy,
		    f.n > 0 && f.v[i].directory);
	set_next(result, i < n ? i : SIZE_MAX);
	memory_files_clear(&f);
	free(tidy);
	return 0;
}

/*
 * A rollout summary was read: one use of its thread.  To go on where the last
 * reading stopped is the same use.
 */
static void
count_use(struct mcp *m, const char *path, const struct mcp_lines *l,
    const struct buf *text)
{
	int	goes_on = m->path != NULL && strcmp(m->path, path) == 0 &&
	    l->first == m->next;
	char	id[UUID_SIZE];

	free(m->path);
	m->path = xstrdup(path);
	m->next = l->last + 1;
	if (!goes_on && tree_below(path, TREE_SUMMARIES) && search_thread(
	    buf_str(text), strcspn(buf_str(text), "\n"), "thread_id: ", id))
		mcp_channel_use(m->channel, id);
}

static int
check_lines(json_object *args, struct mcp_lines *l, struct buf *why)
{
	memset(l, 0, sizeof(*l));
	l->first = json_int(args, "line_offset", 1);
	l->max = json_int(args, "max_lines", INT64_MAX);
	if (l->first < 1)
		buf_addstr(why, "line_offset must be 1 or more");
	else if (l->max < 1)
		buf_addstr(why, "max_lines must be 1 or more");
	else
		return 0;
	return -1;
}

/* The file's text; 0, or -1 with `why'. */
static int
load(struct mcp *m, const char *path, struct buf *text, struct buf *why)
{
	enum folder_read	 r;
	enum place		 place;
	char			*tidy;

	place = look(m, path, &tidy, why);
	if (place == PLACE_DIRECTORY)
		buf_addstr(why, "path is a directory, not a file; list shows "
		    "what is in it");
	else if (place == PLACE_ABSENT)
		buf_addstr(why, m->root == -1 ? "nothing is published yet" :
		    "path is not a file of the memory; list shows what there "
		    "is");
	else if (place == PLACE_FILE) {
		r = folder_read_file(m->root, tidy, text, NULL);
		if (r != FOLDER_OK)
			buf_addf(why, "the file %s", folder_read_text(r));
		else if (memchr(buf_str(text), '\0', text->len) != NULL)
			buf_addstr(why, "the file is no text");
	}
	free(tidy);
	return why->len > 0 ? -1 : 0;
}

int
mcp_read(struct mcp *m, json_object *args, json_object *result,
    struct buf *why)
{
	const char		*path = json_str(args, "path");
	struct buf		 text = BUF_INIT, content = BUF_INIT;
	struct mcp_lines	 l;
	char			*tidy = NULL;
	int			 r = -1;

	if (check_lines(args, &l, why) == 0 &&
	    load(m, path, &text, why) == 0)
		r = mcp_lines_cut(&text, &l, &content);
	if (r == -1 && why->len == 0)
		buf_addf(why, "line_offset is past the end: the file has %lld "
		    "lines", (long long)l.total);
	if (r == 0) {
		json_set_str(result, "path", path);
		json_set_int(result, "start_line_number", l.first);
		json_set_str(result, "content", buf_str(&content));
		json_set_bool(result, "truncated", l.cut);
		(void)mcp_path_tidy(path, &tidy);
		count_use(m, tidy, &l, &text);
		free(tidy);
	}
	buf_release(&content);
	buf_release(&text);
	return r;
}

/* A search on its way through the files. */
struct find {
	const char	*query;
	size_t		 query_len;
	int64_t		 context;
	struct page	 page;
	size_t		 seen;		/* matches so far */
	size_t		 bytes;		/* of their contents */
	size_t		 next;		/* SIZE_MAX: all was given */
	int		 error;		/* errno of a file that was not read */
	json_object	*matches;
};

/* 1 if the match belongs on the page, 0 if before it, -1 if behind. */
static int
on_page(const struct find *f, size_t len)
{
	size_t	n = json_object_array_length(f->matches);

	if (f->seen < f->page.first)
		return 0;
	return n < f->page.max && (n == 0 || f->bytes + len <=
	    MCP_CONTENT_MAX) ? 1 : -1;
}

static void
add_match(struct find *f, const char *path, const struct mcp_match *at)
{
	json_object	*o = json_object_new_object();
	struct buf	 content = BUF_INIT;

	mcp_text_cut(&content, at->text, at->len, MCP_CONTENT_MAX);
	json_set_str(o, "path", path);
	json_set_int(o, "line_number", at->line);
	json_set_int(o, "start_line_number", at->first);
	json_set_str(o, "content", buf_str(&content));
	json_push(f->matches, o);
	f->bytes += content.len;
	buf_release(&content);
}

/* What is no text is passed over. */
static void
find_in(struct find *f, const struct mcp *m, const char *path)
{
	struct buf		 text = BUF_INIT;
	struct mcp_match	 at = { .context = f->context };
	enum folder_read	 r;
	int			 on;

	r = folder_read_file(m->root, path, &text, NULL);
	if (r == FOLDER_ERROR)
		f->error = errno;
	else if (r == FOLDER_OK &&
	    (text.len == 0 || memchr(text.data, '\0', text.len) == NULL))
		while (mcp_match_next(&text, f->query, f->query_len, &at)) {
			on = on_page(f, at.len);
			if (on == 1)
				add_match(f, path, &at);
			else if (on == -1 && f->next == SIZE_MAX)
				f->next = f->seen;
			f->seen++;
		}
	buf_release(&text);
}

/* 1, or 0: not all could be read, and why is told. */
static int
find_all(struct find *f, const struct mcp *m, const char *path,
    struct buf *why)
{
	struct memory_files	files;
	size_t			i;

	if (memory_files_walk(&files, m->root, path) == -1)
		f->error = errno;
	for (i = 0; f->error == 0 && i < files.n; i++)
		find_in(f, m, files.v[i].path);
	if (f->error != 0)
		buf_addf(why, "not all of it can be read: %s",
		    strerror(f->error));
	memory_files_clear(&files);
	return f->error == 0;
}

int
mcp_search(struct mcp *m, json_object *args, json_object *result,
    struct buf *why)
{
	const char	*path = json_str(args, "path");
	struct find	 f = { .query = json_str(args, "query"),
			    .next = SIZE_MAX };
	enum place	 place;
	char		*tidy = NULL;
	int		 r = -1;

	json_set_str(result, "query", f.query);
	json_set_str(result, "path", path);
	f.matches = json_object_new_array();
	json_set(result, "matches", f.matches);
	f.context = json_int(args, "context_lines", 0);
	mcp_text_trim(&f.query, &f.query_len);
	if (f.query_len == 0)
		buf_addstr(why, "query is empty");
	else if (f.context < 0)
		buf_addstr(why, "context_lines must be 0 or more");
	else if (page_of(args, MCP_SEARCH_MAX, &f.page, why) == 0) {
		place = look(m, path, &tidy, why);
		r = (place == PLACE_FILE || place == PLACE_DIRECTORY) &&
		    !find_all(&f, m, tidy, why);
		r = r || place == PLACE_REFUSED ||
		    page_is_past(&f.page, f.seen, why) ? -1 : 0;
	}
	set_next(result, f.next);
	free(tidy);
	return r;
}
