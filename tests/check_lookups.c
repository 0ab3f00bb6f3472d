/* links: tests/wspace_scene.c worker/workspace/?*.c */

/*
 * That a thing of a history cannot be read now is not that it is not there:
 * whoever took it so put an old file back as an edit of the user's, published
 * on what was out of date, forgot what the user had kept out, or told that
 * nothing was ever published.  Here each look of libgit2's fails in its turn:
 * what is done then is the same as without, or an error, and done again it is
 * the same.
 */
#include <sys/wait.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "check_main.h"
#include "common/hook.h"
#include "common/json.h"
#include "common/mem.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/adopt.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/diff.h"
#include "worker/workspace/own.h"
#include "worker/workspace/refs.h"
#include "worker/workspace/review.h"

static unsigned	looks;		/* until now */
static unsigned	fails;		/* the one that does; 0: none */

/* A walk through a tree that libgit2 cannot go on with leaks what it had. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libgit2";
}

static int
look_fails(void)
{
	if (++looks != fails)
		return 0;
	git_error_set_str(GIT_ERROR_OS, "a disk that fails");
	return 1;
}

/* The program's own come before those of the library. */
#define LOOK(name, declared, passed)					\
int									\
name declared								\
{									\
	static int	(*real)declared;				\
									\
	if (look_fails())						\
		return -1;						\
	if (real == NULL)						\
		*(void **)&real = dlsym(RTLD_NEXT, #name);		\
	return real passed;						\
}

LOOK(git_commit_lookup, (git_commit **out, git_repository *repo,
    const git_oid *id), (out, repo, id))
LOOK(git_tree_lookup, (git_tree **out, git_repository *repo,
    const git_oid *id), (out, repo, id))
LOOK(git_blob_lookup, (git_blob **out, git_repository *repo,
    const git_oid *id), (out, repo, id))
LOOK(git_reference_name_to_id, (git_oid *out, git_repository *repo,
    const char *name), (out, repo, name))
LOOK(git_merge_file_from_index, (git_merge_file_result *out,
    git_repository *repo, const git_index_entry *base,
    const git_index_entry *ours, const git_index_entry *theirs,
    const git_merge_file_options *opts),
    (out, repo, base, ours, theirs, opts))

/* No power is cut here, and hundreds of memories are made. */
int	fsync(int);

int
fsync(int fd)
{
	(void)fd;
	return 0;
}

/* What is done: how it begins, what it is, and what it says. */
struct act {
	void	(*begin)(void);
	int	(*run)(struct buf *said);
};

/* The handbook with another line at its end, an edit of the user's. */
static void
edit(const char *line)
{
	char	*text = xasprintf("%s%s", scene_read(sc.root, "MEMORY.md"),
		    line);

	scene_write(sc.root, "MEMORY.md", text);
	free(text);
}

static int
say_diff(struct buf *said)
{
	char	path[128];

	snprintf(path, sizeof(path), AGENT_3 "/%s", DIFF_FILE);
	buf_addstr(said, scene_exists(sc.staging, path) ?
	    scene_read(sc.staging, path) : "no diff\n");
	return 0;
}

/* The agent and the user wrote one line: the user's stands, for now. */
static void
begin_prepare(void)
{
	scene_second(&sc);
	scene_write(sc.root, "MEMORY.md", scene_handbook("hand"));
	scene_publishes(&sc, AGENT_2);
	scene_inputs(&sc, 3, "three");
}

static int
prepare(struct buf *said)
{
	return staging_prepare(&sc.ws, AGENT_3, &sc.prepared) < 0 ? -1 :
	    say_diff(said);
}

/* The agent did not come to B, which the next one is to be told. */
static int
is_left(json_object *published)
{
	json_object	*list = json_arr(json_object_array_get_idx(published,
			    0), "left");
	size_t		 i;

	for (i = 0; i < json_count(list); i++)
		if (strcmp(json_text_at(list, i), THREAD_B) == 0)
			return 1;
	return 0;
}

static int
recover(struct buf *said)
{
	struct recovered	 r;
	json_object		*agents = json_object_new_array();
	int			 rc;

	json_push_str(agents, AGENT_2);
	rc = recover_run(&sc.ws, agents, 1, &r);
	buf_addf(said, "published %zu, held %zu, %s\n",
	    json_object_array_length(r.published),
	    json_object_array_length(r.held), is_left(r.published) ?
	    "one is left" : "nothing is");
	recovered_release(&r);
	json_object_put(agents);
	return rc;
}

/* It had come so far that the next one who looks finishes it. */
static int
is_past_return(void)
{
	struct buf	said = BUF_INIT;
	int		r;

	if (fails != 0 || recover_root(&sc.ws, &(size_t){ 0 }) < 0 ||
	    scene_exists(sc.staging, AGENT_2))
		return 0;
	r = recover(&said);
	buf_release(&said);
	return r == 0;
}

/* Both at different places: what is merged holds both. */
static void
begin_publish(void)
{
	scene_second(&sc);
	edit("- by hand [Task 1]\n");
}

static int
publish(struct buf *said)
{
	buf_addstr(said, "published\n");
	if (is_past_return())
		return 0;
	return scene_publish(&sc, AGENT_2) == PUBLISH_DONE ? 0 : -1;
}

/* Killed as all but the old files was done. */
static void
begin_recover(void)
{
	int	status;
	pid_t	pid;

	scene_second(&sc);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		hook_crash_at("publish.settle.before");
		scene_publish(&sc, AGENT_2);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	scene_reopen(&sc);
	scene_inputs(&sc, 3, "two");
}

/* What was held was published, but for the end of its reference. */
static void
begin_held(void)
{
	git_oid	live;

	scene_first(&sc);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &live),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_move_ref(&sc.ws.history,
	    HISTORY_REVIEW AGENT_1, NULL, &live), 0);
}

/* Refused for a rule; another published since. */
static void
begin_despite(void)
{
	char	*text;

	scene_second(&sc);
	text = xasprintf("%s- see https://nobody.example/x [Task 1]\n",
	    scene_handbook("offset"));
	scene_write(scene_staging(&sc, AGENT_2), "MEMORY.md", text);
	free(text);
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_REJECTED);
	scene_again(&sc, AGENT_3, "third");
	scene_inputs(&sc, 3, "third");
}

static int
despite(struct buf *said)
{
	buf_addstr(said, "published\n");
	if (is_past_return())
		return 0;
	publish_result_release(&sc.published);
	return publish_despite(&sc.ws, AGENT_2, "link", &sc.published) ==
	    PUBLISH_DONE ? 0 : -1;
}

static void
begin_revert(void)
{
	struct adopt_result	res;

	scene_write(sc.root, "raw_memories.md", "as found\n");
	scene_write(sc.root, "MEMORY.md", "# Task Group: theirs\n");
	ck_assert_int_eq(adopt_run(&sc.ws, &res), 0);
	adopt_result_release(&res);
	scene_first(&sc);
	scene_inputs(&sc, 3, "one");
}

static int
revert(struct buf *said)
{
	buf_addstr(said, "reverted\n");
	publish_result_release(&sc.published);
	return own_revert(&sc.ws, AGENT_3, "adopted", &sc.published) ==
	    PUBLISH_DONE ? 0 : -1;
}

/* Adopted once more as it was left. */
static int
adopt(struct buf *said)
{
	struct adopt_result	res;
	int			rc = adopt_run(&sc.ws, &res);

	buf_addf(said, "%zu files\n", res.files);
	adopt_result_release(&res);
	return rc;
}

static int
compare(struct buf *said)
{
	static const char *const	words[] = { NULL, "live", "adopted" };
	json_object			*o;
	size_t				 i;
	int				 rc = 0;

	for (i = 0; rc == 0 && i < 3; i++) {
		o = json_object_new_object();
		rc = compare_run(&sc.ws, words[i], o);
		buf_addf(said, "%s\n", json_str(o, "diff"));
		json_object_put(o);
	}
	return rc;
}

static const struct act	acts[] = {
	{ begin_prepare, prepare },
	{ begin_publish, publish },
	{ begin_recover, recover },
	{ begin_held, recover },
	{ begin_despite, despite },
	{ begin_revert, revert },
	{ begin_revert, adopt },
	{ begin_revert, compare },
};

/* The names of all, and what is published. */
static void
say_refs(struct buf *said)
{
	struct refs	refs;
	git_oid		id;
	char		hex[GIT_OID_HEXSZ + 1];
	size_t		i;

	ck_assert_int_eq(refs_read(&refs, &sc.ws.history), 0);
	for (i = 0; i < refs.n; i++)
		buf_addf(said, "%s\n", refs.v[i]);
	refs_release(&refs);
	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &id),
	    HISTORY_FOUND);
	ck_assert_int_eq(history_tree_of(&sc.ws.history, &id, &id), 0);
	buf_addf(said, "%s\n", git_oid_tostr(hex, sizeof(hex), &id));
}

/* What is left in the end; times, and so ids, are not of it. */
static void
say_state(struct buf *said)
{
	const char	*raw = scene_read(sc.root, "raw_memories.md");

	buf_addstr(said, raw == NULL ? "no raw memories\n" : raw);
	buf_addstr(said, scene_read(sc.root, "MEMORY.md"));
	buf_addf(said, "%d temporary\n", scene_count(sc.root, ".mnemod-tmp"));
	say_refs(said);
}

/* Begin anew, and do it with one look that fails, then again if need be. */
static unsigned
perform(const struct act *act, unsigned k, struct buf *said)
{
	unsigned	n;
	int		rc;

	wspace_setup();
	act->begin();
	looks = 0;
	fails = k;
	rc = act->run(said);
	n = looks;
	fails = 0;
	if (rc < 0) {
		ck_assert_uint_ne(k, 0);
		ck_assert_str_ne(sc.ws.problem, "");
		buf_reset(said);
		ck_assert_msg(act->run(said) == 0, "look %u: then %s", k,
		    sc.ws.problem);
	}
	say_state(said);
	wspace_teardown();
	return n;
}

/* One in so many, for each is a memory of its own. */
#define TURNS	25

/* So many bytes are the same in both. */
static size_t
same(const char *a, const char *b)
{
	size_t	n;

	for (n = 0; a[n] != '\0' && a[n] == b[n]; n++)
		continue;
	return n;
}

START_TEST(each_look_fails)
{
	const struct act	*act = &acts[_i];
	struct buf		 want = BUF_INIT, said = BUF_INIT;
	unsigned		 n, k;
	size_t			 at;

	/* Once for all: it reads each certificate that the system has. */
	ck_assert_int_eq(history_start(), 0);
	n = perform(act, 0, &want);
	ck_assert_uint_gt(n, 3);
	for (k = 1; k <= n; k += n / TURNS + 1) {
		buf_reset(&said);
		perform(act, k, &said);
		at = same(buf_str(&said), buf_str(&want));
		ck_assert_msg(at == want.len && at == said.len,
		    "look %u of %u: %.200s instead of %.200s", k, n,
		    buf_str(&said) + at, buf_str(&want) + at);
	}
	history_stop();
	buf_release(&want);
	buf_release(&said);
}
END_TEST

static Suite *
lookups_suite(void)
{
	Suite	*s = suite_create("lookups");
	TCase	*t = tcase_create("lookups");

	tcase_add_loop_test(t, each_look_fails, 0,
	    (int)(sizeof(acts) / sizeof(acts[0])));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(lookups_suite)
