/* links: */
/*
 * Long strings are read and written beside json-c, which took a third of the
 * time of an extraction for them.  What they mean must be what json-c says,
 * whatever stands in them, and a text cannot have one taken for another.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"

#define DEPTH	8
#define PAD	300		/* makes a string a long one */

/* json-c alone. */
static json_object *
reference(const char *text, size_t len)
{
	json_tokener	*tok = json_tokener_new_ex(DEPTH + 1);
	json_object	*o;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text, (int)len);
	if (o != NULL && json_tokener_get_parse_end(tok) != len) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

static void
write_both(json_object *o)
{
	struct buf	b = BUF_INIT;

	json_write(&b, o);
	ck_assert_str_eq(buf_str(&b), json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_release(&b);
}

/* The same by both, read and written. */
static void
both(const char *text, size_t len)
{
	json_object	*o = json_parse(text, len, DEPTH, NULL);
	json_object	*want = reference(text, len);

	ck_assert_msg(json_object_equal(o, want), "%s", text);
	write_both(o);
	json_object_put(o);
	json_object_put(want);
}

static void
pad(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_addch(b, 'a');
}

/* The piece in strings of that many letters more, as values and as keys. */
static void
in_strings(const char *piece, size_t before, size_t behind)
{
	struct buf	s = BUF_INIT, b = BUF_INIT;

	pad(&s, before);
	buf_addstr(&s, piece);
	pad(&s, behind);
	buf_addf(&b, "{\"k\": \"%s\", \"l\":[\"x\",\"%s\",{\"%s\" :1}],"
	    "\"k2\":\"%s\" }", buf_str(&s), buf_str(&s), buf_str(&s),
	    buf_str(&s));
	both(b.data, b.len);
	buf_release(&b);
	buf_release(&s);
}

START_TEST(strings)
{
	static const char *const pieces[] = {
		"", "\\u0800\\u07ff\\u0080\\u007f", "\\n",
		"\\t\\r\\b\\f\\/\\\\\\\"", "\\u0041\\u00e9\\u20ac",
		"\\u0000", "\\u00001", "\\u00000", "\\u0000\\u0030",
		"\\u00007\\ud800", "\\uD83D\\uDE00", "\\ud83d", "\\ude00",
		"\\ud83d\\u0041", "\\ud83dx", "\\uFFFF", "\\u00e", "\\u00eg",
		"\\", "\\\\", "\\\\\\", "\\x", "\\'", "'", "\x7f", "\x1f",
		"\n", "\t", "\xc3\xa9", "\xf0\x9f\x98\x80", ":", "\":\"",
		"\",\"", "{", "}", "/* */", "\\u00"
	};
	size_t	i;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		in_strings(pieces[i], 0, 0);
		in_strings(pieces[i], 0, PAD);
		in_strings(pieces[i], PAD, 0);
		in_strings(pieces[i], PAD, 7);
		in_strings(pieces[i], PAD / 2, PAD / 2);
	}
}
END_TEST

/* A key that comes twice, and strings that look like the marks. */
START_TEST(marks)
{
	static const char *const texts[] = {
		"{\"a\":\"%s1\",\"b\":\"x\",\"a\":\"%s2\"}",
		"[\"\\u00000\",\"%s\",\"\\u00001\",\"%s\"]",
		"[\"%s\",\"\\u0000\",\"\\u0000x\",\"\\u000000\",\"%s\"]",
		"\"%s\"", "\"%s", "\"%s\"x", "[\"%s\"", "{\"%s\"}",
		"{\"%s\":\"%s\"}"
	};
	struct buf	 s = BUF_INIT, b = BUF_INIT;
	const char	*p;
	size_t		 i;

	pad(&s, PAD);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_reset(&b);
		for (p = texts[i]; *p != '\0'; p++)
			if (p[0] == '%')
				buf_addstr(&b, buf_str(&s));
			else if (p == texts[i] || p[-1] != '%')
				buf_addch(&b, *p);
		both(b.data, b.len);
	}
	buf_release(&b);
	buf_release(&s);
}
END_TEST

/* Texts of random pieces, most of them none that is JSON. */
START_TEST(any)
{
	static const char *const pieces[] = {
		"\"", "\"", "\"", ":", ",", "{", "}", "[", "]", "\\", "\\\"",
		"\\n", "\\u0000", "\\u00e9", "\\ud83d", "1", "0", " ", "\n",
		"true", "null", "\"k\":", "\xc3\xa9"
	};
	struct buf	b = BUF_INIT;
	uint32_t	seed = 12345;
	size_t		i, n;

	for (i = 0; i < 20000; i++) {
		buf_reset(&b);
		buf_addstr(&b, i % 2 == 0 ? "[\"" : "{\"k\":\"");
		for (n = 0; n < 12; n++) {
			seed = seed * 1664525 + 1013904223;
			if (seed >> 28 == 0)
				pad(&b, PAD);
			buf_addstr(&b, pieces[(seed >> 16) % 23]);
		}
		buf_addstr(&b, i % 2 == 0 ? "\"]" : "\"}");
		both(b.data, b.len);
	}
	buf_release(&b);
}
END_TEST

START_TEST(written)
{
	static const char	 text[] = "[[],{},{\"a\":[]},[[1],2],null,true,"
	    "false,0,-1,9223372036854775807,-9223372036854775808,"
	    "18446744073709551615,1.5,1e3,0.1,\"a/b\",{\"a/b\\n\":null}]";
	json_object		*o = reference(text, strlen(text));
	char			 all[256];
	size_t			 i;

	ck_assert_ptr_nonnull(o);
	write_both(o);
	write_both(NULL);
	for (i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	json_object_array_add(o, json_object_new_string_len(all,
	    sizeof(all)));
	for (i = 0; i < sizeof(all) - 16; i++)
		json_object_array_add(o, json_object_new_string_len(all + i,
		    (int)(i % 16)));
	write_both(o);
	json_object_put(o);
}
END_TEST

/* A secret that was written is in no copy that json-c keeps. */
START_TEST(no_copy)
{
	json_object	*o = json_object_new_string("a secret of mine");
	struct buf	 b = BUF_INIT;

	json_write(&b, o);
	ck_assert_str_eq(buf_str(&b), "\"a secret of mine\"");
	json_wipe(o);
	ck_assert_int_eq(json_object_get_string(o)[0], '\0');
	json_object_put(o);
	buf_wipe(&b);
}
END_TEST

/*
 * A long string that is cut away altogether, wherever it stands: json-c took
 * the address of its text for what it says, and lost the text.
 */
START_TEST(emptied)
{
	static const char *const	around[][2] = { { "\"", "\"" },
					    { "[1,\"", "\",2]" },
					    { "{\"a\":\"", "\",\"b\":2}" } };
	struct buf	 b = BUF_INIT;
	json_object	*o, *v;

	buf_addstr(&b, around[_i][0]);
	pad(&b, PAD);
	buf_addstr(&b, around[_i][1]);
	o = json_parse(b.data, b.len, DEPTH, NULL);
	ck_assert_ptr_nonnull(o);
	v = _i == 0 ? o : _i == 1 ? json_object_array_get_idx(o, 1) :
	    json_object_object_get(o, "a");
	ck_assert_int_ge(json_object_get_string_len(v), PAD);
	json_object_set_string_len(v, "", 0);
	ck_assert_str_eq(json_object_get_string(v), "");
	json_object_put(o);
	buf_release(&b);
}
END_TEST

/* One that is given twice is no lost one, nor is a colon in a string. */
START_TEST(members_twice)
{
	static const char *const	text[] = {
	    "{\"a\":1,\"a\":2}", "{\"a\":\":\",\"b\" : \"\\\":\"}",
	    "[\":\",{\"\":0}]" };
	json_object			*o;

	o = json_parse(text[_i], strlen(text[_i]), DEPTH, NULL);
	ck_assert_ptr_nonnull(o);
	json_object_put(o);
}
END_TEST

static Suite *
json_suite(void)
{
	Suite	*s = suite_create("json");
	TCase	*t = tcase_create("json");

	tcase_add_test(t, strings);
	tcase_add_test(t, marks);
	tcase_add_test(t, any);
	tcase_add_test(t, written);
	tcase_add_test(t, no_copy);
	tcase_add_loop_test(t, emptied, 0, 3);
	tcase_add_loop_test(t, members_twice, 0, 3);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(json_suite)
