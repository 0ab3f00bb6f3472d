#ifndef MNEMOD_SANDBOX_ACTS_H
#define MNEMOD_SANDBOX_ACTS_H

#include <limits.h>
#include <unistd.h>

/*
 * What check_sandbox tries from inside a sandbox.  Acts run in a child that
 * has nothing but a pipe to tell the outcome.
 */

/* The folders of a test; each holds one file, all belong to the tester. */
struct scene {
	char	dir[PATH_MAX / 2];
	char	outside[PATH_MAX];	/* no role may touch it */
	char	source[PATH_MAX];	/* extract reads it */
	char	live[PATH_MAX];		/* a memory root */
	char	staging[PATH_MAX];	/* an agent's folder */
	char	history[PATH_MAX];	/* a memory's history, empty */
	char	certificates[PATH_MAX];	/* the gateway reads it */
	int	only_file;		/* extract as for -p FILE */
};

/* 1 if there is a descriptor, which is closed. */
static inline int
opened(int fd)
{
	if (fd == -1)
		return 0;
	close(fd);
	return 1;
}

/* Acts on a file; 1 if it was done, 0 if it was refused. */
struct file_act {
	const char	*name;
	int		(*try)(const char *path);
	int		 changes;	/* 0: reading */
};
extern const struct file_act file_acts[];	/* ends: name NULL */

/* Acts on other processes and the system. */
struct act {
	const char	*name;
	int		(*try)(void);
	int		 control;	/* surely works without a sandbox */
	unsigned	 may;		/* roles that may: 1u << enum role */
};
extern const struct act acts[];			/* ends: name NULL */

/* System calls that must give EPERM whatever their arguments. */
struct raw_call {
	const char	*name;
	long		 nr;
	unsigned	 may;		/* roles that need not be refused */
};
extern const struct raw_call raw_calls[];	/* ends: name NULL */

/* Acts on a file in the role's own folder that give it more than files. */
extern const struct file_act special_acts[];	/* ends: name NULL */

/*
 * What a role cannot do without; 1 if it worked.  needs_before() runs ahead
 * of the sandbox.
 */
struct need {
	const char	*name;
	int		(*try)(const struct scene *);
	unsigned	 roles;			/* 1u << enum role */
};
extern const struct need needs[];		/* ends: name NULL */
void needs_before(void);

#endif
