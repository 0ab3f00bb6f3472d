#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/mcp.h"
#include "supervisor/mnemoctl/mcp_channel.h"

#define CHUNK	65536u

/* The memory that is meant, NULL with a line in the log. */
static const struct config_memory *
memory_meant(const struct ctl *ctl)
{
	const struct config	*c = ctl->config;

	if (ctl->opt->memory != NULL)
		return ctl_memory_known(ctl, ctl->opt->memory) == CTL_OK ?
		    config_memory(c, ctl->opt->memory) : NULL;
	if (c->nmemories == 1)
		return &c->memories[0];
	log_warnx("which memory? %zu are configured; name one with -m",
	    c->nmemories);
	return NULL;
}

/* 0, or -1 if a root is there that cannot be served. */
static int
open_root(struct mcp *m, const struct config_memory *memory)
{
	m->memory = memory->name;
	m->root = open(memory->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (m->root != -1)
		return 0;
	if (errno != ENOENT) {
		log_warn("memory %s: %s", memory->name, memory->root);
		return -1;
	}
	log_warnx("memory %s: %s is not there yet: there is nothing to read "
	    "until this server is started again", memory->name,
	    memory->root);
	return 0;
}

/* The lines that are whole; what is left of the last one is moved up. */
static void
take_lines(struct mcp *m, struct buf *in, int *skipping, struct buf *out)
{
	const char	*s = buf_str(in), *end = s + in->len, *nl;

	while ((nl = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		if (!*skipping)
			mcp_line(m, s, (size_t)(nl - s), out);
		*skipping = 0;
		s = nl + 1;
	}
	buf_consume(in, (size_t)(s - buf_str(in)));
	if (in->len <= MCP_LINE_MAX)
		return;
	if (!*skipping)
		mcp_long_line(out);
	*skipping = 1;
	buf_reset(in);
}

/* Until the client closes its end.  0, or -1: logged. */
static int
serve(struct mcp *m)
{
	struct buf	in = BUF_INIT, out = BUF_INIT;
	int		skipping = 0, r = 0;
	ssize_t		n = 1;

	while (r == 0 && n != 0) {
		buf_grow(&in, CHUNK);
		n = read(STDIN_FILENO, in.data + in.len, CHUNK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			log_warn("standard input");
			r = -1;
			break;
		}
		in.len += (size_t)n;
		in.data[in.len] = '\0';
		take_lines(m, &in, &skipping, &out);
		if (out.len > 0 && fd_write_all(STDOUT_FILENO, out.data,
		    out.len) == -1) {
			log_warn("standard output");
			r = -1;
		}
		buf_reset(&out);
	}
	buf_release(&in);
	buf_release(&out);
	return r;
}

enum ctl_exit
mcp_collect(struct ctl *ctl, json_object *doc)
{
	const struct config_memory	*memory = memory_meant(ctl);
	struct mcp			 m = { .root = -1, .channel = -1 };
	enum ctl_exit			 e = CTL_OK;
	pid_t				 broker;

	(void)doc;
	if (memory == NULL)
		return ctl->opt->memory == NULL ? CTL_USAGE : CTL_NOT_FOUND;
	if (open_root(&m, memory) == -1)
		return CTL_ROOT;
	m.alone = !mcp_broker_reaches(ctl->config);
	if (m.alone)
		log_warnx("no supervisor answers: until one does, remember is "
		    "refused and what is read is not counted as used");
	broker = mcp_broker_start(ctl->config, &m.channel);
	if (broker == -1)
		log_warn("no second process: remember is refused, and what is "
		    "read is not counted as used");
	if (mcp_enclose(&m) == -1 || serve(&m) == -1)
		e = CTL_NOT_FOUND;
	fd_close(&m.channel);
	if (broker != -1)
		while (waitpid(broker, NULL, 0) == -1 && errno == EINTR)
			;
	mcp_release(&m);
	fd_close(&m.root);
	return e;
}
