#ifndef MNEMOD_CODEX_CONFIG_H
#define MNEMOD_CODEX_CONFIG_H

/*
 * The one key of Codex's config.toml that concerns us: [features] memories,
 * without which Codex does not read a memory folder.
 */
enum codex_memories {
	CODEX_MEMORIES_ON,
	CODEX_MEMORIES_OFF,	/* set to false, or not set */
	CODEX_MEMORIES_UNKNOWN	/* no such file, or it cannot be read */
};

/* Scan `codex_home'/config.toml; a tolerant line scan, never an error. */
enum codex_memories codex_config_memories(const char *codex_home);

/*
 * One line for the user when Codex will not read the result, else NULL.
 * The caller frees it.
 */
char *codex_config_hint(const char *codex_home);

#endif
