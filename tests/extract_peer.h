#ifndef MNEMOD_EXTRACT_PEER_H
#define MNEMOD_EXTRACT_PEER_H

#include <sys/types.h>

#include <check.h>
#include <json-c/json.h>

#include "tests/wire.h"

/*
 * The supervisor's side of one extract worker, blocking, with an assertion
 * behind each call.  The worker is this program, executed again.
 */
struct extract_peer {
	pid_t			 pid;
	struct wire		 wire;
	int64_t			 serial;
	json_object		*paths;		/* that it knows of */
	int64_t			 reading;	/* what it said last */
	int64_t			 has_read;	/* the same, but for 0 */
};

/* main(): run the worker if this process is to be it, or the suite. */
int extract_peer_main(int argc, char **argv, char **envp,
    Suite *(*suite)(void));

/* Start a worker on one source, named "a", or on a file to preview. */
void extract_peer_start(struct extract_peer *, const char *source,
    const char *preview);

/* The same with a model: its generator is "far:away/1". */
void extract_peer_start_asking(struct extract_peer *, const char *source,
    const char *preview);

/* Shutdown; the worker must end with 0. */
void extract_peer_end(struct extract_peer *);

/* Send a request; takes over `body'. */
void extract_peer_send(struct extract_peer *, enum msg_id, json_object *body);

/* Answer a model_request; takes over `body', borrows `payload' or NULL. */
void extract_peer_answer(struct extract_peer *, int64_t serial,
    json_object *body, const struct buf *payload);

/* The next message but reading, alive, log and metric; the caller releases it. */
void extract_peer_next(struct extract_peer *, struct msg *);

/* Tell it of files of source "a", with `reset'; takes over `entries'. */
void extract_peer_known(struct extract_peer *, json_object *entries);

/*
 * Scan source "a": all entries in one array, the caller's, then the paths
 * that have vanished, as entries with "vanished"; the last batch's counts
 * if not NULL.
 */
json_object *extract_peer_scan(struct extract_peer *, int64_t *files,
    int64_t *unchanged);

#endif
