#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hook.h"
#include "common/json.h"
#include "common/mem.h"
#include "tests/fakeworker/fakeworker.h"

extern char	**environ;

void
on_term(int signo)
{
	(void)signo;
	told = 1;
}

void
on_term_alarm(int signo)
{
	(void)signo;
	alarm((unsigned)((hook_grace_ms() + 999) / 1000));
}

void
term_does(void (*fn)(int))
{
	struct sigaction	sa = { .sa_handler = fn };

	sigaction(SIGTERM, &sa, NULL);
}

void
stall(void)
{
	for (;;)
		pause();
}

void
grandchild(int new_session, int keep_pipes)
{
	if (fork() != 0) {
		poll(NULL, 0, 50);
		return;
	}
	term_does(SIG_IGN);
	if (new_session && (setsid() == -1 || fork() != 0))
		_exit(0);
	if (!keep_pipes)
		close_range(2, ~0U, 0);
	stall();
}

void
kin(void)
{
	if (fork() != 0)
		return;
	term_does(SIG_DFL);
	close_range(2, ~0U, 0);
	stall();
}

void
bomb(void)
{
	int	forks = 0;
	pid_t	pid;

	term_does(SIG_IGN);
	for (;;) {
		alarm(20);
		pid = forks < 8 ? fork() : -1;
		if (pid == 0)
			close_range(2, ~0U, 0);
		forks += pid != -1;
		poll(NULL, 0, 2);
	}
}

void
show(void)
{
	DIR		*d = opendir("/proc/self/fd");
	struct dirent	*e;
	char		 line[4096] = "fds:";
	size_t		 i, n = strlen(line);

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && atoi(e->d_name) != dirfd(d))
			n += (size_t)snprintf(line + n, sizeof(line) - n,
			    " %.8s", e->d_name);
	if (d != NULL)
		closedir(d);
	say(line);
	for (i = 0; environ[i] != NULL; i++) {
		snprintf(line, sizeof(line), "env: %.60s", environ[i]);
		say(line);
	}
}

void
raise_now(int signo)
{
	struct sigaction	sa = { .sa_handler = SIG_DFL };

	if (signo != SIGKILL && signo != SIGSTOP)
		sigaction(signo, &sa, NULL);
	raise(signo);
}

void
deep(void)
{
	char	text[20001];

	memset(text, '[', sizeof(text) - 1);
	give_raw(text, sizeof(text) - 1);
}

void
big(void)
{
	json_object	*o = json_object_new_object();
	char		*text = xcalloc(1, 1024 * 1024);

	memset(text, 'x', 1024 * 1024 - 1);
	json_set_str(o, "level", "debug");
	json_set_str(o, "text", text);
	give(MSG_LOG, 0, o);
	free(text);
}

void
beat(void)
{
	for (;;) {
		alive(1);
		poll(NULL, 0, 20);
	}
}

void
flood(void)
{
	for (;;)
		say("flood");
}

void
errflood(void)
{
	for (;;)
		dprintf(2, "a line of a flood\n");
}
