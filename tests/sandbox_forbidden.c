#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/role.h"
#include "sandbox_acts.h"

static int
try_proc(const char *name)
{
	char	path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)getppid(), name);
	return opened(open(path, O_RDONLY | O_CLOEXEC));
}

static int
try_environ(void)
{
	return try_proc("environ");
}

static int
try_mem(void)
{
	return try_proc("mem");
}

static int
try_fds(void)
{
	return try_proc("fd");
}

static int
try_cmdline(void)
{
	return try_proc("cmdline");
}

/* If it worked, the missing end of the report would tell. */
static int
try_execve(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return 0;
}

static int
forked(pid_t pid)
{
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid != -1;
}

static int
try_fork(void)
{
	return forked(fork());
}

static int
try_clone(void)
{
	return forked((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int
try_clone3(void)
{
	struct {
		unsigned long long	flags, fds[3], exit_signal, rest[3];
	} args = { .exit_signal = SIGCHLD };

	return forked((pid_t)syscall(SYS_clone3, &args, 64L));
}

static int
try_attach(void)
{
	if (ptrace(PTRACE_SEIZE, getppid(), 0, 0) == -1)
		return 0;
	ptrace(PTRACE_DETACH, getppid(), 0, 0);
	return 1;
}

static int
try_traceme(void)
{
	return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0;
}

/* The parent was this program a moment ago: same addresses. */
static int
try_vm_read(void)
{
	int		there = 7, here = 0;
	struct iovec	l = { &here, sizeof(here) };
	struct iovec	r = { &there, sizeof(there) };

	return process_vm_readv(getppid(), &l, 1, &r, 1, 0) > 0;
}

static int
try_kill(void)
{
	return kill(getppid(), SIGCONT) == 0;
}

static int
try_tgkill(void)
{
	return tgkill(getppid(), getppid(), SIGCONT) == 0;
}

static int
try_killpg(void)
{
	return kill(0, SIGCONT) == 0;
}

static int
try_pidfd(void)
{
	return opened((int)syscall(SYS_pidfd_open, getppid(), 0));
}

/* A pipe that gets ready would signal its owner with what F_SETSIG says. */
static int
try_owner(void)
{
	return fcntl(STDERR_FILENO, F_SETOWN, getppid()) == 0 ||
	    fcntl(STDERR_FILENO, F_SETSIG, SIGKILL) == 0;
}

/* With each protocol that is left to the kernel or named. */
static int
try_socket(void)
{
	return opened(socket(AF_INET, SOCK_STREAM, 0)) ||
	    opened(socket(AF_INET6, SOCK_DGRAM, 0)) ||
	    opened(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) ||
	    opened(socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP));
}

/* What is neither TCP nor UDP; MPTCP is not seen by Landlock's rules. */
static int
try_other_socket(void)
{
	return opened(socket(AF_UNIX, SOCK_STREAM, 0)) ||
	    opened(socket(AF_NETLINK, SOCK_RAW, 0)) ||
	    opened(socket(AF_INET, SOCK_RAW, IPPROTO_UDP)) ||
	    opened(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)) ||
	    opened(socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP)) ||
	    opened(socket(AF_PACKET, SOCK_RAW, 0)) ||
	    opened(socket(AF_ALG, SOCK_SEQPACKET, 0)) ||
	    opened(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static int
try_bind(void)
{
	const struct sockaddr_in	sin = { .sin_family = AF_INET };
	int				fd = socket(AF_INET, SOCK_STREAM, 0);
	int				r;

	if (fd == -1)
		return 0;
	r = bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) == 0 ||
	    listen(fd, 1) == 0;
	close(fd);
	return r;
}

static int
try_mmap_exec(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int
try_mprotect_exec(void)
{
	void	*p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static int
try_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static int
try_raise_limit(void)
{
	const struct rlimit	rl = { 1024, 1024 };

	return setrlimit(RLIMIT_NOFILE, &rl) == 0;
}

#define R_GATEWAY	(1u << ROLE_GATEWAY)

const struct act acts[] = {
	{ "/proc/PPID/environ", try_environ, 1, 0 },
	{ "/proc/PPID/mem", try_mem, 0, 0 },
	{ "/proc/PPID/fd", try_fds, 1, 0 },
	{ "/proc/PPID/cmdline", try_cmdline, 1, 0 },
	{ "execve", try_execve, 0, 0 },
	{ "fork", try_fork, 1, 0 },
	{ "clone", try_clone, 1, 0 },
	{ "clone3", try_clone3, 1, 0 },
	{ "ptrace the parent", try_attach, 0, 0 },
	{ "ptrace oneself", try_traceme, 0, 0 },
	{ "process_vm_readv", try_vm_read, 0, 0 },
	{ "kill the parent", try_kill, 1, 0 },
	{ "tgkill the parent", try_tgkill, 1, 0 },
	{ "kill the group", try_killpg, 1, 0 },
	{ "pidfd of the parent", try_pidfd, 1, 0 },
	{ "own a pipe's signals", try_owner, 1, 0 },
	{ "socket", try_socket, 1, R_GATEWAY },
	{ "other socket", try_other_socket, 1, 0 },
	{ "wait for connections", try_bind, 1, 0 },
	{ "mmap to execute", try_mmap_exec, 1, 0 },
	{ "mprotect to execute", try_mprotect_exec, 1, 0 },
	{ "become dumpable", try_dumpable, 1, 0 },
	{ "raise a limit", try_raise_limit, 0, 0 },
	{ NULL, NULL, 0, 0 }
};

#define RAW(call) { #call, SYS_ ## call, 0 }
#define RAW_NET(call) { #call, SYS_ ## call, R_GATEWAY }
const struct raw_call raw_calls[] = {
	RAW(accept4), RAW(add_key), RAW(bind), RAW(bpf), RAW(chroot),
	RAW_NET(connect), RAW(delete_module), RAW(execveat),
	RAW(fanotify_init), RAW(fchownat), RAW(fsconfig), RAW(fsmount),
	RAW(fsopen), RAW(init_module), RAW(inotify_add_watch),
	RAW(inotify_init1), RAW(io_setup), RAW(io_uring_enter),
	RAW(io_uring_register), RAW(io_uring_setup), RAW(ioctl), RAW(kcmp),
	RAW(kexec_load), RAW(keyctl), RAW(landlock_restrict_self),
	RAW(linkat), RAW(listen), RAW(memfd_create), RAW(mknodat),
	RAW(mount), RAW(mount_setattr), RAW(move_mount), RAW(mq_open),
	RAW(msgget), RAW(name_to_handle_at), RAW(open_by_handle_at),
	RAW(open_tree), RAW(perf_event_open), RAW(personality),
	RAW(pidfd_getfd), RAW(pidfd_send_signal), RAW(pivot_root),
	RAW(pkey_mprotect), RAW(prctl), RAW(process_madvise),
	RAW(process_vm_readv), RAW(process_vm_writev), RAW(ptrace),
	RAW(reboot), RAW(remap_file_pages), RAW(removexattr),
	RAW(request_key), RAW(rt_sigqueueinfo), RAW(rt_tgsigqueueinfo),
	RAW(seccomp), RAW_NET(sendmsg), RAW_NET(sendto), RAW(sethostname),
	RAW(setns), RAW(setpgid), RAW(setresuid), RAW(setsid), RAW(setuid),
	RAW(shmget), RAW(socket), RAW(socketpair), RAW(splice),
	RAW(symlinkat), RAW(umount2), RAW(unshare), RAW(userfaultfd),
	RAW(vmsplice),
#ifdef __x86_64__	/* older calls for the same */
	RAW(chmod), RAW(chown), RAW(creat), RAW(execve), RAW(fork),
	RAW(link), RAW(mknod), RAW(symlink), RAW(truncate), RAW(utime),
	RAW(utimes), RAW(vfork),
#endif
	{ NULL, 0, 0 }
};
