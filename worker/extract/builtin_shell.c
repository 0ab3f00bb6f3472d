#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_patch.h"
#include "builtin_shell.h"
#include "mem.h"
#include "worker/text.h"

#define VERSION_MAX	24	/* bytes */
#define VERSION_LINE	200	/* where it is looked for */

/* A file below the folder: no pattern, no path elsewhere, no option. */
static int
is_plain_name(const char *s)
{
	return strchr("/-~.$", s[0]) == NULL && strchr(s, '.') != NULL &&
	    s[strcspn(s, "*?$`'\"{}|<>()\\")] == '\0';
}

/* The last word of "sed -i s/a/b/ x.c", NULL if it is none. */
static char *
stream_edited(const struct seg *seg)
{
	const char *file;

	if (strcmp(seg->program, "sed") != 0 ||
	    strstr(seg->text, " -i") == NULL ||
	    (file = strrchr(seg->text, ' ')) == NULL ||
	    !is_plain_name(file + 1))
		return NULL;
	return xstrdup(file + 1);
}

/* "cat >src/x.c <<EOF", NULL if it is none or the shell makes the name. */
static char *
document_file(const struct seg *seg, const char *dir)
{
	const char *file = seg->writes;

	if (file == NULL || !seg->document || file[0] == '\0' ||
	    file[strcspn(file, "*?$`{}|<>()~\\")] != '\0' ||
	    strncmp(file, "/dev/", 5) == 0)
		return NULL;
	if (strncmp(file, "./", 2) == 0)
		file += 2;
	if (file[0] == '/' || dir == NULL)
		return xstrdup(file);
	return xasprintf("%s/%s", dir, file);
}

int
shell_edit(struct builtin *b, const struct seg *seg, const char *dir)
{
	char *path = stream_edited(seg);
	const char *file;
	struct edit *e;

	if (path == NULL)
		path = document_file(seg, dir);
	file = path == NULL ? NULL : patch_file(path, b->meta->cwd);
	if (file != NULL) {
		e = task_edit(builtin_task(b));
		e->file = text_line(file, BUILTIN_LINE);
		e->seq = b->seq;
	}
	free(path);
	return file != NULL;
}

/* A program is missing or there; a folder and a version are other facts. */
static int
same_fact(enum machine_kind a, enum machine_kind b)
{
	if (a == MACHINE_NO_GIT || b == MACHINE_NO_GIT ||
	    a == MACHINE_VERSION || b == MACHINE_VERSION)
		return a == b;
	return 1;
}

/* The fact's place: its own, a free one, else that of a program seen. */
static struct machine *
machine_place(struct builtin *b, enum machine_kind kind, const char *name)
{
	struct machine *m = b->machine;
	size_t i;

	for (i = 0; i < b->nmachine; i++)
		if (same_fact(m[i].kind, kind) && strcmp(m[i].name, name) == 0)
			return &m[i];
	if (b->nmachine < BUILTIN_MACHINE)
		return &m[b->nmachine++];
	for (i = 0; kind != MACHINE_PRESENT && i < b->nmachine; i++)
		if (m[i].kind == MACHINE_PRESENT)
			return &m[i];
	return NULL;
}

static void
machine_set(struct builtin *b, enum machine_kind kind, const char *name,
    const char *value)
{
	struct machine *m = machine_place(b, kind, name);

	if (m == NULL)
		return;
	free(m->name);
	free(m->value);
	m->kind = kind;
	m->name = xstrdup(name);
	m->value = value == NULL ? NULL : xstrdup(value);
	m->time = b->time;
}

void
machine_note(struct builtin *b, enum machine_kind kind, const char *name)
{
	machine_set(b, kind, name, NULL);
}

/* "--version", or "version" alone, is all that the program was given. */
static int
asks_version(const char *text)
{
	static const char *const ways[] = { " --version", " -V", " -version",
	    " version", NULL };
	const char *const *w;
	const char *rest = strchr(text, ' ');

	if (rest == NULL || text[0] == '/' || text[0] == '.')
		return 0;
	for (w = ways; *w != NULL; w++)
		if (strcmp(rest, *w) == 0)
			return 1;
	return 0;
}

/* The first "1.22" or "3.11.2" of the first line, in `out'; 0 if none. */
static int
find_version(const char *output, char out[VERSION_MAX])
{
	const char *p = output + strspn(output, " \t\r\n");
	const char *end = p + strcspn(p, "\r\n");
	size_t n;

	if (end - p > VERSION_LINE)
		end = p + VERSION_LINE;
	for (; p < end; p++) {
		n = strspn(p, "0123456789.");
		while (n > 0 && p[n - 1] == '.')
			n--;
		if (isdigit((unsigned char)*p) && n < VERSION_MAX &&
		    memchr(p, '.', n) != NULL) {
			memcpy(out, p, n);
			out[n] = '\0';
			return 1;
		}
		p += n > 0 ? n - 1 : 0;
	}
	return 0;
}

void
machine_version(struct builtin *b, const struct seg *seg, const char *output)
{
	char version[VERSION_MAX];

	if (asks_version(seg->text) && find_version(output, version))
		machine_set(b, MACHINE_VERSION, seg->program, version);
}
