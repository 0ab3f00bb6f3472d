#include <ctype.h>
#include <string.h>

#include "builtin_word.h"
#include "worker/text.h"

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
int
word_next(const char **p, char word[WORD_MAX])
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
int
word_program(const char **p, char word[WORD_MAX])
{
	int wrapped = 0;

	while (word_next(p, word)) {
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

const char *
word_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

/*
 * What makes two calls the same command: the program, its subcommand or
 * script; "python3 -m pytest" is "pytest".
 */
void
word_key(struct buf *key, const char *program, const char *rest)
{
	char word[WORD_MAX];

	buf_addstr(key, program);
	if (!in_list(interpreters, program) &&
	    !in_list(with_subcommand, program))
		return;
	while (word_next(&rest, word)) {
		if (strcmp(word, "-C") == 0 || strcmp(word, "-f") == 0) {
			(void)word_next(&rest, word);	/* its argument */
			continue;
		}
		if (strcmp(word, "-m") == 0) {
			if (word_next(&rest, word)) {
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

enum run_kind
word_kind(const char *program, const char *text)
{
	const char *p = text;
	char word[WORD_MAX];
	const char *base;
	enum run_kind kind = RUN_PROGRAM;

	if (in_list(plain, program))
		return RUN_OTHER;
	while (word_next(&p, word)) {
		base = word_base(word);
		if (in_list(tests, base) || strstr(base, "test_") == base)
			return RUN_TEST;
		if (in_list(lints, base))
			kind = RUN_LINT;
		else if (in_list(builds, base) && kind == RUN_PROGRAM)
			kind = RUN_BUILD;
	}
	return kind;
}
