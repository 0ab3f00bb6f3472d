#include <string.h>

#include "worker/text.h"
#include "worker/workspace/diff.h"

static const char	intro[] =
    "# Memory Workspace Diff\n\n"
    "Generated before consolidation: what changed since the last publication."
    " Read it first; do not edit it.\n\n";

/* A text that ends somewhere beyond `max' bytes. */
struct text {
	struct buf	 buf;
	size_t		 max;
};

static int
is_full(const struct text *t)
{
	return t->buf.len > t->max;
}

static void
add_text(struct text *t, const char *s, size_t len)
{
	uint32_t	cp;
	size_t		n;

	while (len > 0 && !is_full(t)) {
		n = text_decode(s, len, &cp);
		text_encode(&t->buf, cp);
		s += n;
		len -= n;
	}
}

static char
status_letter(const git_diff_delta *d)
{
	if (d->status == GIT_DELTA_ADDED)
		return 'A';
	return d->status == GIT_DELTA_DELETED ? 'D' : 'M';
}

static void
add_header(struct buf *out, const git_diff_delta *d)
{
	const char	*p = d->new_file.path;
	char		 s = status_letter(d);

	buf_addf(out, "diff --git a/%s b/%s\n", p, p);
	if (s == 'A')
		buf_addf(out, "new file mode %o\n", d->new_file.mode);
	else if (s == 'D')
		buf_addf(out, "deleted file mode %o\n", d->old_file.mode);
	else if (d->old_file.mode != d->new_file.mode)
		buf_addf(out, "old mode %o\nnew mode %o\n",
		    d->old_file.mode, d->new_file.mode);
	buf_addf(out, s == 'A' ? "--- /dev/null\n" : "--- a/%s\n", p);
	buf_addf(out, s == 'D' ? "+++ /dev/null\n" : "+++ b/%s\n", p);
}

static int
add_hunk(struct text *out, git_patch *patch, size_t i)
{
	const git_diff_hunk	*hunk;
	const git_diff_line	*line;
	size_t			 n, lines;

	if (git_patch_get_hunk(&hunk, &lines, patch, i) < 0)
		return -1;
	add_text(out, hunk->header, hunk->header_len);
	for (n = 0; n < lines && !is_full(out); n++) {
		if (git_patch_get_line_in_hunk(&line, patch, i, n) < 0)
			return -1;
		if (line->origin == GIT_DIFF_LINE_CONTEXT ||
		    line->origin == GIT_DIFF_LINE_ADDITION ||
		    line->origin == GIT_DIFF_LINE_DELETION)
			buf_addch(&out->buf, line->origin);
		add_text(out, line->content, line->content_len);
	}
	return 0;
}

static int
add_delta(struct text *out, git_diff *diff, size_t n)
{
	const git_diff_delta	*d = git_diff_get_delta(diff, n);
	git_patch		*patch = NULL;
	size_t			 i;
	int			 r = 0;

	add_header(&out->buf, d);
	if (git_patch_from_diff(&patch, diff, n) < 0)
		return -1;
	for (i = 0; r == 0 && patch != NULL &&
	    i < git_patch_num_hunks(patch); i++)
		r = add_hunk(out, patch, i);
	git_patch_free(patch);
	return r;
}

/* The unified diff of all files, cut on a character: 1, or 0 if it is whole. */
static int
add_deltas(struct text *out, git_diff *diff)
{
	size_t	i, n = git_diff_num_deltas(diff);

	for (i = 0; i < n && !is_full(out); i++)
		if (add_delta(out, diff, i) < 0)
			return -1;
	if (!is_full(out))
		return 0;
	buf_truncate(&out->buf, text_cut(out->buf.data, out->buf.len,
	    out->max));
	return 1;
}

static int
add_all(struct buf *out, git_diff *diff)
{
	struct text	text = { BUF_INIT, DIFF_TEXT_MAX };
	size_t		i, n = git_diff_num_deltas(diff);
	int		r;

	buf_addstr(out, intro);
	buf_addstr(out, "## Status\n");
	for (i = 0; i < n; i++)
		buf_addf(out, "- %c %s\n",
		    status_letter(git_diff_get_delta(diff, i)),
		    git_diff_get_delta(diff, i)->new_file.path);
	if (n == 0)
		buf_addstr(out, "- none\n");
	r = add_deltas(&text, diff);
	buf_addstr(out, "\n## Diff\n```diff\n");
	if (r > 0)
		buf_addf(&text.buf,
		    "\n[workspace diff truncated at %u bytes]\n",
		    DIFF_TEXT_MAX);
	if (text.buf.len > 0)
		buf_add(out, text.buf.data, text.buf.len);
	buf_addstr(out, "```\n");
	buf_release(&text.buf);
	return r < 0 ? -1 : 0;
}

static int
compare(struct history *h, git_index *from, git_index *to, git_diff **diff)
{
	git_diff_options	opts;

	if (git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION) < 0)
		return -1;
	opts.context_lines = 3;
	return git_diff_index_to_index(diff, h->repo, from, to, &opts);
}

int
diff_write(struct history *h, git_index *from, git_index *to,
    struct buf *out)
{
	git_diff	*diff = NULL;
	int		 r = -1;

	if (compare(h, from, to, &diff) == 0)
		r = add_all(out, diff);
	git_diff_free(diff);
	return r;
}

int
diff_unified(struct history *h, git_index *from, git_index *to,
    struct buf *out)
{
	struct text	 text = { BUF_INIT, DIFF_SHOWN_MAX };
	git_diff	*diff = NULL;
	int		 r = -1;

	if (compare(h, from, to, &diff) == 0)
		r = add_deltas(&text, diff);
	if (r >= 0 && text.buf.len > 0)
		buf_add(out, text.buf.data, text.buf.len);
	buf_release(&text.buf);
	git_diff_free(diff);
	return r;
}
