#include <sys/prctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/unistd.h>

#include "log.h"
#include "title.h"

static char	title_last[TITLE_MAX + 1];
static int	title_ours;	/* title_init() was called */

void
title_init(int argc, char **argv, char **envp, const char *comm)
{
	setproctitle_init(argc, argv, envp);
	title_ours = 1;
	setprogname("mnemod");
	if (prctl(PR_SET_NAME, comm, 0, 0, 0) == -1)
		log_warn("prctl(PR_SET_NAME): comm stays as it is");
}

const char *
title_padding(void)
{
	static char	pad[sizeof(TITLE_PAD_ENV) + 1 + TITLE_PAD_LEN];
	size_t		n = sizeof(TITLE_PAD_ENV) - 1;

	memcpy(pad, TITLE_PAD_ENV, n);
	pad[n] = '=';
	memset(pad + n + 1, 'x', TITLE_PAD_LEN);
	pad[n + 1 + TITLE_PAD_LEN] = '\0';
	return pad;
}

void
title_reexec(char **argv)
{
	static char	 name[] = "mnemod";
	char		*was = argv[0];

	/* setproctitle(3) leaves a mark where a longer argv[0] ended. */
	if (getenv(TITLE_PAD_ENV) != NULL && was != NULL &&
	    strcmp(was, name) == 0)
		return;
	if (was == NULL || setenv(TITLE_PAD_ENV,
	    title_padding() + sizeof(TITLE_PAD_ENV), 1) == -1)
		return;
	argv[0] = name;
	execv("/proc/self/exe", argv);
	argv[0] = was;
	log_debug("cannot execute myself again: the title stays short");
}

void
title_set(const char *fmt, ...)
{
	char	raw[4 * TITLE_MAX], text[TITLE_MAX + 1];
	va_list	ap;
	int	n;

	if (!title_ours)
		return;
	va_start(ap, fmt);
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	log_printable(text, sizeof(text) - sizeof("mnemod: ") + 1, raw,
	    strlen(raw));
	if (strcmp(text, title_last) == 0)
		return;
	snprintf(title_last, sizeof(title_last), "%s", text);
	setproctitle("%s", text);
}
