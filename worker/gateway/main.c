#include "gateway.h"

int
main(int argc, char **argv, char **envp)
{
	return worker_main(argc, argv, envp, &gateway_role);
}
