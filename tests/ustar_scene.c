#include <sys/mman.h>
#include <sys/stat.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/folder.h"
#include "tests/scratch.h"
#include "tests/ustar_scene.h"

struct buf		 ar;
int			 below = -1;
enum untar_verdict	 verdict;
struct buf		 why;

static char		 dir[256];

enum untar_verdict
judge(const char *name, int is_dir)
{
	(void)is_dir;
	ck_assert_uint_gt(strlen(name), 0);
	return verdict;
}

void
ustar_setup(void)
{
	scratch_make(dir, sizeof(dir));
	below = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ne(below, -1);
	verdict = UNTAR_KEEP;
}

void
ustar_teardown(void)
{
	fd_close(&below);
	buf_release(&ar);
	scratch_remove(dir);
}

/* The header at `at' says what its bytes add up to. */
static void
sign(size_t at)
{
	char		*h = ar.data + at, sum[8];
	unsigned	 n = 0;
	size_t		 i;

	memset(h + CHKSUM, ' ', sizeof(sum));
	for (i = 0; i < BLOCK; i++)
		n += (unsigned char)h[i];
	snprintf(sum, sizeof(sum), "%06o", n);
	memcpy(h + CHKSUM, sum, sizeof(sum) - 1);
}

size_t
header(char type, const char *name, const char *size)
{
	char	h[BLOCK] = { 0 };
	size_t	at = ar.len;

	ck_assert_uint_le(strlen(name), 100);
	memcpy(h + NAME, name, strlen(name));
	memcpy(h + SIZE, size, strlen(size));
	h[TYPE] = type;
	memcpy(h + MAGIC, "ustar\0" "00", 8);
	buf_add(&ar, h, sizeof(h));
	sign(at);
	return at;
}

void
put(size_t at, enum ustar_field field, const void *bytes, size_t len)
{
	memcpy(ar.data + at + field, bytes, len);
	sign(at);
}

void
contents(const char *data, size_t len)
{
	static const char	zero[BLOCK];

	buf_add(&ar, data, len);
	buf_add(&ar, zero, (BLOCK - len % BLOCK) % BLOCK);
}

void
zeros(int blocks)
{
	static const char	zero[BLOCK];

	while (blocks-- > 0)
		buf_add(&ar, zero, BLOCK);
}

void
file(const char *name, const char *data)
{
	char	size[24];

	snprintf(size, sizeof(size), "%011zo", strlen(data));
	header('0', name, size);
	contents(data, strlen(data));
}

int
read_it(void)
{
	int	 fd = memfd_create("tar", MFD_CLOEXEC), r;

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fd_write_all(fd, buf_str(&ar), ar.len), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	buf_reset(&why);
	r = untar(fd, below, judge, &why);
	close(fd);
	return r;
}

int
is_there(const char *name)
{
	return faccessat(below, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void
ends_with(const char *reason)
{
	int	 r;

	zeros(2);
	r = read_it();
	if (reason == NULL)
		ck_assert_msg(r == 0, "refused: %s", buf_str(&why));
	else {
		ck_assert_int_eq(r, -1);
		ck_assert_msg(strstr(buf_str(&why), reason) != NULL, "%s",
		    buf_str(&why));
	}
	buf_reset(&ar);
}

void
has_text(const char *name, const char *text)
{
	struct buf	 b = BUF_INIT;
	struct stat	 sb;

	ck_assert_int_eq(folder_read_file(below, name, &b, &sb), FOLDER_OK);
	ck_assert_str_eq(buf_str(&b), text);
	ck_assert_int_eq(sb.st_mode & 07777, 0600);
	buf_release(&b);
}
