/* links: supervisor/mnemoctl/ids.c supervisor/mnemoctl/output.c supervisor/mnemoctl/table.c supervisor/mnemoctl/when.c */
/*
 * A listing is read in a hurry: columns that do not line up, a title that
 * takes the whole line so that the status is off the screen, one that moves
 * the cursor.  On a terminal it fits; in a pipe nothing is missing.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "supervisor/mnemoctl/ids.h"
#include "supervisor/mnemoctl/table.h"
#include "tests/check_main.h"

#define NOW 1783000000

static const struct table_column columns[] = {
	{ "KEY", TABLE_WORD }, { "TITLE", TABLE_TEXT },
	{ "N", TABLE_NUMBER }, { "ERROR", TABLE_TEXT }, { NULL, TABLE_WORD }
};

static char		*text;
static size_t		 size;
static struct output	 out;

static struct table *
begin(int width)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	free(text);
	output_init(&out, open_memstream(&text, &size), NOW);
	out.width = width;
	return table_new(&out, columns);
}

static void
row(struct table *t, const char *title, int64_t n, const char *error)
{
	table_add(t, STYLE_PLAIN, "key");
	table_add(t, STYLE_PLAIN, title);
	table_number(t, n);
	table_add(t, STYLE_BAD, error);
}

static const char *
end(struct table *t)
{
	table_print(t);
	fclose(out.fp);
	return text;
}

START_TEST(columns_line_up)
{
	struct table	*t = begin(0);

	row(t, "short", 7, NULL);
	row(t, "a longer one", 1234, "it broke");
	ck_assert_str_eq(end(t),
	    "KEY  TITLE            N  ERROR\n"
	    "key  short            7  -\n"
	    "key  a longer one  1234  it broke\n");
}
END_TEST

/* Two columns each, as a terminal shows them; accents take none. */
START_TEST(wide_characters_count_twice)
{
	struct table	*t = begin(0);

	row(t, "\xe8\xa8\x98\xe6\x86\xb6", 1, "x");
	row(t, "e\xcc\x81t\xc3\xa9", 1, "x");
	ck_assert_str_eq(end(t),
	    "KEY  TITLE  N  ERROR\n"
	    "key  \xe8\xa8\x98\xe6\x86\xb6   1  x\n"
	    "key  e\xcc\x81t\xc3\xa9    1  x\n");
	/* Half of a wide one is not shown. */
	t = begin(33);
	row(t, "\xe8\xa8\x98\xe6\x86\xb6\xe8\xa8\x98\xe6\x86\xb6\xe8\xa8\x98"
	    "\xe6\x86\xb6\xe8\xa8\x98\xe6\x86\xb6", 1, "1234567890123456");
	end(t);
	ck_assert_ptr_nonnull(strstr(text, "key  \xe8\xa8\x98\xe6\x86\xb6"
	    "\xe8\xa8\x98\xe6\x86\xb6\xe8\xa8\x98\xe2\x80\xa6"));
}
END_TEST

static void
check_width(const char *all, size_t width)
{
	char	*copy = xstrdup(all), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		ck_assert_msg(output_columns(line) <= width, "%zu: %s",
		    width, line);
	free(copy);
}

/* Texts give way, the longest first; a number stays whole. */
START_TEST(cut_to_the_terminal)
{
	struct table	*t;
	int		 width;

	for (width = 1; width < 100; width++) {
		t = begin(width);
		row(t, "a title that somebody made too long, and went on", 5,
		    "the disk is full, and the moon is too");
		row(t, "\xe8\xa8\x98\xe6\x86\xb6\xe8\xa8\x98", 1234567, "x");
		check_width(end(t), (size_t)width);
		ck_assert(width < 40 || strstr(text, "1234567") != NULL);
		ck_assert(width < 40 || strstr(text, "the disk") != NULL);
	}
}
END_TEST

/* The status of one row is not pushed off by the megabyte of another. */
START_TEST(a_megabyte_is_cut_on_a_terminal_only)
{
	char		*big = malloc(1048577);
	struct table	*t;

	memset(big, 'x', 1048576);
	big[1048576] = '\0';
	t = begin(80);
	row(t, big, 5, big);
	row(t, "y", 6, "z");
	check_width(end(t), 80);
	ck_assert_uint_lt(size, 400);
	t = begin(0);
	row(t, big, 5, "after");
	row(t, "y", 6, "z");
	ck_assert_ptr_nonnull(strstr(end(t), "xx  5  after\n"));
	ck_assert_uint_gt(size, 1048576);
	ck_assert_uint_lt(size, 1048576 + 2048);
	free(big);
}
END_TEST

START_TEST(nothing_hostile_is_printed)
{
	static const char *const bad[] = { "\033[2J", "\a", "\x9b", "\xc2\x9b",
	    "\r", "\n", "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
	    "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7",
	    "\xe2\x81\xa8", "\xe2\x81\xa9", "\xe2\x80\x8b", "\xe2\x80\x8d",
	    "\xef\xbb\xbf", "\xe2\x80\xa8", "\xff", "\xc3" };
	struct table	*t;
	size_t		 i;
	int		 width;

	for (width = 0; width <= 60; width += 60)
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			t = begin(width);
			row(t, bad[i], 1, bad[i]);
			end(t);
			/* Two lines, and the only line feeds are ours. */
			ck_assert_ptr_eq(strchr(strchr(text, '\n') + 1, '\n'),
			    text + size - 1);
			ck_assert(strcmp(bad[i], "\n") == 0 ||
			    strstr(text, bad[i]) == NULL);
			ck_assert_ptr_nonnull(strchr(text, '\\'));
		}
}
END_TEST

START_TEST(colour_ends_with_its_cell)
{
	struct table	*t = begin(30);

	out.colour = 1;
	row(t, "t", 1, "an error that is much too long for this");
	ck_assert_str_eq(end(t),
	    "\033[1mKEY\033[0m  \033[1mTITLE\033[0m  \033[1mN\033[0m  "
	    "\033[1mERROR\033[0m\n"
	    "key  t      1  \033[31man error that \xe2\x80\xa6\033[0m\n");
}
END_TEST

START_TEST(ids_are_as_long_as_it_takes)
{
	struct ids	ids = IDS_INIT;

	ck_assert_int_eq(ids_length(&ids), 8);
	ids_add(&ids, "0198a000-0000-7000-8000-000000000001");
	ck_assert_int_eq(ids_length(&ids), 8);
	ids_add(&ids, "0198a000-0000-7000-8000-000000000001");
	ids_add(&ids, "0298a000-0000-7000-8000-000000000001");
	ids_add(&ids, "0198a000-0001-7000-8000-000000000001");
	ck_assert_int_eq(ids_length(&ids), 13);
	ck_assert_ptr_null(ids.list);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("table");
	TCase	*tc = tcase_create("all");

	tcase_add_test(tc, columns_line_up);
	tcase_add_test(tc, wide_characters_count_twice);
	tcase_add_test(tc, cut_to_the_terminal);
	tcase_add_test(tc, a_megabyte_is_cut_on_a_terminal_only);
	tcase_add_test(tc, nothing_hostile_is_printed);
	tcase_add_test(tc, colour_ends_with_its_cell);
	tcase_add_test(tc, ids_are_as_long_as_it_takes);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
