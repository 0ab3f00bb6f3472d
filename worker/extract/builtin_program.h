#ifndef MNEMOD_BUILTIN_PROGRAM_H
#define MNEMOD_BUILTIN_PROGRAM_H

/*
 * A program of Codex CLI's exec tool (from 0.158 on): JavaScript that calls
 * tools.exec_command({cmd: "...", workdir: "..."}) and
 * tools.apply_patch("...").  It is never run, only searched for its calls;
 * one whose text is computed rather than written is passed over.
 */
enum program_kind { PROGRAM_END, PROGRAM_COMMAND, PROGRAM_PATCH };

struct program_call {
	char	*text;		/* command line or patch; the caller frees */
	char	*dir;		/* its folder or NULL; the caller frees */
};

/* The next call from *at on, which moves behind it. */
enum program_kind program_next(const char **at, struct program_call *);

#endif
