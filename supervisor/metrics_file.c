#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/hook.h"
#include "common/mem.h"
#include "supervisor/metrics_file.h"

#define TEMPORARY	".mnemod-new"	/* not what a collector looks for */

/* The folder of `path'; the caller frees it. */
static char *
folder_of(const char *path)
{
	const char	*slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/") :
	    xstrndup(path, (size_t)(slash - path));
}

/* The mode that it is to have; (mode_t)-1: what is there is no file. */
static mode_t
mode_for(const char *path)
{
	struct stat	 sb;
	char		*folder;
	mode_t		 mode = 0600;

	if (lstat(path, &sb) == 0)
		return S_ISREG(sb.st_mode) ? sb.st_mode & 0666 : (mode_t)-1;
	folder = folder_of(path);
	if (stat(folder, &sb) == 0 && (sb.st_mode & S_ISGID) != 0)
		mode = 0640;
	free(folder);
	return mode;
}

/* A temporary file beside it, whole.  0, or -1 with errno. */
static int
write_new(const char *path, mode_t mode, const struct buf *text)
{
	int	fd, rc, error;

	/* One that a killed supervisor left. */
	if (unlink(path) == -1 && errno != ENOENT)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return -1;
	rc = fd_write_all(fd, buf_str(text), text->len);
	if (rc == 0)
		rc = fchmod(fd, mode);
	error = errno;
	if (close(fd) == -1 && rc == 0)
		return -1;
	errno = error;
	return rc;
}

const char *
metrics_file_write(const char *path, const struct buf *text)
{
	const char	*why = NULL;
	mode_t		 mode = mode_for(path);
	char		*temporary;
	int		 rc;

	if (mode == (mode_t)-1)
		return "it is no regular file";
	temporary = xasprintf("%s" TEMPORARY, path);
	rc = write_new(temporary, mode, text);
	hook_crash("metrics.write.before");
	if (rc == 0)
		rc = rename(temporary, path);
	hook_crash("metrics.write.after");
	if (rc == -1) {
		why = strerror(errno);
		unlink(temporary);
	}
	free(temporary);
	return why;
}
