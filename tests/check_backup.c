/* links: tests/ustar_scene.c tests/scratch.c supervisor/mnemoctl/untar.c supervisor/mnemoctl/backup_content.c */
/*
 * A backup may come from a disk that lost some of it, and a reader that takes
 * the loss for the end restores half a state as a whole one.
 */
#include <sys/stat.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/mnemoctl/backup_content.h"
#include "tests/check_main.h"
#include "tests/ustar_scene.h"

START_TEST(files_and_folders_come_out)
{
	struct stat	 sb;
	char		 big[BLOCK + 2];

	memset(big, 'x', sizeof(big) - 1);
	big[BLOCK + 1] = '\0';
	header('5', "agents/", "00000000000");
	file("agents/a", "text");
	file("empty", "");
	file("big", big);
	big[BLOCK] = '\0';
	file("block", big);
	ends_with(NULL);
	has_text("agents/a", "text");
	has_text("empty", "");
	has_text("block", big);
	ck_assert_int_eq(fstatat(below, "big", &sb, 0), 0);
	ck_assert_int_eq(sb.st_size, BLOCK + 1);
	ck_assert_int_eq(fstatat(below, "agents", &sb, 0), 0);
	ck_assert_int_eq(sb.st_mode & 07777, 0700);
}
END_TEST

START_TEST(the_mode_owner_and_time_of_others_are_not_taken)
{
	size_t		 at = header('0', "a", "0");
	struct stat	 sb;

	put(at, MODE, "0006777\0" "0000001\0" "0000001", 23);
	ends_with(NULL);
	ck_assert_int_eq(fstatat(below, "a", &sb, 0), 0);
	ck_assert_int_eq(sb.st_mode & 07777, 0600);
	ck_assert_uint_eq(sb.st_uid, geteuid());
}
END_TEST

START_TEST(every_cut_is_seen)
{
	size_t	 whole, n;

	file("a", "text");
	file("b", "more");
	zeros(2);
	whole = ar.len;
	for (n = 0; n < whole; n += n % BLOCK == BLOCK - 1 ? 1 : BLOCK - 1) {
		ar.len = n;
		ck_assert_int_eq(read_it(), -1);
		ck_assert_ptr_nonnull(strstr(buf_str(&why), "ends too early"));
		unlinkat(below, "a", 0);
		unlinkat(below, "b", 0);
	}
	ar.len = whole;
	ck_assert_int_eq(read_it(), 0);
}
END_TEST

/* Zeros in the middle of an archive were its end: the rest was not there. */
START_TEST(nothing_but_zeros_is_behind_the_end)
{
	file("a", "text");
	zeros(1);
	file("b", "text");
	ends_with("something follows the end");
	unlinkat(below, "a", 0);

	file("a", "text");
	zeros(8);		/* a page */
	file("b", "text");
	ends_with("something follows the end");
	unlinkat(below, "a", 0);

	file("a", "text");
	zeros(20);
	buf_addstr(&ar, "x");
	ck_assert_int_eq(read_it(), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "something follows the end"));
	unlinkat(below, "a", 0);
	buf_reset(&ar);

	file("a", "text");
	zeros(300);		/* larger records than ours */
	ends_with(NULL);
}
END_TEST

START_TEST(zeros_without_an_end_are_not_read_for_ever)
{
	int	 fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(untar(fd, below, judge, &why), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "something follows the end"));
	close(fd);
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
	ck_assert_int_eq(untar(below, below, judge, &why), -1);
	ck_assert_str_eq(buf_str(&why), "Is a directory");
}
END_TEST

START_TEST(a_name_comes_once)
{
	file("a", "text");
	file("a", "other");
	ends_with("a: File exists");
	has_text("a", "text");
	header('5', "d", "0");
	header('5', "d/", "0");
	ends_with("d: File exists");
	file("f", "text");
	header('5', "f", "0");
	ends_with("f: File exists");
	header('5', "g", "0");
	file("g", "text");
	ends_with("g: File exists");
	file("h", "text");
	file("h/a", "text");
	ends_with("h/a: Not a directory");
}
END_TEST

START_TEST(what_is_skipped_is_checked_all_the_same)
{
	verdict = UNTAR_SKIP;
	file("a", "text");
	header('5', "d", "0");
	file("a", "text");
	ends_with(NULL);
	ck_assert(!is_there("a") && !is_there("d"));
	file("../a", "text");
	ends_with("leads elsewhere");
	header('2', "a", "0");
	ends_with("neither a file nor a folder");
	verdict = UNTAR_REFUSE;
	file("a", "text");
	ends_with("a: no backup of a state holds this");
	ck_assert(!is_there("a"));
}
END_TEST

/* What of a backup becomes part of a state. */
#define AUDIT "agents/0197b9b0-0000-7000-8000-000000000001"
static const struct {
	const char		*name;
	int			 is_dir;
	enum untar_verdict	 verdict;
} members[] = {
	{ "mnemod-backup", 0, UNTAR_KEEP },
	{ "state.db", 0, UNTAR_KEEP },
	{ "installation_id", 0, UNTAR_KEEP },
	{ "agents", 1, UNTAR_KEEP },
	{ "memories", 1, UNTAR_KEEP },
	{ AUDIT ".jsonl", 0, UNTAR_KEEP },
	{ "memories/codex.git", 1, UNTAR_KEEP },
	{ "memories/codex.git/HEAD", 0, UNTAR_KEEP },
	{ "memories/codex.git/packed-refs", 0, UNTAR_KEEP },
	{ "memories/codex.git/objects", 1, UNTAR_KEEP },
	{ "memories/codex.git/objects/pack/pack-0f.idx", 0, UNTAR_KEEP },
	{ "memories/codex.git/refs/mnemod/live", 0, UNTAR_KEEP },
	{ "lock", 0, UNTAR_REFUSE },
	{ "state.db-wal", 0, UNTAR_REFUSE },
	{ "state.db", 1, UNTAR_REFUSE },
	{ "agents", 0, UNTAR_REFUSE },
	{ "staging", 1, UNTAR_REFUSE },
	{ AUDIT, 0, UNTAR_SKIP },
	{ AUDIT ".jsonl", 1, UNTAR_SKIP },
	{ AUDIT ".jsonl.x", 0, UNTAR_SKIP },
	{ "agents/x.jsonl", 0, UNTAR_SKIP },
	{ "memories/codex", 1, UNTAR_SKIP },
	{ "memories/codex.git", 0, UNTAR_SKIP },
	{ "memories/codex.gitx", 1, UNTAR_SKIP },
	{ "memories/.git/HEAD", 0, UNTAR_SKIP },
	{ "memories/Codex.git/HEAD", 0, UNTAR_SKIP },
	{ "memories/codex.git/config", 0, UNTAR_SKIP },
	{ "memories/codex.git/hooks/post-update", 0, UNTAR_SKIP },
	{ "memories/codex.git/objects/info/alternates", 0, UNTAR_SKIP },
	{ "memories/codex.git/refs/.x", 0, UNTAR_SKIP },
	{ "memories/codex.git/refs/a\nb", 0, UNTAR_SKIP }
};

START_TEST(a_backup_holds_what_a_state_has)
{
	ck_assert_int_eq(backup_judge(members[_i].name, members[_i].is_dir),
	    members[_i].verdict);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("backup");
	TCase	*t = tcase_create("archives");

	tcase_add_checked_fixture(t, ustar_setup, ustar_teardown);
	tcase_add_test(t, files_and_folders_come_out);
	tcase_add_test(t, the_mode_owner_and_time_of_others_are_not_taken);
	tcase_add_test(t, every_cut_is_seen);
	tcase_add_test(t, nothing_but_zeros_is_behind_the_end);
	tcase_add_test(t, zeros_without_an_end_are_not_read_for_ever);
	tcase_add_test(t, what_cannot_be_read_is_said);
	tcase_add_test(t, a_name_comes_once);
	tcase_add_test(t, what_is_skipped_is_checked_all_the_same);
	LOOP(t, members, a_backup_holds_what_a_state_has);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
