/* links: tests/wspace_scene.c worker/workspace/?*.c */
/*
 * Memory folders are edited by people and by other programs at any moment,
 * and a publication that was killed half-way left a handbook that cited files
 * which were not there.  So: real repositories, real files, edits in the very
 * window between look and exchange (check_edits.c has thousands of them), and
 * a crash at every durable act.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/json.h"
#include "tests/wspace_scene.h"

/* The window between look and exchange. */
static const char	*window_path, *window_text;

static int		 window_times;

static void
in_window(void *arg, const char *path)
{
	char	text[4096];

	(void)arg;
	if (strcmp(path, window_path) != 0 || window_times-- <= 0)
		return;
	if (window_text == NULL)
		scene_unlink(sc.root, path);
	else if (strcmp(window_text, "@") == 0) {
		snprintf(text, sizeof(text), "%ssave %d\n",
		    scene_handbook("limit"), window_times);
		scene_save(sc.root, path, text);
	} else
		scene_save(sc.root, path, window_text);
}

static enum publish_status
publish_in_window(const char *path, const char *text, int times)
{
	window_path = path;
	window_text = text;
	window_times = times;
	sc.ws.window = in_window;
	return scene_publish(&sc, AGENT_2);
}

START_TEST(a_save_in_the_window_wins)
{
	scene_second(&sc);
	ck_assert_int_eq(publish_in_window("memory_summary.md", "v1\nmine\n",
	    1), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	scene_assert_clean(&sc);
}
END_TEST

START_TEST(a_deletion_in_the_window_wins)
{
	scene_second(&sc);
	ck_assert_int_eq(publish_in_window("memory_summary.md", NULL, 1),
	    PUBLISH_DONE);
	ck_assert_int_eq(scene_exists(sc.root, "memory_summary.md"), 0);
	scene_assert_clean(&sc);
}
END_TEST

START_TEST(a_new_file_in_the_window_wins)
{
	scene_second(&sc);
	scene_write(scene_staging(&sc, AGENT_2), "skills/a/SKILL.md",
	    SCENE_SKILL("agent\n"));
	ck_assert_int_eq(publish_in_window("skills/a/SKILL.md", "mine\n", 1),
	    PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "skills/a/SKILL.md"), "mine\n");
	scene_assert_clean(&sc);
}
END_TEST

/* A skill that one agent made and the next one takes away. */
START_TEST(a_save_beats_a_deletion_in_the_window)
{
	scene_first(&sc);
	scene_task(&sc, AGENT_3, "two");
	scene_write(scene_staging(&sc, AGENT_3), "skills/a/SKILL.md",
	    SCENE_SKILL("agent\n"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_3), PUBLISH_DONE);
	scene_task(&sc, AGENT_2, "three");
	scene_unlink(scene_staging(&sc, AGENT_2), "skills/a/SKILL.md");
	ck_assert_int_eq(publish_in_window("skills/a/SKILL.md", "mine\n", 1),
	    PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "skills/a/SKILL.md"), "mine\n");
	scene_assert_clean(&sc);
}
END_TEST

START_TEST(who_saves_all_the_time_is_waited_for)
{
	struct recovered	r;
	json_object		*agents = json_object_new_array();

	scene_second(&sc);
	ck_assert_int_eq(publish_in_window("MEMORY.md", "@", 9),
	    PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_EDITED);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "limit\n"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "save 6\n"));
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "Publish");
	/* The editing has stopped: it goes on where it was. */
	scene_reopen(&sc);
	json_push_str(agents, AGENT_2);
	ck_assert_int_eq(recover_run(&sc.ws, agents, 1, &r), 0);
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "pagination, offset\n"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "MEMORY.md"),
	    "save 6\n"));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    SCENE_SHORT("agent"));
	ck_assert_uint_eq(json_object_array_length(r.published), 1);
	recovered_release(&r);
	json_object_put(agents);
	scene_assert_clean(&sc);
}
END_TEST

/* An editor that writes in place holds the old file while we exchange. */
static int	held = -1;

static void
write_late(void *arg, const char *path)
{
	(void)arg;
	if (strcmp(path, "memory_summary.md") == 0 && held >= 0) {
		ck_assert_int_eq(pwrite(held, "v1\nlate\n", 8, 0), 8);
		ck_assert_int_eq(ftruncate(held, 8), 0);
	}
}

START_TEST(a_late_write_in_place_is_not_lost)
{
	char	path[700];

	scene_second(&sc);
	snprintf(path, sizeof(path), "%s/MEMORY.md", sc.root);
	held = open(path, O_RDWR | O_CLOEXEC);
	sc.ws.window = write_late;
	/* MEMORY.md is in place by then; its old file gets the write. */
	scene_publishes(&sc, AGENT_2);
	close(held);
	held = -1;
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "v1\nlate\n");
	scene_assert_clean(&sc);
}
END_TEST

/* Every durable act; publish.c lists them. */
static const char *const	crash_points[] = {
	"live.edited", "publish.agent", "publish.commit", "publish.next",
	"publish.move", "publish.exchange", "publish.raw",
	"publish.generated", "publish.live", "publish.done",
	"publish.settle", "staging.drop", NULL
};

/* In a child: publish AGENT_2 and die at `point'.  1 if it died there. */
static int
publish_and_die(const char *point)
{
	pid_t	pid;
	int	status;

	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		_exit(scene_publish(&sc, AGENT_2) == PUBLISH_DONE ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		ck_assert_int_eq(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* The result of an undisturbed run, by a worker that did all. */
static void
assert_published(void)
{
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    SCENE_SHORT("agent"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	ck_assert_str_eq(scene_read(sc.root, "extensions/n.md"), "note\n");
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root,
	    "rollout_summaries/" STEM_B ".md"), "greet two"));
	scene_assert_clean(&sc);
	scene_task(&sc, AGENT_3, "two");
	ck_assert_int_eq(sc.prepared.changed, 1);	/* the note */
}

static int
published_already(void)
{
	git_oid	live, id;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	return history_last_of(&sc.ws.history, &live, AGENT_2,
	    &id) == HISTORY_FOUND;
}

static void
crash_once(const char *point)
{
	struct recovered	 r;
	json_object		*agents = json_object_new_array();
	int			 died;

	scene_second(&sc);
	scene_write(sc.root, "extensions/n.md", "note\n");
	died = publish_and_die(point);
	ck_assert_msg(died || strcmp(point, "publish.exchange.before") == 0,
	    "%s was not passed", point);
	/*
	 * An agent that had not come to the point of no return starts over;
	 * here it is asked to publish once more.
	 */
	scene_reopen(&sc);
	if (strcmp(scene_subject(&sc, HISTORY_NEXT), "") == 0 &&
	    !published_already())
		scene_publishes(&sc, AGENT_2);
	json_push_str(agents, AGENT_2);
	ck_assert_msg(recover_run(&sc.ws, agents, 1, &r) == 0, "%s: %s",
	    point, sc.ws.problem);
	ck_assert_uint_eq(json_object_array_length(r.published), 1);
	recovered_release(&r);
	json_object_put(agents);
	assert_published();
}

START_TEST(killed_at_any_step)
{
	char	point[64];

	snprintf(point, sizeof(point), "%s.%s", crash_points[_i / 2],
	    _i % 2 ? "after" : "before");
	crash_once(point);
}
END_TEST

/* Recover after a crash with AGENT_2 not final: it must be published. */
static void
assert_recovers(void)
{
	struct recovered	 r;
	json_object		*agents = json_object_new_array();

	scene_reopen(&sc);
	json_push_str(agents, AGENT_2);
	ck_assert_msg(recover_run(&sc.ws, agents, 1, &r) == 0, "%s",
	    sc.ws.problem);
	ck_assert_uint_eq(json_object_array_length(r.published), 1);
	recovered_release(&r);
	json_object_put(agents);
	scene_assert_clean(&sc);
}

START_TEST(killed_after_a_round_that_met_a_save)
{
	scene_second(&sc);
	window_path = "memory_summary.md";
	window_text = "v1\nmine\n";
	window_times = 1;
	sc.ws.window = in_window;
	ck_assert(publish_and_die("publish.raw.before"));
	assert_recovers();
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
}
END_TEST

START_TEST(killed_again_while_recovering)
{
	char	point[64];
	pid_t	pid;
	int	status;

	scene_second(&sc);
	scene_write(sc.root, "extensions/n.md", "note\n");
	ck_assert(publish_and_die("publish.exchange.after"));
	snprintf(point, sizeof(point), "%s.%s", crash_points[_i / 2],
	    _i % 2 ? "after" : "before");
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		assert_recovers();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	assert_recovers();
	assert_published();
}
END_TEST

static void
crash_in_window(void *arg, const char *path)
{
	in_window(arg, path);
	if (strcmp(path, window_path) == 0)
		hook_crash_at("publish.exchange.after");
}

START_TEST(killed_between_exchange_and_look)
{
	scene_second(&sc);
	window_path = "memory_summary.md";
	window_text = "v1\nmine\n";
	window_times = 1;
	sc.ws.window = crash_in_window;
	ck_assert(publish_and_die(NULL));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    SCENE_SHORT("agent"));
	assert_recovers();
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
}
END_TEST

/* The soft limit of descriptors; returns the one before. */
static rlim_t
descriptors(rlim_t n)
{
	struct rlimit	l;
	rlim_t		before;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &l), 0);
	before = l.rlim_cur;
	l.rlim_cur = n;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &l), 0);
	return before;
}

static void
blind_after(void *arg, const char *path)
{
	(void)arg;
	if (strcmp(path, window_path) == 0)
		(void)descriptors(0);
}

/*
 * What had come out could not be opened, and was taken for a person's: our
 * own old file went back as an edit by hand.  Where no look succeeded, a save
 * that had come out was thrown away.
 */
START_TEST(what_cannot_be_looked_at_is_nobodys_yet)
{
	rlim_t	before;
	int	edited = _i;

	scene_second(&sc);
	before = descriptors(256);
	sc.ws.window_after = blind_after;
	ck_assert_int_eq(publish_in_window("memory_summary.md",
	    "v1\nmine\n", edited), PUBLISH_FAILED);
	(void)descriptors(before);
	sc.ws.window_after = NULL;
	assert_recovers();
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"), edited ?
	    "v1\nmine\n" : SCENE_SHORT("agent"));
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	ck_assert_int_eq(strstr(scene_git(&sc,
	    "log --format=%s " HISTORY_LIVE), "by hand") != NULL, edited);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("publish");
	TCase	*t = tcase_create("publish");
	size_t	 n;

	for (n = 0; crash_points[n] != NULL; n++)
		continue;
	tcase_add_checked_fixture(t, wspace_setup, wspace_teardown);
	tcase_add_test(t, a_save_in_the_window_wins);
	tcase_add_test(t, a_deletion_in_the_window_wins);
	tcase_add_test(t, a_new_file_in_the_window_wins);
	tcase_add_test(t, a_save_beats_a_deletion_in_the_window);
	tcase_add_test(t, who_saves_all_the_time_is_waited_for);
	tcase_add_test(t, a_late_write_in_place_is_not_lost);
	tcase_add_test(t, killed_after_a_round_that_met_a_save);
	tcase_add_test(t, killed_between_exchange_and_look);
	tcase_add_loop_test(t, what_cannot_be_looked_at_is_nobodys_yet, 0, 2);
	tcase_add_loop_test(t, killed_at_any_step, 0, (int)n * 2);
	tcase_add_loop_test(t, killed_again_while_recovering, 0, (int)n * 2);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
