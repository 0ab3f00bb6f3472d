#ifndef MNEMOD_BUILTIN_TASK_H
#define MNEMOD_BUILTIN_TASK_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What builtin stage one notes of a rollout while its items go by: a few
 * tasks, each with bounded lists.  What is beyond a bound is left out, so
 * that memory does not grow with the rollout.
 */
#define BUILTIN_TASKS		24
#define BUILTIN_PREFS		12	/* per task, like those below */
#define BUILTIN_RUNS		16
#define BUILTIN_FAILURES	12
#define BUILTIN_EDITS		24
#define BUILTIN_STRS		24	/* strings in a list */
#define BUILTIN_QUOTE		240	/* bytes of a quoted sentence */
#define BUILTIN_LINE		200	/* bytes of a quoted line */
#define BUILTIN_MACHINE		24

/* A short list of different strings, in the order of their arrival. */
struct strs {
	char	*v[BUILTIN_STRS];
	size_t	 n;
};

/* Adds a copy unless it is there, empty or one too many.  1 if added. */
int strs_add(struct strs *, const char *);
int strs_has(const struct strs *, const char *);
void strs_clear(struct strs *);
/* The list as a JSON array, or NULL if it is empty. */
json_object *strs_json(const struct strs *);

enum pref_kind {
	PREF_STANDING,		/* "always ..." */
	PREF_CORRECTION,	/* of a delivery */
	PREF_INTERRUPT,		/* of a turn that was stopped */
	PREF_ACCEPTED,		/* a preference told on accepting */
	PREF_REQUEST		/* a constraint of one request */
};

enum pref_scope { SCOPE_GROUP, SCOPE_HERE, SCOPE_ALL };

struct pref {
	enum pref_kind	 kind;
	enum pref_scope	 scope;
	char		*text;		/* the user's words */
	char		*rule;		/* the standing sentence in them */
	char		*before;	/* what was delivered or stopped */
	char		*ack;		/* the agent's acknowledgement */
	int64_t		 time;
};

enum run_kind { RUN_OTHER, RUN_TEST, RUN_BUILD, RUN_LINT, RUN_PROGRAM };

/* One command line that ran to its end, as far as its outcome matters. */
struct run {
	enum run_kind	 kind;
	struct strs	 keys;		/* program, subcommand or script */
	char		*command;	/* as it is shown */
	char		*dir;		/* "" : the thread's own */
	char		*says;		/* "Ran 2 tests" */
	int		 exit;		/* -1: not told */
	int		 passed;
	unsigned	 seq;
	int64_t		 time;
};

struct edit {
	char		*file;
	struct strs	 from, to;	/* removed and added lines */
	size_t		 lines;		/* changed, kept or not */
	int		 refused;	/* the patch did not apply */
	unsigned	 seq;
};

enum failure_kind {
	FAILURE_OPEN,
	FAILURE_HIDDEN,		/* a part failed, the line exited 0 */
	FAILURE_DIAGNOSIS	/* a sanitizer's report */
};

struct failure {
	enum failure_kind kind;
	char		*key;
	char		*command;
	struct strs	 errors;	/* candidates, best first */
	int		 exit;		/* -1: not told */
	unsigned	 seq;
	int64_t		 time;
};

struct task {
	char		*request;	/* the user's words, one line */
	char		*wanted;	/* what "I meant: ..." said */
	char		*final;		/* the last final answer */
	char		*accepted;	/* the words of acceptance */
	char		*rejected;	/* a delivery that was corrected */
	char		*stopped;	/* the request that was interrupted */
	int		 rejected_passed; /* its check had passed */
	unsigned	 corrections;
	struct strs	 words;		/* names that the user wrote */
	struct pref	 prefs[BUILTIN_PREFS];
	size_t		 nprefs;
	struct run	 runs[BUILTIN_RUNS];
	size_t		 nruns;
	struct edit	 edits[BUILTIN_EDITS];
	size_t		 nedits;
	struct failure	 failures[BUILTIN_FAILURES];
	size_t		 nfailures;
	int64_t		 time;
};

struct task *task_new(const char *request, int64_t time);
void task_free(struct task *);

/*
 * A new element of the task's list, zeroed, for the caller to fill; the
 * last one again if the list is full (its contents are freed).
 */
struct pref *task_pref(struct task *);
struct run *task_run(struct task *);
struct edit *task_edit(struct task *);
struct failure *task_failure(struct task *);

/* The last edit that applied, or NULL; the last run of a check, or NULL. */
const struct edit *task_last_edit(const struct task *);
const struct run *task_last_check(const struct task *);

/* 1 if the run tells whether the work is right: test, build, lint, or a
 * program that ran after an edit. */
int task_is_check(const struct task *, const struct run *);

/* 1 if the task holds something that a later session can use. */
int task_worth(const struct task *);

#endif
