/* links: */

/*
 * A match that gave up, for want of memory or at a limit, was taken for none,
 * and what it looked at went on as it was: a secret.  Here each match of the
 * library's fails in its turn, and all those behind it.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <dlfcn.h>
#include <pcre2.h>
#include <string.h>

#include "check_main.h"
#include "common/buf.h"
#include "common/json.h"
#include "tests/redact_fixture.h"

static unsigned	matches;	/* until now */
static unsigned	fails;		/* from this one on all do; 0: none */
static int	error;		/* what it says then */

/* The program's own comes before that of the library. */
int
pcre2_match(const pcre2_code *code, PCRE2_SPTR text, PCRE2_SIZE len,
    PCRE2_SIZE at, uint32_t options, pcre2_match_data *data,
    pcre2_match_context *context)
{
	static int	(*real)(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE,
			    PCRE2_SIZE, uint32_t, pcre2_match_data *,
			    pcre2_match_context *);

	matches++;
	if (fails != 0 && matches >= fails)
		return error;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pcre2_match_8");
	return real(code, text, len, at, options, data, context);
}

#define SECRET_1	"ghp_16C7e42F292c6912E7710c838347Ae178B4a"
#define SECRET_2	"hunter2-Xk93nf"
#define SECRET_3	"Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"

static const char	text[] =
    "export GITHUB_TOKEN=" SECRET_1 "\n"
    "password: " SECRET_2 "\n"
    "Authorization: Bearer " SECRET_3 "\n"
    "and a line that says nothing.\n";

static void
redact_once(unsigned k, struct buf *out)
{
	matches = 0;
	fails = k;
	redact_bound(redact, "a text");
	redact_text(redact, text, sizeof(text) - 1, out);
}

static void
assert_none(const char *s, unsigned k)
{
	ck_assert_msg(strstr(s, SECRET_1) == NULL &&
	    strstr(s, SECRET_2) == NULL && strstr(s, SECRET_3) == NULL,
	    "match %u: %s", k, s);
}

static const int	errors[] = {
	PCRE2_ERROR_NOMEMORY, PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT
};

START_TEST(no_secret_passes)
{
	struct buf	out = BUF_INIT;
	unsigned	n, k;
	int		told = 0;

	error = errors[_i];
	redact_once(0, &out);
	n = matches;
	ck_assert_uint_gt(n, 3);
	assert_none(buf_str(&out), 0);
	ck_assert_ptr_null(redact_gave_up(redact));
	for (k = 1; k <= n; k++) {
		buf_reset(&out);
		redact_once(k, &out);
		assert_none(buf_str(&out), k);
		told |= redact_gave_up(redact) != NULL;
	}
	ck_assert_int_eq(told, 1);
	buf_release(&out);
}
END_TEST

/* The names of values are matched, too. */
START_TEST(no_named_one_does)
{
	static const char	 doc[] = "{\"password\":\"" SECRET_2 "\","
	    "\"env\":[{\"name\":\"API_TOKEN\",\"value\":\"" SECRET_3 "\"}]}";
	json_object		*o;
	struct buf		 out = BUF_INIT;
	unsigned		 n = 1, k;

	error = errors[_i];
	for (k = 0; k <= n; k++) {
		o = json_parse(doc, sizeof(doc) - 1, JSON_DEPTH, NULL);
		ck_assert_ptr_nonnull(o);
		matches = 0;
		fails = k;
		redact_bound(redact, "a text");
		redact_json(redact, o);
		if (k == 0)
			n = matches;
		buf_reset(&out);
		json_write(&out, o);
		assert_none(buf_str(&out), k);
		json_object_put(o);
	}
	ck_assert_uint_gt(n, 1);
	buf_release(&out);
}
END_TEST

static Suite *
redact_fails_suite(void)
{
	Suite	*s = suite_create("redact_fails");
	TCase	*t = tcase_create("redact_fails");

	tcase_add_checked_fixture(t, redact_setup, redact_teardown);
	tcase_add_loop_test(t, no_secret_passes, 0, 3);
	tcase_add_loop_test(t, no_named_one_does, 0, 3);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(redact_fails_suite)
