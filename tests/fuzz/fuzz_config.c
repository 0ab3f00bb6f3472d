/* links: supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c */
/*
 * libFuzzer entry: any bytes as a configuration file are read or refused with
 * a message; what was read and printed is read again and prints the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "supervisor/config.h"
#include "supervisor/paths.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The bytes as a configuration, NULL if they are refused. */
static struct config *
load(const void *data, size_t size)
{
	static struct paths	 paths;
	struct config_request	 req = { .paths = &paths };
	struct config		*cfg;
	struct buf		 why = BUF_INIT;
	char			 name[64];
	int			 fd;

	if (paths.home == NULL) {
		setenv("HOME", "/nonexistent", 1);
		(void)paths_init(&paths);
	}
	fd = memfd_create("conf", MFD_CLOEXEC);
	if (fd == -1 || fd_write_all(fd, data, size) == -1)
		abort();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	req.file = name;
	cfg = config_load(&req, &why);
	if (cfg == NULL && why.len == 0)
		abort();
	buf_release(&why);
	close(fd);
	return cfg;
}

/* What -n prints, to be freed. */
static char *
printed(const struct config *cfg)
{
	char	*text;
	size_t	 len;
	FILE	*fp;

	fp = open_memstream(&text, &len);
	if (fp == NULL)
		abort();
	config_print(cfg, fp);
	fclose(fp);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config	*cfg, *again;
	char		*one, *two;

	cfg = load(data, size);
	if (cfg == NULL)
		return 0;
	one = printed(cfg);
	again = load(one, strlen(one));
	if (again == NULL)
		abort();
	two = printed(again);
	if (strcmp(one, two) != 0)
		abort();
	free(one);
	free(two);
	config_free(cfg);
	config_free(again);
	return 0;
}
