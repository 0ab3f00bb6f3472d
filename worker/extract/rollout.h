#ifndef MNEMOD_ROLLOUT_H
#define MNEMOD_ROLLOUT_H

#include <stddef.h>
#include <stdint.h>

#include "uuid.h"

/*
 * What is known of a rollout from its own records.  Strings are NULL where
 * the rollout says nothing; the struct owns them.  The first session_meta
 * counts (a fork carries its parent's behind its own), for memory_mode the
 * last one that has it (Codex CLI's format).
 */
struct rollout_meta {
	char	*path;			/* absolute, as it was found */
	char	 thread_id[UUID_SIZE];	/* "" if neither meta nor name tells */
	char	 session_id[UUID_SIZE];	/* equals thread_id where missing */
	int64_t	 created_at_ms;		/* 0: unknown */
	int64_t	 updated_at_ms;		/* newest valid record, <= mtime */
	char	*source;		/* "cli", or JSON text of an object */
	char	*thread_source;
	char	*cwd;
	char	*cli_version;
	char	*model_provider;
	char	*git_branch;
	char	*git_sha;
	char	*repository_url;
	char	*memory_mode;		/* NULL: enabled */
	char	*first_text;		/* first words of a person, redacted */
};

void rollout_meta_init(struct rollout_meta *);

/* Frees the strings; the struct may be used again. */
void rollout_meta_clear(struct rollout_meta *);

#endif
