/* links: worker/workspace/lines.c worker/consolidate/builtin.c worker/consolidate/builtin_?*.c worker/consolidate/staging.c */
/*
 * libFuzzer entry: any bytes as MEMORY.md, memory_summary.md and the raw
 * memory that a model told of a session, with a form feed between.  The
 * builtin agent folds the session in: what it did not write stays in
 * MEMORY.md byte for byte, and when it runs again it changes nothing; nor is
 * anything of others lost when what was told changes.
 */
#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json.h"
#include "tests/fuzz/piece.h"
#include "worker/consolidate/builtin.h"
#include "worker/consolidate/builtin_blocks.h"
#include "worker/consolidate/builtin_summary.h"
#include "worker/workspace/lines.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define THREAD	"019ab8c4-59d8-7000-8000-0000000000a1"

static struct staging	st;
static char		top[64];

static void
leave(void)
{
	staging_remove(&st, MEMORY_FILE);
	staging_remove(&st, SUMMARY_FILE);
	staging_remove(&st, INPUTS_FILE);
	rmdir(top);
}

static void
enter(void)
{
	snprintf(top, sizeof(top), "%s/fuzz-builtin.%d",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
	    (int)getpid());
	if (mkdir(top, 0700) == -1 || staging_open(&st, top) == -1)
		abort();
	atexit(leave);
}

/* One row, as the workspace role tells of it. */
static void
put_inputs(const struct buf *raw)
{
	json_object	*o = json_object_new_object();
	json_object	*rows = json_object_new_array();
	json_object	*row = json_object_new_object();
	struct buf	 b = BUF_INIT;

	json_set_str(row, "thread_id", THREAD);
	json_set_str(row, "cwd", "/home/dev/src/webapi");
	json_set_str(row, "group", "/home/dev/src/webapi");
	json_set_str(row, "stem", "2025-11-25T00-00-00-kgLZ-a");
	json_set_str(row, "generator", "openai:m/1");
	json_set_int(row, "source_updated_at", 1764028800);
	json_set(row, "headline", lines_of("# A session", 11));
	json_set(row, "raw_memory", lines_of(buf_str(raw), raw->len));
	json_object_array_add(rows, row);
	json_set(o, "rows", rows);
	json_set(o, "tombstones", json_object_new_array());
	json_write(&b, o);
	if (staging_write(&st, INPUTS_FILE, &b, NULL) != STAGING_OK)
		abort();
	json_object_put(o);
	buf_release(&b);
}

/* Every block of others stands in the file that is there now. */
static void
check_kept(const struct buf *memory)
{
	struct buf	now = BUF_INIT;
	struct blocks	was;
	size_t		i, n;

	if (staging_read(&st, MEMORY_FILE, 1 << 20, &now) != STAGING_OK)
		abort();
	blocks_parse(&was, memory);
	for (i = 0; i < was.n; i++) {
		n = was.v[i].text.len;
		if (was.v[i].owner == BLOCK_FOREIGN && n > 0 &&
		    memmem(now.data, now.len, was.v[i].text.data, n) == NULL)
			abort();
	}
	blocks_clear(&was);
	buf_release(&now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char		*s = (const char *)data;
	struct buf		 memory = BUF_INIT, summary = BUF_INIT;
	struct buf		 raw = BUF_INIT;
	struct builtin_report	 report;
	char			 why[256] = "";

	if (top[0] == '\0')
		enter();
	piece(&memory, &s, &size);
	piece(&summary, &s, &size);
	piece(&raw, &s, &size);
	put_inputs(&raw);
	if (staging_write(&st, MEMORY_FILE, &memory, NULL) != STAGING_OK ||
	    staging_write(&st, SUMMARY_FILE, &summary, NULL) != STAGING_OK)
		abort();
	if (builtin_consolidate(&st, &report, why, sizeof(why)) == -1) {
		if (why[0] == '\0')
			abort();
	} else {
		check_kept(&memory);
		if (builtin_consolidate(&st, &report, why, sizeof(why)) ==
		    -1 || report.memory_changed || report.summary_changed)
			abort();
		/* Its own block is written anew from another text. */
		put_inputs(&summary);
		if (builtin_consolidate(&st, &report, why, sizeof(why)) == -1)
			abort();
		check_kept(&memory);
	}
	buf_release(&memory);
	buf_release(&summary);
	buf_release(&raw);
	return 0;
}
