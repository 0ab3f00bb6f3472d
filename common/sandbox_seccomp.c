#include <sys/mman.h>
#include <sys/socket.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <unistd.h>

#include "sandbox.h"

/* Let one call through; more conditions on it are alternatives. */
static int
allow(scmp_filter_ctx ctx, int nr)
{
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 0, NULL);
}

static int
allow_if(scmp_filter_ctx ctx, int nr, struct scmp_arg_cmp cmp)
{
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &cmp);
}

static int
allow_fcntls(scmp_filter_ctx ctx, int nr)
{
	const int	*cmd;
	int		 r = 0;

	for (cmd = sandbox_fcntls; *cmd != -1 && r == 0; cmd++)
		r = allow_if(ctx, nr,
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)*cmd, 0));
	return r;
}

static int
allow_read_limit(scmp_filter_ctx ctx, int nr)
{
	const struct scmp_arg_cmp	cmp[] = {
		SCMP_A0(SCMP_CMP_EQ, 0, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0)
	};

	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 2, cmp);
}

/*
 * By all three arguments: a raw socket is not meant, and MPTCP would go round
 * Landlock's rules on TCP.  The type comes with flags.
 */
static int
allow_inet(scmp_filter_ctx ctx, int nr)
{
	static const int	domains[] = { AF_INET, AF_INET6 };
	static const struct {
		scmp_datum_t	type, protocol;
	} kinds[] = {
		{ SOCK_STREAM, 0 }, { SOCK_STREAM, IPPROTO_TCP },
		{ SOCK_DGRAM, 0 }, { SOCK_DGRAM, IPPROTO_UDP },
	};
	struct scmp_arg_cmp	cmp[3];
	size_t			i, k;
	int			r = 0;

	for (i = 0; i < 2; i++) {
		cmp[0] = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)domains[i], 0);
		for (k = 0; k < 4 && r == 0; k++) {
			cmp[1] = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf,
			    kinds[k].type);
			cmp[2] = SCMP_A2(SCMP_CMP_EQ, kinds[k].protocol, 0);
			r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 3,
			    cmp);
		}
	}
	return r;
}

/* Every flag that would make more of it than a thread must be unset. */
static int
allow_thread(scmp_filter_ctx ctx, int nr)
{
	const scmp_datum_t	spaces = CLONE_NEWCGROUP | CLONE_NEWIPC |
				    CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID |
				    CLONE_NEWUSER | CLONE_NEWUTS;

	return allow_if(ctx, nr, SCMP_A0(SCMP_CMP_MASKED_EQ,
	    CLONE_THREAD | spaces, CLONE_THREAD));
}

/* Add one row; returns 0 or a negative errno. */
static int
allow_call(scmp_filter_ctx ctx, const struct sandbox_call *call)
{
	int	nr = seccomp_syscall_resolve_name(call->name);

	/* Newer than the library: refused like all that is not named. */
	if (nr == __NR_SCMP_ERROR)
		return 0;
	switch (call->check) {
	case CHECK_NONE:
		return allow(ctx, nr);
	case CHECK_NO_EXEC:
		return allow_if(ctx, nr,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	case CHECK_SELF:
		return allow_if(ctx, nr,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	case CHECK_FCNTL:
		return allow_fcntls(ctx, nr);
	case CHECK_READ_LIMIT:
		return allow_read_limit(ctx, nr);
	case CHECK_INET:
		return allow_inet(ctx, nr);
	case CHECK_PAIR:
		return allow_if(ctx, nr, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	case CHECK_THREAD:
		return allow_thread(ctx, nr);
	}
	return -EINVAL;
}

static int
fill(scmp_filter_ctx ctx, unsigned calls)
{
	const struct sandbox_call	*call;
	int				 r;

	/* A binary tree: the calls of a hot loop are not at its end. */
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(ENOSYS),
		    SCMP_SYS(clone3), 0, NULL);
	for (call = sandbox_calls; call->name != NULL && r == 0; call++)
		if ((call->group & calls) != 0)
			r = allow_call(ctx, call);
	return r;
}

int
sandbox_seccomp(unsigned calls)
{
	scmp_filter_ctx	ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int		r;

	if (ctx == NULL) {
		errno = ENOSYS;
		return -1;
	}
	r = fill(ctx, calls);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r == 0)
		return 0;
	errno = -r;
	return -1;
}
