#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/move.h"
#include "worker/workspace/tree.h"

#define PROBE_A	TREE_TEMPORARY "new-probe-a"
#define PROBE_B	TREE_TEMPORARY "new-probe-b"

/* An empty file, nothing of which need last. */
static int
make_empty(int dir, const char *name)
{
	int	fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

int
move_probe(struct workspace *ws, const char *plain)
{
	struct stat	st;
	int		r, saved;

	if (fstatat(ws->root, plain, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode))
		return workspace_fail(ws, REASON_IO, "%s/%s is a directory; "
		    "move it away", ws->root_path, plain);
	unlinkat(ws->root, PROBE_A, 0);
	unlinkat(ws->root, PROBE_B, 0);
	r = make_empty(ws->root, PROBE_A);
	if (r == 0)
		r = renameat2(ws->root, PROBE_A, ws->root, PROBE_B,
		    RENAME_NOREPLACE);
	if (r == 0)
		r = make_empty(ws->root, PROBE_A);
	if (r == 0)
		r = renameat2(ws->root, PROBE_A, ws->root, PROBE_B,
		    RENAME_EXCHANGE);
	saved = errno;
	unlinkat(ws->root, PROBE_A, 0);
	unlinkat(ws->root, PROBE_B, 0);
	errno = saved;
	return r < 0 ? workspace_fail_errno(ws, "") : 0;
}

int
move_replace(struct workspace *ws, const char *path, const struct buf *text)
{
	static const char	 fresh[] = TREE_TEMPORARY "new-plain";
	struct buf		 old = BUF_INIT;
	enum folder_read	 r;
	int			 same, ok;

	r = folder_read_file(ws->root, path, &old, NULL);
	same = r == FOLDER_OK && old.len == text->len &&
	    memcmp(buf_str(&old), buf_str(text), old.len) == 0;
	buf_release(&old);
	if (same)
		return 0;
	unlinkat(ws->root, fresh, 0);
	hook_crash("publish.raw.before");
	ok = folder_write_new(ws->root, fresh, text, 0600) == 0 &&
	    renameat(ws->root, fresh, ws->root, path) == 0 &&
	    fsync(ws->root) == 0;
	hook_crash("publish.raw.after");
	return ok ? 0 : workspace_fail_errno(ws, path);
}

int
move_remove(struct workspace *ws, const char *path)
{
	int	ok;

	hook_crash("publish.raw.before");
	ok = (unlinkat(ws->root, path, 0) == 0 || errno == ENOENT) &&
	    fsync(ws->root) == 0;
	hook_crash("publish.raw.after");
	return ok ? 0 : workspace_fail_errno(ws, path);
}
