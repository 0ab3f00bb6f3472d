/* links: supervisor/root.c supervisor/root_text.c supervisor/paths.c */

/*
 * Users lost what they had written when a memory folder was taken for ours
 * that was not: another program's, a link's target, the empty mount point of
 * a disk that was not there.  Nothing may be written before the root's state
 * is known, and nobody else may hold it.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check_main.h"
#include "common/fd.h"
#include "common/mem.h"
#include "supervisor/root.h"

static char		 top[64];
static char		*path;		/* top/memories */
static struct root	 r;
static struct root_query q;

static const char	*unresolved;	/* realpath(3) of it fails */

/* The program's own comes before that of the C library. */
char *
realpath(const char *name, char *out)
{
	static char	*(*real)(const char *, char *);

	if (unresolved != NULL && strcmp(name, unresolved) == 0) {
		errno = EIO;
		return NULL;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "realpath");
	return real(name, out);
}

static void
set_up(void)
{
	snprintf(top, sizeof(top), "/tmp/mnemod-root.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	path = xasprintf("%s/memories", top);
	memset(&q, 0, sizeof(q));
	q.name = "codex";
	q.path = path;
}

static void
tear_down(void)
{
	char	*cmd;

	root_release(&r);
	cmd = xasprintf("rm -rf %s", top);
	ck_assert_int_eq(system(cmd), 0);
	free(cmd);
	free(path);
}

/* A file below the root. */
static void
touch(const char *name)
{
	char	*file;
	int	 fd;

	file = xasprintf("%s/%s", path, name);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	close(fd);
	free(file);
}

/* The database knows the root as it is now. */
static void
record(int published)
{
	struct stat	st;

	ck_assert_int_eq(stat(path, &st), 0);
	q.record.real = path;
	q.record.dev = st.st_dev;
	q.record.ino = st.st_ino;
	q.record.published = published;
}

#define LOOK(want_state, want_text) do {				\
	root_look(&r, &q);						\
	ck_assert_msg(r.state == (want_state), "%s: %s",		\
	    root_state_name(r.state), r.text);				\
	ck_assert_msg(strstr(r.text, (want_text)) != NULL, "%s", r.text); \
	ck_assert_int_eq(strncmp(r.text, "memory \"codex\": ", 16), 0);	\
	ck_assert_int_eq(r.fd, -1);					\
	root_release(&r);						\
} while (0)

START_TEST(test_absent)
{
	struct stat	st;

	LOOK(ROOT_ABSENT, "will be created");
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(root_take(&r, &q), 1);
	ck_assert_int_eq(r.state, ROOT_EMPTY);
	ck_assert_int_ne(r.fd, -1);
	ck_assert_int_eq(r.peer_fd, -1);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	ck_assert(st.st_ino == r.ino);
}
END_TEST

START_TEST(test_absent_below_absent)
{
	char	*deep = xasprintf("%s/a/b/c", top);

	q.path = deep;
	LOOK(ROOT_ABSENT, "will be created");
	ck_assert_int_eq(root_take(&r, &q), 1);
	ck_assert_str_eq(r.real, deep);
	free(deep);
}
END_TEST

START_TEST(test_foreign)
{
	ck_assert_int_eq(mkdir(path, 0755), 0);
	LOOK(ROOT_EMPTY, "is empty");
	touch("MEMORY.md");
	touch("\033[2J");
	LOOK(ROOT_FOREIGN, "MEMORY.md");
	LOOK(ROOT_FOREIGN, "\\x1b[2J");
	LOOK(ROOT_FOREIGN, "memory.codex.root");
	touch("c");
	touch("d");
	touch("e");
	touch("f");
	LOOK(ROOT_FOREIGN, "and 1 more");
	ck_assert_int_eq(root_take(&r, &q), 0);
	ck_assert_int_eq(r.fd, -1);
}
END_TEST

START_TEST(test_ours_and_vanished)
{
	char	*aside = xasprintf("%s/aside", top);

	ck_assert_int_eq(mkdir(path, 0700), 0);
	record(0);
	/* Recorded, but the first publication did not happen. */
	LOOK(ROOT_EMPTY, "is empty");
	record(1);
	LOOK(ROOT_VANISHED, "is ours but is empty");
	touch("MEMORY.md");
	LOOK(ROOT_OURS, "is ours");
	ck_assert_int_eq(root_take(&r, &q), 1);
	root_release(&r);
	ck_assert_int_eq(rename(path, aside), 0);
	LOOK(ROOT_VANISHED, "is not there");
	ck_assert_int_eq(root_take(&r, &q), 0);
	root_release(&r);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	LOOK(ROOT_VANISHED, "is empty");
	touch("MEMORY.md");
	LOOK(ROOT_REPLACED, "is another folder now");
	ck_assert_int_eq(root_take(&r, &q), 0);
	root_release(&r);
	/* Another root was configured: the record is not about it. */
	q.path = aside;
	LOOK(ROOT_FOREIGN, "not ours");
	free(aside);
}
END_TEST

/*
 * A key in a file that nobody looks at must not take back what was given
 * away, nor take what lies in a place that is not mounted.
 */
START_TEST(test_adoption)
{
	char	*aside = xasprintf("%s/aside", top);

	ck_assert_int_eq(mkdir(path, 0700), 0);
	touch("MEMORY.md");
	q.adopt = ADOPT_FOREIGN;
	LOOK(ROOT_FOREIGN, "is adopted, as it is");
	ck_assert_int_eq(root_take(&r, &q), 1);
	ck_assert_int_eq(r.state, ROOT_FOREIGN);
	root_release(&r);
	record(1);
	q.record.released = 1;
	LOOK(ROOT_RELEASED, "--adopt=codex takes it again");
	ck_assert_int_eq(root_take(&r, &q), 0);
	root_release(&r);
	q.adopt = ADOPT_ANY;
	LOOK(ROOT_RELEASED, "it is adopted again");
	ck_assert_int_eq(root_take(&r, &q), 1);
	root_release(&r);
	q.record.released = 0;
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	LOOK(ROOT_VANISHED, "is empty");
	touch("MEMORY.md");
	LOOK(ROOT_REPLACED, "it is adopted");
	q.adopt = ADOPT_FOREIGN;
	LOOK(ROOT_REPLACED, "--adopt=codex");
	free(aside);
}
END_TEST

START_TEST(test_symlink)
{
	char	*target = xasprintf("%s/target", top);

	ck_assert_int_eq(symlink(target, path), 0);
	LOOK(ROOT_SYMLINK, "leads nowhere");
	ck_assert_int_eq(mkdir(target, 0700), 0);
	LOOK(ROOT_SYMLINK, target);
	ck_assert_int_eq(root_take(&r, &q), 0);
	free(target);
}
END_TEST

START_TEST(test_not_a_directory)
{
	char	*below = xasprintf("%s/x/y", path);
	int	 fd;

	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(fd);
	LOOK(ROOT_NOT_DIR, "is no directory");
	q.path = below;
	LOOK(ROOT_NOT_DIR, "ot a directory");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	q.path = path;
	LOOK(ROOT_NOT_DIR, "is no directory");
	free(below);
}
END_TEST

/* In a child that is nobody, whoever runs the tests. */
START_TEST(test_unwritable)
{
	int	status, ok;
	pid_t	pid;

	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(chmod(path, 0555), 0);
	ck_assert_int_eq(chmod(top, 0555), 0);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) == -1)
			_exit(9);
		root_look(&r, &q);
		if (r.state != ROOT_UNWRITABLE)
			_exit(1);
		root_release(&r);
		q.path = xasprintf("%s/new", top);
		root_look(&r, &q);
		ok = r.state == ROOT_UNWRITABLE;
		root_release(&r);
		ok = ok && root_take(&r, &q) == 0;
		root_release(&r);
		_exit(ok ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(chmod(top, 0755), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* A child that locks `file' and waits to be killed. */
static pid_t
holder(const char *file, int flags)
{
	char	c = 0;
	int	fds[2], fd;
	pid_t	pid;

	ck_assert_int_eq(fd_pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		fd = open(file, flags | O_CLOEXEC, 0600);
		if (flock(fd, LOCK_EX) == 0 && write(fds[1], &c, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(fds[1]);
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	close(fds[0]);
	return pid;
}

static void
end_holder(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(test_locked_root)
{
	char	want[32];
	pid_t	pid;

	ck_assert_int_eq(mkdir(path, 0700), 0);
	pid = holder(path, O_RDONLY | O_DIRECTORY);
	LOOK(ROOT_EMPTY, "is empty");	/* a look takes no lock */
	ck_assert_int_eq(root_take(&r, &q), -1);
	ck_assert_int_eq(r.locked_by, pid);
	snprintf(want, sizeof(want), "locked by process %d", (int)pid);
	ck_assert_ptr_nonnull(strstr(r.text, want));
	ck_assert_int_eq(r.fd, -1);
	root_release(&r);
	end_holder(pid);
	ck_assert_int_eq(root_take(&r, &q), 1);
}
END_TEST

START_TEST(test_peer_lock)
{
	char	*lock = xasprintf("%s/memories.lock", top);
	pid_t	 pid;

	q.codex_home = top;
	pid = holder(lock, O_RDWR | O_CREAT);
	ck_assert_int_eq(root_take(&r, &q), -1);
	ck_assert_int_eq(r.locked_by, pid);
	ck_assert_int_eq(r.fd, -1);
	ck_assert_int_eq(r.peer_fd, -1);
	root_release(&r);
	end_holder(pid);
	ck_assert_int_eq(root_take(&r, &q), 1);
	ck_assert_int_ne(r.peer_fd, -1);
	root_release(&r);
	/* A link in the lock's place is not followed. */
	ck_assert_int_eq(unlink(lock), 0);
	ck_assert_int_eq(symlink("/tmp/elsewhere", lock), 0);
	ck_assert_int_eq(root_take(&r, &q), 0);
	ck_assert_int_eq(access("/tmp/elsewhere", F_OK), -1);
	root_release(&r);
	/* Another root does not concern Codex. */
	q.codex_home = "/nonexistent";
	ck_assert_int_eq(root_take(&r, &q), 1);
	ck_assert_int_eq(r.peer_fd, -1);
	free(lock);
}
END_TEST

/*
 * A root that is reached by a link, and is not there: as long as the link
 * cannot be followed nobody knows that it was ours, and it was made anew.
 */
START_TEST(test_unresolved)
{
	char	*dir = xasprintf("%s/real", top);
	char	*link = xasprintf("%s/link", top);
	char	*real = xasprintf("%s/memories", dir);

	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(symlink("real", link), 0);
	free(path);
	q.path = path = xasprintf("%s/memories", link);
	q.record.real = real;
	q.record.published = 1;
	LOOK(ROOT_VANISHED, "not there");
	unresolved = link;
	LOOK(ROOT_ERROR, "Input/output error");
	ck_assert_int_eq(root_take(&r, &q), 0);
	ck_assert_int_eq(access(real, F_OK), -1);
	root_release(&r);
	unresolved = NULL;
	LOOK(ROOT_VANISHED, "not there");
	free(real);
	free(link);
	free(dir);
}
END_TEST

/* Whose folder it is could not be told, and Codex's lock was not taken. */
START_TEST(test_peer_unresolved)
{
	q.codex_home = top;
	unresolved = top;
	ck_assert_int_eq(root_take(&r, &q), 0);
	ck_assert_int_eq(r.state, ROOT_ERROR);
	ck_assert_int_eq(r.fd, -1);
	root_release(&r);
	unresolved = NULL;
	ck_assert_int_eq(root_take(&r, &q), 1);
	ck_assert_int_ne(r.peer_fd, -1);
}
END_TEST

START_TEST(test_no_descriptor_left)
{
	int	before, i;

	ck_assert_int_eq(mkdir(path, 0700), 0);
	before = fd_count();
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(root_take(&r, &q), 1);
		root_release(&r);
		root_look(&r, &q);
		root_release(&r);
	}
	ck_assert_int_eq(fd_count(), before);
}
END_TEST

/* Without a descriptor nothing is known of it: not that it is not ours. */
START_TEST(test_no_descriptor_to_be_had)
{
	struct rlimit	had, none = { 0, 0 };

	ck_assert_int_eq(mkdir(path, 0700), 0);
	touch("MEMORY.md");
	record(1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &had), 0);
	none.rlim_max = had.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	LOOK(ROOT_ERROR, "memories cannot be used now: Too many open files; "
	    "looked at again at the next pass");
	ck_assert(root_unknown(r.state));
	ck_assert_int_eq(root_take(&r, &q), 0);
	ck_assert(root_unknown(r.state));
	root_release(&r);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &had), 0);
	LOOK(ROOT_OURS, "is ours");
	ck_assert(!root_unknown(r.state));
}
END_TEST

static Suite *
root_suite(void)
{
	Suite	*s = suite_create("root");
	TCase	*tc = tcase_create("root");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, test_absent);
	tcase_add_test(tc, test_absent_below_absent);
	tcase_add_test(tc, test_foreign);
	tcase_add_test(tc, test_ours_and_vanished);
	tcase_add_test(tc, test_adoption);
	tcase_add_test(tc, test_symlink);
	tcase_add_test(tc, test_not_a_directory);
	tcase_add_test(tc, test_unwritable);
	tcase_add_test(tc, test_locked_root);
	tcase_add_test(tc, test_peer_lock);
	tcase_add_test(tc, test_unresolved);
	tcase_add_test(tc, test_peer_unresolved);
	tcase_add_test(tc, test_no_descriptor_left);
	tcase_add_test(tc, test_no_descriptor_to_be_had);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(root_suite)
