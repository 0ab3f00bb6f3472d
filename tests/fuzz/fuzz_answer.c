/* links: supervisor/?*.c supervisor/mnemoctl/?*.c */
/*
 * libFuzzer entry: lines as the frames that a supervisor sends back to
 * mnemoctl(1), perhaps one of another version; the first byte says which
 * command was asked.  Whatever lacks or is too much in them, the answer ends
 * with a status, and what is shown of it is text that a terminal shows as it
 * is, or JSON.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/frame.h"
#include "common/json.h"
#include "common/log.h"
#include "supervisor/mnemoctl/options.h"
#include "supervisor/mnemoctl/remote_int.h"
#include "tests/log_sink.h"
#include "tests/shown_fuzz.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define NOW	1783036800

static int
hear(struct ctl *ctl, json_object *doc, json_object *frame)
{
	json_set_int(doc, "heard", ++ctl->heard);
	json_set(doc, "records", json_object_get(json_arr(frame, "records")));
	return 0;
}

static const struct ctl_command	commands[] = {
	{ .name = "accept", .show = published_show },
	{ .name = "audit", .show = audit_show },
	{ .name = "diff", .show = diff_show },
	{ .name = "disable", .show = disable_show },
	{ .name = "discard", .show = discarded_show },
	{ .name = "enable", .show = enable_show },
	{ .name = "extract", .show = extract_show },
	{ .name = "forget", .show = forget_show },
	{ .name = "history", .show = history_show },
	{ .name = "log", .show = log_show, .hear = hear },
	{ .name = "metrics", .show = metrics_show },
	{ .name = "pause", .show = pause_show },
	{ .name = "release", .show = release_show },
	{ .name = "reload", .show = reload_show },
	{ .name = "remember", .show = noted_show },
	{ .name = "retry", .show = retry_show },
	{ .name = "review", .show = review_show },
	{ .name = "run", .show = run_show },
	{ .name = "stop", .show = stop_show },
};
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
check_json(json_object *doc)
{
	char		*text = NULL;
	size_t		 len = 0, i;
	FILE		*fp = open_memstream(&text, &len);
	json_object	*again;

	if (fp == NULL)
		abort();
	output_json(fp, doc);
	fclose(fp);
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] > 0x7e)
			abort();
	again = json_parse(text, len - 1, JSON_DEPTH, NULL);
	if (again == NULL)
		abort();
	json_object_put(again);
	free(text);
}

static void
show(const struct ctl_command *cmd, json_object *doc, int width)
{
	struct output	 out = { .width = width, .now = NOW };
	char		*text = NULL;
	size_t		 len = 0;

	out.fp = open_memstream(&text, &len);
	if (out.fp == NULL)
		abort();
	cmd->show(doc, &out);
	fclose(out.fp);
	shown_fuzz(text, len, 1);
	free(text);
}

/* A file of frames, one for each line. */
static int
frames(const char *s, size_t len)
{
	struct frame_writer	 w;
	const char		*end;
	size_t			 n;
	int			 fd = memfd_create("answer", MFD_CLOEXEC);

	frame_writer_init(&w);
	for (; len > 0; s += n, len -= n) {
		end = memchr(s, '\n', len);
		n = end == NULL ? len : (size_t)(end - s);
		if (n > 0)
			(void)frame_writer_push(&w, s, n);
		n += end != NULL;
	}
	if (fd == -1 || fd_write_all(fd, w.out.data, w.out.len) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		abort();
	frame_writer_release(&w);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_options opt = { .follow = size > 1 && data[1] == ' ' };
	struct ctl	 ctl = { .opt = &opt, .now = NOW };
	struct remote	 r = { .ctl = &ctl };
	int		 fd;

	if (size == 0)
		return 0;
	log_set_sink(log_quiet, NULL);
	r.command = &commands[data[0] % NCOMMANDS];
	r.doc = json_object_new_object();
	fd = frames((const char *)data + 1, size - 1);
	if (remote_read(&r, fd) == -1 && r.answered)
		abort();
	close(fd);
	log_set_sink(log_quiet, NULL);
	if (ctl.verdict > CTL_WAITING || r.exit > CTL_WAITING)
		abort();
	if (r.answered && r.exit == CTL_OK) {
		show(r.command, r.doc, 0);
		show(r.command, r.doc, 1 + data[0]);
		check_json(r.doc);
	}
	json_object_put(r.doc);
	return 0;
}
