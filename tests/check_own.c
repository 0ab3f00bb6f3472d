/* links: tests/wspace_scene.c worker/workspace/?*.c */
/*
 * A person asks for a change of the memory: back to what it was, a note, a
 * look before anything is published.  None of it may lose what they wrote
 * meanwhile, come undone by the next run, or stay half done after a kill.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/uuid.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/losses.h"
#include "worker/workspace/own.h"
#include "worker/workspace/review.h"
#include "worker/workspace/textset.h"
#include "worker/workspace/tree.h"

#define OWN_1 "01a20500-0000-7000-8000-00000000000a"
#define OWN_2 "01a20500-0000-7000-8000-00000000000b"

static struct wspace_scene	sc;
static struct publish_result	res;
static struct redact		*rules;
static char			first[GIT_OID_HEXSZ + 1];

static void
remember_live(char hex[GIT_OID_HEXSZ + 1])
{
	git_oid	id;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &id),
	    HISTORY_FOUND);
	git_oid_tostr(hex, GIT_OID_HEXSZ + 1, &id);
}

/* Two publications; `first' is the older one. */
static void
setup(void)
{
	const char	*dir;

	char		 why[256];

	memset(&res, 0, sizeof(res));
	scene_start(&sc);
	sc.ws.redact = rules = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_ptr_nonnull(rules);
	scene_first(&sc);
	remember_live(first);
	scene_inputs(&sc, 3, "two");
	scene_prepare(&sc, AGENT_2);
	dir = scene_staging(&sc, AGENT_2);
	scene_unlink(dir, "MEMORY.md");
	scene_write(dir, "MEMORY.md", scene_handbook("offset"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
}

static void
teardown(void)
{
	publish_result_release(&res);
	redact_free(rules);
	scene_end(&sc);
}

static void
assert_clean(void)
{
	scene_assert_clean(&sc);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_STAGED OWN_1), "");
}

static void
revert(const char *commit)
{
	publish_result_release(&res);
	ck_assert_msg(own_revert(&sc.ws, OWN_1, commit, &res) ==
	    PUBLISH_DONE, "%s", sc.ws.problem);
}

START_TEST(reverts)
{
	char	subject[64];

	revert(first);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "rollout_summaries/"
	    STEM_A ".md"), "pagination one"));
	/* What is generated from rows is of now. */
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	snprintf(subject, sizeof(subject), "Revert to %.12s", first);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_LIVE), subject);
	assert_clean();
	/* It stays so until there is something new. */
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 0);
	scene_inputs(&sc, 3, "three");
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 1);
}
END_TEST

START_TEST(a_hand_edit_before_it_is_in_the_history)
{
	json_object	*o = json_object_new_object(), *list;

	scene_save(sc.root, "MEMORY.md", "mine\n");
	revert(first);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
	ck_assert_int_eq(commits_list(&sc.ws, 10, o), 0);
	list = json_arr(o, "commits");
	ck_assert_int_eq(json_flag(json_object_array_get_idx(list, 1),
	    "edited", 0), 1);
	ck_assert_ptr_null(json_str(json_object_array_get_idx(list, 0),
	    "thread_id"));
	/* And can be had back. */
	revert(json_str(json_object_array_get_idx(list, 1), "id"));
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "mine\n");
	json_object_put(o);
}
END_TEST

/* An edit in the window between look and move stays the user's. */
static void
save_once(void *arg, const char *path)
{
	(void)arg;
	if (strcmp(path, "MEMORY.md") != 0)
		return;
	sc.ws.window = NULL;
	scene_save(sc.root, "MEMORY.md", "saved meanwhile\n");
}

START_TEST(an_edit_meanwhile_wins)
{
	sc.ws.window = save_once;
	revert(first);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    "saved meanwhile\n");
	assert_clean();
}
END_TEST

/* A commit as adoption makes it: the folder unchanged, raw memories too. */
static void
adopt(const char *raw)
{
	struct history_commit	 c = { .subject = "Adopt" };
	git_index		*tree = NULL;
	git_oid			 id;

	ck_assert_int_eq(tree_new(&tree), 0);
	ck_assert_int_eq(tree_put_text(tree, &sc.ws.history, "MEMORY.md",
	    "theirs\r\n", 8), 0);
	if (raw != NULL)
		ck_assert_int_eq(tree_put_text(tree, &sc.ws.history,
		    TREE_RAW, raw, strlen(raw)), 0);
	ck_assert_int_eq(tree_store(&sc.ws.history, tree, &c.tree), 0);
	ck_assert_int_eq(history_commit(&sc.ws.history, &c, &id), 0);
	ck_assert_int_eq(history_move_ref(&sc.ws.history, HISTORY_ADOPTED,
	    NULL, &id), 0);
	git_index_free(tree);
}

START_TEST(the_adopted_commit_has_raw_memories_as_found)
{
	adopt("found, no final newline");
	revert("adopted");
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"), "theirs\r\n");
	ck_assert_str_eq(scene_read(sc.root, "raw_memories.md"),
	    "found, no final newline");
	ck_assert(!scene_exists(sc.root, "memory_summary.md"));
	ck_assert_str_eq(scene_subject(&sc, HISTORY_ADOPTED), "Adopt");
	assert_clean();
}
END_TEST

START_TEST(adopted_without_raw_memories)
{
	adopt(NULL);
	revert("adopted");
	ck_assert(!scene_exists(sc.root, "raw_memories.md"));
	revert(first);
	ck_assert(scene_exists(sc.root, "raw_memories.md"));
}
END_TEST

START_TEST(only_commits_of_the_memory)
{
	static const char *const wrong[] = { "", "0000", "HEAD", "adopted",
	    "abc", "refs/mnemod/live", "../x", NULL };
	git_oid		id, staged;
	char		hex[GIT_OID_HEXSZ + 1];
	size_t		i;

	for (i = 0; wrong[i] != NULL; i++) {
		ck_assert_int_eq(commits_find(&sc.ws, wrong[i], &id), -1);
		ck_assert_str_eq(sc.ws.reason, REASON_NO_COMMIT);
	}
	/* What was prepared for an agent is no state of the memory. */
	scene_inputs(&sc, 3, "three");
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_STAGED AGENT_3,
	    &staged), HISTORY_FOUND);
	ck_assert_int_eq(commits_find(&sc.ws, git_oid_tostr(hex, sizeof(hex),
	    &staged), &id), -1);
	snprintf(hex, sizeof(hex), "%.8s", first);
	ck_assert_int_eq(commits_find(&sc.ws, hex, &id), 0);
	ck_assert_str_eq(git_oid_tostr(hex, sizeof(hex), &id), first);
}
END_TEST

/* Every durable act of a revert; publish.c lists them. */
static const char *const	crash_points[] = {
	"live.edited", "prepare.staged", "own.agent", "publish.commit",
	"publish.next", "publish.move", "publish.raw", "publish.live",
	"publish.done", "publish.settle", "staging.drop", NULL
};

/* 1 if the process died there. */
static int
revert_and_die(const char *point)
{
	pid_t	pid = fork();
	int	status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at(point);
		_exit(own_revert(&sc.ws, OWN_1, first, &res) ==
		    PUBLISH_DONE ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

START_TEST(killed_while_reverting)
{
	struct recovered	 r;
	json_object		*none = json_object_new_array();
	char			 point[64];
	const char		*raw, *handbook;
	int			 next;

	/* raw_memories.md is to change as well. */
	scene_inputs(&sc, 1, "four");
	scene_write(sc.root, "extensions/n.md", "note\n");
	snprintf(point, sizeof(point), "%s.%s", crash_points[_i / 2],
	    _i % 2 ? "after" : "before");
	ck_assert_msg(revert_and_die(point), "%s was not passed", point);
	scene_reopen(&sc);
	sc.ws.redact = rules;
	next = strcmp(scene_subject(&sc, HISTORY_NEXT), "") != 0 ||
	    strncmp(scene_subject(&sc, HISTORY_LIVE), "Revert", 6) == 0;
	ck_assert_msg(recover_run(&sc.ws, none, 1, &r) == 0, "%s: %s", point,
	    sc.ws.problem);
	recovered_release(&r);
	json_object_put(none);
	/* All or nothing, and what the user wrote is in the history. */
	handbook = scene_read(sc.root, "MEMORY.md");
	ck_assert_str_eq(handbook, scene_handbook(next ? "limit" : "offset"));
	raw = scene_read(sc.root, "raw_memories.md");
	ck_assert_int_eq(strstr(raw, "four") != NULL, next);
	ck_assert_int_eq(scene_exists(sc.root, "extensions/n.md"), !next);
	ck_assert_int_eq(scene_count(sc.root, TREE_TEMPORARY), 0);
	/* Once more: whatever is left over does not stand in its way. */
	scene_inputs(&sc, 1, "four");
	ck_assert_int_eq(own_revert(&sc.ws, OWN_2, first, &res),
	    PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("limit"));
}
END_TEST

static const char *
note(const char *id, const char *text)
{
	static struct own_note	n;

	n.thread_id = id;
	n.text = text;
	publish_result_release(&res);
	ck_assert_msg(own_note(&sc.ws, &n, &res) == PUBLISH_DONE, "%s",
	    sc.ws.problem);
	return n.path;
}

START_TEST(notes)
{
	char	path[OWN_NOTE_PATH];

	snprintf(path, sizeof(path), "%s", note(OWN_1, "\n Deploy: use "
	    "\"make ship\" -- token=ghp_abcdefghijklmnopqrstuvwxyz0123456789"
	    "\n"));
	ck_assert_ptr_nonnull(strstr(path, "extensions/ad_hoc/notes/2"));
	ck_assert_ptr_nonnull(strstr(path, "-deploy-use-make-ship-token"));
	ck_assert_ptr_null(strstr(path, "ghp"));
	ck_assert_str_eq(scene_read(sc.root, path), "Deploy: use \"make "
	    "ship\" -- token=[REDACTED_SECRET]\n");
	ck_assert(scene_exists(sc.root, "extensions/ad_hoc/instructions.md"));
	assert_clean();
	/* The next agent sees it as new. */
	scene_prepare(&sc, AGENT_3);
	ck_assert_int_eq(sc.prepared.changed, 1);
	ck_assert_ptr_nonnull(strstr(scene_read(scene_staging(&sc, AGENT_3),
	    "phase2_workspace_diff.md"), "+Deploy: use"));
}
END_TEST

/* All rows were handed on for a note, which tells nothing new of them. */
START_TEST(a_note_needs_no_rows)
{
	inputs_clear(&sc.ws.inputs);
	note(OWN_1, "no rows");
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	assert_clean();
}
END_TEST

/* Whoever finishes it knows as well that the file is not to go. */
START_TEST(a_killed_note_needs_no_rows)
{
	struct own_note	 n = { .thread_id = OWN_1, .text = "no rows" };
	struct recovered r;
	json_object	*none = json_object_new_array();
	pid_t		 pid = fork();
	int		 status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		hook_crash_at("publish.next.after");
		own_note(&sc.ws, &n, &res);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	scene_reopen(&sc);
	sc.ws.redact = rules;
	ck_assert_int_eq(recover_run(&sc.ws, none, 1, &r), 0);
	ck_assert_uint_gt(r.moved, 0);
	recovered_release(&r);
	json_object_put(none);
	ck_assert(scene_exists(sc.root, "extensions/ad_hoc/instructions.md"));
	ck_assert_ptr_nonnull(strstr(scene_read(sc.root, "raw_memories.md"),
	    "greet two"));
	assert_clean();
}
END_TEST

START_TEST(notes_never_write_over_anything)
{
	char	path[OWN_NOTE_PATH];

	scene_write(sc.root, "extensions/ad_hoc/instructions.md", "mine\n");
	snprintf(path, sizeof(path), "%s", note(OWN_1, "same"));
	ck_assert_str_ne(note(OWN_2, "same"), path);
	ck_assert_str_eq(scene_read(sc.root, path), "same\n");
	ck_assert_str_eq(scene_read(sc.root,
	    "extensions/ad_hoc/instructions.md"), "mine\n");
	ck_assert_ptr_nonnull(strstr(note(OWN_1, "日本語"), "-note.md"));
}
END_TEST

/*
 * Reviews.
 */

static void
hold(void)
{
	const char	*dir;

	scene_inputs(&sc, 3, "three");
	scene_prepare(&sc, AGENT_3);
	dir = scene_staging(&sc, AGENT_3);
	scene_unlink(dir, "MEMORY.md");
	scene_write(dir, "MEMORY.md", scene_handbook("cursor"));
	sc.ws.review = 1;
	ck_assert_msg(scene_publish(&sc, AGENT_3) == PUBLISH_HELD, "%s",
	    sc.ws.problem);
}

static json_object *
shown(void)
{
	json_object	*o = json_object_new_object();

	ck_assert_msg(review_show(&sc.ws, o) == 0, "%s", sc.ws.problem);
	return o;
}

START_TEST(what_is_held_is_not_published)
{
	json_object	*o;

	hold();
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	ck_assert_int_eq(scene_count(sc.staging, ""), 0);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_NEXT), "");
	o = shown();
	ck_assert_str_eq(json_str(o, "thread_id"), AGENT_3);
	ck_assert_ptr_nonnull(strstr(json_str(o, "diff"), "cursor"));
	json_object_put(o);
}
END_TEST

START_TEST(accepted)
{
	json_object	*o;
	char		 id[UUID_SIZE];

	hold();
	o = shown();
	scene_reopen(&sc);
	sc.ws.redact = rules;
	sc.ws.review = 1;
	ck_assert_msg(review_accept(&sc.ws, json_str(o, "token"), id, &res) ==
	    PUBLISH_DONE, "%s", sc.ws.problem);
	ck_assert_str_eq(id, AGENT_3);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("cursor"));
	assert_clean();
	ck_assert_str_eq(scene_subject(&sc, HISTORY_REVIEW AGENT_3), "");
	ck_assert_int_eq(review_show(&sc.ws, o), -1);
	ck_assert_str_eq(sc.ws.reason, REASON_NO_REVIEW);
	json_object_put(o);
}
END_TEST

START_TEST(a_token_is_of_the_bytes_that_were_seen)
{
	json_object	*o, *again;
	char		 id[UUID_SIZE];

	hold();
	o = shown();
	scene_save(sc.root, "memory_summary.md", "v1\nmine\n");
	ck_assert_int_eq(review_accept(&sc.ws, json_str(o, "token"), id,
	    &res), PUBLISH_FAILED);
	ck_assert_str_eq(sc.ws.reason, REASON_TOKEN);
	ck_assert_int_eq(review_accept(&sc.ws, "", id, &res),
	    PUBLISH_FAILED);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("offset"));
	again = shown();
	ck_assert_str_ne(json_str(again, "token"), json_str(o, "token"));
	ck_assert_int_eq(review_accept(&sc.ws, json_str(again, "token"), id,
	    &res), PUBLISH_DONE);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook("cursor"));
	ck_assert_str_eq(scene_read(sc.root, "memory_summary.md"),
	    "v1\nmine\n");
	json_object_put(again);
	json_object_put(o);
}
END_TEST

START_TEST(discarded)
{
	char	id[UUID_SIZE];

	hold();
	ck_assert_int_eq(review_discard(&sc.ws, id), 0);
	ck_assert_str_eq(id, AGENT_3);
	assert_clean();
	ck_assert_str_eq(scene_subject(&sc, HISTORY_STAGED AGENT_3), "");
	ck_assert_int_eq(review_discard(&sc.ws, id), -1);
	scene_prepare(&sc, AGENT_1);
	ck_assert_int_eq(sc.prepared.changed, 1);
}
END_TEST

START_TEST(killed_while_accepting)
{
	static const char *const points[] = { "publish.next.before",
	    "publish.next.after", "publish.live.before", "publish.done.after",
	    "staging.drop.after", "review.drop.before", "review.drop.after" };
	struct recovered	 r;
	json_object		*agents = json_object_new_array();
	char			 id[UUID_SIZE];
	pid_t			 pid;
	int			 status;

	hold();
	pid = fork();
	if (pid == 0) {
		hook_crash_at(points[_i]);
		_exit(review_accept(&sc.ws, NULL, id, &res) ==
		    PUBLISH_DONE ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	scene_reopen(&sc);
	sc.ws.redact = rules;
	json_push_str(agents, AGENT_3);
	ck_assert_msg(recover_run(&sc.ws, agents, 1, &r) == 0, "%s",
	    sc.ws.problem);
	/* It waits still, or it is published; never both, never neither. */
	ck_assert_uint_eq(json_object_array_length(r.held), _i == 0);
	ck_assert_uint_eq(json_object_array_length(r.published), _i != 0);
	ck_assert_str_eq(scene_read(sc.root, "MEMORY.md"),
	    scene_handbook(_i == 0 ? "offset" : "cursor"));
	recovered_release(&r);
	if (_i == 0)
		ck_assert_int_eq(review_accept(&sc.ws, NULL, id, &res),
		    PUBLISH_DONE);
	assert_clean();
	json_object_put(agents);
}
END_TEST

/*
 * Looking.
 */

START_TEST(compares)
{
	json_object	*o = json_object_new_object();

	ck_assert_int_eq(compare_run(&sc.ws, NULL, o), 0);
	ck_assert_str_eq(json_str(o, "diff"), "");
	scene_save(sc.root, "MEMORY.md", "mine\n");
	scene_write(sc.root, "skills/x/SKILL.md", "new\n");
	scene_unlink(sc.root, "memory_summary.md");
	ck_assert_int_eq(compare_run(&sc.ws, NULL, o), 0);
	ck_assert_int_eq(json_int(o, "added", 0), 1);
	ck_assert_int_eq(json_int(o, "modified", 0), 1);
	ck_assert_int_eq(json_int(o, "deleted", 0), 1);
	ck_assert_ptr_nonnull(strstr(json_str(o, "diff"), "+mine\n"));
	ck_assert_int_eq(compare_run(&sc.ws, "live", o), 0);
	ck_assert_ptr_nonnull(strstr(json_str(o, "diff"),
	    "+pagination, offset\n"));
	json_object_put(o);
}
END_TEST

static void
collect(const char *text, void *arg)
{
	buf_addf(arg, "%s|", text);
}

START_TEST(what_counts_as_a_specific)
{
	static const char	text[] = "# Task Group: x\n\n## User "
	    "preferences\n- run `make -s x` in src/a.c "
	    "at 8080, not \"by hand\" or and/or\r\n  - nested\n- run `make "
	    "-s x` in src/a.c at 8080, not \"by hand\" or and/or\n";
	struct buf	b = BUF_INIT, out = BUF_INIT;
	struct textset	s, none = { NULL, 0 };

	buf_addstr(&b, text);
	textset_specifics(&s, &b);
	ck_assert_uint_gt(textset_missing(&s, &none, collect, &out), 3);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "8080|"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "make -s x|"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "src/a.c|"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "by hand|"));
	textset_release(&s);
	textset_entries(&s, &b);
	ck_assert_uint_eq(s.n, 1);
	textset_release(&s);
	buf_release(&b);
	buf_release(&out);
}
END_TEST

START_TEST(losses)
{
	json_object	*o = json_object_new_object(), *week;

	scene_save(sc.root, "MEMORY.md", "- only this, 42\n");
	revert("live");
	ck_assert_int_eq(losses_weekly(&sc.ws, 10, o), 0);
	week = json_object_array_get_idx(json_arr(o, "weeks"), 0);
	/* All commits are of one week: that began with nothing. */
	ck_assert_int_eq(json_int(week, "entries", 0), 1);
	ck_assert_int_eq(json_int(week, "entries_lost", -1), 0);
	ck_assert_int_eq(json_int(week, "specifics_added", 0), 1);
	ck_assert_int_eq(json_int(week, "week", 0) % 86400, 0);
	json_object_put(o);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("own");
	TCase	*tc = tcase_create("own");
	int	 n;

	for (n = 0; crash_points[n] != NULL; n++)
		continue;
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reverts);
	tcase_add_test(tc, a_hand_edit_before_it_is_in_the_history);
	tcase_add_test(tc, an_edit_meanwhile_wins);
	tcase_add_test(tc, the_adopted_commit_has_raw_memories_as_found);
	tcase_add_test(tc, adopted_without_raw_memories);
	tcase_add_test(tc, only_commits_of_the_memory);
	tcase_add_loop_test(tc, killed_while_reverting, 0, 2 * n);
	tcase_add_test(tc, notes);
	tcase_add_test(tc, a_note_needs_no_rows);
	tcase_add_test(tc, a_killed_note_needs_no_rows);
	tcase_add_test(tc, notes_never_write_over_anything);
	tcase_add_test(tc, what_is_held_is_not_published);
	tcase_add_test(tc, accepted);
	tcase_add_test(tc, a_token_is_of_the_bytes_that_were_seen);
	tcase_add_test(tc, discarded);
	tcase_add_loop_test(tc, killed_while_accepting, 0, 7);
	tcase_add_test(tc, compares);
	tcase_add_test(tc, what_counts_as_a_specific);
	tcase_add_test(tc, losses);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
