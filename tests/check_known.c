/* links: worker/extract/known.c worker/extract/past.c worker/extract/survey.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/meta.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c worker/extract/citation.c */
/*
 * A home of a hundred thousand rollouts made the extract worker 40 MiB
 * large, path by path.  What it keeps of each is a digest, and the answers
 * must be those that the paths would give.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "worker/extract/known.h"
#include "worker/extract/past.h"

#define MANY	100000
#define ALL	((1u << SOURCE_SESSIONS) | (1u << SOURCE_ARCHIVED))

static const char *
path_of(unsigned n)
{
	static char	path[64];

	snprintf(path, sizeof(path), "/src/sessions/rollout-%u.jsonl", n);
	return path;
}

static struct known_stat
stat_of(unsigned n)
{
	struct known_stat	st = { 1, n, 100 + n % 7, 1000 + n };

	return st;
}

static void
put(struct known *k, unsigned n, enum source_part part)
{
	struct known_stat	st = stat_of(n);

	known_put(k, path_of(n), part, &st);
}

static enum known_file
meet(struct known *k, unsigned n, unsigned as)
{
	struct known_stat	st = stat_of(as);

	return known_meet(k, path_of(n), &st);
}

START_TEST(test_each_of_many_is_found)
{
	struct known	*k = known_new();
	unsigned	 n;

	for (n = 0; n < MANY; n++)
		put(k, n, SOURCE_SESSIONS);
	known_begin(k);
	ck_assert_uint_eq(known_unmet(k, ALL), MANY);
	for (n = 0; n < MANY; n += 2)
		ck_assert_int_eq(meet(k, n, n), KNOWN_SAME);
	ck_assert_uint_eq(known_unmet(k, ALL), MANY / 2);
	ck_assert_int_eq(meet(k, 1, 3), KNOWN_CHANGED);
	ck_assert_int_eq(meet(k, MANY, MANY), KNOWN_NEW);
	ck_assert_uint_eq(known_unmet(k, ALL), MANY / 2 - 1);
	known_reset(k);
	ck_assert_int_eq(meet(k, 2, 2), KNOWN_NEW);
	known_free(k);
}
END_TEST

START_TEST(test_gone_is_forgotten)
{
	struct known	*k = known_new();
	unsigned	 n;

	for (n = 0; n < 4; n++)
		put(k, n, n < 2 ? SOURCE_SESSIONS : SOURCE_ARCHIVED);
	put(k, 4, SOURCE_PART__MAX);
	known_begin(k);
	ck_assert_int_eq(meet(k, 0, 0), KNOWN_SAME);
	/* What could not be looked at is not gone. */
	ck_assert_uint_eq(known_unmet(k, 1u << SOURCE_SESSIONS), 1);
	ck_assert_int_eq(known_gone(k, path_of(0), ALL), 0);
	ck_assert_int_eq(known_gone(k, path_of(2), 1u << SOURCE_SESSIONS), 0);
	ck_assert_int_eq(known_gone(k, path_of(4), ALL), 0);
	ck_assert_int_eq(known_gone(k, path_of(1), ALL), 1);
	ck_assert_int_eq(known_gone(k, path_of(1), ALL), 0);
	ck_assert_uint_eq(known_unmet(k, ALL), 2);
	ck_assert_int_eq(meet(k, 1, 1), KNOWN_NEW);
	put(k, 1, SOURCE_ARCHIVED);
	ck_assert_int_eq(meet(k, 1, 1), KNOWN_SAME);
	known_free(k);
}
END_TEST

START_TEST(test_what_must_be_read_again_is_never_the_same)
{
	struct known	*k = known_new();

	known_put(k, path_of(1), SOURCE_SESSIONS, NULL);
	ck_assert_int_eq(meet(k, 1, 1), KNOWN_CHANGED);
	put(k, 1, SOURCE_SESSIONS);
	ck_assert_int_eq(meet(k, 1, 1), KNOWN_SAME);
	known_free(k);
}
END_TEST

static int
kept(struct pasts *p, unsigned n)
{
	struct survey	v;
	int		metas;

	pasts_take(p, path_of(n), &v);
	metas = v.metas;
	survey_clear(&v);
	return metas;
}

/* A whole home restored with new times must not be kept in memory. */
START_TEST(test_few_pasts_are_kept)
{
	struct pasts	 p;
	struct survey	 v;
	unsigned	 n;

	pasts_init(&p);
	for (n = 0; n < PASTS_MAX + 2; n++) {
		survey_init(&v);
		v.metas = (int)n + 1;
		pasts_keep(&p, path_of(n), n, &v);
		ck_assert_int_eq(v.metas, 0);
	}
	ck_assert_int_eq(kept(&p, 0), 0);
	ck_assert_int_eq(kept(&p, 1), 0);
	ck_assert_int_eq(kept(&p, 2), 3);
	ck_assert_int_eq(kept(&p, 2), 0);
	pasts_expire(&p, 10);
	ck_assert_int_eq(kept(&p, 9), 0);
	ck_assert_int_eq(kept(&p, 10), 11);
	pasts_clear(&p);
	ck_assert_uint_eq(p.n, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("known");
	TCase	*tc = tcase_create("known");

	tcase_add_test(tc, test_each_of_many_is_found);
	tcase_add_test(tc, test_gone_is_forgotten);
	tcase_add_test(tc, test_what_must_be_read_again_is_never_the_same);
	tcase_add_test(tc, test_few_pasts_are_kept);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
