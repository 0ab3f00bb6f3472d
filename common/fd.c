#include <sys/resource.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fd.h"

int
fd_sanitize_std(void)
{
	int	fd;

	do {
		fd = open("/dev/null", O_RDWR); /* NOLINT: stays open */
		if (fd == -1)
			return -1;
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

int
fd_nonblock(int fd, int on)
{
	int	flags = fcntl(fd, F_GETFL);

	if (flags == -1)
		return -1;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) == -1 ? -1 : 0;
}

int
fd_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

void
fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
fd_write_all(int fd, const void *data, size_t len)
{
	const char	*p = data;
	ssize_t		 n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t
fd_read(int fd, void *data, size_t size)
{
	ssize_t	n;

	do {
		n = read(fd, data, size);
	} while (n == -1 && errno == EINTR);
	return n;
}

ssize_t
fd_read_start(int fd, void *data, size_t size)
{
	char	*p = data;
	size_t	 done = 0;
	ssize_t	 n;

	while (done < size) {
		n = pread(fd, p + done, size - done, (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
fd_count(void)
{
	struct dirent	*e;
	DIR		*d = opendir("/proc/self/fd");
	int		 n = 0;

	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			n++;
	closedir(d);
	return n - 1;	/* without the directory's own */
}

void
fd_limit_raise(unsigned n)
{
	struct rlimit	lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == -1 || lim.rlim_cur >= n)
		return;
	lim.rlim_cur = lim.rlim_max < n ? lim.rlim_max : n;
	setrlimit(RLIMIT_NOFILE, &lim);	/* without: fewer at once */
}
