#ifndef MNEMOD_CONTROL_ADDRESS_H
#define MNEMOD_CONTROL_ADDRESS_H

#include <sys/socket.h>
#include <sys/un.h>

/*
 * Where the control socket is.  An address holds 107 bytes of path at most;
 * a longer one is reached through its directory, held open:
 * /proc/self/fd/N/control.sock.
 */
#define CONTROL_NAME	"control.sock"

struct control_address {
	struct sockaddr_un	 sun;
	socklen_t		 len;
	int			 dir;	/* -1: the path is short */
};

/*
 * The address of `path', absolute.  Returns 0, or -1 with errno (of opening
 * its directory).  control_address_release() when bound or connected.
 */
int control_address_init(struct control_address *, const char *path);
void control_address_release(struct control_address *);

/*
 * Connect to the socket at `path'; `flags' are of socket(2).  Returns a
 * close-on-exec descriptor, or -1 with errno: ECONNREFUSED if nobody listens.
 */
int control_connect(const char *path, int flags);

/*
 * Which state directory a request is for, as text: device and inode.  Returns
 * 0, or -1 with errno.
 */
#define CONTROL_STATE_SIZE 48
int control_state_id(const char *state, char out[CONTROL_STATE_SIZE]);

#endif
