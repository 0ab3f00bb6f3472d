/* links: tests/sandbox_trial.c tests/sandbox_files.c tests/sandbox_forbidden.c tests/sandbox_needed.c */

/*
 * A Landlock domain that handled every right of its ABI and had no rule for
 * a file still let truncate(2), chmod(2), setxattr(2), utimensat(2) and an
 * inotify watch through, and a permitted fcntl(2) could have any process
 * killed by F_SETOWN.  So nothing is believed here: each role's real table
 * is applied in a child, and the child tries everything it must not do, with
 * the kernel's own Landlock and as if the kernel had ABI 2, Debian 12's.
 */
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "worker/sandbox_table.h"
#include "sandbox_acts.h"
#include "sandbox_trial.h"

static const enum role roles[] = {
	ROLE_GATEWAY, ROLE_EXTRACT, ROLE_CONSOLIDATE, ROLE_WORKSPACE
};
static const int abis[] = { INT_MAX, 2 };
#define NROLES		4
#define NCASES		8		/* roles times abis */

static void
assert_trial(int i, void (*run)(FILE *, const struct trial *))
{
	const struct trial	t = {
		roles[i % NROLES], SANDBOX_REQUIRED, abis[i / NROLES], run
	};

	if (!trial_cannot())
		ck_assert_str_eq(trial_run(&t), "end\n");
}

/* Says once what the tests below pass over in silence. */
START_TEST(landlock_is_here)
{
	if (trial_cannot())
		printf("skip: Landlock ABI %d here, %d is needed: nothing "
		    "that takes a domain is tested\n",
		    sandbox_landlock_abi(), SANDBOX_ABI_REQUIRED);
}
END_TEST

static void
run_file_acts(FILE *out, const char *path, int reading)
{
	const struct file_act	*a;

	for (a = file_acts; a->name != NULL; a++)
		if ((reading || a->changes) && a->try(path))
			fprintf(out, "%s %s\n", a->name, path);
}

static void
run_on(FILE *out, const char *folder_path, const char *name)
{
	char	path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", folder_path, name);
	run_file_acts(out, path, 1);
}

/* Everything but the role's own folders, by every way that leads there. */
static void
run_outside(FILE *out, const struct trial *t)
{
	run_on(out, scene.outside, "file");
	run_on(out, scene_own(t->role), "../outside/file");
	run_file_acts(out, "/etc/passwd", t->role != ROLE_GATEWAY);
	if (t->role != ROLE_EXTRACT)
		run_on(out, scene.source, "file");
	if (t->role != ROLE_WORKSPACE)
		run_on(out, scene.live, "file");
	if (t->role == ROLE_EXTRACT || t->role == ROLE_GATEWAY)
		run_on(out, scene.staging, "file");
	if (t->role != ROLE_GATEWAY)
		run_on(out, scene.certificates, "file");
}

START_TEST(outside_is_out_of_reach)
{
	assert_trial(_i, run_outside);
}
END_TEST

/* The link itself lies in a folder of the role: only what it leads to. */
static void
run_link(FILE *out, const struct trial *t)
{
	static const char *const own[] = {
		"create", "mkdir", "rename", "unlink", NULL
	};
	const struct file_act	*a;
	char			 path[PATH_MAX + 32];
	int			 i;

	snprintf(path, sizeof(path), "%s/link", scene_own(t->role));
	for (a = file_acts; a->name != NULL; a++) {
		for (i = 0; own[i] != NULL; i++)
			if (strcmp(a->name, own[i]) == 0)
				break;
		if (own[i] == NULL && a->try(path))
			fprintf(out, "%s %s\n", a->name, path);
	}
}

START_TEST(symbolic_links_lead_nowhere)
{
	assert_trial(_i, run_link);
}
END_TEST

static void
run_read_only(FILE *out, const struct trial *t)
{
	char	path[PATH_MAX + 32];

	(void)t;
	snprintf(path, sizeof(path), "%s/file", scene.source);
	run_file_acts(out, path, 0);
}

START_TEST(extract_changes_no_source)
{
	const struct trial	t = {
		ROLE_EXTRACT, SANDBOX_REQUIRED, abis[_i], run_read_only
	};

	if (!trial_cannot())
		ck_assert_str_eq(trial_run(&t), "end\n");
}
END_TEST

/* Nothing but plain files and directories, none of them to be executed. */
static void
run_special(FILE *out, const struct trial *t)
{
	const struct file_act	*a;
	char			 path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/file", scene_own(t->role));
	for (a = special_acts; a->name != NULL; a++)
		if (a->try(path))
			fprintf(out, "%s %s\n", a->name, path);
}

START_TEST(own_folder_holds_plain_files)
{
	assert_trial(_i, run_special);
}
END_TEST

static void
run_acts(FILE *out, const struct trial *t)
{
	const struct act	*a;

	for (a = acts; a->name != NULL; a++)
		if ((a->may & 1u << t->role) == 0 && a->try())
			fprintf(out, "%s\n", a->name);
}

START_TEST(others_are_out_of_reach)
{
	assert_trial(_i, run_acts);
}
END_TEST

static void
run_raw(FILE *out, const struct trial *t)
{
	const struct raw_call	*c;

	for (c = raw_calls; c->name != NULL; c++)
		if ((c->may & 1u << t->role) == 0 &&
		    (syscall(c->nr, -1L, 0L, 0L, 0L, 0L, 0L) != -1 ||
		    errno != EPERM))
			fprintf(out, "%s: %s\n", c->name, strerror(errno));
}

START_TEST(calls_are_refused)
{
	assert_trial(_i, run_raw);
}
END_TEST

static void
run_control(FILE *out, const struct trial *t)
{
	const struct act	*a;

	(void)t;
	for (a = acts; a->name != NULL; a++)
		if (a->control && !a->try())
			fprintf(out, "%s: %s\n", a->name, strerror(errno));
}

#ifdef __x86_64__
static void
run_foreign(FILE *out, const struct trial *t)
{
	int	pid = 20;	/* getpid of the 32-bit table */

	(void)t;
	__asm__ volatile ("int $0x80" : "+a" (pid));
	fprintf(out, "pid %d\n", pid);
}
#endif

/* The tests above prove nothing unless the same acts work out here. */
START_TEST(acts_work_without_a_sandbox)
{
	const struct trial	 t = {
		ROLE_EXTRACT, SANDBOX_OFF, 0, run_control
	};
	const struct trial	 files = {
		ROLE_EXTRACT, SANDBOX_OFF, 0, run_read_only
	};
	const struct file_act	*a;
	const char		*text;

	ck_assert_str_eq(trial_run(&t), "end\n");
	text = trial_run(&files);
	for (a = file_acts; a->name != NULL; a++)
		if (a->changes)
			ck_assert_msg(strstr(text, a->name) != NULL,
			    "%s does not work here at all", a->name);
}
END_TEST

static void
run_needs(FILE *out, const struct trial *t)
{
	const struct need	*n;

	for (n = needs; n->name != NULL; n++)
		if ((n->roles & 1u << t->role) != 0 && !n->try(&scene))
			fprintf(out, "cannot: %s (%s)\n", n->name,
			    strerror(errno));
}

START_TEST(work_goes_on)
{
	assert_trial(_i, run_needs);
}
END_TEST

/* A 32-bit call has other numbers: the whole table would not hold. */
START_TEST(calls_of_another_architecture_kill)
{
#ifdef __x86_64__
	const struct trial	t = {
		ROLE_EXTRACT, SANDBOX_BEST_EFFORT, 0, run_foreign
	};

	ck_assert_str_eq(trial_run(&t), "");
#else
	printf("skip: this architecture has no second set of calls\n");
#endif
}
END_TEST

static void
run_nothing(FILE *out, const struct trial *t)
{
	(void)out;
	(void)t;
}

/* `required' ends the worker, and the message is the way on. */
START_TEST(required_needs_abi_2)
{
	const struct trial	t = {
		ROLE_EXTRACT, SANDBOX_REQUIRED, 1, run_nothing
	};
	const char		*text = trial_run(&t);

	ck_assert_ptr_nonnull(strstr(text, "no sandbox: Landlock ABI"));
	ck_assert_ptr_nonnull(strstr(text, "`sandbox = best-effort'"));
}
END_TEST

/* `best-effort' goes on with what there is: here the filter alone. */
START_TEST(best_effort_filters_without_landlock)
{
	struct trial	t = {
		ROLE_WORKSPACE, SANDBOX_BEST_EFFORT, 0, run_raw
	};

	ck_assert_str_eq(trial_run(&t), "end\n");
	t.run = run_needs;
	ck_assert_str_eq(trial_run(&t), "end\n");
}
END_TEST

START_TEST(report_names_what_is_missing)
{
	struct sandbox		sb;
	struct sandbox_report	report;
	char			why[256];
	int			status;
	pid_t			pid;

	if (trial_cannot())
		return;
	pid = fork();
	if (pid == 0) {
		sandbox_init(&sb, &sandbox_table[ROLE_EXTRACT], SANDBOX_REQUIRED);
		sb.abi_limit = 2;
		_exit(sandbox_apply(&sb, &report, why, sizeof(why)) == 0 &&
		    report.landlock == 2 && report.seccomp == 1 &&
		    report.nmissing == 4 &&
		    strcmp(report.missing[0], "landlock truncate") == 0 ?
		    0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* A rule stays with what it was made of, and only fits its class. */
START_TEST(rules_fit_their_class)
{
	struct sandbox	sb;
	char		path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/file", scene.source);
	sandbox_init(&sb, &sandbox_table[ROLE_EXTRACT], SANDBOX_REQUIRED);
	ck_assert_int_eq(sandbox_allow(&sb, SANDBOX_READ_TREE, path), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_int_eq(sandbox_allow(&sb, SANDBOX_READ_FILE, scene.source),
	    -1);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_eq(sandbox_allow(&sb, SANDBOX_READ_TREE, "/no/where"),
	    -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(sandbox_allow(&sb, SANDBOX_READ_FILE, path), 0);
	ck_assert_uint_eq(sb.nrules, 1);
	sandbox_release(&sb);
	ck_assert_uint_eq(sb.nrules, 0);
}
END_TEST

/* A class that the role's row lacks is our own error: it aborts. */
START_TEST(rules_fit_their_role)
{
	struct sandbox	sb;

	sandbox_init(&sb, &sandbox_table[ROLE_CONSOLIDATE], SANDBOX_REQUIRED);
	sandbox_allow(&sb, SANDBOX_READ_TREE, scene.live);
}
END_TEST

/* The manual page shows the table that is in force. */
START_TEST(the_manual_shows_the_table)
{
	static char			page[32768];
	const struct sandbox_rights	*r = &sandbox_table[roles[_i]];
	char				file[32] = "0", row[128];
	FILE				*f = fopen("man/mnemod-worker.8", "r");
	const char			*line;

	ck_assert_ptr_nonnull(f);
	page[fread(page, 1, sizeof(page) - 1, f)] = '\0';
	fclose(f);
	snprintf(row, sizeof(row), ".It %s Ta ", role_name(roles[_i]));
	line = strstr(page, row);
	ck_assert_ptr_nonnull(line);
	if (r->fsize_mib != 0)
		snprintf(file, sizeof(file), "%u MiB", r->fsize_mib);
	snprintf(row, sizeof(row), " Ta %u MiB Ta %s Ta %u\n", r->data_mib,
	    file, r->nofile);
	ck_assert_ptr_eq(strstr(line, row), strchr(line, '\n') + 1 -
	    strlen(row));
}
END_TEST

/* For -p FILE: that file, and nothing beside it. */
static void
run_one_file(FILE *out, const struct trial *t)
{
	char	path[PATH_MAX + 32];

	(void)t;
	run_on(out, scene.outside, "file");
	snprintf(path, sizeof(path), "%s/link", scene.source);
	if (open(path, O_RDONLY | O_CLOEXEC) != -1)
		fprintf(out, "read %s\n", path);
	snprintf(path, sizeof(path), "%s/file", scene.source);
	if (open(path, O_RDONLY | O_CLOEXEC) == -1)
		fprintf(out, "cannot read %s\n", path);
	if (open(scene.source, O_RDONLY | O_CLOEXEC | O_DIRECTORY) != -1)
		fprintf(out, "read %s\n", scene.source);
}

START_TEST(a_preview_reads_one_file)
{
	const struct trial	t = {
		ROLE_EXTRACT, SANDBOX_REQUIRED, abis[_i], run_one_file
	};

	scene.only_file = 1;
	if (!trial_cannot())
		ck_assert_str_eq(trial_run(&t), "end\n");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("sandbox");
	TCase	*tc = tcase_create("roles");

	tcase_add_checked_fixture(tc, scene_setup, scene_teardown);
	tcase_add_test(tc, landlock_is_here);
	tcase_add_loop_test(tc, outside_is_out_of_reach, 0, NCASES);
	tcase_add_loop_test(tc, symbolic_links_lead_nowhere, 0, NCASES);
	tcase_add_loop_test(tc, extract_changes_no_source, 0, 2);
	tcase_add_loop_test(tc, own_folder_holds_plain_files, 0, NCASES);
	tcase_add_loop_test(tc, others_are_out_of_reach, 0, NCASES);
	tcase_add_loop_test(tc, calls_are_refused, 0, NCASES);
	tcase_add_test(tc, acts_work_without_a_sandbox);
	tcase_add_loop_test(tc, work_goes_on, 0, NCASES);
	tcase_add_loop_test(tc, a_preview_reads_one_file, 0, 2);
	tcase_add_loop_test(tc, the_manual_shows_the_table, 0, NROLES);
	tcase_add_test(tc, calls_of_another_architecture_kill);
	tcase_add_test(tc, required_needs_abi_2);
	tcase_add_test(tc, best_effort_filters_without_landlock);
	tcase_add_test(tc, report_names_what_is_missing);
	tcase_add_test(tc, rules_fit_their_class);
	tcase_add_test_raise_signal(tc, rules_fit_their_role, SIGABRT);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
