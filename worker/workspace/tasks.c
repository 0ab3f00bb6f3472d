#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "worker/workspace/adopt.h"
#include "worker/workspace/check.h"
#include "worker/workspace/left.h"
#include "worker/workspace/publish.h"
#include "worker/workspace/purge.h"
#include "worker/workspace/recover.h"
#include "worker/workspace/staging.h"
#include "worker/workspace/tasks.h"
#include "worker/workspace/trim.h"

#define BATCH_BYTES (512 * 1024)	/* of text in one message */

static void
set_hex(json_object *o, const char *key, const git_oid *id)
{
	char	hex[GIT_OID_HEXSZ + 1];

	json_set_str(o, key, git_oid_tostr(hex, sizeof(hex), id));
}

static json_object *
recovered_body(struct recovered *r)
{
	json_object	*o = json_object_new_object();
	json_object	*found = json_object_new_array();
	size_t		 i;

	for (i = 0; i < ROOT_FOUND_MAX && r->look.found[i] != NULL; i++)
		json_push_str(found, r->look.found[i]);
	json_set_str(o, "root", root_state_name(r->root));
	if (r->look.has_live)
		set_hex(o, "live", &r->look.live);
	json_set_int(o, "entries", r->look.entries);
	json_set(o, "found", found);
	json_set_int(o, "moved", (int64_t)r->moved);
	json_set(o, "published", json_object_get(r->published));
	json_set(o, "held", json_object_get(r->held));
	if (r->despite != NULL)
		json_set(o, "despite", json_object_get(r->despite));
	return o;
}

void
task_recover(struct answer *a)
{
	struct recovered	r;

	worker_busy(a->worker, "recover");
	if (recover_run(a->ws, json_arr(a->request->body, "agents"),
	    json_flag(a->request->body, "claimed", 0), &r) < 0)
		answer_fail(a);
	else
		worker_reply(a->worker, a->request, MSG_RECOVERED,
		    recovered_body(&r));
	recovered_release(&r);
}

void
task_prepare(struct answer *a)
{
	struct prepared	 p;
	json_object	*o;
	char		*path;

	worker_busy(a->worker, "prepare");
	if (staging_prepare(a->ws, a->request->thread_id, &p) < 0) {
		answer_fail(a);
		return;
	}
	o = json_object_new_object();
	path = xasprintf("%s/%s", a->ws->staging_path, a->request->thread_id);
	json_set_bool(o, "changed", p.changed);
	json_set_bool(o, "hand_edited", p.hand_edited);
	json_set_int(o, "again", (int64_t)p.again);
	json_set_str(o, "staging", path);
	set_hex(o, "base", &p.base);
	answer_set_counts(o, p.count);
	worker_reply(a->worker, a->request, MSG_PREPARED, o);
	free(path);
}

void
task_publish(struct answer *a)
{
	struct publish_result	 res;
	enum publish_status	 status;
	json_object		*more = json_object_new_object();

	worker_busy(a->worker, "publish");
	status = publish_run(a->ws, a->request->thread_id,
	    json_str(a->request->body, "base"), &res);
	if (json_flag(a->request->body, "capped", 0) &&
	    (status == PUBLISH_DONE || status == PUBLISH_HELD))
		json_set(more, "left", left_list(a->ws, &res.commit));
	answer_publication(a, status, &res, more);
}

void
task_check(struct answer *a)
{
	json_object	*o = json_object_new_object();

	worker_busy(a->worker, "check");
	if (check_folder(a->ws, o) < 0)
		answer_fail(a);
	else
		worker_reply(a->worker, a->request, MSG_CHECKED,
		    json_object_get(o));
	json_object_put(o);
}

/* What is old goes: no thread is named, but how many commits may stay. */
static void
trim(struct answer *a, size_t limit)
{
	struct trimmed	 t;
	json_object	*o;

	worker_busy(a->worker, "trim");
	if (trim_run(a->ws, limit, &t) < 0) {
		answer_fail(a);
		return;
	}
	o = json_object_new_object();
	set_hex(o, "commit", &t.live);
	json_set_int(o, "kept", (int64_t)t.kept);
	json_set_int(o, "dropped", (int64_t)t.dropped);
	json_set_bool(o, "adopted", 0);
	worker_reply(a->worker, a->request, MSG_PURGED, o);
}

void
task_purge(struct answer *a)
{
	json_object	*body = a->request->body, *o;
	struct purge	 p = { .ws = a->ws,
			    .threads = json_arr(body, "threads") };
	int64_t		 limit = json_int(body, "limit", 0);

	if (limit > 0) {
		trim(a, (size_t)limit);
		return;
	}
	worker_busy(a->worker, "purge");
	if (purge_run(&p) < 0)
		answer_fail(a);
	else {
		o = json_object_new_object();
		set_hex(o, "commit", &p.live);
		json_set_int(o, "files", (int64_t)p.files);
		json_set_int(o, "kept", (int64_t)p.kept);
		json_set_int(o, "dropped", (int64_t)p.dropped);
		json_set_bool(o, "adopted", p.adopted);
		worker_reply(a->worker, a->request, MSG_PURGED, o);
	}
	purge_release(&p);
}

static void
send_threads(struct answer *a, json_object *entries, int last)
{
	json_object	*o = json_object_new_object();

	json_set(o, "entries", entries);
	json_set_bool(o, "last", last);
	worker_reply(a->worker, a->request, MSG_ADOPTED_THREAD, o);
}

static void
tell_threads(struct answer *a, json_object *by_id)
{
	json_object	*batch = json_object_new_array();
	const char	*s;
	size_t		 bytes = 0;

	json_object_object_foreach(by_id, id, entry) {
		json_push(batch, json_object_get(entry));
		s = json_str(entry, "raw_memory");
		bytes += strlen(id) + (s == NULL ? 0 : strlen(s));
		s = json_str(entry, "rollout_summary");
		bytes += s == NULL ? 0 : strlen(s);
		if (bytes < BATCH_BYTES)
			continue;
		send_threads(a, batch, 0);
		batch = json_object_new_array();
		bytes = 0;
	}
	send_threads(a, batch, 1);
}

void
task_adopt(struct answer *a)
{
	struct adopt_result	 res;
	json_object		*o;

	worker_busy(a->worker, "adopt");
	if (adopt_run(a->ws, &res) < 0) {
		answer_fail(a);
		adopt_result_release(&res);
		return;
	}
	if (res.threads.left_out > 0)
		log_warnx("%s: too much text, %zu pieces are left out",
		    a->ws->root_path, res.threads.left_out);
	tell_threads(a, res.threads.by_id);
	o = json_object_new_object();
	set_hex(o, "commit", &res.commit);
	set_hex(o, "live", &res.live);
	json_set_int(o, "files", (int64_t)res.files);
	json_set_int(o, "threads",
	    json_object_object_length(res.threads.by_id));
	json_set_int(o, "unread", (int64_t)res.threads.unread);
	worker_reply(a->worker, a->request, MSG_ADOPTED, o);
	adopt_result_release(&res);
}
