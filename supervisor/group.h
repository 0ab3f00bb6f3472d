#ifndef MNEMOD_GROUP_H
#define MNEMOD_GROUP_H

/*
 * The group of a thread: what of its memory belongs together.  The clones
 * and worktrees of one repository are one group, any other directory is a
 * group of its own (mnemod-memory(5)).
 */

/*
 * The group of a thread with this repository URL (NULL or "" if none) and
 * directory (likewise).  The caller frees it; "" if neither is known.
 */
char *group_of(const char *repository_url, const char *cwd);

/*
 * One form for the ways to write a repository's URL: no scheme, user,
 * password, default port, query or final ".git"; host in lower case:
 * "git@GitHub.com:a/b.git" and "https://github.com/a/b" are both
 * "github.com/a/b".  A path on this machine stays a path.  The caller
 * frees it; NULL if nothing is left.
 */
char *group_normalize_url(const char *url);

#endif
