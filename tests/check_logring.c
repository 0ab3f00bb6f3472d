/* links: supervisor/logring.c */
/*
 * The log goes to standard error, and where that went nobody knew: the last
 * records are kept in memory, however long mnemod runs and whatever a worker
 * says a thousand times a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "supervisor/logring.h"
#include "tests/check_main.h"

struct seen {
	size_t	n, bytes;
	int64_t	first, last;
	char	text[64];
};

static int
see(const struct logring_record *r, void *arg)
{
	struct seen	*s = arg;

	if (s->n++ == 0)
		s->first = r->seq;
	else
		ck_assert_int_eq(r->seq, s->last + 1);
	s->last = r->seq;
	s->bytes += strlen(r->line);
	snprintf(s->text, sizeof(s->text), "%d:%s", (int)r->level, r->line);
	return 0;
}

START_TEST(keeps_what_was_said)
{
	struct logring	*r = logring_new();
	struct seen	 s = { 0 };

	logring_each(r, 0, see, &s);
	ck_assert_uint_eq(s.n, 0);
	ck_assert_int_eq(logring_next(r), 1);
	log_set_tap(logring_add, r);
	log_warnx("a %s\n", "line");
	log_debug("not asked for");
	log_set_tap(NULL, NULL);
	log_warnx("not heard");
	logring_each(r, 0, see, &s);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_str_eq(s.text, "1:a line\\x0a");
	s.n = 0;
	logring_each(r, logring_next(r), see, &s);
	ck_assert_uint_eq(s.n, 0);
	logring_free(r);
	logring_free(NULL);
}
END_TEST

START_TEST(holds_so_many_bytes)
{
	struct logring	*r = logring_new();
	struct seen	 s = { 0 };
	char		 line[2000], *huge = calloc(1, LOGRING_BYTES + 1);
	int		 i;

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	for (i = 0; i < 10000; i++)
		logring_add(LOG_LEVEL_INFO, i % 3 == 0 ? "short" : line, r);
	logring_each(r, 0, see, &s);
	ck_assert_int_eq(s.last, 10000);
	ck_assert_uint_le(s.bytes, LOGRING_BYTES);
	ck_assert_uint_gt(s.bytes, LOGRING_BYTES / 2);
	/* What is larger than all of it drops nothing. */
	memset(huge, 'x', LOGRING_BYTES);
	logring_add(LOG_LEVEL_INFO, huge, r);
	s.n = 0;
	logring_each(r, 9999, see, &s);
	ck_assert_uint_eq(s.n, 2);
	free(huge);
	logring_free(r);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("logring");
	TCase	*tc = tcase_create("all");

	tcase_add_test(tc, keeps_what_was_said);
	tcase_add_test(tc, holds_so_many_bytes);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
