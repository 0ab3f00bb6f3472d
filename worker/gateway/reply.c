#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "common/uuid.h"
#include "reply.h"

/* No server counts further; a sum of a few stays far from overflow. */
#define TOKENS_MAX	((int64_t)1000 * 1000 * 1000)

void
reply_init(struct reply *r)
{
	memset(r, 0, sizeof(*r));
	failure_init(&r->failure);
}

void
reply_release(struct reply *r)
{
	size_t	i;

	for (i = 0; i < r->npieces; i++) {
		buf_release(&r->pieces[i].text);
		buf_release(&r->pieces[i].sign);
		free(r->pieces[i].id);
		free(r->pieces[i].name);
		json_object_put(r->pieces[i].opaque);
	}
	free(r->pieces);
	free(r->model);
	buf_release(&r->refusal);
	failure_release(&r->failure);
	memset(r, 0, sizeof(*r));
}

struct piece *
reply_find(struct reply *r, enum piece_kind kind, int64_t index)
{
	size_t	i;

	/* The newest first: it is the one that grows. */
	for (i = r->npieces; i-- > 0;)
		if (r->pieces[i].kind == kind && r->pieces[i].index == index)
			return &r->pieces[i];
	return NULL;
}

struct piece *
reply_piece(struct reply *r, enum piece_kind kind, int64_t index)
{
	struct piece	*p = reply_find(r, kind, index);

	if (p != NULL)
		return p;
	if (r->npieces == REPLY_PIECES) {
		failure_set(&r->failure, MODEL_PROTOCOL,
		    "the reply has more than %d pieces", REPLY_PIECES);
		return NULL;
	}
	if (r->npieces == 0 || (r->npieces & (r->npieces - 1)) == 0)
		r->pieces = xreallocarray(r->pieces,
		    r->npieces == 0 ? 1 : r->npieces * 2, sizeof(*p));
	p = &r->pieces[r->npieces++];
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->index = index;
	return p;
}

static int
reply_room(struct reply *r, size_t more)
{
	if (r->bytes + more <= REPLY_MAX) {
		r->bytes += more;
		return 1;
	}
	failure_set(&r->failure, MODEL_PROTOCOL,
	    "the reply is larger than %zu MiB", REPLY_MAX >> 20);
	return 0;
}

int
reply_add(struct reply *r, struct buf *b, json_object *v)
{
	const char	*s, *end, *nul;

	if (!json_object_is_type(v, json_type_string))
		return 0;
	s = json_object_get_string(v);
	end = s + json_object_get_string_len(v);
	if (s == end || !reply_room(r, (size_t)(end - s)))
		return 0;
	/* A NUL is no text, and no message may hold one. */
	for (; (nul = memchr(s, '\0', (size_t)(end - s))) != NULL; s = nul + 1)
		buf_add(b, s, (size_t)(nul - s));
	buf_add(b, s, (size_t)(end - s));
	return 1;
}

int
reply_add_glance(struct reply *r, struct buf *b, const struct glance *g)
{
	size_t	before = b->len;

	if (g->kind != GLANCE_STRING || glance_text(g, b) == -1)
		return -1;
	if (!reply_room(r, b->len - before))
		buf_truncate(b, before);
	return 0;
}

void
reply_add_json(struct reply *r, struct buf *b, json_object *o)
{
	struct buf	text = BUF_INIT;

	json_write(&text, o);
	if (reply_room(r, text.len))
		buf_add(b, text.data, text.len);
	buf_release(&text);
}

void
reply_replace(struct reply *r, struct buf *b, json_object *v)
{
	if (!json_object_is_type(v, json_type_string))
		return;
	r->bytes -= b->len < r->bytes ? b->len : r->bytes;
	buf_reset(b);
	reply_add(r, b, v);
}

void
reply_opaque(struct reply *r, int64_t index, json_object *o)
{
	struct piece	*p;
	size_t		 len;

	json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len);
	if (!reply_room(r, len))
		return;
	p = reply_piece(r, PIECE_REASONING, index);
	if (p == NULL)
		return;
	json_object_put(p->opaque);
	p->opaque = json_object_get(o);
}

int
reply_has_text(const struct reply *r)
{
	size_t	i;

	for (i = 0; i < r->npieces; i++)
		if (r->pieces[i].kind == PIECE_TEXT &&
		    r->pieces[i].text.len > 0)
			return 1;
	return 0;
}

void
reply_keep(char **slot, const char *s)
{
	if (*slot == NULL && s != NULL && *s != '\0')
		*slot = xstrdup(s);
}

int64_t
reply_tokens(json_object *o, const char *key)
{
	int64_t	n = json_int(o, key, 0);

	if (n < 0)
		return 0;
	return n > TOKENS_MAX ? TOKENS_MAX : n;
}

int
reply_counts(json_object *o, const char *key)
{
	json_object	*v;

	return json_object_object_get_ex(o, key, &v) &&
	    json_object_is_type(v, json_type_int);
}

json_object *
reply_usage_json(const struct reply_usage *u)
{
	json_object	*o;

	if (!u->known)
		return NULL;
	o = json_object_new_object();
	json_set_int(o, "input", u->input);
	json_set_int(o, "cached_input", u->cached_input);
	json_set_int(o, "output", u->output);
	json_set_int(o, "reasoning_output", u->reasoning_output);
	json_set_int(o, "total", u->total);
	return o;
}

/* A call without a name is no call; one without an id gets one. */
static json_object *
call_json(const struct piece *p)
{
	char		 id[UUID_SIZE + 8] = "call_", *uuid = id + 5;
	json_object	*o;

	if (p->name == NULL)
		return NULL;
	uuid_v4(uuid);
	o = json_object_new_object();
	json_set_str(o, "type", "call");
	json_set_str(o, "id", p->id == NULL ? id : p->id);
	json_set_str(o, "name", p->name);
	json_set_str(o, "arguments",
	    p->text.len == 0 ? "{}" : buf_str(&p->text));
	return o;
}

static json_object *
text_json(const struct buf *text)
{
	json_object	*o;

	if (text->len == 0)
		return NULL;
	o = json_object_new_object();
	json_set_str(o, "type", "text");
	json_set_str(o, "text", buf_str(text));
	return o;
}

static json_object *
piece_json(const struct reply *r, const struct piece *p)
{
	json_object	*o = NULL;

	if (p->kind == PIECE_CALL)
		return r->schema_tool != NULL && p->name != NULL &&
		    strcmp(r->schema_tool, p->name) == 0 ?
		    text_json(&p->text) : call_json(p);
	if (p->kind == PIECE_TEXT)
		return text_json(&p->text);
	if (p->opaque != NULL) {
		o = json_object_new_object();
		json_set_str(o, "type", "reasoning");
		json_set(o, "opaque", json_object_get(p->opaque));
	}
	return o;
}

/* A reply with calls waits for their results, whatever the server says. */
static const char *
stop_word(const struct reply *r, int calls)
{
	if (r->stop == STOP_LENGTH)
		return "length";
	return calls ? "tool" : "end";
}

static json_object *
reply_json(const struct reply *r)
{
	json_object	*o = json_object_new_object(), *v;
	json_object	*items = json_object_new_array();
	const char	*type;
	size_t		 i;
	int		 calls = 0;

	for (i = 0; i < r->npieces; i++) {
		v = piece_json(r, &r->pieces[i]);
		if (v == NULL)
			continue;
		type = json_str(v, "type");
		calls |= strcmp(type, "call") == 0;
		json_push(items, v);
	}
	json_set(o, "items", items);
	json_set_str(o, "stop", stop_word(r, calls));
	return o;
}

int
reply_write(struct reply *r, struct buf *out)
{
	json_object	*o;
	size_t		 before = out->len;

	if (r->refusal.len > 0 && r->failure.class == MODEL_NONE)
		failure_set(&r->failure, MODEL_REFUSAL, "%s",
		    buf_str(&r->refusal));
	if (r->failure.class != MODEL_NONE)
		return -1;
	o = reply_json(r);
	json_write(out, o);
	json_object_put(o);
	if (out->len - before <= REPLY_MAX)
		return 0;
	buf_truncate(out, before);
	reply_room(r, REPLY_MAX + 1);
	return -1;
}
