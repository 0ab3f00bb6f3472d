#ifndef MNEMOD_HOOK_H
#define MNEMOD_HOOK_H

#include <stdint.h>

/*
 * Where test builds differ from what is installed.  The programs are linked
 * with common/hook.c; test builds link tests/hook_test.c in its place, the
 * only object that differs.
 */

/* 1 in a test build. */
int hook_testing(void);

/* Milliseconds between SIGTERM and SIGKILL: 10,000; tests may shorten it with
 * MNEMOD_TEST_GRACE_MS in the environment. */
int64_t hook_grace_ms(void);

/*
 * A bound of the supervisor's in milliseconds, `ms'; tests may set another with
 * MNEMOD_TEST_NAME_MS in the environment.
 */
int64_t hook_ms(const char *name, int64_t ms);

/*
 * The variables that the spawner hands on to a worker's environment, so that
 * the settings of a test hold there too: names, then NULL; none in a release.
 */
const char *const *hook_env(void);

/*
 * Milliseconds that a clock is ahead of the kernel's: 0, but tests may let
 * the wall jump and the machine sleep (the boot clock goes on alone), by the
 * file that MNEMOD_TEST_CLOCK names: "WALL BOOT".
 */
enum hook_clock { HOOK_WALL, HOOK_BOOT };
int64_t hook_clock_ms(enum hook_clock);

/*
 * The type of the path's file system, of statfs(2), which is `type'; tests
 * may claim another with MNEMOD_TEST_NFS, the beginning of paths on NFS.
 */
unsigned long hook_fs_type(const char *path, unsigned long type);

/*
 * Where the kernel tells of power supplies; tests may set
 * MNEMOD_TEST_POWER_SUPPLY in the environment.
 */
const char *hook_power_supply(void);

/*
 * Milliseconds between two looks at metrics within a pass: 10,000; tests may
 * shorten it with MNEMOD_TEST_METRICS_MS in the environment.
 */
int64_t hook_metrics_ms(void);

/*
 * A durable act is about to happen or has happened ("publish.next.before").
 * In a test build the process kills itself with SIGKILL where `name' is the
 * point that hook_crash_at() set, or stops itself where "stop:" and `name'
 * are; otherwise nothing.
 */
void hook_crash(const char *name);

/* Set the crash point, from the key crash_at; ignored if not testing. */
void hook_crash_at(const char *name);

#endif
