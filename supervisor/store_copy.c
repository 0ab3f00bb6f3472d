#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_copy.h"
#include "supervisor/store_db.h"

/* VACUUM INTO writes to an empty file, so that its mode is ours. */
static int
make_empty(const char *path)
{
	int	 fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);

	return fd == -1 ? -1 : close(fd);
}

static int
flush(const char *path, int flags)
{
	int	 fd = open(path, flags | O_RDONLY | O_CLOEXEC), rc;

	if (fd == -1)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* VACUUM INTO does not flush: a copy that may be needed must. */
static int
make_durable(const char *copy, const char *target)
{
	char	*dir = xstrndup(target,
	    (size_t)(strrchr(target, '/') - target));
	int	 rc = flush(copy, 0);

	if (rc == 0)
		rc = rename(copy, target);
	if (rc == 0)
		rc = flush(dir, O_DIRECTORY);
	free(dir);
	return rc;
}

static enum store_status
copy_to(struct store *s, const char *copy, const char *target)
{
	enum store_status	 st;
	int			 rc = make_empty(copy);

	if (rc == 0) {
		db_about(s, "copying to %s", copy);
		st = db_run(s, "VACUUM INTO ?", ARGS(TEXT(copy)));
		if (st != STORE_OK)
			return st;
		rc = make_durable(copy, target);
	}
	if (rc == 0)
		return STORE_OK;
	log_warn("%s: cannot be written, the database stays as it is",
	    target);
	return STORE_ERROR;
}

enum store_status
store_copy(struct store *s, const char *target)
{
	char			*copy = xasprintf("%s.tmp", target);
	enum store_status	 st = copy_to(s, copy, target);

	if (st != STORE_OK)
		unlink(copy);
	free(copy);
	return st;
}

enum store_status
store_integrity(struct store *s)
{
	db_about(s, "checking every page");
	return db_check(s, "PRAGMA integrity_check(1)");
}
