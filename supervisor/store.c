#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/mem.h"
#include "supervisor/state_dir.h"
#include "supervisor/store_db.h"

/*
 * Opening and closing the state database.
 */

const char *
store_status_name(enum store_status st)
{
	switch (st) {
	case STORE_OK:
		return "ok";
	case STORE_NONE:
		return "none";
	case STORE_BUSY:
		return "busy";
	case STORE_FULL:
		return "full";
	case STORE_CORRUPT:
		return "corrupt";
	case STORE_NEWER:
		return "newer";
	case STORE_ERROR:
		return "error";
	}
	BUG("store status %d", (int)st);
}

/* The file is made here so that nobody else can ever read it. */
static enum store_status
make_private(const char *path)
{
	int	 fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);

	if (fd == -1) {
		log_warn("%s: cannot be opened, mnemod needs a state "
		    "directory that it can write", path);
		return STORE_ERROR;
	}
	close(fd);
	return STORE_OK;
}

static enum store_status
connect_to(struct store *s, const char *name, int flags)
{
	int	 rc = sqlite3_open_v2(name, &s->db,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);

	if (rc != SQLITE_OK)
		return db_error(s, rc);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, 5000);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return STORE_OK;
}

static enum store_status
set_pragmas(struct store *s)
{
	enum store_status	 st;

	st = db_script(s, "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA secure_delete = ON;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA journal_size_limit = 1048576;");
	return st == STORE_OK ? db_check(s, "PRAGMA quick_check(1)") : st;
}

/*
 * SQLite opens for reading what it cannot open for writing, for want of a
 * descriptor, too; all that is to be recorded would fail from then on.
 */
static enum store_status
is_writable(struct store *s)
{
	if (sqlite3_db_readonly(s->db, "main") == 0)
		return STORE_OK;
	log_warnx("%s: unable to open it for writing", s->path);
	return STORE_ERROR;
}

static enum store_status
open_owner(struct store *s, const char *dir)
{
	const char		*net = state_dir_network_fs(dir);
	enum store_status	 st;

	if (net != NULL) {
		log_warnx("%s: is on a network file system (%s), where the "
		    "state database is not safe: choose a local directory "
		    "with -s", dir, net);
		return STORE_ERROR;
	}
	st = make_private(s->path);
	if (st == STORE_OK)
		st = connect_to(s, s->path, SQLITE_OPEN_READWRITE);
	if (st == STORE_OK)
		st = is_writable(s);
	return st == STORE_OK ? set_pragmas(s) : st;
}

/*
 * A database that was closed properly has no -wal file; "immutable" then
 * keeps SQLite from making one.  With one, its owner lives or has crashed,
 * and the files that reading needs are there.
 */
static int
is_at_rest(const char *path)
{
	char	*wal = xasprintf("%s-wal", path);
	/* One that cannot be looked at may hold the newest of it. */
	int	 rest = access(wal, F_OK) == -1 && errno == ENOENT;

	free(wal);
	return rest;
}

static char *
read_only_uri(const char *path, int at_rest)
{
	struct buf	 uri = BUF_INIT;
	const char	*p;

	buf_addstr(&uri, "file:");
	for (p = path; *p != '\0'; p++) {
		if (strchr("?#%", *p) != NULL)
			buf_addf(&uri, "%%%02x", (unsigned)*p);
		else
			buf_addch(&uri, *p);
	}
	buf_addstr(&uri, "?mode=ro");
	if (at_rest)
		buf_addstr(&uri, "&immutable=1");
	return buf_detach(&uri);
}

static enum store_status
connect_read_only(struct store *s)
{
	enum store_status	 st;
	char			*uri;

	s->at_rest = is_at_rest(s->path);
	uri = read_only_uri(s->path, s->at_rest);
	st = connect_to(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	free(uri);
	if (st == STORE_OK)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL);
	return st;
}

static enum store_status
copy_into(struct store *to, struct store *from)
{
	sqlite3_backup	*b = sqlite3_backup_init(to->db, "main", from->db,
	    "main");

	if (b == NULL)
		return db_error(to, sqlite3_errcode(to->db));
	sqlite3_backup_step(b, -1);
	return db_error(to, sqlite3_backup_finish(b));
}

/* An empty store in memory, filled from the file if there is one. */
static enum store_status
open_copy(struct store *s)
{
	struct store		 from = { .path = s->path };
	enum store_status	 st;

	st = connect_to(s, ":memory:", SQLITE_OPEN_READWRITE);
	if (st != STORE_OK || (access(s->path, F_OK) == -1 &&
	    errno == ENOENT))
		return st;
	db_about(&from, "reading");
	st = connect_read_only(&from);
	if (st == STORE_OK)
		st = copy_into(s, &from);
	sqlite3_close(from.db);
	return st == STORE_OK ? db_check(s, "PRAGMA quick_check(1)") : st;
}

/* What an older mnemod left is brought to our schema in memory. */
static enum store_status
open_reader(struct store *s)
{
	enum store_status	 st;
	int64_t			 version = 0;

	if (access(s->path, R_OK) == -1) {
		if (errno == ENOENT)
			return STORE_NONE;
		log_warn("%s: %s", s->path, errno == EACCES ? "only the user "
		    "who runs mnemod may read it" : "cannot be looked at");
		return STORE_ERROR;
	}
	s->reader = 1;
	st = connect_read_only(s);
	if (st == STORE_OK)
		st = schema_version(s, &version);
	if (st != STORE_OK || version >= schema_nsteps)
		return st;
	db_forget_statements(s);
	sqlite3_close(s->db);
	s->db = NULL;
	s->reader = 0;
	return open_copy(s);
}

static enum store_status
open_as(struct store *s, const char *dir, enum store_mode mode)
{
	switch (mode) {
	case STORE_OWNER:
		return open_owner(s, dir);
	case STORE_COPY:
		return open_copy(s);
	case STORE_READER:
		return open_reader(s);
	}
	BUG("store mode %d", (int)mode);
}

static void
explain(const struct store *s, enum store_status st)
{
	if (st == STORE_CORRUPT)
		log_warnx("%s: is damaged or no database of mnemod; put the "
		    "newest copy beside it (%s.v*) in its place, or move it "
		    "away: it is made again from the rollouts", s->path,
		    s->path);
	else if (st != STORE_OK && st != STORE_NONE && st != STORE_NEWER)
		log_warnx("%s: cannot be used (%s)", s->path,
		    store_status_name(st));
}

static enum store_status
open_once(const char *dir, enum store_mode mode, struct store **out)
{
	struct store		*s = xcalloc(1, sizeof(*s));
	enum store_status	 st;

	*out = s;
	s->path = xasprintf("%s/state.db", dir);
	db_about(s, "opening");
	st = open_as(s, dir, mode);
	return st == STORE_OK ?
	    schema_migrate(s, schema_steps, schema_nsteps) : st;
}

enum store_status
store_open(const char *dir, enum store_mode mode, struct store **out)
{
	enum store_status	st = open_once(dir, mode, out);

	/* A page that could not be read once looks the same. */
	if (st == STORE_CORRUPT) {
		log_warnx("%s: seems to be damaged; looked at once more",
		    (*out)->path);
		store_close(*out);
		st = open_once(dir, mode, out);
	}
	if (st != STORE_OK) {
		explain(*out, st);
		store_close(*out);
		*out = NULL;
	}
	return st;
}

int
store_reader_stale(const struct store *s)
{
	return s->at_rest && !is_at_rest(s->path);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	db_forget_statements(s);
	if (s->db != NULL && sqlite3_close(s->db) != SQLITE_OK)
		BUG("%s: statements left open", s->path);
	free(s->path);
	free(s);
}
