/*
 * oldkernel ABI COMMAND [ARG ...]: run a command as a kernel would whose
 * Landlock has this ABI; 0 is a kernel without Landlock.
 *
 * A seccomp filter hands landlock_create_ruleset(2) and landlock_add_rule(2)
 * of the command, and of all that it starts, to this process.  It answers the
 * question for the version itself, refuses what such a kernel would not know
 * (landlock(7), VERSIONS), and lets the kernel do the rest: a domain that
 * withholds fewer rights is that of the older kernel.  Ends with the status
 * of the command.
 */
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/landlock_abi.h"

#define NEWEST	7

/* The rights on files that each ABI knows. */
static const uint64_t fs_known[NEWEST + 1] = {
	[1] = 0x1fff, [2] = 0x3fff, [3] = 0x7fff, [4] = 0x7fff, [5] = 0xffff,
	[6] = 0xffff, [7] = 0xffff,
};

static int
listen_to_landlock(void)
{
	scmp_filter_ctx	ctx = seccomp_init(SCMP_ACT_ALLOW);
	int		fd, r;

	if (ctx == NULL)
		errx(99, "seccomp_init");
	r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY,
	    SCMP_SYS(landlock_create_ruleset), 0);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY,
		    SCMP_SYS(landlock_add_rule), 0);
	if (r == 0)
		r = seccomp_load(ctx);
	fd = r == 0 ? seccomp_notify_fd(ctx) : -1;
	if (fd < 0)
		errx(99, "seccomp: %s", strerror(r == 0 ? -fd : -r));
	seccomp_release(ctx);
	return fd;
}

/*
 * What such a kernel says of a ruleset: 0 or a negative errno.  The memory of
 * a worker, which is not dumpable, is root's to read; others see no error
 * that a ruleset of too many rights should be.
 */
static int
judge_ruleset(int abi, pid_t pid, const uint64_t *args)
{
	struct landlock_ruleset	set = { 0, 0, 0 };
	struct iovec		to = { &set, sizeof(set) };
	struct iovec		from = { (void *)(uintptr_t)args[0],
				    sizeof(set) };

	if (args[1] < from.iov_len)
		from.iov_len = args[1];
	if (process_vm_readv(pid, &to, 1, &from, 1, 0) == -1)
		return 0;
	if ((set.handled_net != 0 && abi < 4) || (set.scoped != 0 && abi < 6))
		return -E2BIG;
	return (set.handled_fs & ~fs_known[abi]) != 0 ? -EINVAL : 0;
}

/* Fill in the answer to one call. */
static void
answer(int abi, const struct seccomp_notif *q, struct seccomp_notif_resp *a)
{
	const uint64_t	*args = (const uint64_t *)q->data.args;

	a->id = q->id;
	if (abi == 0)
		a->error = -EOPNOTSUPP;
	else if (q->data.nr == SCMP_SYS(landlock_add_rule))
		a->error = args[1] == SANDBOX_RULE_NET_PORT && abi < 4 ?
		    -EINVAL : 0;
	else if (args[2] == LANDLOCK_CREATE_RULESET_VERSION) {
		a->val = abi;
		return;
	} else
		a->error = judge_ruleset(abi, (pid_t)q->pid, args);
	if (a->error == 0)
		a->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

/* One call; its caller may be gone again. */
static void
serve(int fd, int abi)
{
	struct seccomp_notif		*q;
	struct seccomp_notif_resp	*a;

	if (seccomp_notify_alloc(&q, &a) != 0)
		errx(99, "seccomp_notify_alloc");
	if (seccomp_notify_receive(fd, q) == 0) {
		answer(abi, q, a);
		seccomp_notify_respond(fd, a);
	}
	seccomp_notify_free(q, a);
}

static pid_t
start(char **command)
{
	pid_t	pid = fork();

	if (pid == -1)
		err(99, "fork");
	if (pid == 0) {
		execvp(command[0], command);
		err(99, "%s", command[0]);
	}
	return pid;
}

int
main(int argc, char **argv)
{
	struct pollfd	fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int		abi = argc > 2 ? atoi(argv[1]) : -1, status;
	pid_t		pid;

	if (abi < 0 || abi > NEWEST)
		errx(99, "usage: oldkernel 0-%d command [argument ...]",
		    NEWEST);
	fds[0].fd = listen_to_landlock();
	pid = start(argv + 2);
	fds[1].fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fds[1].fd == -1)
		err(99, "pidfd_open");
	while (fds[1].revents == 0) {
		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			err(99, "poll");
		if ((fds[0].revents & POLLIN) != 0)
			serve(fds[0].fd, abi);
	}
	if (waitpid(pid, &status, 0) == -1)
		err(99, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}
