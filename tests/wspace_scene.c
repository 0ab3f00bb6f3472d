#include <sys/stat.h>

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "common/json.h"
#include "common/mem.h"
#include "tests/wspace_scene.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/tree.h"

struct wspace_scene	sc;

void
wspace_setup(void)
{
	scene_start(&sc);
}

void
wspace_teardown(void)
{
	scene_end(&sc);
}

void
scene_write(const char *dir, const char *path, const char *text)
{
	char	 full[1024], *slash;
	FILE	*f;

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	for (slash = full + strlen(dir) + 1;
	    (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		(void)mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

void
scene_save(const char *dir, const char *path, const char *text)
{
	char	from[1024], to[1024];

	scene_write(dir, "editor.tmp", text);
	snprintf(from, sizeof(from), "%s/editor.tmp", dir);
	snprintf(to, sizeof(to), "%s/%s", dir, path);
	ck_assert_int_eq(rename(from, to), 0);
}

const char *
scene_read(const char *dir, const char *path)
{
	static char	 text[64 * 1024];
	char		 full[1024];
	FILE		*f;
	size_t		 n;

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	f = fopen(full, "r");
	if (f == NULL)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

int
scene_exists(const char *dir, const char *path)
{
	struct stat	st;
	char		full[1024];

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	return lstat(full, &st) == 0;
}

char *
scene_with_crlf(const char *text)
{
	char	*out = xcalloc(2, strlen(text) + 1), *o = out;

	for (; *text != '\0'; text++) {
		if (*text == '\n' && (o == out || o[-1] != '\r'))
			*o++ = '\r';
		*o++ = *text;
	}
	return out;
}

void
scene_unlink(const char *dir, const char *path)
{
	char	full[1024];

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	ck_assert_int_eq(unlink(full), 0);
}

int
scene_count(const char *dir, const char *prefix)
{
	struct dirent	*e;
	char		 sub[1024];
	DIR		*d = opendir(dir);
	int		 n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
		snprintf(sub, sizeof(sub), "%s/%s", dir, e->d_name);
		if (e->d_type == DT_DIR)
			n += scene_count(sub, prefix);
	}
	closedir(d);
	return n;
}

static void
open_workspace(struct wspace_scene *s)
{
	workspace_init(&s->ws);
	s->ws.memory = "codex";
	s->ws.generator = "builtin/1";
	s->ws.root_path = s->root;
	s->ws.history_path = s->history;
	s->ws.staging_path = s->staging;
	ck_assert_msg(workspace_open(&s->ws) == 0, "%s", s->ws.problem);
}

void
scene_start(struct wspace_scene *s)
{
	const char	*b = getenv("B");
	char		 dir[200];

	snprintf(dir, sizeof(dir), "%s/test", b == NULL ? "build" : b);
	scene_start_in(s, dir);
}

void
scene_start_in(struct wspace_scene *s, const char *dir)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->top, sizeof(s->top), "%s/wspace.XXXXXX", dir);
	ck_assert_ptr_nonnull(mkdtemp(s->top));
	snprintf(s->root, sizeof(s->root), "%s/root", s->top);
	snprintf(s->history, sizeof(s->history), "%s/history.git", s->top);
	snprintf(s->staging, sizeof(s->staging), "%s/staging", s->top);
	ck_assert_int_eq(mkdir(s->root, 0700), 0);
	ck_assert_int_eq(mkdir(s->history, 0700), 0);
	ck_assert_int_eq(mkdir(s->staging, 0700), 0);
	ck_assert_int_eq(history_start(), 0);
	open_workspace(s);
}

void
scene_end(struct wspace_scene *s)
{
	publish_result_release(&s->published);
	redact_free(s->ws.redact);
	workspace_release(&s->ws);
	history_stop();
	scene_wipe(s->top);
}

void
scene_wipe(const char *dir)
{
	char	parent[512], *base;
	int	fd;

	ck_assert_uint_lt(strlcpy(parent, dir, sizeof(parent)),
	    sizeof(parent));
	base = strrchr(parent, '/');
	*base++ = '\0';
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(folder_remove(fd, base), 0);
	close(fd);
}

void
scene_redact(struct wspace_scene *s)
{
	char	why[256];

	s->ws.redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_msg(s->ws.redact != NULL, "%s", why);
}

void
scene_reopen(struct wspace_scene *s)
{
	struct redact	*redact = s->ws.redact;

	workspace_release(&s->ws);
	open_workspace(s);
	s->ws.redact = redact;
}

static json_object *
row(const char *thread_id, const char *slug, const char *mark)
{
	json_object	*o = json_object_new_object();
	char		 text[256];

	json_set_str(o, "kind", "row");
	json_set_str(o, "thread_id", thread_id);
	json_set_str(o, "session_id", thread_id);
	json_set_int(o, "source_updated_at", 1795374421);
	json_set_str(o, "cwd", "/home/dev/src/webapi");
	json_set_str(o, "rollout_path", "/home/dev/r.jsonl");
	json_set_str(o, "rollout_slug", slug);
	snprintf(text, sizeof(text), "\n raw %s %s\n\n", slug, mark);
	json_set_str(o, "raw_memory", text);
	snprintf(text, sizeof(text), "summary %s %s", slug, mark);
	json_set_str(o, "rollout_summary", text);
	return o;
}

void
scene_inputs(struct wspace_scene *s, unsigned rows, const char *mark)
{
	json_object	*list = json_object_new_array();
	char		 why[256];

	/* Out of order on purpose. */
	if (rows & 2)
		json_object_array_add(list, row(THREAD_B, "greet", mark));
	if (rows & 1)
		json_object_array_add(list, row(THREAD_A, "pagination", mark));
	inputs_clear(&s->ws.inputs);
	ck_assert_int_eq(inputs_add(&s->ws.inputs, list, why, sizeof(why)),
	    0);
	inputs_finish(&s->ws.inputs);
	json_object_put(list);
}

void
scene_bury(struct wspace_scene *s, const char *thread_id)
{
	json_object	*list = json_object_new_array();
	json_object	*o = json_object_new_object();
	char		 why[256];

	json_set_str(o, "kind", "tombstone");
	json_set_str(o, "thread_id", thread_id);
	json_object_array_add(list, o);
	ck_assert_int_eq(inputs_add(&s->ws.inputs, list, why, sizeof(why)),
	    0);
	inputs_finish(&s->ws.inputs);
	json_object_put(list);
}

void
scene_prepare(struct wspace_scene *s, const char *agent)
{
	ck_assert_msg(staging_prepare(&s->ws, agent, &s->prepared) == 0,
	    "%s", s->ws.problem);
}

void
scene_task(struct wspace_scene *s, const char *agent, const char *mark)
{
	scene_inputs(s, 3, mark);
	scene_prepare(s, agent);
}

const char *
scene_staging(struct wspace_scene *s, const char *agent)
{
	static char	path[512];

	snprintf(path, sizeof(path), "%s/%s", s->staging, agent);
	return path;
}

enum publish_status
scene_publish(struct wspace_scene *s, const char *agent)
{
	char	hex[GIT_OID_HEXSZ + 1];

	publish_result_release(&s->published);
	git_oid_tostr(hex, sizeof(hex), &s->prepared.base);
	return publish_run(&s->ws, agent, hex, &s->published);
}

void
scene_publishes(struct wspace_scene *s, const char *agent)
{
	enum publish_status	status = scene_publish(s, agent);

	ck_assert_msg(status == PUBLISH_DONE, "%s %s", status ==
	    PUBLISH_FAILED ? s->ws.problem : "rejected",
	    s->published.violations == NULL ? "" :
	    json_object_to_json_string(s->published.violations));
}

void
scene_again(struct wspace_scene *s, const char *agent, const char *word)
{
	scene_task(s, agent, word);
	scene_write(scene_staging(s, agent), "MEMORY.md",
	    scene_handbook(word));
	scene_publishes(s, agent);
}

void
scene_assert_clean(struct wspace_scene *s)
{
	ck_assert_int_eq(scene_count(s->root, TREE_TEMPORARY), 0);
	ck_assert_int_eq(scene_count(s->staging, ""), 0);
	ck_assert_str_eq(scene_subject(s, HISTORY_NEXT), "");
}

const char *
scene_handbook(const char *word)
{
	static char	text[2048];

	snprintf(text, sizeof(text),
	    "# Task Group: webapi\n"
	    "scope: server.py\n"
	    "applies_to: cwd=/home/dev/src/webapi; reuse_rule=here\n"
	    "\n"
	    "## Task 1: Add pagination, success\n"
	    "### rollout_summary_files\n"
	    "- " STEM_A ".md (cwd=/home/dev/src/webapi, thread_id=" THREAD_A
	    ", ok)\n"
	    "### keywords\n"
	    "pagination, %s\n"
	    "\n"
	    "## User preferences\n"
	    "- limit and offset [Task 1]\n", word);
	return text;
}

void
scene_first(struct wspace_scene *s)
{
	const char	*dir;

	scene_task(s, AGENT_1, "one");
	ck_assert_int_eq(s->prepared.changed, 1);
	dir = scene_staging(s, AGENT_1);
	scene_write(dir, "MEMORY.md", scene_handbook("limit"));
	scene_write(dir, "memory_summary.md", SCENE_SUMMARY);
	scene_publishes(s, AGENT_1);
}

void
scene_second(struct wspace_scene *s)
{
	const char	*dir;

	scene_first(s);
	scene_task(s, AGENT_2, "two");
	dir = scene_staging(s, AGENT_2);
	scene_write(dir, "MEMORY.md", scene_handbook("offset"));
	scene_write(dir, "memory_summary.md", SCENE_SHORT("agent"));
}

const char *
scene_subject(struct wspace_scene *s, const char *ref)
{
	static char	 text[128];
	git_commit	*commit = NULL;
	git_oid		 id;

	text[0] = '\0';
	if (history_ref(&s->ws.history, ref, &id) == HISTORY_FOUND &&
	    git_commit_lookup(&commit, s->ws.history.repo, &id) == 0)
		strlcpy(text, git_commit_summary(commit), sizeof(text));
	git_commit_free(commit);
	return text;
}

void
scene_put(struct wspace_scene *s, git_index *tree, const char *path,
    const char *text)
{
	struct buf	b = BUF_INIT;

	buf_addstr(&b, text);
	ck_assert_int_eq(tree_put_text(tree, &s->ws.history, path, &b), 0);
	buf_release(&b);
}

const char *
scene_git(struct wspace_scene *s, const char *args)
{
	static char	 out[65536];
	char		 cmd[1024];
	FILE		*p;
	size_t		 n;

	snprintf(cmd, sizeof(cmd), "git --git-dir='%s' %s 2>&1", s->history,
	    args);
	p = popen(cmd, "r");	/* NOLINT: a fixed command */
	ck_assert_ptr_nonnull(p);
	n = fread(out, 1, sizeof(out) - 1, p);
	out[n] = '\0';
	ck_assert_msg(pclose(p) == 0, "%s: %s", args, out);
	return out;
}
