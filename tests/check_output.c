/* links: supervisor/?*.c supervisor/mnemoctl/?*.c */
/*
 * What a person types and what a program reads: a word that is nearly right
 * gets the right one for an answer, and -j is one form for all.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/mem.h"
#include "supervisor/mnemoctl/bytes.h"
#include "supervisor/mnemoctl/ctl.h"
#include "supervisor/mnemoctl/options.h"
#include "supervisor/mnemoctl/when.h"
#include "tests/check_main.h"

#define NOW 1783000000
#define DAY 86400

static void
setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
}

START_TEST(json_escapes_all_but_ascii)
{
	json_object	*o = json_object_new_object();
	char		*text;
	size_t		 size;
	FILE		*fp = open_memstream(&text, &size);

	json_set_str(o, "a", "\xc3\xa4 \xf0\x9f\x98\x80 \xff \x7f");
	output_json(fp, o);
	fclose(fp);
	ck_assert_str_eq(text, "{\"a\":\"\\u00e4 \\ud83d\\ude00 \\ufffd "
	    "\\u007f\"}\n");
	free(text);
	json_object_put(o);
}
END_TEST

/*
 * In a document a time is a number, whose reader would have to know that it
 * is one; in what is printed it says so, by the name alone.
 */
START_TEST(json_times_are_rfc3339)
{
	json_object	*o = json_object_new_object();
	json_object	*rule = ctl_push(ctl_set_array(o, "rules"));
	char		*text;
	size_t		 size;
	FILE		*fp = open_memstream(&text, &size);

	json_set_int(o, "now", 1783000000);
	json_set_int(rule, "retry_at", 0);
	json_set_int(rule, "missing_since", 86400);
	json_set_str(rule, "until", "for ever");
	json_set_int(rule, "count", 86400);
	json_set_int(rule, "repeat", 86400);
	ctl_set_time(rule, "when", 0);
	output_json(fp, o);
	fclose(fp);
	ck_assert_str_eq(text, "{\"rules\":[{"
	    "\"retry_at\":\"1970-01-01T00:00:00Z\","
	    "\"missing_since\":\"1970-01-02T00:00:00Z\","
	    "\"until\":\"for ever\",\"count\":86400,\"repeat\":86400,"
	    "\"when\":null}],\"now\":\"2026-07-02T13:46:40Z\"}\n");
	/* The document itself stays as it is. */
	ck_assert_int_eq(json_int(o, "now", 0), 1783000000);
	free(text);
	json_object_put(o);
}
END_TEST

START_TEST(sizes_in_words)
{
	static const struct {
		int64_t		 bytes;
		const char	*text;
	} rows[] = {
		{ 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" },
		{ 9999, "9.9 kB" }, { 10000, "10 kB" }, { 999999, "999 kB" },
		{ 1000000, "1.0 MB" }, { 123456789, "123 MB" },
		{ 5500000000, "5.5 GB" }, { INT64_MAX, "9223 PB" }
	};
	char	 buf[BYTES_TEXT];
	size_t	 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(bytes_text(buf, rows[i].bytes),
		    rows[i].text);
}
END_TEST

START_TEST(times_in_words)
{
	static const struct {
		int64_t		 when;
		const char	*text;
	} rows[] = {
		{ 0, "-" }, { NOW, "now" }, { NOW + 1, "in 1 second" },
		{ NOW + 119, "in 119 seconds" }, { NOW + 120, "in 2 minutes" },
		{ NOW - 7200, "2 hours ago" }, { NOW + 2 * DAY, "in 2 days" },
		{ NOW - 731 * DAY, "2 years ago" }, { 1, "56 years ago" }
	};
	char	 buf[TIME_TEXT];
	size_t	 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(time_text(buf, rows[i].when, NOW),
		    rows[i].text);
}
END_TEST

START_TEST(command_line)
{
	static const struct ctl_command	 c[] = {
		{ .name = "status", .text = "" },
		{ .name = "jobs", .text = "" },
		{ .name = "why", .argument = "ID", .text = "" },
		{ .name = "forget", .argument = "ID", .text = "" },
		{ .name = "usage", .text = "" }, { .name = NULL }
	};
	static const struct {
		const char	*argv[6];
		const char	*why;	/* NULL: accepted */
	} rows[] = {
		{ { "m", "status", "-j" }, NULL },
		{ { "m", "-s", "/s", "-o", "a=b", "jobs" }, NULL },
		{ { "m", "why", "x" }, NULL }, { { "m", "-h" }, NULL },
		{ { "m" }, "expected a command" },
		{ { "m", "jbos" }, "jbos: no such command; the nearest is "
		    "jobs" },
		{ { "m", "stat" }, "the nearest is status" },
		{ { "m", "why" }, "why: expected its argument" },
		{ { "m", "why", "" }, "its argument is empty" },
		{ { "m", "jobs", "x" }, "jobs: too many arguments" },
		{ { "m", "-q" }, "-q: no such option" },
		{ { "m", "--nope" }, "--nope: no such option" },
		{ { "m", "-s" }, "--state: expected its argument" },
		{ { "m", "-s", "", "jobs" }, "--state: its argument is "
		    "empty" },
		{ { "m", "--jsno", "jobs" }, "the nearest is --json" },
		{ { "m", "jobs", "-n" }, "jobs: takes no --dry-run" },
		{ { "m", "-n", "forget", "x" }, NULL },
		{ { "m", "forget", "x", "-n" }, NULL },
		{ { "m", "-n", "jobs" }, "jobs: takes no --dry-run" },
		{ { "m", "usage", "--by", "day", "-j" }, NULL },
		{ { "m", "usage", "--days" }, "--days: expected its" },
		{ { "m", "usage", "--days", "0" }, "--days: 0 is no number" },
		{ { "m", "jobs", "--days", "2" }, "jobs: takes no --days" }
	};
	struct ctl_options	 o;
	char			*argv[7];
	size_t			 i, n;
	int			 rc;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (n = 0; n < 6 && rows[i].argv[n] != NULL; n++)
			argv[n] = xstrdup(rows[i].argv[n]);
		argv[n] = NULL;
		rc = ctl_options_parse(&o, c, argv);
		ck_assert_int_eq(rc, rows[i].why == NULL ? 0 : -1);
		if (rc == -1)
			ck_assert_msg(strstr(o.why, rows[i].why) != NULL,
			    "row %zu: %s", i, o.why);
		ctl_options_release(&o);
		while (n > 0)
			free(argv[--n]);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("output");
	TCase	*tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, json_escapes_all_but_ascii);
	tcase_add_test(tc, json_times_are_rfc3339);
	tcase_add_test(tc, sizes_in_words);
	tcase_add_test(tc, times_in_words);
	tcase_add_test(tc, command_line);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
