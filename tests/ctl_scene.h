#ifndef MNEMOD_CTL_SCENE_H
#define MNEMOD_CTL_SCENE_H

#include "supervisor/mnemoctl/ctl.h"
#include "tests/store_fixture.h"

/*
 * A configuration with one source and one memory, and a look at the state
 * with it: what the commands of mnemoctl(1) get.
 */
extern struct config	 config;
extern struct ctl	 ctl;
extern struct ctl_options opt;		/* its command line */
extern json_object	*doc;		/* of the command; put by teardown */
extern char		 said[1024];	/* the last line logged */

/* For a checked fixture; store_setup() is in it. */
void ctl_setup(void);
void ctl_teardown(void);

/* The document of why in `doc'. */
enum ctl_exit ask_why(const char *word);

/* The rule that decides, "" if none does. */
const char *decider(json_object *rules);

/* What a command prints for people; 0: on no terminal.  To be freed. */
char *shown(void (*show)(json_object *, const struct output *), int width);

/* Rows of a state; the thread is the first of store_fixture.h. */
#define T1	"'0198a000-0000-7000-8000-000000000001'"
#define JOB(status_, retry_at_, lease_, left_, version_)		\
	"INSERT INTO jobs (kind, job_key, status, retry_at, lease_until,"\
	" retry_remaining, input_watermark, last_error) VALUES ("	\
	"'memory_stage1', " T1 ", '" status_ "', " retry_at_ ", " lease_ \
	", " left_ ", " version_ ", 'it broke')"
#define UPDATED(seconds_)						\
	"UPDATE threads SET updated_at_ms = (" seconds_ ") * 1000"
#define OUTPUT(version_)						\
	"INSERT INTO stage1_outputs (thread_id, source_updated_at,"	\
	" raw_memory, rollout_summary, generator, generated_at)"	\
	" VALUES (" T1 ", " version_ ", 'r', 's', 'builtin/1', 5)"

#endif
