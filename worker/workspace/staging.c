#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotime.h"
#include "common/uuid.h"
#include "worker/workspace/adopted.h"
#include "worker/workspace/changes.h"
#include "worker/workspace/diff.h"
#include "worker/workspace/extensions.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/kept_out.h"
#include "worker/workspace/left.h"
#include "worker/workspace/live.h"
#include "worker/workspace/nul.h"
#include "worker/workspace/own.h"
#include "worker/workspace/raw_memories.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/staged.h"
#include "worker/workspace/staging.h"
#include "worker/workspace/summaries.h"
#include "worker/workspace/tree.h"

/* A preparation under way. */
struct preparation {
	struct workspace	*ws;
	const char		*thread_id;
	struct live		 live;
	struct staged		 staged;
	struct buf		 raw;
	struct buf		 kept_out;	/* what leads the diff */
	git_index		*before;	/* as last published */
	git_index		*after;		/* for the agent */
	git_oid			 last;		/* the last publication */
	int			 has_last;
	char			 last_inputs[HISTORY_TRAILER_MAX];
	int			 reverted;	/* the last one was to undo */
	int			 folder;	/* the agent's, open */
};

static int
is_extension(const char *path)
{
	return tree_below(path, TREE_EXTENSIONS);
}

/* The tree and the inputs of the last publication; none: empty. */
static int
read_last(struct preparation *p)
{
	struct history	*h = &p->ws->history;
	git_oid		 tree;
	char		 subject[HISTORY_TRAILER_MAX];

	p->last_inputs[0] = '\0';
	switch (history_last_given(h, &p->live.commit, &p->last)) {
	case HISTORY_FOUND:
		p->has_last = 1;
		if (history_trailer(h, &p->last, "Inputs", p->last_inputs) !=
		    HISTORY_FOUND ||
		    history_tree_of(h, &p->last, &tree) < 0 ||
		    history_subject(h, &p->last, subject) < 0)
			return -1;
		p->reverted = tree_below(subject, OWN_REVERT);
		return tree_load(h, &tree, &p->before);
	case HISTORY_ABSENT:
		return tree_new(&p->before);
	case HISTORY_ERROR:
		break;
	}
	return -1;
}

int
staging_digest(struct workspace *ws, const struct buf *raw, git_index *tree,
    char out[HISTORY_TRAILER_MAX])
{
	json_object	*o = inputs_describe(&ws->inputs, ws->memory,
	    ws->generator, ws->redact);
	git_index	*ext = NULL;
	struct buf	 b = BUF_INIT;
	git_oid		 id;
	char		 hex[GIT_OID_HEXSZ + 1];
	int		 r = -1;

	json_write(&b, o);
	buf_add(&b, raw->data, raw->len);
	if (tree_new(&ext) == 0 &&
	    tree_copy(ext, tree, is_extension) == 0 &&
	    tree_store(&ws->history, ext, &id) == 0) {
		buf_addstr(&b, git_oid_tostr(hex, sizeof(hex), &id));
		r = git_odb_hash(&id, b.data, b.len, GIT_OBJECT_BLOB);
	}
	if (r == 0)
		git_oid_tostr(out, HISTORY_TRAILER_MAX, &id);
	git_index_free(ext);
	json_object_put(o);
	buf_release(&b);
	return r < 0 ? -1 : 0;
}

/* All that the agent is to find, as objects. */
static int
build(struct preparation *p)
{
	struct history	*h = &p->ws->history;
	git_oid		 live_tree;

	git_oid_cpy(&p->staged.base, &p->live.commit);
	if (adopted_name_rows(p->ws) < 0)
		return -1;
	raw_memories_write(&p->ws->inputs, &p->raw);
	if (history_tree_of(h, &p->live.commit, &live_tree) < 0 ||
	    tree_load(h, &live_tree, &p->after) < 0 || read_last(p) < 0)
		return workspace_fail_history(p->ws, "preparing");
	if (p->has_last && kept_out_write(p->ws, &p->last, &p->kept_out) < 0)
		return -1;
	if (summaries_sync(p->ws, p->after, &p->staged.generated) < 0 ||
	    extensions_age(p->ws, p->after, wall_s()) < 0)
		return -1;
	if (staging_digest(p->ws, &p->raw, p->after, p->staged.inputs) < 0 ||
	    tree_store(h, p->after, &p->staged.tracked) < 0 ||
	    history_blob_write(h, p->raw.data, p->raw.len,
	    &p->staged.raw) < 0)
		return workspace_fail_history(p->ws, "preparing");
	return 0;
}

static int
fail_staging(struct preparation *p, const char *path)
{
	return workspace_fail(p->ws, REASON_IO, "staging %s/%s/%s: %s",
	    p->ws->staging_path, p->thread_id, path, strerror(errno));
}

static int
write_file(struct preparation *p, const char *path, const struct buf *text,
    mode_t perm)
{
	const char	*base;
	int		 fd, r;

	fd = folder_open_parent(p->folder, path, 1, &base);
	if (fd < 0)
		return fail_staging(p, path);
	/*
	 * Nothing but what an agent may write is ever taken from here again,
	 * and after a power cut all is made anew for the next agent.
	 */
	r = tree_agents(path) ? folder_write_new(fd, base, text, perm) :
	    folder_write_scratch(fd, base, text, perm);
	if (r < 0)
		fail_staging(p, path);
	close(fd);
	return r;
}

/* A person's own text is kept as it is, but programs may stop reading there. */
static void
warn_nul(const struct workspace *ws, const char *path, const struct buf *text)
{
	size_t	line, byte;

	if (nul_find(text, &line, &byte))
		log_warnx("%s/%s: line %zu holds a NUL (byte %zu): it is kept "
		    "as it is, but what reads the file may stop there; take "
		    "it out", ws->root_path, path, line, byte);
}

static int
write_tracked(struct preparation *p)
{
	const git_index_entry	*e;
	struct buf		 b = BUF_INIT;
	size_t			 i;
	int			 r = 0;

	for (i = 0; r == 0 && i < git_index_entrycount(p->after); i++) {
		workspace_tick(p->ws);
		e = git_index_get_byindex(p->after, i);
		buf_reset(&b);
		if (history_blob_read(&p->ws->history, &e->id, &b) < 0)
			r = workspace_fail_history(p->ws, e->path);
		else {
			warn_nul(p->ws, e->path, &b);
			r = write_file(p, e->path, &b, e->mode ==
			    GIT_FILEMODE_BLOB_EXECUTABLE ? 0700 : 0600);
		}
	}
	buf_release(&b);
	return r;
}

static int
write_inputs(struct preparation *p)
{
	json_object	*o = inputs_describe(&p->ws->inputs, p->ws->memory,
	    p->ws->generator, p->ws->redact);
	json_object	*extensions = extensions_describe(p->ws, p->after);
	struct buf	 b = BUF_INIT;
	int		 r;

	if (extensions == NULL) {
		json_object_put(o);
		return -1;
	}
	json_set(o, "extensions", extensions);
	json_set_int(o, "now", wall_s());
	json_write(&b, o);
	buf_addch(&b, '\n');
	r = write_file(p, STAGING_INPUTS, &b, 0600);
	json_object_put(o);
	buf_release(&b);
	return r;
}

/* What the user kept out goes before all the rest. */
static void
lead(struct buf *diff, const struct buf *kept_out)
{
	const char	*status = strstr(buf_str(diff), "## Status\n");
	struct buf	 whole = BUF_INIT;
	size_t		 at;

	if (kept_out->len == 0 || status == NULL)
		return;
	at = (size_t)(status - buf_str(diff));
	buf_add(&whole, diff->data, at);
	buf_add(&whole, kept_out->data, kept_out->len);
	buf_add(&whole, diff->data + at, diff->len - at);
	buf_release(diff);
	*diff = whole;
}

/*
 * The diff shows raw_memories.md too: the one in the root is of the last
 * publication.
 */
static int
write_diff(struct preparation *p)
{
	struct history	*h = &p->ws->history;
	struct buf	 old = BUF_INIT, b = BUF_INIT;
	enum folder_read found;
	int		 r = 0;

	found = folder_read_file(p->ws->root, TREE_RAW, &old, NULL);
	/* What its owner has closed to us is as good as not there. */
	if (found == FOLDER_ERROR && errno != EACCES)
		return workspace_fail_errno(p->ws, TREE_RAW);
	if (found == FOLDER_OK)
		r = tree_put_text(p->before, h, TREE_RAW, &old);
	if (r == 0 && tree_put(p->after, TREE_RAW, GIT_FILEMODE_BLOB,
	    &p->staged.raw) == 0 && diff_write(h, p->before, p->after,
	    &b) == 0) {
		lead(&b, &p->kept_out);
		r = write_file(p, DIFF_FILE, &b, 0600);
	} else
		r = workspace_fail_history(p->ws, DIFF_FILE);
	buf_release(&old);
	buf_release(&b);
	return r;
}

static int
write_folder(struct preparation *p)
{
	int	r;

	hook_crash("prepare.folder.before");
	if (folder_remove(p->ws->staging, p->thread_id) < 0 ||
	    mkdirat(p->ws->staging, p->thread_id, 0700) < 0 ||
	    (p->folder = openat(p->ws->staging, p->thread_id,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return fail_staging(p, "");
	r = write_tracked(p);
	if (r == 0)
		r = write_file(p, TREE_RAW, &p->raw, 0600);
	if (r == 0)
		r = write_inputs(p);
	if (r == 0)
		r = write_diff(p);
	close(p->folder);
	hook_crash("prepare.folder.after");
	return r;
}

static int
prepare(struct preparation *p, struct prepared *out)
{
	struct changes	since, now;

	if (root_require(p->ws) < 0 || recover_begun(p->ws) < 0)
		return -1;
	if (live_read(p->ws, NULL, &p->live) < 0 || build(p) < 0)
		return -1;
	if (p->ws->model && left_bring_back(p->ws, p->before, p->after,
	    &out->again) < 0)
		return -1;
	changes_between(&now, p->live.tree, p->after);
	changes_between(&since, p->before, p->after);
	memcpy(out->count, since.count, sizeof(out->count));
	/* What was undone stays so until there is something new. */
	out->changed = (!p->reverted && (now.n > 0 ||
	    p->kept_out.len > 0 || out->again > 0)) ||
	    strcmp(p->staged.inputs, p->last_inputs) != 0;
	/* No run over nothing: there never was anything to remember. */
	if (git_index_entrycount(p->before) == 0 &&
	    git_index_entrycount(p->after) == 0)
		out->changed = 0;
	out->hand_edited = p->live.edited;
	git_oid_cpy(&out->base, &p->staged.base);
	changes_release(&now);
	changes_release(&since);
	if (!out->changed)
		return 0;
	if (staged_forget_others(p->ws, p->thread_id) < 0 ||
	    staged_write(p->ws, p->thread_id, &p->staged) < 0)
		return -1;
	return write_folder(p);
}

int
staging_prepare(struct workspace *ws, const char *thread_id,
    struct prepared *out)
{
	struct preparation	p = { .ws = ws, .thread_id = thread_id };
	int			r;

	memset(out, 0, sizeof(*out));
	if (!uuid_valid(thread_id))
		return workspace_fail(ws, REASON_INPUT,
		    "prepare without the thread id of an agent");
	r = prepare(&p, out);
	live_release(&p.live);
	git_index_free(p.before);
	git_index_free(p.after);
	buf_release(&p.raw);
	buf_release(&p.kept_out);
	return r;
}
