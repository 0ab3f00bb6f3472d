#include <stdlib.h>
#include <string.h>

#include "builtin_forget.h"
#include "mem.h"
#include "worker/text.h"

#define GROUP_HEAD	"# Task Group: "
#define TASK_REF	"[Task "
#define TASKS_MAX	512	/* of one block that forgetting looks at */
#define UUID_LEN	36

/* What is known of a block's tasks, and the way through its lines. */
struct forgetting {
	unsigned char	 kept[TASKS_MAX];	/* citations left */
	unsigned char	 lost[TASKS_MAX];	/* citations forgotten */
	const struct inputs *in;
	int		 any;
	int		 tasks_left;
};

/* The name of a tombstone in the line: its bytes are in *len. */
static const char *
find_name(const char *line, const struct inputs *in, size_t *len)
{
	const struct tombstone *t;
	const char *p;
	size_t i;

	for (i = 0; i < in->ntombstones; i++) {
		t = &in->tombstone[i];
		if ((p = strstr(line, t->thread_id)) != NULL) {
			*len = strlen(t->thread_id);
			return p;
		}
		if (t->stem[0] != '\0' &&
		    (p = strstr(line, t->stem)) != NULL) {
			*len = strlen(t->stem);
			return p;
		}
	}
	return NULL;
}

/* 1 if the line names a thread: eight hexadecimal digits, "-", and so on. */
static int
names_thread(const char *line)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t n;

	for (; *line != '\0'; line++) {
		for (n = 0; n < UUID_LEN && (shape[n] == '-' ? line[n] == '-' :
		    line[n] != '\0' && strchr("0123456789abcdef", line[n]) !=
		    NULL); n++)
			continue;
		if (n == UUID_LEN)
			return 1;
	}
	return 0;
}

/*
 * Cut the citation at `at' out of the line: the whole word
 * ("thread_id=..."), and one of the marks that set it off.
 */
static void
cut_citation(char *line, size_t at, size_t len)
{
	size_t from = at, to = at + len;

	while (from > 0 && strchr(" ,;([", line[from - 1]) == NULL)
		from--;
	to += strcspn(line + to, " ,;)]\r\n");
	if (line[to] == ',' || line[to] == ';') {
		to++;
		to += line[to] == ' ';
	} else {
		while (from > 0 && strchr(" ,;", line[from - 1]) != NULL)
			from--;
	}
	if (from > 0 && line[from - 1] == '(' && line[to] == ')') {
		from--;
		to++;
		while (from > 0 && line[from - 1] == ' ')
			from--;
	}
	memmove(line + from, line + to, strlen(line + to) + 1);
}

/*
 * The line without the tombstones, or NULL if it rests on nothing else.  What
 * names no thread but a tombstone has no other support.
 */
static char *
without_names(const char *line, const struct inputs *in)
{
	char *out = xstrdup(line);
	const char *p;
	size_t len;
	int any = 0;

	while ((p = find_name(out, in, &len)) != NULL) {
		cut_citation(out, (size_t)(p - out), len);
		any = 1;
	}
	if (!any || names_thread(out))
		return out;
	free(out);
	return NULL;
}

/* The number of a "## Task n" line, 0 if it is none. */
static unsigned
task_number(const char *line)
{
	int n;

	return text_number(line, "## Task ", &n) && n > 0 && n < TASKS_MAX ?
	    (unsigned)n : 0;
}

typedef void line_fn(struct forgetting *, const char *line, unsigned task,
    struct buf *out);

/* Each line of the text with the task that it stands in (0: none). */
static void
each_line(const struct buf *text, struct forgetting *f, line_fn *fn,
    struct buf *out)
{
	const char *p = buf_str(text), *nl;
	unsigned task = 0;
	size_t len;
	char *line;

	while (*p != '\0') {
		nl = strchr(p, '\n');
		len = nl == NULL ? strlen(p) : (size_t)(nl - p) + 1;
		line = xstrndup(p, len);
		if (strncmp(line, "## ", 3) == 0)
			task = task_number(line);
		fn(f, line, task, out);
		free(line);
		p += len;
	}
}

/* Within a task a bullet is a citation of one thread. */
static void
count_line(struct forgetting *f, const char *line, unsigned task,
    struct buf *out)
{
	size_t len;

	(void)out;
	if (find_name(line, f->in, &len) != NULL) {
		f->any = 1;
		if (f->lost[task] < UINT8_MAX)
			f->lost[task]++;
	} else if (task != 0 && strncmp(line, "- ", 2) == 0 &&
	    f->kept[task] < UINT8_MAX) {
		f->kept[task]++;
	}
}

static int
is_forgotten(const struct forgetting *f, unsigned task)
{
	return task != 0 && f->lost[task] > 0 && f->kept[task] == 0;
}

/* The task of the reference at `p', 0 if none that is known. */
static unsigned
reference(const char *p)
{
	int n;

	return text_number(p, TASK_REF, &n) && n > 0 && n < TASKS_MAX ?
	    (unsigned)n : 0;
}

/* 1 if all "[Task n]" of the bullet are forgotten ones. */
static int
rests_on_forgotten(const struct forgetting *f, const char *line)
{
	const char *p = line;
	int any = 0;

	for (; (p = strstr(p, TASK_REF)) != NULL; p++) {
		if (!is_forgotten(f, reference(p)))
			return 0;
		any = 1;
	}
	return any;
}

/* Take the references to forgotten tasks out. */
static void
drop_references(const struct forgetting *f, char *line)
{
	char *p = line, *end;

	while ((p = strstr(p, TASK_REF)) != NULL) {
		end = strchr(p, ']');
		if (end == NULL || !is_forgotten(f, reference(p))) {
			p++;
			continue;
		}
		end++;
		if (*end == ' ')
			end++;
		memmove(p, end, strlen(end) + 1);
	}
}

static void
copy_line(struct forgetting *f, const char *line, unsigned task,
    struct buf *out)
{
	size_t len;
	char *left;

	if (is_forgotten(f, task) || rests_on_forgotten(f, line) ||
	    (task != 0 && find_name(line, f->in, &len) != NULL) ||
	    (left = without_names(line, f->in)) == NULL)
		return;
	if (task_number(line) != 0)
		f->tasks_left = 1;
	drop_references(f, left);
	buf_addstr(out, left);
	free(left);
}

static void
forget_block(struct block *b, const struct inputs *in)
{
	struct forgetting f = { .in = in };
	struct buf out = BUF_INIT;

	each_line(&b->text, &f, count_line, NULL);
	if (!f.any)
		return;
	each_line(&b->text, &f, copy_line, &out);
	if (!f.tasks_left && strncmp(buf_str(&b->text), GROUP_HEAD,
	    strlen(GROUP_HEAD)) == 0)
		buf_reset(&out);
	buf_release(&b->text);
	b->text = out;
}

void
forget_blocks(struct blocks *bs, const struct inputs *in)
{
	size_t i;

	for (i = 0; in->ntombstones > 0 && i < bs->n; i++)
		if (bs->v[i].owner != BLOCK_OURS) {
			forget_block(&bs->v[i], in);
			/* The change is ours, and so it stays. */
			if (bs->v[i].owner == BLOCK_KEPT &&
			    bs->v[i].text.len > 0)
				block_seal(&bs->v[i].text);
		}
}

static void
copy_plain(struct forgetting *f, const char *line, unsigned task,
    struct buf *out)
{
	char *left = without_names(line, f->in);

	(void)task;
	if (left != NULL)
		buf_addstr(out, left);
	free(left);
}

void
forget_lines(struct buf *text, const struct inputs *in)
{
	struct forgetting f = { .in = in };
	struct buf out = BUF_INIT;

	if (in->ntombstones == 0)
		return;
	each_line(text, &f, copy_plain, &out);
	buf_release(text);
	*text = out;
}
