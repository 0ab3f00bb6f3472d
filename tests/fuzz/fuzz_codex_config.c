/* links: supervisor/codex_config.c */
/*
 * libFuzzer entry: any bytes as Codex's config.toml.  It is on or off; a
 * comment behind it changes nothing, nor does a table that is not ours; only
 * what is off is told of.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "supervisor/codex_config.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char	home[] = "/dev/shm/fuzz-codex-XXXXXX";
static char	path[sizeof(home) + 16];

static void
leave(void)
{
	unlink(path);
	rmdir(home);
}

static enum codex_memories
read_as(const void *data, size_t size, const char *behind)
{
	int	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || fd_write_all(fd, data, size) == -1 ||
	    fd_write_all(fd, behind, strlen(behind)) == -1)
		abort();
	close(fd);
	return codex_config_memories(home);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum codex_memories	 found;
	char			*hint;

	if (path[0] == '\0') {
		if (mkdtemp(home) == NULL)
			abort();
		snprintf(path, sizeof(path), "%s/config.toml", home);
		atexit(leave);
	}
	found = read_as(data, size, "");
	if (found == CODEX_MEMORIES_UNKNOWN)
		abort();
	hint = codex_config_hint(home);
	if ((hint != NULL) != (found == CODEX_MEMORIES_OFF))
		abort();
	free(hint);
	if (read_as(data, size, "\n# memories = true\n") != found ||
	    read_as(data, size, "\n[other]\nmemories = true\n") != found)
		abort();
	return 0;
}
