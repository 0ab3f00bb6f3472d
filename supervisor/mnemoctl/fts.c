#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/fts.h"

/*
 * Around a word that was found.  No text holds them: fts_prepare() takes
 * control characters out.
 */
#define MARK_BEGIN	"\001"
#define MARK_END	"\002"
#define SNIPPET_WORDS	"24"	/* at most 64 */

#define MAKE								\
	"CREATE VIRTUAL TABLE texts USING fts5(head, body,"		\
	" tokenize = 'unicode61 remove_diacritics 2');"			\
	/* One segment: to merge them costs more than it saves. */	\
	"INSERT INTO texts (texts, rank) VALUES ('hashsize', 268435456);" \
	"INSERT INTO texts (texts, rank)"				\
	" VALUES ('rank', 'bm25(4.0, 1.0)');"				\
	"BEGIN"

#define FIND								\
	"SELECT rowid, rank, highlight(texts, 1, '" MARK_BEGIN "', '"	\
	MARK_END "'), snippet(texts, -1, '', '', '\xe2\x80\xa6', "	\
	SNIPPET_WORDS ") FROM texts WHERE texts MATCH ?"		\
	" ORDER BY rank LIMIT ?"

#define COUNT	"SELECT count(*) FROM texts WHERE texts MATCH ?"

struct fts {
	sqlite3		*db;
	sqlite3_stmt	*insert;
	size_t		*lines;		/* by rowid, from 1 */
	size_t		*tags;
	size_t		 n;
	size_t		 bytes;
	struct buf	 head;
	struct buf	 body;
};

static int
say(const struct fts *f)
{
	log_warnx("searching: %s", sqlite3_errmsg(f->db));
	return -1;
}

struct fts *
fts_new(void)
{
	struct fts	*f = xcalloc(1, sizeof(*f));

	if (sqlite3_open(":memory:", &f->db) == SQLITE_OK &&
	    sqlite3_exec(f->db, MAKE, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(f->db, "INSERT INTO texts (rowid, head, body)"
	    " VALUES (?, ?, ?)", -1, &f->insert, NULL) == SQLITE_OK)
		return f;
	say(f);
	fts_free(f);
	return NULL;
}

void
fts_free(struct fts *f)
{
	if (f == NULL)
		return;
	sqlite3_finalize(f->insert);
	sqlite3_close(f->db);
	buf_release(&f->head);
	buf_release(&f->body);
	free(f->lines);
	free(f->tags);
	free(f);
}

static void
remember(struct fts *f, const struct fts_text *t)
{
	if ((f->n & (f->n + 1)) == 0) {
		f->lines = xreallocarray(f->lines, 2 * (f->n + 1),
		    sizeof(*f->lines));
		f->tags = xreallocarray(f->tags, 2 * (f->n + 1),
		    sizeof(*f->tags));
	}
	f->lines[f->n] = t->line;
	f->tags[f->n++] = t->tag;
}

int
fts_add(struct fts *f, const struct fts_text *t)
{
	int	rc;

	if (t->len > FTS_BYTES_MAX - f->bytes)
		return -1;
	f->bytes += t->len;
	buf_reset(&f->head);
	buf_reset(&f->body);
	fts_prepare(&f->head, t->head, strlen(t->head));
	fts_prepare(&f->body, t->body, t->len);
	sqlite3_bind_int64(f->insert, 1, (sqlite3_int64)f->n + 1);
	sqlite3_bind_text(f->insert, 2, buf_str(&f->head), (int)f->head.len,
	    SQLITE_STATIC);
	sqlite3_bind_text(f->insert, 3, buf_str(&f->body), (int)f->body.len,
	    SQLITE_STATIC);
	rc = sqlite3_step(f->insert);
	sqlite3_reset(f->insert);
	if (rc != SQLITE_DONE)
		return say(f);
	remember(f, t);
	return 0;
}

/* White space runs become one blank. */
static void
one_line(struct buf *out, const char *s, size_t len)
{
	size_t	i;

	buf_reset(out);
	for (i = 0; i < len; i++) {
		if (s[i] == *MARK_BEGIN || s[i] == *MARK_END ||
		    s[i] == FTS_CUT)
			continue;
		if (s[i] != ' ' && s[i] != '\n')
			buf_addch(out, s[i]);
		else if (out->len > 0 && out->data[out->len - 1] != ' ')
			buf_addch(out, ' ');
	}
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		buf_truncate(out, out->len - 1);
}

/* Find the first mark: its line's number and text; without one, line 1. */
static size_t
marked_line(const char *text, struct buf *line)
{
	const char	*mark = strchr(text, *MARK_BEGIN), *p, *begin = text;
	size_t		 n = 0;

	for (p = text; mark != NULL && p < mark; p++)
		if (*p == '\n') {
			n++;
			begin = p + 1;
		}
	one_line(line, begin, mark == NULL ? 0 : strcspn(begin, "\n"));
	return n;
}

static void
hand_row(const struct fts *f, sqlite3_stmt *st, fts_cb *cb, void *arg)
{
	struct buf	 line = BUF_INIT, snippet = BUF_INIT;
	const char	*marked = (const char *)sqlite3_column_text(st, 2);
	const char	*part = (const char *)sqlite3_column_text(st, 3);
	size_t		 i = (size_t)sqlite3_column_int64(st, 0) - 1;
	struct fts_hit	 hit;

	marked = marked == NULL ? "" : marked;
	part = part == NULL ? "" : part;
	hit.tag = f->tags[i];
	hit.line = f->lines[i] + marked_line(marked, &line);
	hit.score = -sqlite3_column_double(st, 1);
	one_line(&snippet, part, strlen(part));
	hit.snippet = buf_str(&snippet);
	hit.text = buf_str(&line);
	cb(&hit, arg);
	buf_release(&line);
	buf_release(&snippet);
}

static long
count(struct fts *f, const char *match)
{
	sqlite3_stmt	*st;
	long		 n = -1;

	if (sqlite3_prepare_v2(f->db, COUNT, -1, &st, NULL) != SQLITE_OK)
		return say(f);
	sqlite3_bind_text(st, 1, match, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		n = (long)sqlite3_column_int64(st, 0);
	else
		say(f);
	sqlite3_finalize(st);
	return n;
}

long
fts_find(struct fts *f, const struct fts_question *q, fts_cb *cb, void *arg)
{
	sqlite3_stmt	*st;
	long		 n = count(f, q->match);
	int		 rc;

	if (n <= 0)
		return n;
	if (sqlite3_prepare_v2(f->db, FIND, -1, &st, NULL) != SQLITE_OK)
		return say(f);
	sqlite3_bind_text(st, 1, q->match, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, q->limit);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		hand_row(f, st, cb, arg);
	if (rc != SQLITE_DONE)
		n = say(f);
	sqlite3_finalize(st);
	return n;
}
