/* links: */
/*
 * json-c goes on without what it has no memory for.  A process of ours ends
 * then, with what it holds: valgrind would call that lost, so these tests are
 * a program of their own, which it does not run.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "common/json.h"

#define DEPTH	8

/* json-c's too: the one that fails, from 0; -1: none. */
static int	fails = -1;

char *
strdup(const char *s)
{
	size_t	 n = strlen(s) + 1;
	char	*p = fails >= 0 && fails-- == 0 ? NULL : malloc(n);

	return p == NULL ? NULL : memcpy(p, s, n);
}

/*
 * A member whose name json-c has no memory for is left out without a word: an
 * answer without its summary was one that says there is nothing to tell.  (The
 * name is copied twice; for the first copy json-c dies by itself.)
 */
START_TEST(no_member_lost)
{
	static const char	text[] = "{\"a\":1,\"b\":\"x\",\"c\":{},"
				    "\"d\":[],\"e\":true}";

	fails = 2 * _i + 1;
	json_parse(text, sizeof(text) - 1, DEPTH, NULL);
}
END_TEST

/* json-c's as well: of an array that grows, if nothing may. */
static int	may_grow = 1;

void *
realloc(void *p, size_t n)
{
	static void	*(*real)(void *, size_t);

	if (!may_grow)
		return NULL;
	if (real == NULL)
		real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	return real(p, n);
}

/* A list without a row went on as if it were whole. */
START_TEST(no_element_lost)
{
	json_object	*o = json_object_new_array();
	size_t		 i;

	for (i = 0; i < 100; i++) {
		may_grow = 0;
		json_push(o, NULL);
		may_grow = 1;
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("json_memory");
	TCase	*t = tcase_create("json_memory");

	tcase_add_loop_exit_test(t, no_member_lost, 1, 0, 5);
	tcase_add_exit_test(t, no_element_lost, 1);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
