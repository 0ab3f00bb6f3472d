/* links: supervisor/turn.c */
/*
 * The workers of 800 memories began together, and none was ready in time;
 * with few descriptors each held some and waited for more.  As many have a
 * turn as descriptors allow, 128 at most and one at least; who is offered
 * none is offered the next.
 */
#include <sys/resource.h>

#include <string.h>

#include "check_main.h"
#include "supervisor/control.h"
#include "supervisor/turn.h"

#define MEMORIES 300

static struct config		config;
static struct supervisor	sv;
static struct memory		memories[MEMORIES];
static int			stopping;
static unsigned			offered;

/* What turn.c asks of others. */
unsigned
control_clients_max(void)
{
	return 64;
}

int
supervisor_stopping(const struct supervisor *of)
{
	return of == &sv && stopping;
}

static void
start(unsigned long descriptors)
{
	struct rlimit	lim = { descriptors, descriptors };
	size_t		i;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &lim), 0);
	memset(&sv, 0, sizeof(sv));
	memset(memories, 0, sizeof(memories));
	config.nmemories = MEMORIES;
	sv.config = &config;
	TAILQ_INIT(&sv.memories);
	for (i = 0; i < MEMORIES; i++)
		TAILQ_INSERT_TAIL(&sv.memories, &memories[i], entry);
}

static int
begin(struct memory *m)
{
	offered++;
	if (m->state != MEM_IDLE)
		return 0;
	m->state = MEM_RECOVERING;
	return 1;
}

static unsigned
at_work(void)
{
	unsigned	 n = 0;
	size_t		 i;

	for (i = 0; i < MEMORIES; i++)
		n += memories[i].state == MEM_RECOVERING;
	return n;
}

START_TEST(never_more_than_128)
{
	start(4000);
	turn_offer(&sv, begin);
	ck_assert_uint_eq(at_work(), 128);
	turn_offer(&sv, begin);
	ck_assert_uint_eq(at_work(), 128);
}
END_TEST

START_TEST(no_more_than_descriptors_allow)
{
	start(64 + MEMORIES + 64 + 12 * 20);
	turn_offer(&sv, begin);
	ck_assert_uint_eq(at_work(), 20);
}
END_TEST

START_TEST(one_at_least)
{
	start(100);
	turn_offer(&sv, begin);
	ck_assert_uint_eq(at_work(), 1);
}
END_TEST

/* Work of any other kind takes a turn as well; to wait for one does not. */
START_TEST(all_work_counts)
{
	size_t	i;

	start(64 + MEMORIES + 64 + 12 * 20);
	for (i = 0; i < 15; i++)
		memories[i].state = i % 2 == 0 ? MEM_AGENT : MEM_OPERATING;
	for (; i < 30; i++)
		memories[i].state = MEM_FOUND;
	turn_offer(&sv, begin);
	ck_assert_uint_eq(at_work(), 5);
}
END_TEST

START_TEST(the_next_follows)
{
	start(100);
	memories[0].state = MEM_RECOVERING;
	turn_offer(&sv, begin);
	ck_assert_uint_eq(at_work(), 1);
	memories[0].state = MEM_FOUND;
	turn_offer(&sv, begin);
	ck_assert_int_eq(memories[1].state, MEM_RECOVERING);
	ck_assert_int_eq(memories[2].state, MEM_IDLE);
}
END_TEST

START_TEST(none_while_a_stop_is_under_way)
{
	start(4000);
	stopping = 1;
	turn_offer(&sv, begin);
	ck_assert_uint_eq(offered, 0);
}
END_TEST

static Suite *
turn_suite(void)
{
	Suite	*s = suite_create("turn");
	TCase	*tc = tcase_create("turn");

	tcase_add_test(tc, never_more_than_128);
	tcase_add_test(tc, no_more_than_descriptors_allow);
	tcase_add_test(tc, one_at_least);
	tcase_add_test(tc, all_work_counts);
	tcase_add_test(tc, the_next_follows);
	tcase_add_test(tc, none_while_a_stop_is_under_way);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(turn_suite)
