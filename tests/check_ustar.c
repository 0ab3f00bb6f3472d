/* links: tests/ustar_scene.c tests/scratch.c supervisor/mnemoctl/untar.c */
/*
 * A backup may come from anybody.  What a reader takes for a name, a size or
 * a type that is none puts a file where it does not belong.
 */
#include <sys/stat.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/ustar_scene.h"

/* What is no number ends with "impossible". */
static const struct {
	const char	*size;		/* of "text", twelve bytes at most */
	size_t		 len;
	const char	*reason;
} sizes[] = {
	{ "00000000004", 12, NULL },
	{ "000000000004", 12, NULL },	/* not terminated */
	{ "4", 1, NULL },
	{ "4 \0 ", 4, NULL },
	{ "00000000004 ", 12, NULL },
	{ "", 0, "impossible" },
	{ " ", 1, "impossible" },
	{ "          4 ", 12, "impossible" },	/* before POSIX */
	{ "-0000000004", 12, "impossible" },
	{ "+4", 2, "impossible" },
	{ "0x4", 3, "impossible" },
	{ "8", 1, "impossible" },
	{ "48", 2, "impossible" },
	{ "4\0" "1", 3, "impossible" },
	{ "4 1", 3, "impossible" },
	{ "4\n", 2, "impossible" },
	{ "\0" "4", 2, "impossible" },
	{ "\200\0\0\0\0\0\0\0\0\0\0\4", 12, "impossible" },	/* GNU */
	{ "\377\377\377\377\377\377\377\377\377\377\377\374", 12,
	    "impossible" }
};

START_TEST(a_size_is_octal_and_nothing_else)
{
	size_t	 at = header('0', "a", "");

	put(at, SIZE, sizes[_i].size, sizes[_i].len);
	contents("text", 4);
	ends_with(sizes[_i].reason);
	if (sizes[_i].reason == NULL)
		has_text("a", "text");
	else
		ck_assert(!is_there("a"));
}
END_TEST

/* 64 GiB less one byte, the most that there is room for. */
START_TEST(a_size_beyond_the_archive_is_a_truncated_member)
{
	size_t	 at = header('0', "a", "");

	put(at, SIZE, "777777777777", 12);
	contents("text", 4);
	ends_with("a: the archive ends too early");
	verdict = UNTAR_SKIP;
	put(header('0', "b", ""), SIZE, "777777777777", 12);
	ends_with("b: the archive ends too early");
}
END_TEST

START_TEST(a_folder_has_no_size)
{
	header('5', "agents", "1");
	ends_with("impossible");
	ck_assert(!is_there("agents"));
}
END_TEST

static const struct {
	char		 type;
	const char	*name;
	const char	*reason;	/* NULL: it is fine */
} names[] = {
	{ '0', "a..", NULL },
	{ '0', "...", NULL },
	{ '0', ".a", NULL },
	{ '0', "a\nb", NULL },
	{ '5', "a", NULL },
	{ '5', "a/", NULL },
	{ '0', "", "leads elsewhere" },
	{ '5', "", "leads elsewhere" },
	{ '0', "/", "leads elsewhere" },
	{ '5', "/", "leads elsewhere" },
	{ '0', "/etc/a", "leads elsewhere" },
	{ '0', "//a", "leads elsewhere" },
	{ '0', ".", "leads elsewhere" },
	{ '5', "./", "leads elsewhere" },
	{ '0', "./a", "leads elsewhere" },
	{ '0', "..", "leads elsewhere" },
	{ '5', "../", "leads elsewhere" },
	{ '0', "../a", "leads elsewhere" },
	{ '0', "b/../../a", "leads elsewhere" },
	{ '0', "b/..", "leads elsewhere" },
	{ '0', "b/./a", "leads elsewhere" },
	{ '0', "b//a", "leads elsewhere" },
	{ '0', "b/", "leads elsewhere" },
	{ '5', "b//", "leads elsewhere" },
	{ '0', "b/a", "No such file" }		/* its folder did not come */
};

START_TEST(a_name_stays_below)
{
	header(names[_i].type, names[_i].name, "0");
	ends_with(names[_i].reason);
}
END_TEST

static void
fill(char *s, size_t n, char c)
{
	memset(s, c, n);
	s[n] = '\0';
}

START_TEST(a_name_may_fill_its_fields)
{
	char	 name[101], prefix[156], all[257];

	fill(name, 100, 'n');
	file(name, "text");
	ends_with(NULL);
	has_text(name, "text");

	fill(prefix, 155, 'p');
	header('5', "x", "0");
	put(0, NAME, prefix, 100);
	put(0, PREFIX, "q", 1);		/* "q/ppp": q is not there */
	ends_with("No such file");

	/* 155 bytes of prefix, '/' and 100 of name. */
	ck_assert_int_eq(mkdirat(below, prefix, 0700), 0);
	file(name, "both");
	put(0, PREFIX, prefix, 155);
	ends_with(NULL);
	snprintf(all, sizeof(all), "%s/%s", prefix, name);
	has_text(all, "both");
}
END_TEST

START_TEST(a_prefix_leads_nowhere_else)
{
	static const char *const	bad[] = { "/", "/etc", "..", "b/..",
	    ".", "b/", "b//c", "../b" };
	size_t				i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		file("a", "text");
		put(0, PREFIX, bad[i], strlen(bad[i]));
		ends_with("leads elsewhere");
	}
	header('5', "", "0");
	put(0, PREFIX, "agents", 6);
	ends_with("leads elsewhere");
	ck_assert(!is_there("agents"));
}
END_TEST

/* The longest name, of bytes that take four each, hides no reason. */
START_TEST(a_reason_is_printable_and_whole)
{
	char	 name[101], prefix[156];

	fill(name, 100, '\033');
	fill(prefix, 155, '\033');
	header('2', name, "0");
	put(0, PREFIX, prefix, 155);
	ends_with("neither a file nor a folder");
	ck_assert_ptr_null(strchr(buf_str(&why), '\033'));
}
END_TEST

START_TEST(other_types_are_refused)
{
	/* Links, devices, a FIFO, high performance, pax, GNU, old, none. */
	static const char	types[] = "123467xgLKSVMDNAZ \0";
	size_t			i;

	for (i = 0; i < sizeof(types); i++) {
		header(types[i], "a", "0");
		put(0, LINK, "/etc/passwd", 11);
		ends_with("a: neither a file nor a folder");
		ck_assert(!is_there("a"));
	}
}
END_TEST

START_TEST(a_damaged_header_is_refused)
{
	static const size_t	at[] = { NAME, 99, SIZE, CHKSUM, TYPE, MAGIC,
	    VERSION, PREFIX, 511 };
	size_t			i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		file("a", "text");
		ar.data[at[i]] ^= 1;
		ends_with("no archive of mnemoctl backup");
		ck_assert(!is_there("a"));
	}
}
END_TEST

/* As other programs write them, and never ustar does. */
static const struct {
	enum ustar_field field;
	const char	*bytes;
	size_t		 len;
} formats[] = {
	{ MAGIC, "ustar  ", 8 },		/* GNU */
	{ MAGIC, "\0\0\0\0\0\0\0", 8 },		/* version 7 */
	{ MAGIC, "USTAR", 6 },
	{ VERSION, "  ", 2 },
	{ VERSION, "01", 2 }
};

START_TEST(other_formats_are_refused)
{
	file("a", "text");
	put(0, formats[_i].field, formats[_i].bytes, formats[_i].len);
	ends_with("no archive of mnemoctl backup");
	ck_assert(!is_there("a"));
}
END_TEST

/* The octal digits of the sum, of which there are four, between these. */
static const struct {
	const char	*before;
	int		 width;		/* filled with zeros */
	char		 after;
	int		 fits;
} sums[] = {
	{ "", 6, '\0', 1 },
	{ "", 6, ' ', 1 },
	{ "", 4, '\0', 1 },
	{ "", 8, '\0', 1 },		/* not terminated */
	{ " ", 6, '\0', 0 },
	{ "-", 6, '\0', 0 },
	{ "1", 6, '\0', 0 },
	{ "", 6, '1', 0 },
	{ "", 6, '8', 0 },
	{ "", 6, '\n', 0 },
	{ "00000000", 0, '\0', 0 },
	{ "77777777", 0, '\0', 0 },
	{ "        ", 0, '\0', 0 }
};

START_TEST(a_checksum_is_octal_and_right)
{
	char		 text[32] = { 0 };
	unsigned	 sum;
	int		 n;

	file("a", "text");
	sum = (unsigned)strtoul(ar.data + CHKSUM, NULL, 8);
	n = snprintf(text, sizeof(text), "%s%0*o", sums[_i].before,
	    sums[_i].width, sum);
	text[n] = sums[_i].after;
	memcpy(ar.data + CHKSUM, text, 8);
	ends_with(sums[_i].fits ? NULL : "no archive");
}
END_TEST

START_TEST(a_header_without_a_checksum_is_refused)
{
	file("a", "text");
	memset(ar.data + CHKSUM, 0, 8);
	ends_with("no archive");
}
END_TEST

/* An older way added up bytes as signed ones; ustar never did. */
START_TEST(a_checksum_is_of_unsigned_bytes)
{
	file("\303\251", "text");
	ends_with(NULL);
	has_text("\303\251", "text");
	file("\303\252", "text");
	snprintf(ar.data + CHKSUM, 8, "%06o", (unsigned)strtoul(ar.data +
	    CHKSUM, NULL, 8) - 512);
	ends_with("no archive");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("ustar");
	TCase	*t = tcase_create("headers");

	tcase_add_checked_fixture(t, ustar_setup, ustar_teardown);
	LOOP(t, sizes, a_size_is_octal_and_nothing_else);
	tcase_add_test(t, a_size_beyond_the_archive_is_a_truncated_member);
	tcase_add_test(t, a_folder_has_no_size);
	LOOP(t, names, a_name_stays_below);
	tcase_add_test(t, a_name_may_fill_its_fields);
	tcase_add_test(t, a_prefix_leads_nowhere_else);
	tcase_add_test(t, a_reason_is_printable_and_whole);
	tcase_add_test(t, other_types_are_refused);
	tcase_add_test(t, a_damaged_header_is_refused);
	LOOP(t, formats, other_formats_are_refused);
	LOOP(t, sums, a_checksum_is_octal_and_right);
	tcase_add_test(t, a_header_without_a_checksum_is_refused);
	tcase_add_test(t, a_checksum_is_of_unsigned_bytes);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
