/* links: supervisor/mnemoctl/untar.c supervisor/mnemoctl/backup_content.c */
/*
 * libFuzzer entry: any bytes as an archive, and the same with checksums that
 * fit, which no mutation would find.  Refused with a printable reason, or
 * taken; either way nothing but files and folders of ours is there, and none
 * outside.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/folder.h"
#include "common/log.h"
#include "supervisor/mnemoctl/backup_content.h"

#define BLOCK	512
#define CHKSUM	148		/* in a header, eight bytes */
#define MAGIC	257

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char	outer[] = "/dev/shm/fuzz_ustar.XXXXXX";
static int	outer_fd = -1;

static void
remove_outer(void)
{
	rmdir(outer);
}

static enum untar_verdict
keep(const char *name, int is_dir)
{
	(void)is_dir;
	if (name[0] == '\0')
		abort();
	return UNTAR_KEEP;
}

/* Only what untar() may make; returns how many there are. */
static int
look(int fd)
{
	DIR		*d = fdopendir(fd);
	struct dirent	*e;
	struct stat	 sb;
	int		 n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (fstatat(fd, e->d_name, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
		    sb.st_mode != (S_ISDIR(sb.st_mode) ? S_IFDIR | 0700u :
		    S_IFREG | 0600u))
			abort();
		if (S_ISDIR(sb.st_mode))
			look(openat(fd, e->d_name, O_RDONLY | O_DIRECTORY));
	}
	closedir(d);
	return n;
}

static void
run(int archive, untar_judge *judge)
{
	struct buf	 why = BUF_INIT;
	char		 shown[8192];
	int		 fd, r;

	if (mkdirat(outer_fd, "in", 0700) == -1)
		abort();
	fd = openat(outer_fd, "in", O_RDONLY | O_DIRECTORY);
	lseek(archive, 0, SEEK_SET);
	r = untar(archive, fd, judge, &why);
	log_printable(shown, sizeof(shown), buf_str(&why), why.len);
	if ((r == -1) != (why.len > 0) || strcmp(shown, buf_str(&why)) != 0)
		abort();
	buf_release(&why);
	look(fd);
	if (look(openat(outer_fd, ".", O_RDONLY | O_DIRECTORY)) != 1 ||
	    folder_remove(outer_fd, "in") == -1)
		abort();
}

static void
run_both(const void *data, size_t size)
{
	int	 fd = memfd_create("tar", MFD_CLOEXEC);

	if (fd == -1 || fd_write_all(fd, data, size) == -1)
		abort();
	run(fd, keep);
	run(fd, backup_judge);
	close(fd);
}

/* Every block that says it is a header adds up. */
static void
sign(char *p, size_t size)
{
	unsigned	 sum;
	size_t		 i;

	for (; size >= BLOCK; p += BLOCK, size -= BLOCK) {
		if (memcmp(p + MAGIC, "ustar", 6) != 0)
			continue;
		memset(p + CHKSUM, ' ', 8);
		for (sum = 0, i = 0; i < BLOCK; i++)
			sum += (unsigned char)p[i];
		snprintf(p + CHKSUM, 8, "%06o", sum);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf	 b = BUF_INIT;

	if (outer_fd == -1) {
		umask(077);
		if (mkdtemp(outer) == NULL)
			abort();
		atexit(remove_outer);
		outer_fd = open(outer, O_RDONLY | O_DIRECTORY);
	}
	run_both(data, size);
	buf_add(&b, data, size);
	sign(b.data, b.len);
	run_both(b.data, b.len);
	buf_release(&b);
	return 0;
}
