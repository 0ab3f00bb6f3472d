#include <string.h>
#include <time.h>

#include "worker/workspace/lastread.h"

/* Longer than the ticks of any file system's clock. */
#define YOUNG_S	3

void
lastread_release(struct lastread *s)
{
	git_index_free(s->files);
	s->files = NULL;
}

static git_index_time
index_time(const struct timespec *t)
{
	return (git_index_time){ (int32_t)t->tv_sec, (uint32_t)t->tv_nsec };
}

static int
same_time(const git_index_time *a, const struct timespec *b)
{
	git_index_time	t = index_time(b);

	return a->seconds == t.seconds && a->nanoseconds == t.nanoseconds;
}

int
lastread_is(const struct lastread *s, const char *path, const struct stat *st,
    git_oid *id)
{
	const git_index_entry	*e;

	e = s->files == NULL ? NULL : git_index_get_bypath(s->files, path, 0);
	if (e == NULL || e->ino != (uint32_t)st->st_ino ||
	    e->dev != (uint32_t)st->st_dev ||
	    e->file_size != (uint32_t)st->st_size ||
	    !same_time(&e->mtime, &st->st_mtim) ||
	    !same_time(&e->ctime, &st->st_ctim))
		return 0;
	git_oid_cpy(id, &e->id);
	return 1;
}

void
lastread_note(struct lastread *s, const char *path, const struct stat *st,
    const git_oid *id)
{
	git_index_entry	e;

	if (st->st_ctim.tv_sec + YOUNG_S > time(NULL))
		return;
	if (s->files == NULL && git_index_new(&s->files) < 0)
		return;
	memset(&e, 0, sizeof(e));
	e.path = path;
	e.mode = GIT_FILEMODE_BLOB;
	e.ino = (uint32_t)st->st_ino;
	e.dev = (uint32_t)st->st_dev;
	e.file_size = (uint32_t)st->st_size;
	e.mtime = index_time(&st->st_mtim);
	e.ctime = index_time(&st->st_ctim);
	git_oid_cpy(&e.id, id);
	/* Without it the file is read again. */
	(void)git_index_add(s->files, &e);
}
