#ifndef MNEMOD_SECRET_H
#define MNEMOD_SECRET_H

/*
 * Keys that came in the environment.  Each is taken out of it once, so that
 * nothing that we start can inherit it, and kept for the gateways to come.
 */

/*
 * The value of the variable, borrowed, or NULL if it is not set.  The first
 * call overwrites it in our environment, removes it there, and sees to it
 * that we leave no core.
 */
const char *secret_take(const char *variable);

/* Overwrite and forget all. */
void secret_wipe(void);

/*
 * 1 if the variable was set to something that is not blank, whether its value
 * was taken or not.
 */
int secret_present(const char *variable);

#endif
