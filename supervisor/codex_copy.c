#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/codex_copy.h"

#define FILE_MAX_BYTES	((off_t)256 << 20)
#define ROW_MAX_BYTES	(16 << 20)
#define COPY_TRIES	3	/* its owner may write meanwhile */
#define QUERY_MS	10000	/* of all queries together */
#define STEPS_PER_LOOK	100000	/* of SQLite's machine */

#define SUFFIX	".sqlite"

static const char *const prefixes[] = { "memories", "state" };
static const char *const parts[] = { "", "-wal", "-shm", "-journal" };

#define NPREFIXES (sizeof(prefixes) / sizeof(prefixes[0]))
#define NPARTS (sizeof(parts) / sizeof(parts[0]))

static char *
copy_path(const char *state, const char *prefix)
{
	return xasprintf("%s/codex-%s.import", state, prefix);
}

static void
remove_parts(const char *path)
{
	char	*part;
	size_t	 i;

	for (i = 0; i < NPARTS; i++) {
		part = xasprintf("%s%s", path, parts[i]);
		if (unlink(part) == -1 && errno != ENOENT)
			log_warn("%s: a copy of Codex's data stays", part);
		free(part);
	}
}

void
codex_copy_sweep(const char *state)
{
	char	*path;
	size_t	 i;

	for (i = 0; i < NPREFIXES; i++) {
		path = copy_path(state, prefixes[i]);
		remove_parts(path);
		free(path);
	}
}

/* The number of "<prefix>_<number>.sqlite", -1 for another name. */
static long
number_of(const char *name, const char *prefix)
{
	size_t	len = strlen(prefix), digits;

	if (strncmp(name, prefix, len) != 0 || name[len] != '_')
		return -1;
	name += len + 1;
	digits = strspn(name, "0123456789");
	if (digits == 0 || digits > 9 || strcmp(name + digits, SUFFIX) != 0)
		return -1;
	return strtol(name, NULL, 10);
}

/*
 * The file of the newest schema; NULL, with errno 0 if there is none, or
 * else where it could not be looked for.
 */
static char *
find_newest(const char *home, const char *prefix)
{
	struct dirent	*e;
	DIR		*d = opendir(home);
	long		 n, best = -1;
	char		*path = NULL;
	int		 error;

	while (d != NULL && (e = folder_next(d)) != NULL) {
		n = number_of(e->d_name, prefix);
		if (n <= best)
			continue;
		best = n;
		free(path);
		path = xasprintf("%s/%s", home, e->d_name);
	}
	error = errno;
	if (d != NULL)
		closedir(d);
	if (error != 0) {
		free(path);
		path = NULL;
	}
	errno = error == ENOENT ? 0 : error;
	return path;
}

static int
copy_bytes(int from, int to)
{
	static char	buf[65536];
	off_t		total = 0;
	ssize_t		n;

	for (;;) {
		n = read(from, buf, sizeof(buf));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if ((total += n) > FILE_MAX_BYTES) {
			errno = EFBIG;
			return -1;
		}
		if (fd_write_all(to, buf, (size_t)n) == -1)
			return -1;
	}
	return n == -1 ? -1 : 0;
}

/* Absent is fine if `may_lack'.  0, or -1 with errno. */
static int
copy_file(const char *from, const char *to, int may_lack)
{
	struct stat	st;
	int		in, out = -1, rc = -1, saved;

	in = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (in == -1)
		return may_lack && errno == ENOENT ? 0 : -1;
	if (fstat(in, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else if ((out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600)) != -1)
		rc = copy_bytes(in, out);
	saved = errno;
	fd_close(&out);
	fd_close(&in);
	errno = saved;
	return rc;
}

/* What tells that a file was written. */
static void
version_of(const char *path, struct stat *st)
{
	if (stat(path, st) == -1)
		memset(st, 0, sizeof(*st));
}

static int
same_version(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Both files as they are at one moment.  0, or -1 with errno. */
static int
copy_both(const char *origin, const char *path)
{
	char		*wal = xasprintf("%s-wal", origin);
	char		*wal_copy = xasprintf("%s-wal", path);
	struct stat	 a, b, c, d;
	int		 i, rc = -1;

	errno = EBUSY;
	for (i = 0; i < COPY_TRIES; i++) {
		remove_parts(path);
		version_of(origin, &a);
		version_of(wal, &b);
		rc = copy_file(origin, path, 0);
		if (rc == 0)
			rc = copy_file(wal, wal_copy, 1);
		if (rc == -1)
			break;
		version_of(origin, &c);
		version_of(wal, &d);
		if (same_version(&a, &c) && same_version(&b, &d))
			break;
		errno = EBUSY;
		rc = -1;
	}
	free(wal);
	free(wal_copy);
	return rc;
}

/* Ends a query that takes too long; the argument is the deadline. */
static int
too_long(void *arg)
{
	return mono_ms() > *(int64_t *)arg;
}

static int
open_copy(struct codex_copy *c)
{
	static const int off[] = { SQLITE_DBCONFIG_ENABLE_TRIGGER,
	    SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
	    SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL };
	size_t		i;
	int		rc;

	rc = sqlite3_open_v2(c->path, &c->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, ROW_MAX_BYTES);
	sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		sqlite3_db_config(c->db, off[i], 0, NULL);
	c->deadline = mono_ms() + QUERY_MS;
	sqlite3_progress_handler(c->db, STEPS_PER_LOOK, too_long,
	    &c->deadline);
	return sqlite3_exec(c->db, "PRAGMA trusted_schema = OFF;"
	    "PRAGMA query_only = ON; PRAGMA cell_size_check = ON;"
	    "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
	    "SELECT count(*) FROM sqlite_schema;",
	    NULL, NULL, NULL);
}

static void
note(struct codex_copy *c, enum codex_trouble t)
{
	if (t > c->trouble)
		c->trouble = t;
}

/* What a file's owner did to it stays so; all else is the system's. */
static void
note_errno(struct codex_copy *c, int error)
{
	switch (error) {
	case EACCES:
	case EBUSY:
	case EFBIG:
	case EINVAL:
	case ELOOP:
	case ENOENT:
	case ENOTDIR:
	case EPERM:
		note(c, CODEX_DAMAGED);
		break;
	default:
		note(c, CODEX_UNREAD);
	}
}

void
codex_copy_ended(struct codex_copy *c, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
	case SQLITE_ERROR:	/* another schema than we know */
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_NOMEM:
		note(c, CODEX_UNREAD);
		break;
	default:
		note(c, CODEX_DAMAGED);
	}
}

int
codex_copy_open(struct codex_copy *c, const char *home, const char *prefix,
    const char *state)
{
	int	rc;

	memset(c, 0, sizeof(*c));
	c->origin = find_newest(home, prefix);
	if (c->origin == NULL && errno == 0)
		return 0;
	if (c->origin == NULL) {
		note_errno(c, errno);
		log_warn("%s: its databases cannot be looked for", home);
		return -1;
	}
	c->path = copy_path(state, prefix);
	if (copy_both(c->origin, c->path) == -1) {
		note_errno(c, errno);
		log_warn("%s: cannot be read", c->origin);
	} else if ((rc = open_copy(c)) != SQLITE_OK) {
		codex_copy_ended(c, rc);
		log_warnx("%s: cannot be read: %s", c->origin,
		    sqlite3_errmsg(c->db));
	} else
		return 1;
	codex_copy_close(c);
	return -1;
}

void
codex_copy_close(struct codex_copy *c)
{
	sqlite3_close(c->db);
	c->db = NULL;
	if (c->path != NULL)
		remove_parts(c->path);
	free(c->path);
	free(c->origin);
	c->path = c->origin = NULL;
}

int
codex_copy_has(struct codex_copy *c, const char *table)
{
	sqlite3_stmt	*st = NULL;
	int		 rc;

	if (c->db == NULL)
		return 0;
	/* A virtual table has no root page. */
	rc = sqlite3_prepare_v2(c->db, "SELECT 1 FROM sqlite_schema WHERE"
	    " name = ? AND type = 'table' AND rootpage > 0", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_finalize(st);
	codex_copy_ended(c, rc);
	return rc == SQLITE_ROW;
}
