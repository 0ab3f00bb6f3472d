#ifndef MNEMOD_WORKER_SCENE_H
#define MNEMOD_WORKER_SCENE_H

#include <check.h>

#include "worker_peer.h"

/*
 * A worker whose role is the puppet; each test begins with one that has not
 * said hello yet.
 */
#define SETTINGS "{\"sandbox\":\"best-effort\",\"name\":\"codex\"}"

extern struct peer	peer;

/* Begin and end a test. */
void worker_setup(void);
void worker_teardown(void);

/* Have the puppet do this; see puppet.h. */
void submit(const char *text);
/* It has, and says this. */
void assert_completed(const char *text);
/* It ends with this exit status. */
void assert_exit(int code);
/* The last words in their order, then end of file and status 0. */
void assert_farewell(void);

/* main(): run the worker if this process is to be it, or the suite. */
int worker_scene_main(int argc, char **argv, char **envp,
    Suite *(*suite)(void));

#endif
