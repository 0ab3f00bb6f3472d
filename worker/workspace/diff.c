#include <string.h>

#include "worker/text.h"
#include "worker/workspace/diff.h"

static const char	intro[] =
    "# Memory Workspace Diff\n\n"
    "Generated before consolidation: what changed since the last publication."
    " Read it first; do not edit it.\n\n";

static void
add_text(struct buf *out, const char *s, size_t len)
{
	uint32_t	cp;
	size_t		n;

	while (len > 0 && out->len <= DIFF_TEXT_MAX) {
		n = text_decode(s, len, &cp);
		text_encode(out, cp);
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
add_hunk(struct buf *out, git_patch *patch, size_t i)
{
	const git_diff_hunk	*hunk;
	const git_diff_line	*line;
	size_t			 n, lines;

	if (git_patch_get_hunk(&hunk, &lines, patch, i) < 0)
		return -1;
	add_text(out, hunk->header, hunk->header_len);
	for (n = 0; n < lines && out->len <= DIFF_TEXT_MAX; n++) {
		if (git_patch_get_line_in_hunk(&line, patch, i, n) < 0)
			return -1;
		if (line->origin == GIT_DIFF_LINE_CONTEXT ||
		    line->origin == GIT_DIFF_LINE_ADDITION ||
		    line->origin == GIT_DIFF_LINE_DELETION)
			buf_addch(out, line->origin);
		add_text(out, line->content, line->content_len);
	}
	return 0;
}

static int
add_delta(struct buf *out, git_diff *diff, size_t n)
{
	const git_diff_delta	*d = git_diff_get_delta(diff, n);
	git_patch		*patch = NULL;
	size_t			 i;
	int			 r = 0;

	add_header(out, d);
	if (git_patch_from_diff(&patch, diff, n) < 0)
		return -1;
	for (i = 0; r == 0 && patch != NULL &&
	    i < git_patch_num_hunks(patch); i++)
		r = add_hunk(out, patch, i);
	git_patch_free(patch);
	return r;
}

static int
add_all(struct buf *out, git_diff *diff)
{
	struct buf	text = BUF_INIT;
	size_t		i, n = git_diff_num_deltas(diff);
	int		r = 0;

	buf_addstr(out, intro);
	buf_addstr(out, "## Status\n");
	for (i = 0; i < n; i++)
		buf_addf(out, "- %c %s\n",
		    status_letter(git_diff_get_delta(diff, i)),
		    git_diff_get_delta(diff, i)->new_file.path);
	if (n == 0)
		buf_addstr(out, "- none\n");
	for (i = 0; r == 0 && i < n && text.len <= DIFF_TEXT_MAX; i++)
		r = add_delta(&text, diff, i);
	buf_addstr(out, "\n## Diff\n```diff\n");
	if (text.len > DIFF_TEXT_MAX) {
		buf_truncate(&text,
		    text_cut(text.data, text.len, DIFF_TEXT_MAX));
		buf_addf(&text, "\n[workspace diff truncated at %u bytes]\n",
		    DIFF_TEXT_MAX);
	}
	if (text.len > 0)
		buf_add(out, text.data, text.len);
	buf_addstr(out, "```\n");
	buf_release(&text);
	return r;
}

int
diff_write(struct history *h, git_index *from, git_index *to,
    struct buf *out)
{
	git_diff_options	 opts;
	git_diff		*diff = NULL;
	int			 r = -1;

	if (git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION) < 0)
		return -1;
	opts.context_lines = 3;
	if (git_diff_index_to_index(&diff, h->repo, from, to, &opts) == 0)
		r = add_all(out, diff);
	git_diff_free(diff);
	return r;
}
