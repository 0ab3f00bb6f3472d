#include <errno.h>
#include <fcntl.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/mem.h"
#include "worker/workspace/history.h"

/*
 * Trees up to this size are kept once read: one publication loads the same
 * few several times.  A thousand files in one folder are 40 kB.
 */
#define TREE_CACHED_MAX	((size_t)1 << 20)

static const int	config_levels[] = {
	GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
	GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL
};

int
history_start(void)
{
	size_t	i;

	if (git_libgit2_init() < 0)
		return -1;
	for (i = 0; i < sizeof(config_levels) / sizeof(config_levels[0]); i++)
		if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH,
		    config_levels[i], "") < 0)
			return -1;
	if (git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "") < 0 ||
	    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
	    TREE_CACHED_MAX) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0)
		return -1;
	return 0;
}

void
history_stop(void)
{
	git_libgit2_shutdown();
}

static int
init_bare(struct history *h, const char *path)
{
	git_repository_init_options	opts;

	if (git_repository_init_options_init(&opts,
	    GIT_REPOSITORY_INIT_OPTIONS_VERSION) < 0)
		return -1;
	opts.flags = GIT_REPOSITORY_INIT_BARE;
	opts.mode = GIT_REPOSITORY_INIT_SHARED_UMASK;
	return git_repository_init_ext(&h->repo, path, &opts) < 0 ? -1 : 0;
}

/*
 * What is written and there already gets a new time from libgit2, for a
 * collector of garbage that we have not, and is written and synchronised once
 * more where that is refused, as by the sandbox.  To be there is enough.
 */
static int
never_freshen(git_repository *repo)
{
	git_odb_backend	*backend;
	git_odb		*odb = NULL;
	size_t		 i;

	if (git_repository_odb(&odb, repo) < 0)
		return -1;
	for (i = 0; i < git_odb_num_backends(odb); i++)
		if (git_odb_get_backend(&backend, odb, i) == 0)
			backend->freshen = NULL;
	git_odb_free(odb);
	return 0;
}

int
history_open(struct history *h, const char *path)
{
	int	r;

	memset(h, 0, sizeof(*h));
	git_error_clear();
	r = git_repository_open_bare(&h->repo, path);
	if (r == GIT_ENOTFOUND)
		r = init_bare(h, path);
	if (r == 0)
		r = git_repository_set_ident(h->repo, HISTORY_AUTHOR,
		    HISTORY_EMAIL);
	if (r == 0)
		r = never_freshen(h->repo);
	if (r == 0 && (h->batch = batch_new(h->repo)) == NULL)
		r = -1;
	if (r == 0)
		r = cut_read(&h->cut, path);
	if (r == 0) {
		lastread_load(&h->last, path);
		return 0;
	}
	history_close(h);
	return -1;
}

int
history_open_memory(struct history *h, size_t max)
{
	git_odb_backend	*backend = NULL;
	git_odb		*odb = NULL;
	int		 r;

	memset(h, 0, sizeof(*h));
	h->in_memory = 1;
	h->room = max;
	if (git_odb_new(&odb) < 0)
		return -1;
	r = git_mempack_new(&backend);
	if (r == 0)
		r = git_odb_add_backend(odb, backend, 1);
	if (r == 0)
		r = git_repository_wrap_odb(&h->repo, odb);
	git_odb_free(odb);
	return r < 0 ? -1 : 0;
}

/* 0 if a blob of this size may still be made. */
static int
take_room(struct history *h, size_t len)
{
	if (h->in_memory && len > h->room) {
		git_error_set_str(GIT_ERROR_NOMEMORY,
		    "too much text for memory");
		return -1;
	}
	h->room -= h->in_memory ? len : 0;
	return 0;
}

void
history_close(struct history *h)
{
	lastread_save(&h->last);
	lastread_release(&h->last);
	git_repository_free(h->repo);
	h->repo = NULL;
	h->batch = NULL;
	cut_release(&h->cut);
}

int
history_volatile(struct history *h)
{
	git_odb_backend	*memory = NULL;
	git_odb		*odb = NULL;
	int		 r = -1;

	lastread_detach(&h->last);
	if (git_repository_odb(&odb, h->repo) == 0 &&
	    git_mempack_new(&memory) == 0) {
		/* Above the others: the first one that can write does. */
		r = git_odb_add_backend(odb, memory, 999);
		if (r < 0)
			memory->free(memory);
	}
	git_odb_free(odb);
	return r < 0 ? -1 : 0;
}

/*
 * libgit2 takes a pack for gone that it cannot open: whoever is short of
 * descriptors would be told that the history is damaged.  Which file is
 * asked for is all the same, they are counted before it is looked for.
 */
static int
shortage(void)
{
	int	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return errno == EACCES ? 0 : errno;	/* the sandbox */
	close(fd);
	return 0;
}

int
history_failed_outside(void)
{
	const git_error	*e = git_error_last();

	return (e != NULL && e->klass == GIT_ERROR_OS) || shortage() != 0;
}

const char *
history_error(void)
{
	const git_error	*e = git_error_last();
	int		 error = shortage();

	if (error != 0)
		return strerror(error);
	return e == NULL || e->message == NULL ? "unknown error" : e->message;
}

enum history_found
history_ref(struct history *h, const char *name, git_oid *out)
{
	switch (git_reference_name_to_id(out, h->repo, name)) {
	case 0:
		return HISTORY_FOUND;
	case GIT_ENOTFOUND:
		return HISTORY_ABSENT;
	default:
		return HISTORY_ERROR;
	}
}

static int
flush(struct history *h)
{
	return h->batch == NULL ? 0 : batch_flush(h->batch, h->repo);
}

/* libgit2 (1.5) has no words for an unlink(2) that failed. */
static int
worded(int r)
{
	const char	*why = strerror(errno);

	if (r < 0 && git_error_last() == NULL)
		git_error_set_str(GIT_ERROR_OS, why);
	return r < 0 ? -1 : 0;
}

int
history_remove_ref(struct history *h, const char *name)
{
	git_error_clear();
	return worded(git_reference_remove(h->repo, name));
}

static int
delete_ref(struct history *h, const char *name, const git_oid *from)
{
	git_reference	*ref = NULL;
	int		 r;

	if (git_reference_lookup(&ref, h->repo, name) < 0)
		return -1;
	r = -1;
	git_error_clear();
	if (git_oid_equal(git_reference_target(ref), from))
		r = worded(git_reference_delete(ref));	/* compares once more */
	else
		git_error_set_str(GIT_ERROR_REFERENCE,
		    "the reference has moved");
	git_reference_free(ref);
	return r < 0 ? -1 : 0;
}

int
history_move_ref(struct history *h, const char *name, const git_oid *from,
    const git_oid *to)
{
	git_reference	*ref = NULL;
	int		 r;

	if (to == NULL)
		return delete_ref(h, name, from);
	if (flush(h) < 0)
		return -1;
	r = git_reference_create_matching(&ref, h->repo, name, to,
	    from != NULL, from, NULL);
	git_reference_free(ref);
	return r < 0 ? -1 : 0;
}

/*
 * libgit2 looks whether an object is there before it writes it, and some of
 * its failures leave the message of that look: "object not found".
 */
static void
write_failed(int error)
{
	const git_error	*e = git_error_last();

	if (e == NULL || e->klass == GIT_ERROR_ODB)
		git_error_set_str(GIT_ERROR_OS, strerror(error));
}

int
history_has(struct history *h, const git_oid *id)
{
	git_odb	*odb = NULL;
	int	 has;

	has = git_repository_odb(&odb, h->repo) == 0 &&
	    git_odb_exists(odb, id);
	git_odb_free(odb);
	return has;
}

int
history_is_written(struct history *h, const git_oid *id)
{
	const git_error	*e = git_error_last();
	char		*why = xstrdup(e == NULL ? "it was not written" :
			    e->message);
	int		 has = history_has(h, id);

	if (!has)
		git_error_set_str(GIT_ERROR_ODB, why);
	free(why);
	return has ? 0 : -1;
}

int
history_blob_write(struct history *h, const void *data, size_t len,
    git_oid *out)
{
	git_odb	*odb = NULL;
	int	 r;

	/* libgit2 refuses NULL even for nothing. */
	if (data == NULL)
		data = "";
	if (git_odb_hash(out, data, len, GIT_OBJECT_BLOB) < 0)
		return -1;
	if (history_has(h, out))
		return 0;
	if (take_room(h, len) < 0)
		return -1;
	git_error_clear();
	/* As a stream, which libgit2 makes of a blob, it would not be held. */
	r = git_repository_odb(&odb, h->repo);
	if (r == 0)
		r = git_odb_write(out, odb, data, len, GIT_OBJECT_BLOB);
	if (r < 0)
		write_failed(errno);
	git_odb_free(odb);
	if (r == 0 && h->batch != NULL && batch_full(h->batch))
		r = flush(h);
	return r < 0 ? -1 : 0;
}

int
history_blob_read(struct history *h, const git_oid *id, struct buf *out)
{
	git_blob	*blob = NULL;

	if (git_blob_lookup(&blob, h->repo, id) < 0)
		return -1;
	buf_add(out, git_blob_rawcontent(blob),
	    (size_t)git_blob_rawsize(blob));
	git_blob_free(blob);
	return 0;
}
