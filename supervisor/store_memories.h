#ifndef MNEMOD_STORE_MEMORIES_H
#define MNEMOD_STORE_MEMORIES_H

#include <stdint.h>
#include "supervisor/store_base.h"

/*
 * Memories: the root that a name owns, and what is live in it.
 */
struct store_memory {
	const char	*name;
	const char	*root;		/* real path */
	int64_t		 dev;
	int64_t		 ino;
	int64_t		 claimed_at;
	const char	*live_commit;	/* or NULL: nothing published yet */
	int64_t		 live_files;
	int64_t		 released_at;	/* given back; 0: it is ours */
};
typedef int store_memory_cb(const struct store_memory *, void *);
/*
 * Record that the root is ours; again: path, device and inode anew, and a
 * release is over.
 */
enum store_status store_memory_claim(struct store *,
    const struct store_memory *);
/* Given back until it is claimed again.  STORE_NONE: never claimed. */
enum store_status store_memory_release(struct store *, const char *name,
    int64_t now);
enum store_status store_memory_live(struct store *, const char *name,
    const char *commit, int64_t files);
enum store_status store_memory_get(struct store *, const char *name,
    struct store_memory **);
void store_memory_free(struct store_memory *);
enum store_status store_memory_each(struct store *, store_memory_cb *,
    void *arg);

#endif
