/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * What could not be removed was passed over: text of a session stayed in a
 * temporary file, its name in a list of files, and "forgotten: done" was told.
 * And what a person may want was removed though no history can hold it.
 */
#include <sys/stat.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/tree.h"

static const char	*stuck;		/* a name that holds this stays */

static int
stays(const char *path)
{
	if (stuck == NULL || strstr(path, stuck) == NULL)
		return 0;
	errno = EIO;
	return 1;
}

/* The program's own come before those of the C library, for libgit2 too. */
int
unlink(const char *path)
{
	static int	(*real)(const char *);

	if (stays(path))
		return -1;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "unlink");
	return real(path);
}

int
unlinkat(int dir, const char *path, int flags)
{
	static int	(*real)(int, const char *, int);

	if (stays(path))
		return -1;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "unlinkat");
	return real(dir, path, flags);
}

static void
setup(void)
{
	scene_start(&sc);
	scene_first(&sc);
}

static void
teardown(void)
{
	stuck = NULL;
	scene_end(&sc);
}

static int
purge(void)
{
	struct purge	p = { .ws = &sc.ws };
	int		r;

	p.threads = json_object_new_array();
	json_push_str(p.threads, AGENT_3);	/* in no file */
	r = purge_run(&p);
	purge_release(&p);
	json_object_put(p.threads);
	return r;
}

/* Where the text is, and a part of its name. */
static const struct {
	const char	*path;
	const char	*name;
	int		 in_root;
} left[] = {
	{ TREE_TEMPORARY "new-MEMORY.md", "new-MEMORY", 1 },
	{ TREE_TEMPORARY "new-plain", "new-plain", 1 },
	{ "rollout_summaries/" TREE_TEMPORARY "new-a.md", "new-a", 1 },
	{ "objects/tmp_object_git2_x", "tmp_object", 0 },
	{ "objects/streamed_git2_x", "streamed", 0 },
	{ "objects/pack/pack_git2_x", "pack_git2", 0 },
	{ LASTREAD_NAME, LASTREAD_NAME, 0 },
};

START_TEST(what_is_left_is_not_forgotten)
{
	const char	*dir = left[_i].in_root ? sc.root : sc.history;

	scene_write(dir, left[_i].path, "text\n");
	stuck = left[_i].name;
	ck_assert_int_eq(purge(), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_IO);
	stuck = NULL;
	ck_assert_msg(purge() == 0, "%s", sc.ws.problem);
	ck_assert_int_eq(scene_exists(dir, left[_i].path), 0);
}
END_TEST

/* A list that cannot be removed is not believed any more all the same. */
START_TEST(a_list_that_stays_says_nothing)
{
	struct lastread	*last = &sc.ws.history.last;
	git_index_entry	 e = { .path = "MEMORY.md",
			     .mode = GIT_FILEMODE_BLOB, .ino = 1 };
	struct stat	 st = { .st_ino = 1 };
	git_oid		 id;

	ck_assert_int_eq(git_index_add(last->files, &e), 0);
	ck_assert_int_eq(git_index_write(last->files), 0);
	ck_assert_int_eq(lastread_is(last, "MEMORY.md", &st, &id), 1);
	stuck = LASTREAD_NAME;
	ck_assert_int_eq(lastread_forget(last), -1);
	ck_assert_int_eq(lastread_is(last, "MEMORY.md", &st, &id), 0);
}
END_TEST

/* A save of more than can be kept came out, and a newer one is there. */
START_TEST(what_cannot_be_kept_stays)
{
	static const char	out[] = TREE_TEMPORARY "out-MEMORY.md";
	char			path[512];
	size_t			moved = 0;

	scene_write(sc.root, out, "large\n");
	snprintf(path, sizeof(path), "%s/%s", sc.root, out);
	ck_assert_int_eq(truncate(path, TREE_FILE_MAX + 1), 0);
	scene_write(sc.root, "MEMORY.md", "newer\n");
	ck_assert_int_eq(recover_root(&sc.ws, &moved), -1);
	ck_assert_ptr_nonnull(strstr(sc.ws.problem, out));
	ck_assert_int_eq(scene_exists(sc.root, out), 1);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "newer\n");
	scene_unlink(sc.root, out);
	ck_assert_int_eq(recover_root(&sc.ws, &moved), 0);
}
END_TEST

static Suite *
removals_suite(void)
{
	Suite	*s = suite_create("removals");
	TCase	*t = tcase_create("removals");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, what_is_left_is_not_forgotten, 0,
	    (int)(sizeof(left) / sizeof(left[0])));
	tcase_add_test(t, a_list_that_stays_says_nothing);
	tcase_add_test(t, what_cannot_be_kept_stays);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(removals_suite)
