#ifndef MNEMOD_ROLE_H
#define MNEMOD_ROLE_H

/*
 * The worker roles.  One row of one table says how a role is called in
 * messages, in ps(1) and in libexec.
 */

enum role {
	ROLE_GATEWAY,
	ROLE_EXTRACT,
	ROLE_CONSOLIDATE,
	ROLE_WORKSPACE,
	ROLE__MAX
};

/* Name in messages and titles: "extract".  Aborts on a value outside. */
const char *role_name(enum role);

/*
 * comm(1) name and file name in libexec/mnemod: "mnemod-extract"; at most
 * 15 bytes, the kernel's limit for PR_SET_NAME.
 */
const char *role_comm(enum role);

/* The role called `name', or ROLE__MAX. */
enum role role_by_name(const char *name);

#endif
