#include <malloc.h>

#include "worker/workspace/role.h"

#define LARGE	32768		/* bytes; mallopt(3) */

int
main(int argc, char **argv, char **envp)
{
	/*
	 * A memory is many texts, read one after the other: one that goes is
	 * to leave no hole that the next does not fit into.
	 */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	return worker_main(argc, argv, envp, &workspace_role);
}
