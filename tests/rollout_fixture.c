#include <sys/mman.h>
#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fd.h"
#include "common/json.h"
#include "rollout_fixture.h"

int
fixture_fd(const void *data, size_t len)
{
	int	fd = memfd_create("rollout", MFD_CLOEXEC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fd_write_all(fd, data, len), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

struct rollout *
fixture_rollout(const char *text)
{
	return rollout_new("/test.jsonl", fixture_fd(text, strlen(text)), 0);
}

struct rollout *
fixture_odd(const char *end)
{
	struct rollout	*r;
	char		 pattern[256];
	glob_t		 g;
	int		 fd;

	snprintf(pattern, sizeof(pattern), ODD_DAY "rollout-*%s.jsonl", end);
	ck_assert_int_eq(glob(pattern, 0, NULL, &g), 0);
	ck_assert_uint_eq(g.gl_pathc, 1);
	fd = open(g.gl_pathv[0], O_RDONLY | O_CLOEXEC);
	ck_assert_int_ne(fd, -1);
	r = rollout_new(g.gl_pathv[0], fd, 0);
	globfree(&g);
	return r;
}

json_object *
fixture_json(const char *text)
{
	json_object	*o = json_parse(text, strlen(text), 32, NULL);

	ck_assert_msg(o != NULL, "not JSON: %s", text);
	return o;
}
