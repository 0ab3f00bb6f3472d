#include <sys/wait.h>
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "common/exitcode.h"
#include "common/json.h"
#include "puppet.h"
#include "worker_scene.h"

struct peer	peer;

void
worker_setup(void)
{
	peer_start(&peer, NULL);
}

void
worker_teardown(void)
{
	peer_release(&peer);
}

void
submit(const char *text)
{
	char	body[256];

	snprintf(body, sizeof(body),
	    "{\"items\":[{\"type\":\"text\",\"text\":\"%s\"}]}", text);
	peer_send_text(&peer, MSG_SUBMIT, body);
}

void
assert_completed(const char *text)
{
	json_object	*body = peer_expect(&peer, MSG_COMPLETED);

	ck_assert_str_eq(json_str(body, "message"), text);
	json_object_put(body);
}

void
assert_exit(int code)
{
	int	status = peer_wait(&peer);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == code,
	    "status %#x, expected exit %d; %s", (unsigned)status, code,
	    peer_errors(&peer));
}

void
assert_farewell(void)
{
	int	i;

	json_object_put(peer_expect(&peer, MSG_STATUS));
	for (i = 0; i < 3; i++)
		json_object_put(peer_expect(&peer, MSG_METRIC));
	json_object_put(peer_expect(&peer, MSG_BYE));
	ck_assert(peer_at_eof(&peer));
	assert_exit(WEXIT_OK);
}

int
worker_scene_main(int argc, char **argv, char **envp, Suite *(*suite)(void))
{
	if (strcmp(argv[0], "worker") == 0)
		return worker_main(argc, argv, envp, &puppet);
	return check_run(suite);
}
