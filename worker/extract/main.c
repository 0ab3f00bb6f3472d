#include <string.h>

#include "extract.h"
#include "patterns.h"

int
main(int argc, char **argv, char **envp)
{
	if (argc == 2 && strcmp(argv[1], "-t") == 0)
		return patterns_check();
	return worker_main(argc, argv, envp, &extract_role);
}
