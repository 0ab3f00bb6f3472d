#include <stdlib.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/request.h"

#define BIT(id) (UINT64_C(1) << (id))
_Static_assert(MSG__MAX <= 64, "a bit for each message");

/*
 * What answers what.  `failed' answers everything; `part' may come any
 * number of times before the last.
 */
static const struct {
	enum msg_id	request;
	uint64_t	part;
	uint64_t	last;
} answers[] = {
	{ MSG_KNOWN,	0,			BIT(MSG_NOTED) },
	{ MSG_COMPARE,	0,			BIT(MSG_COMPARED) },
	{ MSG_SCAN,	BIT(MSG_SCANNED),	BIT(MSG_SCANNED) },
	{ MSG_EXTRACT,	0,			BIT(MSG_EXTRACTED) },
	{ MSG_PREVIEW,	0,			BIT(MSG_PREVIEWED) },
	{ MSG_MODEL_REQUEST, BIT(MSG_MODEL_PROGRESS),
	    BIT(MSG_MODEL_RESPONSE) },
	{ MSG_QUOTA,	0,			BIT(MSG_QUOTA_STATE) },
	{ MSG_EXPORT,	0,			BIT(MSG_EXPORTED) },
	{ MSG_SUBMIT,	BIT(MSG_STATUS) | BIT(MSG_TOOL), BIT(MSG_COMPLETED) },
	{ MSG_REVISE,	BIT(MSG_STATUS) | BIT(MSG_TOOL), BIT(MSG_COMPLETED) },
	{ MSG_RECOVER,	0,			BIT(MSG_RECOVERED) },
	{ MSG_PREPARE,	0,			BIT(MSG_PREPARED) },
	{ MSG_PUBLISH,	0, BIT(MSG_PUBLISHED) | BIT(MSG_REJECTED) |
	    BIT(MSG_HELD) },
	{ MSG_HISTORY,	0,			BIT(MSG_COMMITS) },
	{ MSG_DIFF,	0,			BIT(MSG_DIFFED) },
	{ MSG_AUDIT,	0,			BIT(MSG_AUDITED) },
	{ MSG_REVERT,	0,			BIT(MSG_PUBLISHED) },
	{ MSG_NOTE,	0,			BIT(MSG_PUBLISHED) },
	{ MSG_REVIEW,	0,			BIT(MSG_REVIEWED) },
	{ MSG_ACCEPT,	0, BIT(MSG_PUBLISHED) | BIT(MSG_REJECTED) },
	{ MSG_DISCARD,	0,			BIT(MSG_DISCARDED) },
	{ MSG_PURGE,	0,			BIT(MSG_PURGED) },
	{ MSG_CHECK,	0,			BIT(MSG_CHECKED) },
	{ MSG_ADOPT,	BIT(MSG_ADOPTED_THREAD), BIT(MSG_ADOPTED) },
};
#define NANSWERS (sizeof(answers) / sizeof(answers[0]))

/* What a worker may send without being asked. */
static const uint64_t unasked = BIT(MSG_STATUS) | BIT(MSG_TOOL) |
    BIT(MSG_READING);

/* What a worker asks of us; its serial is the worker's own. */
static const uint64_t questions = BIT(MSG_MODEL_REQUEST) | BIT(MSG_CANCEL);

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
	return (questions & BIT(id)) != 0;
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

	if ((answers[row].last & BIT(m->id)) == 0)
		return 0;
	if ((answers[row].part & BIT(m->id)) == 0)
		return 1;
	return json_flag(m->body, "last", 1);
}

enum reply
requests_reply(struct requests *r, const struct msg *m)
{
	struct request	*q;
	size_t		 row;

	if (m->serial == 0)
		return unasked & BIT(m->id) ? REPLY_UNASKED : REPLY_STRAY;
	q = request_by_serial(r, m->serial);
	if (q == NULL)
		return m->id == MSG_FAILED && m->serial <= r->last ?
		    REPLY_REFUSED : REPLY_STRAY;
	row = answer_row(q->id);
	if (m->id == MSG_FAILED || is_last(q, m)) {
		request_close(r, q);
		return REPLY_LAST;
	}
	return answers[row].part & BIT(m->id) ? REPLY_PART : REPLY_STRAY;
}
