/* links: supervisor/mnemoctl/untar.c */
/*
 * libFuzzer entry: any bytes as an archive to be restored, the first says
 * whether the sums of its headers are put right before.  It is refused with
 * one printable line or extracted: folders and files, nobody else's to read,
 * and nothing outside.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "supervisor/mnemoctl/untar.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define BLOCK	512
#define SUM_AT	148
#define SUM_LEN	8

static char	top[64];
static int	others;		/* found where only "in" should be */

static enum untar_verdict
judge(const char *name, int is_dir)
{
	(void)is_dir;
	return name[0] == 'r' ? UNTAR_REFUSE : name[0] == 's' ? UNTAR_SKIP :
	    UNTAR_KEEP;
}

static void
mend_sums(unsigned char *p, size_t len)
{
	unsigned	sum;
	size_t		i;

	for (; len >= BLOCK; p += BLOCK, len -= BLOCK) {
		if (memcmp(p + 257, "ustar", 5) != 0)
			continue;
		memset(p + SUM_AT, ' ', SUM_LEN);
		for (i = 0, sum = 0; i < BLOCK; i++)
			sum += p[i];
		snprintf((char *)p + SUM_AT, SUM_LEN, "%06o", sum);
	}
}

static int
look_at(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	others += ftw->level == 1 && strcmp(path + ftw->base, "in") != 0;
	if (ftw->level > 1 && (type == FTW_D ? (sb->st_mode & 07777) != 0700 :
	    !S_ISREG(sb->st_mode) || (sb->st_mode & 07777) != 0600))
		abort();
	return 0;
}

static int
remove_one(const char *path, const struct stat *sb, int type,
    struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
remove_all(void)
{
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Extract below top/in. */
static void
extract(int fd)
{
	char	path[80], why[1024] = "", safe[4096];
	int	dir;

	snprintf(path, sizeof(path), "%s/in", top);
	if (mkdir(top, 0700) == -1 || mkdir(path, 0700) == -1 ||
	    (dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		abort();
	if (untar(fd, dir, judge, why, sizeof(why)) == -1) {
		log_printable(safe, sizeof(safe), why, strlen(why));
		if (why[0] == '\0' || strcmp(safe, why) != 0)
			abort();
	}
	close(dir);
	others = 0;
	if (nftw(top, look_at, 16, FTW_PHYS) != 0 || others != 0)
		abort();
	remove_all();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char	*copy;
	int		 fd;

	if (size == 0)
		return 0;
	if (top[0] == '\0') {
		snprintf(top, sizeof(top), "%s/fuzz-untar.%d",
		    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
		    (int)getpid());
		atexit(remove_all);
	}
	copy = malloc(size);
	if (copy == NULL)
		abort();
	memcpy(copy, data + 1, size - 1);
	if (data[0] & 1)
		mend_sums(copy, size - 1);
	fd = memfd_create("tar", MFD_CLOEXEC);
	if (fd == -1 || fd_write_all(fd, copy, size - 1) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		abort();
	extract(fd);
	close(fd);
	free(copy);
	return 0;
}
