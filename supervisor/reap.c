#include <sys/prctl.h>
#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"
#include "supervisor/reap.h"

typedef void pid_fn(pid_t, struct reap *, void *arg);

/*
 * Call `fn' for each child of this process.  The kernel's list may miss one
 * that appears meanwhile; its death brings a SIGCHLD and another look.  0, or
 * -1: not all of it could be read, logged.
 */
static int
children_each(struct reap *r, pid_fn *fn, void *arg)
{
	char	 path[64];
	FILE	*f;
	int	 pid, rc;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	f = fopen(path, "re");
	if (f == NULL) {
		log_warn("%s: escaped descendants cannot be found", path);
		return -1;
	}
	/* NOLINTNEXTLINE(cert-err34-c): the kernel writes pids */
	while (fscanf(f, "%d", &pid) == 1)
		fn((pid_t)pid, r, arg);
	rc = ferror(f) ? -1 : 0;
	if (rc == -1)
		log_warn("%s: not all escaped descendants can be found", path);
	fclose(f);
	return rc;
}

static void
note_inherited(pid_t pid, struct reap *r, void *arg)
{
	(void)arg;
	r->inherited = xreallocarray(r->inherited, r->ninherited + 1,
	    sizeof(*r->inherited));
	r->inherited[r->ninherited++] = pid;
	log_info("process %d: a child from before the start, left alone",
	    (int)pid);
}

static int
is_inherited(const struct reap *r, pid_t pid)
{
	size_t	i;

	for (i = 0; i < r->ninherited; i++)
		if (r->inherited[i] == pid)
			return 1;
	return 0;
}

void
reap_init(struct reap *r, void *arg)
{
	memset(r, 0, sizeof(*r));
	r->arg = arg;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		log_warn("prctl(PR_SET_CHILD_SUBREAPER): descendants of "
		    "workers may escape");
	r->blind = children_each(r, note_inherited, NULL) == -1;
	if (r->blind)
		log_warnx("what workers leave behind is not killed: it cannot "
		    "be told from children that were there before");
}

void
reap_release(struct reap *r)
{
	free(r->inherited);
	r->inherited = NULL;
	r->ninherited = 0;
}

static void
sweep_one(pid_t pid, struct reap *r, void *arg)
{
	(void)arg;
	if (r->known(pid, r->arg) || is_inherited(r, pid))
		return;
	r->left++;
	if (process_state(pid) == 'Z')
		return;
	log_warnx("process %d: left behind by a worker, killed", (int)pid);
	kill(pid, SIGKILL);
}

void
reap_sweep(struct reap *r)
{
	r->left = 0;
	if (!r->blind)
		(void)children_each(r, sweep_one, NULL);
}

/* One that is no worker of ours is gone: one line for an inherited child. */
static void
stranger_dead(struct reap *r, pid_t pid, int status)
{
	char	text[STATUS_TEXT_SIZE];
	size_t	i;

	status_text(text, status);
	for (i = 0; i < r->ninherited; i++) {
		if (r->inherited[i] != pid)
			continue;
		r->inherited[i] = r->inherited[--r->ninherited];
		log_info("process %d: %s (a child from before the start)",
		    (int)pid, text);
		return;
	}
	log_debug("process %d: %s (not a worker)", (int)pid, text);
}

/* 1 if the process is not dead: it was stopped, or goes on. */
static int
only_halted(struct reap *r, pid_t pid, int status)
{
	if (!WIFSTOPPED(status) && !WIFCONTINUED(status))
		return 0;
	if (r->halted != NULL && r->known(pid, r->arg))
		r->halted(pid, WIFSTOPPED(status) ? WSTOPSIG(status) : 0,
		    r->arg);
	return 1;
}

void
reap_run(struct reap *r)
{
	const int	what = WNOHANG | WUNTRACED | WCONTINUED;
	pid_t		pid;
	int		status, any = 0;

	while ((pid = waitpid(-1, &status, what)) != 0) {
		if (pid == -1 && errno == EINTR)
			continue;
		if (pid == -1)
			break;
		if (only_halted(r, pid, status))
			continue;
		any = 1;
		if (r->known(pid, r->arg))
			r->dead(pid, status, r->arg);
		else
			stranger_dead(r, pid, status);
	}
	if (any)
		reap_sweep(r);
}

void
status_text(char out[STATUS_TEXT_SIZE], int status)
{
	if (WIFSIGNALED(status))
		snprintf(out, STATUS_TEXT_SIZE, "signal %d (%s)%s",
		    WTERMSIG(status), strsignal(WTERMSIG(status)),
		    WCOREDUMP(status) ? ", core dumped" : "");
	else
		snprintf(out, STATUS_TEXT_SIZE, "exit status %d",
		    WEXITSTATUS(status));
}

char
process_state(pid_t pid)
{
	char	 path[64], line[512], *p;
	FILE	*f;
	size_t	 n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return '?';
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	/* The name in parentheses may hold anything, parentheses too. */
	p = strrchr(line, ')');
	return p != NULL && p[1] == ' ' && p[2] != '\0' ? p[2] : '?';
}
