#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "common/log.h"
#include "supervisor/mnemoctl/mcp_channel.h"
#include "supervisor/mnemoctl/mcp_tools.h"

#define ANSWER_MS	60000	/* the broker gives up long before */

/* write(2) and not send(2): the sandbox has no calls for sockets. */
int
mcp_packet_send(int fd, json_object *o)
{
	struct buf	 b = BUF_INIT;
	ssize_t		 n = -1;

	json_write(&b, o);
	if (b.len > MCP_PACKET_MAX)
		errno = EMSGSIZE;
	else
		do
			n = write(fd, b.data, b.len);
		while (n == -1 && errno == EINTR);
	buf_release(&b);
	return n == -1 ? -1 : 0;
}

json_object *
mcp_packet_read(int fd)
{
	struct buf	 b = BUF_INIT;
	json_object	*o = NULL;
	ssize_t		 n;

	buf_grow(&b, MCP_PACKET_MAX);
	do
		n = read(fd, b.data, MCP_PACKET_MAX);
	while (n == -1 && errno == EINTR);
	if (n > 0) {
		o = json_parse(b.data, (size_t)n, JSON_DEPTH, NULL);
		errno = EBADMSG;
	} else if (n == 0)
		errno = 0;
	buf_release(&b);
	return o;
}

void
mcp_channel_use(int channel, const char *thread_id)
{
	static int	 said;
	json_object	*o = json_object_new_object();
	int		 r;

	json_set_str(o, "use", thread_id);
	r = channel == -1 ? -1 : mcp_packet_send(channel, o);
	json_object_put(o);
	if (r == -1 && !said)
		log_warnx("what is read is not counted as used: the "
		    "supervisor is not reached, or too slow");
	said = r == -1;
}

/* 1 once there is something to read. */
static int
wait_answer(int channel)
{
	struct pollfd	p = { .fd = channel, .events = POLLIN };
	int		n;

	do
		n = poll(&p, 1, ANSWER_MS);
	while (n == -1 && errno == EINTR);
	return n == 1;
}

/* A packet and its answer, for the caller; NULL: the broker is gone. */
static json_object *
mcp_channel_ask(int channel, json_object *packet)
{
	if (channel == -1 || mcp_packet_send(channel, packet) == -1 ||
	    !wait_answer(channel))
		return NULL;
	return mcp_packet_read(channel);
}

int
mcp_remember(struct mcp *m, json_object *args, json_object *result,
    struct buf *why)
{
	json_object	*packet, *answer;
	const char	*path, *error;

	if (strlen(json_str(args, "text")) > MCP_NOTE_MAX) {
		buf_addf(why, "text is longer than %d bytes", MCP_NOTE_MAX);
		return -1;
	}
	packet = json_object_new_object();
	json_set_str(packet, "remember", json_str(args, "text"));
	json_set_str(packet, "memory", m->memory);
	answer = mcp_channel_ask(m->channel, packet);
	json_object_put(packet);
	path = json_str(answer, "path");
	error = json_str(answer, "error");
	if (path != NULL)
		json_set_str(result, "path", path);
	else
		buf_addstr(why, error != NULL ? error : "nothing was noted: "
		    "the supervisor cannot be reached from here any more; "
		    "start this server again");
	json_object_put(answer);
	return path != NULL ? 0 : -1;
}
