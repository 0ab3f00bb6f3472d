/* links: tests/editor.c tests/wspace_scene.c worker/workspace/?*.c */

/*
 * An editor saved by rename while a publication moved the same file: of 5,000
 * saves 399 were gone.  Here an editor saves in every way that editors know,
 * in the very moments in which it hurts, and each save must be found
 * afterwards: in the folder, or in the history if a later save replaced it.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_main.h"
#include "common/mem.h"
#include "tests/editor.h"
#include "tests/log_sink.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/tree.h"

/* So many of all saves come from a process of its own. */
static int
beside(void)
{
	return in_all / 5;
}

static void
mark(int n, char *found)
{
	found[n] = 1;
}

/* The agent changes one line of each of its files, or makes them anew. */
static void
work(int n)
{
	const char	*dir = scene_staging(&sc, AGENT_2), *old;
	char		 word[16], *text, *p;

	snprintf(word, sizeof(word), "agent%05d", n);
	old = scene_read(dir, "MEMORY.md");
	text = old == NULL ? NULL : xstrdup(old);
	p = text == NULL ? NULL : strstr(text, "agent");
	if (p != NULL)
		memcpy(p, word, strlen(word));
	scene_write(dir, "MEMORY.md", p != NULL ? text :
	    scene_handbook(word));
	free(text);
	old = scene_read(dir, "memory_summary.md");
	text = old == NULL ? NULL : xstrdup(old);
	p = text == NULL ? NULL : strstr(text, "agent");
	if (p != NULL)
		memcpy(p, word, strlen(word));
	else if (text == NULL || strncmp(text, "v1", 2) != 0) {
		free(text);
		text = xasprintf("v1\n%s, webapi\n", word);
	}
	scene_write(dir, "memory_summary.md", text);
	free(text);
	text = xasprintf(SCENE_SKILL("%s\n"), word);
	old = scene_read(dir, "skills/a/SKILL.md");
	if (old == NULL)
		scene_write(dir, "skills/a/SKILL.md", text);
	free(text);
}

/* One publication; 1 if it came to its end. */
static int
publish(int n)
{
	char	mark_of[16];

	snprintf(mark_of, sizeof(mark_of), "n%d", n);
	ck_assert_int_ge(pack_history(&sc.ws, PACK_MAX), 0);
	scene_inputs(&sc, 3, mark_of);
	if (staging_prepare(&sc.ws, AGENT_2, &sc.prepared) < 0) {
		ck_assert_msg(strcmp(sc.ws.reason, REASON_EDITED) == 0, "%s",
		    sc.ws.problem);
		return 0;
	}
	work(n);
	switch (scene_publish(&sc, AGENT_2)) {
	case PUBLISH_DONE:
		return 1;
	case PUBLISH_HELD:
	case PUBLISH_REJECTED:
		ck_abort_msg("%s", json_object_to_json_string(
		    sc.published.violations));
		break;
	case PUBLISH_FAILED:
		ck_assert_msg(strcmp(sc.ws.reason, REASON_EDITED) == 0, "%s",
		    sc.ws.problem);
		break;
	}
	return 0;
}

static int
by_oid(const void *a, const void *b)
{
	return git_oid_cmp(a, b);
}

/* Mark the saves of all commits that `live' reaches. */
static void
look_into_history(char *found)
{
	git_revwalk	*walk = NULL;
	git_oid		 id, tree, *blob = NULL;
	git_index	*index;
	struct buf	 b = BUF_INIT;
	size_t		 i, n = 0;

	ck_assert_int_eq(git_revwalk_new(&walk, sc.ws.history.repo), 0);
	ck_assert_int_eq(git_revwalk_push_ref(walk, HISTORY_LIVE), 0);
	while (git_revwalk_next(&id, walk) == 0) {
		ck_assert_int_eq(history_tree_of(&sc.ws.history, &id, &tree),
		    0);
		ck_assert_int_eq(tree_load(&sc.ws.history, &tree, &index), 0);
		blob = xreallocarray(blob,
		    n + git_index_entrycount(index) + 1, sizeof(*blob));
		for (i = 0; i < git_index_entrycount(index); i++)
			blob[n++] = git_index_get_byindex(index, i)->id;
		git_index_free(index);
	}
	git_revwalk_free(walk);
	qsort(blob, n, sizeof(*blob), by_oid);
	for (i = 0; i < n; i++) {
		if (i > 0 && git_oid_equal(&blob[i], &blob[i - 1]))
			continue;
		buf_reset(&b);
		ck_assert_int_eq(history_blob_read(&sc.ws.history, &blob[i],
		    &b), 0);
		for_saves(buf_str(&b), mark, found);
	}
	free(blob);
	buf_release(&b);
}

static void
assert_nothing_is_lost(void)
{
	static char	 found[SAVES];
	char		*text;
	size_t		 i;
	int		 n, lost = 0;

	memset(found, 0, sizeof(found));
	look_into_history(found);
	for (i = 0; i < NFILES; i++) {
		text = read_file(files[i]);
		if (text != NULL)
			for_saves(text, mark, found);
		free(text);
	}
	for (n = 0; n < SAVES; n++)
		if (claimed[n] && !found[n]) {
			fprintf(stderr, "save %d is lost\n", n);
			lost++;
		}
	ck_assert_int_eq(lost, 0);
	ck_assert_int_eq(scene_count(sc.root, TREE_TEMPORARY), 0);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
}

static void
first(void)
{
	log_set_sink(log_quiet, NULL);
	scene_first(&sc);
	scene_write(sc.root, "extensions/ad_hoc/notes/n.md", "a note\n");
	scene_write(sc.root, "skills/mine/notes.md", "mine\n");
	scene_write(sc.root, "skills/a/SKILL.md", SCENE_SKILL("mine\n"));
}

START_TEST(every_save_at_every_moment_is_found)
{
	int	n, done = 0;

	first();
	editor_sits_down();
	for (n = 0; saves < in_all - beside() && n < in_all; n++)
		done += publish(n);
	editor_leaves();
	ck_assert_int_ge(saves, in_all - beside());
	ck_assert_int_gt(done, n / 4);
	while (!publish(++n))
		continue;
	assert_nothing_is_lost();
}
END_TEST

/* In a process of its own, at its own pace. */
static void
edit_beside(void)
{
	struct timespec	ts = { 0, 0 };

	while (saves < beside()) {
		save(files[chance(NFILES)], any_style());
		ts.tv_nsec = (long)chance(4) * 500000;
		nanosleep(&ts, NULL);
	}
	_exit(0);
}

START_TEST(an_editor_in_another_process)
{
	pid_t	pid;
	int	n, status, done = 0;

	first();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		edit_beside();
	for (n = 0; waitpid(pid, &status, WNOHANG) == 0; n++)
		done += publish(n);
	ck_assert_int_eq(status, 0);
	ck_assert_int_gt(done, 0);
	while (!publish(++n))
		continue;
	assert_nothing_is_lost();
}
END_TEST

/* Publish twice, with a save between look and exchange. */
static void
publish_here(void)
{
	int	n;

	first();
	seed = 7;
	editor_sits_down();
	for (n = 0; n < 10; n++)
		publish(n);
	editor_leaves();
	while (!publish(++n))
		continue;
	assert_nothing_is_lost();
}

/* A child with mounts of its own; the test is passed over without them. */
static int
own_mounts(void)
{
	if (unshare(CLONE_NEWNS) == 0 ||
	    unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0)
		return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return -1;
}

static void
mount_and_publish(int bind)
{
	char	other[700];

	if (own_mounts() == -1)
		_exit(77);
	snprintf(other, sizeof(other), "%s/other", sc.top);
	if (bind && (mkdir(other, 0700) == -1 ||
	    mount(other, sc.root, NULL, MS_BIND, NULL) == -1))
		_exit(77);
	if (!bind && mount("tmpfs", sc.root, "tmpfs", 0, "mode=0700") == -1)
		_exit(77);
	scene_reopen(&sc);
	publish_here();
	_exit(0);
}

START_TEST(a_root_that_is_a_mount)
{
	pid_t	pid = fork();
	int	status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		mount_and_publish(_i);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		printf("skip - %s: no mount namespace here\n",
		    _i ? "a bind mount" : "a root on another file system");
	else
		ck_assert_int_eq(status, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("edits");
	TCase	*tc = tcase_create("edits");

	tcase_set_timeout(tc, getenv("EVERY") != NULL ? 3600 : 240);
	tcase_add_checked_fixture(tc, editor_setup, editor_teardown);
	tcase_add_test(tc, every_save_at_every_moment_is_found);
	tcase_add_test(tc, an_editor_in_another_process);
	tcase_add_loop_test(tc, a_root_that_is_a_mount, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
