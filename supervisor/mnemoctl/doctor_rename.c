/* mnemoctl doctor: what renameat2(2) can do where the state is. */

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "supervisor/mnemoctl/doctor.h"

static int
make(int dir, const char *name)
{
	int	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd == -1 ? -1 : close(fd);
}

/* As a publication does: 0, or -1 with errno. */
static int
try_in(int dir)
{
	if (make(dir, "a") == -1 ||
	    renameat2(dir, "a", dir, "b", RENAME_NOREPLACE) == -1 ||
	    make(dir, "a") == -1)
		return -1;
	return renameat2(dir, "a", dir, "b", RENAME_EXCHANGE);
}

/*
 * In a folder that is named like that of an agent, so that if we are killed
 * the next start of mnemod removes it.  0 with *dev, or -1 with errno.
 */
static int
try_below(int staging, dev_t *dev)
{
	char		name[UUID_SIZE];
	struct stat	st;
	int		dir, r, saved;

	uuid_v7(name);
	if (mkdirat(staging, name, 0700) == -1)
		return -1;
	dir = folder_open_dir(staging, name);
	r = dir == -1 ? -1 : try_in(dir);
	saved = errno;
	if (dir != -1 && fstat(dir, &st) == 0)
		*dev = st.st_dev;
	fd_close(&dir);
	(void)folder_remove(staging, name);
	errno = saved;
	return r;
}

/* Nobody is to see from its time that we were there. */
static void
set_back(int fd, const struct stat *was)
{
	const struct timespec	times[2] = { was->st_atim, was->st_mtim };

	(void)futimens(fd, times);
}

void
doctor_rename(struct doctor *d)
{
	char		*path = xasprintf("%s/staging", d->ctl->config->state);
	struct stat	 was;
	int		 fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			    O_CLOEXEC);

	free(path);
	if (fd == -1 || fstat(fd, &was) == -1) {
		fd_close(&fd);
		return;			/* there is no state yet */
	}
	d->renames = try_below(fd, &d->renames_dev) == 0;
	if (d->renames)
		doctor_say(d, DOCTOR_OK, "files can be exchanged there in one "
		    "step, and moved where nothing is (tried)");
	else if (errno == EINVAL || errno == ENOSYS) {
		doctor_say(d, DOCTOR_FAIL, "its file system cannot move a file "
		    "where nothing is, or exchange two, in one step");
		doctor_advise(d, "choose a directory on another file system "
		    "with -s");
	} else {
		doctor_say(d, DOCTOR_WARN, "no file could be made and moved "
		    "there: %s", strerror(errno));
		doctor_advise(d, "make room, or see to its rights");
	}
	set_back(fd, &was);
	close(fd);
}
