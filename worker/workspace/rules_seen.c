/*
 * A link or a command that nobody ever saw is either made up or was put into
 * an agent's mouth.  So each must stand in the evidence: in MEMORY.md that of
 * the sessions which the task group cites, elsewhere that of any.
 */
#include <stdlib.h>
#include <string.h>

#include "worker/text.h"
#include "worker/workspace/rules.h"
#include "worker/workspace/tree.h"

/*
 * Enough for an agent to act on.  Each is a search through all evidence; and
 * of the live version, which is evidence itself, none is found.
 */
#define FOUND_MAX 1000

/* Programs whose name makes the code behind it a command. */
static const char *const	programs[] = {
	"ansible", "ansible-playbook", "apk", "apt", "apt-get", "aws", "az",
	"bash", "brew", "bun", "bundle", "cargo", "cat", "cd", "chmod",
	"chown", "clang", "cmake", "conda", "cp", "crontab", "ctest", "curl",
	"dd", "deno", "dnf", "docker", "dotnet", "eval", "exec", "export",
	"find", "gcc", "gcloud", "gh", "git", "go", "gradle", "grep", "helm",
	"java", "jest", "jq", "just", "kill", "killall", "kubectl", "ln",
	"ls", "make", "meson", "mkdir", "mount", "mv", "mvn", "mypy", "nc",
	"ninja", "node", "npm", "npx", "perl", "php", "pip", "pip3", "pkill",
	"pnpm", "poetry", "psql", "pytest", "python", "python3", "rm", "rsync",
	"ruby", "ruff", "rustc", "scp", "sed", "sh", "source", "sqlite3",
	"ssh", "su", "sudo", "systemctl", "tar", "tee", "terraform", "touch",
	"uv", "vim", "wget", "xargs", "yarn", "zsh", NULL
};

/* 1 if what the file's line may rest on holds the plain text. */
static int
seen(struct judged *j, size_t group, const char *what)
{
	const struct evidence		*e = j->evidence;
	const struct evidence_thread	*t;
	char				 id[UUID_SIZE];
	size_t				 i;

	if (evidence_holds(&e->common, what) ||
	    evidence_holds(&e->notes, what))
		return 1;
	if (!rules_is_handbook(j) || rules_is_builtins(j, group)) {
		for (i = 0; i < e->n; i++)
			if (evidence_holds(&e->thread[i].text, what))
				return 1;
		return 0;
	}
	for (i = 0; i < j->book.ncitations; i++) {
		if (j->book.citation[i].group != group)
			continue;
		rules_cited_thread(j, &j->book.citation[i], id);
		t = evidence_find(e, id);
		if (t != NULL && evidence_holds(&t->text, what))
			return 1;
	}
	return 0;
}

static void
must_be_seen(struct judged *j, size_t group, const struct line *at)
{
	struct buf	plain = BUF_INIT;

	if (j->n >= FOUND_MAX)
		return;
	rules_tick(j);
	evidence_plain(&plain, at->s, at->len);
	if (plain.len > 0 && !seen(j, group, buf_str(&plain)))
		rules_found_text(j, at->no, at->s, at->len);
	buf_release(&plain);
}

/* A walk over a file's lines that knows the task group of each. */
struct lines {
	struct walk	walk;
	size_t		group;
};

static int
lines_next(struct lines *l)
{
	if (!walk_next(&l->walk))
		return 0;
	if (l->walk.heading && l->walk.part == PART_GROUP)
		l->group++;
	return 1;
}

#define LINES(j) { .walk = { .text = (j)->text }, .group = HANDBOOK_NO_GROUP }

static int
is_scheme(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '+';
}

/* Where a link in `l' behind `from' is: 1 and its bounds, or 0. */
static int
next_link(const struct line *l, size_t from, struct line *out)
{
	static const char	 stops[] = " \t\"'`<>|\\^{}()[]";
	const char		*p, *s, *end = l->s + l->len;

	p = memmem(l->s + from, l->len - from, "://", 3);
	if (p == NULL)
		return 0;
	for (s = p; s > l->s + from && is_scheme(s[-1]); s--)
		continue;
	for (p += 3; p < end && strchr(stops, *p) == NULL; p++)
		continue;
	out->s = s;
	out->no = l->no;
	out->len = (size_t)(p - s);
	while (out->len > 0 && strchr(".,;:!?/*_", s[out->len - 1]) != NULL)
		out->len--;
	return 1;
}

void
rules_links(struct judged *j)
{
	struct lines	l = LINES(j);
	struct line	link;
	size_t		from;

	if (!tree_agents(j->path))
		return;
	while (lines_next(&l))
		for (from = 0; from < l.walk.line.len &&
		    next_link(&l.walk.line, from, &link);
		    from = (size_t)(link.s - l.walk.line.s) + link.len + 3)
			if (memmem(link.s, link.len, "://", 3) != NULL &&
			    link.s[0] != ':')
				must_be_seen(j, l.group, &link);
}

static size_t
word_at(const char *s, size_t len)
{
	size_t	n = 0;

	while (n < len && s[n] != ' ' && s[n] != '\t')
		n++;
	return n;
}

static int
is_program(const char *s, size_t n)
{
	size_t	i;

	for (i = 0; programs[i] != NULL; i++)
		if (strlen(programs[i]) == n &&
		    memcmp(programs[i], s, n) == 0)
			return 1;
	return 0;
}

/* "ruff", "./build.sh", "mkdocs-x": could be typed at a prompt. */
static int
can_be_program(const char *s, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') ||
		    strchr("._/-+~", s[i]) != NULL))
			return 0;
	return n > 0 && s[0] != '-';
}

/* " -x" or " --long": a letter behind the hyphens. */
static int
has_option(const char *s, size_t len)
{
	size_t	i;

	for (i = 0; i + 2 < len; i++)
		if (s[i] == ' ' && s[i + 1] == '-' &&
		    (s[i + 2] == '-' || is_scheme(s[i + 2])))
			return 1;
	return 0;
}

/* Past "$ " and "VAR=x ". */
static void
skip_prompt(struct line *c)
{
	size_t	n, i;

	text_trim(&c->s, &c->len);
	if (c->len > 2 && (c->s[0] == '$' || c->s[0] == '%') &&
	    c->s[1] == ' ') {
		c->s += 2;
		c->len -= 2;
		text_trim(&c->s, &c->len);
	}
	for (;;) {
		n = word_at(c->s, c->len);
		for (i = 0; i < n && ((c->s[i] >= 'A' && c->s[i] <= 'Z') ||
		    c->s[i] == '_'); i++)
			continue;
		if (i == 0 || i == n || c->s[i] != '=' || n == c->len)
			return;
		c->s += n;
		c->len -= n;
		text_trim(&c->s, &c->len);
	}
}

/* Code that reads as a command; a single word is a name. */
static int
is_command(const struct line *code)
{
	struct line	c = *code;
	size_t		n;

	skip_prompt(&c);
	n = word_at(c.s, c.len);
	if (n == c.len)
		return n > 2 && memcmp(c.s, "./", 2) == 0;
	return is_program(c.s, n) || (can_be_program(c.s, n) &&
	    (has_option(c.s, c.len) || memcmp(c.s, "./", 2) == 0));
}

static void
judge_code(struct judged *j, size_t group, const struct line *code)
{
	struct line	c = *code;

	if (!is_command(code))
		return;
	text_trim(&c.s, &c.len);
	if (c.len > 2 && (c.s[0] == '$' || c.s[0] == '%') && c.s[1] == ' ') {
		c.s += 2;
		c.len -= 2;
	}
	must_be_seen(j, group, &c);
}

/* `code` in a line, also ``co`de``. */
static void
inline_code(struct judged *j, size_t group, const struct line *l)
{
	const char	*p = l->s, *end = l->s + l->len, *close;
	struct line	 code;
	size_t		 n;

	while ((p = memchr(p, '`', (size_t)(end - p))) != NULL) {
		for (n = 1; p + n < end && p[n] == '`'; n++)
			continue;
		p += n;
		close = memmem(p, (size_t)(end - p), "```", n > 3 ? 3 : n);
		if (close == NULL)
			break;
		code.s = p;
		code.len = (size_t)(close - p);
		code.no = l->no;
		judge_code(j, group, &code);
		p = close + n;
		if (p > end)
			break;
	}
}

void
rules_commands(struct judged *j)
{
	struct lines	l = LINES(j);

	if (!tree_agents(j->path))
		return;
	while (lines_next(&l))
		if (!l.walk.fence)
			inline_code(j, l.group, &l.walk.line);
		else if (!line_begins(&l.walk.line, "```"))
			judge_code(j, l.group, &l.walk.line);
}
