#ifndef MNEMOD_WSPACE_SCENE_H
#define MNEMOD_WSPACE_SCENE_H

#include "worker/workspace/publish.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/staging.h"
#include "worker/workspace/workspace.h"

/*
 * A memory in scratch directories: root/, history.git/ and staging/ below
 * one folder, and the workspace as the worker would have it.
 */
struct wspace_scene {
	char			 top[256];
	char			 root[300], history[300], staging[300];
	struct workspace	 ws;
	struct prepared		 prepared;
	struct publish_result	 published;
};

#define AGENT_1 "01a20500-0000-7000-8000-000000000001"
#define AGENT_2 "01a20500-0000-7000-8000-000000000002"
#define AGENT_3 "01a20500-0000-7000-8000-000000000003"
#define THREAD_A "01a2049e-660d-7142-a4e1-5964cadb959f"
#define THREAD_B "01a2049e-9a6a-7523-aff5-027e8deafde7"
#define STEM_A "2026-11-22T18-56-59-kgLZ-pagination"
#define STEM_B "2026-11-22T18-57-12-8nIj-greet"

/* The one that tests use, and its begin and end. */
extern struct wspace_scene sc;
void wspace_setup(void);
void wspace_teardown(void);

void scene_start(struct wspace_scene *);
/* The same in this directory instead of the build's. */
void scene_start_in(struct wspace_scene *, const char *dir);
void scene_end(struct wspace_scene *);
/* Secrets are looked for, without any pattern of the user's. */
void scene_redact(struct wspace_scene *);
/* Close and open the workspace again, as a new worker would. */
void scene_reopen(struct wspace_scene *);

/* Remove a folder and all below it. */
void scene_wipe(const char *dir);

/* Files below root, path relative to it. */
void scene_write(const char *dir, const char *path, const char *text);
/* As an editor does: a new file, renamed over the old one. */
void scene_save(const char *dir, const char *path, const char *text);
/* The text, or NULL if there is no such file; static memory. */
const char *scene_read(const char *dir, const char *path);
int scene_exists(const char *dir, const char *path);
void scene_unlink(const char *dir, const char *path);
/* The text with CRLF at each end of a line; the caller frees it. */
char *scene_with_crlf(const char *text);
/* Files and directories below `dir' whose name begins with `prefix'. */
int scene_count(const char *dir, const char *prefix);

/* Rows of A and B (1, 2 or both bits), with this in their texts. */
void scene_inputs(struct wspace_scene *, unsigned rows, const char *mark);
void scene_bury(struct wspace_scene *, const char *thread_id);

/* prepare for an agent; fails the test on an error. */
void scene_prepare(struct wspace_scene *, const char *agent);
/* Rows A and B with this in their texts, prepared for an agent. */
void scene_task(struct wspace_scene *, const char *agent, const char *mark);
/* staging/<agent> */
const char *scene_staging(struct wspace_scene *, const char *agent);
enum publish_status scene_publish(struct wspace_scene *, const char *agent);
/* It must work; the test tells why if it does not. */
void scene_publishes(struct wspace_scene *, const char *agent);
/* A further publication: rows and a handbook with this word. */
void scene_again(struct wspace_scene *, const char *agent, const char *word);
/* No temporary file, no staging and no half publication are left. */
void scene_assert_clean(struct wspace_scene *);

/* Rows A and B, a handbook and a summary: published once by AGENT_1. */
void scene_first(struct wspace_scene *);
/* Then AGENT_2 has written "offset" and SCENE_SHORT("agent"). */
void scene_second(struct wspace_scene *);
/* What that agent wrote; a handbook with this word in it. */
const char *scene_handbook(const char *word);
#define SCENE_SUMMARY "v1\n\n## User Profile\nnobody\n\n## What's in " \
    "Memory\n### webapi\n"
/* The least that a summary must say. */
#define SCENE_SHORT(word) "v1\n" word ", webapi\n"
/* A skill with this text. */
#define SCENE_SKILL(text) "---\nname: a\ndescription: b\n---\n" text

/* Put a text into a tree of the scene's history. */
void scene_put(struct wspace_scene *, git_index *, const char *path,
    const char *text);

/* The subject of the commit that a reference points to; "" if absent. */
const char *scene_subject(struct wspace_scene *, const char *ref);
/* What git(1) prints with these arguments in the history; static memory. */
const char *scene_git(struct wspace_scene *, const char *args);

#endif
