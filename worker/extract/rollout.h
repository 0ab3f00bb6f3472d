#ifndef MNEMOD_ROLLOUT_H
#define MNEMOD_ROLLOUT_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"
#include "record.h"
#include "uuid.h"

/*
 * What is known of a rollout from its own records.  Strings are NULL where
 * the rollout says nothing; the struct owns them.  The first session_meta
 * counts (a fork carries its parent's behind its own), for memory_mode the
 * last one that has it (Codex CLI's format).
 */
struct rollout_meta {
	char	*path;			/* absolute, as it was found */
	char	 thread_id[UUID_SIZE];	/* "" if neither meta nor name tells */
	char	 session_id[UUID_SIZE];	/* equals thread_id where missing */
	int64_t	 created_at_ms;		/* 0: unknown */
	int64_t	 updated_at_ms;		/* newest valid record, <= mtime */
	char	*source;		/* "cli", or JSON text of an object */
	char	*thread_source;
	char	*cwd;
	char	*cli_version;
	char	*model_provider;
	char	*git_branch;
	char	*git_sha;
	char	*repository_url;
	char	*memory_mode;		/* NULL: enabled */
	char	*first_text;		/* first words of a person, redacted */
};

/* Frees the strings; the struct may be used again. */
void rollout_meta_clear(struct rollout_meta *);

/*
 * The thread id in a file's name, "rollout-<time>-<uuid>.jsonl" with or
 * without ".zst"; `path' may have directories before it.  Returns 1, or 0
 * and "" if the name is not of that form.
 */
int rollout_name_id(const char *path, char out[UUID_SIZE]);

/*
 * An open rollout: its records one after the other, in memory that does not
 * grow with the file.  Lines that hold no record are counted, noted in the
 * log (ROLLOUT_NOTES of them) and passed over.
 */
#define ROLLOUT_NOTES 3

struct record {
	struct record_head	 head;
	const char		*text;		/* valid until the next one */
	char			 time[40];	/* as written, "" if none */
	uint64_t		 line;
	uint64_t		 offset;
	int			 inherited;	/* the parent's, in a fork */
};

enum rollout_status {
	ROLLOUT_RECORD,
	ROLLOUT_END,
	ROLLOUT_FAILED,		/* rollout_failure() says how */
	ROLLOUT_STOPPED		/* the ticker asked to leave */
};

struct rollout;

/*
 * Read from `fd', which the rollout closes in the end.  `path' names it in
 * the log and is copied.
 */
struct rollout *rollout_new(const char *path, int fd, int compressed);
void rollout_free(struct rollout *);

/*
 * Have `tick' called with `arg' every few MiB; if it returns nonzero the
 * next call of rollout_next() gives ROLLOUT_STOPPED.
 */
void rollout_set_tick(struct rollout *, int (*tick)(void *), void *arg);

/* Write no notes: the scan has written them. */
void rollout_quiet(struct rollout *);

/* The next record; it is borrowed and valid until the next call. */
enum rollout_status rollout_next(struct rollout *, struct record *);

/*
 * The payload of a record, parsed: the caller's to put, or NULL if it is no
 * valid object; the line then counts as bad.
 */
json_object *rollout_payload(struct rollout *, const struct record *);

/* Back to the first record; what was noted is not noted again. */
int rollout_rewind(struct rollout *);

/* What is read from now on needs no hash and no mark. */
void rollout_unhashed(struct rollout *);

/* What was met so far; complete at ROLLOUT_END. */
struct rollout_counts {
	uint64_t	lines;		/* blank ones too */
	uint64_t	records;
	uint64_t	bad_lines;
	uint64_t	binary_lines;	/* of these: NUL or not UTF-8 */
};
const struct rollout_counts *rollout_counts(const struct rollout *);

/*
 * Where a rollout ended, to go on from there when it has grown.  Taken at
 * ROLLOUT_END; rollout_mark() gives 0 if the last line may yet go on.
 */
struct rollout_mark {
	uint64_t		offset;
	uint64_t		line;
	char			hash[STREAM_HASH_SIZE];	/* of all before */
	struct rollout_counts	counts;
	int			inherited;
	char			own_id[UUID_SIZE];
	int64_t			forked_ms;
};
int rollout_mark(const struct rollout *, struct rollout_mark *);

/*
 * Go on behind the mark.  Returns 1, or 0 if what is before it is not what
 * it was: the rollout begins with its first record then.
 */
int rollout_resume(struct rollout *, const struct rollout_mark *);

/* Hash over the content, once ROLLOUT_END was seen. */
void rollout_hash(struct rollout *, char out[STREAM_HASH_SIZE]);

/* Why it could not be read to its end, and where it is; borrowed. */
enum stream_status rollout_failure(const struct rollout *);
const char *rollout_path(const struct rollout *);

#endif
