#ifndef MNEMOD_FAKEWORKER_H
#define MNEMOD_FAKEWORKER_H

#include <json-c/json.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/msg.h"

/*
 * A worker that misbehaves on request; main.c tells the words of its script.
 * Bodies are given away.  What cannot go on ends with status 67.
 */

/* wire.c: messages, good ones and others. */
extern enum role		own_role;
extern json_object		*taken;		/* body of the last message */
extern size_t			payload_len;	/* of its payload */
extern volatile sig_atomic_t	told;		/* to end: say bye */

void wire_init(void);
void give(enum msg_id, int64_t serial, json_object *body);
void give_with(enum msg_id, int64_t serial, json_object *body,
    const struct buf *payload);
void give_raw(const char *text, size_t len);
/* Wait for a message; MSG__MAX at the end of the stream. */
enum msg_id take(int64_t *serial);
void hello(const char *version, int64_t protocol);
void configure(void);
void ready(void);
void say(const char *text);
void alive(int64_t progress);
void bye(void);

/* model.c: both ends of model requests. */
extern struct gateway {
	size_t		 reply;		/* bytes of an answer */
	const char	*refuse;	/* class of its error, or NULL */
	int		 slow;		/* ms before it */
	int		 hold;		/* so many are not answered */
} gateway;

void model_answer(int64_t serial);
void ask(size_t len);
void await(void);
void bare(size_t len);
void torn(void);
void pose(const char *body);

/* agent.c: what an agent, or who was asked something, may say and do. */
extern int64_t	asked;			/* the request of `request' */
extern char	staging[4096];		/* of an agent */

void request(void);
void utter(const char *text, int64_t serial);
void many(const char *text);
void record(size_t len);
void plant(const char *text);
void link_to(const char *text);
void fill(int n);
void dig(int n);

/* harm.c: signals, processes, floods. */
void on_term(int signo);
void on_term_alarm(int signo);
void term_does(void (*fn)(int));
void raise_now(int signo);
void stall(void);
void grandchild(int new_session, int keep_pipes);
void kin(void);
void bomb(void);
void show(void);
void deep(void);
void big(void);
void beat(void);
void flood(void);
void errflood(void);

#endif
