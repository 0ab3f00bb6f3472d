#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/store_db.h"

/* Is the database sound?  And is it the database, or the disk, that is not? */

/* 1, with errno, if a file that is there cannot be read to its end. */
static int
is_unreadable(const char *path)
{
	static char	 bytes[65536];
	int		 fd = open(path, O_RDONLY | O_CLOEXEC), error;
	ssize_t		 n;

	if (fd == -1)
		return errno != ENOENT;
	do
		n = fd_read(fd, bytes, sizeof(bytes));
	while (n > 0);
	error = errno;
	close(fd);
	errno = error;
	return n == -1;
}

int
db_unreadable(const struct store *s)
{
	char	*wal = xasprintf("%s-wal", s->path);
	int	 yes = is_unreadable(s->path) || is_unreadable(wal), error;

	error = errno;
	free(wal);
	errno = error;
	return yes;
}

/*
 * What a check tells of a page: one that could not be read says nothing of
 * what is in it, and the number at its end tells why.
 */
static int
code_told(const char *text)
{
	static const char	 mark[] = "error code";
	const char		*p = strstr(text, mark);
	int			 rc = p == NULL ? SQLITE_CORRUPT :
	    (int)strtol(p + sizeof(mark), NULL, 10);

	return db_status(rc) == STORE_OK ? SQLITE_CORRUPT : rc;
}

static enum store_status
take_told(const char *text, struct buf *why)
{
	const char	*line = strrchr(text, '\n');
	int		 rc;

	if (strcmp(text, "ok") == 0)
		return STORE_OK;
	rc = code_told(text);
	buf_addf(why, "%s (%s)", line == NULL ? text : line + 1,
	    sqlite3_errstr(rc));
	return db_status(rc);
}

enum store_status
db_sound(struct store *s, const char *pragma, struct buf *why)
{
	enum store_status	 told = STORE_CORRUPT;
	struct db_rows		 r;
	const char		*text;

	db_open(&r, s, pragma, NOARGS);
	if (db_next(&r) && (text = db_text(&r, 0)) != NULL)
		told = take_told(text, why);
	return db_end(&r) != STORE_OK ? r.status : told;
}

enum store_status
db_check(struct store *s, const char *pragma)
{
	struct buf		 why = BUF_INIT;
	enum store_status	 st = db_sound(s, pragma, &why);

	if (why.len > 0)
		log_warnx("%s: %s", s->path, buf_str(&why));
	buf_release(&why);
	return st;
}
