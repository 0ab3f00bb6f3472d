/* links: supervisor/progress.c */

/*
 * A progress line that log records run into is unreadable, and one in a log
 * file is noise: on a terminal one line is rewritten and records stand above
 * it; elsewhere there is a log line per stage.
 */

#include <string.h>
#include <unistd.h>
#include "check_main.h"
#include "common/fd.h"
#include "supervisor/progress.h"
#include "tests/log_sink.h"
#include "tests/terminal.h"

static struct log_kept	kept;

static void
pass(struct progress *p)
{
	struct progress_state	s = { .stage = "stage one", .total = 9 };

	for (s.done = 0; s.done < 9; s.done++) {
		s.object = "/r/\033[2J";
		progress_show(p, &s);
	}
	s.stage = "stage two";
	s.total = s.done = 0;
	s.failed = 1;
	s.object = "codex";
	progress_show(p, &s);
}

START_TEST(test_plain)
{
	struct progress	p;
	int		fds[2];

	ck_assert_int_eq(fd_pipe(fds), 0);
	log_set_sink(log_keep, &kept);
	progress_init(&p, fds[1]);
	pass(&p);
	progress_end(&p);
	log_info("after");
	ck_assert_str_eq(kept.text, "stage one 0 of 9 /r/\\x1b[2J\n"
	    "stage two, 1 failed codex\nafter\n");
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(test_terminal)
{
	struct progress	p;
	char		text[4096];
	size_t		len = 0;
	ssize_t		n;
	int		pt, tty = terminal_open(&pt);

	progress_init(&p, tty);
	pass(&p);
	log_warnx("rollout x: empty");
	progress_end(&p);
	progress_end(&p);
	/* A terminal hands its output on in pieces; EIO ends it. */
	close(tty);
	while (len < sizeof(text) - 1 && (n = read(pt, text + len,
	    sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	ck_assert_uint_gt(len, 4);
	text[len] = '\0';
	ck_assert_ptr_nonnull(strstr(text,
	    "\r\033[Kstage one 0 of 9 /r/\\x1b[2J"));
	ck_assert_ptr_nonnull(strstr(text, "\r\033[Kstage two, 1 failed "
	    "codex\r\033[Kmnemod: warning: rollout x: empty\r\n"
	    "\r\033[Kstage two, 1 failed codex\r\033[K"));
	ck_assert_str_eq(text + len - 4, "\r\033[K");
	close(pt);
}
END_TEST

static Suite *
progress_suite(void)
{
	Suite	*s = suite_create("progress");
	TCase	*tc = tcase_create("progress");

	tcase_add_test(tc, test_plain);
	tcase_add_test(tc, test_terminal);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(progress_suite)
