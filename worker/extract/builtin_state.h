#ifndef MNEMOD_BUILTIN_STATE_H
#define MNEMOD_BUILTIN_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "builtin.h"
#include "builtin_noise.h"
#include "builtin_task.h"
#include "rollout.h"

/*
 * Stage one's state over one rollout, private to builtin*.c.  builtin.c
 * hands each item to builtin_user.c or builtin_call.c; builtin_facts.c reads
 * all of it at the end.
 */
#define BUILTIN_CALLS	32	/* open at once: a ring */
#define BUILTIN_LANGS	12

enum call_kind { CALL_NONE, CALL_COMMAND, CALL_PATCH };

/* A tool call whose output has not come yet. */
struct call {
	enum call_kind	 kind;
	char		*id;
	char		*text;		/* command line or patch */
	char		*dir;
	int		 exit;		/* from its event, else -1 */
};

enum machine_kind {
	MACHINE_MISSING,
	MACHINE_PRESENT,
	MACHINE_NO_GIT,
	MACHINE_VERSION
};

struct machine {
	enum machine_kind kind;
	char		*name;		/* a program, or a folder */
	char		*value;		/* a version, else NULL */
	int64_t		 time;
};

struct language {
	const char	*code;
	unsigned	 requests;
};

struct builtin {
	const struct rollout_meta *meta;
	struct task	*task[BUILTIN_TASKS];
	size_t		 ntasks;
	struct noise	*noise;
	struct call	 call[BUILTIN_CALLS];
	size_t		 next_call;
	struct machine	 machine[BUILTIN_MACHINE];
	size_t		 nmachine;
	struct language	 lang[BUILTIN_LANGS];
	const char	*answers;	/* language of the last answer */
	int		 interrupted;	/* the turn was stopped */
	size_t		 ack_from;	/* prefs that wait for an answer */
	unsigned	 seq;		/* of items */
	size_t		 dropped;	/* lines that addressed an agent */
	int64_t		 time;		/* of the present item, seconds */
};

/* The task that items belong to, or NULL before the first request. */
struct task *builtin_task(struct builtin *);

/* builtin_user.c: a user's message, an agent's message. */
void user_message(struct builtin *, const char *text, size_t len);
void agent_message(struct builtin *, const char *text, int final);

/*
 * builtin_border.c: 1 if the words `rest' of a message go on with the task,
 * 0 if they begin another.
 */
int follows_up(const struct task *, const char *rest);

/* builtin_call.c: a call, its output, and the events that tell of both. */
void call_begin(struct builtin *, json_object *item);
void call_end(struct builtin *, json_object *item);
void call_event(struct builtin *, json_object *payload);
void call_clear(struct call *);

/* builtin_run.c: a command came to its end with `output'. */
void run_note(struct builtin *, const struct call *, json_object *output);

/* builtin_title.c: title of a task, slug of a title (NULL if none). */
char *title_make(const struct task *);
char *title_slug(const char *title);
/* Names that a person or an agent set off: `x`, a.c, do_it, f(). */
void title_names(struct strs *, const char *text);
/* What the task is found by, at most `max'. */
void title_keywords(struct strs *, const struct builtin *,
    const struct task *);

/* builtin_facts.c: all that is worth keeping, NULL if nothing is. */
json_object *facts_make(const struct builtin *);

/* builtin_prefs.c: the task's "prefs". */
json_object *facts_prefs(const struct task *);

/*
 * builtin_failures.c: the task's "failures" and "diagnoses", and the setters
 * that leave out what is empty (facts_arr() takes over the array).
 */
json_object *facts_failures(const struct builtin *, const struct task *);
json_object *facts_diagnoses(const struct task *);
void facts_str(json_object *, const char *key, const char *val);
void facts_arr(json_object *, const char *key, json_object *arr);

/* builtin_write.c: the two texts of `facts' (Codex CLI's formats). */
void write_outputs(const struct builtin *, json_object *facts,
    struct stage_one_output *);

#endif
