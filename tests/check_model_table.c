/* links: supervisor/model_table.c */
/*
 * Extractions failed for good because a window was taken for larger than it
 * is, and others cut more than they had to.
 */
#include "check_main.h"
#include <stdio.h>
#include <string.h>
#include "supervisor/model_table.h"

START_TEST(known)
{
	const struct model_info	*m = model_table_find("gpt-5.4-mini");

	ck_assert_int_eq(m->context_window, 272000);
	ck_assert_int_eq(m->effective_percent, 95);
	ck_assert_int_eq(m->reasoning, 1);
	ck_assert_str_eq(m->verbosity, "medium");
	ck_assert_str_eq(m->prefix, "gpt-5");
	/* The text of a rollout that the re-implemented system sends. */
	ck_assert_int_eq(model_text_bytes(m->context_window,
	    m->effective_percent), 723520);
}
END_TEST

START_TEST(guessed)
{
	const struct model_info	*m = model_table_find("qwen3:4b");

	ck_assert_str_eq(m->prefix, "");
	ck_assert_ptr_eq(model_table_find(""), m);
	ck_assert_int_eq(m->context_window, 32768);
	ck_assert_int_eq(m->reasoning, 0);
	ck_assert_ptr_null(m->verbosity);
}
END_TEST

/* The row that says most about a name is the one that counts. */
START_TEST(longest_prefix)
{
	const struct model_info	*m;
	unsigned		 i;

	for (i = 0; (m = model_table_row(i)) != NULL; i++) {
		ck_assert_ptr_eq(model_table_find(m->prefix), m);
		ck_assert_int_gt(m->context_window, 0);
		ck_assert_int_gt(m->effective_percent, 0);
		ck_assert_int_le(m->effective_percent, 100);
	}
	ck_assert_uint_gt(i, 3);
	ck_assert_str_eq(model_table_find("gpt-oss:20b")->prefix, "gpt-oss");
}
END_TEST

START_TEST(text_bytes)
{
	ck_assert_int_eq(model_text_bytes(100, 100), 280);
	ck_assert_int_eq(model_text_bytes(0, 95), 0);
	ck_assert_int_gt(model_text_bytes(INT64_C(100000000), 100), 0);
}
END_TEST

/* mnemod.conf(5) says the same. */
START_TEST(manual)
{
	const struct model_info	*m;
	char			 row[256], page[128 * 1024];
	FILE			*fp = fopen("man/mnemod.conf.5", "re");
	unsigned		 i;
	size_t			 n;

	ck_assert_ptr_nonnull(fp);
	n = fread(page, 1, sizeof(page) - 1, fp);
	page[n] = '\0';
	fclose(fp);
	for (i = 0; (m = model_table_row(i)) != NULL; i++) {
		snprintf(row, sizeof(row), "\n.It %s Ta %lld Ta %lld Ta %s Ta "
		    "%s\n", m->prefix, (long long)m->context_window,
		    (long long)m->effective_percent,
		    m->reasoning ? "yes" : "no",
		    m->verbosity == NULL ? "none" : m->verbosity);
		ck_assert_msg(strstr(page, row) != NULL, "%s", row);
	}
}
END_TEST

static Suite *
model_table_suite(void)
{
	Suite	*s = suite_create("model_table");
	TCase	*t = tcase_create("model_table");

	tcase_add_test(t, known);
	tcase_add_test(t, guessed);
	tcase_add_test(t, longest_prefix);
	tcase_add_test(t, text_bytes);
	tcase_add_test(t, manual);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(model_table_suite)
