#ifndef MNEMOD_SANDBOX_TRIAL_H
#define MNEMOD_SANDBOX_TRIAL_H

#include <stdio.h>
#include "sandbox_acts.h"
#include "worker/sandbox_table.h"

/* The folders that the acts are tried on: a Check fixture. */
extern struct scene	scene;
void scene_setup(void);
void scene_teardown(void);

/* The folder of the scene that the role may use. */
const char *scene_own(enum role);

/* A sandbox with the rules that mnemod's role asks for, and what to do. */
struct trial {
	enum role		 role;
	enum sandbox_mode	 mode;	/* SANDBOX_OFF: none is applied */
	int			 abi;	/* Landlock as of this ABI */
	void			(*run)(FILE *, const struct trial *);
};

/*
 * Run a trial in a child.  Returns what it wrote (valid until the next
 * call), with "end\n" last if it lived to see it.
 */
const char *trial_run(const struct trial *);

/* 1 where the kernel lacks what is tested: such a test passes unseen. */
int trial_cannot(void);

#endif
