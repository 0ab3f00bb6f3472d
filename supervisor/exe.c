#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/mem.h"
#include "supervisor/exe.h"

void
exe_set_init(struct exe_set *e)
{
	unsigned	i;

	for (i = 0; i < ROLE__MAX; i++) {
		e->fd[i] = -1;
		e->path[i] = NULL;
	}
}

void
exe_set_release(struct exe_set *e)
{
	unsigned	i;

	for (i = 0; i < ROLE__MAX; i++) {
		fd_close(&e->fd[i]);
		free(e->path[i]);
		e->path[i] = NULL;
	}
}

int
exe_open(struct exe_set *e, enum role role, const char *libexec,
    struct buf *why)
{
	struct stat	 st;
	const char	*fault = NULL;
	int		 fd;

	fd_close(&e->fd[role]);
	free(e->path[role]);
	e->path[role] = xasprintf("%s/%s", libexec, role_comm(role));
	fd = open(e->path[role], O_PATH | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		fault = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		fault = "not a regular file";
	else if (faccessat(AT_FDCWD, e->path[role], X_OK, AT_EACCESS) == -1)
		fault = strerror(errno);
	if (fault != NULL) {
		buf_addf(why, "worker %s: %s: %s; is mnemod installed, or "
		    "`libexec' set?", role_name(role), e->path[role], fault);
		fd_close(&fd);
		return -1;
	}
	e->fd[role] = fd;
	return 0;
}
