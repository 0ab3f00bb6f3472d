#include <errno.h>
#include <git2/sys/odb_backend.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/hook.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/batch.h"

/* Before libgit2's own, which have 1 and 2; below that of a reader. */
#define PRIORITY	100

/*
 * An object this large goes to the disk at once, as a file of its own: what
 * is held is bounded.
 */
#define OBJECT_MAX	((size_t)4 << 20)

struct object {
	git_oid		id;
	git_object_t	type;
	size_t		len;
	char		data[];
};

struct batch {
	git_odb_backend	 backend;	/* first: libgit2 hands this back */
	void		*objects;	/* tsearch(3) by id */
	size_t		 n;
	size_t		 bytes;
};

static int
by_id(const void *a, const void *b)
{
	const struct object	*x = a, *y = b;

	return git_oid_cmp(&x->id, &y->id);
}

static const struct object *
find(git_odb_backend *backend, const git_oid *id)
{
	struct batch	*b = (struct batch *)backend;
	struct object	 key;
	void		*node;

	git_oid_cpy(&key.id, id);
	node = tfind(&key, &b->objects, by_id);
	return node == NULL ? NULL : *(struct object **)node;
}

static int
has(git_odb_backend *backend, const git_oid *id)
{
	return find(backend, id) != NULL;
}

static int
read_header(size_t *len, git_object_t *type, git_odb_backend *backend,
    const git_oid *id)
{
	const struct object	*o = find(backend, id);

	if (o == NULL)
		return GIT_ENOTFOUND;
	*len = o->len;
	*type = o->type;
	return 0;
}

static int
read_object(void **data, size_t *len, git_object_t *type,
    git_odb_backend *backend, const git_oid *id)
{
	const struct object	*o = find(backend, id);

	if (o == NULL)
		return GIT_ENOTFOUND;
	*data = git_odb_backend_data_alloc(backend, o->len);
	if (*data == NULL)
		return -1;
	memcpy(*data, o->data, o->len);
	*len = o->len;
	*type = o->type;
	return 0;
}

static int
write_object(git_odb_backend *backend, const git_oid *id, const void *data,
    size_t len, git_object_t type)
{
	struct batch	*b = (struct batch *)backend;
	struct object	*o;

	if (len > OBJECT_MAX)
		return GIT_PASSTHROUGH;
	if (has(backend, id))
		return 0;
	o = xcalloc(1, sizeof(*o) + len);
	git_oid_cpy(&o->id, id);
	o->type = type;
	o->len = len;
	memcpy(o->data, data, len);
	if (tsearch(o, &b->objects, by_id) == NULL)
		BUG("no memory for a node");
	b->n++;
	b->bytes += len;
	return 0;
}

/* What comes as a stream is a file that may be of any size. */
static int
write_stream(git_odb_stream **out, git_odb_backend *backend,
    git_object_size_t len, git_object_t type)
{
	(void)out;
	(void)backend;
	(void)len;
	(void)type;
	return GIT_PASSTHROUGH;
}

static void
clear(struct batch *b)
{
	tdestroy(b->objects, free);
	b->objects = NULL;
	b->n = 0;
	b->bytes = 0;
}

static void
free_batch(git_odb_backend *backend)
{
	clear((struct batch *)backend);
	free(backend);
}

struct batch *
batch_new(git_repository *repo)
{
	struct batch	*b = xcalloc(1, sizeof(*b));
	git_odb		*odb = NULL;
	int		 r;

	r = git_odb_init_backend(&b->backend, GIT_ODB_BACKEND_VERSION);
	b->backend.read = read_object;
	b->backend.read_header = read_header;
	b->backend.exists = has;
	b->backend.write = write_object;
	b->backend.writestream = write_stream;
	b->backend.free = free_batch;
	if (r == 0)
		r = git_repository_odb(&odb, repo);
	if (r == 0)
		r = git_odb_add_backend(odb, &b->backend, PRIORITY);
	git_odb_free(odb);
	if (r == 0)
		return b;
	free(b);
	return NULL;
}

int
batch_full(const struct batch *b)
{
	return b->bytes > BATCH_BYTES_MAX || b->n > BATCH_OBJECTS_MAX;
}

/* What insert_all() hands on. */
struct insertion {
	git_packbuilder	*pb;
	int		 r;
};

static void
insert(const void *node, VISIT visit, void *arg)
{
	const struct object	*o = *(struct object *const *)node;
	struct insertion	*in = arg;

	if (in->r == 0 && (visit == postorder || visit == leaf))
		in->r = git_packbuilder_insert(in->pb, &o->id, NULL);
}

static int
write_pack(struct batch *b, git_repository *repo)
{
	struct insertion	 in = { NULL, 0 };
	git_odb			*odb = NULL;

	in.r = git_packbuilder_new(&in.pb, repo);
	if (in.r == 0) {
		/* The sandbox lets nobody make a thread. */
		git_packbuilder_set_threads(in.pb, 1);
		twalk_r(b->objects, insert, &in);
	}
	if (in.r == 0)
		in.r = git_packbuilder_write(in.pb, NULL, 0, NULL, NULL);
	/* It says nothing of what it could not write. */
	if (in.r < 0 && git_error_last() == NULL)
		git_error_set_str(GIT_ERROR_OS, strerror(errno));
	git_packbuilder_free(in.pb);
	/* The new pack must be known before what is in memory goes. */
	if (in.r == 0 && (in.r = git_repository_odb(&odb, repo)) == 0)
		in.r = git_odb_refresh(odb);
	git_odb_free(odb);
	return in.r < 0 ? -1 : 0;
}

int
batch_flush(struct batch *b, git_repository *repo)
{
	if (b->n == 0)
		return 0;
	hook_crash("objects.write.before");
	if (write_pack(b, repo) < 0)
		return -1;
	hook_crash("objects.write.after");
	clear(b);
	return 0;
}
