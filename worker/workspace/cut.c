#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/fd.h"
#include "common/folder.h"
#include "common/hook.h"
#include "common/mem.h"
#include "worker/workspace/cut.h"

#define NAME		"shallow"
#define TEMPORARY	"shallow.new"

static int
by_id(const void *a, const void *b)
{
	return git_oid_cmp(a, b);
}

int
cut_has(const struct cut *c, const git_oid *id)
{
	return c->n > 0 &&
	    bsearch(id, c->ids, c->n, sizeof(*c->ids), by_id) != NULL;
}

void
cut_add(struct cut *c, const git_oid *id)
{
	if (c->n == c->room) {
		c->room = c->room == 0 ? 16 : c->room * 2;
		c->ids = xreallocarray(c->ids, c->room, sizeof(*c->ids));
	}
	git_oid_cpy(&c->ids[c->n++], id);
}

void
cut_sort(struct cut *c)
{
	size_t	i, n = 0;

	if (c->n == 0)
		return;
	qsort(c->ids, c->n, sizeof(*c->ids), by_id);
	for (i = 1; i < c->n; i++)
		if (!git_oid_equal(&c->ids[n], &c->ids[i]))
			git_oid_cpy(&c->ids[++n], &c->ids[i]);
	c->n = n + 1;
}

void
cut_release(struct cut *c)
{
	free(c->ids);
	memset(c, 0, sizeof(*c));
}

static int
parse(struct cut *c, const char *p)
{
	git_oid	id;

	for (; *p != '\0'; p += GIT_OID_HEXSZ + 1) {
		if (git_oid_fromstrn(&id, p, GIT_OID_HEXSZ) < 0 ||
		    p[GIT_OID_HEXSZ] != '\n')
			return -1;
		cut_add(c, &id);
	}
	cut_sort(c);
	return 0;
}

/* Set the error of libgit2, of the system if `error' is not 0: -1. */
static int
unread(int error)
{
	char	*text = xasprintf("its file " NAME ", where it was cut: %s",
	    error != 0 ? strerror(error) : "it is damaged");

	git_error_set_str(error != 0 ? GIT_ERROR_OS : GIT_ERROR_REPOSITORY,
	    text);
	free(text);
	return -1;
}

static int
read_file(struct cut *c, const char *history_path)
{
	struct buf	 b = BUF_INIT;
	int		 dir = open(history_path, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC), r = -1;

	if (dir == -1)
		return unread(errno);
	switch (folder_read_file(dir, NAME, &b, NULL)) {
	case FOLDER_OK:
		r = strlen(buf_str(&b)) == b.len && parse(c, buf_str(&b)) == 0 ?
		    0 : unread(0);
		break;
	case FOLDER_ABSENT:
		r = 0;
		break;
	case FOLDER_ERROR:
		r = unread(errno);
		break;
	case FOLDER_IRREGULAR:
	case FOLDER_TOO_BIG:
		r = unread(0);
		break;
	}
	close(dir);
	buf_release(&b);
	return r;
}

int
cut_read(struct cut *c, const char *history_path)
{
	memset(c, 0, sizeof(*c));
	if (read_file(c, history_path) == 0)
		return 0;
	cut_release(c);
	return -1;
}

static void
print(const struct cut *c, struct buf *b)
{
	char	hex[GIT_OID_HEXSZ + 1];
	size_t	i;

	for (i = 0; i < c->n; i++)
		buf_addf(b, "%s\n", git_oid_tostr(hex, sizeof(hex),
		    &c->ids[i]));
}

static int
replace(int dir, const struct buf *b)
{
	int	r = -1;

	if (folder_remove(dir, TEMPORARY) == 0)
		r = folder_write_new(dir, TEMPORARY, b, 0600);
	hook_crash("cut.write.before");
	if (r == 0)
		r = renameat(dir, TEMPORARY, dir, NAME);
	if (r == 0)
		r = fsync(dir);
	hook_crash("cut.write.after");
	return r;
}

int
cut_write(const struct cut *c, const char *history_path)
{
	struct buf	b = BUF_INIT;
	int		dir, r = -1;

	print(c, &b);
	dir = open(history_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir != -1)
		r = replace(dir, &b);
	fd_close(&dir);
	buf_release(&b);
	return r;
}
