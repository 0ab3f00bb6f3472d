/* links: tests/rollout_fixture.c worker/extract/stream.c worker/extract/line.c worker/extract/record.c worker/extract/rollout.c worker/extract/meta.c worker/extract/filter.c worker/extract/fragment.c worker/extract/cut.c worker/extract/citation.c worker/extract/memread.c worker/extract/leaf.c worker/extract/data_url.c worker/extract/feed.c worker/extract/plan.c worker/extract/size.c worker/extract/content.c */
/*
 * Cutting the serialised text in its middle handed providers half an array,
 * with a secret whose pattern the cut had broken in two.  Whatever the
 * budget, what is handed over parses, fits and was redacted before the cut.
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "common/json.h"
#include "common/mem.h"
#include "rollout_fixture.h"
#include "worker/extract/content.h"
#include "worker/extract/size.h"

#define MESSAGE "{\"type\":\"message\",\"role\":\"%s\",\"content\":[" \
	"{\"type\":\"input_text\",\"text\":\"%s\"}]}\n"
#define OUTPUT "{\"type\":\"function_call_output\",\"call_id\":\"c\"," \
	"\"output\":\"%s\"}\n"

static struct feed_tools	tools;

static void
setup(void)
{
	char	why[256];

	tools.roots = NULL;
	tools.nroots = 0;
	tools.redact = redact_new(NULL, 0, why, sizeof(why));
	ck_assert_msg(tools.redact != NULL, "%s", why);
}

static void
teardown(void)
{
	redact_free(tools.redact);
}

static void
make(struct content *c, const char *text, size_t budget)
{
	struct rollout	*r = fixture_rollout(text);

	content_init(c);
	ck_assert_int_eq(content_make(c, r, &tools, budget), ROLLOUT_END);
	rollout_free(r);
}

/* The array of a content; checked: it parses and has that many items. */
static json_object *
array(const struct content *c)
{
	json_object	*arr;

	arr = json_parse(buf_str(&c->text), c->text.len, 64, NULL);
	ck_assert_msg(arr != NULL, "not JSON: %s", buf_str(&c->text));
	ck_assert(json_object_is_type(arr, json_type_array));
	ck_assert_uint_eq(json_object_array_length(arr), c->items);
	return arr;
}

/* `n' bytes of text with all that JSON escapes, and wide characters. */
static void
add_text(struct buf *b, size_t n)
{
	static const char *const	pieces[] = {
		"plain words, ", "\\n", "\\\"quoted\\\"", "\\\\", "\\u0001",
		"\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x99\x8f", "\\t"
	};
	size_t	end = b->len + n, i;

	for (i = 0; b->len < end; i++)
		buf_addstr(b, pieces[i * 7 % 8]);
}

/* A rollout of `turns' requests, each with a long output of a tool. */
static void
add_turns(struct buf *b, size_t turns, size_t output)
{
	struct buf	text = BUF_INIT;
	size_t		i;

	for (i = 0; i < turns; i++) {
		buf_addf(b, MESSAGE, "user", "What is next?");
		buf_reset(&text);
		add_text(&text, output * (i + 1) / turns);
		buf_addf(b, OUTPUT, buf_str(&text));
		buf_addf(b, MESSAGE, "assistant", "That was all.");
	}
	buf_release(&text);
}

START_TEST(test_every_budget)
{
	struct content	 c;
	struct buf	 text = BUF_INIT;
	size_t		 budget, whole, items;

	add_turns(&text, 12, 6000);
	make(&c, buf_str(&text), CONTENT_BUDGET_MAX);
	json_object_put(array(&c));
	ck_assert_uint_eq(c.cut_bytes, 0);
	ck_assert_uint_eq(c.items, 36);
	whole = c.text.len;
	items = c.items;
	content_release(&c);
	for (budget = 0; budget <= whole + 61; budget += 61) {
		make(&c, buf_str(&text), budget);
		json_object_put(array(&c));
		if (budget >= 2)
			ck_assert_uint_le(c.text.len, budget);
		else
			ck_assert_str_eq(buf_str(&c.text), "[]");
		ck_assert((c.cut_bytes == 0) == (c.text.len == whole) ||
		    c.items < items);
		content_release(&c);
	}
	buf_release(&text);
}
END_TEST

/*
 * What redaction had made longer and the cut made empty was lost to json-c,
 * in every part of every message: the text leaked.
 */
START_TEST(test_cut_to_nothing)
{
	static const char	secret[] = "password=hun" "ter22 ";
	struct content		c;
	struct buf		text = BUF_INIT;
	size_t			before, i, j;

	buf_addstr(&text, "{\"type\":\"message\",\"role\":\"user\","
	    "\"content\":[");
	for (i = 0; i < 1000; i++) {
		buf_addf(&text, "{\"type\":\"input_text\",\"text\":\"");
		for (j = 0; j < 16; j++)
			buf_addstr(&text, secret);
		buf_addstr(&text, "\"},");
	}
	buf_addf(&text, "{\"type\":\"input_text\",\"text\":\"the end\"}]}\n");
	make(&c, buf_str(&text), 100000);	/* the redactor's own memory */
	content_release(&c);
	before = mallinfo2().uordblks;
	make(&c, buf_str(&text), 50000);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.text), "\"text\":\"\""));
	json_object_put(array(&c));
	content_release(&c);
	ck_assert_uint_lt(mallinfo2().uordblks, before + 50000);
	buf_release(&text);
}
END_TEST

/* Output of tools goes first, the user's words stay. */
START_TEST(test_words_stay)
{
	struct content	 c;
	struct buf	 text = BUF_INIT;
	json_object	*arr, *o;
	size_t		 i, users = 0, cut = 0;

	add_turns(&text, 10, 20000);
	make(&c, buf_str(&text), 20000);
	arr = array(&c);
	for (i = 0; i < json_object_array_length(arr); i++) {
		o = json_object_array_get_idx(arr, i);
		if (filter_class(o) == PLAN_USER)
			users++;
		if (json_str(o, "output") != NULL &&
		    strstr(json_str(o, "output"), " tokens truncated") != NULL)
			cut++;
	}
	ck_assert_uint_eq(users, 10);
	ck_assert_uint_gt(cut, 0);
	ck_assert_uint_gt(c.cut_bytes, 0);
	json_object_put(arr);
	content_release(&c);
	buf_release(&text);
}
END_TEST

/* A secret where the cut falls is gone before it, and is counted once. */
START_TEST(test_redacted_first)
{
	struct content	 c;
	struct buf	 text = BUF_INIT;
	char		*key, *head, *body;
	size_t		 budget;

	head = xasprintf("%s%s", "gh", "p_");
	key = xasprintf("%s%s", head, "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8");
	add_text(&text, 900);
	body = xasprintf("%s %s %s", buf_str(&text), key, buf_str(&text));
	buf_reset(&text);
	buf_addf(&text, OUTPUT, body);
	for (budget = 80; budget < 2400; budget += 7) {
		make(&c, buf_str(&text), budget);
		json_object_put(array(&c));
		ck_assert_ptr_null(strstr(buf_str(&c.text), head));
		ck_assert_uint_eq(c.redactions, 1);
		content_release(&c);
	}
	free(head);
	free(key);
	free(body);
	buf_release(&text);
}
END_TEST

/* What one line holds cannot make the array another. */
START_TEST(test_odd)
{
	static const struct {
		const char	*end;
		size_t		 items;
		uint64_t	 bad;
	} cases[] = {
		{ "000000000001", 3, 0 }, { "2aeb6098ae0e", 4, 0 },
		{ "000000000003", 4, 2 }, { "000000000004", 3, 5 },
		{ "000000000005", 2, 0 }, { "000000000006", 7, 0 },
		{ "000000000007", 4, 0 }, { "000000000008", 0, 0 }
	};
	struct content	 c;
	struct rollout	*r;
	size_t		 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = fixture_odd(cases[i].end);
		content_init(&c);
		ck_assert_int_eq(content_make(&c, r, &tools, 1u << 20),
		    ROLLOUT_END);
		json_object_put(array(&c));
		ck_assert_uint_eq(c.items, cases[i].items);
		ck_assert_uint_eq(c.counts.bad_lines, cases[i].bad);
		content_release(&c);
		rollout_free(r);
	}
}
END_TEST

/* The file of a running session grows or shrinks between the passes. */
struct change {
	int	fd;
	off_t	size;
};

static int
change_file(void *arg)
{
	const struct change	*change = arg;

	ck_assert_int_eq(ftruncate(change->fd, change->size), 0);
	return 0;
}

START_TEST(test_shrinks)
{
	struct content	 c;
	struct change	 change;
	struct rollout	*r;
	struct buf	 text = BUF_INIT;

	/* The ticker first runs in the middle of the first pass. */
	add_turns(&text, 100, 200000);
	ck_assert_uint_gt(text.len, 8u << 20);
	change.fd = fixture_fd(text.data, text.len);
	change.size = 3u << 20;
	r = rollout_new("/test.jsonl", fcntl(change.fd, F_DUPFD_CLOEXEC, 0), 0);
	rollout_set_tick(r, change_file, &change);
	content_init(&c);
	/* What is left is not the session. */
	ck_assert_int_eq(content_make(&c, r, &tools, 1u << 20), ROLLOUT_FAILED);
	content_release(&c);
	rollout_free(r);
	close(change.fd);
	buf_release(&text);
}
END_TEST

/* A plan went by sizes; one byte less than is written breaks the budget. */
START_TEST(test_size)
{
	static const char *const	items[] = {
		"{}", "[]", "{\"a\":[]}", "[1,-2.50,1e3,true,false,null]",
		"{\"k\\n\\u0001\":\"\",\"l\":{\"m\":[[],{}]}}",
		"[\"tab\\t \\\" \\\\ \\/ \\u007f \\u00e9 \\u0000 x\"]",
		"[\"0123456789\\n0123456789\\u001f0123456789abcdef\"]",
	};
	json_object	*o;
	struct buf	 b = BUF_INIT;
	size_t		 i, text;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		buf_reset(&b);
		text = 0;
		o = json_parse(items[i], strlen(items[i]), 9, NULL);
		ck_assert_msg(o != NULL, "%s", items[i]);
		json_write(&b, o);
		ck_assert_msg(size_json(o, 30, &text) == b.len, "%s",
		    items[i]);
		json_object_put(o);
	}
	/* The last one's string, without its quotes. */
	ck_assert_uint_eq(text, b.len - strlen("[\"\"]"));
	buf_release(&b);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("content");
	TCase	*tc = tcase_create("content");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, test_every_budget);
	tcase_add_test(tc, test_cut_to_nothing);
	tcase_add_test(tc, test_words_stay);
	tcase_add_test(tc, test_redacted_first);
	tcase_add_test(tc, test_odd);
	tcase_add_test(tc, test_shrinks);
	tcase_add_test(tc, test_size);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
