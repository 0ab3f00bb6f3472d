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
commit_agent(struct publication *pub, git_index *agents)
{
	struct history		*h = &pub->ws->history;
	struct history_commit	 c = { .subject = IMPORT_SUBJECT,
				    .thread_id = pub->thread_id,
				    .nparents = 1 };
	git_index		*tree = NULL;
	int			 ok;

	git_oid_cpy(&c.parents[0], &pub->staged.base);
	hook_crash("publish.agent.before");
	ok = tree_load(h, &pub->staged.tracked, &tree) == 0 &&
	    tree_drop_all(tree, tree_agents) == 0 &&
	    tree_copy(tree, agents, tree_agents) == 0 &&
	    tree_store(h, tree, &c.tree) == 0 &&
	    history_commit(h, &c, &pub->agent) == 0;
	hook_crash("publish.agent.after");
	git_index_free(tree);
	return ok ? 0 : workspace_fail_history(pub->ws, "the agent's files");
}

int
import_agent(struct publication *pub)
{
	struct workspace	*ws = pub->ws;
	struct folder_scan	 scan = { .nskipped = 0 };
	int			 fd, r;

	pub->result->violations = NULL;
	fd = openat(ws->staging, pub->thread_id,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return workspace_fail(ws, REASON_IO, "staging %s/%s: %s",
		    ws->staging_path, pub->thread_id, strerror(errno));
	r = folder_scan(&scan, &ws->history, fd, tree_agents);
	close(fd);
	if (r < 0)
		workspace_fail(ws, REASON_IO, "staging %s/%s: %s",
		    ws->staging_path, pub->thread_id, buf_str(&scan.why));
	else if (scan.nskipped > 0)
		pub->result->violations = import_refused(&scan);
	else
		r = commit_agent(pub, scan.tree);
	folder_scan_release(&scan);
	return r;
}
