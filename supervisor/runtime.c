#include <stddef.h>

#include "log.h"
#include "supervisor/runtime.h"

int
runtime_open_role(struct runtime *rt, const struct config *config, enum role r)
{
	struct buf	why = BUF_INIT;
	int		rc;

	if (rt->exes.fd[r] != -1)
		return 0;
	rc = exe_open(&rt->exes, r, config->libexec, &why);
	if (rc == -1)
		log_warnx("%s (key libexec)", buf_str(&why));
	buf_release(&why);
	return rc;
}

enum mnemod_exit
runtime_open(struct runtime *rt, const struct config *config, unsigned roles,
    int workers_lock_fd)
{
	struct children_config	cc;
	unsigned		r;

	exe_set_init(&rt->exes);
	for (r = 0; r < ROLE__MAX; r++) {
		if ((roles & 1u << r) == 0)
			continue;
		if (runtime_open_role(rt, config, (enum role)r) == -1) {
			exe_set_release(&rt->exes);
			return EXIT_CONFIG;
		}
	}
	rt->loop = loop_new();
	children_config_init(&cc);
	cc.loop = rt->loop;
	cc.exes = &rt->exes;
	cc.workers_lock_fd = workers_lock_fd;
	cc.version = MNEMOD_VERSION;
	rt->children = children_new(&cc);
	stop_init(&rt->stop, rt->loop, rt->children);
	return EXIT_OK;
}

enum mnemod_exit
runtime_finish(struct runtime *rt, const char *why)
{
	children_stop(rt->children, why);
	while (!children_over(rt->children))
		loop_run_once(rt->loop, -1);
	return children_unkillable(rt->children) > 0 ?
	    EXIT_UNKILLABLE : EXIT_OK;
}

void
runtime_close(struct runtime *rt)
{
	children_free(rt->children);
	loop_free(rt->loop);
	exe_set_release(&rt->exes);
}
