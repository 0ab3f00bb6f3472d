/* links: tests/scratch.c tests/extract_peer.c tests/wire.c worker/extract/?*.c */
/*
 * A restore from backup changed the time of a thousand files, and each was
 * paid for a second time; a disk that was not mounted made as many threads
 * vanish.  The scan goes by content, and what could not be looked at has not
 * vanished.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "check_main.h"
#include "common/fd.h"
#include "common/json.h"
#include "common/mem.h"
#include "extract_peer.h"
#include "tests/scratch.h"
#include "worker/extract/source.h"

#define DAY "sessions/2026/11/21"
#define ID1 "01a1fd8c-6ce8-7000-8000-000000000001"
#define ID2 "01a1fd8c-6ce8-7000-8000-000000000002"
#define NAME(id) "rollout-2026-11-21T10-00-01-" id ".jsonl"
#define RECORD "{\"timestamp\":\"2026-11-21T10:00:01.000Z\"," \
	"\"type\":\"session_meta\",\"payload\":{\"id\":\"" ID1 "\"," \
	"\"cwd\":\"/x\",\"source\":\"cli\"}}\n"

static char	root[PATH_MAX];

/* "ROOT/rel", good until the fourth call after. */
static const char *
at(const char *rel)
{
	static char	 path[4][PATH_MAX + 256];
	static unsigned	 n;

	n = (n + 1) % 4;
	snprintf(path[n], sizeof(path[n]), "%s/%s", root, rel);
	return path[n];
}

static void
put(const char *rel, const char *text, size_t len)
{
	int	fd = open(at(rel), O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0600);

	ck_assert_msg(fd != -1, "%s: %s", at(rel), strerror(errno));
	ck_assert_int_eq(fd_write_all(fd, text, len), 0);
	close(fd);
}

static void
put_rollout(const char *rel)
{
	put(rel, RECORD, strlen(RECORD));
}

static void
make_dir(const char *rel)
{
	ck_assert_int_eq(mkdir(at(rel), 0700), 0);
}

static void
setup(void)
{
	char	dir[PATH_MAX / 2];

	scratch_make(dir, sizeof(dir));
	ck_assert_ptr_nonnull(realpath(dir, root));
	make_dir("sessions");
	make_dir("sessions/2026");
	make_dir("sessions/2026/11");
	make_dir(DAY);
	make_dir("archived_sessions");
}

static void
teardown(void)
{
	scratch_remove(root);
}

/*
 * The walk.
 */

static int
note_name(const struct found *f, void *arg)
{
	buf_addf(arg, "%s%s|", f->path + strlen(root) + 1,
	    f->compressed ? " packed" : "");
	return 0;
}

START_TEST(test_walk)
{
	struct buf	out = BUF_INIT;

	put_rollout(DAY "/" NAME("b"));
	put_rollout(DAY "/" NAME("a"));
	put_rollout(DAY "/" NAME("a") ".zst");		/* a plain one beside */
	put_rollout(DAY "/" NAME("c") ".zst");
	put_rollout(DAY "/" NAME("d") ".zst.tmp");
	put_rollout(DAY "/notes.jsonl");
	put_rollout("sessions/2026/" NAME("e"));	/* at no day */
	make_dir("sessions/backup");
	put_rollout("sessions/backup/" NAME("f"));
	make_dir(DAY "/" NAME("g"));
	ck_assert_int_eq(mkfifo(at(DAY "/" NAME("h")), 0600), 0);
	put_rollout(NAME("i"));
	ck_assert_int_eq(symlink(at(NAME("i")), at(DAY "/" NAME("j"))), 0);
	ck_assert_int_eq(symlink("21", at("sessions/2026/11/22")), 0);
	put_rollout("archived_sessions/" NAME("k"));

	ck_assert_int_eq(source_walk(root, SOURCE_SESSIONS, note_name, &out),
	    SOURCE_PARTLY);		/* the directory that is a link */
	ck_assert_str_eq(buf_str(&out), DAY "/" NAME("a") "|" DAY "/"
	    NAME("b") "|" DAY "/" NAME("c") ".zst packed|");
	buf_reset(&out);
	ck_assert_int_eq(source_walk(root, SOURCE_ARCHIVED, note_name, &out),
	    SOURCE_WHOLE);
	ck_assert_str_eq(buf_str(&out), "archived_sessions/" NAME("k") "|");
	ck_assert_int_eq(source_walk("/nonexistent", SOURCE_SESSIONS,
	    note_name, &out), SOURCE_ABSENT);
	buf_release(&out);
}
END_TEST

START_TEST(test_open)
{
	static const char *const	refused[] = {
		"secret", DAY "/link", "sessions/2026/11/22/real",
		DAY "/../21/real", DAY "//real", DAY "/.", DAY "/..",
		"sessions", "sessionsx/real", DAY "/fifo", DAY "/none"
	};
	struct stat	st;
	size_t		i;
	int		fd;

	put_rollout("secret");
	put_rollout(DAY "/real");
	ck_assert_int_eq(symlink(at("secret"), at(DAY "/link")), 0);
	ck_assert_int_eq(symlink("21", at("sessions/2026/11/22")), 0);
	ck_assert_int_eq(mkfifo(at(DAY "/fifo"), 0600), 0);
	fd = source_open(root, at(DAY "/real"), &st);
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(st.st_size, (off_t)strlen(RECORD));
	close(fd);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(source_open(root, at(refused[i]), &st) == -1,
		    "%s was opened", refused[i]);
	ck_assert_int_eq(source_open(root, "/etc/passwd", &st), -1);
	ck_assert_int_eq(source_open(root, DAY "/real", &st), -1);
}
END_TEST

/*
 * The role.
 */

/* Scan and compare "path|" of all entries, "vanished path|" of the gone. */
static void
assert_scan(struct extract_peer *p, const char *want)
{
	json_object	*all = extract_peer_scan(p, NULL, NULL), *o;
	struct buf	 out = BUF_INIT;
	size_t		 i;

	for (i = 0; i < json_object_array_length(all); i++) {
		o = json_object_array_get_idx(all, i);
		buf_addf(&out, "%s%s|", json_flag(o, "vanished", 0) ?
		    "vanished " : "", json_str(o, "path") + strlen(root) + 1);
	}
	ck_assert_str_eq(buf_str(&out), want);
	buf_release(&out);
	json_object_put(all);
}

static void
touch(const char *rel, time_t when)
{
	struct timespec	times[2] = { { when, 0 }, { when, 0 } };

	ck_assert_int_eq(utimensat(AT_FDCWD, at(rel), times, 0), 0);
}

START_TEST(test_changes)
{
	struct extract_peer	p;
	const char		*a = DAY "/" NAME(ID1);

	put_rollout(DAY "/" NAME(ID1));
	extract_peer_start(&p, root, NULL);
	assert_scan(&p, DAY "/" NAME(ID1) "|");
	assert_scan(&p, "");
	/* Restored from a backup: another time, the same words. */
	touch(a, 1000000000);
	assert_scan(&p, DAY "/" NAME(ID1) "|");
	put(a, RECORD RECORD, 2 * strlen(RECORD));
	assert_scan(&p, DAY "/" NAME(ID1) "|");
	ck_assert_int_eq(rename(at(a),
	    at("archived_sessions/" NAME(ID1))), 0);
	assert_scan(&p, "archived_sessions/" NAME(ID1) "|"
	    "vanished " DAY "/" NAME(ID1) "|");
	ck_assert_int_eq(unlink(at("archived_sessions/" NAME(ID1))), 0);
	assert_scan(&p, "vanished archived_sessions/" NAME(ID1) "|");
	assert_scan(&p, "");
	extract_peer_end(&p);
}
END_TEST

/* The whole part is away: a disk that is not mounted, say. */
START_TEST(test_absent)
{
	struct extract_peer	p;

	put_rollout(DAY "/" NAME(ID1));
	extract_peer_start(&p, root, NULL);
	assert_scan(&p, DAY "/" NAME(ID1) "|");
	ck_assert_int_eq(rename(at("sessions"), at("away")), 0);
	assert_scan(&p, "");
	ck_assert_int_eq(rename(at("away"), at("sessions")), 0);
	assert_scan(&p, "");
	/* A directory that became a link: its files have not vanished. */
	ck_assert_int_eq(rename(at("sessions/2026"), at("2026")), 0);
	ck_assert_int_eq(symlink("../2026", at("sessions/2026")), 0);
	assert_scan(&p, "");
	extract_peer_end(&p);
}
END_TEST

/* What the supervisor knows from before is not read again. */
START_TEST(test_known)
{
	struct extract_peer	 p;
	json_object		*all, *o;
	int64_t			 files, unchanged;

	put_rollout(DAY "/" NAME(ID1));
	put_rollout(DAY "/" NAME(ID2));
	extract_peer_start(&p, root, NULL);
	all = extract_peer_scan(&p, &files, &unchanged);
	ck_assert_int_eq(files, 2);
	ck_assert_int_eq(unchanged, 0);
	extract_peer_end(&p);
	ck_assert_uint_eq(json_object_array_length(all), 2);

	json_object_array_del_idx(all, 1, 1);
	o = json_object_array_get_idx(all, 0);
	ck_assert_str_eq(json_str(o, "thread_id"), ID1);
	ck_assert_int_eq(json_int(o, "updated_at_ms", 0),
	    INT64_C(1795255201000));
	/* One more that has vanished meanwhile. */
	o = json_object_new_object();
	json_set_str(o, "path", at(DAY "/" NAME("x")));
	json_object_array_add(all, o);
	extract_peer_start(&p, root, NULL);
	extract_peer_known(&p, all);
	assert_scan(&p, DAY "/" NAME(ID2) "|vanished " DAY "/" NAME("x") "|");
	assert_scan(&p, "");
	extract_peer_end(&p);
}
END_TEST

/* Another file of the thread went: this one is asked for, unchanged or not. */
START_TEST(test_known_to_be_read_again)
{
	struct extract_peer	 p;
	json_object		*all;

	put_rollout(DAY "/" NAME(ID1));
	put_rollout(DAY "/" NAME(ID2));
	extract_peer_start(&p, root, NULL);
	all = extract_peer_scan(&p, NULL, NULL);
	extract_peer_end(&p);
	json_set_int(json_object_array_get_idx(all, 1), "size", -1);
	extract_peer_start(&p, root, NULL);
	extract_peer_known(&p, all);
	assert_scan(&p, DAY "/" NAME(ID2) "|");
	assert_scan(&p, "");
	extract_peer_end(&p);
}
END_TEST

/* More files than one message takes; none twice, none left out. */
START_TEST(test_batches)
{
	struct extract_peer	 p;
	json_object		*all;
	int64_t			 files;
	char			 name[128];
	size_t			 i;

	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), DAY "/rollout-2026-11-21T10-00-"
		    "01-01a1fd8c-6ce8-7000-8000-%012zu.jsonl", i);
		put_rollout(name);
	}
	extract_peer_start(&p, root, NULL);
	all = extract_peer_scan(&p, &files, NULL);
	ck_assert_uint_eq(json_object_array_length(all), 200);
	ck_assert_int_eq(files, 200);
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), DAY "/rollout-2026-11-21T10-00-"
		    "01-01a1fd8c-6ce8-7000-8000-%012zu.jsonl", i);
		ck_assert_str_eq(json_str(json_object_array_get_idx(all, i),
		    "path"), at(name));
	}
	json_object_put(all);
	extract_peer_end(&p);
}
END_TEST

/* Compressing keeps the hash, so that the version stays what it was. */
START_TEST(test_compressed)
{
	struct extract_peer	 p;
	json_object		*all, *plain, *packed;
	char			 zst[1024];
	size_t			 len;

	put_rollout(DAY "/" NAME(ID1));
	len = ZSTD_compress(zst, sizeof(zst), RECORD, strlen(RECORD), 3);
	ck_assert(!ZSTD_isError(len));
	put("archived_sessions/" NAME(ID1) ".zst", zst, len);
	extract_peer_start(&p, root, NULL);
	all = extract_peer_scan(&p, NULL, NULL);
	ck_assert_uint_eq(json_object_array_length(all), 2);
	plain = json_object_array_get_idx(all, 0);
	packed = json_object_array_get_idx(all, 1);
	ck_assert_int_eq(json_flag(packed, "compressed", 0), 1);
	ck_assert_int_eq(json_flag(packed, "archived", 0), 1);
	ck_assert_int_eq(json_flag(plain, "compressed", 1), 0);
	ck_assert_str_eq(json_str(packed, "hash"), json_str(plain, "hash"));
	ck_assert_str_eq(json_str(packed, "thread_id"), ID1);
	json_object_put(all);
	extract_peer_end(&p);
}
END_TEST

static void
ask_extract(struct extract_peer *p, const char *path, const char *hash,
    struct msg *m)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "source", "a");
	json_set_str(body, "path", path);
	json_set_str(body, "hash", hash);
	json_set_int(body, "budget_bytes", 100000);
	extract_peer_send(p, MSG_EXTRACT, body);
	extract_peer_next(p, m);
	ck_assert_int_eq(m->serial, p->serial);
}

START_TEST(test_extract)
{
	struct extract_peer	p;
	struct msg		m;
	char			zst[1024];
	size_t			len;

	put_rollout(DAY "/" NAME(ID1));
	put(DAY "/" NAME(ID2), "", 0);
	extract_peer_start(&p, root, NULL);
	ask_extract(&p, at(DAY "/" NAME(ID1)), NULL, &m);
	ck_assert_int_eq(m.id, MSG_EXTRACTED);
	ck_assert_str_eq(json_str(m.body, "outcome"), "no_output");
	ck_assert_str_eq(json_str(m.body, "cwd"), "/x");
	ck_assert_uint_eq(strlen(json_str(m.body, "hash")), 32);
	msg_release(&m);
	ask_extract(&p, at(DAY "/" NAME(ID2)), NULL, &m);
	ck_assert_int_eq(m.id, MSG_FAILED);
	ck_assert_str_eq(json_str(m.body, "reason"), "not_a_rollout");
	msg_release(&m);
	ask_extract(&p, "/etc/passwd", NULL, &m);
	ck_assert_int_eq(m.id, MSG_FAILED);
	ck_assert_str_eq(json_str(m.body, "reason"), "unreadable");
	msg_release(&m);
	/* It was written since it was scanned. */
	ask_extract(&p, at(DAY "/" NAME(ID1)), "0123", &m);
	ck_assert_int_eq(m.id, MSG_EXTRACTED);
	ck_assert_str_eq(json_str(m.body, "outcome"), "changed");
	msg_release(&m);
	/* It was compressed since it was listed. */
	len = ZSTD_compress(zst, sizeof(zst), RECORD, strlen(RECORD), 3);
	put(DAY "/" NAME(ID1) ".zst", zst, len);
	ck_assert_int_eq(unlink(at(DAY "/" NAME(ID1))), 0);
	ask_extract(&p, at(DAY "/" NAME(ID1)), NULL, &m);
	ck_assert_int_eq(m.id, MSG_EXTRACTED);
	msg_release(&m);
	extract_peer_end(&p);
}
END_TEST

static void
ask_preview(struct extract_peer *p, const char *path, struct msg *m)
{
	json_object	*body = json_object_new_object();

	json_set_str(body, "path", path);
	json_set_int(body, "budget_bytes", 100000);
	extract_peer_send(p, MSG_PREVIEW, body);
	extract_peer_next(p, m);
}

START_TEST(test_preview)
{
	struct extract_peer	p;
	struct msg		m;
	char			*one = xstrdup(at(DAY "/" NAME(ID1)));

	put_rollout(DAY "/" NAME(ID1));
	put_rollout(DAY "/" NAME(ID2));
	extract_peer_start(&p, NULL, one);
	ask_preview(&p, one, &m);
	ck_assert_int_eq(m.id, MSG_PREVIEWED);
	ck_assert_str_eq(json_str(m.body, "text"), "[]");
	msg_release(&m);
	/* That file alone. */
	ask_preview(&p, at(DAY "/" NAME(ID2)), &m);
	ck_assert_int_eq(m.id, MSG_FAILED);
	ck_assert_str_eq(json_str(m.body, "reason"), "unreadable");
	msg_release(&m);
	extract_peer_end(&p);
	free(one);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("scan");
	TCase	*tc = tcase_create("scan");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_walk);
	tcase_add_test(tc, test_open);
	tcase_add_test(tc, test_changes);
	tcase_add_test(tc, test_absent);
	tcase_add_test(tc, test_known);
	tcase_add_test(tc, test_known_to_be_read_again);
	tcase_add_test(tc, test_batches);
	tcase_add_test(tc, test_compressed);
	tcase_add_test(tc, test_extract);
	tcase_add_test(tc, test_preview);
	suite_add_tcase(s, tc);
	return s;
}

int
main(int argc, char **argv, char **envp)
{
	return extract_peer_main(argc, argv, envp, suite);
}
