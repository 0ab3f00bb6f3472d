#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builtin_command.h"
#include "buf.h"
#include "mem.h"
#include "worker/text.h"

#define COMMAND_MAX	4096	/* bytes of a line that are looked at */
#define WORD_MAX	128

/* Programs that look, move or print: never worth a line of memory. */
static const char *const plain[] = { "cat", "ls", "sed", "awk", "grep", "rg",
	"find", "fd", "head", "tail", "wc", "git", "echo", "printf", "cd",
	"pwd",
	"true", "false", "which", "command", "type", "export", "set", "mkdir",
	"rm", "cp", "mv", "touch", "chmod", "ln", "tree", "stat", "file",
	"sort",
	"uniq", "cut", "tr", "xargs", "tee", "sleep", "date", "env", "nl",
	"less",
	"diff", "cmp", "kill", "ps", "test", "[", "exit", "source", ".", "id",
	"uname", "whoami", "hostname", "du", "df", "jq", "curl", "wget", "for",
	"while", "if", "do", "done", "then", "fi", "read", "apply_patch", "gh",
	"pgrep", "pidof", "pkill", "killall", "egrep", "fgrep", "zgrep", "ag",
	"comm", "[[", "readlink", "mktemp", "seq", "lsof", "ss", "printenv",
	"md5sum", "sha256sum", "strings", "hexdump",
	"xxd", "od", "basename", "dirname", "realpath",
	NULL };

static const char *const tests[] = { "test", "tests", "unittest", "pytest",
	"py.test", "check", "ctest", "jest", "vitest", "tox", "nox",
	"nosetests",
	"rspec", "phpunit", "prove", "bats", "mocha", "nextest", "valgrind",
	"spec", NULL };
static const char *const builds[] = { "make", "gmake", "ninja", "cmake",
	"gcc", "cc", "clang", "g++", "clang++", "rustc", "javac", "tsc",
	"build",
	"mvn", "gradle", "meson", "bazel", "compile", "install", NULL };
static const char *const lints[] = { "lint", "flake8", "ruff", "mypy",
	"pylint", "shellcheck", "eslint", "clang-tidy", "golangci-lint",
	"clippy", "vet", "fmt", "prettier", "black", "mandoc", "pyright",
	"stylelint", NULL };
static const char *const interpreters[] = { "python", "python3", "node",
	"ruby", "perl", "bash", "sh", "php", "deno", "bun", "java", NULL };
static const char *const with_subcommand[] = { "go", "cargo", "npm", "yarn",
	"pnpm", "make", "docker", "kubectl", "poetry", "uv", "pip", "bundle",
	"rake", "dotnet", "mvn", "gradle", "terraform", "just", "npx", "swift",
	"zig", "mix", "composer", NULL };
static const char *const wrappers[] = { "sudo", "time", "timeout", "nice",
	"env", "nohup", "exec", "stdbuf", "command", NULL };

static int
in_list(const char *const *list, const char *s)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, s) == 0)
			return 1;
	return 0;
}

/* The next word of `*p', quotes removed, cut at WORD_MAX.  0 at the end. */
static int
next_word(const char **p, char word[WORD_MAX])
{
	size_t n = 0;
	char quote = '\0';

	while (isspace((unsigned char)**p))
		(*p)++;
	if (**p == '\0')
		return 0;
	for (; **p != '\0'; (*p)++) {
		if (quote == '\0' && isspace((unsigned char)**p))
			break;
		if (quote == '\0' && (**p == '\'' || **p == '"')) {
			quote = **p;
			continue;
		}
		if (**p == quote) {
			quote = '\0';
			continue;
		}
		if (n < WORD_MAX - 1)
			word[n++] = **p;
	}
	word[text_cut(word, n, n)] = '\0';
	return 1;
}

static int
is_assignment(const char *word)
{
	size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && word[n] == '=' && !isdigit((unsigned char)word[0]);
}

/* Skips assignments and wrappers; the program's word is in `word'. */
static int
program_word(const char **p, char word[WORD_MAX])
{
	int wrapped = 0;

	while (next_word(p, word)) {
		if (is_assignment(word))
			continue;
		if (in_list(wrappers, word)) {
			wrapped = 1;
			continue;
		}
		if (wrapped && (word[0] == '-' ||
		    isdigit((unsigned char)word[0])))
			continue;
		return 1;
	}
	return 0;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

/*
 * What makes two calls the same command: the program, its subcommand or
 * script; "python3 -m pytest" is "pytest".
 */
static void
make_key(struct buf *key, const char *program, const char *rest)
{
	char word[WORD_MAX];

	buf_addstr(key, program);
	if (!in_list(interpreters, program) &&
	    !in_list(with_subcommand, program))
		return;
	while (next_word(&rest, word)) {
		if (strcmp(word, "-C") == 0 || strcmp(word, "-f") == 0) {
			(void)next_word(&rest, word);	/* its argument */
			continue;
		}
		if (strcmp(word, "-m") == 0) {
			if (next_word(&rest, word)) {
				buf_reset(key);
				buf_addstr(key, word);
			}
			return;
		}
		if (is_assignment(word) || word[0] == '-')
			continue;
		buf_addf(key, " %s", word);
		if (strcmp(word, "run") != 0)
			return;
	}
}

static enum run_kind
kind_of(const char *program, const char *text)
{
	const char *p = text;
	char word[WORD_MAX];
	const char *base;
	enum run_kind kind = RUN_PROGRAM;

	if (in_list(plain, program))
		return RUN_OTHER;
	while (next_word(&p, word)) {
		base = base_name(word);
		if (in_list(tests, base) || strstr(base, "test_") == base)
			return RUN_TEST;
		if (in_list(lints, base))
			kind = RUN_LINT;
		else if (in_list(builds, base) && kind == RUN_PROGRAM)
			kind = RUN_BUILD;
	}
	return kind;
}

/* "2>&1", "2>/dev/null": of no use to who runs it again. */
static void
add_clean(struct buf *out, const char *s, size_t len)
{
	static const char *const noise[] = { "2>&1", "2>/dev/null",
	    "2> /dev/null", ">/dev/null", "> /dev/null", NULL };
	const char *const *x;
	const char *end = s + len;
	size_t n;

	while (s < end) {
		for (x = noise; *x != NULL; x++) {
			n = strlen(*x);
			if ((size_t)(end - s) >= n && strncmp(s, *x, n) == 0)
				break;
		}
		if (*x != NULL) {
			s += strlen(*x);
			continue;
		}
		buf_addch(out, *s++);
	}
}

static void
seg_add(struct command *c, const char *s, size_t len)
{
	struct buf clean = BUF_INIT, key = BUF_INIT;
	char word[WORD_MAX];
	struct seg *seg;
	const char *p;

	text_trim(&s, &len);
	add_clean(&clean, s, len);
	p = buf_str(&clean);
	if (c->n == COMMAND_SEGS || !program_word(&p, word) ||
	    word[0] == '#') {
		buf_release(&clean);
		return;
	}
	if (strcmp(word, "cd") == 0 && c->n == 0) {
		if (next_word(&p, word) && c->dir == NULL)
			c->dir = xstrdup(word);
		buf_release(&clean);
		return;
	}
	seg = &c->seg[c->n++];
	seg->text = text_line(buf_str(&clean), BUILTIN_LINE);
	seg->program = xstrdup(base_name(word));
	seg->kind = kind_of(seg->program, seg->text);
	make_key(&key, seg->program, p);
	seg->key = buf_detach(&key);
	buf_release(&clean);
}

/* The operator at `p': its bytes, and how it joins. */
static size_t
operator_at(const char *p, enum seg_join *join)
{
	if (p[0] == '&' && p[1] == '&') {
		*join = SEG_AND;
		return 2;
	}
	if (p[0] == '|' && p[1] == '|') {
		*join = SEG_OR;
		return 2;
	}
	if (p[0] == ';' || p[0] == '\n') {
		*join = SEG_THEN;
		return 1;
	}
	if (p[0] == '|') {
		*join = SEG_PIPE;
		return 1;
	}
	return 0;
}

void
command_parse(struct command *c, const char *text)
{
	const char *start = text, *p;
	enum seg_join join = SEG_END;
	size_t before, n;
	char quote = '\0';

	memset(c, 0, sizeof(*c));
	for (p = text; *p != '\0' && p - text < COMMAND_MAX; p++) {
		if (p[0] == '<' && p[1] == '<' && quote == '\0')
			break;	/* a here-document is data */
		if (*p == '\\' && p[1] != '\0' && quote != '\'') {
			p++;
			continue;
		}
		if (quote != '\0' || *p == '\'' || *p == '"') {
			quote = quote == '\0' ? *p : *p == quote ? '\0' : quote;
			continue;
		}
		if ((n = operator_at(p, &join)) == 0)
			continue;
		before = c->n;
		seg_add(c, start, (size_t)(p - start));
		if (c->n > before)
			c->seg[c->n - 1].join = join;
		p += n - 1;
		start = p + 1;
	}
	seg_add(c, start, (size_t)(p - start));
	if (c->n > 0)
		c->seg[c->n - 1].join = SEG_END;
}

void
command_clear(struct command *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->seg[i].text);
		free(c->seg[i].key);
		free(c->seg[i].program);
	}
	free(c->dir);
	memset(c, 0, sizeof(*c));
}

static const char *
joint(enum seg_join join)
{
	switch (join) {
	case SEG_AND:
		return " && ";
	case SEG_OR:
		return " || ";
	case SEG_PIPE:
		return " | ";
	case SEG_THEN:
	case SEG_END:
		break;
	}
	return "; ";
}

char *
command_show(const struct command *c, size_t first, size_t last)
{
	struct buf b = BUF_INIT;
	enum seg_join join = SEG_END;
	size_t i;

	for (i = first; i <= last && i < c->n; i++) {
		if (c->seg[i].kind == RUN_OTHER) {
			/* cat into a program: what joins is before cat */
			if (join == SEG_PIPE || c->seg[i].join != SEG_PIPE)
				join = c->seg[i].join;
			continue;
		}
		if (b.len > 0)
			buf_addstr(&b, joint(join));
		buf_addstr(&b, c->seg[i].text);
		join = c->seg[i].join;
	}
	return b.len == 0 ? NULL : buf_detach(&b);
}

int
command_main(const struct command *c)
{
	size_t i;

	for (i = c->n; i > 0; i--)
		if (c->seg[i - 1].kind != RUN_OTHER)
			return (int)(i - 1);
	return -1;
}

int
command_by_program(const struct command *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strcmp(c->seg[i].program, name) == 0)
			return (int)i;
	return -1;
}
