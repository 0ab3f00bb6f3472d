/* An agent's folder between two calls of fuzzed tools. */
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/utf8.h"
#include "tests/tools_fuzz.h"
#include "worker/consolidate/tools.h"

#define RESULT_MAX	(TOOLS_RESULT_MAX + 4096)

static char		 top[64];	/* outside/ and staging/ are below */
static struct buf	 whole;		/* the picture being taken */
static struct buf	 others;	/* of what is not the agent's */
static const char	*memory_text = "one\ntwo\n";
static size_t		 memory_len = 8;

static int
take_file(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	const char	*name = path + strlen(top);
	char		 data[65536];
	struct buf	*list[] = { &whole, &others };
	int		 mine, fd;
	ssize_t		 n;
	size_t		 i;

	(void)sb;
	(void)ftw;
	if (type == FTW_D)
		return 0;
	mine = strcmp(name, "/staging/MEMORY.md") == 0 ||
	    strcmp(name, "/staging/memory_summary.md") == 0 ||
	    strncmp(name, "/staging/skills/", 16) == 0;
	fd = type == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	n = fd == -1 ? readlink(path, data, sizeof(data)) :
	    read(fd, data, sizeof(data));
	if (n == -1)
		abort();
	for (i = 0; i < (mine && type == FTW_F ? 1u : 2u); i++) {
		buf_addf(list[i], "%d %s %zd ", type, name, n);
		buf_add(list[i], data, (size_t)n);
	}
	if (fd != -1)
		close(fd);
	return 0;
}

/* Every file and link, in the order of the walk. */
static void
take_picture(void)
{
	buf_reset(&whole);
	buf_reset(&others);
	if (nftw(top, take_file, 16, FTW_PHYS) != 0)
		abort();
}

static int
remove_one(const char *path, const struct stat *sb, int type,
    struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
remove_all(void)
{
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
put(const char *name, const char *text, size_t len)
{
	char	path[128];
	int	fd;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1 || fd_write_all(fd, text, len) == -1)
		abort();
	close(fd);
}

static void
make_folder(const char *name)
{
	char	path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	if (mkdir(path, 0700) == -1)
		abort();
}

static void
make_link(const char *to, const char *name)
{
	char	path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	if (symlink(to, path) == -1)
		abort();
}

static void
fill(void)
{
	static const char *const folders[] = { "", "outside", "staging",
	    "staging/skills", "staging/skills/x", "staging/rollout_summaries" };
	size_t	i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		make_folder(folders[i]);
	put("outside/s", "theirs\n", 7);
	put("staging/MEMORY.md", memory_text, memory_len);
	put("staging/memory_summary.md", "v1\nall\n", 7);
	put("staging/skills/x/SKILL.md", "---\nname: x\n---\r\n", 17);
	put("staging/rollout_summaries/a.md", "thread_id: x\n", 13);
	put("staging/.inputs.json", "{}", 2);
	make_link("../../outside/s", "staging/skills/s.md");
	make_link("../../outside", "staging/skills/out");
}

void
tools_fuzz_memory(const char *text, size_t len)
{
	memory_text = text;
	memory_len = len;
}

static void
check_told(const struct buf *out)
{
	if (out->len == 0 || out->len > RESULT_MAX ||
	    utf8_run(out->data, out->len) != out->len)
		abort();
}

/* The folder as it was before, and what it is now. */
static void
check_folder(enum tool_end e, const struct buf *was, const struct buf *theirs)
{
	take_picture();
	if (strcmp(buf_str(&others), buf_str(theirs)) != 0 || e == TOOL_BROKEN)
		abort();
	if (e == TOOL_REFUSED && (was->len != whole.len ||
	    memcmp(was->data, whole.data, was->len) != 0))
		abort();
}

void
tools_fuzz_call(const char *tool, const char *arguments)
{
	static struct redact	*r;
	struct staging		 st;
	struct tools		 ts = { .st = &st };
	struct buf		 was = BUF_INIT, theirs = BUF_INIT;
	struct buf		 out = BUF_INIT;
	char			 path[128], why[128];

	if (r == NULL) {
		r = redact_new(NULL, 0, why, sizeof(why));
		snprintf(top, sizeof(top), "%s/fuzz-tools.%d",
		    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
		    (int)getpid());
		atexit(remove_all);
	}
	remove_all();
	fill();
	take_picture();
	buf_add(&was, whole.data, whole.len);
	buf_add(&theirs, others.data, others.len);
	snprintf(path, sizeof(path), "%s/staging", top);
	if (r == NULL || staging_open(&st, path) == -1)
		abort();
	ts.redact = r;
	check_folder(tools_call(&ts, tool, arguments, &out), &was, &theirs);
	check_told(&out);
	staging_close(&st);
	buf_release(&was);
	buf_release(&theirs);
	buf_release(&out);
}
