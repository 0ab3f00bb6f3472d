#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "worker/workspace/check.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/import.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

/* A folder under judgement: its files are blobs in memory. */
struct check {
	struct workspace	*ws;
	struct history		 history;
	struct folder_scan	 scan;
	git_index		*nothing;	/* L */
	git_oid			 raw;
	int			 has_raw;
};

static int
read_folder(struct check *c)
{
	struct workspace	*ws = c->ws;
	struct buf		 raw = BUF_INIT;
	enum folder_read	 found = FOLDER_ABSENT;
	int			 fd, r;

	fd = open(ws->root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return workspace_fail(ws, REASON_IO, "%s: %s",
		    ws->root_path, strerror(errno));
	r = folder_scan(&c->scan, &c->history, fd, tree_tracked);
	if (r < 0)
		workspace_fail(ws, REASON_IO, "%s: %s", ws->root_path,
		    buf_str(&c->scan.why));
	else
		found = folder_read_file(fd, TREE_RAW, &raw, NULL);
	/* Nothing can be said of what rests on it. */
	if (found == FOLDER_ERROR)
		r = workspace_fail(ws, REASON_IO, "%s/%s: %s", ws->root_path,
		    TREE_RAW, strerror(errno));
	if (found == FOLDER_OK && history_blob_write(&c->history, raw.data,
	    raw.len, &c->raw) < 0)
		r = workspace_fail(ws, REASON_IO, "%s: %s", ws->root_path,
		    history_error());
	c->has_raw = r == 0 && found == FOLDER_OK;
	close(fd);
	buf_wipe(&raw);
	return r;
}

/* What is no plain file comes first: nothing else is known of it. */
static json_object *
judge(struct check *c)
{
	struct workspace	*ws = c->ws;
	struct validation	 v = { .history = &c->history,
	    .live = c->nothing, .merged = c->scan.tree, .redact = ws->redact,
	    .raw = c->has_raw ? &c->raw : NULL, .scripts = ws->skill_scripts,
	    .alone = 1, .max = CHECK_MAX + 1, .tick = ws->tick,
	    .tick_arg = ws->tick_arg };
	json_object		*list = import_refused(&c->scan);
	json_object		*found = validate_tree(&v);
	size_t			 i;

	if (found == NULL) {
		json_object_put(list);
		return NULL;
	}
	for (i = 0; i < json_object_array_length(found); i++)
		json_push(list, json_object_get(
		    json_object_array_get_idx(found, i)));
	json_object_put(found);
	return list;
}

static int
check(struct check *c, json_object *out)
{
	json_object	*list;
	size_t		 n;

	if (read_folder(c) < 0)
		return -1;
	if (tree_new(&c->nothing) < 0 || (list = judge(c)) == NULL)
		return workspace_fail(c->ws, REASON_IO, "%s: %s",
		    c->ws->root_path, history_error());
	n = json_object_array_length(list);
	if (n > CHECK_MAX)
		json_object_array_del_idx(list, CHECK_MAX, n - CHECK_MAX);
	json_set_int(out, "files",
	    (int64_t)git_index_entrycount(c->scan.tree));
	json_set_bool(out, "more", n > CHECK_MAX);
	json_set(out, "violations", list);
	return 0;
}

int
check_folder(struct workspace *ws, json_object *out)
{
	struct check	c = { .ws = ws };
	int		r;

	if (history_open_memory(&c.history, CHECK_BYTES) < 0)
		return workspace_fail(ws, REASON_IO, "libgit2: %s",
		    history_error());
	r = check(&c, out);
	folder_scan_release(&c.scan);
	git_index_free(c.nothing);
	history_close(&c.history);
	return r;
}
