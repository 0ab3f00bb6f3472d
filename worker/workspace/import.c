#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/json.h"
#include "worker/workspace/folder_scan.h"
#include "worker/workspace/import.h"
#include "worker/workspace/tree.h"
#include "worker/workspace/validate.h"

json_object *
import_refused(const struct folder_scan *scan)
{
	json_object	*list = json_object_new_array();
	char		 message[160];
	size_t		 i;

	for (i = 0; i < scan->nskipped; i++) {
		snprintf(message, sizeof(message), "it %s; remove it",
		    folder_read_text(scan->skipped[i].why));
		json_push(list, validate_violation(
		    scan->skipped[i].path, 0, "file", message));
	}
	return list;
}

static int
commit_agent(struct workspace *ws, const struct staged *s,
    git_index *agents, struct history_commit *c, git_oid *out)
{
	struct history	*h = &ws->history;
	git_index	*tree = NULL;
	int		 ok;

	c->subject = IMPORT_SUBJECT;
	c->nparents = 1;
	git_oid_cpy(&c->parents[0], &s->base);
	hook_crash("publish.agent.before");
	ok = tree_load(h, &s->tracked, &tree) == 0 &&
	    tree_drop_all(tree, tree_agents) == 0 &&
	    tree_copy(tree, agents, tree_agents) == 0 &&
	    tree_store(h, tree, &c->tree) == 0 &&
	    history_commit(h, c, out) == 0;
	hook_crash("publish.agent.after");
	git_index_free(tree);
	return ok ? 0 : workspace_fail_history(ws, "the agent's files");
}

int
import_agent(struct workspace *ws, const struct staged *s,
    const char *thread_id, git_oid *commit, json_object **violations)
{
	struct history_commit	c = { .thread_id = thread_id };
	struct folder_scan	scan = { .nskipped = 0 };
	char			why[512];
	int			fd, r;

	*violations = NULL;
	fd = openat(ws->staging, thread_id,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return workspace_fail(ws, REASON_IO, "staging %s/%s: %s",
		    ws->staging_path, thread_id, strerror(errno));
	r = folder_scan(&scan, &ws->history, fd, tree_agents, why,
	    sizeof(why));
	close(fd);
	if (r < 0)
		workspace_fail(ws, REASON_IO, "staging %s/%s: %s",
		    ws->staging_path, thread_id, why);
	else if (scan.nskipped > 0)
		*violations = import_refused(&scan);
	else
		r = commit_agent(ws, s, scan.tree, &c, commit);
	folder_scan_release(&scan);
	return r;
}
