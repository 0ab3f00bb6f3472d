#ifndef MNEMOD_TITLE_H
#define MNEMOD_TITLE_H

/*
 * Process titles as ps(1) shows them: "mnemod: extract [ready]".  Room for
 * a title is argv and environment as they were at exec; TITLE_PADDING in
 * the environment makes it enough (250 bytes give a full
 * title of 140).
 */
#define TITLE_MAX	140
#define TITLE_PAD_ENV	"MNEMOD_TITLE_PADDING"
#define TITLE_PAD_LEN	250

/*
 * Call first thing in main().  Remembers argv, sets the program name for
 * titles and comm to `comm' (at most 15 bytes).
 */
void title_init(int argc, char **argv, char **envp, const char *comm);

/*
 * Re-execute this program once with padding in its environment and a short
 * argv[0], so that the supervisor's own title has room; returns if that is
 * so or the exec failed (the title is then shorter; nothing else changes).
 */
void title_reexec(char **argv);

/* "NAME=xxx" with TITLE_PAD_LEN bytes, for a child's environment. */
const char *title_padding(void);

/*
 * Set the title to "mnemod: " and the text, made printable and cut at
 * TITLE_MAX bytes.  Costs nothing when the text did not change; does nothing
 * before title_init().
 */
void title_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
