#ifndef MNEMOD_MNEMOCTL_FTS_H
#define MNEMOD_MNEMOCTL_FTS_H

#include <stddef.h>
#include "common/buf.h"

/*
 * A full-text index (SQLite's FTS5) in memory, made for one question and
 * thrown away.  Nothing is kept beside the state: there is no copy that could
 * be out of date, outlive what was forgotten or be torn by a crash, and who
 * looks writes nothing.  10,000 rollout summaries (20 MB) take about half a
 * second to read in.
 */
struct fts;

/* NULL if this SQLite has no FTS5: logged. */
struct fts *fts_new(void);
void fts_free(struct fts *);

/* Bytes of text that are taken in; what is beyond is not searched. */
#define FTS_BYTES_MAX	((size_t)256 * 1024 * 1024)

/*
 * Take in one text: `head' is what it is called and weighs more, `line' the
 * number of its first line, `tag' the caller's.  Returns 0, or -1 if it does
 * not fit into FTS_BYTES_MAX any more.
 */
struct fts_text {
	const char	*head;
	const char	*body;
	size_t		 len;		/* of `body' */
	size_t		 line;
	size_t		 tag;
};
int fts_add(struct fts *, const struct fts_text *);

struct fts_hit {
	size_t		 tag;
	size_t		 line;		/* of the first word that was found */
	double		 score;		/* higher is better */
	const char	*snippet;	/* one line; borrowed for the call */
	const char	*text;		/* that line of the text; borrowed */
};
typedef void fts_cb(const struct fts_hit *, void *arg);

struct fts_question {
	const char	*match;		/* of fts_match() */
	int		 limit;
};

/*
 * The best texts that hold every word of the question, best first, at most
 * its limit.  Returns how many there are in all, or -1: logged.
 */
long fts_find(struct fts *, const struct fts_question *, fts_cb *, void *arg);

/*
 * What a person types as an expression of FTS5: plain words, all of which
 * are wanted; "several words" in this order; a word with * at its end for all
 * that begin like it.  Every other character only separates words, so that
 * no input is an error of syntax.  Returns the number of words and phrases, 0
 * if there is none, or -1 if there are more than FTS_WORDS_MAX.
 */
#define FTS_WORDS_MAX	64
int fts_match(const char *words, struct buf *match);

/*
 * Text as it is taken in: control characters but the newline become blanks,
 * and each character of a script that writes no blanks between words
 * (Chinese, Japanese, Korean) stands alone between two FTS_CUT, so that any
 * run of them is found.
 */
#define FTS_CUT		'\003'
void fts_prepare(struct buf *out, const char *s, size_t len);

#endif
