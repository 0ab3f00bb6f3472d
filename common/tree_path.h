#ifndef MNEMOD_TREE_PATH_H
#define MNEMOD_TREE_PATH_H

/*
 * The paths of a memory folder: which of its files are mnemod's.
 */

/* Bounds on what is tracked; what is beyond them is left alone. */
#define TREE_NAME_MAX	200		/* bytes of one component */
#define TREE_PATH_MAX	1024		/* bytes of a path */
#define TREE_DEPTH_MAX	16		/* components */
#define TREE_FILE_MAX	4194304u
#define TREE_FILES_MAX	20000u

/* Where the writer of a memory keeps what; mnemod-memory(5). */
#define TREE_HANDBOOK	"MEMORY.md"
#define TREE_SUMMARY	"memory_summary.md"
#define TREE_RAW	"raw_memories.md"
#define TREE_SUMMARIES	"rollout_summaries/"
#define TREE_SKILLS	"skills/"
#define TREE_EXTENSIONS	"extensions/"

/* Our temporary files lie beside their target and have this prefix. */
#define TREE_TEMPORARY	".mnemod-tmp-"

/*
 * 1 if `path' (relative, '/' between components) is one that mnemod keeps
 * under version control: MEMORY.md, memory_summary.md, anything below
 * skills/, rollout_summaries/X.md, and X.md below extensions/.
 */
int tree_tracked(const char *path);

/* 1 if an agent may change it: the first three of the above. */
int tree_agents(const char *path);

/* 1 if `path' begins with `prefix'. */
int tree_below(const char *path, const char *prefix);

#endif
