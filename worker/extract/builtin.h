#ifndef MNEMOD_BUILTIN_H
#define MNEMOD_BUILTIN_H

#include <json-c/json.h>

struct rollout_meta;

/*
 * Stage one of the builtin provider: reads the kept items of one rollout in
 * their order and tells, without a model, what is worth keeping.  Nothing is
 * paraphrased: every line of the output quotes the user, a command, an error
 * or a file name.  What it keeps in memory is bounded (BUILTIN_* in
 * builtin_task.h); what is beyond a bound is left out.
 *
 * `facts' is what stage two works from (mnemod-memory(5)).  All strings are
 * redacted as the items were; times are Unix seconds; a key without a value
 * is absent.
 *
 * {"v":1,
 *  "keeps":true,               holds a preference: does not age
 *  "commit",                   the thread's first commit, if any
 *  "langs":{"en":2},           requests by language (ISO 639-1)
 *  "answers":"ja",             language of the last answer
 *  "edited":[".py",".c"],      suffixes of the edited files
 *  "machine":[{"kind":"missing|present|nogit|version","name","time",
 *              "value"}],      value: the version
 *  "dropped":1,                lines that addressed an agent or its memory
 *  "tasks":[{
 *    "title","key",            key: the first request, lower case, one space
 *    "outcome":"success|partial|fail|uncertain",
 *    "how":"after one correction", "note":"last check passed",
 *    "time",                   of the task's last item
 *    "keywords":[], "files":[],
 *    "prefs":[{"kind":"standing|correction|interrupt|accepted|request",
 *              "text",         the user's words
 *              "rule",         the standing sentence in a correction
 *              "before",       what was delivered or interrupted
 *              "ack",          the agent's short acknowledgement
 *              "scope":"all|here|group", "topic":[], "time"}],
 *    "checks":[{"command","dir","exit","says","time"}],
 *    "diagnoses":[{"command","error","time"}],
 *    "failures":[
 *      {"kind":"open","command","error","exit","time"}
 *      {"kind":"hidden", the same}     the line around it exited 0
 *      {"kind":"fixed", the same, "file","from":[],"to":[] or "files":[]
 *       or "after"}                    the build that was all there was
 *      {"kind":"rejected","said","checked","time"}     see "correction"
 *      {"kind":"patch","file","from":[],"to":[],"time"}]}]}
 */
#define BUILTIN_FACTS_VERSION	1

/* What stage one hands back.  The receiver frees all of it. */
struct stage_one_output {
	char		*raw_memory;
	char		*rollout_summary;
	char		*rollout_slug;	/* NULL: none could be made */
	json_object	*facts;
};

/* Frees what builtin_finish() filled in; the struct may be used again. */
void stage_one_output_clear(struct stage_one_output *);

struct builtin;

/* Start on one rollout.  `meta' must live until builtin_free(). */
struct builtin *builtin_new(const struct rollout_meta *meta);

/*
 * One kept response_item, filtered and redacted.  `timestamp' is the record's
 * (RFC 3339) or NULL.  Items of an unknown form are passed over.  Borrows
 * both.
 */
void builtin_item(struct builtin *, const char *timestamp, json_object *item);

/*
 * The redacted payload of an event_msg: turn_aborted, exec_command_end,
 * patch_apply_end and task_started are read, others passed over.
 */
void builtin_event(struct builtin *, const char *timestamp,
    json_object *payload);

/*
 * After the last item.  Returns 1 and fills `out', or 0 if the rollout holds
 * nothing worth keeping: `out' is then empty.
 */
int builtin_finish(struct builtin *, struct stage_one_output *out);

void builtin_free(struct builtin *);

#endif
