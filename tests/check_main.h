#ifndef MNEMOD_CHECK_MAIN_H
#define MNEMOD_CHECK_MAIN_H

/*
 * The main of a unit program: CHECK_MAIN(suite_function) runs the suite and
 * ends with the plain line "N passed, N failed".  A test case that sets no
 * timeout has two minutes, not the library's four seconds: a disk that others
 * keep busy is no failure.  A program with a main of its own, because it is
 * the worker under test too, calls check_run().
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static inline int
check_run(Suite *(*suite_fn)(void))
{
	SRunner	*sr;
	int	 run, failed;

	setenv("CK_DEFAULT_TIMEOUT", "120", 0);
	sr = srunner_create(suite_fn());
	srunner_run_all(sr, CK_ENV);
	run = srunner_ntests_run(sr);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	printf("%d passed, %d failed\n", run - failed, failed);
	return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define CHECK_MAIN(suite_fn)						\
int									\
main(void)								\
{									\
	return check_run(suite_fn);					\
}

#endif
