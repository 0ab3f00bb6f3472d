#include <string.h>

#include "common/json.h"
#include "common/monotime.h"
#include "common/uuid.h"
#include "worker/stem.h"
#include "worker/text.h"
#include "worker/workspace/raw_memories.h"

#define UNKNOWN	"unknown"

/* A value that cannot end its line, whatever a path holds. */
static void
add_value(struct buf *out, const char *key, const char *value)
{
	const char	*p;

	buf_addf(out, "%s: ", key);
	for (p = value == NULL ? UNKNOWN : value; *p != '\0'; p++)
		buf_add(out, (unsigned char)*p < 0x20 || *p == 0x7f ? " " :
		    p, 1);
	buf_addch(out, '\n');
}

static void
add_time(struct buf *out, json_object *row)
{
	char	t[RFC3339_SIZE];

	rfc3339_format_s(t, json_int(row, "source_updated_at", 0));
	add_value(out, "updated_at", t);
}

static void
add_body(struct buf *out, const char *text)
{
	size_t	len;

	if (text == NULL)
		return;
	len = strlen(text);
	text_trim(&text, &len);
	if (len == 0)
		return;
	buf_add(out, text, len);
	buf_addch(out, '\n');
}

static void
add_row(struct buf *out, json_object *row)
{
	char	stem[STEM_SIZE];

	inputs_stem(row, stem);
	buf_addf(out, "## Thread `%s`\n", json_str(row, "thread_id"));
	add_time(out, row);
	add_value(out, "cwd", json_str(row, "cwd"));
	add_value(out, "rollout_path", json_str(row, "rollout_path"));
	buf_addf(out, "rollout_summary_file: %s.md\n\n", stem);
	add_body(out, json_str(row, "raw_memory"));
	buf_addch(out, '\n');
}

void
raw_memories_write(const struct inputs *in, struct buf *out)
{
	size_t	i;

	buf_addstr(out, "# Raw Memories\n\n");
	if (in->nrows == 0)
		buf_addstr(out, "No raw memories yet.\n");
	else
		buf_addstr(out, "Merged stage-1 raw memories "
		    "(stable ascending thread-id order):\n\n");
	for (i = 0; i < in->nrows; i++)
		add_row(out, in->rows[i]);
}

void
raw_memories_summary(json_object *row, struct buf *out)
{
	add_value(out, "thread_id", json_str(row, "thread_id"));
	add_time(out, row);
	add_value(out, "rollout_path", json_str(row, "rollout_path"));
	add_value(out, "cwd", json_str(row, "cwd"));
	if (json_str(row, "git_branch") != NULL)
		add_value(out, "git_branch", json_str(row, "git_branch"));
	buf_addch(out, '\n');
	add_body(out, json_str(row, "rollout_summary"));
}

int
raw_memories_thread(const struct buf *text, char *out)
{
	static const char	key[] = "thread_id: ";
	const char		*s = buf_str(text);

	if (strncmp(s, key, sizeof(key) - 1) != 0 ||
	    strcspn(s, "\r\n") != sizeof(key) - 1 + UUID_SIZE - 1)
		return 0;
	memcpy(out, s + sizeof(key) - 1, UUID_SIZE - 1);
	out[UUID_SIZE - 1] = '\0';
	return uuid_valid(out);
}
