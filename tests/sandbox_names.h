#ifndef MNEMOD_SANDBOX_NAMES_H
#define MNEMOD_SANDBOX_NAMES_H

/*
 * A world in which names can be looked up without a network: namespaces of
 * this process with an /etc of their own and two name servers, that answer
 * every question with an address each, 127.0.0.1 and 127.0.0.2.
 */

/*
 * Enter it; resolv.conf names the first server.  -1 with errno where the
 * kernel does not let this user.  The servers die with this process.
 */
int names_enter(void);

/* The same with one server, that answers nothing. */
int names_enter_silence(void);

/*
 * Have resolv.conf replaced, by rename, by one that names the second server:
 * by a helper, because the caller may be in a sandbox.
 */
void names_replace(void);

#endif
