/* links: worker/gateway/sse.c */

/*
 * Servers cut their events wherever a buffer of theirs is full: in the middle
 * of a character, between CR and LF, behind "dat".  Each stream below is fed
 * whole, in two parts cut at every byte, and byte by byte; what comes out
 * must be the same.
 */
#include <string.h>

#include "check_main.h"
#include "worker/gateway/sse.h"

#define MAX 4096

/* Events come out as "name=data;", comments as "#". */
static const struct {
	const char	*stream;
	const char	*out;
} cases[] = {
	{ "data: one\n\n", "=one;" },
	{ "data:one\n\n", "=one;" },
	{ "data:  one\n\n", "= one;" },
	{ "data: one\r\n\r\n", "=one;" },
	{ "data: one\r\r", "=one;" },
	{ "data: one\r\ndata: two\r\n\r\n", "=one\ntwo;" },
	{ "data: one\rdata: two\r\r", "=one\ntwo;" },
	{ "data: one\n\ndata: two\n\n", "=one;=two;" },
	{ "data: one\r\n\ndata: two\r\n\n", "=one;=two;" },
	{ "data: one\n\r\ndata: two\n\r\n", "=one;=two;" },
	{ "event: delta\ndata: {\"a\":1}\n\n", "delta={\"a\":1};" },
	{ "event: a\nevent: b\ndata: x\n\n", "b=x;" },
	{ "event: a\n\ndata: x\n\n", "=x;" },
	{ "event: a\ndata: x\n\ndata: y\n\n", "a=x;=y;" },
	{ "data\n\n", "=;" },
	{ "data:\n\n", "=;" },
	{ "data\ndata\n\n", "=\n;" },
	{ "data: x\n", "" },
	{ "data: x", "" },
	{ "data: x\n\ndata: unfinished\n", "=x;" },
	{ "\n\n\n", "" },
	{ "", "" },
	{ ": keep-alive\n\n", "#" },
	{ ":\n:\r\ndata: x\n\n", "##=x;" },
	{ "data: a\n: between\ndata: b\n\n", "#=a\nb;" },
	{ "\xef\xbb\xbf" "data: x\n\n", "=x;" },
	{ "\xef\xbb\xbf\n" "data: x\n\n", "=x;" },
	{ "\xef\xbb\xbf\xef\xbb\xbf" "data: x\n\ndata: y\n\n", "=y;" },
	{ "data: x\n\n\xef\xbb\xbf" "data: y\n\ndata: z\n\n", "=x;=z;" },
	{ "id: 7\nretry: 10\nother: z\ndata: x\n\n", "=x;" },
	{ "datax: y\ndat: y\nDATA: y\ndata: x\n\n", "=x;" },
	{ "data: \xf0\x9f\x98\x80\xc3\xa9\n\n",
	    "=\xf0\x9f\x98\x80\xc3\xa9;" },
	{ "data: a:b: c\n\n", "=a:b: c;" },
};
#define NCASES ((int)(sizeof(cases) / sizeof(cases[0])))

/* Feed, and write down what comes out. */
static enum sse_status
feed(struct sse *s, const char *data, size_t len, struct buf *out)
{
	struct sse_event	ev;
	enum sse_status		st;
	/* A copy of its own: a reader that looks behind it is found out. */
	char			*copy = memcpy(malloc(len + 1), data, len);

	sse_feed(s, copy, len);
	while ((st = sse_next(s, &ev)) != SSE_MORE && st != SSE_TOOBIG) {
		if (st == SSE_COMMENT) {
			buf_addch(out, '#');
			continue;
		}
		ck_assert_uint_eq(strlen(ev.data), ev.len);
		buf_addf(out, "%s=%s;", ev.name, ev.data);
	}
	free(copy);
	return st;
}

START_TEST(whole)
{
	struct sse	s;
	struct buf	out = BUF_INIT;

	sse_init(&s, MAX);
	feed(&s, cases[_i].stream, strlen(cases[_i].stream), &out);
	ck_assert_str_eq(buf_str(&out), cases[_i].out);
	sse_release(&s);
	buf_release(&out);
}
END_TEST

START_TEST(cut_at_every_byte)
{
	const char	*in = cases[_i].stream;
	size_t		 len = strlen(in), cut;
	struct sse	 s;
	struct buf	 out;

	for (cut = 0; cut <= len; cut++) {
		buf_init(&out);
		sse_init(&s, MAX);
		feed(&s, in, cut, &out);
		feed(&s, in + cut, len - cut, &out);
		ck_assert_msg(strcmp(buf_str(&out), cases[_i].out) == 0,
		    "cut at %zu: %s", cut, buf_str(&out));
		sse_release(&s);
		buf_release(&out);
	}
}
END_TEST

START_TEST(byte_by_byte)
{
	const char	*in = cases[_i].stream;
	size_t		 i;
	struct sse	 s;
	struct buf	 out = BUF_INIT;

	sse_init(&s, MAX);
	for (i = 0; in[i] != '\0'; i++)
		feed(&s, in + i, 1, &out);
	ck_assert_str_eq(buf_str(&out), cases[_i].out);
	sse_release(&s);
	buf_release(&out);
}
END_TEST

/* An event as large as the cap comes out; one byte more ends the stream. */
START_TEST(the_cap_holds)
{
	char			 big[101];
	struct sse		 s;
	struct sse_event	 ev;
	struct buf		 out = BUF_INIT;
	int			 i;

	memset(big, 'x', 100);
	big[100] = '\0';
	sse_init(&s, 100);
	memcpy(big, "data: ", 6);
	ck_assert_int_eq(feed(&s, big, 100, &out), SSE_MORE);
	ck_assert_int_eq(feed(&s, "\n\n", 2, &out), SSE_MORE);
	ck_assert_uint_eq(out.len, 96);
	ck_assert_int_eq(feed(&s, big, 100, &out), SSE_MORE);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(feed(&s, "x", 1, &out), SSE_TOOBIG);
	ck_assert_int_eq(feed(&s, "\n\ndata: y\n\n", 11, &out), SSE_TOOBIG);
	ck_assert_int_eq(sse_next(&s, &ev), SSE_TOOBIG);
	ck_assert_uint_eq(out.len, 96);
	sse_release(&s);
	buf_release(&out);
}
END_TEST

/* Many small lines of one event count together. */
START_TEST(the_cap_counts_all_lines)
{
	struct sse	s;
	struct buf	out = BUF_INIT;
	int		i;

	sse_init(&s, 100);
	for (i = 0; i < 16; i++)
		ck_assert_int_eq(feed(&s, "data: 1234\n", 11, &out),
		    SSE_MORE);
	for (; i < 40; i++)
		if (feed(&s, "data: 1234\n", 11, &out) == SSE_TOOBIG)
			break;
	ck_assert_int_lt(i, 22);
	sse_release(&s);
	buf_release(&out);
}
END_TEST

/* A stream of small events, however long, takes no memory. */
START_TEST(memory_is_given_back)
{
	struct sse	s;
	struct buf	out = BUF_INIT, big = BUF_INIT;
	int		i;

	buf_addstr(&big, "data: ");
	for (i = 0; i < 20000; i++)
		buf_addstr(&big, "0123456789");
	buf_addstr(&big, "\n\ndata: x\n\n");
	sse_init(&s, (size_t)1 << 20);
	feed(&s, big.data, 100000, &out);
	feed(&s, big.data + 100000, big.len - 100000, &out);
	ck_assert_uint_eq(out.len, 200000 + 2 + 3);
	ck_assert_uint_le(s.line.cap + s.data.cap, 2 * 64 * 1024);
	sse_release(&s);
	buf_release(&out);
	buf_release(&big);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("sse");
	TCase	*tc = tcase_create("events");

	tcase_add_loop_test(tc, whole, 0, NCASES);
	tcase_add_loop_test(tc, cut_at_every_byte, 0, NCASES);
	tcase_add_loop_test(tc, byte_by_byte, 0, NCASES);
	tcase_add_test(tc, the_cap_holds);
	tcase_add_test(tc, the_cap_counts_all_lines);
	tcase_add_test(tc, memory_is_given_back);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
