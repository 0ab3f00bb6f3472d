#ifndef MNEMOD_GATEWAY_SCENE_H
#define MNEMOD_GATEWAY_SCENE_H

#include "tests/fake_peer.h"
#include "tests/gateway_peer.h"

/*
 * A model server and a gateway that asks it.
 */
extern const char *const	apis[3];	/* by their names */
extern struct fake		fake;
extern struct gateway		gw;
extern char			url[128];	/* its base_url */

/* What a model says where it is to be seen in no log. */
#define SAID	"marmalade-teapot-5518"

/* Start both: a server of these rules (NULL-terminated), and for this API. */
void begin(const char *api, const char *const *rules);
/* The same as it says; without a base_url it has the server's. */
void begin_as(struct gateway_setup, const char *const *rules);
/* End both; no key, prompt or SAID may be in the gateway's logs. */
void finish(void);

#endif
