/* links: supervisor/store.c supervisor/store_?*.c supervisor/state_dir.c supervisor/orphans.c supervisor/group.c tests/store_fixture.c tests/scratch.c */
/*
 * The database survives what happens to its file: damage, another program,
 * a newer or older mnemod.  What it cannot survive it refuses, and touches
 * nothing.
 */
#include <sys/stat.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "supervisor/store_db.h"
#include "tests/check_main.h"
#include "tests/log_sink.h"
#include "tests/store_fixture.h"

static struct log_kept	said;
static const char	*unseen;	/* access(2) of such a name fails */

/* The program's own comes before that of the C library. */
int
access(const char *path, int how)
{
	static int	(*real)(const char *, int);

	if (unseen != NULL && strstr(path, unseen) != NULL) {
		errno = EIO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "access");
	return real(path, how);
}

static char *
in_dir(const char *name)
{
	return xasprintf("%s/%s", st_dir, name);
}

static int
exists(const char *name)
{
	char	*path = in_dir(name);
	int	 there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void
reopen(enum store_status want)
{
	store_close(st);
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), want);
	ck_assert((st != NULL) == (want == STORE_OK));
}

START_TEST(open_sets_what_safety_needs)
{
	struct stat	 sb;
	char		*path = in_dir("state.db");

	ck_assert_int_eq(pragma("PRAGMA synchronous"), 2);	/* FULL */
	ck_assert_int_eq(pragma("PRAGMA secure_delete"), 1);
	ck_assert_int_eq(pragma("PRAGMA foreign_keys"), 1);
	ck_assert_int_eq(pragma("PRAGMA busy_timeout"), 5000);
	ck_assert_int_eq(pragma("PRAGMA trusted_schema"), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM pragma_journal_mode"
	    " WHERE journal_mode = 'wal'"), 1);
	ck_assert_int_eq(stat(path, &sb), 0);
	ck_assert_int_eq(sb.st_mode & 0777, 0600);
	free(path);
}
END_TEST

START_TEST(closing_leaves_one_file)
{
	add_thread(1, NOW);
	reopen(STORE_OK);
	ck_assert_int_eq(ask("SELECT count(*) FROM threads"), 1);
	store_close(st);
	st = NULL;
	ck_assert(!exists("state.db-wal"));
	ck_assert(!exists("state.db-shm"));
}
END_TEST

START_TEST(newer_schema_is_refused_untouched)
{
	log_set_sink(log_keep, &said);
	tell("PRAGMA user_version = 99");
	reopen(STORE_NEWER);
	ck_assert_ptr_nonnull(strstr(said.text, "state.db: has version "
	    "99, this mnemod knows"));
	ck_assert_int_eq(ask("PRAGMA user_version"), 99);
}
END_TEST

static void
overwrite(const char *name, off_t at, const char *bytes)
{
	char	*path = in_dir(name);
	int	 fd = open(path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, strlen(bytes), at),
	    (ssize_t)strlen(bytes));
	close(fd);
	free(path);
}

START_TEST(a_file_that_is_no_database_is_refused)
{
	log_set_sink(log_keep, &said);
	store_close(st);
	st = NULL;
	overwrite("state.db", 0, "This is not SQLite at all.");
	reopen(STORE_CORRUPT);
	ck_assert_ptr_nonnull(strstr(said.text, "move it away"));
}
END_TEST

START_TEST(a_damaged_page_is_refused)
{
	char	 junk[2001];
	int	 page;

	log_set_sink(log_keep, &said);
	memset(junk, 'x', 2000);
	junk[2000] = '\0';
	store_close(st);
	st = NULL;
	for (page = 2; page < 8; page++)
		overwrite("state.db", page * 4096, junk);
	reopen(STORE_CORRUPT);
	ck_assert_ptr_nonnull(strstr(said.text, "damaged"));
}
END_TEST

/*
 * A bit that flipped in a text went on to a worker, which said that the
 * supervisor had broken the protocol: nobody was told of the file.
 */
START_TEST(a_damaged_text_is_no_text)
{
	struct store_thread	*t = NULL;
	char			 sql[160];

	log_set_sink(log_keep, &said);
	add_thread(1, NOW - DAY);
	snprintf(sql, sizeof(sql), "UPDATE threads SET title = "
	    "CAST(x'61e9' AS TEXT) WHERE id = '%s'", tid(1));
	tell(sql);
	ck_assert_int_eq(store_thread_get(st, tid(1), &t), STORE_CORRUPT);
	ck_assert_ptr_null(t);
	ck_assert_ptr_nonnull(strstr(said.text, "the file is damaged, a text "
	    "(title) is not UTF-8"));
}
END_TEST

START_TEST(a_database_of_another_program_is_refused)
{
	log_set_sink(log_keep, &said);
	tell("PRAGMA application_id = 7");
	reopen(STORE_CORRUPT);
	ck_assert_ptr_nonnull(strstr(said.text, "of another program"));
}
END_TEST

/* The database as the first step made it. */
static void
back_to_first(void)
{
	tell("DROP TABLE model_requests; DROP TABLE provider_holds;"
	    " DROP TABLE pauses; DROP TABLE disabled;"
	    " DROP INDEX agents_memory; DROP INDEX stage1_outputs_unused;"
	    " ALTER TABLE stage1_outputs DROP COLUMN outdated;"
	    " ALTER TABLE memories DROP COLUMN released_at;"
	    " ALTER TABLE agents DROP COLUMN generator;"
	    " ALTER TABLE sources DROP COLUMN gave_up;"
	    " PRAGMA user_version = 1");
}

/* Each step of a migration leaves a copy of what was before it. */
START_TEST(migration_keeps_a_copy_before_each_step)
{
	const char	*steps[] = {
		schema_steps[0],
		"CREATE TABLE second (x); INSERT INTO second VALUES (1)",
		"CREATE TABLE third (x)"
	};
	char		*copy = in_dir("state.db.v1");
	struct stat	 sb;

	back_to_first();
	add_thread(1, NOW);
	ck_assert_int_eq(schema_migrate(st, steps, 3), STORE_OK);
	ck_assert_int_eq(pragma("PRAGMA user_version"), 3);
	ck_assert(exists("state.db.v1"));
	ck_assert(exists("state.db.v2"));
	ck_assert_int_eq(stat(copy, &sb), 0);
	ck_assert_int_eq(sb.st_mode & 0777, 0600);
	free(copy);

	/* The copy is the old database, whole. */
	tell("ATTACH (SELECT file || '.v1' FROM pragma_database_list)"
	    " AS old; CREATE TABLE got AS SELECT count(*) AS n"
	    " FROM old.threads");
	ck_assert_int_eq(ask("SELECT n FROM got"), 1);
}
END_TEST

START_TEST(a_failed_migration_changes_nothing)
{
	const char	*steps[] = {
		schema_steps[0], "CREATE TABLE second (x); NONSENSE"
	};

	back_to_first();
	ck_assert_int_eq(schema_migrate(st, steps, 2), STORE_ERROR);
	ck_assert_int_eq(pragma("PRAGMA user_version"), 1);
	ck_assert_int_eq(ask("SELECT count(*) FROM sqlite_schema"
	    " WHERE name = 'second'"), 0);
	reopen(STORE_OK);
}
END_TEST

START_TEST(a_copy_changes_nothing_on_disk)
{
	struct store		*copy;
	struct store_counts	 c;
	struct store_memory	 m = { .name = "x", .root = "/x" };

	add_thread(1, NOW);
	/* While the owner works on it, and when it is at rest. */
	ck_assert_int_eq(store_open(st_dir, STORE_COPY, &copy), STORE_OK);
	ck_assert_int_eq(store_counts(copy, &c), STORE_OK);
	ck_assert_int_eq(c.threads, 1);
	store_close(copy);
	store_close(st);
	st = NULL;
	ck_assert_int_eq(store_open(st_dir, STORE_COPY, &copy), STORE_OK);
	ck_assert_int_eq(store_memory_claim(copy, &m), STORE_OK);
	store_close(copy);
	ck_assert(!exists("state.db-wal"));
	ck_assert(!exists("state.db-shm"));
	ck_assert_int_eq(ask("SELECT count(*) FROM memories"), 0);
}
END_TEST

START_TEST(a_copy_of_nothing_is_empty)
{
	struct store		*copy;
	struct store_counts	 c;

	store_close(st);
	st = NULL;
	ck_assert_int_eq(store_open("/nonexistent", STORE_COPY, &copy),
	    STORE_OK);
	ck_assert_int_eq(store_counts(copy, &c), STORE_OK);
	ck_assert_int_eq(c.threads, 0);
	store_close(copy);
}
END_TEST

/*
 * What the log of a database holds is the newest of it.  A look at it that
 * failed was taken for a database at rest, and a state that could not be
 * looked at for none: all was told, and asked for, as at the first start.
 */
START_TEST(what_cannot_be_looked_at_is_not_absent)
{
	static const enum store_mode	modes[] = { STORE_COPY, STORE_READER };
	struct store			*other;
	struct store_counts		 c;
	size_t				 i;

	add_thread(1, NOW);		/* in the log alone */
	for (i = 0; i < 2; i++) {
		unseen = "state.db-wal";
		ck_assert_int_eq(store_open(st_dir, modes[i], &other),
		    STORE_OK);
		ck_assert_int_eq(store_counts(other, &c), STORE_OK);
		ck_assert_int_eq(c.threads, 1);
		store_close(other);
	}
	unseen = "state.db";
	ck_assert_int_eq(store_open(st_dir, STORE_COPY, &other), STORE_OK);
	ck_assert_int_eq(store_counts(other, &c), STORE_OK);
	ck_assert_int_eq(c.threads, 1);
	store_close(other);
	log_set_sink(log_keep, &said);
	ck_assert_int_eq(store_open(st_dir, STORE_READER, &other),
	    STORE_ERROR);
	ck_assert_ptr_nonnull(strstr(said.text, "cannot be looked at"));
	ck_assert_ptr_null(strstr(said.text, "only the user"));
	log_set_sink(log_quiet, NULL);
	unseen = NULL;
}
END_TEST

/*
 * The allocator of SQLite, whose n-th piece is not to be had.
 */
static sqlite3_mem_methods	memory;
static long			pieces, missing;

static void *
scarce(int n)
{
	return ++pieces == missing ? NULL : memory.xMalloc(n);
}

static void *
scarce_again(void *p, int n)
{
	return ++pieces == missing ? NULL : memory.xRealloc(p, n);
}

static void
make_scarce(void)
{
	sqlite3_mem_methods	ours;

	store_close(st);
	st = NULL;
	ck_assert_int_eq(sqlite3_shutdown(), SQLITE_OK);
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory),
	    SQLITE_OK);
	ours = memory;
	ours.xMalloc = scarce;
	ours.xRealloc = scarce_again;
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0),
	    SQLITE_OK);
	ck_assert_int_eq(store_open(st_dir, STORE_OWNER, &st), STORE_OK);
}

/* A text that is longer than a page, read while memory is short. */
START_TEST(no_text_is_lost_for_want_of_memory)
{
	struct store_thread	*t;
	enum store_status	 s = STORE_ERROR;
	long			 i, refused = 0;

	add_thread(1, NOW);
	tell("UPDATE threads SET title = printf('%.9000c', 'x')");
	make_scarce();
	for (i = 1; i < 1000; i++) {
		db_forget_statements(st);
		pieces = 0;
		missing = i;
		s = store_thread_get(st, tid(1), &t);
		missing = 0;
		if (s == STORE_OK && pieces < i)
			break;
		refused += s != STORE_OK;
		if (s == STORE_OK) {
			ck_assert_msg(t->title != NULL, "piece %ld", i);
			ck_assert_uint_eq(strlen(t->title), 9000);
			ck_assert_str_eq(t->memory_mode, "enabled");
		} else
			ck_assert_int_ne(s, STORE_NONE);
		store_thread_free(t);
	}
	ck_assert_int_eq(s, STORE_OK);
	ck_assert_int_gt(refused, 0);
	store_thread_free(t);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("store");
	TCase	*tc = tcase_create("store");

	tcase_add_checked_fixture(tc, store_setup, store_teardown);
	tcase_add_test(tc, open_sets_what_safety_needs);
	tcase_add_test(tc, closing_leaves_one_file);
	tcase_add_test(tc, newer_schema_is_refused_untouched);
	tcase_add_test(tc, a_file_that_is_no_database_is_refused);
	tcase_add_test(tc, a_damaged_page_is_refused);
	tcase_add_test(tc, a_damaged_text_is_no_text);
	tcase_add_test(tc, a_database_of_another_program_is_refused);
	tcase_add_test(tc, migration_keeps_a_copy_before_each_step);
	tcase_add_test(tc, a_failed_migration_changes_nothing);
	tcase_add_test(tc, a_copy_changes_nothing_on_disk);
	tcase_add_test(tc, a_copy_of_nothing_is_empty);
	tcase_add_test(tc, what_cannot_be_looked_at_is_not_absent);
	tcase_add_test(tc, no_text_is_lost_for_want_of_memory);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
