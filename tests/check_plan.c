/* links: worker/extract/plan.c */
/*
 * A transcript that was cut in the middle of its serialised text lost the
 * user's words to megabytes of tool output, and ended in JSON that no parser
 * took.  The plan cuts item by item, tool output first, and never hands out
 * more than the budget, whatever the sizes are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "worker/extract/plan.h"

#define NITEMS(a) (sizeof(a) / sizeof((a)[0]))

static struct plan_item
item(enum plan_class class, size_t size)
{
	struct plan_item	it = { .class = class, .size = size };

	return it;
}

/* A plain generator: the same cases on every machine. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static size_t
fill(struct plan_item *items, uint32_t *state)
{
	size_t	n = next(state) % 40, i;

	for (i = 0; i < n; i++) {
		items[i] = item((enum plan_class)(next(state) % 5),
		    next(state) % (1u << (next(state) % 18)));
		items[i].fixed = next(state) % 3 == 0 ? next(state) % 200 : 0;
	}
	return n;
}

static size_t
needed(const struct plan_item *items, size_t n)
{
	size_t	sum = 0, i;

	for (i = 0; i < n; i++)
		sum += items[i].size + items[i].fixed;
	return sum;
}

START_TEST(whole_when_it_fits)
{
	struct plan_item	items[] = { item(PLAN_OUTPUT, 700),
				    item(PLAN_USER, 300) };

	ck_assert_uint_eq(plan_fit(items, 2, 1000), 1000);
	ck_assert_uint_eq(items[0].allow, 700);
	ck_assert_uint_eq(items[1].allow, 300);
	ck_assert_uint_eq(plan_fit(items, 0, 1000), 0);
}
END_TEST

START_TEST(output_shrinks_first_the_oldest_first)
{
	struct plan_item	items[] = { item(PLAN_USER, 5000),
				    item(PLAN_OUTPUT, 5000),
				    item(PLAN_CALL, 300),
				    item(PLAN_OUTPUT, 5000),
				    item(PLAN_ASSISTANT, 3000) };

	ck_assert_uint_eq(plan_fit(items, NITEMS(items), 17300), 17300);
	ck_assert_uint_eq(items[1].allow, 4000);
	ck_assert_uint_eq(items[3].allow, 5000);
	ck_assert_uint_eq(plan_fit(items, NITEMS(items), 13300), 13300);
	ck_assert_uint_eq(items[0].allow, 5000);
	ck_assert_uint_eq(items[1].allow, 2048);
	ck_assert_uint_eq(items[2].allow, 300);
	ck_assert_uint_eq(items[3].allow, 2952);
	ck_assert_uint_eq(items[4].allow, 3000);
}
END_TEST

START_TEST(users_words_last)
{
	struct plan_item	items[] = { item(PLAN_USER, 2000),
				    item(PLAN_ASSISTANT, 9000),
				    item(PLAN_OUTPUT, 90000),
				    item(PLAN_USER, 2000) };

	ck_assert_uint_eq(plan_fit(items, NITEMS(items), 4000), 4000);
	ck_assert_uint_eq(items[0].allow, 2000);
	ck_assert_uint_eq(items[3].allow, 2000);
	ck_assert_uint_eq(items[1].allow, 0);
	ck_assert_uint_eq(items[2].allow, 0);
	plan_fit(items, NITEMS(items), 2500);
	ck_assert_uint_eq(items[0].allow, 500);
	ck_assert_uint_eq(items[3].allow, 2000);
}
END_TEST

/* A megabyte that the user pasted must not drive everything else out. */
START_TEST(pasted_log_leaves_room)
{
	struct plan_item	items[] = { item(PLAN_USER, 1 << 20),
				    item(PLAN_ASSISTANT, 800),
				    item(PLAN_OUTPUT, 400) };

	plan_fit(items, NITEMS(items), 100000);
	ck_assert_uint_eq(items[0].allow, 98800);
	ck_assert_uint_eq(items[1].allow, 800);
	ck_assert_uint_eq(items[2].allow, 400);
}
END_TEST

START_TEST(frames_are_paid_for)
{
	struct plan_item	items[] = { item(PLAN_OUTPUT, 10),
				    item(PLAN_OUTPUT, 10) };

	items[0].fixed = items[1].fixed = 100;
	ck_assert_uint_eq(plan_fit(items, 2, 220), 220);
	ck_assert_uint_eq(plan_fit(items, 2, 200), 110);
	ck_assert_int_eq(items[0].keep, 0);
	ck_assert_int_eq(items[1].keep, 1);
	ck_assert_uint_eq(plan_fit(items, 2, 99), 0);
	ck_assert_int_eq(items[1].keep, 0);
}
END_TEST

/* Sizes that add up past the range of their type must not wrap to small. */
START_TEST(sums_cannot_overflow)
{
	struct plan_item	items[] = { item(PLAN_OUTPUT, SIZE_MAX),
				    item(PLAN_USER, SIZE_MAX),
				    item(PLAN_CALL, SIZE_MAX) };

	items[0].fixed = items[2].fixed = SIZE_MAX;
	ck_assert_uint_eq(plan_fit(items, 3, 1000), 1000);
	ck_assert_uint_eq(items[1].allow, 1000);
	ck_assert_uint_eq(plan_fit(items, 3, SIZE_MAX), SIZE_MAX);
	ck_assert_uint_eq(plan_fit(items, 3, 0), 0);
}
END_TEST

static void
check_sums(const struct plan_item *items, size_t n, size_t budget, size_t got)
{
	size_t	sum = 0, i, frames = 0;

	for (i = 0; i < n; i++) {
		ck_assert_uint_le(items[i].allow, items[i].size);
		if (!items[i].keep) {
			ck_assert_uint_eq(items[i].allow, 0);
			if (items[i].fixed > frames)
				frames = items[i].fixed;
			continue;
		}
		sum += items[i].allow + items[i].fixed;
	}
	ck_assert_uint_eq(sum, got);
	ck_assert_uint_le(sum, budget);
	/* What is left over is smaller than the largest frame left out. */
	if (needed(items, n) <= budget)
		ck_assert_uint_eq(sum, needed(items, n));
	else if (sum < budget)
		ck_assert_uint_lt(budget - sum, frames);
}

START_TEST(random_plans_hold_their_promises)
{
	struct plan_item	items[40], again[40];
	uint32_t		state = 1;
	size_t			n, i, k, budget;

	for (k = 0; k < 20000; k++) {
		n = fill(items, &state);
		budget = next(&state) % (needed(items, n) + 100);
		memcpy(again, items, sizeof(items));
		check_sums(items, n, budget, plan_fit(items, n, budget));
		plan_fit(again, n, budget);
		for (i = 0; i < n; i++)
			ck_assert_uint_eq(items[i].allow, again[i].allow);
	}
}
END_TEST

/* More budget never takes from the whole. */
START_TEST(more_budget_gives_more)
{
	struct plan_item	items[40];
	uint32_t		state = 7;
	size_t			n, k, budget, less, i;

	for (k = 0; k < 5000; k++) {
		n = fill(items, &state);
		for (i = 0; i < n; i++)
			items[i].fixed = 0;
		budget = next(&state) % (needed(items, n) + 100);
		less = plan_fit(items, n, budget);
		ck_assert_uint_ge(plan_fit(items, n, budget + 10), less);
	}
}
END_TEST

static void
cut_gives(const char *text, size_t allow, const char *expect)
{
	struct buf	b = BUF_INIT;

	plan_cut(text, strlen(text), allow, &b);
	ck_assert_str_eq(buf_str(&b), expect);
	buf_release(&b);
}

START_TEST(cut_keeps_head_and_tail)
{
	char	text[201];

	memset(text, 'a', 100);
	memset(text + 100, 'z', 100);
	text[200] = '\0';
	cut_gives(text, 200, text);
	/* The mark takes 25 bytes; 200 - 15 are cut: 47 tokens. */
	cut_gives(text, 40, "aaaaaaa…47 tokens truncated…zzzzzzzz");
	cut_gives(text, 25, "…50 tokens truncated…");
	cut_gives(text, 24, "");
	cut_gives(text, 3, "");
	cut_gives(text, 0, "");
	cut_gives("", 0, "");
}
END_TEST

START_TEST(cut_respects_characters)
{
	char		 text[301];
	struct buf	 b = BUF_INIT;
	const char	*p;
	size_t		 i, allow, cut;

	for (i = 0; i < 100; i++)
		memcpy(text + 3 * i, "語", 3);
	text[300] = '\0';
	for (allow = 30; allow < 300; allow++) {
		buf_reset(&b);
		cut = plan_cut(text, 300, allow, &b);
		ck_assert_uint_le(b.len, allow);
		ck_assert_uint_eq(cut % 3, 0);
		ck_assert_uint_gt(cut, 0);
		p = strstr(buf_str(&b), "…");
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((size_t)(p - b.data) % 3, 0);
		p = strstr(p + 3, "…");
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((size_t)(b.data + b.len - p) % 3, 0);
	}
	buf_release(&b);
}
END_TEST

/* Text that is not UTF-8 at all: continuation bytes only. */
START_TEST(cut_survives_invalid_text)
{
	char		text[100];
	struct buf	b = BUF_INIT;

	memset(text, 0x80, sizeof(text));
	ck_assert_uint_eq(plan_cut(text, sizeof(text), 50, &b), 100);
	ck_assert_uint_le(b.len, 50);
	buf_release(&b);
}
END_TEST

static Suite *
plan_suite(void)
{
	Suite	*s = suite_create("plan");
	TCase	*tc = tcase_create("plan");

	tcase_add_test(tc, whole_when_it_fits);
	tcase_add_test(tc, output_shrinks_first_the_oldest_first);
	tcase_add_test(tc, users_words_last);
	tcase_add_test(tc, pasted_log_leaves_room);
	tcase_add_test(tc, frames_are_paid_for);
	tcase_add_test(tc, sums_cannot_overflow);
	tcase_add_test(tc, random_plans_hold_their_promises);
	tcase_add_test(tc, more_budget_gives_more);
	tcase_add_test(tc, cut_keeps_head_and_tail);
	tcase_add_test(tc, cut_respects_characters);
	tcase_add_test(tc, cut_survives_invalid_text);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(plan_suite)
