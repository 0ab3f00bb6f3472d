#ifndef MNEMOD_STORE_OUTPUTS_H
#define MNEMOD_STORE_OUTPUTS_H

#include <stdint.h>
#include "supervisor/store_base.h"
#include "supervisor/store_threads.h"

/*
 * Outputs and their selection.
 */
struct store_row {
	const char	*thread_id;
	const char	*session_id;
	int64_t		 source_updated_at;
	const char	*raw_memory;
	const char	*rollout_summary;
	const char	*rollout_slug;		/* or NULL */
	const char	*facts;			/* or NULL */
	const char	*generator;
	int64_t		 generated_at;
	int64_t		 usage_count;
	int64_t		 last_usage;		/* 0: never */
	int64_t		 keeps;
	const char	*rollout_path;
	const char	*cwd;
	const char	*git_branch;		/* or NULL */
	const char	*git_origin_url;	/* or NULL */
	const char	*title;
};
typedef int store_row_cb(const struct store_row *, void *);

struct store_select {
	const char	*memory;
	int64_t		 now;
	int64_t		 limit;		/* rows that do not keep */
	int64_t		 max_unused_days;	/* 0: no limit */
	/* 1: the memory takes the thread; NULL: it takes all. */
	int		(*wanted)(const struct store_thread *, void *);
	void		*arg;
};
/*
 * The rows for a memory, by thread id.  Rows with `keeps' and adopted ones
 * neither age out nor count against the limit.
 */
enum store_status store_select_each(struct store *,
    const struct store_select *, store_row_cb *, void *arg);
/* Is the thread in the memory's last selection?  STORE_OK or STORE_NONE. */
enum store_status store_selected(struct store *, const char *memory,
    const char *thread_id, int64_t *source_updated_at);
/* Every row there is, by thread id. */
enum store_status store_output_each(struct store *, store_row_cb *,
    void *arg);
enum store_status store_output_get(struct store *, const char *thread_id,
    struct store_row **);
void store_row_free(struct store_row *);
/*
 * Somebody read what was made of the thread: counts like a citation.
 * STORE_NONE: nothing was made of it.
 */
enum store_status store_output_used(struct store *, const char *thread_id,
    int64_t now);
/*
 * Delete rows unused for `days' that no memory has selected, stalest first,
 * at most `limit'; their jobs stay, so they are not extracted again.
 */
struct store_retention {
	int64_t		 now;
	int64_t		 days;		/* 0: none */
	int64_t		 limit;
	int64_t		 pruned;	/* result */
};
enum store_status store_output_prune(struct store *,
    struct store_retention *);
/*
 * What was not made by `generator' and not adopted is to be made again, as
 * far as the other rules of the claim allow it; until then it stands.  How
 * many rows that are.
 */
enum store_status store_output_outdate(struct store *,
    const char *generator, int64_t *n);

#endif
