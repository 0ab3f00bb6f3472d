#ifndef MNEMOD_MODEL_H
#define MNEMOD_MODEL_H

#include "common/uuid.h"
#include "supervisor/provider.h"
#include "supervisor/relay.h"
#include "supervisor/supervisor.h"

/*
 * The model provider of a supervisor: the relay's clerk.  It says what may
 * be asked, in the ledger's name; what goes along with a question; and what
 * follows from a failure.
 */
enum model_guard {
	GUARD_IDLE,		/* not asked in this pass */
	GUARD_WANTED,		/* as soon as the gateway is ready */
	GUARD_ASKED,
	GUARD_DONE
};

struct model {
	struct supervisor	*sv;
	struct relay		*relay;
	struct provider_file	 key_file;	/* as the gateway read it */
	int64_t			 gateways;	/* started so far */
	struct budget_sum	 open;		/* reserved, under way */
	int			 key_retried;	/* since the last success */
	int			 troubled;	/* said so, not yet better */
	int64_t			 hold_until_ms;	/* wall time; 0: none */
	enum model_error	 hold_error;
	int			 hold_unknown;	/* read before the next one */
	int			 gave_up;	/* nobody waits: work goes back */
	int64_t			 rounds;	/* such holds without success */
	char			 hold_text[512];
	enum model_guard	 guard;
	struct loop_timer	 guard_timer;	/* then it fails open */
	int64_t			 guard_serial;	/* of the question */
	char			 installation_id[UUID_SIZE]; /* "": not yet */
};

/* Starts the gateway if anything is to be sent. */
struct model *model_new(struct supervisor *);
/* Only when the children are over.  NULL is allowed. */
void model_free(struct model *);

/* The configuration was read again. */
void model_reload(struct model *);

/* A pass begins: was the key file replaced? */
void model_pass(struct model *);

/*
 * Have the gateway send telemetry: the serial of its reply, -1: not now.
 * Takes over `body'.
 */
int64_t model_export(struct model *, const struct msg_head *,
    json_object *body);

/*
 * model_ledger.c: what a request may cost, and what it cost.
 */

/*
 * Reserve what the request may use: ADMIT_SEND.  ADMIT_WAIT: it may fit once
 * one that is under way has ended.  ADMIT_REFUSE: the answer says why.
 */
enum relay_admit model_reserve(struct model *, struct relay_ask *,
    struct relay_answer *);

/* Close the row of the ledger; NULL: the gateway ended, so it stands. */
void model_settle(struct model *, struct relay_ask *, enum model_error,
    const struct msg *);

/*
 * model_hold.c: whether the provider may be asked at all.
 */

/* Take over what an earlier supervisor left, or m->hold_unknown. */
void model_hold_load(struct model *);

/* Milliseconds until it may be asked; 0: now. */
int64_t model_hold_left(const struct model *);

/* Nobody asks for `ms': kept in the store, and said in the log if long. */
void model_hold_set(struct model *, enum model_error, int64_t ms,
    const char *text);

/* It works: forget what was. */
void model_hold_clear(struct model *);

/* A failed attempt: fill in what the asker does, hold what is to be held. */
void model_failed(struct model *, const struct relay_ask *,
    struct relay_answer *, int64_t server_ms);

/*
 * model_guard.c: what the account's owner is to be left.
 */

/*
 * 1 if the account's limits have to be asked for first: stage_one_go_on()
 * follows.  0: go on.
 */
int model_guard(struct model *);

/* The gateway is ready; it answered `quota'. */
void model_guard_ready(struct model *);
void model_guard_reply(struct model *, const struct msg *);

/*
 * model_order.c: what goes to the gateway.
 */

/* A request's body and ids; the ids are borrowed from `q' and the model. */
void model_order(struct model *, const struct relay_ask *,
    struct relay_order *);

/* The name of the model that is asked. */
const char *model_name(const struct config_provider *, int agent);

/* The settings of a gateway; holds the key: json_wipe() it. */
json_object *model_settings(struct model *);
/* The same where there is no state; `installation' may be NULL. */
json_object *model_settings_of(const struct config *,
    const char *installation);

#endif
