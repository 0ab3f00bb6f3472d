/* links: */
/*
 * Another program's four patterns let hyphenated keys, quoted JSON keys,
 * X_TOKEN=..., private keys and passwords in addresses through, and took the
 * backslash of an escaped quote with them, so that no parser read the rest.
 * A scanner that went by the bare word `password' cried wolf in every other
 * sentence.  Both tables are run in plain text and as JSON text escaped once
 * and twice, and what surrounds a secret has to stay to the byte.
 */
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "redact_cases.h"
#include "redact_fixture.h"
#include "worker/redact_rules.h"

#define NCASES(a) (sizeof(a) / sizeof((a)[0]))

/* The text of a case; `marked': as it has to become. */
static void
unfold(const char *text, int marked, struct buf *out)
{
	int	inside = 0;

	buf_addstr(out, "");
	for (; *text != '\0'; text++) {
		if (*text == B[0] && marked)
			buf_addstr(out, REDACT_MARK);
		if (*text == B[0] || *text == E[0])
			inside = *text == B[0];
		else if (*text != J[0] && !(inside && marked))
			buf_addch(out, *text);
	}
}

/* Put the text into a JSON string, in place. */
static void
escape(struct buf *b)
{
	json_object	*o = json_object_new_object();
	struct buf	 out = BUF_INIT;

	json_set_str(o, "cmd", buf_str(b));
	json_write(&out, o);
	json_object_put(o);
	buf_release(b);
	*b = out;
}

static void
becomes(const char *kind, const struct buf *in, const struct buf *expect)
{
	struct buf	out = BUF_INIT, again = BUF_INIT;

	redact_text(redact, in->data, in->len, &out);
	ck_assert_msg(strcmp(buf_str(&out), buf_str(expect)) == 0,
	    "%s:\n     in %s\n    out %s\nexpect %s", kind, buf_str(in),
	    buf_str(&out), buf_str(expect));
	ck_assert_uint_eq(redact_text(redact, out.data, out.len, &again), 0);
	ck_assert_str_eq(buf_str(&again), buf_str(&out));
	buf_release(&out);
	buf_release(&again);
}

static void
run_case(const struct redact_case *c)
{
	struct buf	in = BUF_INIT, expect = BUF_INIT;
	int		depth;

	unfold(c->text, 0, &in);
	unfold(c->text, 1, &expect);
	for (depth = 0; depth < 3; depth++) {
		becomes(c->kind, &in, &expect);
		escape(&in);
		escape(&expect);
	}
	buf_release(&in);
	buf_release(&expect);
}

START_TEST(secret_goes)
{
	run_case(&secrets[_i]);
}
END_TEST

START_TEST(lookalike_stays)
{
	run_case(&lookalikes[_i]);
}
END_TEST

/*
 * All cases in one text: no rule spoils what another one finds.  Then again
 * with the machine code that extract has.
 */
START_TEST(all_at_once)
{
	struct buf	in = BUF_INIT, expect = BUF_INIT, out = BUF_INIT;
	size_t		i;

	if (_i == 1)
		redact_prepare(redact);
	for (i = 0; i < NCASES(secrets) + NCASES(lookalikes); i++) {
		const char *text = i < NCASES(secrets) ? secrets[i].text :
		    lookalikes[i - NCASES(secrets)].text;

		unfold(text, 0, &in);
		unfold(text, 1, &expect);
		buf_addstr(&in, "\n\n");
		buf_addstr(&expect, "\n\n");
	}
	redact_text(redact, in.data, in.len, &out);
	for (i = 0; i < out.len && i < expect.len; i++)
		ck_assert_msg(out.data[i] == expect.data[i],
		    "differs from here:\n%.200s\nexpect:\n%.200s",
		    out.data + i, expect.data + i);
	ck_assert_uint_eq(out.len, expect.len);
	buf_release(&in);
	buf_release(&expect);
	buf_release(&out);
}
END_TEST

static void
json_becomes(const char *text, const char *expect, size_t n)
{
	struct buf	 in = BUF_INIT, want = BUF_INIT, out = BUF_INIT;
	json_object	*o;
	const char	*why = NULL;

	unfold(text, 0, &in);
	unfold(expect, 1, &want);
	o = json_parse(in.data, in.len, JSON_DEPTH, &why);
	ck_assert_msg(o != NULL, "%s: %s", in.data, why);
	ck_assert_uint_eq(redact_json(redact, o), n);
	json_write(&out, o);
	ck_assert_str_eq(buf_str(&out), buf_str(&want));
	ck_assert_uint_eq(redact_json(redact, o), 0);
	json_object_put(o);
	buf_release(&in);
	buf_release(&want);
	buf_release(&out);
}

#define JSON_CASE(text, n) json_becomes(text, text, n)

START_TEST(keys_give_context)
{
	JSON_CASE("{\"password\":\"" B "hunter2" E "\"}", 1);
	JSON_CASE("{\"password\":\"" B "with \\\"quotes\\\" 2" E "\"}", 1);
	JSON_CASE("{\"env\":{\"API_TOKEN\":\"" B MIX20 E "\"}}", 1);
	JSON_CASE("{\"auth\":\"" B "Ym9iOmh1bnRlcjI=" E "\"}", 1);
	JSON_CASE("{\"Authorization\":\"Basic " B "Ym9iOmg=" E "\"}", 1);
	JSON_CASE("{\"Set-Cookie\":\"sid=" B MIX20 E "; Path=/\"}", 1);
	JSON_CASE("[{\"name\":\"DB_PASSWORD\",\"value\":\"" B "hunter2" E
	    "\"}]", 1);
	JSON_CASE("{\"command\":[\"x\",\"--password\",\"" B "hunter2" E
	    "\",\"--fast\"]}", 1);
	JSON_CASE("{\"password\":\"" B "secret2" E "\",\"n\":1}", 1);
	json_becomes("{\"password\":8675309,\"passwords\":12,\"pin\":1234567}",
	    "{\"password\":\"" B E "\",\"passwords\":12,\"pin\":1234567}", 1);
	JSON_CASE("{\"type\":\"password\",\"token\":\"string\",\"n\":1}", 0);
	JSON_CASE("{\"password\":\"\",\"secret\":null,\"token\":7}", 0);
	JSON_CASE("{\"password\":\"${DB_PASSWORD}\"}", 0);
	JSON_CASE("\"" B "gh" J "p_" MIX40 E "\"", 1);
	JSON_CASE("{\"a password:" B "hunter2x" E "\":\"x\"}", 1);
	JSON_CASE("{\"" B "gh" J "p_" MIX40 E "\":1}", 1);
	ck_assert_uint_eq(redact_json(redact, NULL), 0);
}
END_TEST

/* function_call.arguments: JSON text in a string, and a shell line in it. */
START_TEST(arguments_stay_json)
{
	json_object	*o = json_object_new_object(), *inner;
	struct buf	 b = BUF_INIT;
	const char	*why = NULL;

	unfold("curl -H \"Authorization: Bearer " MIX20 "\" -d "
	    "'{\"password\": \"hun" J "ter2\"}'\nexport TOKEN=" MIX20, 0, &b);
	escape(&b);
	json_set_str(o, "arguments", b.data);
	ck_assert_uint_eq(redact_json(redact, o), 3);
	inner = json_parse(json_str(o, "arguments"),
	    strlen(json_str(o, "arguments")), JSON_DEPTH, &why);
	ck_assert_msg(inner != NULL, "%s", why);
	ck_assert_str_eq(json_str(inner, "cmd"), "curl -H \"Authorization: "
	    "Bearer " REDACT_MARK "\" -d '{\"password\": \"" REDACT_MARK
	    "\"}'\nexport TOKEN=" REDACT_MARK);
	json_object_put(inner);
	json_object_put(o);
	buf_release(&b);
}
END_TEST

/* A value of many parts, cut between a backslash and its quote. */
START_TEST(escapes_stay_whole)
{
	static const char	text[] = "{\"cmd\":\"password: 'a\\\"=b\\\"c\\u000f"
				    "\\u0000\\u0000\\u0000\\u0000 z\\\"h\\\"i\\\"j"
				    "\\\"k\"}";
	struct buf		out = BUF_INIT;
	json_object		*o;

	redact_text(redact, text, sizeof(text) - 1, &out);
	o = json_parse(out.data, out.len, JSON_DEPTH, NULL);
	ck_assert_msg(o != NULL, "%s", out.data);
	json_object_put(o);
	buf_release(&out);
}
END_TEST

START_TEST(user_patterns)
{
	static const char *const	good[] = { "ACME-[0-9]{6}",
					    "ticket (\\w+)", "x*" };
	static const char *const	bad[] = { "fine", "ACME-[0-9" };
	static const char		text[] = "ACME-123456, ticket " "zebra";
	struct redact			*r;
	struct buf			 out = BUF_INIT;
	char				 why[256] = "";

	r = redact_new(good, 3, why, sizeof(why));
	ck_assert_msg(r != NULL, "%s", why);
	ck_assert_uint_eq(redact_text(r, text, strlen(text), &out), 2);
	ck_assert_str_eq(buf_str(&out), REDACT_MARK ", ticket " REDACT_MARK);
	buf_release(&out);
	redact_free(r);
	ck_assert_ptr_null(redact_new(bad, 2, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "\"ACME-[0-9\": offset 9"));
}
END_TEST

/* What a worker does not take for a pattern it must not go on without. */
START_TEST(patterns_of_settings)
{
	static const struct {
		const char	*settings;
		const char	*why;	/* NULL: they are taken */
	} cases[] = {
		{ "{\"redact\":[\"ACME-[0-9]{6}\",\"zebra\"]}", NULL },
		{ "{\"redact\":[\"zebra\",7]}", "pattern 2 is no text" },
		{ "{\"redact\":[null]}", "pattern 1 is no text" },
		{ "{\"redact\":[\"a\",\"(\"]}", "\"(\": offset 1" },
	};
	json_object	*o, *none = json_object_new_object();
	struct redact	*r;
	struct buf	 out = BUF_INIT;
	char		 why[256] = "";
	size_t		 i;

	for (i = 0; i < NCASES(cases); i++) {
		o = json_parse(cases[i].settings, strlen(cases[i].settings),
		    JSON_DEPTH, NULL);
		r = redact_from_settings(o, why, sizeof(why));
		ck_assert((r == NULL) == (cases[i].why != NULL));
		if (r == NULL)
			ck_assert_ptr_nonnull(strstr(why, cases[i].why));
		else
			ck_assert_uint_eq(redact_text(r, "a zebra", 7, &out),
			    1);
		redact_free(r);
		json_object_put(o);
	}
	buf_release(&out);
	r = redact_from_settings(none, why, sizeof(why));
	ck_assert_ptr_nonnull(r);
	redact_free(r);
	json_object_put(none);
}
END_TEST

/*
 * A rule took the word in front of a ticket's name for the end of a token.
 * The user's pattern did not find it any more, and the name stayed.
 */
START_TEST(user_pattern_in_what_a_rule_takes)
{
	static const char *const	mine[] = { "ticket ([a-z]+)" };
	static const char *const	texts[] = {
		"password=kK8x9Qw7-ticket zebra",
		"password: \"kK8x9Qw7 ticket zebra",
		"ghp_0123456789abcdefghijklmnopqrstuvwxyzticket zebra" };
	struct redact			*r;
	struct buf			 out = BUF_INIT;
	char				 why[256];

	r = redact_new(mine, 1, why, sizeof(why));
	redact_text(r, texts[_i], strlen(texts[_i]), &out);
	ck_assert_msg(strstr(buf_str(&out), "zebra") == NULL, "%s",
	    buf_str(&out));
	buf_release(&out);
	redact_free(r);
}
END_TEST

/* Bytes that are not UTF-8 are copied, and characters are never split. */
START_TEST(any_bytes)
{
	static const char	bad[] = "\xff\xfe password=\"\xc3(hun" "ter2\" \xe8";
	struct buf		in = BUF_INIT, out = BUF_INIT;
	json_object		*o;
	int			i;

	redact_text(redact, bad, sizeof(bad) - 1, &out);
	ck_assert_int_eq(memcmp(out.data, bad, 11), 0);
	redact_text(redact, "", 0, &out);
	buf_reset(&out);
	buf_addstr(&in, "password=\"");
	for (i = 0; i < 3000; i++)
		buf_addstr(&in, "語");
	redact_text(redact, in.data, in.len, &out);
	o = json_object_new_string_len(out.data, (int)out.len);
	buf_reset(&in);
	json_write(&in, o);
	json_object_put(o);
	ck_assert_ptr_nonnull(o = json_parse(in.data, in.len, 2, NULL));
	json_object_put(o);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/* Bytes around a secret that are no characters hide nothing of it. */
START_TEST(secret_among_bytes)
{
	static const char	in[] = "\xff\xe8\xaa password=\"hun" "ter2hun\" \xe8";
	static const char	want[] = "\xff\xe8\xaa password=\"" REDACT_MARK
				    "\" \xe8";
	struct buf		out = BUF_INIT;

	ck_assert_uint_eq(redact_text(redact, in, sizeof(in) - 1, &out), 1);
	ck_assert_str_eq(buf_str(&out), want);
	buf_release(&out);
}
END_TEST

/* A name that is misspelt would make a rule slow, and nothing else. */
START_TEST(rules_named_as_far_exist)
{
	size_t	i, k;

	for (k = 0; redact_far[k] != NULL; k++) {
		for (i = 0; i < redact_nrules; i++)
			if (strcmp(redact_rules[i].name, redact_far[k]) == 0)
				break;
		ck_assert_msg(i < redact_nrules, "%s", redact_far[k]);
	}
}
END_TEST

/* The rows of the page's first table, in its order, are the rules. */
START_TEST(page_names_every_rule)
{
	FILE	*fp = fopen("man/mnemod-memory.5", "r");
	char	 line[512], want[128];
	size_t	 i = 0;
	int	 in_section = 0, in_table = 0;

	ck_assert_ptr_nonnull(fp);
	while (fgets(line, sizeof(line), fp) != NULL) {
		in_section |= strcmp(line, ".Sh REDACTION\n") == 0;
		if (!in_section)
			continue;
		in_table |= strncmp(line, ".Bl -column", 11) == 0;
		if (in_table && strcmp(line, ".El\n") == 0)
			break;
		if (!in_table || strncmp(line, ".It", 3) != 0)
			continue;
		ck_assert_msg(i < redact_nrules, "no such rule: %s", line);
		snprintf(want, sizeof(want), ".It \"%s\" Ta ",
		    redact_rules[i++].name);
		ck_assert_msg(strncmp(line, want, strlen(want)) == 0,
		    "expected %s\ngot %s", want, line);
	}
	fclose(fp);
	ck_assert_uint_eq(i, redact_nrules);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("redact");
	TCase	*tc = tcase_create("redact");

	tcase_add_checked_fixture(tc, redact_setup, redact_teardown);
	tcase_add_loop_test(tc, secret_goes, 0, (int)NCASES(secrets));
	tcase_add_loop_test(tc, lookalike_stays, 0, (int)NCASES(lookalikes));
	tcase_add_loop_test(tc, all_at_once, 0, 2);
	tcase_add_test(tc, keys_give_context);
	tcase_add_test(tc, arguments_stay_json);
	tcase_add_test(tc, escapes_stay_whole);
	tcase_add_test(tc, user_patterns);
	tcase_add_test(tc, patterns_of_settings);
	tcase_add_loop_test(tc, user_pattern_in_what_a_rule_takes, 0, 3);
	tcase_add_test(tc, any_bytes);
	tcase_add_test(tc, secret_among_bytes);
	tcase_add_test(tc, rules_named_as_far_exist);
	tcase_add_test(tc, page_names_every_rule);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
