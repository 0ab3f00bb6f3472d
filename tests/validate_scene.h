#ifndef MNEMOD_VALIDATE_SCENE_H
#define MNEMOD_VALIDATE_SCENE_H

#include "tests/wspace_scene.h"
#include "worker/workspace/validate.h"

/*
 * What the tests of rules share: a live and a merged tree to be filled in,
 * then judge() or one of its like.
 */
extern git_index		*live, *merged;
extern json_object		*result;	/* of the last judge() */
extern struct validation	 asked;		/* flags for the next one */

void setup(void);
void teardown(void);

void put(git_index *, const char *path, const char *text);
/* The rollout summary that the scene's handbook cites. */
void cited(git_index *);
/* One of THREAD_A or THREAD_B. */
void summary(git_index *, const char *id, const char *cwd, const char *text);
/* A row of the supervisor's; the group is the folder if `url' is NULL. */
void row(const char *id, const char *cwd, const char *url, const char *text);
/*
 * In the merged tree, what the handbook of the scene needs; and that itself
 * with `from' replaced by `to'.
 */
void handbook_with(const char *from, const char *to);

/*
 * A handbook, piece by piece: a block's head, its first task, which cites
 * THREAD_A, and the heading under which bullets stand.
 */
#define CWD	"/home/dev/src/webapi"
#define HEAD	"# Task Group: webapi\nscope: server.py\napplies_to: cwd=" CWD \
		"; reuse_rule=here\n"
#define TASK(n, stem, id) "\n## Task " n ": x\n### rollout_summary_files\n- " \
		stem ".md (thread_id=" id ", ok)\n### keywords\nx\n"
#define TASK_A	TASK("1", STEM_A, THREAD_A)
#define PREFS	"\n## User preferences\n"

/* The folder as it was and as it is to be: MEMORY.md alone differs. */
void both(const char *old, const char *new);

/* Number of violations; `result' holds them. */
size_t judge(void);
void passes(void);
/* There is one violation, of this rule on this line. */
void refused(const char *rule, int line);
/* What the first violation says. */
const char *message(void);

#endif
