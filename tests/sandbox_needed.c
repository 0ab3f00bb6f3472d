#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <json-c/json.h>
#include <linux/openat2.h>
#include <netdb.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "common/mem.h"
#include "common/role.h"
#include "sandbox_acts.h"
#include "worker/sandbox_table.h"

#define R_ALL		((1u << ROLE__MAX) - 1)
#define R_GATEWAY	(1u << ROLE_GATEWAY)
#define R_EXTRACT	(1u << ROLE_EXTRACT)
#define R_AGENT		(1u << ROLE_CONSOLIDATE)
#define R_WSPACE	(1u << ROLE_WORKSPACE)

static pcre2_code	*pattern;

void
needs_before(void)
{
	PCRE2_SIZE	at;
	int		err, level;

	pattern = pcre2_compile((PCRE2_SPTR)"sk-[a-z0-9]{20,}",
	    PCRE2_ZERO_TERMINATED, 0, &err, &at, NULL);
	pcre2_jit_compile(pattern, PCRE2_JIT_COMPLETE);
	git_libgit2_init();
	for (level = GIT_CONFIG_LEVEL_PROGRAMDATA;
	    level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

/* pcre2_jit_match() fails where there is no compiled code. */
static int
need_jit(const struct scene *s)
{
	static const char	 text[] = "key sk-abcdefghij0123456789xyz";
	pcre2_match_data	*md;

	(void)s;
	md = pcre2_match_data_create_from_pattern(pattern, NULL);
	return pcre2_jit_match(pattern, (PCRE2_SPTR)text, sizeof(text) - 1,
	    0, 0, md, NULL) == 1;
}

/* Small and large blocks, growing: brk, mmap, mremap, munmap. */
static int
need_malloc(const struct scene *s)
{
	char	*p[64], *big = NULL;
	size_t	 i, n;

	(void)s;
	for (i = 0; i < 64; i++)
		if ((p[i] = malloc(1 + i * 20011)) == NULL)
			return 0;
	for (n = 1; n < 64u << 20; n *= 4) {
		big = xreallocarray(big, n, 1);
		big[n - 1] = 1;
	}
	for (i = 0; i < 64; i++)
		free(p[i]);
	free(big);
	return 1;
}

static int
compare(const void *a, const void *b)
{
	const int	x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* glibc's qsort(3) asks for the size of memory. */
static int
need_libc(const struct scene *s)
{
	char		 text[64];
	int		*v = calloc(100000, sizeof(*v)), i;
	struct timespec	 ts = { 0, 1000 };
	struct tm	 tm;
	time_t		 t = 0;

	(void)s;
	if (v == NULL)
		return 0;
	for (i = 0; i < 100000; i++)
		v[i] = (i * 7919) % 100003;
	qsort(v, 100000, sizeof(*v), compare);
	i = v[0] <= v[1] && v[99998] <= v[99999];
	free(v);
	snprintf(text, sizeof(text), "%.3f %Lg", 1234.5678, 1e300L);
	return i && strcmp(text, "1234.568 1e+300") == 0 &&
	    gmtime_r(&t, &tm) != NULL && nanosleep(&ts, NULL) == 0 &&
	    clock_gettime(CLOCK_BOOTTIME, &ts) == 0 &&
	    getrandom(text, sizeof(text), 0) == (ssize_t)sizeof(text) &&
	    poll(NULL, 0, 1) == 0;
}

static int
need_json(const struct scene *s)
{
	json_object	*o = json_tokener_parse("{\"a\":[1,2.5,\"x\"]}");
	int		 r;

	(void)s;
	r = o != NULL && strcmp(json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN), "{\"a\":[1,2.5,\"x\"]}") == 0;
	json_object_put(o);
	return r;
}

static int
need_zstd(const struct scene *s)
{
	char	in[10000], packed[20000], out[10000];
	size_t	n;

	(void)s;
	memset(in, 'm', sizeof(in));
	n = ZSTD_compress(packed, sizeof(packed), in, sizeof(in), 3);
	return !ZSTD_isError(n) &&
	    ZSTD_decompress(out, sizeof(out), packed, n) == sizeof(in) &&
	    memcmp(in, out, sizeof(in)) == 0;
}

static int
need_self_signal(const struct scene *s)
{
	(void)s;
	return kill(getpid(), 0) == 0 && raise(SIGCONT) == 0;
}

static int
need_read_source(const struct scene *s)
{
	char		 path[PATH_MAX + 8], text[8];
	struct dirent	*e;
	DIR		*d = opendir(s->source);
	int		 fd, seen = 0;
	void		*map;

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		seen |= strcmp(e->d_name, "file") == 0;
	closedir(d);
	snprintf(path, sizeof(path), "%s/file", s->source);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (!seen || fd == -1 || pread(fd, text, 4, 0) != 4)
		return 0;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	map = mmap(NULL, 4, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return map != MAP_FAILED && memcmp(map, text, 4) == 0;
}

static int
need_certificates(const struct scene *s)
{
	char	path[PATH_MAX + 8];
	int	fd;

	snprintf(path, sizeof(path), "%s/file", s->certificates);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	return fd != -1;
}

static void *
look_up(void *arg)
{
	const struct addrinfo	 hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG
	};
	struct addrinfo		*list;

	if (getaddrinfo("localhost", "80", &hints, &list) != 0)
		return NULL;
	freeaddrinfo(list);
	return arg;
}

/*
 * As libcurl does it.  AddressSanitizer asks for more where a thread begins,
 * and its builds run the gateway without a sandbox.
 */
static int
need_thread(const struct scene *s)
{
	pthread_t	 t;
	char		 token;
	void		*found;

	(void)s;
	return SANDBOX_SANITIZED ||
	    (pthread_create(&t, NULL, look_up, &token) == 0 &&
	    pthread_join(t, &found) == 0 && found != NULL);
}

static int
need_pair(const struct scene *s)
{
	char	c;
	int	p[2];

	(void)s;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0 &&
	    send(p[0], "x", 1, MSG_NOSIGNAL) == 1 && recv(p[1], &c, 1, 0) == 1;
}

/* What the agent's file tools do, below one descriptor. */
static int
need_staging(const struct scene *s)
{
	struct open_how	how = {
		.flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, .mode = 0600,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS
	};
	const int	flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int		dir = open(s->staging, flags), fd, r;

	if (dir == -1 || mkdirat(dir, "skills", 0700) == -1)
		return 0;
	fd = (int)syscall(SYS_openat2, dir, "draft", &how, sizeof(how));
	r = fd != -1 && write(fd, "text", 4) == 4 && ftruncate(fd, 2) == 0 &&
	    fsync(fd) == 0 && flock(fd, LOCK_EX) == 0 &&
	    renameat(dir, "draft", dir, "skills/draft") == 0 &&
	    unlinkat(dir, "skills/draft", 0) == 0 &&
	    unlinkat(dir, "skills", AT_REMOVEDIR) == 0;
	close(fd);
	close(dir);
	return r;
}

static int
put(int dir, const char *name)
{
	const int	flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int		fd = openat(dir, name, flags, 0600);

	return fd != -1 && write(fd, name, 1) == 1 && fsync(fd) == 0 &&
	    close(fd) == 0;
}

/* Publishing: exchange, look at what came out, add without replacing. */
static int
need_publish(const struct scene *s)
{
	char	c;
	int	dir = open(s->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd, r;

	r = dir != -1 && put(dir, "a") && put(dir, "b") &&
	    renameat2(dir, "a", dir, "b", RENAME_EXCHANGE) == 0 &&
	    renameat2(dir, "a", dir, "b", RENAME_NOREPLACE) == -1 &&
	    errno == EEXIST &&
	    renameat2(dir, "a", dir, "c", RENAME_NOREPLACE) == 0;
	fd = openat(dir, "c", O_RDONLY | O_CLOEXEC);
	r = r && read(fd, &c, 1) == 1 && c == 'b';
	close(fd);
	unlinkat(dir, "b", 0);
	unlinkat(dir, "c", 0);
	close(dir);
	return r;
}

static int
commit(git_repository *repo, git_oid *id)
{
	git_treebuilder	*tb = NULL;
	git_signature	*who = NULL;
	git_tree	*tree = NULL;
	git_oid		 blob, tree_id;
	int		 r;

	r = git_blob_create_from_buffer(&blob, repo, "x", 1) == 0 &&
	    git_blob_create_from_buffer(&blob, repo, "x", 1) == 0 &&
	    git_treebuilder_new(&tb, repo, NULL) == 0 &&
	    git_treebuilder_insert(NULL, tb, "f", &blob,
	    GIT_FILEMODE_BLOB) == 0 &&
	    git_treebuilder_write(&tree_id, tb) == 0 &&
	    git_tree_lookup(&tree, repo, &tree_id) == 0 &&
	    git_signature_new(&who, "mnemod", "mnemod", 1, 0) == 0 &&
	    git_commit_create(id, repo, NULL, who, who, NULL, "m", tree, 0,
	    NULL) == 0;
	git_signature_free(who);
	git_tree_free(tree);
	git_treebuilder_free(tb);
	return r;
}

static int
need_history(const struct scene *s)
{
	git_repository	*repo = NULL;
	git_reference	*ref = NULL, *ref2 = NULL;
	git_packbuilder	*pb = NULL;
	git_oid		 id;
	int		 r;

	r = git_repository_init(&repo, s->history, 1) == 0 &&
	    commit(repo, &id) &&
	    git_reference_create(&ref, repo, "refs/mnemod/live", &id, 0,
	    "m") == 0 &&
	    git_reference_create_matching(&ref2, repo, "refs/mnemod/live",
	    &id, 1, &id, "m") == 0 &&
	    git_packbuilder_new(&pb, repo) == 0 &&
	    git_packbuilder_insert_commit(pb, &id) == 0 &&
	    git_packbuilder_write(pb, NULL, 0, NULL, NULL) == 0 &&
	    git_reference_delete(ref2) == 0;
	git_packbuilder_free(pb);
	git_reference_free(ref);
	git_reference_free(ref2);
	git_repository_free(repo);
	return r;
}

const struct need needs[] = {
	{ "match with compiled patterns", need_jit, R_ALL },
	{ "allocate", need_malloc, R_ALL },
	{ "sort, format, clocks, random bytes", need_libc, R_ALL },
	{ "JSON", need_json, R_ALL },
	{ "signal oneself", need_self_signal, R_ALL },
	{ "zstd", need_zstd, R_EXTRACT | R_GATEWAY },
	{ "read certificates", need_certificates, R_GATEWAY },
	{ "look a name up in a thread", need_thread, R_GATEWAY },
	{ "talk to oneself", need_pair, R_GATEWAY },
	{ "read the source", need_read_source, R_EXTRACT },
	{ "write staging", need_staging, R_AGENT | R_WSPACE },
	{ "exchange files in the root", need_publish, R_WSPACE },
	{ "history", need_history, R_WSPACE },
	{ NULL, NULL, 0 }
};
