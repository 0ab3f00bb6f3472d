#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/lastread.h"

/* Longer than the ticks of any file system's clock. */
#define YOUNG_S	3

/* As many files are read faster than the list of all is written. */
#define FRESH_MAX 32

static int
remove_file(const char *path)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	log_warn("%s: cannot be removed", path);
	return -1;
}

void
lastread_load(struct lastread *s, const char *history)
{
	s->path = xasprintf("%s/%s", history, LASTREAD_NAME);
	if (git_index_open(&s->files, s->path) < 0) {
		s->files = NULL;
		(void)lastread_forget(s);
	}
}

/* What a writer that was killed left would keep all others out. */
static void
remove_lock(const char *path)
{
	char	*lock = xasprintf("%s.lock", path);

	(void)remove_file(lock);
	free(lock);
}

void
lastread_save(struct lastread *s)
{
	if (s->path == NULL || s->files == NULL || s->fresh <= FRESH_MAX)
		return;
	remove_lock(s->path);
	if (git_index_write(s->files) < 0)
		log_warnx("%s: not written, the files are read again next "
		    "time", s->path);
	s->fresh = 0;
}

void
lastread_release(struct lastread *s)
{
	git_index_free(s->files);
	s->files = NULL;
	lastread_detach(s);
}

void
lastread_detach(struct lastread *s)
{
	free(s->path);
	s->path = NULL;
}

int
lastread_forget(struct lastread *s)
{
	int	r, error;

	git_index_free(s->files);
	s->files = NULL;
	s->fresh = 0;
	if (s->path == NULL)
		return 0;
	r = remove_file(s->path);
	error = errno;
	/* Without a list there is none to keep. */
	if (git_index_open(&s->files, s->path) < 0 ||
	    git_index_clear(s->files) < 0) {
		git_index_free(s->files);
		s->files = NULL;
	}
	errno = error;
	return r;
}

void
lastread_prune(struct lastread *s, git_index *tree)
{
	const git_index_entry	*e;
	size_t			 i = 0;

	while (s->files != NULL && i < git_index_entrycount(s->files)) {
		e = git_index_get_byindex(s->files, i);
		if (git_index_get_bypath(tree, e->path, 0) != NULL ||
		    git_index_remove(s->files, e->path, 0) < 0)
			i++;
	}
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
	if (git_index_add(s->files, &e) == 0)
		s->fresh++;
}
