/* links: supervisor/mnemoctl/mcp_rpc.c supervisor/mnemoctl/mcp_tools.c supervisor/mnemoctl/mcp_memory.c supervisor/mnemoctl/mcp_text.c supervisor/mnemoctl/mcp_channel.c supervisor/mnemoctl/memory_files.c supervisor/mnemoctl/search_texts.c supervisor/mnemoctl/json_text.c */
/*
 * libFuzzer entry: any lines from a client of mnemoctl mcp.  Whatever comes:
 * each is answered with nothing or with one line of ASCII, a JSON-RPC 2.0
 * reply or a batch of them.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/json.h"
#include "supervisor/mnemoctl/mcp.h"
#include "tests/log_sink.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	LLVMFuzzerInitialize(int *, char ***);

static char	folder[] = "/tmp/mnemod-fuzz-mcp-XXXXXX";
static int	root;

static void
leave(void)
{
	(void)unlinkat(root, "MEMORY.md", 0);
	(void)unlinkat(root, "rollout_summaries/a.md", 0);
	(void)unlinkat(root, "rollout_summaries", AT_REMOVEDIR);
	(void)rmdir(folder);
}

static void
put(const char *path, const char *text)
{
	int	fd = openat(root, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (write(fd, text, strlen(text)) == -1)
		abort();
	close(fd);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setlocale(LC_CTYPE, "C.UTF-8");
	log_set_sink(log_quiet, NULL);
	if (mkdtemp(folder) == NULL)
		abort();
	root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	atexit(leave);
	mkdirat(root, "rollout_summaries", 0700);
	put("MEMORY.md", "one\ntwo \xff\xe2\x82\n\nfour");
	put("rollout_summaries/a.md",
	    "thread_id: 01a1f83a-2aa0-71c4-82dd-c0285b9c2513\none\n");
	return 0;
}

static void
must_be_replies(const struct buf *out)
{
	json_object	*o;
	size_t		 i;

	if (out->len == 0)
		return;
	for (i = 0; i < out->len; i++)
		if ((out->data[i] == '\n') != (i + 1 == out->len) ||
		    (unsigned char)out->data[i] >= 0x7f)
			abort();
	o = json_parse(out->data, out->len - 1, 2 * JSON_DEPTH, NULL);
	if (!json_object_is_type(o, json_type_array) &&
	    json_str(o, "jsonrpc") == NULL)
		abort();
	json_object_put(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mcp	 m = { .root = root, .channel = -1, .memory = "m" };
	const char	*s = (const char *)data, *end = s + size, *nl;
	struct buf	 out = BUF_INIT;

	while (s < end) {
		nl = memchr(s, '\n', (size_t)(end - s));
		if (nl == NULL)
			nl = end;
		buf_reset(&out);
		mcp_line(&m, s, (size_t)(nl - s), &out);
		must_be_replies(&out);
		s = nl + (nl < end);
	}
	buf_release(&out);
	mcp_release(&m);
	return 0;
}
