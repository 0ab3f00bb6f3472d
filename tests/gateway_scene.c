#include <check.h>
#include <string.h>

#include "tests/gateway_scene.h"

const char *const	apis[3] = { "responses", "chat", "messages" };
struct fake		fake;
struct gateway		gw;
char			url[128];

void
begin_as(struct gateway_setup gs, const char *const *rules)
{
	const struct fake_setup	fs = { rules, FAKE_PLAIN };

	fake_start(&fake, &fs);
	fake_url(&fake, gs.api, url, sizeof(url));
	if (gs.base_url == NULL)
		gs.base_url = url;
	gateway_start(&gw, &gs);
}

void
begin(const char *api, const char *const *rules)
{
	begin_as((struct gateway_setup){ .api = api }, rules);
}

void
finish(void)
{
	gateway_end(&gw);
	ck_assert_ptr_null(strstr(buf_str(&gw.logs), "zebra"));
	ck_assert_ptr_null(strstr(buf_str(&gw.logs), "marmalade"));
	gateway_release(&gw);
	fake_end(&fake);
}
