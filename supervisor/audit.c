#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "buf.h"
#include "common/folder.h"
#include "fd.h"
#include "json.h"
#include "log.h"
#include "mem.h"
#include "monotime.h"
#include "uuid.h"
#include "supervisor/audit.h"

#define FOLDER	"agents"
#define SUFFIX	".jsonl"

/* For the caller to free. */
static char *
path_of(const struct state_dir *sd, const char *thread_id)
{
	if (!uuid_valid(thread_id))
		BUG("audit of no thread");
	return xasprintf("%s/" FOLDER "/%s" SUFFIX, sd->path, thread_id);
}

static void
audit_append(const struct state_dir *sd, const char *thread_id,
    const struct buf *line)
{
	struct stat	 sb;
	char		*path = path_of(sd, thread_id);
	int		 fd;

	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1 || fstat(fd, &sb) == -1)
		log_warn("%s: the audit record is lost", path);
	else if (sb.st_size + (off_t)line->len > AUDIT_FILE_MAX)
		log_debug("%s: full, the audit record is dropped", path);
	else if (fd_write_all(fd, line->data, line->len) == -1)
		log_warn("%s: the audit record is lost", path);
	fd_close(&fd);
	free(path);
}

static json_object *
too_large(size_t len)
{
	json_object	*o = json_object_new_object();

	json_set_str(o, "type", "record_too_large");
	json_set_int(o, "bytes", (int64_t)len);
	return o;
}

static void
add_escape(struct buf *b, uint32_t c)
{
	if (c < 0x10000) {
		buf_addf(b, "\\u%04x", c);
		return;
	}
	c -= 0x10000;
	buf_addf(b, "\\u%04x\\u%04x", 0xd800 + (c >> 10),
	    0xdc00 + (c & 0x3ff));
}

/*
 * The same JSON text, fit for a terminal: what moves the cursor or is not
 * seen stands in strings only, and is escaped.
 */
static void
make_printable(struct buf *line)
{
	struct buf	 out = BUF_INIT;
	const char	*p = buf_str(line), *end = p + line->len;
	uint32_t	 c;
	size_t		 n;

	for (; p < end; p += n)
		if (log_hides(p, (size_t)(end - p), &n, &c))
			add_escape(&out, c);
		else
			buf_add(&out, p, n);
	buf_release(line);
	*line = out;
}

void
audit_record(const struct state_dir *sd, const char *thread_id,
    const char *type, json_object *payload)
{
	struct buf	 line = BUF_INIT;
	json_object	*o = json_object_new_object();
	char		 stamp[RFC3339_SIZE];

	rfc3339_format(stamp, wall_ms());
	json_set_str(o, "timestamp", stamp);
	json_set_str(o, "type", type);
	json_set(o, "payload", json_object_get(payload));
	json_write(&line, o);
	if (line.len <= AUDIT_RECORD_MAX)
		make_printable(&line);
	if (line.len > AUDIT_RECORD_MAX) {
		json_set(o, "payload", too_large(line.len));
		buf_reset(&line);
		json_write(&line, o);
	}
	buf_addch(&line, '\n');
	audit_append(sd, thread_id, &line);
	buf_release(&line);
	json_object_put(o);
}

void
audit_begin(const struct state_dir *sd, const char *thread_id,
    const char *memory, const char *cwd)
{
	json_object	*p = json_object_new_object();
	json_object	*source = json_object_new_object();
	char		 stamp[RFC3339_SIZE];

	rfc3339_format(stamp, wall_ms());
	json_set_str(source, "internal", "memory_consolidation");
	json_set_str(p, "id", thread_id);
	json_set_str(p, "session_id", thread_id);
	json_set_str(p, "timestamp", stamp);
	json_set_str(p, "cwd", cwd);
	json_set_str(p, "originator", "mnemod");
	json_set_str(p, "cli_version", MNEMOD_VERSION);
	json_set(p, "source", source);
	json_set_str(p, "thread_source", "memory_consolidation");
	json_set_str(p, "memory", memory);
	audit_record(sd, thread_id, "session_meta", p);
	json_object_put(p);
}

/* The length of the first line, 0 if there is none. */
static off_t
first_line(int fd)
{
	char	 data[AUDIT_RECORD_MAX];
	ssize_t	 n = fd_read_start(fd, data, sizeof(data));
	char	*nl = n > 0 ? memchr(data, '\n', (size_t)n) : NULL;

	return nl == NULL ? 0 : nl - data + 1;
}

int
audit_cut(const struct state_dir *sd, const char *thread_id)
{
	json_object	*note = json_object_new_object();
	char		*path = path_of(sd, thread_id);
	int		 fd, done = -1;

	fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1 && ftruncate(fd, first_line(fd)) == 0 &&
	    fsync(fd) == 0)
		done = 1;
	else if (fd == -1 && errno == ENOENT)
		done = 0;
	else
		log_warn("%s: not cut; remove it by hand", path);
	fd_close(&fd);
	json_set_str(note, "type", "purged");
	if (done == 1)
		audit_record(sd, thread_id, "event_msg", note);
	json_object_put(note);
	free(path);
	return done;
}

int
audit_remove(const struct state_dir *sd, const char *thread_id)
{
	char	*path = path_of(sd, thread_id);
	int	 r = 0;

	if (unlink(path) == -1 && errno != ENOENT) {
		log_warn("%s: it stays, and is tried again tomorrow", path);
		r = -1;
	}
	free(path);
	return r;
}

void
audit_each(const struct state_dir *sd, void (*cb)(const char *, void *),
    void *arg)
{
	char		*path = state_dir_file(sd, FOLDER), id[UUID_SIZE];
	DIR		*d = opendir(path);
	struct dirent	*e;

	if (d == NULL)
		log_warn("%s: old audits are not looked for", path);
	while (d != NULL && (e = folder_next(d)) != NULL)
		if (strlen(e->d_name) == UUID_SIZE - 1 + strlen(SUFFIX) &&
		    strcmp(e->d_name + UUID_SIZE - 1, SUFFIX) == 0) {
			snprintf(id, sizeof(id), "%.36s", e->d_name);
			if (uuid_valid(id))
				cb(id, arg);
		}
	if (d != NULL && errno != 0)
		log_warn("%s: not all old audits are looked for", path);
	if (d != NULL)
		closedir(d);
	free(path);
}
