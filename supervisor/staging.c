#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/folder.h"
#include "folder.h"
#include "log.h"
#include "mem.h"
#include "uuid.h"
#include "supervisor/staging.h"

static int
open_staging(const struct state_dir *sd)
{
	char	*path = state_dir_file(sd, "staging");
	int	 fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		log_warn("%s: its folders are not removed", path);
	free(path);
	return fd;
}

int
staging_remove(const struct state_dir *sd, const char *thread_id)
{
	int	fd, r;

	if (!uuid_valid(thread_id))
		BUG("staging folder of no thread");
	fd = open_staging(sd);
	if (fd == -1)
		return -1;
	r = folder_remove(fd, thread_id);
	if (r == -1)
		log_warn("staging folder %s: it stays until the next start",
		    thread_id);
	close(fd);
	return r;
}

int
staging_exists(const struct state_dir *sd, const char *thread_id)
{
	char	*path = xasprintf("%s/staging/%s", sd->path, thread_id);
	/* What cannot be looked at may be there. */
	int	 there = access(path, F_OK) == 0 || errno != ENOENT;

	free(path);
	return there;
}

/*
 * 1 if a person may want to look at it, or its agent is not done: it works,
 * or waits for its memory root to come back; or if that cannot be known.
 */
static int
kept(struct store *store, const char *thread_id, int64_t until)
{
	struct store_agent	*a;
	enum store_status	 st = store_agent_get(store, thread_id, &a);
	int64_t			 at = INT64_MIN;

	if (st != STORE_OK)
		return st != STORE_NONE;
	if (a->finished_at == 0)
		at = a->started_at;
	else if (a->reason != NULL && strcmp(a->reason, "rejected") == 0)
		at = a->finished_at;
	store_agent_free(a);
	return at > until;
}

int64_t
staging_sweep(const struct state_dir *sd, struct store *store, int64_t until)
{
	struct dirent	*e;
	int64_t		 n = 0;
	DIR		*d;
	int		 fd = open_staging(sd);

	if (fd == -1)
		return 0;
	d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return 0;
	}
	while ((e = folder_next(d)) != NULL) {
		if (!uuid_valid(e->d_name) || kept(store, e->d_name, until))
			continue;
		log_debug("staging folder %s: no longer needed, removed",
		    e->d_name);
		n += staging_remove(sd, e->d_name) == 0;
	}
	if (errno != 0)
		log_warn("%s/staging: not all of it can be looked through; "
		    "what is no longer needed may stay", sd->path);
	closedir(d);
	return n;
}
