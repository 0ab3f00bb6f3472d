/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * A note in a memory of a thousand files took nine times as long as git's
 * commit of it: every worker read all files again.  Now one leaves to the
 * next which blob each file was.  It must never hide an edit, not one that
 * keeps size and time of modification either, and may be damaged or lost.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_main.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/lastread.h"
#include "worker/workspace/live.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/tree.h"

#define FILES	40	/* enough to be worth the writing */
#define EDITED	"extensions/n-07.md"
#define BEFORE	"limit is 10\n"
#define AFTER	"limit is 99\n"

static time_t			ahead;	/* how old files look */

/* What libc has, some seconds later: nothing here waits for files to age. */
time_t
time(time_t *out)
{
	struct timespec	now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec + ahead;
	return now.tv_sec + ahead;
}

/* Read the root as a publication does; 1 if it was edited by hand. */
static int
read_root(void)
{
	struct live	l;
	int		edited;

	ck_assert_msg(live_read(&sc.ws, NULL, &l) == 0, "%s", sc.ws.problem);
	edited = l.edited;
	live_release(&l);
	return edited;
}

static int
known(const char *path)
{
	struct stat	st;
	git_oid		id;

	ck_assert_int_eq(fstatat(sc.ws.root, path, &st, 0), 0);
	return lastread_is(&sc.ws.history.last, path, &st, &id);
}

static const char *
kept_path(void)
{
	static char	path[512];

	snprintf(path, sizeof(path), "%s/" LASTREAD_NAME, sc.history);
	return path;
}

/* What `live' says of a file. */
static const char *
live_text(const char *path)
{
	static struct buf	 b = BUF_INIT;
	git_index		*tree = NULL;
	git_oid			 id;

	buf_reset(&b);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &id),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_tree_of(&sc.ws.history, &id, &id), 0);
	ck_assert_int_eq(tree_load(&sc.ws.history, &id, &tree), 0);
	ck_assert_int_eq(tree_text(tree, &sc.ws.history, path, &b), 1);
	git_index_free(tree);
	return buf_str(&b);
}

static void
setup(void)
{
	char	path[64];
	int	i;

	ahead = 10;
	scene_start(&sc);
	for (i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "extensions/n-%02d.md", i);
		scene_write(sc.root, path, BEFORE);
	}
	ck_assert_int_eq(read_root(), 1);
	scene_reopen(&sc);
}

static void
teardown(void)
{
	scene_end(&sc);
}

START_TEST(the_next_one_knows_what_was_read)
{
	ck_assert_int_eq(known(EDITED), 1);
	ck_assert_int_eq(read_root(), 0);
}
END_TEST

/* In place, or as editors do; the old time of modification is put back. */
START_TEST(an_edit_that_keeps_size_and_time_is_seen)
{
	struct stat	st;
	struct timespec	times[2];

	ck_assert_int_eq(fstatat(sc.ws.root, EDITED, &st, 0), 0);
	(_i ? scene_save : scene_write)(sc.root, EDITED, AFTER);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	ck_assert_int_eq(utimensat(sc.ws.root, EDITED, times, 0), 0);
	ck_assert_int_eq(known(EDITED), 0);
	ck_assert_int_eq(read_root(), 1);
	ck_assert_str_eq(live_text(EDITED), AFTER);
}
END_TEST

START_TEST(a_file_just_written_is_not_trusted)
{
	lastread_forget(&sc.ws.history.last);
	ahead = 0;
	scene_write(sc.root, EDITED, AFTER);
	ck_assert_int_eq(read_root(), 1);
	ck_assert_int_eq(known(EDITED), 0);
}
END_TEST

/* A byte is flipped, or the end is missing. */
START_TEST(a_damaged_one_says_nothing)
{
	struct stat	st;
	unsigned char	c;
	int		fd;

	fd = open(kept_path(), O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	if (_i == 10)
		ck_assert_int_eq(ftruncate(fd, st.st_size / 2), 0);
	else {
		ck_assert_int_eq(pread(fd, &c, 1, st.st_size * _i / 10), 1);
		c ^= 4;
		ck_assert_int_eq(pwrite(fd, &c, 1, st.st_size * _i / 10), 1);
	}
	close(fd);
	scene_reopen(&sc);
	ck_assert_int_eq(known(EDITED), 0);
	ck_assert_int_eq(read_root(), 0);
	scene_reopen(&sc);
	ck_assert_int_eq(known(EDITED), 1);
}
END_TEST

START_TEST(a_writer_that_was_killed_keeps_nobody_out)
{
	lastread_forget(&sc.ws.history.last);
	scene_write(sc.history, LASTREAD_NAME ".lock", "half");
	ck_assert_int_eq(read_root(), 0);
	scene_reopen(&sc);
	ck_assert_int_eq(known(EDITED), 1);
}
END_TEST

START_TEST(what_is_gone_is_not_named)
{
	lastread_forget(&sc.ws.history.last);
	ck_assert_int_eq(read_root(), 0);
	scene_unlink(sc.root, EDITED);
	ck_assert_int_eq(read_root(), 1);
	scene_reopen(&sc);
	ck_assert_ptr_null(git_index_get_bypath(sc.ws.history.last.files,
	    EDITED, 0));
	ck_assert_ptr_nonnull(git_index_get_bypath(sc.ws.history.last.files,
	    "extensions/n-08.md", 0));
	/* Nor may it outlive what a purge takes out of the history. */
	ck_assert_int_eq(pack_history(&sc.ws, PACK_ALWAYS), 1);
	ck_assert_int_eq(access(kept_path(), F_OK), -1);
}
END_TEST

/* A worker that may not write reads it and leaves it. */
START_TEST(one_that_only_reads_leaves_it)
{
	lastread_forget(&sc.ws.history.last);
	ck_assert_int_eq(history_volatile(&sc.ws.history), 0);
	ck_assert_int_eq(read_root(), 0);
	scene_reopen(&sc);
	ck_assert_int_eq(access(kept_path(), F_OK), -1);
}
END_TEST

/* The list of `live' follows what was found. */
START_TEST(a_file_becomes_a_folder_and_a_folder_a_file)
{
	scene_unlink(sc.root, EDITED);
	scene_write(sc.root, EDITED "/in.md", AFTER);
	ck_assert_int_eq(read_root(), 1);
	ck_assert_str_eq(live_text(EDITED "/in.md"), AFTER);
	scene_unlink(sc.root, EDITED "/in.md");
	ck_assert_int_eq(unlinkat(sc.ws.root, EDITED, AT_REMOVEDIR), 0);
	scene_write(sc.root, EDITED, BEFORE);
	ck_assert_int_eq(read_root(), 1);
	ck_assert_str_eq(live_text(EDITED), BEFORE);
	ck_assert_int_eq(read_root(), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("lastread_file");
	TCase	*tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_next_one_knows_what_was_read);
	tcase_add_loop_test(tc, an_edit_that_keeps_size_and_time_is_seen, 0,
	    2);
	tcase_add_test(tc, a_file_just_written_is_not_trusted);
	tcase_add_loop_test(tc, a_damaged_one_says_nothing, 0, 11);
	tcase_add_test(tc, a_writer_that_was_killed_keeps_nobody_out);
	tcase_add_test(tc, what_is_gone_is_not_named);
	tcase_add_test(tc, one_that_only_reads_leaves_it);
	tcase_add_test(tc, a_file_becomes_a_folder_and_a_folder_a_file);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
