#include <string.h>

#include "common/json.h"
#include "common/log.h"
#include "worker/workspace/answer.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/losses.h"
#include "worker/workspace/own.h"
#include "worker/workspace/pack.h"
#include "worker/workspace/review.h"
#include "worker/workspace/verify.h"

void
answer_fail(struct answer *a)
{
	worker_fail(a->worker, a->request, a->ws->reason, "%s",
	    a->ws->problem);
}

/* With `body' (taken over) if `r' is 0; else the problem is noted. */
static void
answer_with(struct answer *a, enum msg_id id, json_object *body, int r)
{
	if (r == 0)
		worker_reply(a->worker, a->request, id, body);
	else {
		json_object_put(body);
		answer_fail(a);
	}
}

void
answer_history(struct answer *a)
{
	json_object	*o = json_object_new_object();
	int64_t		 limit = json_int(a->request->body, "limit", 0);

	worker_busy(a->worker, "history");
	answer_with(a, MSG_COMMITS, o, commits_list(a->ws, limit, o));
}

void
answer_diff(struct answer *a)
{
	json_object	*o = json_object_new_object();
	const char	*commit = json_str(a->request->body, "commit");

	worker_busy(a->worker, "diff");
	answer_with(a, MSG_DIFFED, o, compare_run(a->ws, commit, o));
}

void
answer_audit(struct answer *a)
{
	json_object	*o = json_object_new_object();
	int64_t		 weeks = json_int(a->request->body, "weeks", 0);

	worker_busy(a->worker, "audit");
	answer_with(a, MSG_AUDITED, o, losses_weekly(a->ws, weeks, o));
}

void
answer_verify(struct answer *a)
{
	json_object	*o = json_object_new_object();

	worker_busy(a->worker, "verify");
	answer_with(a, MSG_VERIFIED, o, verify_run(a->ws, o));
}

void
answer_set_counts(json_object *o, const size_t count[3])
{
	json_set_int(o, "added", (int64_t)count[0]);
	json_set_int(o, "modified", (int64_t)count[1]);
	json_set_int(o, "deleted", (int64_t)count[2]);
}

static json_object *
published_body(const struct publish_result *res, json_object *more)
{
	json_object	*o = more == NULL ? json_object_new_object() : more;
	char		 hex[GIT_OID_HEXSZ + 1];

	json_set_str(o, "commit", git_oid_tostr(hex, sizeof(hex),
	    &res->commit));
	json_set_int(o, "files", (int64_t)res->files);
	json_set_int(o, "changed", (int64_t)(res->count[0] + res->count[1] +
	    res->count[2]));
	json_set(o, "conflicts", json_object_get(res->conflicts));
	answer_set_counts(o, res->count);
	return o;
}

/* Published all the same, whatever comes of it. */
static void
pack(struct answer *a)
{
	worker_busy(a->worker, "pack");
	if (pack_history(a->ws, PACK_MAX) == -1)
		log_warnx("%s: not packed: %s; tried again after the next "
		    "publication", a->ws->history_path, a->ws->problem);
}

static void
answer_rejected(struct answer *a, const struct publish_result *res)
{
	json_object	*o = json_object_new_object();

	json_set(o, "violations", json_object_get(res->violations));
	worker_reply(a->worker, a->request, MSG_REJECTED, o);
}

void
answer_publication(struct answer *a, enum publish_status status,
    struct publish_result *res, json_object *more)
{
	switch (status) {
	case PUBLISH_DONE:
		pack(a);
		worker_reply(a->worker, a->request, MSG_PUBLISHED,
		    published_body(res, more));
		more = NULL;
		break;
	case PUBLISH_HELD:
		worker_reply(a->worker, a->request, MSG_HELD,
		    published_body(res, more));
		more = NULL;
		break;
	case PUBLISH_REJECTED:
		answer_rejected(a, res);
		break;
	case PUBLISH_FAILED:
		answer_fail(a);
		break;
	}
	json_object_put(more);
	publish_result_release(res);
}

void
answer_revert(struct answer *a)
{
	struct publish_result	res;
	enum publish_status	status;

	worker_busy(a->worker, "revert");
	status = own_revert(a->ws, a->request->thread_id,
	    json_str(a->request->body, "commit"), &res);
	answer_publication(a, status, &res, NULL);
}

void
answer_note(struct answer *a)
{
	struct publish_result	 res;
	struct own_note		 note = { .thread_id = a->request->thread_id,
	    .text = json_str(a->request->body, "text") };
	enum publish_status	 status;
	json_object		*more = json_object_new_object();

	worker_busy(a->worker, "note");
	status = own_note(a->ws, &note, &res);
	json_set_str(more, "path", note.path);
	answer_publication(a, status, &res, more);
}

void
answer_review(struct answer *a)
{
	json_object	*o = json_object_new_object();

	worker_busy(a->worker, "review");
	answer_with(a, MSG_REVIEWED, o, review_show(a->ws, o));
}

void
answer_accept(struct answer *a)
{
	struct publish_result	 res;
	enum publish_status	 status;
	json_object		*more = json_object_new_object();
	json_object		*body = a->request->body;
	const char		*rule = json_str(body, "despite");
	char			 thread_id[UUID_SIZE] = "";

	worker_busy(a->worker, "accept");
	if (rule == NULL)
		status = review_accept(a->ws, json_str(body, "token"),
		    thread_id, &res);
	else
		status = publish_despite(a->ws, a->request->thread_id, rule,
		    &res);
	json_set_str(more, "thread_id", rule == NULL ? thread_id :
	    a->request->thread_id);
	answer_publication(a, status, &res, more);
}

void
answer_discard(struct answer *a)
{
	json_object	*o = json_object_new_object();
	char		 thread_id[UUID_SIZE] = "";
	int		 r;

	worker_busy(a->worker, "discard");
	r = review_discard(a->ws, thread_id);
	json_set_str(o, "thread_id", thread_id);
	answer_with(a, MSG_DISCARDED, o, r);
}
