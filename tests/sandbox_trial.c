#include <sys/stat.h>
#include <sys/wait.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox_trial.h"

struct scene	scene;

static void
folder(char path[PATH_MAX], const char *name)
{
	char	file[PATH_MAX + 8];
	int	fd;

	snprintf(path, PATH_MAX, "%s/%s", scene.dir, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(file, sizeof(file), "%s/file", path);
	fd = open(file, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0700);
	ck_assert_int_eq(write(fd, "text\n", 5), 5);
	close(fd);
	snprintf(file, sizeof(file), "%s/link", path);
	ck_assert_int_eq(symlink("../outside/file", file), 0);
}

void
scene_setup(void)
{
	const char	*b = getenv("B");

	snprintf(scene.dir, sizeof(scene.dir), "%s/test/sandbox.XXXXXX",
	    b == NULL ? "build" : b);
	ck_assert_ptr_nonnull(mkdtemp(scene.dir));
	folder(scene.outside, "outside");
	folder(scene.source, "source");
	folder(scene.live, "live");
	folder(scene.staging, "staging");
	folder(scene.certificates, "certificates");
	snprintf(scene.history, PATH_MAX, "%s/history", scene.dir);
	ck_assert_int_eq(mkdir(scene.history, 0700), 0);
}

void
scene_teardown(void)
{
	char	cmd[PATH_MAX];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", scene.dir);
	ck_assert_int_eq(system(cmd), 0);
}

/* The rules that the roles of mnemod ask for. */
static void
rules(struct sandbox *sb)
{
	char	file[PATH_MAX + 32];

	if (sb->rights == &sandbox_table[ROLE_EXTRACT] && scene.only_file) {
		snprintf(file, sizeof(file), "%s/file", scene.source);
		sandbox_allow(sb, SANDBOX_READ_FILE, file);
		return;
	}
	if (sb->rights == &sandbox_table[ROLE_EXTRACT]) {
		sandbox_allow(sb, SANDBOX_READ_TREE, scene.source);
		return;
	}
	if (sb->rights == &sandbox_table[ROLE_GATEWAY]) {
		sandbox_allow(sb, SANDBOX_READ_TREE, scene.certificates);
		sandbox_allow(sb, SANDBOX_READ_TREE, "/etc");
		sandbox_allow_port(sb, 53);
		return;
	}
	sandbox_allow(sb, SANDBOX_WRITE_TREE, scene.staging);
	if (sb->rights == &sandbox_table[ROLE_WORKSPACE]) {
		sandbox_allow(sb, SANDBOX_WRITE_TREE, scene.live);
		sandbox_allow(sb, SANDBOX_WRITE_TREE, scene.history);
	}
}

const char *
scene_own(enum role role)
{
	if (role == ROLE_GATEWAY)
		return scene.certificates;
	return role == ROLE_EXTRACT ? scene.source : scene.staging;
}

static void
trial_child(const struct trial *t, int fd)
{
	FILE			*out = fdopen(fd, "w");
	struct sandbox		 sb;
	struct sandbox_report	 report;
	char			 why[256];

	setvbuf(out, NULL, _IOLBF, 0);
	needs_before();
	if (t->mode != SANDBOX_OFF) {
		sandbox_init(&sb, &sandbox_table[t->role], t->mode);
		sb.abi_limit = t->abi;
		rules(&sb);
		if (sandbox_apply(&sb, &report, why, sizeof(why)) == -1)
			fprintf(out, "no sandbox: %s\n", why);
	}
	t->run(out, t);
	fputs("end\n", out);
	_exit(0);
}

const char *
trial_run(const struct trial *t)
{
	static char	text[8192];
	size_t		len = 0;
	ssize_t		n;
	int		p[2], status;
	pid_t		pid;

	ck_assert_int_eq(pipe(p), 0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		trial_child(t, p[1]);
	close(p[1]);
	while ((n = read(p[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(p[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return text;
}

int
trial_cannot(void)
{
	return sandbox_landlock_abi() < SANDBOX_ABI_REQUIRED;
}
