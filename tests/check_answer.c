/* links: supervisor/?*.c supervisor/mnemoctl/?*.c */
/*
 * After an upgrade mnemoctl(1) is new and the supervisor that runs is not, or
 * the other way round: a member that was missing from an answer was the end
 * of the client.  Whatever lacks, something is shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/log.h"
#include "supervisor/mnemoctl/options.h"
#include "supervisor/mnemoctl/remote_int.h"
#include "supervisor/mnemoctl/when.h"
#include "tests/log_sink.h"

typedef void show_fn(json_object *, const struct output *);

static show_fn *const shows[] = { published_show, audit_show, diff_show,
    disable_show, discarded_show, enable_show, extract_show, forget_show,
    history_show, log_show, metrics_show, pause_show, release_show,
    reload_show, noted_show, retry_show, review_show, run_show, stop_show };

static struct ctl_options	options;
static struct ctl		ctl = { .opt = &options };
static struct remote		remote;

static void
setup(void)
{
	log_set_sink(log_quiet, NULL);
	remote = (struct remote){ .ctl = &ctl };
	remote.doc = json_object_new_object();
}

static void
teardown(void)
{
	json_object_put(remote.doc);
}

/* These frames come; what remote_read() says. */
static int
hear(const char *const *frames, size_t n)
{
	struct frame_writer	w;
	size_t			i;
	int			fd = memfd_create("answer", MFD_CLOEXEC), r;

	ck_assert_int_ne(fd, -1);
	frame_writer_init(&w);
	for (i = 0; i < n; i++)
		ck_assert_int_eq(frame_writer_push(&w, frames[i],
		    strlen(frames[i])), FRAME_OK);
	ck_assert_int_eq(fd_write_all(fd, w.out.data, w.out.len), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	frame_writer_release(&w);
	remote.answered = 0;
	r = remote_read(&remote, fd);
	close(fd);
	return r;
}

static int
hear_one(const char *frame)
{
	return hear(&frame, 1);
}

/* What a person sees of it, to be freed. */
static char *
shown(show_fn *show)
{
	struct output	 out = { .now = 1000 };
	char		*text = NULL;
	size_t		 len;

	out.fp = open_memstream(&text, &len);
	ck_assert_ptr_nonnull(out.fp);
	show(remote.doc, &out);
	fclose(out.fp);
	return text;
}

START_TEST(a_result_may_lack_everything)
{
	char	*text;

	ck_assert_int_eq(hear_one("{\"result\":{}}"), 0);
	text = shown(shows[_i]);
	ck_assert_msg(strstr(text, "(null)") == NULL, "%s", text);
	free(text);
}
END_TEST

/* Lists whose elements lack everything, or are none. */
START_TEST(so_may_its_lists)
{
	static const char *const	lists[] = { "weeks", "conflicts",
	    "commits", "threads", "memories", "purged", "out_of_reach",
	    "retried", "disabled", "at_work", "records", "metrics", "lost" };
	struct buf			 b = BUF_INIT;
	char				*text;
	size_t				 i;

	buf_addstr(&b, "{\"result\":{\"paused_since\":1");
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		buf_addf(&b, ",\"%s\":[{},null,7,\"\\u001b[2J\"]", lists[i]);
	buf_addstr(&b, "}}");
	ck_assert_int_eq(hear_one(b.data), 0);
	buf_release(&b);
	text = shown(shows[_i]);
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_msg(strstr(text, "(null)") == NULL, "%s", text);
	free(text);
}
END_TEST

START_TEST(a_status_is_one_of_ours)
{
	static const char *const	verdicts[] = {
	    "{\"result\":{\"exit_status\":256}}",
	    "{\"result\":{\"exit_status\":-1}}" };
	static const char *const	errors[] = {
	    "{\"error\":{\"status\":4294967304}}", "{\"error\":{}}",
	    "{\"error\":{\"status\":0}}" };
	size_t				i;

	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(hear_one(verdicts[i]), 0);
		ck_assert_int_eq(ctl.verdict, CTL_NOT_FOUND);
	}
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(hear_one(errors[i]), 0);
		ck_assert_int_eq(remote.exit, CTL_NOT_FOUND);
	}
	ck_assert_int_eq(hear_one("{\"error\":{\"status\":8}}"), 0);
	ck_assert_int_eq(remote.exit, CTL_WAITING);
}
END_TEST

/* Frames without sense are passed over, up to the last or the end. */
START_TEST(an_answer_has_an_end)
{
	static const char *const	frames[] = { "{}", "garbage", "[1]",
	    "{\"progress\":7}", "{\"result\":{\"changed\":3}}", "{}" };

	ck_assert_int_eq(hear(frames, 4), -1);
	ck_assert(!remote.answered);
	ck_assert_int_eq(hear(frames, 6), 0);
	ck_assert_int_eq(json_int(remote.doc, "changed", 0), 3);
}
END_TEST

START_TEST(numbers_may_be_any)
{
	char	text[TIME_TEXT];

	ck_assert_int_eq(hear_one("{\"result\":{\"metrics\":[{\"kind\":"
	    "\"histogram\",\"count\":-1,\"sum\":-9223372036854775808}]}}"), 0);
	free(shown(metrics_show));
	ck_assert_ptr_nonnull(strstr(time_text(text, INT64_MIN, INT64_MAX),
	    "years ago"));
	ck_assert_ptr_nonnull(strstr(time_text(text, INT64_MAX, -1), "in "));
}
END_TEST

static Suite *
answer_suite(void)
{
	Suite	*s = suite_create("answer");
	TCase	*tc = tcase_create("core");
	int	 n = (int)(sizeof(shows) / sizeof(shows[0]));

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_result_may_lack_everything, 0, n);
	tcase_add_loop_test(tc, so_may_its_lists, 0, n);
	tcase_add_test(tc, a_status_is_one_of_ours);
	tcase_add_test(tc, an_answer_has_an_end);
	tcase_add_test(tc, numbers_may_be_any);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(answer_suite)
