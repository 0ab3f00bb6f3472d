#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "tests/fakeworker/fakeworker.h"

int64_t	asked;
char	staging[4096];

void
request(void)
{
	enum msg_id	id;

	while ((id = take(&asked)) != MSG_SUBMIT && id != MSG_REVISE)
		if (id == MSG__MAX)
			exit(67);
		else if (id == MSG_SHUTDOWN)
			bye();
		else if (id == MSG_PROBE)
			alive(1);
}

void
utter(const char *text, int64_t serial)
{
	const char	*body = strchr(text, ':');
	char		*frame;

	frame = xasprintf("{\"type\":\"%.*s\",\"id\":%lld,\"thread_id\":"
	    "\"0198a000-0000-7000-8000-000000000001\",\"body\":%s}",
	    (int)(body - text), text, (long long)serial, body + 1);
	give_raw(frame, strlen(frame));
	free(frame);
}

void
many(const char *text)
{
	int	i;

	for (i = atoi(text); i > 0; i--)
		utter(strchr(text, ':') + 1, 0);
}

void
record(size_t len)
{
	json_object	*o = json_object_new_object();
	json_object	*body = json_object_new_object();
	char		*text = xcalloc(1, len + 1);

	memset(text, 'x', len);
	json_set_str(o, "type", "function_call");
	json_set_str(o, "name", "\033]0;title\007\302\233" "2J\342\200\256");
	json_set_str(o, "arguments", text);
	json_set(body, "record", o);
	give(MSG_TOOL, 0, body);
	free(text);
}

/* "FILE:NAME": the path beside the script and that in staging. */
static void
two_paths(const char *text, char **from, char **to)
{
	const char	*name = strchr(text, ':');

	*from = xasprintf("%s/../../../../%.*s", staging, (int)(name - text),
	    text);
	*to = xasprintf("%s/%s", staging, name + 1);
}

void
plant(const char *text)
{
	char	*from, *to, data[65536];
	ssize_t	 n;
	int	 in, out;

	two_paths(text, &from, &to);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	n = read(in, data, sizeof(data));
	if (n <= 0 || fd_write_all(out, data, (size_t)n) == -1)
		dprintf(2, "plant %s: %s\n", text, strerror(errno));
	close(in);
	close(out);
	free(from);
	free(to);
}

void
link_to(const char *text)
{
	char	*from, *to, *target = xstrdup(text);

	two_paths(text, &from, &to);
	*strchr(target, ':') = '\0';
	unlink(to);
	if (symlink(target, to) == -1)
		dprintf(2, "link %s: %s\n", text, strerror(errno));
	free(target);
	free(from);
	free(to);
}

void
fill(int n)
{
	static const char	 data[1048576];
	char			*path;
	int			 i, fd;

	for (i = 0; i < n; i++) {
		path = xasprintf("%s/fill.%d", staging, i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd == -1 || fd_write_all(fd, data, sizeof(data)) == -1)
			exit(97);
		close(fd);
		free(path);
	}
}

void
dig(int n)
{
	int	dir = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int	top = -1, next;

	while (n-- > 0 && mkdirat(dir, "d", 0700) == 0) {
		next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (top == -1)
			top = next;
		else
			close(dir);
		dir = next;
	}
	fchmod(top, 0);
}
