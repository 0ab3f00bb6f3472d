#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/mem.h"
#include "supervisor/control_address.h"

/* By way of the directory that holds it. */
static int
address_long(struct control_address *a, const char *path)
{
	const char	*base = strrchr(path, '/');
	char		*dir;
	int		 n;

	if (base == NULL) {
		errno = ENAMETOOLONG;
		return -1;
	}
	dir = xstrndup(path, (size_t)(base - path));
	a->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (a->dir == -1)
		return -1;
	n = snprintf(a->sun.sun_path, sizeof(a->sun.sun_path),
	    "/proc/self/fd/%d%s", a->dir, base);
	if (n > 0 && (size_t)n < sizeof(a->sun.sun_path))
		return 0;
	control_address_release(a);
	errno = ENAMETOOLONG;
	return -1;
}

int
control_address_init(struct control_address *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->dir = -1;
	a->len = sizeof(a->sun);
	a->sun.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(a->sun.sun_path))
		return address_long(a, path);
	memcpy(a->sun.sun_path, path, strlen(path));
	return 0;
}

void
control_address_release(struct control_address *a)
{
	fd_close(&a->dir);
}

/* An interrupted wait for the other side's queue has connected nothing. */
static int
connect_to(int fd, const struct control_address *a)
{
	int	r;

	do {
		r = connect(fd, (const struct sockaddr *)&a->sun, a->len);
	} while (r == -1 && errno == EINTR);
	return r;
}

int
control_connect(const char *path, int flags)
{
	struct control_address	a;
	int			fd, saved;

	if (control_address_init(&a, path) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd != -1 && connect_to(fd, &a) == -1) {
		saved = errno;
		fd_close(&fd);
		errno = saved;
	}
	saved = errno;
	control_address_release(&a);
	errno = saved;
	return fd;
}

int
control_state_id(const char *state, char out[CONTROL_STATE_SIZE])
{
	struct stat	st;

	if (stat(state, &st) == -1)
		return -1;
	snprintf(out, CONTROL_STATE_SIZE, "%llx:%llx",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	return 0;
}
