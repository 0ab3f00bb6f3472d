#ifndef MNEMOD_MNEMOCTL_MCP_CHANNEL_H
#define MNEMOD_MNEMOCTL_MCP_CHANNEL_H

#include <sys/types.h>
#include "supervisor/config.h"
#include "supervisor/mnemoctl/mcp.h"

/*
 * The broker.  The process that reads what a client and a memory hold closes
 * a sandbox around itself, so it can connect to nothing any more; and a
 * connection made before could ask the supervisor for anything, would hold one
 * of its few places for as long as a session lasts, and would be gone for good
 * with the first restart of the supervisor.  So a second process stays
 * outside.  It takes packets from a socket pair, knows two of them,
 *
 *	{"use": THREAD}
 *	{"remember": TEXT, "memory": NAME}	answered {"path"} or {"error"}
 *
 * and connects to the control socket for each.  It ends with the first.
 */
#define MCP_PACKET_MAX	65536u

/*
 * Start it.  *channel is ours, close-on-exec.  Returns its pid, or -1 with
 * errno.
 */
pid_t mcp_broker_start(const struct config *, int *channel);

/* 1 if a supervisor can be asked. */
int mcp_broker_reaches(const struct config *);

/*
 * For the other side; a channel of -1 has no broker.  A use is sent and not
 * waited for: where it cannot be, it is dropped, logged once.
 */
void mcp_channel_use(int channel, const char *thread_id);

/* Both ends: one packet.  Return 0, or -1 with errno. */
int mcp_packet_send(int fd, json_object *);
/* NULL with errno 0 at the end, EBADMSG for what is no object. */
json_object *mcp_packet_read(int fd);

#endif
