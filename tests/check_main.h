#ifndef MNEMOD_CHECK_MAIN_H
#define MNEMOD_CHECK_MAIN_H

/*
 * The main of a unit program: CHECK_MAIN(suite_function) runs the suite and
 * ends with the plain line "N passed, N failed".  A test case that sets no
 * timeout has a minute, not the library's four seconds: a disk that others
 * keep busy is no failure.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK_MAIN(suite_fn)						\
int									\
main(void)								\
{									\
	SRunner	*sr;							\
	int	 run, failed;						\
									\
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);				\
	sr = srunner_create(suite_fn());				\
	srunner_run_all(sr, CK_ENV);					\
	run = srunner_ntests_run(sr);					\
	failed = srunner_ntests_failed(sr);				\
	srunner_free(sr);						\
	printf("%d passed, %d failed\n", run - failed, failed);	\
	return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;	\
}

#endif
