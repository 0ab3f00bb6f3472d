/* links: worker/consolidate/patch.c worker/consolidate/patch_apply.c */

/*
 * Models write patches from memory: a blank at the end of a line too many, a
 * context line that is not quite there, a file twice.  A patch that fits must
 * change just what it says, and one that does not must change nothing and say
 * which line to look at.
 */
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "worker/consolidate/patch.h"

static struct patch		p;
static struct patch_why		why;

/* Apply the first file of a patch; static memory, NULL: it does not fit. */
static const char *
applied(const char *patch, const char *old)
{
	static struct buf	out;
	struct patch_update	u = { .patch = &p, .old = old };
	int			r;

	buf_reset(&out);
	why.text[0] = '\0';
	if (patch_parse(&p, patch, &why) == -1) {
		patch_release(&p);
		return NULL;
	}
	u.file = &p.files[0];
	u.oldlen = strlen(old);
	r = patch_apply(&u, &out, &why);
	patch_release(&p);
	return r == -1 ? NULL : buf_str(&out);
}

#define UPDATE(body) "*** Begin Patch\n*** Update File: M\n" body \
    "*** End Patch\n"

/* patch, old, new (NULL: refused with a reason that holds `new_why') */
static const struct {
	const char	*patch, *old, *new, *new_why;
} cases[] = {
	{ UPDATE("@@\n a\n-b\n+B\n c\n"), "a\nb\nc\n", "a\nB\nc\n", NULL },
	/* the end of the file */
	{ UPDATE("@@\n-b\n+B\n"), "a\nb", "a\nB\n", NULL },
	{ UPDATE("@@\n+z\n"), "a\n", "a\nz\n", NULL },
	{ UPDATE("@@\n+z\n"), "", "z\n", NULL },
	{ UPDATE("@@\n-a\n+A\n*** End of File\n"), "a\nb\na\n", "a\nb\nA\n",
	    NULL },
	/* two chunks, in order */
	{ UPDATE("@@\n-a\n+1\n@@\n-a\n+2\n"), "a\na\na\n", "1\n2\na\n", NULL },
	{ UPDATE("@@\n-c\n+C\n@@\n-a\n+A\n"), "a\nb\nc\n", NULL, "chunk 2" },
	/* a line that is named */
	{ UPDATE("@@ ## B\n-x\n+y\n"), "## A\nx\n## B\nx\n",
	    "## A\nx\n## B\ny\n", NULL },
	{ UPDATE("@@ ## B\n+new\n"), "## A\n## B\nx\n", "## A\n## B\nnew\nx\n",
	    NULL },
	{ UPDATE("@@ ## C\n-x\n+y\n"), "## A\nx\n", NULL, "## C" },
	/* found by fuzz_patch: a chunk that is its first line only */
	{ UPDATE("@@ ## C\n"), "## A\nx\n", NULL, "## C" },
	/* trailing white space, and nothing else, is forgiven */
	{ UPDATE("@@\n-a  \n+A\n"), "a\n", "A\n", NULL },
	{ UPDATE("@@\n-a\n+A\n"), "a \t\n", "A\n", NULL },
	{ UPDATE("@@\n- a\n+A\n"), "a\n", NULL, "read the file again" },
	{ UPDATE("@@\n-A\n+x\n"), "a\n", NULL, "read the file again" },
	/* what is kept is kept as it stands in the file */
	{ UPDATE("@@\n a\n-b\n+B\n"), "a \nb\n", "a \nB\n", NULL },
	/* an exact place wins over a fuzzy one that comes first */
	{ UPDATE("@@\n-a\n+A\n"), "a \na\n", "a \nA\n", NULL },
	/* an empty line stands for an empty kept line */
	{ UPDATE("@@\n a\n\n-b\n+B\n"), "a\n\nb\n", "a\n\nB\n", NULL },
	/* line ends of the file, whatever the patch has */
	{ UPDATE("@@\n a\n-b\n+B\n"), "a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n",
	    NULL },
	{ "*** Begin Patch\r\n*** Update File: M\r\n@@\r\n-a\r\n+A\r\n"
	    "*** End Patch\r\n", "a\n", "A\n", NULL },
	/* malformed */
	{ "", "", NULL, "must begin with" },
	{ "*** Begin Patch\n", "", NULL, "must end with" },
	{ "*** Begin Patch\n*** End Patch\n", "", NULL, "names no file" },
	{ "*** Begin Patch\n+a\n*** End Patch\n", "", NULL, "patch line 2" },
	{ UPDATE(""), "", NULL, "no chunk" },
	{ UPDATE("-a\n"), "a\n", NULL, "begins with @@" },
	{ UPDATE("@@\na\n"), "a\n", NULL, "begins with a space" },
	{ "*** Begin Patch\n*** Update File: \n@@\n+a\n*** End Patch\n", "",
	    NULL, "path is missing" },
	{ "*** Begin Patch\n*** Add File: M\na\n*** End Patch\n", "", NULL,
	    "begins with +" },
	{ "*** Begin Patch\n*** Delete File: M\n-a\n*** End Patch\n", "", NULL,
	    "nothing follows" },
	{ UPDATE("@@\n-a\n+b\n*** Move to: N\n"), "a\n", NULL, "Move to" },
	{ "*** Begin Patch\n*** Update File: M\n@@\n-a\n", "a\n", NULL,
	    "must end with" },
};

START_TEST(a_patch_fits_or_changes_nothing)
{
	const char	*got = applied(cases[_i].patch, cases[_i].old);

	if (cases[_i].new != NULL) {
		ck_assert_msg(got != NULL, "%s", why.text);
		ck_assert_str_eq(got, cases[_i].new);
	} else {
		ck_assert_msg(got == NULL, "taken: %s", got);
		ck_assert_msg(strstr(why.text, cases[_i].new_why) != NULL,
		    "%s", why.text);
	}
}
END_TEST

START_TEST(all_kinds_in_one_patch)
{
	struct buf	out = BUF_INIT;

	ck_assert_int_eq(patch_parse(&p, "*** Begin Patch\n"
	    "*** Add File: skills/a/SKILL.md\n+one\n+\n+two\n"
	    "*** Update File: MEMORY.md\n*** Move to: OLD.md \n@@ x\n-a\n"
	    "*** Delete File: skills/b/SKILL.md\n*** End Patch\n", &why), 0);
	ck_assert_uint_eq(p.nfiles, 3);
	ck_assert_int_eq((int)p.files[0].kind, PATCH_ADD);
	ck_assert_str_eq(p.files[0].path, "skills/a/SKILL.md");
	patch_added(&p, &p.files[0], &out);
	ck_assert_str_eq(buf_str(&out), "one\n\ntwo\n");
	ck_assert_int_eq((int)p.files[1].kind, PATCH_UPDATE);
	ck_assert_str_eq(p.files[1].move_to, "OLD.md");
	ck_assert_uint_eq(p.files[1].nchunks, 1);
	ck_assert_int_eq((int)p.files[2].kind, PATCH_DELETE);
	buf_release(&out);
	patch_release(&p);
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("patch");
	TCase	*tc = tcase_create("patch");

	tcase_add_loop_test(tc, a_patch_fits_or_changes_nothing, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tc, all_kinds_in_one_patch);
	suite_add_tcase(s, tc);
	return s;
}

CHECK_MAIN(suite)
