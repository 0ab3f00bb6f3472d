/* links: supervisor/match.c supervisor/group.c supervisor/codex_config.c supervisor/config.c supervisor/config_?*.c supervisor/paths.c supervisor/quote.c */

/*
 * One project's memory in another was the most painful report: which memory
 * a thread feeds, which threads belong together, and whether Codex will read
 * the result at all.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check_main.h"
#include "common/fd.h"
#include "common/mem.h"
#include "supervisor/codex_config.h"
#include "supervisor/group.h"
#include "supervisor/match.h"

START_TEST(test_patterns)
{
	static const struct {
		const char	*pattern, *cwd;
		int		 match;
	} rows[] = {
		{ "*", "/a", 1 },
		{ "*", NULL, 1 },
		{ "*", "", 1 },
		{ "*", "not a path", 1 },
		{ "/*", NULL, 0 },
		{ "/*", "not a path", 0 },
		{ "/w/*", "/w/a", 1 },
		{ "/w/*", "/w/a/b/c", 1 },	/* `*' crosses slashes */
		{ "/w/*", "/w", 0 },
		{ "/w/*", "/x/w/a", 0 },
		{ "/w", "/w", 1 },
		{ "/w", "/w/a/b", 1 },
		{ "/w", "/w2", 0 },
		{ "*/secret", "/w/secret", 1 },
		{ "*/secret", "/w/secret/deeper", 1 },
		{ "*/secret", "/w/secrets", 0 },
		{ "/w/secret", "/w/a/../secret", 1 },
		{ "/w/secret", "/w//secret/", 1 },
		{ "/w/[ab]", "/w/b/c", 1 },
		{ "/w/[ab]", "/w/c", 0 },
		{ "/w/?", "/w/.", 0 },
		{ "/W", "/w", 0 },
	};
	struct strlist	list = { NULL, 0 };
	size_t		i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strlist_add(&list, rows[i].pattern);
		ck_assert_msg(match_any(&list, rows[i].cwd) == rows[i].match,
		    "%s on %s", rows[i].pattern, rows[i].cwd);
		strlist_clear(&list);
	}
	ck_assert(!match_any(&list, "/a"));
}
END_TEST

/* A transcript may name any directory: patterns stay affordable. */
START_TEST(test_hostile_cwd)
{
	struct strlist	list = { NULL, 0 };
	char		cwd[20000];

	memset(cwd, 'a', sizeof(cwd));
	cwd[0] = '/';
	cwd[sizeof(cwd) - 1] = '\0';
	strlist_add(&list, "/a*a*b");
	ck_assert(!match_any(&list, cwd));
	cwd[4000] = '\0';
	ck_assert(!match_any(&list, cwd));
	strlist_clear(&list);
}
END_TEST

START_TEST(test_memory)
{
	char			 codex[] = "codex", other[] = "other";
	struct config_source	 src = { .name = codex };
	struct config_source	 alien = { .name = other };
	struct config_memory	 m = { .name = codex };

	strlist_add(&m.sources, "codex");
	strlist_add(&m.cwd, "/w/*");
	strlist_add(&m.cwd, "/v");
	ck_assert(match_memory(&m, &src, "/w/a"));
	ck_assert(match_memory(&m, &src, "/v/a"));
	ck_assert(!match_memory(&m, &src, "/x"));
	ck_assert(!match_memory(&m, &src, NULL));
	ck_assert(!match_memory(&m, &alien, "/w/a"));
	/* exclude wins, wherever it stands */
	strlist_add(&m.exclude, "/w/a");
	ck_assert(!match_memory(&m, &src, "/w/a/b"));
	ck_assert(match_memory(&m, &src, "/w/b"));
	strlist_add(&src.exclude, "*/b");
	ck_assert(match_excluded(&src, "/w/b"));
	ck_assert(!match_memory(&m, &src, "/w/b"));
	strlist_clear(&m.sources);
	strlist_clear(&m.cwd);
	strlist_clear(&m.exclude);
	strlist_clear(&src.exclude);
}
END_TEST

START_TEST(test_urls)
{
	static const char *const rows[][2] = {
		{ "https://github.com/a/b", "github.com/a/b" },
		{ "https://github.com/a/b.git", "github.com/a/b" },
		{ "https://github.com/a/b/", "github.com/a/b" },
		{ "https://GitHub.COM/a/B.git/", "github.com/a/B" },
		{ "https://user:p@ss@github.com/a/b", "github.com/a/b" },
		{ "https://x-token@github.com:443/a/b", "github.com/a/b" },
		{ "http://h:8080/a", "h:8080/a" },
		{ "ssh://git@github.com:22/a/b.git", "github.com/a/b" },
		{ "ssh://git@github.com:2222/a/b", "github.com:2222/a/b" },
		{ "git@github.com:a/b.git", "github.com/a/b" },
		{ "github.com:a/b", "github.com/a/b" },
		{ "git@h:/srv/a.git", "h/srv/a" },
		{ "git://h:9418/a", "h/a" },
		{ "https://[::1]:443/a", "[::1]/a" },
		{ "https://[::1]/a", "[::1]/a" },
		{ "https://h/a?token=x#y", "h/a" },
		{ "https://h", "h" },
		{ "/srv/a.git", "/srv/a" },
		{ "/srv/a/.git", "/srv/a" },
		{ "/srv/a/", "/srv/a" },
		{ "file:///srv/a.git", "/srv/a" },
		{ "../b", "../b" },
		{ "a/b", "a/b" },
		{ "/", "/" },
	};
	char	*got;
	size_t	 i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = group_normalize_url(rows[i][0]);
		ck_assert_msg(got != NULL && strcmp(got, rows[i][1]) == 0,
		    "%s: %s", rows[i][0], got);
		free(got);
	}
	ck_assert_ptr_null(group_normalize_url(""));
	ck_assert_ptr_null(group_normalize_url("  "));
	ck_assert_ptr_null(group_normalize_url("https://user@/a"));
	ck_assert_ptr_null(group_normalize_url("@:a"));
}
END_TEST

START_TEST(test_group)
{
	char	*a, *b;

	a = group_of("git@github.com:a/b.git", "/w/one");
	b = group_of("https://github.com/a/b", "/w/two");
	ck_assert_str_eq(a, b);
	free(a);
	free(b);
	a = group_of(NULL, "/w/one");
	b = group_of("", "/w/two");
	ck_assert_str_eq(a, "/w/one");
	ck_assert_str_eq(b, "/w/two");
	free(a);
	free(b);
	a = group_of(NULL, NULL);
	ck_assert_str_eq(a, "");
	free(a);
}
END_TEST

/* What is made of a config.toml with this text. */
static enum codex_memories
toml(const char *text)
{
	enum codex_memories	got;
	char			dir[] = "/tmp/mnemod-toml.XXXXXX", *path;
	int			fd;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = xasprintf("%s/config.toml", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
	close(fd);
	got = codex_config_memories(dir);
	unlink(path);
	rmdir(dir);
	free(path);
	return got;
}

START_TEST(test_codex_config)
{
	static const char *const on[] = {
		"[features]\nmemories = true\n",
		"model = \"x\"\n\n [ features ] # f\n  memories=true # m\n",
		"features.memories = true\n",
		"features = { web = true, memories = true }\n",
		"a = \"\"\"\n[features]\n\"\"\"\n[features]\nmemories = true",
	}, *const off[] = {
		"",
		"[features]\nmemories = false\n",
		"[features]\n# memories = true\n",
		"[memories]\nmemories = true\n",
		"[features]\nx = 1\n[other]\nmemories = true\n",
		"[other]\nfeatures.memories = true\n",
		"a = '''\n[features]\nmemories = true\n'''\n",
	};
	char	*hint;
	size_t	 i;

	for (i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		ck_assert_msg(toml(on[i]) == CODEX_MEMORIES_ON, "%s", on[i]);
	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		ck_assert_msg(toml(off[i]) == CODEX_MEMORIES_OFF, "%s",
		    off[i]);
	ck_assert_int_eq(codex_config_memories("/nonexistent"),
	    CODEX_MEMORIES_UNKNOWN);
	ck_assert_ptr_null(codex_config_hint("/nonexistent"));
	hint = codex_config_hint("/proc/self/fdinfo");
	ck_assert_ptr_nonnull(strstr(hint, "Codex will not read the result"));
	free(hint);
}
END_TEST

static Suite *
match_suite(void)
{
	Suite	*s = suite_create("match");
	TCase	*tc = tcase_create("match");

	tcase_add_test(tc, test_patterns);
	tcase_add_test(tc, test_hostile_cwd);
	tcase_add_test(tc, test_memory);
	tcase_add_test(tc, test_urls);
	tcase_add_test(tc, test_group);
	tcase_add_test(tc, test_codex_config);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(match_suite)
