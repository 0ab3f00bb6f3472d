#include <sys/wait.h>
#include <check.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "fake_peer.h"
#include "tests/scratch.h"

void
peer_beside(char *path, size_t size, const char *name)
{
	char	self[4096];
	ssize_t	n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	ck_assert(n > 0);
	self[n] = '\0';
	snprintf(path, size, "%s/%s", dirname(self), name);
	ck_assert_int_eq(access(path, X_OK), 0);
}

static void
in_dir(const struct fake *f, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", f->dir, name);
}

static void
make_certificate(const struct fake *f)
{
	char	cmd[1024];

	snprintf(cmd, sizeof(cmd), "openssl req -x509 -newkey rsa:2048 -nodes "
	    "-days 2 -subj /CN=localhost -addext "
	    "subjectAltName=IP:127.0.0.1,DNS:model.test -keyout %s/key -out %s/cert "
	    "2>/dev/null", f->dir, f->dir);
	ck_assert_int_eq(system(cmd), 0);
}

static void
exec_fake(const struct fake *f, const struct fake_setup *s, int out)
{
	char	path[4096], req[300], ends[300], cert[300], key[300];
	char	*argv[512];
	size_t	n = 0, i;

	peer_beside(path, sizeof(path), "fakemodel");
	in_dir(f, "requests", req, sizeof(req));
	in_dir(f, "ends", ends, sizeof(ends));
	in_dir(f, "cert", cert, sizeof(cert));
	in_dir(f, "key", key, sizeof(key));
	argv[n++] = path;
	argv[n++] = xstrdup("-r"), argv[n++] = req;
	argv[n++] = xstrdup("-e"), argv[n++] = ends;
	if (s->tls == FAKE_TLS) {
		argv[n++] = xstrdup("-c"), argv[n++] = cert;
		argv[n++] = xstrdup("-k"), argv[n++] = key;
	}
	for (i = 0; s->rules[i] != NULL && n < 500; i++)
		argv[n++] = xstrdup(s->rules[i]);
	argv[n] = NULL;
	dup2(out, STDOUT_FILENO);
	execv(path, argv);
	_exit(127);
}

void
fake_start(struct fake *f, const struct fake_setup *s)
{
	char	line[16] = "";
	int	out[2];

	scratch_make(f->dir, sizeof(f->dir));
	if (s->tls != FAKE_PLAIN)
		make_certificate(f);
	ck_assert_int_eq(fd_pipe(out), 0);
	f->pid = fork();
	ck_assert_int_ne(f->pid, -1);
	if (f->pid == 0)
		exec_fake(f, s, out[1]);
	close(out[1]);
	ck_assert_int_gt(read(out[0], line, sizeof(line) - 1), 0);
	close(out[0]);
	f->port = atoi(line);
	ck_assert_int_gt(f->port, 0);
}

void
fake_end(struct fake *f)
{
	kill(f->pid, SIGKILL);
	ck_assert_int_eq(waitpid(f->pid, NULL, 0), f->pid);
	scratch_remove(f->dir);
}

void
fake_url(const struct fake *f, const char *api, char *url, size_t size)
{
	snprintf(url, size, "http://127.0.0.1:%d%s", f->port,
	    strcmp(api, "messages") == 0 ? "" : "/v1");
}

/* Line n (from 1) of a record, NULL if it is not there yet. */
static json_object *
record_line(const struct fake *f, const char *name, int n)
{
	json_object	*o = NULL;
	char		 path[300], *line = NULL;
	size_t		 size = 0;
	ssize_t		 len = -1;
	FILE		*file;

	in_dir(f, name, path, sizeof(path));
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (n > 0 && (len = getline(&line, &size, file)) != -1)
		n--;
	if (n == 0 && len > 0 && line[len - 1] == '\n')
		o = json_parse(line, (size_t)len, JSON_DEPTH + 8, NULL);
	free(line);
	fclose(file);
	return o;
}

json_object *
fake_request(const struct fake *f, int n)
{
	json_object	*o;
	int		 i;

	for (i = 0; i < PEER_PATIENCE_MS / 10; i++) {
		o = record_line(f, "requests", n);
		if (o != NULL)
			return o;
		poll(NULL, 0, 10);
	}
	ck_abort_msg("request %d does not come", n);
	return NULL;
}

int
fake_count(const struct fake *f)
{
	json_object	*o;
	int		 n = 0;

	while ((o = record_line(f, "requests", n + 1)) != NULL) {
		json_object_put(o);
		n++;
	}
	return n;
}

const char *
fake_ending(const struct fake *f, int n)
{
	static char	 how[32];
	json_object	*o;
	int		 i, line;

	for (i = 0; i < PEER_PATIENCE_MS / 10; i++) {
		for (line = 1; (o = record_line(f, "ends", line)) != NULL;
		    line++) {
			snprintf(how, sizeof(how), "%s", json_str(o, "how"));
			if (json_int(o, "n", 0) == n) {
				json_object_put(o);
				return how;
			}
			json_object_put(o);
		}
		poll(NULL, 0, 10);
	}
	ck_abort_msg("reply %d does not end", n);
	return NULL;
}
