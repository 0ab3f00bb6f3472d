/* What is said: the rule in the words of the API that was asked. */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "fakemodel.h"

/* Bytes of text in an event, unless the rule says how many. */
#define TEXT_PIECE	16
#define FILL_PIECE	4096

static const struct api *const	apis[] = {
	&api_responses, &api_chat, &api_messages
};

static int
ends_in(const char *s, const char *end)
{
	size_t	n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static const struct api *
api_of(const char *path)
{
	size_t	i;

	for (i = 0; i < sizeof(apis) / sizeof(apis[0]); i++)
		if (ends_in(path, apis[i]->suffix))
			return apis[i];
	return NULL;
}

char *
reply_expand(const struct request *q, const char *text)
{
	struct buf	b = BUF_INIT;
	const char	*p;

	buf_addstr(&b, "");
	for (p = text; *p != '\0'; p++)
		if (strncmp(p, "$N", 2) == 0) {
			buf_addf(&b, "%d", q->n);
			p += 1;
		} else if (strncmp(p, "$KEY", 4) == 0) {
			buf_addstr(&b, q->key == NULL ? "" : q->key);
			p += 3;
		} else if (strncmp(p, "$BODY", 5) == 0) {
			buf_add(&b, buf_str(&q->plain), q->plain.len);
			p += 4;
		} else
			buf_addch(&b, *p);
	return b.len > 0 ? buf_detach(&b) : xstrdup("");
}

char *
reply_text(const struct stream *s, const struct item *it)
{
	return reply_expand(s->req, it->text);
}

/* Filler: one step for all whole pieces, one for the rest. */
static void
fill_pieces(struct stream *s, size_t size,
    void (*fn)(struct stream *, const char *, size_t, void *), void *arg)
{
	size_t	 piece = s->how->delta > 0 ? s->how->delta : FILL_PIECE;
	char	*filler = xcalloc(1, piece + 1);

	memset(filler, 'x', piece);
	if (size >= piece)
		fn(s, filler, size / piece, arg);
	filler[size % piece] = '\0';
	if (filler[0] != '\0')
		fn(s, filler, 1, arg);
	free(filler);
}

void
reply_pieces(struct stream *s, const struct item *it,
    void (*fn)(struct stream *, const char *, size_t, void *), void *arg)
{
	size_t	 max = s->how->delta > 0 ? s->how->delta : TEXT_PIECE;
	char	*text = reply_text(s, it), *piece, *p;
	size_t	 n, rest;

	for (p = text; *p != '\0'; p += n) {
		rest = strlen(p);
		n = max < rest ? max : rest;
		while (n < rest && ((unsigned char)p[n] & 0xc0) == 0x80)
			n++;
		piece = xstrndup(p, n);
		fn(s, piece, 1, arg);
		free(piece);
	}
	free(text);
	fill_pieces(s, it->fill, fn, arg);
}

const char *
reply_model(const struct stream *s)
{
	const char	*model = json_str(s->req->json, "model");

	return model == NULL ? "fake" : model;
}

/* A body that is no stream of events: takes over `text'. */
static const char *
plain(struct stream *s, char *text)
{
	stream_bytes(s, text, strlen(text));
	free(text);
	return "application/json";
}

static const char *
http_error(struct stream *s, const struct api *api)
{
	struct buf	b = BUF_INIT;
	char		*message = reply_expand(s->req,
	    s->how->message == NULL ? "a fake failure" : s->how->message);

	if (api == NULL)
		api = &api_responses;
	api->error(&b, s->how, message);
	free(message);
	return plain(s, buf_detach(&b));
}

const char *
reply_compose(struct stream *s)
{
	const struct api	*api = api_of(s->req->path);

	if (s->how->json != NULL)
		return plain(s, reply_expand(s->req, s->how->json));
	if (s->how->status != 200 || api == NULL)
		return http_error(s, api);
	api->events(s);
	stream_finish(s);
	return "text/event-stream";
}
