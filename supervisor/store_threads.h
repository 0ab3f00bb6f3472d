#ifndef MNEMOD_STORE_THREADS_H
#define MNEMOD_STORE_THREADS_H

#include <stdint.h>
#include "supervisor/store_base.h"

/*
 * Threads, and the tombstones of those that must not come back.
 */
struct store_thread {
	const char	*id;
	const char	*session_id;
	const char	*source_name;		/* section of mnemod.conf(5) */
	const char	*rollout_path;
	const char	*content_hash;
	int64_t		 created_at_ms;
	int64_t		 updated_at_ms;		/* version of the rollout */
	const char	*source;		/* "cli", "vscode", JSON */
	const char	*thread_source;		/* or NULL */
	const char	*model_provider;	/* or NULL */
	const char	*cwd;
	const char	*cli_version;		/* or NULL */
	const char	*title;			/* never NULL, may be "" */
	const char	*preview;		/* "": no user message */
	const char	*first_user_message;
	int64_t		 archived;		/* 0, 1 */
	const char	*git_sha;		/* or NULL */
	const char	*git_branch;		/* or NULL */
	const char	*git_origin_url;	/* or NULL */
	const char	*memory_mode;	/* "enabled" "disabled" "polluted" */
};

typedef int store_thread_cb(const struct store_thread *, void *);

enum store_status store_thread_get(struct store *, const char *id,
    struct store_thread **);
void store_thread_free(struct store_thread *);
enum store_status store_thread_each(struct store *, store_thread_cb *,
    void *arg);
/*
 * A mode that takes the thread out also enqueues every memory that it was
 * last selected for, "polluted" even if it was so before.  STORE_NONE: no
 * such thread.
 */
enum store_status store_thread_set_memory_mode(struct store *,
    const char *id, const char *mode, int64_t *changed);
/*
 * Delete the thread's output and stage-one job, enqueue the memories that
 * selected it; with `reason' a tombstone keeps it from coming back.
 */
enum store_status store_thread_forget(struct store *, const char *id,
    const char *reason, int64_t now);
/* What must not come back, oldest first; the file's id only. */
enum store_status store_tombstone_each(struct store *,
    int (*)(const char *thread_id, void *), void *arg);

#endif
