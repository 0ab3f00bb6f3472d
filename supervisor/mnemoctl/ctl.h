#ifndef MNEMOD_MNEMOCTL_CTL_H
#define MNEMOD_MNEMOCTL_CTL_H

#include <json-c/json.h>
#include <stdint.h>
#include "supervisor/config.h"
#include "supervisor/disabled.h"
#include "supervisor/mnemoctl/options.h"
#include "supervisor/mnemoctl/output.h"
#include "supervisor/paths.h"
#include "supervisor/root.h"
#include "supervisor/store.h"
#include "supervisor/waits.h"

/*
 * mnemoctl(1).  A command collects a document and shows it; with -j the
 * document itself is printed.  So both say the same.  Some commands look at
 * the state directory and change nothing there; the others are requests to
 * the supervisor (remote.h), whose answer is the document.
 */

/* Exit statuses, as far as they go those of mnemod(8). */
enum ctl_exit {
	CTL_OK = 0,
	CTL_NOT_FOUND = 1,	/* or the output could not be written */
	CTL_USAGE = 2,
	CTL_CONFIG = 3,
	CTL_LOCKED = 4,		/* another has the state, and does not answer */
	CTL_UNKILLABLE = 5,
	CTL_STATE = 6,
	CTL_ROOT = 7,		/* the memory root may not be written */
	CTL_WAITING = 8		/* not now; ask again later */
};

/* Who works on the state. */
struct ctl_owner {
	int	 running;	/* a supervisor holds `lock' */
	int64_t	 pid;		/* its, or 0 */
	int	 orphans;	/* workers live without their supervisor */
};

/* A configured memory and its root as it is now. */
struct ctl_memory {
	const struct config_memory	*config;
	enum root_state			 state;
	int				 usable;	/* may be published */
	char				*text;	/* what is, and the ways on */
};

struct ctl {
	const struct ctl_options *opt;
	struct config		*config;
	const struct paths	*paths;
	struct store		*store;
	int64_t			 now;		/* seconds */
	struct ctl_owner	 owner;
	struct ctl_memory	*memories;	/* config->nmemories */
	struct waits		 waits;		/* of ctl_look() */
	struct disabled		 disabled;	/* the same */
	enum ctl_exit		 verdict;	/* once all is shown */
	int64_t			 heard;		/* the last record's number */
};

struct ctl_command {
	const char	*name;
	const char	*argument;	/* its name; NULL: takes none; in
					   brackets: may be left out */
	const char	*text;		/* for the help */
	/*
	 * Fill the document.  What is not CTL_OK is logged.  NULL: it is a
	 * request of this name, the argument is its `key'.
	 */
	enum ctl_exit	(*collect)(struct ctl *, json_object *doc);
	/*
	 * Add what the database is not needed for, or NULL.  Its snapshot is
	 * over by then: meanwhile its log could not be emptied.
	 */
	void		(*complete)(struct ctl *, json_object *doc);
	void		(*show)(json_object *doc, const struct output *);
	const char	*key;
	int		 alone;		/* it needs no state */
	int		 words;		/* the argument may be several words */
	int		 memory;	/* -m, and it is no request */
	int		 running;	/* only a supervisor can answer */
	/*
	 * A frame before the last; 0, or -1 to end, with ctl->verdict.  The
	 * last one is shown as ever.
	 */
	int		(*hear)(struct ctl *, json_object *doc,
			    json_object *frame);
};

/* status.c, jobs.c, why.c */
enum ctl_exit status_collect(struct ctl *, json_object *doc);
void status_complete(struct ctl *, json_object *doc);
void status_show(json_object *doc, const struct output *);
enum ctl_exit jobs_collect(struct ctl *, json_object *doc);
void jobs_show(json_object *doc, const struct output *);
enum ctl_exit why_collect(struct ctl *, json_object *doc);
void why_show(json_object *doc, const struct output *);

/* agents.c, agent.c */
enum ctl_exit agents_collect(struct ctl *, json_object *doc);
void agents_show(json_object *doc, const struct output *);
enum ctl_exit agent_collect(struct ctl *, json_object *doc);
void agent_show(json_object *doc, const struct output *);

/* doctor.c */
enum ctl_exit doctor_collect(struct ctl *, json_object *doc);
void doctor_show(json_object *doc, const struct output *);

/* log.c */
int log_hear(struct ctl *, json_object *doc, json_object *frame);
void log_show(json_object *doc, const struct output *);

/* usage.c */
enum ctl_exit usage_collect(struct ctl *, json_object *doc);
void usage_show(json_object *doc, const struct output *);

/* mcp.c: it prints for itself. */
enum ctl_exit mcp_collect(struct ctl *, json_object *doc);

/* search.c, search_show.c */
enum ctl_exit search_collect(struct ctl *, json_object *doc);
void search_show(json_object *doc, const struct output *);

/* backup.c, restore.c, show_backup.c */
enum ctl_exit backup_collect(struct ctl *, json_object *doc);
void backup_show(json_object *doc, const struct output *);
enum ctl_exit restore_collect(struct ctl *, json_object *doc);
void restore_show(json_object *doc, const struct output *);

/* check.c */
enum ctl_exit check_collect(struct ctl *, json_object *doc);
void check_show(json_object *doc, const struct output *);

/* show_*.c: the answers to requests. */
void extract_show(json_object *doc, const struct output *);
void history_show(json_object *doc, const struct output *);
void forget_show(json_object *doc, const struct output *);
void audit_show(json_object *doc, const struct output *);
void diff_show(json_object *doc, const struct output *);
void review_show(json_object *doc, const struct output *);
void published_show(json_object *doc, const struct output *);
void noted_show(json_object *doc, const struct output *);
void discarded_show(json_object *doc, const struct output *);
void metrics_show(json_object *doc, const struct output *);
void run_show(json_object *doc, const struct output *);
void stop_show(json_object *doc, const struct output *);
void reload_show(json_object *doc, const struct output *);
void pause_show(json_object *doc, const struct output *);
void retry_show(json_object *doc, const struct output *);
void disable_show(json_object *doc, const struct output *);
void enable_show(json_object *doc, const struct output *);
void release_show(json_object *doc, const struct output *);

/*
 * ctl.c: what commands share.
 */

/*
 * Look at the roots of all memories; ctl->store is open.  A disk may be slow:
 * no snapshot is to be held.  CTL_STATE: the state cannot be read, logged.
 */
enum ctl_exit ctl_look_roots(struct ctl *);
/* The same: what a person has disabled, and what keeps work waiting. */
enum ctl_exit ctl_look(struct ctl *);
void ctl_release(struct ctl *);

/* CTL_OK if a memory of this name is configured, else logged. */
enum ctl_exit ctl_memory_known(const struct ctl *, const char *name);

/* Who holds the locks in this state directory; nothing stays locked. */
void ctl_owner_look(struct ctl_owner *, const char *state);

/* The rules of claims, as a supervisor with this configuration has them. */
void ctl_stage_one_rules(struct ctl *, struct store_stage_one_rules *);
/* 1 if the memory may be published and takes the thread. */
int ctl_takes(const struct ctl *, const struct ctl_memory *,
    const struct store_thread *);

/* A failed read: logged there, CTL_STATE. */
enum ctl_exit ctl_exit_of(enum store_status);

/*
 * claim.c: what a claim of stage two would come to now, and when that
 * changes by itself, in seconds (0: it does not).
 */
struct ctl_claim {
	const char	*outcome;	/* "due", "cooldown", "review_pending" */
	int64_t		 when;
};
/* `memory' need not be configured any more. */
enum store_status ctl_claim_look(struct ctl *, const char *memory,
    struct ctl_claim *);

/* Set a time in seconds; 0 is null. */
void ctl_set_time(json_object *o, const char *key, int64_t when);
/* A new object at the end of an array; the array owns it. */
json_object *ctl_push(json_object *array);
/* A new array or object as a member. */
json_object *ctl_set_array(json_object *o, const char *key);
json_object *ctl_set_object(json_object *o, const char *key);

#endif
