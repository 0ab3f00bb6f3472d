/* links: worker/workspace/?*.c */
/*
 * libFuzzer entry: objects of a history as anybody may have left them, with a
 * form feed between: a letter (b, t or c: blob, tree or commit; k: the file
 * that says where the history was cut; l: the list of files last read) and
 * its bytes.  A byte 1 to 9 stands for the id of the object that is so many
 * before.  The newest commit is live.  Whatever is asked of such a history
 * has an answer or a reason, and ends.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "common/log.h"
#include "tests/log_sink.h"
#include "worker/workspace/commits.h"
#include "worker/workspace/compare.h"
#include "worker/workspace/losses.h"
#include "worker/workspace/tree.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
const char	*__lsan_default_suppressions(void);

#define OBJECTS_MAX	64
#define LIMIT		20

struct scene {
	struct workspace	 ws;
	git_odb			*odb;
	git_oid			 ids[OBJECTS_MAX];
	size_t			 n;
	git_oid			 live;
	int			 has_live;
};

/* It keeps the author of a commit that it cannot read to the end. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libgit2";
}

static char	top[] = "/dev/shm/fuzz-history-XXXXXX";

static void
path_of(char out[128], const char *name)
{
	snprintf(out, 128, "%s/%s", top, name);
}

static void
leave(void)
{
	char	command[128];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	if (system(command) != 0)
		abort();
}

/* An empty repository, once. */
static void
start(void)
{
	struct history	h;

	if (mkdtemp(top) == NULL || history_start() == -1 ||
	    history_open(&h, top) == -1)
		abort();
	history_close(&h);
	atexit(leave);
	log_set_sink(log_quiet, NULL);
}

static void
write_file(const char *name, const void *data, size_t len)
{
	char	path[128];
	int	fd;

	path_of(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1 || fd_write_all(fd, data, len) == -1)
		abort();
	close(fd);
}

/* An id in the place of bytes 1 to 9: in digits, in a tree as it is. */
static void
add_byte(const struct scene *s, struct buf *out, char c, int raw)
{
	size_t		 back = (unsigned char)c;
	char		 hex[GIT_OID_HEXSZ + 1];
	const git_oid	*id;

	if (back < 1 || back > 9 || back > s->n) {
		buf_addch(out, c);
		return;
	}
	id = &s->ids[s->n - back];
	git_oid_tostr(hex, sizeof(hex), id);
	if (raw)
		buf_add(out, id->id, GIT_OID_RAWSZ);
	else
		buf_addstr(out, hex);
}

static void
add_object(struct scene *s, git_object_t type, const char *data, size_t len)
{
	struct buf	b = BUF_INIT;
	size_t		i;

	if (s->n == OBJECTS_MAX)
		return;
	for (i = 0; i < len; i++)
		add_byte(s, &b, data[i], type == GIT_OBJECT_TREE);
	if (git_odb_write(&s->ids[s->n], s->odb, buf_str(&b), b.len, type) ==
	    0) {
		if (type == GIT_OBJECT_COMMIT) {
			git_oid_cpy(&s->live, &s->ids[s->n]);
			s->has_live = 1;
		}
		s->n++;
	}
	buf_release(&b);
}

static void
take_piece(struct scene *s, const char *p, size_t len)
{
	switch (*p) {
	case 'b':
		add_object(s, GIT_OBJECT_BLOB, p + 1, len - 1);
		break;
	case 't':
		add_object(s, GIT_OBJECT_TREE, p + 1, len - 1);
		break;
	case 'c':
		add_object(s, GIT_OBJECT_COMMIT, p + 1, len - 1);
		break;
	default:
		break;
	}
}

/* What is read when the history is opened: before there are objects. */
static void
take_files(const char *p, size_t len)
{
	const char	*cut;
	size_t		 n;

	for (; len > 0; p += n, len -= n) {
		cut = memchr(p, '\f', len);
		n = cut == NULL ? len : (size_t)(cut - p);
		if (n > 0 && *p == 'k')
			write_file("shallow", p + 1, n - 1);
		else if (n > 0 && *p == 'l')
			write_file(LASTREAD_NAME, p + 1, n - 1);
		n += cut != NULL;
	}
}

static void
take_objects(struct scene *s, const char *p, size_t len)
{
	const char	*cut;
	size_t		 n;

	for (; len > 0; p += n, len -= n) {
		cut = memchr(p, '\f', len);
		n = cut == NULL ? len : (size_t)(cut - p);
		if (n > 0)
			take_piece(s, p, n);
		n += cut != NULL;
	}
}

static void
check(struct scene *s, int r)
{
	if (r != 0 && (s->ws.reason == NULL || s->ws.problem[0] == '\0'))
		abort();
	s->ws.reason = NULL;
	s->ws.problem[0] = '\0';
}

static void
ask(struct scene *s)
{
	struct history	*h = &s->ws.history;
	json_object	*o = json_object_new_object();
	char		 text[HISTORY_TRAILER_MAX];
	git_oid		 found;

	check(s, commits_list(&s->ws, LIMIT, o));
	check(s, compare_run(&s->ws, "live", o));
	check(s, losses_weekly(&s->ws, LIMIT, o));
	check(s, commits_find(&s->ws, "abcd", &found));
	if (history_subject(h, &s->live, text) == 0 &&
	    memchr(text, '\0', sizeof(text)) == NULL)
		abort();
	(void)history_trailer(h, &s->live, "Thread", text);
	(void)history_last_given(h, &s->live, &found);
	(void)history_last_of(h, &s->live, "x", &found);
	json_object_put(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scene	s = { .n = 0 };
	char		hex[GIT_OID_HEXSZ + 2], path[128];

	if (top[sizeof(top) - 2] == 'X')
		start();
	path_of(path, "shallow");
	(void)unlink(path);
	path_of(path, LASTREAD_NAME);
	(void)unlink(path);
	take_files((const char *)data, size);
	workspace_init(&s.ws);
	s.ws.memory = "codex";
	s.ws.root_path = "/nonexistent";
	if (history_open(&s.ws.history, top) == -1)
		return 0;
	if (history_volatile(&s.ws.history) == -1 ||
	    git_repository_odb(&s.odb, s.ws.history.repo) < 0)
		abort();
	take_objects(&s, (const char *)data, size);
	if (s.has_live) {
		path_of(path, "refs/mnemod");
		(void)mkdir(path, 0700);
		git_oid_tostr(hex, GIT_OID_HEXSZ + 1, &s.live);
		hex[GIT_OID_HEXSZ] = '\n';
		write_file(HISTORY_LIVE, hex, GIT_OID_HEXSZ + 1);
		ask(&s);
	}
	git_odb_free(s.odb);
	workspace_release(&s.ws);
	return 0;
}
