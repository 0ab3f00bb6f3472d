/* links: */
/*
 * A rollout summary's name is found again by other programs, so it must be
 * made exactly as Codex CLI makes it.  The values were met in real folders.
 */
#include <string.h>

#include "check_main.h"
#include "worker/stem.h"

static void
expect(const char *id, const char *slug, const char *stem)
{
	char out[STEM_SIZE];

	stem_make(out, id, 0, slug);
	ck_assert_str_eq(out, stem);
	ck_assert(stem_valid(out));
}

START_TEST(known_values)
{
	expect("0194f5a6-89ab-7cde-8123-456789abcdef", NULL,
	    "2025-02-11T15-35-19-jqmb");
	expect("019f0366-4780-7b21-a9b4-c309436efcc5", NULL,
	    "2026-06-26T10-07-42-z14x");
	expect("019f1d22-a3ef-7710-830f-87fa8a26a443", NULL,
	    "2026-07-01T10-03-57-RcB5");
	expect("019fcb94-3f2d-7492-80ca-40742d942aa3", NULL,
	    "2026-08-04T07-01-58-Kxur");
}
END_TEST

START_TEST(slug_is_cleaned)
{
	expect("0194f5a6-89ab-7cde-8123-456789abcdef",
	    "Unsafe Slug/With Spaces & Symbols + EXTRA_LONG_12345_67890_"
	    "ABCDE_fghij_klmno",
	    "2025-02-11T15-35-19-jqmb-unsafe_slug_with_spaces___symbols___"
	    "extra_long_12345_67890_a");
	expect("0194f5a6-89ab-7cde-8123-456789abcdef", "../../etc",
	    "2025-02-11T15-35-19-jqmb-______etc");
	expect("0194f5a6-89ab-7cde-8123-456789abcdef", "???",
	    "2025-02-11T15-35-19-jqmb");
}
END_TEST

/* A character is one '_' whatever its bytes: the cut counts characters. */
START_TEST(slug_counts_characters)
{
	expect("0194f5a6-89ab-7cde-8123-456789abcdef", "日本 x",
	    "2025-02-11T15-35-19-jqmb-___x");
}
END_TEST

START_TEST(no_uuid_takes_the_time_of_the_row)
{
	char out[STEM_SIZE];

	stem_make(out, "thread-a", 1750000000, "x");
	ck_assert_msg(strncmp(out, "2025-06-15T15-06-40-", 20) == 0, "%s",
	    out);
}
END_TEST

/* Found by fuzz_ids: a year before the first began the name with a "-". */
START_TEST(years_of_four_digits)
{
	static const int64_t	times[] = { -62167219260, -62135596801,
	    253402300800, INT64_MIN, INT64_MAX };
	char			out[STEM_SIZE];
	size_t			i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		stem_make(out, "thread-a", times[i], "x");
		ck_assert_msg(strncmp(out, "1970-01-01T00-00-00-", 20) == 0,
		    "%s", out);
	}
	stem_make(out, "ffffffff-ffff-7000-8000-000000000000", 0, "x");
	ck_assert(stem_valid(out));
	ck_assert_int_eq(out[4], '-');
}
END_TEST

START_TEST(names_that_are_no_stems)
{
	ck_assert(!stem_valid(""));
	ck_assert(!stem_valid("../x"));
	ck_assert(!stem_valid("a.md"));
	ck_assert(!stem_valid("-x"));
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("stem");
	TCase *t = tcase_create("stem");

	tcase_add_test(t, known_values);
	tcase_add_test(t, slug_is_cleaned);
	tcase_add_test(t, slug_counts_characters);
	tcase_add_test(t, no_uuid_takes_the_time_of_the_row);
	tcase_add_test(t, years_of_four_digits);
	tcase_add_test(t, names_that_are_no_stems);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
