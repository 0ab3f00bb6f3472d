#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "builtin_patch.h"
#include "mem.h"
#include "worker/text.h"

#define DIFFERENT_MAX	3	/* words: more is another patch */
#define WORD_MAX	80

/* The file named by a "*** Update File: " line, or NULL. */
static const char *
file_line(const char *line)
{
	static const char *const heads[] = { "*** Update File: ",
	    "*** Add File: ", "*** Delete File: ", NULL };
	const char *const *h;

	for (h = heads; *h != NULL; h++)
		if (strncmp(line, *h, strlen(*h)) == 0)
			return line + strlen(*h);
	return NULL;
}

static const char *
below(const char *path, const char *cwd)
{
	size_t n = cwd == NULL ? 0 : strlen(cwd);

	if (n > 1 && strncmp(path, cwd, n) == 0 && path[n] == '/')
		return path + n + 1;
	return path;
}

/* A file that is gone tomorrow teaches nothing. */
static int
is_scratch(const char *path)
{
	return strncmp(path, "/tmp/", 5) == 0 ||
	    strncmp(path, "/var/tmp/", 9) == 0;
}

const char *
patch_file(const char *path, const char *cwd)
{
	path = below(path, cwd);
	return is_scratch(path) ? NULL : path;
}

static struct edit *
begin_file(struct task *t, const struct patch *p, const char *name)
{
	struct edit *e;

	if ((name = patch_file(name, p->cwd)) == NULL)
		return NULL;
	e = task_edit(t);
	e->file = text_line(name, BUILTIN_LINE);
	e->refused = p->refused;
	e->seq = p->seq;
	return e;
}

static void
changed_line(struct edit *e, const char *line)
{
	char *text;

	e->lines++;
	text = text_line(line + 1, BUILTIN_LINE);
	(void)strs_add(line[0] == '-' ? &e->from : &e->to, text);
	free(text);
}

size_t
patch_note(struct task *t, const struct patch *p)
{
	const char *at = strstr(p->text, "*** Begin Patch"), *nl, *name;
	struct edit *e = NULL;
	size_t files = 0;
	char *line;

	while (at != NULL && *at != '\0') {
		nl = strchr(at, '\n');
		line = xstrndup(at, nl == NULL ? strlen(at) :
		    (size_t)(nl - at));
		if (strncmp(line, "*** End Patch", 13) == 0) {
			free(line);
			break;
		}
		if ((name = file_line(line)) != NULL) {
			e = begin_file(t, p, name);
			files++;
		} else if (e != NULL && (line[0] == '-' || line[0] == '+')) {
			changed_line(e, line);
		}
		free(line);
		at = nl == NULL ? NULL : nl + 1;
	}
	return files;
}

/* The next word at `*p': up to white space, without ';' and ','. */
static int
next_word(const char **p, char word[WORD_MAX])
{
	size_t n;

	*p += strspn(*p, " \t");
	if (**p == '\0')
		return 0;
	n = strcspn(*p, " \t");
	memcpy(word, *p, n < WORD_MAX ? n : WORD_MAX - 1);
	word[n < WORD_MAX ? n : WORD_MAX - 1] = '\0';
	*p += n;
	n = strlen(word);
	while (n > 1 && strchr(";,", word[n - 1]) != NULL)
		word[--n] = '\0';
	return 1;
}

/* Words that differ in more than their case, pair by pair. */
static void
different_words(const char *a, const char *b, struct strs *from,
    struct strs *to)
{
	char one[WORD_MAX], two[WORD_MAX];

	while (next_word(&a, one) && next_word(&b, two)) {
		if (strcasecmp(one, two) == 0)
			continue;
		(void)strs_add(from, one);
		(void)strs_add(to, two);
	}
}

int
patch_difference(const struct edit *refused, const struct edit *accepted,
    struct strs *from, struct strs *to)
{
	size_t i, n;

	n = refused->from.n < accepted->from.n ? refused->from.n :
	    accepted->from.n;
	for (i = 0; i < n; i++)
		different_words(refused->from.v[i], accepted->from.v[i],
		    from, to);
	if (from->n > 0 && from->n == to->n && from->n <= DIFFERENT_MAX)
		return 1;
	strs_clear(from);
	strs_clear(to);
	return 0;
}
