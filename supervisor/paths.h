#ifndef MNEMOD_PATHS_H
#define MNEMOD_PATHS_H

/*
 * Where things are unless configured: the XDG base directories and Codex's
 * home.  All absolute; relative values in the environment are ignored, as
 * the XDG specification asks.
 */
struct paths {
	char	*home;
	char	*config;	/* $XDG_CONFIG_HOME/mnemod/mnemod.conf */
	char	*state;		/* $XDG_STATE_HOME/mnemod */
	char	*runtime;	/* $XDG_RUNTIME_DIR/mnemod, or NULL */
	char	*codex_home;	/* $CODEX_HOME, else ~/.codex */
	char	*libexec;	/* where the workers' executables are */
};

/*
 * Fill from the environment (and the password file when HOME is unset).
 * Returns -1, logged, if one of them is not UTF-8, as no message to a worker
 * could name what lies there, or if the password file cannot be read.  To be
 * released in any case.
 */
int paths_init(struct paths *);
void paths_release(struct paths *);

/*
 * An absolute form of `path' that the caller frees: `~' and `~/x' are
 * expanded, a relative path starts at the working directory, `//', `/./',
 * `..' and a final slash are tidied in the text (no link is followed).
 */
char *paths_expand(const struct paths *, const char *path);

/* A tidy copy of an absolute path; the caller frees it. */
char *paths_tidy(const char *path);

/* Only `~' and `~/x' are expanded: for patterns.  The caller frees it. */
char *paths_tilde(const struct paths *, const char *text);

/*
 * The real path of what exists of `path', and the rest as it is: for
 * comparing.  The caller frees it.  errno is 0, or why a part that may be
 * there could not be resolved: then it may be another path.
 */
char *paths_real(const char *path);

/* 1 if `path' equals `dir' or lies below it; both tidy. */
int paths_within(const char *dir, const char *path);

#endif
