#ifndef MNEMOD_CONTROL_LISTEN_H
#define MNEMOD_CONTROL_LISTEN_H

#include <sys/types.h>

/* The file of the control socket: made, replaced, removed. */
struct control_listen {
	int	 fd;	/* listening, non-blocking; -1: none */
	char	*path;
	dev_t	 dev;	/* of the file that is ours */
	ino_t	 ino;
};

/*
 * Listen at `path', mode 0600.  A socket of ours that nobody listens at is
 * replaced; anything else there is refused.  Returns 0, or -1, logged.
 */
int control_listen_open(struct control_listen *, const char *path);

/*
 * `dir' below $XDG_RUNTIME_DIR: made if absent.  0 if it is a directory that
 * is ours alone, else -1, logged.
 */
int control_listen_directory(const char *dir);

/* Close and remove the file, if it still is the one we made. */
void control_listen_close(struct control_listen *);

#endif
