#ifndef MNEMOD_STORE_ADOPT_H
#define MNEMOD_STORE_ADOPT_H

#include <stddef.h>
#include <stdint.h>
#include "supervisor/store_base.h"
#include "supervisor/store_memories.h"

/*
 * What comes with a folder of another program: threads and outputs whose
 * generator is `adopted'.  mnemod-memory(5), ADOPTED FOLDERS.
 */
struct store_adopted {
	const char	*thread_id;
	const char	*source_name;
	const char	*rollout_path;
	const char	*cwd;
	const char	*git_branch;		/* or NULL */
	const char	*git_origin_url;	/* or NULL */
	const char	*title;
	const char	*memory_mode;		/* as of struct store_thread */
	int64_t		 updated_at;		/* version of the rollout */
	const char	*raw_memory;
	const char	*rollout_summary;
	const char	*rollout_slug;		/* or NULL */
	int64_t		 generated_at;
	int64_t		 usage_count;		/* counted by its maker */
	int64_t		 last_usage;		/* 0: never */
};

/*
 * Record them, all or none; the same again changes nothing.  A thread that is
 * known stays as it is, an output only gives way to a newer version, and a
 * thread with a tombstone does not come back.  *taken is the number of
 * outputs that were new or replaced.
 */
enum store_status store_adopt_threads(struct store *,
    const struct store_adopted *, size_t n, int64_t *taken);

/*
 * The root is ours, live_commit and live_files are live in it, and the
 * memory's job is enqueued at `watermark': one transaction.
 */
enum store_status store_adopt_root(struct store *,
    const struct store_memory *, int64_t watermark);

#endif
