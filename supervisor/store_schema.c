#include <sys/stat.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"
#include "common/monotime.h"
#include "supervisor/store_copy.h"
#include "supervisor/store_db.h"

/*
 * The schema, and how a database gets to it.  A step once released is
 * never edited; a change is a further step.
 */

/* "mnmd", in the file's header: this database is ours. */
#define APPLICATION_ID	0x6d6e6d64

static const char step_1[] =
    /* One row per conversation; the file is the one that won. */
    "CREATE TABLE threads ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " session_id TEXT NOT NULL,"
    " source_name TEXT NOT NULL,"
    " rollout_path TEXT NOT NULL,"
    " content_hash TEXT NOT NULL,"
    " created_at_ms INTEGER NOT NULL,"
    " updated_at_ms INTEGER NOT NULL,"
    " created_at INTEGER GENERATED ALWAYS AS (created_at_ms / 1000),"
    " updated_at INTEGER GENERATED ALWAYS AS (updated_at_ms / 1000),"
    " source TEXT NOT NULL,"
    " thread_source TEXT,"
    " model_provider TEXT,"
    " cwd TEXT NOT NULL,"
    " cli_version TEXT,"
    " title TEXT NOT NULL DEFAULT '',"
    " preview TEXT NOT NULL DEFAULT '',"
    " first_user_message TEXT NOT NULL DEFAULT '',"
    " archived INTEGER NOT NULL DEFAULT 0,"
    " git_sha TEXT,"
    " git_branch TEXT,"
    " git_origin_url TEXT,"
    " memory_mode TEXT NOT NULL DEFAULT 'enabled');"
    "CREATE INDEX threads_updated ON threads"
    " (updated_at_ms DESC, id DESC);"

    "CREATE TABLE sources ("
    " source_name TEXT NOT NULL,"
    " path TEXT NOT NULL,"
    " dev INTEGER NOT NULL,"
    " ino INTEGER NOT NULL,"
    " size INTEGER NOT NULL,"
    " mtime_ns INTEGER NOT NULL,"
    " hash TEXT NOT NULL,"
    " thread_id TEXT,"
    " updated_at_ms INTEGER NOT NULL,"
    " archived INTEGER NOT NULL DEFAULT 0,"
    " compressed INTEGER NOT NULL DEFAULT 0,"
    " reason TEXT,"
    " missing_since INTEGER NOT NULL DEFAULT 0,"
    " missing_last INTEGER NOT NULL DEFAULT 0,"
    " last_result TEXT,"
    " last_result_at INTEGER,"
    " PRIMARY KEY (source_name, path)) WITHOUT ROWID;"
    "CREATE INDEX sources_thread ON sources (thread_id);"

    "CREATE TABLE jobs ("
    " kind TEXT NOT NULL,"
    " job_key TEXT NOT NULL,"
    " status TEXT NOT NULL,"
    " worker_id TEXT,"
    " ownership_token TEXT,"
    " started_at INTEGER,"
    " finished_at INTEGER,"
    " lease_until INTEGER,"
    " retry_at INTEGER,"
    " retry_remaining INTEGER NOT NULL,"
    " last_error TEXT,"
    " input_watermark INTEGER,"
    " last_success_watermark INTEGER,"
    " PRIMARY KEY (kind, job_key)) WITHOUT ROWID;"
    "CREATE INDEX jobs_state ON jobs (kind, status, retry_at, lease_until);"

    "CREATE TABLE stage1_outputs ("
    " thread_id TEXT PRIMARY KEY NOT NULL"
    "  REFERENCES threads (id) ON DELETE CASCADE,"
    " source_updated_at INTEGER NOT NULL,"
    " raw_memory TEXT NOT NULL,"
    " rollout_summary TEXT NOT NULL,"
    " rollout_slug TEXT,"
    " facts TEXT,"
    " generator TEXT NOT NULL,"
    " keeps INTEGER NOT NULL DEFAULT 0,"
    " generated_at INTEGER NOT NULL,"
    " usage_count INTEGER,"
    " last_usage INTEGER);"
    "CREATE INDEX stage1_outputs_updated ON stage1_outputs"
    " (source_updated_at DESC, thread_id DESC);"

    /* What a memory was last made from. */
    "CREATE TABLE selections ("
    " memory TEXT NOT NULL,"
    " thread_id TEXT NOT NULL,"
    " source_updated_at INTEGER NOT NULL,"
    " PRIMARY KEY (memory, thread_id)) WITHOUT ROWID;"
    "CREATE INDEX selections_thread ON selections (thread_id);"

    "CREATE TABLE citations ("
    " citing TEXT NOT NULL,"
    " cited TEXT NOT NULL,"
    " n INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " PRIMARY KEY (citing, cited)) WITHOUT ROWID;"
    "CREATE INDEX citations_cited ON citations (cited);"

    "CREATE TABLE tombstones ("
    " thread_id TEXT PRIMARY KEY NOT NULL,"
    " made_at INTEGER NOT NULL,"
    " reason TEXT NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE agents ("
    " thread_id TEXT PRIMARY KEY NOT NULL,"
    " session_id TEXT NOT NULL,"
    " memory TEXT NOT NULL,"
    " ownership_token TEXT NOT NULL,"
    " input_watermark INTEGER NOT NULL,"
    " status TEXT NOT NULL,"
    " started_at INTEGER NOT NULL,"
    " finished_at INTEGER,"
    " turns INTEGER NOT NULL DEFAULT 0,"
    " tokens INTEGER NOT NULL DEFAULT 0,"
    " exit_status INTEGER NOT NULL DEFAULT -1,"
    " base_commit TEXT,"
    " published_commit TEXT,"
    " reason TEXT);"
    "CREATE INDEX agents_open ON agents (finished_at, started_at);"

    "CREATE TABLE agent_inputs ("
    " agent_id TEXT NOT NULL REFERENCES agents (thread_id)"
    "  ON DELETE CASCADE,"
    " thread_id TEXT NOT NULL,"
    " source_updated_at INTEGER NOT NULL,"
    " PRIMARY KEY (agent_id, thread_id)) WITHOUT ROWID;"

    "CREATE TABLE memories ("
    " name TEXT PRIMARY KEY NOT NULL,"
    " root TEXT NOT NULL,"
    " dev INTEGER NOT NULL,"
    " ino INTEGER NOT NULL,"
    " claimed_at INTEGER NOT NULL,"
    " live_commit TEXT,"
    " live_files INTEGER NOT NULL DEFAULT 0);";

/* What models are asked, and what keeps them from being asked. */
static const char step_ledger[] =
    "CREATE TABLE model_requests ("
    " id INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"
    " provider TEXT NOT NULL,"
    " model TEXT NOT NULL,"
    " purpose TEXT NOT NULL,"
    " thread_id TEXT NOT NULL,"
    " attempt INTEGER NOT NULL,"
    " reserved INTEGER NOT NULL,"
    " tokens INTEGER NOT NULL,"
    " money INTEGER NOT NULL,"
    " settled_at INTEGER,"
    " outcome TEXT,"
    " http_status INTEGER,"
    " sent_bytes INTEGER,"
    " received_bytes INTEGER,"
    " input INTEGER,"
    " cached_input INTEGER,"
    " output INTEGER,"
    " reasoning_output INTEGER);"
    "CREATE INDEX model_requests_at ON model_requests (at);"
    "CREATE INDEX model_requests_thread ON model_requests (thread_id, at);"

    "CREATE TABLE provider_holds ("
    " provider TEXT PRIMARY KEY NOT NULL,"
    " reason TEXT NOT NULL,"
    " message TEXT NOT NULL,"
    " since INTEGER NOT NULL,"
    " until INTEGER NOT NULL,"
    " rounds INTEGER NOT NULL) WITHOUT ROWID;";

/* What an older generator made and is to be made again. */
static const char step_outdated[] =
    "ALTER TABLE stage1_outputs ADD COLUMN"
    " outdated INTEGER NOT NULL DEFAULT 0;";

/* A memory that was given back stays so until it is taken on purpose. */
static const char step_release[] =
    "ALTER TABLE memories ADD COLUMN released_at INTEGER NOT NULL DEFAULT 0;";

/* Who made what an agent published; NULL: from before this was kept. */
static const char step_generator[] =
    "ALTER TABLE agents ADD COLUMN generator TEXT;";

/* What a person has set: the pause (a row or none), and what is disabled. */
static const char step_operator[] =
    "CREATE TABLE pauses (since INTEGER NOT NULL);"
    "CREATE TABLE disabled ("
    " what TEXT PRIMARY KEY NOT NULL,"
    " since INTEGER NOT NULL) WITHOUT ROWID;";

/* The last agents of a memory, among those of all memories and months. */
static const char step_last_agents[] =
    "CREATE INDEX agents_memory ON agents (memory, finished_at, thread_id);";

/*
 * What may be pruned, which each pass asks: else all outputs were read, with
 * their texts.
 */
static const char step_unused[] =
    "CREATE INDEX stage1_outputs_unused ON stage1_outputs"
    " (coalesce(last_usage, source_updated_at), source_updated_at,"
    " thread_id) WHERE keeps = 0 AND generator <> 'adopted';";

/* Of a file whose redaction gave up, why: `why' tells it. */
static const char step_gave_up[] =
    "ALTER TABLE sources ADD COLUMN gave_up TEXT;";

const char *const schema_steps[] = { step_1, step_ledger, step_outdated,
    step_release, step_generator, step_operator, step_last_agents,
    step_unused, step_gave_up };
const int64_t schema_nsteps = sizeof(schema_steps) / sizeof(*schema_steps);

enum store_status
schema_version(struct store *s, int64_t *version)
{
	enum store_status	 st;
	int64_t			 id, tables;

	st = db_value(s, "PRAGMA user_version", NOARGS, version);
	if (st == STORE_OK)
		st = db_value(s, "PRAGMA application_id", NOARGS, &id);
	if (st == STORE_OK)
		st = db_value(s, "SELECT count(*) FROM sqlite_schema", NOARGS,
		    &tables);
	if (st != STORE_OK)
		return st;
	if (tables > 0 && id != APPLICATION_ID) {
		log_warnx("%s: a database of another program", s->path);
		return STORE_CORRUPT;
	}
	return STORE_OK;
}

/*
 * state.db.vN: what the database was before it left version N.  Its time is
 * that of wall_s(), which retention goes by.
 */
static enum store_status
keep_copy(struct store *s, int64_t version)
{
	const struct timespec	 now[2] = { { .tv_sec = (time_t)wall_s() },
				    { .tv_sec = (time_t)wall_s() } };
	char			*target;
	enum store_status	 st;

	target = xasprintf("%s.v%lld", s->path, (long long)version);
	st = store_copy(s, target);
	if (st == STORE_OK && utimensat(AT_FDCWD, target, now, 0) == -1)
		log_warn("%s: keeps a time that is not ours", target);
	free(target);
	return st;
}

struct step {
	const char	*sql;
	int64_t		 version;	/* that it leads to */
};

static enum store_status
take_step(struct store *s, void *arg)
{
	const struct step	*step = arg;
	enum store_status	 st;
	char			 sql[128];

	st = db_script(s, step->sql);
	if (st != STORE_OK)
		return st;
	snprintf(sql, sizeof(sql),
	    "PRAGMA user_version = %lld; PRAGMA application_id = %d",
	    (long long)step->version, APPLICATION_ID);
	return db_script(s, sql);
}

static int
on_disk(const struct store *s)
{
	const char	*file = sqlite3_db_filename(s->db, "main");

	return file != NULL && file[0] != '\0';
}

enum store_status
schema_migrate(struct store *s, const char *const *steps, int64_t nsteps)
{
	enum store_status	 st;
	struct step		 step;
	int64_t			 version = 0, found;

	st = schema_version(s, &version);
	if (st != STORE_OK)
		return st;
	if (version > nsteps) {
		log_warnx("%s: has version %lld, this mnemod knows %lld: start "
		    "the newer mnemod, or choose another state directory "
		    "with -s", s->path, (long long)version,
		    (long long)nsteps);
		return STORE_NEWER;
	}
	found = version;
	for (; version < nsteps && st == STORE_OK; version++) {
		if (found > 0 && on_disk(s))	/* not one that is new */
			st = keep_copy(s, version);
		step = (struct step){ steps[version], version + 1 };
		db_about(s, "moving to version %lld", (long long)version + 1);
		if (st == STORE_OK)
			st = db_transaction(s, "migrate", take_step, &step);
	}
	return st;
}
