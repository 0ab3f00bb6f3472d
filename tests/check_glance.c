/* links: worker/gateway/glance.c */
/*
 * A glance at an event must see what the parser sees, or say that it cannot
 * tell: a reader that is quicker and wrong would put letters into a memory
 * that no model said.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tests/check_main.h"
#include "worker/gateway/glance.h"

#define N 5
static const char *const	paths[N] = { "type", "index", "delta/text",
    "choices/0/delta/content", "usage" };

static void
look(struct glance *g)
{
	size_t	i;

	for (i = 0; i < N; i++)
		g[i] = (struct glance){ .path = paths[i] };
}

/* The same by the parser; NULL if it is not there. */
static json_object *
member(json_object *o, const char *path)
{
	char		*copy = strdup(path), *p = copy, *key;
	json_object	*next;

	while (o != NULL && (key = strsep(&p, "/")) != NULL) {
		next = NULL;
		if (json_object_is_type(o, json_type_array))
			next = json_object_array_length(o) > 0 &&
			    strcmp(key, "0") == 0 ?
			    json_object_array_get_idx(o, 0) : NULL;
		else if (json_object_is_type(o, json_type_object))
			json_object_object_get_ex(o, key, &next);
		o = next;
	}
	free(copy);
	return o;
}

/* 1 if the glance was willing; then it must agree with the parser. */
static int
agrees(const char *text, size_t len)
{
	struct glance	 g[N];
	struct buf	 b = BUF_INIT;
	json_object	*o, *v;
	size_t		 i;

	look(g);
	if (glance(text, len, g, N) == -1)
		return 0;
	o = json_parse(text, len, JSON_DEPTH, NULL);
	ck_assert_msg(o != NULL, "no JSON: %s", text);
	for (i = 0; i < N; i++) {
		v = member(o, paths[i]);
		ck_assert_msg((v == NULL) == glance_is_void(&g[i]), "%s: %s",
		    paths[i], text);
		ck_assert_msg(json_object_is_type(v, json_type_string) ==
		    (g[i].kind == GLANCE_STRING), "%s: %s", paths[i], text);
		if (g[i].kind == GLANCE_STRING &&
		    glance_text(&g[i], &b) == 0) {
			ck_assert_uint_eq(b.len,
			    (size_t)json_object_get_string_len(v));
			ck_assert_msg(b.len == 0 || memcmp(b.data,
			    json_object_get_string(v), b.len) == 0, "%s",
			    text);
		}
		if (glance_count(&g[i], -1) >= 0)
			ck_assert_int_eq(glance_count(&g[i], -1),
			    json_object_get_int64(v));
		buf_release(&b);
	}
	json_object_put(o);
	return 1;
}

static const char *const	plain[] = {
	"{}", " { } ", "{\"type\":\"a\"}", "{ \"type\" : \"a\" }\n",
	("{\"type\":\"response.output_text.delta\",\"sequence_number\":4,"
	"\"item_id\":\"m\",\"index\":2,\"logprobs\":[],\"delta\":{\"text\":"
	"\"a\\n\\\"b\\\\\\/\\t\\u00e9\xc3\xa9 c\"}}"),
	("{\"choices\":[{\"delta\":{\"content\":\"x\",\"role\":null}},"
	"{\"delta\":{\"content\":\"second\"}}],\"usage\":null}"),
	"{\"choices\":[[{\"delta\":{\"content\":\"deeper\"}}]]}",
	"{\"choices\":[],\"usage\":{\"a\":[1,-2.5,true,false,{}]}}",
	"{\"choices\":{\"0\":{\"delta\":{\"content\":\"no array\"}}}}",
	"{\"typ\":1,\"types\":2,\"type\":\"\",\"index\":0}",
	"{\"index\":999999999}", "{\"index\":-1}", "{\"index\":1.5}",
	"{\"index\":12345678901}", "{\"delta\":\"text\"}", "{\"delta\":null}",
};

static const char *const	strange[] = {
	"", " ", "[]", "null", "\"type\"", "{", "}", "{]", "{\"type\"}",
	"{\"type\":}", "{\"type\":\"a\",}", "{,}", "{\"type\":\"a\"}}",
	"{\"type\":\"a\"} x", "{\"type\":\"a", "{\"type\":\"a\\\"}",
	"{\"type\":\"\\x\"}", "{\"type\":\"\\u12\"}", "{\"type\":\"\n\"}",
	"{\"type\":\"\xff\"}", "{\"type\":\"\xc3\"}", "{\"type\":tru}",
	"{\"type\":\"a\",\"type\":\"b\"}", "{\"ty\\u0070e\":\"a\"}",
	"{\"index\":01}", "{\"index\":1.}", "{\"index\":-}", "{'a':1}",
	"{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}",
};

START_TEST(sees_what_the_parser_sees)
{
	size_t	i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		ck_assert_msg(agrees(plain[i], strlen(plain[i])), "%s",
		    plain[i]);
}
END_TEST

START_TEST(leaves_the_rest_to_the_parser)
{
	struct glance	g[N];
	size_t		i;

	for (i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		look(g);
		ck_assert_msg(glance(strange[i], strlen(strange[i]), g, N) ==
		    -1, "%s", strange[i]);
	}
	look(g);
	ck_assert_int_eq(glance("{\"a\":1}\0", 8, g, N), -1);
}
END_TEST

/* Characters that are none by themselves are left, too. */
START_TEST(half_a_pair)
{
	static const char *const texts[] = { "{\"type\":\"a\\u0000b\"}",
	    "{\"type\":\"\\ud83d\\ude00\"}", "{\"type\":\"\\udead\"}" };
	struct glance	g[N];
	struct buf	b = BUF_INIT;
	size_t		i;

	buf_addstr(&b, "before");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		look(g);
		ck_assert_int_eq(glance(texts[i], strlen(texts[i]), g, N), 0);
		ck_assert_int_eq(glance_text(&g[0], &b), -1);
		ck_assert_str_eq(buf_str(&b), "before");
	}
	buf_release(&b);
}
END_TEST

START_TEST(nested_deeply)
{
	char		text[256] = "{\"a\":";
	struct glance	g[N];
	size_t		n = strlen(text);

	memset(text + n, '[', 100);
	memset(text + n + 100, ']', 100);
	text[n + 200] = '}';
	look(g);
	ck_assert_int_eq(glance(text, strlen(text), g, N), -1);
}
END_TEST

/* Broken in all sorts of ways: never more than the parser would take. */
START_TEST(broken_texts)
{
	static const char	bytes[] = "{}[]\",:\\u0n-.1 \n\x80\xc3\xe2\xf0/x";
	const char		*from;
	unsigned		seed = 1;
	char			text[512];
	size_t			i, k, len;
	int			seen = 0;

	for (i = 0; i < 200000; i++) {
		from = plain[i % (sizeof(plain) / sizeof(plain[0]))];
		len = strlen(from);
		memcpy(text, from, len + 1);
		for (k = 0; k <= i % 3; k++) {
			seed = seed * 1103515245u + 12345u;
			text[(seed >> 8) % len] = bytes[(seed >> 20) %
			    (sizeof(bytes) - 1)];
		}
		seen += agrees(text, len);
	}
	ck_assert_int_gt(seen, 10000);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("glance");
	TCase	*tc = tcase_create("glance");

	tcase_add_test(tc, sees_what_the_parser_sees);
	tcase_add_test(tc, leaves_the_rest_to_the_parser);
	tcase_add_test(tc, half_a_pair);
	tcase_add_test(tc, nested_deeply);
	tcase_add_test(tc, broken_texts);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
