#include "common/log.h"
#include "common/sandbox.h"
#include "supervisor/mnemoctl/mcp.h"

/* List and read below one directory; the limits are a worker's. */
static const struct sandbox_rights rights = {
	"mnemoctl mcp", 1u << SANDBOX_READ_TREE,
	CALLS_BASE | CALLS_READ | CALLS_WAIT, 256, 2048, 64
};

/*
 * A kernel that lacks a part is told of, and served: no model and no key is
 * in reach here.
 */
int
mcp_enclose(const struct mcp *m)
{
	struct sandbox		sb;
	struct sandbox_report	report;
	char			why[256];
	int			r = 0;

	sandbox_init(&sb, &rights, SANDBOX_SANITIZED ? SANDBOX_OFF :
	    SANDBOX_BEST_EFFORT);
	if (m->root != -1)
		r = sandbox_allow_fd(&sb, SANDBOX_READ_TREE, m->root);
	if (r == -1)
		log_warn("memory %s: its root", m->memory);
	else if ((r = sandbox_apply(&sb, &report, why, sizeof(why))) == -1)
		log_warnx("%s", why);
	else if (!SANDBOX_SANITIZED && (report.landlock == 0 ||
	    !report.seccomp))
		log_warnx("this kernel has no %s: going on with less of a "
		    "sandbox", report.landlock == 0 ? "Landlock" : "seccomp");
	sandbox_release(&sb);
	return r;
}
