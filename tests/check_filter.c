/* links: tests/rollout_fixture.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c */
/*
 * What of a rollout is handed on.  A user's <private> note got into memory
 * because it had been split over two parts of a message, and what another
 * session had cited, or been told of memory, was taken for its own words.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"
#include "rollout_fixture.h"
#include "worker/extract/cut.h"
#include "worker/extract/data_url.h"
#include "worker/extract/filter.h"
#include "worker/extract/fragment.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))
#define ID "01a1fd8c-6900-7000-8000-000000000063"
#define CITED "<oai-mem-citation>\n<rollout_ids>\n" ID "\n</rollout_ids>\n" \
	"</oai-mem-citation>"
/* The same inside JSON text. */
#define CITED_JSON "<oai-mem-citation>\\n<rollout_ids>\\n" ID \
	"\\n</rollout_ids>\\n</oai-mem-citation>"
#define SUMMARY "========= MEMORY_SUMMARY BEGINS =========\nv1\nold\n" \
	"========= MEMORY_SUMMARY ENDS ========="

static struct filter	*filter;

static void
setup(void)
{
	static const char *const	roots[] = { "/srv/memory/team" };

	filter = filter_new(roots, 1);
}

static void
teardown(void)
{
	filter_free(filter);
}

/*
 * Passages.
 */

START_TEST(test_cut)
{
	static const struct {
		const char	*in;
		const char	*message;	/* what is left of it */
		const char	*loose;		/* of a tool's output */
	} cases[] = {
		{ "", "", "" },
		{ "plain <b>text</b> == x", "plain <b>text</b> == x",
		    "plain <b>text</b> == x" },
		{ "a<private>b</private>c", "ac", "ac" },
		{ "a<PRIVATE>b</Private>c<private></private>", "ac", "ac" },
		{ "<private>a<private>b</private>c</private>d", "d", "d" },
		{ "a<private>b", "a", "a<private>b" },
		{ "a<private>b" CITED "c", "a", "a<private>bc" },
		{ "a</private>b", "a</private>b", "a</private>b" },
		{ "x " CITED " y", "x  y", "x  y" },
		{ "x " SUMMARY "y", "x y", "x y" },
		{ "<private", "<private", "<private" },
		{ "<<private>a</private>>", "<>", "<>" }
	};
	struct cut	c;
	struct buf	out = BUF_INIT;
	size_t		i;

	for (i = 0; i < NELEM(cases); i++) {
		cut_init(&c, CUT_MESSAGE, NULL);
		buf_reset(&out);
		cut_text(&c, cases[i].in, strlen(cases[i].in), &out);
		ck_assert_str_eq(buf_str(&out), cases[i].message);
		cut_init(&c, CUT_LOOSE, NULL);
		buf_reset(&out);
		cut_text(&c, cases[i].in, strlen(cases[i].in), &out);
		ck_assert_str_eq(buf_str(&out), cases[i].loose);
	}
	buf_release(&out);
}
END_TEST

/* A passage may begin in one part of a message and end in another. */
START_TEST(test_cut_parts)
{
	static const char *const	parts[] = {
		"one <private>two", "three", "<private>four</private>",
		"five</private> six"
	};
	struct cut	c;
	struct buf	out = BUF_INIT;
	size_t		i;

	cut_init(&c, CUT_MESSAGE, NULL);
	for (i = 0; i < NELEM(parts); i++)
		cut_text(&c, parts[i], strlen(parts[i]), &out);
	ck_assert_str_eq(buf_str(&out), "one  six");
	buf_release(&out);
}
END_TEST

/* Text made of nothing but opening marks must not take for ever. */
START_TEST(test_cut_hostile)
{
	struct cut	c;
	struct buf	in = BUF_INIT, out = BUF_INIT;

	while (in.len < 4u << 20)
		buf_addstr(&in, "<private><oai-mem-citation>");
	cut_init(&c, CUT_LOOSE, NULL);
	ck_assert_uint_eq(cut_text(&c, in.data, in.len, &out), 0);
	ck_assert_uint_eq(out.len, in.len);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

/*
 * Items.
 */

/* Filter `in' and compare; `want' NULL: it is left out. */
static void
assert_item(const char *in, const char *want)
{
	json_object	*o = fixture_json(in), *w;

	if (want == NULL)
		ck_assert_msg(!filter_item(filter, o), "kept: %s", in);
	else {
		ck_assert_msg(filter_item(filter, o), "dropped: %s", in);
		w = fixture_json(want);
		ck_assert_msg(json_object_equal(o, w), "%s\nbecame\n%s", in,
		    json_object_to_json_string(o));
		json_object_put(w);
	}
	json_object_put(o);
}

#define USER(text) "{\"type\":\"message\",\"role\":\"user\",\"content\":[" \
	"{\"type\":\"input_text\",\"text\":\"" text "\"}]}"

START_TEST(test_messages)
{
	assert_item(USER("hello"), USER("hello"));
	assert_item(USER("a <private>b</private>c"), USER("a c"));
	assert_item(USER("<private>all</private> "), NULL);
	assert_item(USER("  # agents.md instructions for /x\\n\\n"
	    "<INSTRUCTIONS>\\nx\\n</instructions>\\n"), NULL);
	assert_item(USER("# AGENTS.md instructions for /x"),
	    USER("# AGENTS.md instructions for /x"));
	assert_item(USER("<skill>x</skill> and do it"),
	    USER("<skill>x</skill> and do it"));
	assert_item(USER("<environment_context>x</environment_context>"),
	    USER("<environment_context>x</environment_context>"));
	assert_item("{\"type\":\"message\",\"role\":\"developer\","
	    "\"content\":[{\"type\":\"input_text\",\"text\":\"x\"}]}", NULL);
	assert_item("{\"type\":\"message\",\"role\":\"user\",\"content\":[]}",
	    NULL);
	assert_item("{\"type\":\"message\",\"role\":\"user\"}", NULL);
	assert_item("{\"type\":\"message\",\"role\":7,\"content\":[]}", NULL);
	/* One part stays, the other goes; so do keys for the client. */
	assert_item("{\"type\":\"message\",\"id\":\"m\",\"role\":\"user\","
	    "\"metadata\":{},\"content\":[{\"type\":\"input_text\",\"text\":"
	    "\"<skill>x</skill>\"},{\"type\":\"input_text\",\"text\":\"y\"}]}",
	    USER("y"));
	/* A system message is kept as it is. */
	assert_item("{\"type\":\"message\",\"role\":\"system\",\"content\":"
	    "[{\"type\":\"input_text\",\"text\":\"<skill>x</skill>\"}]}",
	    "{\"type\":\"message\",\"role\":\"system\",\"content\":"
	    "[{\"type\":\"input_text\",\"text\":\"<skill>x</skill>\"}]}");
}
END_TEST

START_TEST(test_items)
{
	static const char *const	kept[] = {
		"local_shell_call", "function_call", "function_call_output",
		"tool_search_call", "tool_search_output", "custom_tool_call",
		"custom_tool_call_output", "web_search_call"
	};
	static const char *const	left_out[] = {
		"reasoning", "image_generation_call", "compaction",
		"compaction_trigger", "context_compaction", "agent_message",
		"additional_tools", "ghost_snapshot", "of_tomorrow", ""
	};
	char	text[128];
	size_t	i;

	for (i = 0; i < NELEM(kept); i++) {
		snprintf(text, sizeof(text), "{\"type\":\"%s\",\"call_id\":"
		    "\"c\",\"arguments\":\"{}\"}", kept[i]);
		assert_item(text, text);
	}
	for (i = 0; i < NELEM(left_out); i++) {
		snprintf(text, sizeof(text), "{\"type\":\"%s\"}", left_out[i]);
		assert_item(text, NULL);
	}
	assert_item("{\"type\":null}", NULL);
	assert_item("{}", NULL);
}
END_TEST

START_TEST(test_outputs)
{
	assert_item("{\"type\":\"function_call\",\"call_id\":\"c1\","
	    "\"arguments\":\"{\\\"cmd\\\":\\\"cd /srv/memory/team/a\\\"}\"}",
	    "{\"type\":\"function_call\",\"call_id\":\"c1\","
	    "\"arguments\":\"{\\\"cmd\\\":\\\"cd /srv/memory/team/a\\\"}\"}");
	assert_item("{\"type\":\"function_call_output\",\"call_id\":\"c1\","
	    "\"output\":[{\"type\":\"input_text\",\"text\":\"secret\"}]}",
	    "{\"type\":\"function_call_output\",\"call_id\":\"c1\","
	    "\"output\":\"[memory read: /srv/memory/team/a]\"}");
	/* Another call's output stays, but for what memory left in it. */
	assert_item("{\"type\":\"function_call_output\",\"call_id\":\"c2\","
	    "\"output\":\"a " CITED_JSON "b<private>c\"}",
	    "{\"type\":\"function_call_output\",\"call_id\":\"c2\","
	    "\"output\":\"a b<private>c\"}");
	assert_item("{\"type\":\"function_call_output\",\"call_id\":\"c3\","
	    "\"output\":[{\"type\":\"input_image\",\"image_url\":"
	    "\"data:image/png;base64,AAAABBBBCCCC\"},"
	    "{\"type\":\"input_text\",\"text\":\"a\\u0000b\"}]}",
	    "{\"type\":\"function_call_output\",\"call_id\":\"c3\","
	    "\"output\":[{\"type\":\"input_image\",\"image_url\":"
	    "\"[image/png, 9 bytes]\"},"
	    "{\"type\":\"input_text\",\"text\":\"a\xef\xbf\xbd" "b\"}]}");
}
END_TEST

/* Screenshots made up two thirds of what was parsed, to be thrown away. */
START_TEST(test_large_data)
{
	static const struct {
		const char	*before, *after;
		int		 thin;
	} cases[] = {
		{ "{\"image_url\":\"data:image/png;base64,", "\"}", 1 },
		{ "[\"\\\\\",\"DATA:x\",\"data:a/b;c=d;base64,", "\",1]", 1 },
		{ "[\"an escaped \\\"data:image/png;base64,", "\"]", 0 },
		{ "[\"data:image/png;base64,", "\\n\"]", 0 },
		{ "[\"data:text/plain,", "\"]", 0 },
		{ "[\"data:\xc2\x85;base64,", "\"]", 0 },
	};
	static const char	head[] = "data:a/b;c=d;base64,", want[] =
				    "[\"\\\\\",\"DATA:x\",\"[a/b, 1500 bytes]\",1]";
	struct buf		in = BUF_INIT, out = BUF_INIT;
	size_t			i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&in);
		buf_reset(&out);
		buf_addstr(&in, cases[i].before);
		for (n = 0; n < 500; n++)
			buf_addstr(&in, "QUJD");
		buf_addstr(&in, cases[i].after);
		ck_assert_msg(data_url_thin(in.data, in.len, &out) ==
		    cases[i].thin, "%s", cases[i].before);
		ck_assert_uint_eq(out.len > 0, (size_t)cases[i].thin);
		if (strstr(cases[i].before, head) != NULL)
			ck_assert_str_eq(buf_str(&out), want);
	}
	/* The string may not be over. */
	buf_truncate(&in, 900);
	ck_assert_int_eq(data_url_thin(in.data, in.len, &out), 0);
	buf_release(&in);
	buf_release(&out);
}
END_TEST

START_TEST(test_events)
{
	json_object	*o;

	assert_item("{\"type\":\"function_call\",\"call_id\":\"c1\","
	    "\"arguments\":\"cat /srv/memory/team/a.md\"}",
	    "{\"type\":\"function_call\",\"call_id\":\"c1\","
	    "\"arguments\":\"cat /srv/memory/team/a.md\"}");
	o = fixture_json("{\"type\":\"exec_command_end\",\"call_id\":\"c1\","
	    "\"exit_code\":0,\"stdout\":\"x\",\"aggregated_output\":\"x\"}");
	filter_event(filter, o);
	ck_assert_str_eq(json_str(o, "stdout"),
	    "[memory read: /srv/memory/team/a.md]");
	ck_assert_str_eq(json_str(o, "aggregated_output"),
	    "[memory read: /srv/memory/team/a.md]");
	ck_assert_ptr_null(json_str(o, "stderr"));
	json_object_put(o);
}
END_TEST

/*
 * Citations.
 */

static unsigned
cited(void)
{
	json_object	*arr = citations_json(filter_citations(filter));
	unsigned	 n = 0;

	ck_assert_uint_le(json_object_array_length(arr), 1);
	if (json_object_array_length(arr) == 1) {
		json_object	*o = json_object_array_get_idx(arr, 0);

		ck_assert_str_eq(json_str(o, "thread_id"), ID);
		n = (unsigned)json_int(o, "n", 0);
	}
	json_object_put(arr);
	return n;
}

START_TEST(test_citations)
{
	json_object	*event, *item;

	event = fixture_json("{\"type\":\"agent_message\",\"memory_citation\":"
	    "{\"entries\":[],\"rolloutIds\":[\"" ID "\",\"" ID "\",7,\"x\"]}}");
	item = fixture_json("{\"type\":\"item_completed\",\"item\":{\"type\":"
	    "\"AgentMessage\",\"memory_citation\":{\"rollout_ids\":[\"" ID
	    "\"]}}}");
	/* One answer that is told in three ways counts once. */
	filter_citation(filter, event);
	ck_assert_uint_eq(cited(), 1);
	filter_citation(filter, item);
	assert_item("{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
	    "[{\"type\":\"output_text\",\"text\":\"a" CITED_JSON CITED_JSON
	    "\"}]}", "{\"type\":\"message\",\"role\":\"assistant\","
	    "\"content\":[{\"type\":\"output_text\",\"text\":\"a\"}]}");
	ck_assert_uint_eq(cited(), 1);
	filter_citation(filter, event);
	ck_assert_uint_eq(cited(), 2);
	/* What a user or a tool quotes cites nothing. */
	assert_item(USER("b" CITED_JSON), USER("b"));
	ck_assert_uint_eq(cited(), 2);
	json_object_put(event);
	json_object_put(item);
}
END_TEST

/*
 * Heads and words.
 */

START_TEST(test_use)
{
	struct rollout	*r = fixture_odd("000000000006");
	struct record	 rec;
	unsigned	 n[FILTER_CITATION + 1] = { 0 };

	while (rollout_next(r, &rec) == ROLLOUT_RECORD)
		n[filter_use(&rec)]++;
	ck_assert_uint_eq(n[FILTER_ITEM], 10);
	ck_assert_uint_eq(n[FILTER_EVENT], 1);
	ck_assert_uint_eq(n[FILTER_CITATION], 1);
	ck_assert_uint_eq(n[FILTER_NOTHING], 1);
	rollout_free(r);
}
END_TEST

static void
assert_words(const char *in, const char *want)
{
	json_object	*o = fixture_json(in);

	ck_assert_pstr_eq(fragment_words(o), want);
	json_object_put(o);
}

START_TEST(test_words)
{
	assert_words(USER("hello"), "hello");
	assert_words(USER("<environment_context>x</environment_context>"),
	    NULL);
	assert_words(USER(" \\n"), NULL);
	assert_words(USER("# Context from my IDE setup:\\n- a.c\\n"
	    "## My request for Codex:\\nfix it"), "\nfix it");
	assert_words("{\"type\":\"message\",\"role\":\"assistant\","
	    "\"content\":\"x\"}", NULL);
	assert_words("{\"type\":\"message\",\"role\":\"user\","
	    "\"content\":\"x\"}", "x");
	assert_words("{\"type\":\"message\",\"role\":\"user\",\"content\":"
	    "[null,7,{},{\"text\":null},{\"text\":\"y\"}]}", "y");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("filter");
	TCase	*tc = tcase_create("filter");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_cut);
	tcase_add_test(tc, test_cut_parts);
	tcase_add_test(tc, test_cut_hostile);
	tcase_add_test(tc, test_messages);
	tcase_add_test(tc, test_items);
	tcase_add_test(tc, test_outputs);
	tcase_add_test(tc, test_large_data);
	tcase_add_test(tc, test_events);
	tcase_add_test(tc, test_citations);
	tcase_add_test(tc, test_use);
	tcase_add_test(tc, test_words);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
