#ifndef MNEMOD_FD_H
#define MNEMOD_FD_H

#include <sys/types.h>
#include <stddef.h>

/*
 * Descriptors.  The fixed numbers in a worker (mnemod-protocol(7)):
 */
#define FD_TO_WORKER	3	/* frames to the worker */
#define FD_FROM_WORKER	4	/* frames from the worker */
#define FD_WORKERS_LOCK	5	/* shared lock, inherited by every worker */
#define FD_ROOT		6	/* workspace: its locked memory root */
#define FD_PEER_LOCK	7	/* workspace: memories.lock of Codex */

/* Open /dev/null on 0, 1 and 2 where they are closed.  Returns 0 or -1. */
int fd_sanitize_std(void);

/* Set or clear O_NONBLOCK.  Returns 0 or -1 with errno. */
int fd_nonblock(int fd, int on);

/* pipe2(O_CLOEXEC).  [0] reads, [1] writes.  Returns 0 or -1. */
int fd_pipe(int fds[2]);

/* close(2) if not negative, and set to -1. */
void fd_close(int *fd);

/*
 * Write all of `data' to a blocking descriptor, EINTR and short writes
 * handled.  Returns 0 or -1.
 */
int fd_write_all(int fd, const void *data, size_t len);

/* read(2), again where a signal interrupted it. */
ssize_t fd_read(int fd, void *data, size_t size);

/*
 * The first `size' bytes of a file, or as many as it has, wherever the
 * descriptor stands.  Returns their number, or -1.
 */
ssize_t fd_read_start(int fd, void *data, size_t size);

/* Let this process have `n' descriptors, or as many as it may have. */
void fd_limit_raise(unsigned n);

/* Number of open descriptors of this process, or -1. */
int fd_count(void);

#endif
