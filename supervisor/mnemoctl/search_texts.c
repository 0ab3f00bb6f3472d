#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/tree_path.h"
#include "common/uuid.h"
#include "supervisor/mnemoctl/search_texts.h"

#define GROUP	"Task Group: "

/* The UUID at `s', in lower case; 1, or 0 and "". */
static int
take_id(const char *s, size_t len, char *out)
{
	size_t	i;

	out[0] = '\0';
	if (len < UUID_SIZE - 1)
		return 0;
	for (i = 0; i < UUID_SIZE - 1; i++)
		out[i] = (char)tolower((unsigned char)s[i]);
	out[i] = '\0';
	if (uuid_valid(out))
		return 1;
	out[0] = '\0';
	return 0;
}

int
search_thread(const char *s, size_t len, const char *key, char *out)
{
	const char	*end = s + len, *p = s;

	out[0] = '\0';
	while ((p = memmem(p, (size_t)(end - p), key, strlen(key))) != NULL) {
		p += strlen(key);
		if (take_id(p, (size_t)(end - p), out))
			return 1;
	}
	return 0;
}

/* The value of a line "key: value" before the first empty line, or "". */
static char *
header(const struct buf *b, const char *key)
{
	const char	*s = buf_str(b);

	while (*s != '\0' && *s != '\n') {
		if (strncmp(s, key, strlen(key)) == 0) {
			s += strlen(key);
			return xstrndup(s, strcspn(s, "\r\n"));
		}
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return xstrdup("");
}

/* What a file is called where no heading says it. */
static char *
name_of(const char *path, const char *below)
{
	char	*name = xstrdup(path + strlen(below)), *end;

	end = strrchr(name, '.');
	if (end != NULL && strcmp(end, ".md") == 0)
		*end = '\0';
	end = strrchr(name, '/');
	if (end != NULL && strcmp(end, "/SKILL") == 0)
		*end = '\0';
	return name;
}

/* A file on its way to the one who asked. */
struct cutting {
	const char		*path;
	const struct buf	*file;
	struct search_text	 text;
	size_t			 levels;	/* of headings that it is cut at */
	char			*group;
	char			*heading;
	search_text_cb		*cb;
	void			*arg;
};

static void
whole(struct cutting *c, const char *kind, const char *below)
{
	char	*name = name_of(c->path, below);

	c->text.kind = kind;
	c->text.heading = name;
	c->text.body = buf_str(c->file);
	c->text.len = c->file->len;
	c->cb(&c->text, c->arg);
	free(name);
}

static void
rollout_summary(struct cutting *c)
{
	char	 id[UUID_SIZE];
	char	*cwd = header(c->file, "cwd: ");
	char	*thread = header(c->file, "thread_id: ");

	(void)take_id(thread, strlen(thread), id);
	c->text.cwd = cwd;
	c->text.thread_id = id;
	whole(c, "rollout_summary", TREE_SUMMARIES);
	free(cwd);
	free(thread);
}

static void
hand_section(struct cutting *c, const char *begin, const char *end,
    size_t line)
{
	struct search_text	*t = &c->text;
	char			 id[UUID_SIZE];

	if (begin == end && *c->heading == '\0')
		return;
	(void)search_thread(begin, (size_t)(end - begin), "thread_id=", id);
	t->group = c->group;
	t->heading = c->heading;
	t->thread_id = id;
	t->body = begin;
	t->len = (size_t)(end - begin);
	t->line = line;
	c->cb(t, c->arg);
}

/* The level of a heading, 0 for any other line. */
static size_t
level_of(const char *s, size_t len)
{
	size_t	n = 0;

	while (n < len && s[n] == '#')
		n++;
	return n < len && s[n] == ' ' ? n : 0;
}

static void
set_heading(struct cutting *c, const char *s, size_t len, size_t level)
{
	char	*words = xstrndup(s + level + 1, len - level - 1);
	char	*name = words;

	if (strncmp(name, GROUP, strlen(GROUP)) == 0)
		name += strlen(GROUP);
	free(c->heading);
	if (level == 1) {
		free(c->group);
		c->group = xstrdup(name);
	}
	c->heading = level == 1 || *c->group == '\0' ? xstrdup(name) :
	    xasprintf("%s: %s", c->group, name);
	free(words);
}

/* A section is its heading's line and all up to the next. */
static void
sections(struct cutting *c, const char *kind)
{
	const char	*s = buf_str(c->file), *end = s + c->file->len;
	const char	*begin = s, *nl;
	size_t		 line = 1, first = 1, len, level;

	c->text.kind = kind;
	c->group = xstrdup("");
	c->heading = xstrdup("");
	for (; s < end; s = nl == NULL ? end : nl + 1, line++) {
		nl = memchr(s, '\n', (size_t)(end - s));
		len = (size_t)((nl == NULL ? end : nl) - s);
		level = level_of(s, len);
		if (level == 0 || level > c->levels)
			continue;
		if (s > begin)
			hand_section(c, begin, s, first);
		begin = s;
		first = line;
		set_heading(c, s, len, level);
	}
	hand_section(c, begin, end, first);
	free(c->group);
	free(c->heading);
}

void
search_texts(const char *path, const struct buf *file, search_text_cb *cb,
    void *arg)
{
	struct cutting	c = { .path = path, .file = file, .cb = cb,
	    .arg = arg, .levels = 2 };

	c.text = (struct search_text){ "", "", "", "", "", "", 0, 1 };
	if (strcmp(path, TREE_HANDBOOK) == 0)
		sections(&c, "handbook");
	else if (strcmp(path, TREE_SUMMARY) == 0) {
		c.levels = 4;
		sections(&c, "summary");
	} else if (tree_below(path, TREE_SUMMARIES))
		rollout_summary(&c);
	else if (tree_below(path, TREE_SKILLS))
		whole(&c, "skill", TREE_SKILLS);
	else
		whole(&c, "extension", TREE_EXTENSIONS);
}
