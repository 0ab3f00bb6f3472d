/* The body of a reply: events in the form that the rule asks for. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/json.h"
#include "common/mem.h"
#include "fakemodel.h"

void
stream_init(struct stream *s, const struct rule *how,
    const struct request *req)
{
	memset(s, 0, sizeof(*s));
	s->how = how;
	s->req = req;
}

void
stream_release(struct stream *s)
{
	while (s->nsteps > 0)
		free(s->steps[--s->nsteps].data);
	free(s->steps);
	s->steps = NULL;
}

uint64_t
stream_size(const struct stream *s)
{
	uint64_t	n = 0;
	size_t		i;

	for (i = 0; i < s->nsteps; i++)
		n += (uint64_t)s->steps[i].len * s->steps[i].times;
	return n;
}

/* Takes over the contents of `b'. */
static void
add_step(struct stream *s, struct buf *b)
{
	struct step	*st;
	size_t		 len = b->len;

	if (len == 0)
		return;
	s->steps = xreallocarray(s->steps, s->nsteps + 1, sizeof(*st));
	st = &s->steps[s->nsteps++];
	st->data = buf_detach(b);
	st->len = len;
	st->times = 1;
}

void
stream_bytes(struct stream *s, const void *data, size_t len)
{
	struct buf	b = BUF_INIT;

	buf_add(&b, data, len);
	add_step(s, &b);
}

void
stream_repeat(struct stream *s, size_t times)
{
	s->steps[s->nsteps - 1].times = times;
}

static void
add_quoted(struct buf *b, const char *text)
{
	json_object	*o = text == NULL ? NULL :
	    json_object_new_string(text);

	json_write(b, o);
	json_object_put(o);
}

static void
tmpl_vadd(struct buf *b, const char *tmpl, va_list ap)
{
	const char	*p;

	for (p = tmpl; *p != '\0'; p++) {
		if (*p != '%') {
			buf_addch(b, *p);
			continue;
		}
		switch (*++p) {
		case 'q': add_quoted(b, va_arg(ap, const char *)); break;
		case 's': buf_addstr(b, va_arg(ap, const char *)); break;
		case 'd':
			buf_addf(b, "%lld", (long long)va_arg(ap, int64_t));
			break;
		default: abort();
		}
	}
}

void
tmpl_add(struct buf *b, const char *tmpl, ...)
{
	va_list	ap;

	va_start(ap, tmpl);
	tmpl_vadd(b, tmpl, ap);
	va_end(ap);
}

/* One event as lines. */
static void
add_event(struct stream *s, const char *name, const char *data)
{
	const char	*nl = s->how->crlf ? "\r\n" : s->how->cr ? "\r" : "\n";
	struct buf	 b = BUF_INIT;

	if (s->how->comments)
		tmpl_add(&b, ": keep-alive%s%sid: 7%sretry: 10%s", nl, nl,
		    nl, nl);
	if (name != NULL)
		tmpl_add(&b, "event: %s%s", name, nl);
	if (s->how->lines && *data == '{')
		tmpl_add(&b, "data:{%sdata:%s%s%s", nl, data + 1, nl, nl);
	else
		tmpl_add(&b, "data: %s%s%s", data, nl, nl);
	add_step(s, &b);
}

void
stream_event(struct stream *s, const char *name, const char *tmpl, ...)
{
	struct buf	data = BUF_INIT;
	va_list		ap;

	va_start(ap, tmpl);
	tmpl_vadd(&data, tmpl, ap);
	va_end(ap);
	add_event(s, name, buf_str(&data));
	buf_release(&data);
	s->sequence++;
}

/* An event that nobody knows, of about so many bytes. */
static void
add_big(struct stream *s, size_t size)
{
	char	*filler = xcalloc(1, size + 1);

	memset(filler, 'x', size);
	stream_event(s, "fake.big", "{\"type\":%q,\"fill\":%q}", "fake.big",
	    filler);
	free(filler);
}

/* Replace all steps by one, compressed. */
static void
compress_all(struct stream *s)
{
	struct buf	in = BUF_INIT, out = BUF_INIT;
	z_stream	z = { .next_in = NULL };
	size_t		i, k;

	for (i = 0; i < s->nsteps; i++)
		for (k = 0; k < s->steps[i].times; k++)
			buf_add(&in, s->steps[i].data, s->steps[i].len);
	buf_grow(&out, in.len + 1024);
	/* 16 more window bits: the gzip format. */
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0) != Z_OK)
		abort();
	z.next_in = (Bytef *)in.data;
	z.avail_in = (uInt)in.len;
	z.next_out = (Bytef *)out.data;
	z.avail_out = (uInt)out.cap;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	out.len = z.total_out;
	deflateEnd(&z);
	stream_release(s);
	add_step(s, &out);
	buf_release(&in);
}

/* Put the last step in front of all others. */
static void
last_to_front(struct stream *s)
{
	struct step	st = s->steps[s->nsteps - 1];

	memmove(s->steps + 1, s->steps, (s->nsteps - 1) * sizeof(st));
	s->steps[0] = st;
}

void
stream_finish(struct stream *s)
{
	if (s->how->big != 0) {
		add_big(s, s->how->big);
		last_to_front(s);
	}
	if (s->how->garbage) {
		stream_event(s, NULL, "{\"type\":\"response.output_text."
		    "delta\",\"delta\":\377\376 \x01 ]]}");
		last_to_front(s);
	}
	if (s->how->bom) {
		stream_bytes(s, "\357\273\277", 3);
		last_to_front(s);
	}
	if (s->how->gzip)
		compress_all(s);
}
