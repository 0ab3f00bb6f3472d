#ifndef MNEMOD_STORE_FIXTURE_H
#define MNEMOD_STORE_FIXTURE_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>

#include "supervisor/store.h"

/*
 * A store in a scratch directory, and short words for what the tests of
 * the store do again and again.
 */
#define NOW	1783000000LL
#define HOUR	3600LL
#define DAY	86400LL

/* A query for this column of the jobs of one kind. */
#define STAGE_ONE(col)							\
	"SELECT " col " FROM jobs WHERE kind = 'memory_stage1'"
#define STAGE_TWO(col)							\
	"SELECT " col " FROM jobs WHERE kind = 'memory_consolidate'"

extern struct store	*st;		/* the open store */
extern char		 st_dir[256];	/* where it is */

/* Begin and end a test. */
void store_setup(void);
void store_teardown(void);

/* The n-th thread id: in text order of n; good for 64 calls. */
const char *tid(int n);

/* A thread as scanned, idle for a day, and the file that holds it. */
struct store_thread thread_of(int n);
struct store_file file_of(int n);
/* Record both; `updated' is the version in seconds. */
void add_thread(int n, int64_t updated);
/* Threads 1 to n, a day old. */
void add_threads(int n);
/* The file of thread n is missing since NOW. */
void vanish(int n);

/* Rules of the tests: now NOW, idle 6 h, age 10 d, eight jobs. */
struct store_stage_one_rules stage_one_rules(void);
/* Claim a thread, which must succeed. */
struct store_job claim(int n, const struct store_stage_one_rules *);
/* The outcome of a claim. */
enum store_claim try_claim(int n, const struct store_stage_one_rules *);

/* An end of thread n's job for memory "codex". */
struct store_finish finish_of(int n, const struct store_job *);
struct store_output output_of(int64_t version, const char *raw);
/*
 * Record thread n at that version and claim it by the tests' rules; returns
 * the end of that job, which holds a pointer into `job'.
 */
struct store_finish begin_job(int n, int64_t version, struct store_job *job);
/* Begin and succeed: this output of thread n, with what it cites. */
void put_output(int n, const struct store_output *,
    const struct store_citation *cites, size_t ncites);
/* The same with an output that says "raw". */
void add_output(int n, int64_t version);
/* Cite thread n `times' from thread `citing', last updated at `when'. */
void cite(int citing, int n, int64_t times, int64_t when);
/* Claim and fail, at the rules' now: "boom", due again `delay' later. */
void fail_one(int n, const struct store_stage_one_rules *, int64_t delay);

struct store_stage_two_rules stage_two_rules(void);
/* Claim, give these threads' outputs to an agent, succeed. */
void select_outputs(const int *n, size_t count);

/* First value of a query by a connection of its own; -999: NULL or none. */
int64_t ask(const char *sql);
/* What a pragma is for the open store: "PRAGMA synchronous". */
int64_t pragma(const char *sql);
/* Run a statement by a connection of its own. */
void tell(const char *sql);

#endif
