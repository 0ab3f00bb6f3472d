/* links: supervisor/codex_copy.c supervisor/codex_rows.c */
/*
 * libFuzzer entry: Codex's database of raw memories, as another program left
 * it.  Behind a zero byte any bytes are the file; else its rows are pieces of
 * the input, a form feed between two values.  What is read of it are rows
 * with valid ids and bounded UTF-8 texts, and no copy stays.
 */
#include <dirent.h>
#include <sqlite3.h>
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
#include "common/utf8.h"
#include "common/uuid.h"
#include "supervisor/codex_rows.h"
#include "tests/log_sink.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define COLUMNS		8
#define TEXT_MAX	262144

static char	top[] = "/dev/shm/fuzz-codex-XXXXXX";
static char	home[sizeof(top) + 8], state[sizeof(top) + 8];
static char	file[sizeof(home) + 24];

static void
leave(void)
{
	unlink(file);
	rmdir(home);
	rmdir(state);
	rmdir(top);
}

static void
start(void)
{
	if (mkdtemp(top) == NULL)
		abort();
	snprintf(home, sizeof(home), "%s/home", top);
	snprintf(state, sizeof(state), "%s/state", top);
	snprintf(file, sizeof(file), "%s/memories_1.sqlite", home);
	if (mkdir(home, 0700) == -1 || mkdir(state, 0700) == -1)
		abort();
	atexit(leave);
	log_set_sink(log_quiet, NULL);
}

static void
write_file(const void *data, size_t size)
{
	int	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1 || fd_write_all(fd, data, size) == -1)
		abort();
	close(fd);
}

/* One value: what it begins with says of which type it is. */
static void
bind(sqlite3_stmt *st, int column, const char *s, int len)
{
	if (len == 0)
		sqlite3_bind_null(st, column);
	else if (*s == 'i')
		sqlite3_bind_int64(st, column, (int64_t)((uint64_t)1 <<
		    (len > 1 ? (unsigned char)s[1] % 64 : 0)));
	else if (*s == 'b')
		sqlite3_bind_blob(st, column, s + 1, len - 1,
		    SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(st, column, s + 1, len - 1,
		    SQLITE_TRANSIENT);
}

static void
write_rows(const char *s, size_t len)
{
	sqlite3		*db = NULL;
	sqlite3_stmt	*st = NULL;
	const char	*cut;
	size_t		 n;
	int		 column = 1;

	if (sqlite3_open(file, &db) != SQLITE_OK || sqlite3_exec(db,
	    "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;"
	    "CREATE TABLE stage1_outputs (thread_id, source_updated_at,"
	    " raw_memory, rollout_summary, rollout_slug, generated_at,"
	    " usage_count, last_usage); BEGIN", NULL, NULL, NULL) !=
	    SQLITE_OK || sqlite3_prepare_v2(db, "INSERT INTO stage1_outputs"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", -1, &st, NULL) != SQLITE_OK)
		abort();
	for (; len > 0; s += n, len -= n) {
		cut = memchr(s, '\f', len);
		n = cut == NULL ? len : (size_t)(cut - s);
		bind(st, column, s, (int)n);
		n += cut != NULL;
		if (column++ < COLUMNS && n < len)
			continue;
		sqlite3_step(st);
		sqlite3_reset(st);
		column = 1;
	}
	sqlite3_finalize(st);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
}

static void
check_row(json_object *o)
{
	size_t	len;

	if (!uuid_valid(json_str(o, "thread_id")) ||
	    json_str(o, "raw_memory") == NULL ||
	    json_str(o, "rollout_summary") == NULL)
		abort();
	json_object_object_foreach(o, key, v) {
		(void)key;
		if (!json_object_is_type(v, json_type_string))
			continue;
		len = (size_t)json_object_get_string_len(v);
		if (len > TEXT_MAX || utf8_run(json_object_get_string(v),
		    len) != len)
			abort();
	}
}

static void
check_empty(void)
{
	struct dirent	*e;
	DIR		*d = opendir(state);

	if (d == NULL)
		abort();
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			abort();
	closedir(d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_object	*rows;
	size_t		 i;

	if (size == 0)
		return 0;
	if (file[0] == '\0')
		start();
	unlink(file);
	if (data[0] == 0)
		write_file(data + 1, size - 1);
	else
		write_rows((const char *)data, size);
	rows = json_object_new_array();
	codex_rows_read(home, state, rows);
	for (i = 0; i < json_object_array_length(rows); i++)
		check_row(json_object_array_get_idx(rows, i));
	json_object_put(rows);
	check_empty();
	return 0;
}
