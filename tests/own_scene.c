#include <check.h>
#include <string.h>

#include "tests/own_scene.h"

struct publish_result	res;
char			first[GIT_OID_HEXSZ + 1];

static void
remember_live(char hex[GIT_OID_HEXSZ + 1])
{
	git_oid	id;

	ck_assert_int_eq(history_ref(&sc.ws.history, HISTORY_LIVE, &id),
	    HISTORY_FOUND);
	git_oid_tostr(hex, GIT_OID_HEXSZ + 1, &id);
}

void
own_setup(void)
{
	const char	*dir;

	memset(&res, 0, sizeof(res));
	scene_start(&sc);
	scene_redact(&sc);
	scene_first(&sc);
	remember_live(first);
	scene_task(&sc, AGENT_2, "two");
	dir = scene_staging(&sc, AGENT_2);
	scene_unlink(dir, "MEMORY.md");
	scene_write(dir, "MEMORY.md", scene_handbook("offset"));
	ck_assert_int_eq(scene_publish(&sc, AGENT_2), PUBLISH_DONE);
}

void
own_teardown(void)
{
	publish_result_release(&res);
	scene_end(&sc);
}

void
assert_clean(void)
{
	scene_assert_clean(&sc);
	ck_assert_str_eq(scene_subject(&sc, HISTORY_STAGED OWN_1), "");
}

void
revert(const char *commit)
{
	publish_result_release(&res);
	ck_assert_msg(own_revert(&sc.ws, OWN_1, commit, &res) ==
	    PUBLISH_DONE, "%s", sc.ws.problem);
}
