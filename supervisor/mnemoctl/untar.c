#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/log.h"
#include "supervisor/mnemoctl/untar.h"

#define BLOCK		512
#define NAME_SIZE	(155 + 1 + 100 + 1)	/* prefix, '/', name, NUL */
#define CHUNK		(128 * BLOCK)
#define END_MAX		(16 * 1024 * 1024)	/* of zeros at the end */

struct header {
	char	name[100], mode[8], uid[8], gid[8], size[12], mtime[12];
	char	chksum[8], typeflag, linkname[100], magic[6], version[2];
	char	uname[32], gname[32], devmajor[8], devminor[8], prefix[155];
	char	pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

struct archive {
	int		 fd;
	int		 dir;
	untar_judge	*judge;
	struct buf	*why;
	char		 name[NAME_SIZE];	/* of the member */
	int64_t		 size;
	int		 is_dir;
};

/* Always -1. */
static int __attribute__((format(printf, 2, 3)))
refuse(struct archive *a, const char *fmt, ...)
{
	char	name[NAME_SIZE * 4], text[256];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_printable(name, sizeof(name), a->name, strlen(a->name));
	buf_addf(a->why, "%s%s%s", name,
	    name[0] == '\0' ? "" : ": ", text);
	return -1;
}

/* As many bytes as there are, at most `len'; or -1. */
static ssize_t
read_some(struct archive *a, char *buf, size_t len)
{
	size_t	 got = 0;
	ssize_t	 n;

	while (got < len && (n = read(a->fd, buf + got, len - got)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return refuse(a, "%s", strerror(errno));
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* All of it, or -1. */
static int
read_block(struct archive *a, void *buf, size_t len)
{
	ssize_t	 n = read_some(a, buf, len);

	if (n != -1 && (size_t)n < len)
		return refuse(a, "the archive ends too early");
	return n == -1 ? -1 : 0;
}

/* An octal number, then nothing but blanks and NULs; -1: none. */
static int64_t
octal(const char *field, size_t len)
{
	int64_t	 v = 0;
	size_t	 i, n;

	for (n = 0; n < len && field[n] >= '0' && field[n] <= '7'; n++)
		v = v * 8 + (field[n] - '0');
	for (i = n; i < len; i++)
		if (field[i] != '\0' && field[i] != ' ')
			return -1;
	return n == 0 ? -1 : v;
}

static int
checksum_fits(const struct header *h)
{
	const unsigned char	*p = (const unsigned char *)h;
	int64_t			 sum = 0;
	size_t			 i, at = offsetof(struct header, chksum);

	for (i = 0; i < BLOCK; i++)
		sum += i >= at && i < at + sizeof(h->chksum) ? ' ' : p[i];
	return octal(h->chksum, sizeof(h->chksum)) == sum;
}

static int
is_zero(const void *data, size_t len)
{
	const char	*p = data;
	size_t		 i;

	for (i = 0; i < len && p[i] == '\0'; i++)
		;
	return i == len;
}

/*
 * Behind the first block of zeros: another one, and padding.  A damaged
 * archive may have zeros in its middle, which are not its end.
 */
static int
read_end(struct archive *a)
{
	char	 buf[CHUNK];
	int64_t	 all = 0;
	ssize_t	 n;

	while ((n = read_some(a, buf, sizeof(buf))) > 0) {
		all += n;
		if (all > END_MAX || !is_zero(buf, (size_t)n))
			return refuse(a, "something follows the end of the "
			    "archive, or it is damaged");
	}
	if (n == 0 && all < BLOCK)
		return refuse(a, "the archive ends too early");
	return (int)n;
}

/* Relative, and no component empty, "." or "..". */
static int
name_is_safe(const char *name)
{
	size_t	 n;

	for (;; name += n + 1) {
		n = strcspn(name, "/");
		if (n == 0 || (n == 1 && name[0] == '.') ||
		    (n == 2 && name[0] == '.' && name[1] == '.'))
			return 0;
		if (name[n] == '\0')
			return 1;
	}
}

/* Name, kind and size of a member. */
static int
parse(struct archive *a, const struct header *h)
{
	size_t	 n;

	a->name[0] = '\0';
	if (memcmp(h->magic, "ustar", 6) != 0 ||
	    memcmp(h->version, "00", 2) != 0 || !checksum_fits(h))
		return refuse(a, "no archive of mnemoctl backup (a compressed "
		    "one is to be decompressed first)");
	snprintf(a->name, sizeof(a->name), "%.155s%s%.100s", h->prefix,
	    h->prefix[0] == '\0' ? "" : "/", h->name);
	a->is_dir = h->typeflag == '5';
	n = strlen(a->name);
	if (a->is_dir && n > 1 && a->name[n - 1] == '/')
		a->name[n - 1] = '\0';
	if (!a->is_dir && h->typeflag != '0')
		return refuse(a, "neither a file nor a folder");
	if (h->name[0] == '\0' || !name_is_safe(a->name))
		return refuse(a, "a name that leads elsewhere");
	a->size = octal(h->size, sizeof(h->size));
	if (a->size < 0 || (a->is_dir && a->size > 0))
		return refuse(a, "an impossible size");
	return 0;
}

/* The contents, to `out' unless that is -1. */
static int
copy(struct archive *a, int out)
{
	char	 buf[CHUNK];
	int64_t	 left = a->size;
	size_t	 n;

	for (; left > 0; left -= (int64_t)n) {
		n = left < CHUNK ? (size_t)left : CHUNK;
		/* Whole blocks are read, the last one is padded. */
		if (read_block(a, buf, (n + BLOCK - 1) / BLOCK * BLOCK) == -1)
			return -1;
		if (out != -1 && fd_write_all(out, buf, n) == -1)
			return refuse(a, "%s", strerror(errno));
	}
	return 0;
}

static int
extract(struct archive *a)
{
	int	 fd, r;

	if (a->is_dir)
		return mkdirat(a->dir, a->name, 0700) == 0 ? 0 :
		    refuse(a, "%s", strerror(errno));
	fd = openat(a->dir, a->name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return refuse(a, "%s", strerror(errno));
	r = copy(a, fd);
	if (close(fd) == -1 && r == 0)
		r = refuse(a, "%s", strerror(errno));
	return r;
}

static int
take(struct archive *a, const struct header *h)
{
	if (parse(a, h) == -1)
		return -1;
	switch (a->judge(a->name, a->is_dir)) {
	case UNTAR_KEEP:
		return extract(a);
	case UNTAR_SKIP:
		return copy(a, -1);
	case UNTAR_REFUSE:
		break;
	}
	return refuse(a, "no backup of a state holds this");
}

int
untar(int fd, int dir, untar_judge *judge, struct buf *why)
{
	struct archive	a = { .fd = fd, .dir = dir, .judge = judge,
			    .why = why };
	struct header	h;

	for (;;) {
		a.name[0] = '\0';
		if (read_block(&a, &h, BLOCK) == -1)
			return -1;
		if (is_zero(&h, BLOCK))
			return read_end(&a);
		if (take(&a, &h) == -1)
			return -1;
	}
}
