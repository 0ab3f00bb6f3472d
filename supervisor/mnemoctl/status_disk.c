/* mnemoctl status: what is on the disk, by kind. */

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/status.h"

#define ENTRIES_MAX	50000	/* of one kind: a look has to be quick */
#define BLOCK		512	/* of st_blocks, stat(2) */

struct sum {
	int64_t	bytes, files;
	int	more;		/* that were not counted */
};

/* The files at and below a path; what cannot be read is not counted. */
static void
add_tree(struct sum *sum, const char *path)
{
	char	*copy = xstrdup(path), *argv[] = { copy, NULL };
	FTS	*fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT	*e;
	int64_t	 left = ENTRIES_MAX;

	while (fts != NULL && (e = fts_read(fts)) != NULL) {
		if (left-- == 0) {
			sum->more = 1;
			break;
		}
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR ||
		    (e->fts_info == FTS_NS && e->fts_errno != ENOENT))
			sum->more = 1;
		if (e->fts_info != FTS_F)
			continue;
		sum->bytes += (int64_t)e->fts_statp->st_blocks * BLOCK;
		sum->files++;
	}
	if (fts != NULL)
		fts_close(fts);
	free(copy);
}

static void
push(json_object *list, const char *kind, const struct sum *sum)
{
	json_object	*o = ctl_push(list);

	json_set_str(o, "kind", kind);
	json_set_int(o, "bytes", sum->bytes);
	json_set_int(o, "files", sum->files);
	json_set_bool(o, "more", sum->more);
}

/* Names in the state directory that are one kind. */
static void
add_kind(const struct ctl *ctl, json_object *list, const char *kind,
    const char *const *names)
{
	struct sum	 sum = { 0, 0, 0 };
	char		*path;

	for (; *names != NULL; names++) {
		path = xasprintf("%s/%s", ctl->config->state, *names);
		add_tree(&sum, path);
		free(path);
	}
	push(list, kind, &sum);
}

void
status_disk(struct ctl *ctl, json_object *doc)
{
	static const char *const database[] = { "state.db", "state.db-wal",
	    "state.db-shm", NULL };
	static const char *const histories[] = { "memories", NULL };
	static const char *const audits[] = { "agents", NULL };
	static const char *const staging[] = { "staging", NULL };
	const struct config	*c = ctl->config;
	json_object		*o = ctl_set_object(doc, "disk"), *list;
	struct sum		 roots = { 0, 0, 0 };
	struct statvfs		 fs;
	size_t			 i;

	if (statvfs(c->state, &fs) == -1)
		json_set(o, "free_bytes", NULL);
	else
		json_set_int(o, "free_bytes", (int64_t)(fs.f_bavail *
		    fs.f_frsize));
	json_set_int(o, "min_free_bytes", c->min_free_mb * 1048576);
	list = ctl_set_array(o, "kinds");
	add_kind(ctl, list, "database", database);
	add_kind(ctl, list, "histories", histories);
	add_kind(ctl, list, "audits", audits);
	add_kind(ctl, list, "staging", staging);
	for (i = 0; i < c->nmemories; i++)
		add_tree(&roots, c->memories[i].root);
	push(list, "roots", &roots);
}
