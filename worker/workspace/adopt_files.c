#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/mem.h"
#include "worker/workspace/adopt_files.h"
#include "worker/workspace/tree.h"

#define PIECE	65536

/* Into the history piece by piece; -1 with errno, or 0 of libgit2. */
static int
store_file(struct history *h, int fd, git_oid *out)
{
	git_writestream	*to = NULL;
	char		*piece;
	ssize_t		 n = -1;

	errno = 0;
	if (git_blob_create_from_stream(&to, h->repo, NULL) < 0)
		return -1;
	piece = xcalloc(1, PIECE);
	while ((n = fd_read(fd, piece, PIECE)) > 0)
		if (to->write(to, piece, (size_t)n) < 0)
			break;
	free(piece);
	if (n == 0)
		return git_blob_create_from_stream_commit(out, to) < 0 ? -1 :
		    0;
	to->free(to);
	return -1;
}

int
adopt_take_raw(struct workspace *ws, git_index *tree)
{
	struct stat	st;
	git_oid		id;
	int		fd, r = -1;

	fd = openat(ws->root, TREE_RAW,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    store_file(&ws->history, fd, &id) == 0)
		r = tree_put(tree, TREE_RAW, GIT_FILEMODE_BLOB, &id);
	if (r < 0)
		workspace_fail(ws, REASON_IO, "%s/%s: it cannot be kept: %s",
		    ws->root_path, TREE_RAW, errno != 0 ? strerror(errno) :
		    history_error());
	fd_close(&fd);
	return r;
}
