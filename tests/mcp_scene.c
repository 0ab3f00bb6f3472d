#include <sys/stat.h>
#include <check.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "tests/log_sink.h"
#include "tests/mcp_scene.h"
#include "tests/scratch.h"

struct mcp		m;
struct buf		out;
json_object		*doc;

static char	dir[300];

void
put(const char *path, const char *text)
{
	int	fd = openat(m.root, path, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

void
mcp_setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	log_set_sink(log_quiet, NULL);
	scratch_make(dir, sizeof(dir));
	memset(&m, 0, sizeof(m));
	m.root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	m.channel = -1;
	m.memory = "codex";
	mkdirat(m.root, "rollout_summaries", 0700);
	mkdirat(m.root, "skills", 0700);
	mkdirat(m.root, "skills/a", 0700);
	mkdirat(m.root, ".git", 0700);
	put("MEMORY.md", "one\ntwo needle\nthree\n\nfive needle");
	put("rollout_summaries/a.md", "thread_id: x\nneedle\n");
	put("skills/a/SKILL.md", "no\n");
	put(".git/config", "needle\n");
	put("todo.txt", "needle\n");
	ck_assert_int_eq(symlinkat("/etc", m.root, "skills/etc"), 0);
	ck_assert_int_eq(symlinkat("/etc/passwd", m.root,
	    "memory_summary.md"), 0);
	ck_assert_int_eq(mkfifoat(m.root, "rollout_summaries/f.md", 0600), 0);
	buf_init(&out);
}

void
mcp_teardown(void)
{
	json_object_put(doc);
	doc = NULL;
	buf_release(&out);
	mcp_release(&m);
	close(m.root);
	scratch_remove(dir);
	log_set_sink(NULL, NULL);
}

json_object *
say(const char *line)
{
	json_object_put(doc);
	doc = NULL;
	buf_reset(&out);
	mcp_line(&m, line, strlen(line), &out);
	if (out.len == 0)
		return NULL;
	ck_assert_int_eq(out.data[out.len - 1], '\n');
	ck_assert_ptr_eq(memchr(out.data, '\n', out.len), out.data + out.len -
	    1);
	doc = json_parse(out.data, out.len - 1, JSON_DEPTH, NULL);
	ck_assert_ptr_nonnull(doc);
	return doc;
}

int
error_of(const char *line)
{
	return (int)json_int(json_obj(say(line), "error"), "code", 0);
}

void
begin(const char *revision)
{
	char	line[256];

	snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":0,"
	    "\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"%s\""
	    "}}", revision);
	ck_assert_ptr_nonnull(json_obj(say(line), "result"));
	ck_assert_ptr_null(say("{\"jsonrpc\":\"2.0\",\"method\":"
	    "\"notifications/initialized\"}"));
}

int
call(const char *name, const char *args, const char **text)
{
	char		 line[1024];
	json_object	*result;

	snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":\"c\","
	    "\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
	    "\"arguments\":%s}}", name, args);
	result = json_obj(say(line), "result");
	ck_assert_ptr_nonnull(result);
	*text = json_str(json_object_array_get_idx(json_arr(result,
	    "content"), 0), "text");
	ck_assert_ptr_nonnull(*text);
	return json_flag(result, "isError", 0) ? -1 : 0;
}
