#include <stdlib.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/request.h"

#define ANY_MAX	3	/* messages of one kind in a row */

_Static_assert(MSG_HELLO == 0, "it stands for none");

/*
 * What answers what.  `failed' answers everything; `part' may come any
 * number of times before the last.
 */
static const struct {
	enum msg_id	request;
	enum msg_id	part[ANY_MAX];	/* 0: none; hello answers nothing */
	enum msg_id	last[ANY_MAX];
} answers[] = {
	{ MSG_KNOWN, { 0 }, { MSG_NOTED } },
	{ MSG_COMPARE, { 0 }, { MSG_COMPARED } },
	{ MSG_SCAN, { MSG_SCANNED }, { MSG_SCANNED } },
	{ MSG_EXTRACT, { 0 }, { MSG_EXTRACTED } },
	{ MSG_PREVIEW, { 0 }, { MSG_PREVIEWED } },
	{ MSG_MODEL_REQUEST, { MSG_MODEL_PROGRESS }, { MSG_MODEL_RESPONSE } },
	{ MSG_QUOTA, { 0 }, { MSG_QUOTA_STATE } },
	{ MSG_EXPORT, { 0 }, { MSG_EXPORTED } },
	{ MSG_REACH, { 0 }, { MSG_REACHED } },
	{ MSG_SUBMIT, { MSG_STATUS, MSG_TOOL }, { MSG_COMPLETED } },
	{ MSG_REVISE, { MSG_STATUS, MSG_TOOL }, { MSG_COMPLETED } },
	{ MSG_RECOVER, { 0 }, { MSG_RECOVERED } },
	{ MSG_PREPARE, { 0 }, { MSG_PREPARED } },
	{ MSG_PUBLISH, { 0 }, { MSG_PUBLISHED, MSG_REJECTED, MSG_HELD } },
	{ MSG_HISTORY, { 0 }, { MSG_COMMITS } },
	{ MSG_DIFF, { 0 }, { MSG_DIFFED } },
	{ MSG_AUDIT, { 0 }, { MSG_AUDITED } },
	{ MSG_REVERT, { 0 }, { MSG_PUBLISHED } },
	{ MSG_NOTE, { 0 }, { MSG_PUBLISHED } },
	{ MSG_REVIEW, { 0 }, { MSG_REVIEWED } },
	{ MSG_ACCEPT, { 0 }, { MSG_PUBLISHED, MSG_REJECTED } },
	{ MSG_DISCARD, { 0 }, { MSG_DISCARDED } },
	{ MSG_PURGE, { 0 }, { MSG_PURGED } },
	{ MSG_CHECK, { 0 }, { MSG_CHECKED } },
	{ MSG_VERIFY, { 0 }, { MSG_VERIFIED } },
	{ MSG_ADOPT, { MSG_ADOPTED_THREAD }, { MSG_ADOPTED } },
};
#define NANSWERS (sizeof(answers) / sizeof(answers[0]))

/* What a worker may send without being asked. */
static const enum msg_id unasked[ANY_MAX] = { MSG_STATUS, MSG_TOOL,
    MSG_READING };

/* What a worker asks of us; its serial is the worker's own. */
static const enum msg_id questions[ANY_MAX] = { MSG_MODEL_REQUEST,
    MSG_CANCEL };

static int
is_any(const enum msg_id set[ANY_MAX], enum msg_id id)
{
	size_t	i;

	for (i = 0; i < ANY_MAX && set[i] != 0; i++)
		if (set[i] == id)
			return 1;
	return 0;
}

void
requests_init(struct requests *r)
{
	TAILQ_INIT(&r->open);
	r->count = 0;
	r->last = 0;
}

static void
request_close(struct requests *r, struct request *q)
{
	TAILQ_REMOVE(&r->open, q, entry);
	r->count--;
	free(q);
}

void
requests_clear(struct requests *r)
{
	struct request	*q;

	while ((q = TAILQ_FIRST(&r->open)) != NULL)
		request_close(r, q);
}

/* Index in answers[], NANSWERS for a message that goes one way. */
static size_t
answer_row(enum msg_id id)
{
	size_t	i;

	for (i = 0; i < NANSWERS; i++)
		if (answers[i].request == id)
			break;
	return i;
}

int
request_is_answered(enum msg_id id)
{
	return answer_row(id) < NANSWERS;
}

int
request_is_question(enum msg_id id)
{
	return is_any(questions, id);
}

int64_t
requests_open(struct requests *r, enum msg_id id)
{
	struct request	*q;
	unsigned	 n = 0;

	TAILQ_FOREACH(q, &r->open, entry)
		if (q->id == id)
			n++;
	if (msg_table[id].credits != 0 && n >= msg_table[id].credits)
		return -1;
	r->last++;
	if (!request_is_answered(id))
		return r->last;
	q = xcalloc(1, sizeof(*q));
	q->serial = r->last;
	q->id = id;
	TAILQ_INSERT_TAIL(&r->open, q, entry);
	r->count++;
	return r->last;
}

static struct request *
request_by_serial(struct requests *r, int64_t serial)
{
	struct request	*q;

	TAILQ_FOREACH(q, &r->open, entry)
		if (q->serial == serial)
			break;
	return q;
}

void
requests_cancel(struct requests *r, int64_t serial)
{
	struct request	*q = request_by_serial(r, serial);

	if (q != NULL)
		request_close(r, q);
}

/* A list comes in batches; the one that says `last' ends it. */
static int
is_last(const struct request *q, const struct msg *m)
{
	size_t	row = answer_row(q->id);

	if (!is_any(answers[row].last, m->id))
		return 0;
	if (!is_any(answers[row].part, m->id))
		return 1;
	return json_flag(m->body, "last", 1);
}

enum reply
requests_reply(struct requests *r, const struct msg *m)
{
	struct request	*q;
	size_t		 row;

	if (m->serial == 0)
		return is_any(unasked, m->id) ? REPLY_UNASKED :
		    REPLY_STRAY;
	q = request_by_serial(r, m->serial);
	if (q == NULL)
		return m->id == MSG_FAILED && m->serial <= r->last ?
		    REPLY_REFUSED : REPLY_STRAY;
	row = answer_row(q->id);
	if (m->id == MSG_FAILED || is_last(q, m)) {
		request_close(r, q);
		return REPLY_LAST;
	}
	return is_any(answers[row].part, m->id) ? REPLY_PART : REPLY_STRAY;
}
