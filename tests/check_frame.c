/* links: */
/*
 * A length prefix that was trusted before it was checked has cost other
 * programs their memory, and a peer that died in the middle of a frame was
 * taken for one that had finished.  Frames are decoded whatever the pipe does
 * to them, a cap is tested before anything is allocated, and the ends differ.
 */
#include <sys/resource.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/frame.h"

static const char	text[] = "{\"a\":1}";

static struct buf
encode(const char *body, size_t n)
{
	struct frame_writer	w;
	struct buf		b = BUF_INIT;

	frame_writer_init(&w);
	ck_assert_int_eq(frame_writer_push(&w, body, n), FRAME_OK);
	buf_add(&b, w.out.data, w.out.len);
	frame_writer_release(&w);
	return b;
}

static void
header(struct frame_reader *r, uint32_t len)
{
	unsigned char	h[4] = { (unsigned char)(len >> 24),
			    (unsigned char)(len >> 16),
			    (unsigned char)(len >> 8), (unsigned char)len };

	frame_reader_feed(r, h, sizeof(h));
}

/* Row 36: a frame split at every byte boundary. */
START_TEST(split_everywhere)
{
	struct frame_reader	r;
	struct buf		b = encode(text, strlen(text));
	const char		*body;
	size_t			 cut, len;

	for (cut = 1; cut < b.len; cut++) {
		frame_reader_init(&r);
		frame_reader_feed(&r, b.data, cut);
		ck_assert_int_eq(frame_reader_next(&r, &body, &len),
		    FRAME_MORE);
		frame_reader_feed(&r, b.data + cut, b.len - cut);
		ck_assert_int_eq(frame_reader_next(&r, &body, &len), FRAME_OK);
		ck_assert_uint_eq(len, strlen(text));
		ck_assert_int_eq(memcmp(body, text, len), 0);
		frame_reader_release(&r);
	}
	buf_release(&b);
}
END_TEST

/* Row 37: many frames in one read come out in order. */
START_TEST(many_in_one_read)
{
	struct frame_reader	r;
	struct buf		all = BUF_INIT;
	const char		*body;
	char			 s[16];
	size_t			 len;
	int			 i;

	for (i = 0; i < 1000; i++) {
		struct buf	b;

		snprintf(s, sizeof(s), "%d", i);
		b = encode(s, strlen(s));
		buf_add(&all, b.data, b.len);
		buf_release(&b);
	}
	frame_reader_init(&r);
	frame_reader_feed(&r, all.data, all.len);
	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(frame_reader_next(&r, &body, &len), FRAME_OK);
		snprintf(s, sizeof(s), "%d", i);
		ck_assert_uint_eq(len, strlen(s));
		ck_assert_int_eq(memcmp(body, s, len), 0);
	}
	ck_assert_int_eq(frame_reader_next(&r, &body, &len), FRAME_MORE);
	frame_reader_release(&r);
	buf_release(&all);
}
END_TEST

/* Row 38: above the cap nothing is allocated; zero is refused. */
START_TEST(lengths)
{
	static const struct {
		uint32_t		len;
		enum frame_status	want;
	} cases[] = {
		{ 0, FRAME_EMPTY }, { 1, FRAME_MORE },
		{ FRAME_MAX, FRAME_MORE }, { FRAME_MAX + 1, FRAME_TOOBIG },
		{ 0x7fffffff, FRAME_TOOBIG }, { 0xffffffff, FRAME_TOOBIG },
	};
	struct frame_reader	r;
	const char		*body;
	size_t			 i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		frame_reader_init(&r);
		header(&r, cases[i].len);
		ck_assert_int_eq(frame_reader_next(&r, &body, &len),
		    cases[i].want);
		ck_assert_uint_lt(r.in.cap, 4096);
		frame_reader_release(&r);
	}
}
END_TEST

START_TEST(writer_bounds)
{
	struct frame_writer	w;
	char			*big = calloc(1, FRAME_MAX + 1);
	int			 n;

	frame_writer_init(&w);
	ck_assert_int_eq(frame_writer_push(&w, "", 0), FRAME_EMPTY);
	ck_assert_int_eq(frame_writer_push(&w, big, FRAME_MAX + 1),
	    FRAME_TOOBIG);
	for (n = 0; frame_writer_push(&w, big, FRAME_MAX) == FRAME_OK; n++)
		continue;
	ck_assert_int_eq(n, FRAME_QUEUE_MAX / FRAME_MAX - 1);
	ck_assert_int_eq(frame_writer_push(&w, big, FRAME_MAX), FRAME_FULL);
	ck_assert_int_eq(frame_writer_push(&w, "x", 1), FRAME_OK);
	frame_writer_release(&w);
	free(big);
}
END_TEST

/* Frames that belong together: both are queued, or neither. */
START_TEST(pairs)
{
	struct frame_writer	w;
	struct buf		one = BUF_INIT, two = BUF_INIT;
	int			n;

	frame_writer_init(&w);
	buf_addstr(&one, text);
	ck_assert_int_eq(frame_writer_push_pair(&w, &one, &two), FRAME_EMPTY);
	buf_grow(&two, FRAME_MAX + 1);
	memset(two.data, 'x', FRAME_MAX + 1);
	two.len = FRAME_MAX + 1;
	ck_assert_int_eq(frame_writer_push_pair(&w, &one, &two),
	    FRAME_TOOBIG);
	two.len = FRAME_MAX;
	ck_assert_uint_eq(frame_writer_pending(&w), 0);
	for (n = 1; frame_writer_push_pair(&w, &one, &two) == FRAME_OK; n++)
		ck_assert_uint_eq(frame_writer_pending(&w), (size_t)n *
		    (2 * FRAME_HEADER + one.len + two.len));
	ck_assert_int_eq(n, FRAME_QUEUE_MAX / FRAME_MAX);
	ck_assert_int_eq(frame_writer_push_pair(&w, &one, &two), FRAME_FULL);
	/* The envelope alone would have had room. */
	ck_assert_int_eq(frame_writer_push(&w, one.data, one.len), FRAME_OK);
	frame_writer_release(&w);
	buf_release(&one);
	buf_release(&two);
}
END_TEST

/* A payload's limit is its row's: above it nothing is allocated. */
START_TEST(limited)
{
	struct frame_reader	r;
	const char		*body;
	size_t			len;

	frame_reader_init(&r);
	frame_reader_limit(&r, 1000);
	header(&r, 1001);
	ck_assert_int_eq(frame_reader_next(&r, &body, &len), FRAME_TOOBIG);
	ck_assert_uint_lt(r.in.cap, 4096);
	frame_reader_limit(&r, FRAME_MAX);
	ck_assert_int_eq(frame_reader_next(&r, &body, &len), FRAME_MORE);
	frame_reader_release(&r);
}
END_TEST

/* Two frames, split at every byte, come out as they went in. */
START_TEST(pair_split_everywhere)
{
	struct frame_writer	w;
	struct frame_reader	r;
	struct buf		one = BUF_INIT, two = BUF_INIT;
	const char		*body;
	size_t			cut, len;
	int			n;

	buf_addstr(&one, text);
	buf_addstr(&two, "[0,1]");
	frame_writer_init(&w);
	ck_assert_int_eq(frame_writer_push_pair(&w, &one, &two), FRAME_OK);
	for (cut = 0; cut <= w.out.len; cut++) {
		frame_reader_init(&r);
		frame_reader_feed(&r, w.out.data, cut);
		for (n = 0; frame_reader_next(&r, &body, &len) == FRAME_OK;)
			n++;
		ck_assert_int_eq(n, (cut >= FRAME_HEADER + one.len) +
		    (cut == w.out.len));
		frame_reader_feed(&r, w.out.data + cut, w.out.len - cut);
		for (; frame_reader_next(&r, &body, &len) == FRAME_OK; n++)
			if (n == 1)
				ck_assert_int_eq(memcmp(body, two.data,
				    two.len), 0);
		ck_assert_int_eq(n, 2);
		frame_reader_release(&r);
	}
	frame_writer_release(&w);
	buf_release(&one);
	buf_release(&two);
}
END_TEST

/* Row 39: end of file in the header, in the body and between frames. */
START_TEST(ends_differ)
{
	struct frame_reader	r;
	struct buf		b = encode(text, strlen(text));
	const char		*body;
	size_t			 cut, len;
	int			 fds[2];

	for (cut = 0; cut <= b.len; cut++) {
		frame_reader_init(&r);
		ck_assert_int_eq(fd_pipe(fds), 0);
		ck_assert_int_eq(fd_write_all(fds[1], b.data, cut), 0);
		close(fds[1]);
		while (frame_reader_fill(&r, fds[0]) == FRAME_OK)
			continue;
		if (cut == b.len)
			ck_assert_int_eq(frame_reader_next(&r, &body, &len),
			    FRAME_OK);
		ck_assert_int_eq(frame_reader_next(&r, &body, &len),
		    cut == 0 || cut == b.len ? FRAME_EOF : FRAME_TORN);
		close(fds[0]);
		frame_reader_release(&r);
	}
	buf_release(&b);
}
END_TEST

/* Row 51: a peer that closed gives an error, not a signal. */
START_TEST(epipe)
{
	struct frame_writer	w;
	int			fds[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(fd_pipe(fds), 0);
	close(fds[0]);
	frame_writer_init(&w);
	ck_assert_int_eq(frame_writer_push(&w, "x", 1), FRAME_OK);
	ck_assert_int_eq(frame_writer_flush(&w, fds[1]), FRAME_ERROR);
	ck_assert_int_eq(errno, EPIPE);
	close(fds[1]);
	frame_writer_release(&w);
}
END_TEST

/* A full pipe takes a part; the rest follows without a byte lost. */
START_TEST(partial_writes)
{
	struct frame_writer	 w;
	struct frame_reader	 r;
	const char		*body;
	char			*big = malloc(300000);
	size_t			 len, i;
	int			 fds[2];

	for (i = 0; i < 300000; i++)
		big[i] = (char)('a' + i % 26);
	ck_assert_int_eq(fd_pipe(fds), 0);
	fd_nonblock(fds[0], 1);
	fd_nonblock(fds[1], 1);
	frame_writer_init(&w);
	frame_reader_init(&r);
	ck_assert_int_eq(frame_writer_push(&w, big, 300000), FRAME_OK);
	while (frame_writer_flush(&w, fds[1]) == FRAME_MORE)
		while (frame_reader_fill(&r, fds[0]) == FRAME_OK)
			continue;
	while (frame_reader_fill(&r, fds[0]) == FRAME_OK)
		continue;
	ck_assert_int_eq(frame_reader_next(&r, &body, &len), FRAME_OK);
	ck_assert_uint_eq(len, 300000);
	ck_assert_int_eq(memcmp(body, big, len), 0);
	frame_reader_release(&r);
	frame_writer_release(&w);
	close(fds[0]);
	close(fds[1]);
	free(big);
}
END_TEST

static Suite *
frame_suite(void)
{
	Suite	*s = suite_create("frame");
	TCase	*t = tcase_create("frame");

	tcase_add_test(t, split_everywhere);
	tcase_add_test(t, many_in_one_read);
	tcase_add_test(t, lengths);
	tcase_add_test(t, writer_bounds);
	tcase_add_test(t, pairs);
	tcase_add_test(t, limited);
	tcase_add_test(t, pair_split_everywhere);
	tcase_add_test(t, ends_differ);
	tcase_add_test(t, epipe);
	tcase_add_test(t, partial_writes);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(frame_suite)
