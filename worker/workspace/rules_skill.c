/* Where a skill's files are, and how its SKILL.md begins. */
#include <string.h>

#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

#define NAME_MAX_BYTES		64
#define DESCRIPTION_MAX		1024
#define LINES_MAX		500	/* fewer than */

/* "scripts/run.sh" of "skills/build/scripts/run.sh"; NULL if not below. */
static const char *
inside_skill(const char *path)
{
	const char	*slash;

	if (!tree_below(path, TREE_SKILLS))
		return NULL;
	path += strlen(TREE_SKILLS);
	slash = strchr(path, '/');
	return slash == NULL || slash == path ? NULL : slash + 1;
}

void
rules_skill_path(struct judged *j)
{
	const char	*rest = inside_skill(j->path);
	size_t		 len = strlen(j->path);

	if (!tree_below(j->path, TREE_SKILLS))
		return;
	if (rest != NULL && ((len > 3 && strcmp(j->path + len - 3, ".md") ==
	    0) || (j->v->scripts && tree_below(rest, "scripts/"))))
		return;
	rules_found(j, 0, j->path, len);
}

static int
is_skill(const char *path)
{
	const char	*rest = inside_skill(path);

	return rest != NULL && strcmp(rest, "SKILL.md") == 0;
}

/* The value behind "key:", without quotes; 0 if the line has another key. */
static int
value_of(const struct line *l, const char *key, struct line *out)
{
	if (!line_begins(l, key))
		return 0;
	*out = *l;
	out->s += strlen(key);
	out->len -= strlen(key);
	while (out->len > 0 && strchr(" \t\"'", *out->s) != NULL) {
		out->s++;
		out->len--;
	}
	while (out->len > 0 && strchr(" \t\"'", out->s[out->len - 1]) != NULL)
		out->len--;
	return 1;
}

static int
is_name(const struct line *v)
{
	size_t	i;

	for (i = 0; i < v->len; i++)
		if (!((v->s[i] >= 'a' && v->s[i] <= 'z') ||
		    (v->s[i] >= '0' && v->s[i] <= '9') || v->s[i] == '-'))
			return 0;
	return v->len > 0 && v->len <= NAME_MAX_BYTES;
}

/* What the front matter says. */
struct front {
	int	begun, closed;
	int	name, description;	/* each is there and good */
	int	pinned;
	int	lines;			/* of the whole text */
};

static void
read_front(const struct buf *text, struct front *f)
{
	struct line	l = { .no = 0 }, v;
	int		folded = 0;

	memset(f, 0, sizeof(*f));
	while (line_next(text, &l)) {
		f->lines = l.no;
		if (l.len == 3 && memcmp(l.s, "---", 3) == 0) {
			f->closed |= f->begun;
			f->begun |= l.no == 1;
		}
		if (!f->begun || f->closed)
			continue;
		/* "description: >" and its like go on in the next lines. */
		if (folded && l.len > 0 && (*l.s == ' ' || *l.s == '\t'))
			f->description = 1;
		folded &= l.len > 0 && *l.s == ' ';
		if (value_of(&l, "name:", &v))
			f->name = is_name(&v);
		else if (value_of(&l, "description:", &v)) {
			folded = v.len > 0 && (*v.s == '>' || *v.s == '|');
			f->description = !folded && v.len > 0 &&
			    v.len <= DESCRIPTION_MAX;
		} else if (value_of(&l, "pinned:", &v))
			f->pinned = v.len == 3 && memcmp(v.s, "yes", 3) == 0;
	}
}

int
rules_skill_pinned(const struct buf *text)
{
	struct front	f;

	read_front(text, &f);
	return f.closed && f.pinned;
}

void
rules_skill_head(struct judged *j)
{
	struct front	f;

	if (!is_skill(j->path))
		return;
	read_front(j->text, &f);
	if (!f.closed || !f.name || !f.description || f.lines >= LINES_MAX)
		rules_found(j, f.lines >= LINES_MAX && f.closed && f.name &&
		    f.description ? LINES_MAX : 1, "", 0);
}
