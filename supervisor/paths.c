/* Where things are, and paths as text. */

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/log.h"
#include "common/mem.h"
#include "common/utf8.h"
#include "supervisor/paths.h"

#ifndef MNEMOD_LIBEXEC
#define MNEMOD_LIBEXEC "/usr/local/libexec/mnemod"
#endif

/* An environment variable that holds an absolute path, or NULL. */
static const char *
env_dir(const char *name)
{
	const char	*value;

	value = getenv(name);
	return value != NULL && *value == '/' ? value : NULL;
}

/*
 * "/" for a user who has none; *unknown if that cannot be told.  What
 * getpwuid(3) sets errno to for a user that is not listed differs.
 */
static char *
find_home(int *unknown)
{
	const struct passwd	*pw;
	const char		*home;

	*unknown = 0;
	home = env_dir("HOME");
	if (home != NULL)
		return xstrdup(home);
	errno = 0;
	pw = getpwuid(getuid());
	if (pw != NULL && pw->pw_dir != NULL && pw->pw_dir[0] == '/')
		return xstrdup(pw->pw_dir);
	*unknown = pw == NULL && (errno == EIO || errno == EMFILE ||
	    errno == ENFILE || errno == ENOMEM || errno == EINTR);
	if (*unknown)
		log_warn("the home directory of uid %u cannot be looked up, "
		    "set HOME", (unsigned)getuid());
	return xstrdup("/");
}

/*
 * The text of an absolute path without `//', `.', `..' and a final slash.
 * Works in place: the result is never longer.
 */
static void
tidy(char *path)
{
	char	*in, *out, *end;
	size_t	 n;

	out = path;
	for (in = path; *in != '\0'; in = end) {
		while (*in == '/')
			in++;
		end = in + strcspn(in, "/");
		n = (size_t)(end - in);
		if (n == 0 || (n == 1 && in[0] == '.'))
			continue;
		if (n == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				continue;
			continue;
		}
		*out++ = '/';
		memmove(out, in, n);
		out += n;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

char *
paths_tidy(const char *path)
{
	char	*copy;

	copy = xstrdup(path);
	tidy(copy);
	return copy;
}

char *
paths_tilde(const struct paths *paths, const char *text)
{
	if (text[0] != '~' || (text[1] != '\0' && text[1] != '/'))
		return xstrdup(text);
	return xasprintf("%s%s", paths->home, text + 1);
}

char *
paths_expand(const struct paths *paths, const char *path)
{
	char	cwd[PATH_MAX], *full, *tilde;

	tilde = paths_tilde(paths, path);
	if (tilde[0] == '/')
		full = tilde;
	else {
		full = xasprintf("%s/%s",
		    getcwd(cwd, sizeof(cwd)) == NULL ? "" : cwd, tilde);
		free(tilde);
	}
	tidy(full);
	return full;
}

int
paths_within(const char *dir, const char *path)
{
	size_t	n;

	n = strlen(dir);
	if (strncmp(dir, path, n) != 0)
		return 0;
	return path[n] == '\0' || path[n] == '/' || (n == 1 && *dir == '/');
}

char *
paths_real(const char *path)
{
	char		*head, *real, *cut, *full;
	const char	*rest;
	int		 error = 0;

	/* The part that exists is resolved, the rest is kept as it is. */
	head = xstrdup(path);
	while ((real = realpath(head, NULL)) == NULL) {
		if (error == 0 && errno != ENOENT && errno != ENOTDIR)
			error = errno;
		cut = strrchr(head, '/');
		if (cut == NULL || cut == head) {
			free(head);
			full = xstrdup(path);
			errno = error;
			return full;
		}
		*cut = '\0';
	}
	rest = path + strlen(head);
	full = xasprintf("%s%s", strcmp(real, "/") == 0 && *rest == '/' ?
	    "" : real, rest);
	free(real);
	free(head);
	errno = error;
	return full;
}

/* `dir' itself or below home; then `tail'. */
static char *
join(const char *dir, const char *home, const char *below,
    const char *tail)
{
	char	*path;

	if (dir != NULL)
		path = xasprintf("%s%s", dir, tail);
	else
		path = xasprintf("%s/%s%s", home, below, tail);
	tidy(path);
	return path;
}

static int
has_workers(const char *dir)
{
	char	*probe;
	int	 found;

	probe = xasprintf("%s/mnemod-extract", dir);
	found = access(probe, X_OK) == 0;
	free(probe);
	return found;
}

/* Beside the program as it was built or installed, wherever that is. */
static char *
find_libexec(void)
{
	static const char	*const places[] = { "libexec",
	    "../libexec/mnemod" };
	char			 exe[PATH_MAX], *dir;
	ssize_t			 n;
	size_t			 i;

	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n <= 0)
		return xstrdup(MNEMOD_LIBEXEC);
	exe[n] = '\0';
	*(strrchr(exe, '/') + 1) = '\0';
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		dir = xasprintf("%s%s", exe, places[i]);
		tidy(dir);
		if (has_workers(dir))
			return dir;
		free(dir);
	}
	return xstrdup(MNEMOD_LIBEXEC);
}

/* Whoever is told of a path is told in JSON. */
static int
all_utf8(const struct paths *p)
{
	const char	*const all[] = { p->home, p->config, p->state,
			    p->runtime, p->codex_home, p->libexec };
	size_t		 i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != NULL && !utf8_is(all[i])) {
			log_warnx("%s: is not UTF-8; set HOME, CODEX_HOME and "
			    "the XDG directories to paths that are", all[i]);
			return 0;
		}
	return 1;
}

int
paths_init(struct paths *p)
{
	const char	*runtime;
	int		 unknown;

	p->home = find_home(&unknown);
	tidy(p->home);
	p->config = join(env_dir("XDG_CONFIG_HOME"), p->home, ".config",
	    "/mnemod/mnemod.conf");
	p->state = join(env_dir("XDG_STATE_HOME"), p->home, ".local/state",
	    "/mnemod");
	p->codex_home = join(env_dir("CODEX_HOME"), p->home, ".codex", "");
	runtime = env_dir("XDG_RUNTIME_DIR");
	p->runtime = runtime == NULL ? NULL :
	    join(runtime, p->home, "", "/mnemod");
	p->libexec = find_libexec();
	return !unknown && all_utf8(p) ? 0 : -1;
}

void
paths_release(struct paths *p)
{
	free(p->home);
	free(p->config);
	free(p->state);
	free(p->runtime);
	free(p->codex_home);
	free(p->libexec);
	memset(p, 0, sizeof(*p));
}
